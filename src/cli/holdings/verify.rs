//! `sohoa verify`

use super::audit::log_finding;
use super::sweep::print_leftovers;
use crate::global_args::GlobalArgs;
use crate::output;
use crate::startup::current_program;
use clap::Args;
use sohoa_base::error::Result;
use sohoa_services::archive::Archive;
use sohoa_services::maintenance::event_log::audit::AuditProblem;
use sohoa_services::maintenance::verify;
use sohoa_texts::{Language, Message, localize};

/// Arguments of `verify`.
#[derive(Debug, Args)]
#[command(after_help = "Every stored byte is read and compared with the digests of its inventory. Exit code 6: something differs.")]
pub struct Verify {}

impl Verify {
    /// Prints every problem and returns the exit code.
    ///
    /// # Errors
    /// When store or catalogue do not answer.
    pub async fn execute(&self, global: &GlobalArgs) -> Result<u8> {
        let config = global.load_config(toml::Table::new())?;
        let language = Language::from_code(&config.language);
        let archive = Archive::open(config, &current_program()?).await?;
        let report = verify::verify_all(&archive).await?;
        if global.json {
            output::print_json(&report)?;
        } else {
            for problem in &report.problems {
                output::print_line(&output::sanitize_terminal(&format!("{} {}: {}", problem.object, problem.path, problem.problem)))?;
            }
            print_leftovers(&report.leftovers, language)?;
            for problem in &report.log_problems {
                let message = Message::LogProblem { finding: log_finding(problem) };
                output::print_line(&output::sanitize_terminal(&localize(language, message)))?;
            }
            let problems = (report.problems.len() + report.log_problems.len()) as u64;
            output::print_line(&localize(language, Message::Verified { objects: report.objects, problems }))?;
        }
        let damaged = report.problems.iter().any(|problem| problem.damage) || report.log_problems.iter().any(AuditProblem::is_damage);
        Ok(if damaged { 6 } else { 0 })
    }
}
