//! `sohoa quarantine list|release|remove`

use crate::global_args::GlobalArgs;
use crate::operator::resolve_author;
use crate::output;
use crate::startup::{current_program, read_pipeline};
use clap::{Args, Subcommand};
use sohoa_base::error::Result;
use sohoa_services::archive::Archive;
use sohoa_services::quarantine::{self, QuarantineDecision, QuarantineOutcome};
use sohoa_texts::{Language, Message, localize};
use std::path::PathBuf;

/// Arguments of `quarantine`.
#[derive(Debug, Args)]
pub struct Quarantine {
    /// What to do.
    #[command(subcommand)]
    pub command: QuarantineCommand,
}

/// What to do with dossiers that a stamp of secrecy holds.
#[derive(Debug, Subcommand)]
pub enum QuarantineCommand {
    /// Dossiers in quarantine: how many pages wait, and where a stamp was seen.
    List,
    /// The stamp is none, or the paper was declassified: read and store the dossier. Its documents come to review.
    Release {
        /// The decision.
        #[command(flatten)]
        decision: OfficerArgs,
        /// Pipeline of a dossier whose own is not known any more [default: the built-in administrative.toml].
        #[arg(long, value_name = "FILE")]
        pipeline: Option<PathBuf>,
    },
    /// The paper must not be here: delete its bytes; balance and events say who took it out and why.
    Remove {
        /// The decision.
        #[command(flatten)]
        decision: OfficerArgs,
    },
}

/// An officer's decision.
#[derive(Debug, Args)]
pub struct OfficerArgs {
    /// Code of the dossier.
    pub dossier: String,
    /// The officer, one of `secrecy_officers` [default: the user of this machine].
    #[arg(long, value_name = "NAME")]
    pub by: Option<String>,
    /// Why.
    #[arg(long)]
    pub note: Option<String>,
}

impl Quarantine {
    /// Prints and returns the exit code.
    ///
    /// # Errors
    /// As [`quarantine::list`], [`quarantine::release`] and [`quarantine::remove`].
    pub async fn execute(&self, global: &GlobalArgs) -> Result<u8> {
        let config = global.load_config(toml::Table::new())?;
        let language = Language::from_code(&config.language);
        let archive = Archive::open(config, &current_program()?).await?;
        match &self.command {
            QuarantineCommand::List => {
                let held = quarantine::list(&archive).await?;
                if global.json {
                    return output::print_json(&held).map(|()| 0);
                }
                for dossier in held {
                    for stamp in dossier.stamps {
                        let (code, file) = (output::sanitize_terminal(&dossier.code), output::sanitize_terminal(&stamp.file));
                        output::print_line(&format!("{code}\t{}\t{file}:{}\t{}", dossier.pages, stamp.page, stamp.reason))?;
                    }
                }
            }
            QuarantineCommand::Release { decision, pipeline } => {
                let (pipeline, plan) = read_pipeline(pipeline.as_deref())?;
                let (by, note) = (resolve_author(decision.by.as_ref())?, decision.note.as_deref());
                let given = (pipeline.as_str(), &plan);
                print_outcome(
                    &quarantine::release(&archive, &decision.dossier, QuarantineDecision { by: &by, note }, given).await?,
                    global,
                    language,
                )?;
            }
            QuarantineCommand::Remove { decision } => {
                let (by, note) = (resolve_author(decision.by.as_ref())?, decision.note.as_deref());
                print_outcome(
                    &quarantine::remove(&archive, &decision.dossier, QuarantineDecision { by: &by, note }).await?,
                    global,
                    language,
                )?;
            }
        }
        Ok(0)
    }
}

fn print_outcome(outcome: &QuarantineOutcome, global: &GlobalArgs, language: Language) -> Result<()> {
    if global.json {
        return output::print_json(outcome);
    }
    let (dossier, by) = (output::sanitize_terminal(&outcome.dossier), output::sanitize_terminal(&outcome.by));
    let (version, kept) = (outcome.version.map(u64::from), outcome.shared_bytes.len() as u64);
    output::print_line(&localize(language, Message::QuarantineResolved { dossier, by, pages: outcome.pages, version, kept }))
}
