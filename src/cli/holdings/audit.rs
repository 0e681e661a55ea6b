//! `sohoa audit verify`

use crate::global_args::GlobalArgs;
use crate::output;
use crate::startup::current_program;
use clap::{Args, Subcommand};
use sohoa_base::error::Result;
use sohoa_services::archive::Archive;
use sohoa_services::maintenance::event_log::audit::{self, AuditProblem};
use sohoa_texts::{Language, LogFinding, Message, localize};

/// Arguments of `audit`.
#[derive(Debug, Args)]
pub struct Audit {
    /// What to do.
    #[command(subcommand)]
    pub command: AuditCommand,
}

/// What to do with the event log.
#[derive(Debug, Subcommand)]
pub enum AuditCommand {
    /// Verify the chain of events, and the log against the signed checkpoints in the store.
    #[command(after_help = "Exit code 6: the log is not what was signed, or was not signed for a day.")]
    Verify {
        /// Public key of another machine whose checkpoints count too, hexadecimal; may be given several times.
        #[arg(long = "trust", value_name = "KEY")]
        trusted: Vec<String>,
    },
}

impl Audit {
    /// Prints what was found and returns the exit code.
    ///
    /// # Errors
    /// When store or catalogue do not answer.
    pub async fn execute(&self, global: &GlobalArgs) -> Result<u8> {
        let AuditCommand::Verify { trusted } = &self.command;
        let config = global.load_config(toml::Table::new())?;
        let language = Language::from_code(&config.language);
        let archive = Archive::open(config, &current_program()?).await?;
        let report = audit::verify_log(&archive, trusted).await?;
        if global.json {
            output::print_json(&report)?;
        } else {
            for problem in &report.problems {
                let message = Message::LogProblem { finding: log_finding(problem) };
                output::print_line(&output::sanitize_terminal(&localize(language, message)))?;
            }
            let last = report.last_checkpoint.as_ref().map(|last| (last.event, last.at.as_str(), last.hash.as_str()));
            let message = Message::LogVerified {
                events: report.events,
                checkpoints: report.checkpoints,
                last,
                unsigned: report.unsigned_events,
                public_key: &report.public_key,
                problems: report.problems.len() as u64,
            };
            output::print_line(&localize(language, message))?;
        }
        Ok(if report.problems.is_empty() { 0 } else { 6 })
    }
}

/// A problem of the event log as its text names it.
pub(super) fn log_finding(problem: &AuditProblem) -> LogFinding<'_> {
    match problem {
        AuditProblem::Chain { problem } => LogFinding::Chain { problem },
        AuditProblem::BadSignature { key } => LogFinding::BadSignature { key },
        AuditProblem::UnknownSigner { public_key, checkpoints } => LogFinding::UnknownSigner { public_key, checkpoints: *checkpoints },
        AuditProblem::Differs { event, at } => LogFinding::Differs { event: *event, at },
        AuditProblem::Truncated { event, at } => LogFinding::Truncated { event: *event, at },
        AuditProblem::OtherLog { at } => LogFinding::OtherLog { at },
        AuditProblem::Unsigned { since } => LogFinding::Unsigned { since },
    }
}
