//! `sohoa quarantine list|release|remove`

use super::options::Place;
use super::print;
use super::run::{read_pipeline, this_program};
use clap::{Args, Subcommand};
use sohoa_base::error::Result;
use sohoa_catalog::OfficersDecision;
use sohoa_services::archive::Archive;
use sohoa_services::quarantine::{self, Outcome};
use sohoa_texts::{Language, Message, sentence};
use std::path::PathBuf;

/// Arguments of `quarantine`.
#[derive(Debug, Args)]
pub struct Quarantine {
    /// What to do.
    #[command(subcommand)]
    pub what: What,
}

/// What to do with dossiers that a stamp of secrecy holds.
#[derive(Debug, Subcommand)]
pub enum What {
    /// Dossiers in quarantine: how many pages wait, and where a stamp was seen.
    List,
    /// The stamp is none, or the paper was declassified: read and store the dossier. Its documents come to review.
    Release {
        /// The decision.
        #[command(flatten)]
        decision: Decision,
        /// Pipeline of a dossier whose own is not known any more [default: the built-in administrative.toml].
        #[arg(long, value_name = "FILE")]
        pipeline: Option<PathBuf>,
    },
    /// The paper must not be here: delete its bytes; balance and events say who took it out and why.
    Remove {
        /// The decision.
        #[command(flatten)]
        decision: Decision,
    },
}

/// An officer's decision.
#[derive(Debug, Args)]
pub struct Decision {
    /// Code of the dossier.
    pub dossier: String,
    /// The officer, one of `secrecy_officers` [default: the user of this machine].
    #[arg(long, value_name = "NAME")]
    pub by: Option<String>,
    /// Why.
    #[arg(long)]
    pub note: Option<String>,
}

impl Quarantine {
    /// Prints and returns the exit code.
    ///
    /// # Errors
    /// As [`quarantine::list`], [`quarantine::release`] and [`quarantine::remove`].
    pub async fn execute(&self, place: &Place) -> Result<u8> {
        let config = place.configure(toml::Table::new())?;
        let language = Language::from_code(&config.language);
        let archive = Archive::open(config, &this_program()?).await?;
        match &self.what {
            What::List => {
                let held = quarantine::list(&archive).await?;
                if place.json {
                    return print::json(&held).map(|()| 0);
                }
                for dossier in held {
                    for stamp in dossier.stamps {
                        let (code, file) = (print::plain(&dossier.code), print::plain(&stamp.file));
                        print::line(&format!("{code}\t{}\t{file}:{}\t{}", dossier.pages, stamp.page, stamp.reason))?;
                    }
                }
            }
            What::Release { decision, pipeline } => {
                let (pipeline, plan) = read_pipeline(pipeline.as_deref())?;
                let (by, note) = (print::author(decision.by.as_ref())?, decision.note.as_deref());
                let given = (pipeline.as_str(), &plan);
                told(&quarantine::release(&archive, &decision.dossier, OfficersDecision { by: &by, note }, given).await?, place, language)?;
            }
            What::Remove { decision } => {
                let (by, note) = (print::author(decision.by.as_ref())?, decision.note.as_deref());
                told(&quarantine::remove(&archive, &decision.dossier, OfficersDecision { by: &by, note }).await?, place, language)?;
            }
        }
        Ok(0)
    }
}

fn told(outcome: &Outcome, place: &Place, language: Language) -> Result<()> {
    if place.json {
        return print::json(outcome);
    }
    let (dossier, by) = (print::plain(&outcome.dossier), print::plain(&outcome.by));
    let (version, kept) = (outcome.version.map(u64::from), outcome.kept.len() as u64);
    print::line(&sentence(language, Message::QuarantineLeft { dossier, by, pages: outcome.pages, version, kept }))
}
