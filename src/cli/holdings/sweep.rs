//! `sohoa sweep`

use crate::global_args::GlobalArgs;
use crate::output;
use crate::startup::current_program;
use clap::Args;
use sohoa_base::error::Result;
use sohoa_services::archive::Archive;
use sohoa_services::maintenance::leftovers::{self, Leftover};
use sohoa_texts::{Language, LeftoverText, Message, localize};
use std::time::Duration;

/// Arguments of `sweep`.
#[derive(Debug, Args)]
#[command(after_help = "\
Deletes temporary files, parts of documents that wait for no deposit, and copies of originals that the objects of their dossiers have.
Originals that no delivery names are listed and never deleted: they may be the only copy.")]
pub struct Sweep {
    /// Only what was written at least so many days ago.
    #[arg(long, value_name = "DAYS", default_value_t = 7)]
    pub older_than: u32,
}

impl Sweep {
    /// Deletes left-overs, prints all of them and returns the exit code.
    ///
    /// # Errors
    /// When store or catalogue do not answer.
    pub async fn execute(&self, global: &GlobalArgs) -> Result<u8> {
        let config = global.load_config(toml::Table::new())?;
        let language = Language::from_code(&config.language);
        let archive = Archive::open(config, &current_program()?).await?;
        let found = leftovers::sweep(&archive, Duration::from_secs(u64::from(self.older_than) * 24 * 60 * 60)).await?;
        if global.json {
            output::print_json(&found)?;
        } else {
            print_leftovers(&found, language)?;
            let deleted = found.iter().filter(|leftover| leftover.deleted).count() as u64;
            output::print_line(&localize(language, Message::Swept { deleted, kept: found.len() as u64 - deleted }))?;
        }
        Ok(0)
    }
}

/// Prints one line for each left-over.
pub(super) fn print_leftovers(found: &[Leftover], language: Language) -> Result<()> {
    for leftover in found {
        let text = LeftoverText {
            kind: leftover.kind.code(),
            name: &leftover.name,
            bytes: leftover.bytes,
            hours: leftover.age_seconds / 3600,
            deleted: leftover.deleted,
        };
        output::print_line(&output::sanitize_terminal(&localize(language, Message::Leftover { found: text })))?;
    }
    Ok(())
}
