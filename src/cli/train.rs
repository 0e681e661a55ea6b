//! `sohoa train`

use super::options::Place;
use super::print;
use super::run::this_program;
use clap::Args;
use sohoa_base::error::Result;
use sohoa_base::text::numbers;
use sohoa_services::archive::Archive;
use sohoa_services::train::{self, Kept};
use sohoa_texts::{Language, Message, sentence};

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
    /// As [`train::train`].
    pub async fn execute(&self, place: &Place) -> Result<u8> {
        let config = place.configure(toml::Table::new())?;
        let language = Language::from_code(&config.language);
        let archive = Archive::open(config, &this_program()?).await?;
        let trained = train::train(&archive).await?;
        if place.json {
            return print::json(&trained).map(|()| 0);
        }
        for (is_new, score) in [(false, trained.before), (true, trained.after)] {
            let (kinds, of) = (score.kinds_right, score.examples);
            print::line(&sentence(
                language,
                Message::ModelScore { is_new, kinds, of, values: score.values, brier: numbers::decimal(score.brier, 4) },
            ))?;
        }
        let message = match trained.kept {
            None => Message::ModelReplaced { examples: trained.examples },
            Some(Kept::TooFew) => Message::ModelTooFew { examples: trained.examples },
            Some(Kept::Worse) => Message::ModelWorse,
            Some(Kept::Same) => Message::ModelSame,
        };
        print::line(&sentence(language, message))?;
        Ok(0)
    }
}
