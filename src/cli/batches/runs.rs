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
use sohoa_texts::{Language, localize};

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
    /// The newest runs.
    List {
        /// How many.
        #[arg(long, default_value_t = 20)]
        limit: usize,
    },
    /// One run: its balance, and with --json its costs and how it went in time.
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
                let batches = monitoring::newest_batches(&archive, *limit).await?;
                if global.json {
                    return output::print_json(&batches).map(|()| 0);
                }
                for batch in batches {
                    let state = serde_json::to_value(batch.state).unwrap_or_default();
                    output::print_line(&format!(
                        "{}  {}  {}  {}",
                        batch.id,
                        batch.created,
                        state.as_str().unwrap_or_default(),
                        output::sanitize_terminal(&batch.unit)
                    ))?;
                }
            }
            RunsCommand::Show { batch } => print_run(&archive, batch, global, language).await?,
            RunsCommand::Pause { batch } => drop(control_run(&archive, batch, RunAction::Pause).await?),
            RunsCommand::Resume { batch } => drop(control_run(&archive, batch, RunAction::Resume).await?),
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

async fn print_run(archive: &Archive, batch: &str, global: &GlobalArgs, language: Language) -> Result<()> {
    let run = monitoring::batch_balance(archive, batch).await?;
    let balance = run.balance;
    if global.json {
        return output::print_json(&serde_json::json!({
            "batch": run.batch,
            "balance": balance,
            "stages": run.costs,
            "timeline": monitoring::run_timeline(archive, &UnitScope::All, batch).await?,
        }));
    }
    output::print_line(&localize(language, output::file_balance_message(balance.files)))?;
    output::print_line(&localize(language, output::page_balance_message(balance.pages)))?;
    for failed in &balance.failures {
        output::print_line(&localize(language, output::failed_item_message(failed)))?;
    }
    Ok(())
}
