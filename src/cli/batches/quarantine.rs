//! `sohoa quarantine list|release|remove`

use crate::global_args::GlobalArgs;
use crate::operator::{account_key, os_user};
use crate::output;
use crate::startup::{current_program, read_pipeline};
use clap::{Args, Subcommand};
use sohoa_base::error::Result;
use sohoa_base::messages::StoredMessage;
use sohoa_pipeline::worker::CancellationToken;
use sohoa_services::accounts::officers::{self, CommandLineUser, Officer};
use sohoa_services::archive::Archive;
use sohoa_services::maintenance::log_followers::index_new_deposits;
use sohoa_services::quarantine::{self, QuarantineOutcome, UnreachablePlace};
use sohoa_texts::{Language, Message, localize};
use std::path::PathBuf;

/// Arguments of `quarantine`.
#[derive(Debug, Args)]
pub struct Quarantine {
    /// What to do.
    #[command(subcommand)]
    pub command: QuarantineCommand,
}

/// What to do with dossiers that a stamp of secrecy holds. In an archive with accounts, `SOHOA_KEY` holds the key of an officer.
#[derive(Debug, Subcommand)]
pub enum QuarantineCommand {
    /// Dossiers in quarantine: how many pages wait, and where a stamp was seen or a page could not be read.
    List,
    /// The stamp is none, or the paper was declassified: read and store the dossier. Its documents come to review. Originals that
    /// could not be read, and therefore wait, are stored too.
    Release {
        /// The decision.
        #[command(flatten)]
        decision: OfficerArgs,
        /// Pipeline of a dossier whose own is not known any more [default: the built-in administrative.toml].
        #[arg(long, value_name = "FILE")]
        pipeline: Option<PathBuf>,
    },
    /// The paper must not be here: delete its bytes and the archives that contain them; balance and events say who took it out and
    /// why, and the answer names the copies that this program cannot reach.
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
    /// The officer, one of `secrecy_officers` [default: the user of this machine]. In an archive with accounts it is the owner of the
    /// key in SOHOA_KEY.
    #[arg(long, value_name = "NAME")]
    pub by: Option<String>,
    /// Why; an officer with an account must say it.
    #[arg(long)]
    pub note: Option<String>,
}

impl OfficerArgs {
    async fn officer(&self, archive: &Archive) -> Result<Officer> {
        command_line_officer(archive, self.by.as_deref()).await
    }
}

/// The officer who uses the command line; `by` is the name that was given.
///
/// # Errors
/// As [`officers::officer_of_command_line`].
pub(crate) async fn command_line_officer(archive: &Archive, by: Option<&str>) -> Result<Officer> {
    let (key, operator) = (account_key(), os_user());
    officers::officer_of_command_line(archive, CommandLineUser { key: key.as_deref(), by, operator: &operator }).await
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
                let units = officers::visible_units_of_command_line(&archive, account_key().as_deref()).await?;
                let held = quarantine::list(&archive, &units).await?;
                if global.json {
                    return output::print_json(&held).map(|()| 0);
                }
                for dossier in held {
                    let code = output::sanitize_terminal(&dossier.code);
                    for item in dossier.unread {
                        let page = item.page.map(|page| format!(":{page}")).unwrap_or_default();
                        let file = output::sanitize_terminal(&item.file);
                        output::print_line(&format!(
                            "{code}\t{}\t{file}{page}\t{}",
                            dossier.pages,
                            output::sanitize_terminal(&StoredMessage::text_or(item.message.as_ref(), &item.reason, language))
                        ))?;
                    }
                    for stamp in dossier.stamps {
                        let file = output::sanitize_terminal(&stamp.file);
                        let reason = StoredMessage::text_or(stamp.message.as_ref(), &stamp.reason, language);
                        output::print_line(&format!("{code}\t{}\t{file}:{}\t{reason}", dossier.pages, stamp.page))?;
                    }
                }
            }
            QuarantineCommand::Release { decision, pipeline } => {
                let (pipeline, plan) = read_pipeline(pipeline.as_deref())?;
                let (officer, note) = (decision.officer(&archive).await?, decision.note.as_deref());
                let outcome = quarantine::release(&archive, &decision.dossier, &officer, note, (&pipeline, &plan)).await?;
                print_outcome(&outcome, global, language)?;
                index_new_deposits(&archive, &CancellationToken::new()).await?;
            }
            QuarantineCommand::Remove { decision } => {
                let officer = decision.officer(&archive).await?;
                let outcome = quarantine::remove(&archive, &decision.dossier, &officer, decision.note.as_deref()).await?;
                print_outcome(&outcome, global, language)?;
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
    let remaining = outcome.remaining.clone();
    output::print_line(&localize(language, Message::QuarantineResolved { dossier, by, pages: outcome.pages, version, kept, remaining }))?;
    if outcome.out_of_reach.is_empty() {
        return Ok(());
    }
    let (mut moved, mut versions) = (Vec::new(), None);
    for place in &outcome.out_of_reach {
        match place {
            UnreachablePlace::MovedDeliveries(folder) => moved.push(output::sanitize_terminal(folder)),
            UnreachablePlace::ObjectVersions(store) => versions = Some(output::sanitize_terminal(store)),
            UnreachablePlace::EventLog | UnreachablePlace::Backups => {}
        }
    }
    output::print_line(&localize(language, Message::QuarantineOutOfReach { moved, versions }))
}
