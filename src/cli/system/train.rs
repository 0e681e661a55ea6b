//! `sohoa train`

use crate::global_args::GlobalArgs;
use crate::output;
use crate::startup::current_program;
use clap::Args;
use sohoa_base::error::Result;
use sohoa_base::text::numbers;
use sohoa_services::archive::Archive;
use sohoa_services::maintenance::training;
use sohoa_services::maintenance::training::RejectionReason;
use sohoa_texts::{Language, Message, localize};

/// Arguments of `train`.
#[derive(Debug, Args)]
#[command(after_help = "\
Three of four documents that people accepted or corrected are learned from; the new model is compared with the one in
use on the fourth, and taken only if it is no worse. It decides kinds that rules are unsure of, and how sure values
are, for documents that come from then on.")]
pub struct Train {}

impl Train {
    /// Trains, prints and returns the exit code.
    ///
    /// # Errors
    /// As [`training::train`].
    pub async fn execute(&self, global: &GlobalArgs) -> Result<u8> {
        let config = global.load_config(toml::Table::new())?;
        let language = Language::from_code(&config.language);
        let archive = Archive::open(config, &current_program()?).await?;
        let trained = training::train(&archive).await?;
        if global.json {
            return output::print_json(&trained).map(|()| 0);
        }
        for (is_new, score) in [(false, trained.before), (true, trained.after)] {
            let (kinds, of) = (score.correct_kinds, score.examples);
            output::print_line(&localize(
                language,
                Message::ModelScore { is_new, kinds, of, values: score.values, brier: numbers::format_decimal(score.brier, 4) },
            ))?;
        }
        let message = match trained.rejection {
            None => Message::ModelReplaced { examples: trained.examples },
            Some(RejectionReason::TooFew) => Message::ModelTooFewExamples { examples: trained.examples },
            Some(RejectionReason::Worse) => Message::ModelRejected,
            Some(RejectionReason::Same) => Message::ModelUnchanged,
        };
        output::print_line(&localize(language, message))?;
        Ok(0)
    }
}
