//! `sohoa rebuild`

use super::options::Place;
use super::print;
use super::run::this_program;
use clap::Args;
use sohoa_base::error::Result;
use sohoa_services::archive::Archive;
use sohoa_services::rebuild;
use sohoa_texts::{Language, Message, sentence};

/// Arguments of `rebuild`.
#[derive(Debug, Args)]
#[command(after_help = "Delete catalogue and index first when they are damaged; the store alone is the truth.")]
pub struct Rebuild {}

impl Rebuild {
    /// Rebuilds and returns the exit code.
    ///
    /// # Errors
    /// As [`rebuild::everything`].
    pub async fn execute(&self, place: &Place) -> Result<u8> {
        let config = place.configure(toml::Table::new())?;
        let language = Language::from_code(&config.language);
        let archive = Archive::open(config, &this_program()?).await?;
        let done = rebuild::everything(&archive).await?;
        if place.json {
            print::json(&done)?;
        } else {
            print::line(&sentence(language, Message::Rebuilt { objects: done.objects, documents: done.documents, batches: done.batches }))?;
        }
        Ok(0)
    }
}
