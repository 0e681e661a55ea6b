//! `sohoa rebuild`

use crate::global_args::GlobalArgs;
use crate::output;
use crate::startup::current_program;
use clap::Args;
use sohoa_base::error::Result;
use sohoa_services::archive::Archive;
use sohoa_services::maintenance::rebuild;
use sohoa_texts::{Language, Message, localize};

/// Arguments of `rebuild`.
#[derive(Debug, Args)]
#[command(after_help = "Delete catalogue and index first when they are damaged; the store alone is the truth.")]
pub struct Rebuild {}

impl Rebuild {
    /// Rebuilds and returns the exit code.
    ///
    /// # Errors
    /// As [`rebuild::rebuild_all`].
    pub async fn execute(&self, global: &GlobalArgs) -> Result<u8> {
        let config = global.load_config(toml::Table::new())?;
        let language = Language::from_code(&config.language);
        let archive = Archive::open(config, &current_program()?).await?;
        let done = rebuild::rebuild_all(&archive).await?;
        if global.json {
            output::print_json(&done)?;
        } else {
            output::print_line(&localize(
                language,
                Message::Rebuilt { objects: done.objects, documents: done.documents, batches: done.batches },
            ))?;
        }
        Ok(0)
    }
}
