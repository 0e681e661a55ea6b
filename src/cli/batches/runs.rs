//! `sohoa runs`

use crate::global_args::GlobalArgs;
use crate::operator::os_user;
use crate::output;
use crate::startup::current_program;
use clap::{Args, Subcommand};
use sohoa_base::error::Result;
use sohoa_base::model::account::UnitScope;
use sohoa_services::archive::Archive;
use sohoa_services::runs::failures::parse_class;
use sohoa_services::runs::monitoring;
use sohoa_services::runs::monitoring::RunAction;
use sohoa_services::runs::run_summary::RunSummary;
use sohoa_texts::{Language, Message, localize};

/// Arguments of `runs`.
#[derive(Debug, Args)]
pub struct Runs {
    /// What to do.
    #[command(subcommand)]
    pub command: RunsCommand,
}

/// What to do with runs.
#[derive(Debug, Subcommand)]
pub enum RunsCommand {
    /// The newest runs: state, priority, balance of pages.
    List {
        /// How many.
        #[arg(long, default_value_t = 20)]
        limit: usize,
    },
    /// One run: its state, priority and balance, and with --json its costs and how it went in time.
    Show {
        /// Its batch.
        batch: String,
    },
    /// Begin no new task of the run.
    Pause {
        /// Its batch.
        batch: String,
    },
    /// Go on after a pause.
    Resume {
        /// Its batch.
        batch: String,
    },
    /// Set the priority of the run: tasks of a run with a higher one begin first.
    Priority {
        /// Its batch.
        batch: String,
        /// From -100 to 100; 0 is the default.
        #[arg(allow_negative_numbers = true)]
        priority: i64,
    },
    /// Refuse everything of the run that is still open or failed; what is stored stays.
    Cancel {
        /// Its batch.
        batch: String,
    },
    /// Try failed tasks, and refused files and pages, again; `sohoa run` with the same input then does the work.
    Retry {
        /// Its batch.
        batch: String,
        /// Only this class: input, limit, secret, outage, bug [default: every failed task, and what was refused as limit, outage or bug].
        #[arg(long)]
        class: Option<String>,
    },
}

impl Runs {
    /// Prints and returns the exit code.
    ///
    /// # Errors
    /// `NotFound` for an unknown run.
    pub async fn execute(&self, global: &GlobalArgs) -> Result<u8> {
        let config = global.load_config(toml::Table::new())?;
        let language = Language::from_code(&config.language);
        let archive = Archive::open(config, &current_program()?).await?;
        match &self.command {
            RunsCommand::List { limit } => {
                let runs = monitoring::list_runs(&archive, &UnitScope::All, None, *limit).await?.items;
                if global.json {
                    return output::print_json(&runs).map(|()| 0);
                }
                for run in runs {
                    output::print_line(&run_line(&run, language))?;
                }
            }
            RunsCommand::Show { batch } => print_run(&archive, batch, global, language).await?,
            RunsCommand::Pause { batch } => drop(control_run(&archive, batch, RunAction::Pause).await?),
            RunsCommand::Resume { batch } => drop(control_run(&archive, batch, RunAction::Resume).await?),
            RunsCommand::Priority { batch, priority } => drop(control_run(&archive, batch, RunAction::Priority(*priority)).await?),
            RunsCommand::Cancel { batch } => output::print_line(&control_run(&archive, batch, RunAction::Cancel).await?.to_string())?,
            RunsCommand::Retry { batch, class } => {
                let class = class.as_deref().map(parse_class).transpose()?;
                output::print_line(&control_run(&archive, batch, RunAction::Retry(class, None)).await?.to_string())?;
            }
        }
        Ok(0)
    }
}

/// Applies an action to a run as the user of this machine; returns the number of files and pages changed.
async fn control_run(archive: &Archive, batch: &str, act: RunAction) -> Result<u64> {
    monitoring::apply_action(archive, &UnitScope::All, batch, act, &os_user()).await
}

/// A run of the list: identifier, start, unit, state, priority where one is set, balance of pages.
fn run_line(run: &RunSummary, language: Language) -> String {
    let mut state = run.status_text(language);
    if run.priority != 0 {
        state.push_str("; ");
        state.push_str(&localize(language, Message::RunPriority { priority: run.priority }));
    }
    let pages = localize(language, output::page_balance_message(run.pages, run.file_balance));
    format!("{}  {}  {}  {state}  {pages}", run.batch.id, run.batch.created, output::sanitize_terminal(&run.batch.unit))
}

async fn print_run(archive: &Archive, batch: &str, global: &GlobalArgs, language: Language) -> Result<()> {
    let run = monitoring::show_run(archive, &UnitScope::All, batch).await?;
    let balance = &run.balance;
    if global.json {
        return output::print_json(&serde_json::json!({
            "batch": run.batch,
            "status": run.status,
            "paused": run.paused,
            "priority": run.priority,
            "balance": balance,
            "stages": run.stages,
            "timeline": monitoring::run_timeline(archive, &UnitScope::All, batch).await?,
        }));
    }
    output::print_line(&localize(language, Message::RunState { state: &run.status_text(language), priority: run.priority }))?;
    output::print_line(&localize(language, output::file_balance_message(balance.files)))?;
    output::print_line(&localize(language, output::page_balance_message(balance.pages, balance.files)))?;
    for failed in &balance.failures {
        output::print_line(&localize(language, output::failed_item_message(failed)))?;
    }
    Ok(())
}
