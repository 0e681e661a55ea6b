//! `sohoa doctor`

use crate::global_args::GlobalArgs;
use crate::output;
use crate::startup::current_program;
use clap::Args;
use sohoa_base::error::Result;
use sohoa_services::maintenance::doctor;
use sohoa_texts::{Language, Message, localize};

/// Arguments of `doctor`.
#[derive(Debug, Args)]
pub struct Doctor {}

impl Doctor {
    /// Prints every check with its remedy and returns the exit code: 4 when something is missing.
    ///
    /// # Errors
    /// When the configuration itself is wrong.
    pub async fn execute(&self, global: &GlobalArgs) -> Result<u8> {
        let config = global.load_config(toml::Table::new())?;
        let language = Language::from_code(&config.language);
        // Programs read the JSON, so it is the same in every language.
        let reader = if global.json { Language::English } else { language };
        let checks = doctor::run_checks(&config, &current_program()?, reader).await;
        let ready = checks.iter().all(|check| check.passed);
        if global.json {
            output::print_json(&checks)?;
        } else {
            for check in &checks {
                let mark = if check.passed { "ok" } else { "--" };
                output::print_line(&output::sanitize_terminal(&format!("{mark}  {}: {}", check.what, check.found)))?;
                if let Some(mend) = &check.fix {
                    output::print_line(&output::sanitize_terminal(&format!("      {mend}")))?;
                }
            }
            output::print_line(&localize(language, if ready { Message::Ready } else { Message::NotReady }))?;
        }
        Ok(if ready { 0 } else { 4 })
    }
}
