//! `sohoa failures`

use crate::global_args::GlobalArgs;
use crate::output;
use crate::startup::current_program;
use clap::Args;
use sohoa_base::error::Result;
use sohoa_base::messages::{StoredMessage, arguments, program};
use sohoa_base::model::account::UnitScope;
use sohoa_services::archive::Archive;
use sohoa_services::runs::failures::parse_class;
use sohoa_services::runs::monitoring;
use sohoa_texts::{Language, Message, localize};

/// Arguments of `failures`.
#[derive(Debug, Args)]
pub struct Failures {
    /// Only of this batch [default: the newest delivery].
    #[arg(long)]
    pub batch: Option<String>,
    /// Only of this class: input, limit, secret, outage, bug.
    #[arg(long)]
    pub class: Option<String>,
}

impl Failures {
    /// Prints one failed task or refusal per line and returns the exit code.
    ///
    /// # Errors
    /// `NotFound` for an unknown batch.
    pub async fn execute(&self, global: &GlobalArgs) -> Result<u8> {
        let config = global.load_config(toml::Table::new())?;
        let language = Language::from_code(&config.language);
        let archive = Archive::open(config, &current_program()?).await?;
        let batch = match &self.batch {
            Some(batch) => batch.clone(),
            None => monitoring::list_runs(&archive, &UnitScope::All, None, 1)
                .await?
                .items
                .pop()
                .map(|run| run.batch.id)
                .ok_or_else(arguments::no_run_yet)?,
        };
        let class = self.class.as_deref().map(parse_class).transpose()?;
        let balance = monitoring::show_run(&archive, &UnitScope::All, &batch).await?.balance;
        let (mut refusals, mut failures) = (balance.refusals, balance.failures);
        refusals.retain(|refused| class.is_none_or(|class| refused.class == class));
        failures.retain(|failed| class.is_none_or(|class| failed.class == class));
        if global.json {
            let entries = failures.iter().map(serde_json::to_value).chain(refusals.iter().map(serde_json::to_value));
            let entries = entries.collect::<serde_json::Result<Vec<_>>>();
            return output::print_json(&entries.map_err(|error| program::bug("command line: JSON of a failure").caused_by(error))?)
                .map(|()| 0);
        }
        for failed in &failures {
            output::print_line(&localize(language, output::failed_item_message(failed)))?;
        }
        for refused in refusals {
            let message = Message::Refused {
                file: output::sanitize_terminal(&refused.file),
                page: refused.page,
                class: refused.class.as_str(),
                reason: output::sanitize_terminal(&StoredMessage::text_or(refused.message.as_ref(), &refused.reason, language)),
            };
            output::print_line(&localize(language, message))?;
        }
        Ok(0)
    }
}
