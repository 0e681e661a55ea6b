//! `sohoa people unlock`

use crate::global_args::GlobalArgs;
use crate::operator::os_user;
use crate::output;
use crate::startup::current_program;
use clap::{Args, Subcommand};
use sohoa_base::error::Result;
use sohoa_services::accounts::users;
use sohoa_services::archive::Archive;
use sohoa_texts::{Language, Message, localize};

/// Arguments of `people`.
#[derive(Debug, Args)]
pub struct People {
    /// What to do.
    #[command(subcommand)]
    pub command: PeopleCommand,
}

/// What to do with accounts.
#[derive(Debug, Subcommand)]
pub enum PeopleCommand {
    /// End the lock of a name after wrong passwords, for every network; recorded in the audit trail.
    Unlock {
        /// Name to sign in with.
        name: String,
    },
}

impl People {
    /// Prints and returns the exit code.
    ///
    /// # Errors
    /// As [`users::unlock_sign_in`].
    pub async fn execute(&self, global: &GlobalArgs) -> Result<u8> {
        let config = global.load_config(toml::Table::new())?;
        let language = Language::from_code(&config.language);
        let archive = Archive::open(config, &current_program()?).await?;
        let PeopleCommand::Unlock { name } = &self.command;
        let networks = users::unlock_sign_in(&archive, name, &os_user()).await?;
        if global.json {
            return output::print_json(&serde_json::json!({ "user": name, "networks": networks })).map(|()| 0);
        }
        let name = output::sanitize_terminal(name);
        output::print_line(&localize(language, Message::SignInUnlocked { name, networks })).map(|()| 0)
    }
}
