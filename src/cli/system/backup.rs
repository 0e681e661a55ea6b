//! `sohoa backup` and `sohoa restore`

use crate::global_args::GlobalArgs;
use crate::output;
use crate::startup::current_program;
use clap::Args;
use sohoa_base::error::Result;
use sohoa_services::archive::Archive;
use sohoa_services::maintenance::backup;
use sohoa_texts::{Language, Message, localize};

/// Arguments of `backup`.
#[derive(Debug, Args)]
#[command(after_help = "\
The backup lies in the store under backup/, and is as private as the store. Keep apart from it, by copies of your own: secret.key (or
server.secret_key), audit.key and sohoa.toml of the home.")]
pub struct Backup {}

impl Backup {
    /// Writes a backup and returns the exit code.
    ///
    /// # Errors
    /// As [`backup::back_up`].
    pub async fn execute(&self, global: &GlobalArgs) -> Result<u8> {
        let config = global.load_config(toml::Table::new())?;
        let language = Language::from_code(&config.language);
        let archive = Archive::open(config, &current_program()?).await?;
        let done = backup::back_up(&archive).await?;
        if global.json {
            output::print_json(&done)?;
        } else {
            output::print_line(&localize(language, Message::BackedUp { users: done.users, events: done.events }))?;
        }
        Ok(0)
    }
}

/// Arguments of `restore`.
#[derive(Debug, Args)]
#[command(after_help = "Run `sohoa rebuild` first when the catalogue was lost: it brings back dossiers, runs and roadmaps.")]
pub struct Restore {
    /// Put the accounts of the backup in the place of those of the catalogue.
    #[arg(long)]
    pub replace: bool,
}

impl Restore {
    /// Restores the newest backup and returns the exit code.
    ///
    /// # Errors
    /// As [`backup::restore`].
    pub async fn execute(&self, global: &GlobalArgs) -> Result<u8> {
        let config = global.load_config(toml::Table::new())?;
        let language = Language::from_code(&config.language);
        let archive = Archive::open(config, &current_program()?).await?;
        let done = backup::restore(&archive, self.replace).await?;
        if global.json {
            output::print_json(&done)?;
        } else {
            output::print_line(&localize(language, Message::Restored { users: done.users, events: done.events, at: &done.at }))?;
        }
        Ok(0)
    }
}
