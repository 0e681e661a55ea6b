//! `sohoa doctor`

use super::options::Place;
use super::print;
use super::run::this_program;
use clap::Args;
use sohoa_base::error::Result;
use sohoa_services::doctor;
use sohoa_texts::{Language, Message, sentence};

/// Arguments of `doctor`.
#[derive(Debug, Args)]
pub struct Doctor {}

impl Doctor {
    /// Prints every check with its mend and returns the exit code: 4 when something is missing.
    ///
    /// # Errors
    /// When the configuration itself is wrong.
    pub async fn execute(&self, place: &Place) -> Result<u8> {
        let config = place.configure(toml::Table::new())?;
        let language = Language::from_code(&config.language);
        let checks = doctor::examine(&config, &this_program()?).await;
        let ready = checks.iter().all(|check| check.fine);
        if place.json {
            print::json(&checks)?;
        } else {
            for check in &checks {
                let mark = if check.fine { "ok" } else { "--" };
                print::line(&print::plain(&format!("{mark}  {}: {}", check.what, check.found)))?;
                if let Some(mend) = &check.mend {
                    print::line(&print::plain(&format!("      {mend}")))?;
                }
            }
            print::line(&sentence(language, if ready { Message::Ready } else { Message::NotReady }))?;
        }
        Ok(if ready { 0 } else { 4 })
    }
}
