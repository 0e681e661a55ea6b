//! `sohoa runs` and `sohoa failures`

use super::options::Place;
use super::print;
use super::run::this_program;
use clap::{Args, Subcommand};
use sohoa_base::error::{Error, Result};
use sohoa_base::model::account::Units;
use sohoa_services::archive::Archive;
use sohoa_services::failures::class_of;
use sohoa_services::watch::{self, Act};
use sohoa_texts::{Language, Message, sentence};

/// Arguments of `runs`.
#[derive(Debug, Args)]
pub struct Runs {
    /// What to do.
    #[command(subcommand)]
    pub what: What,
}

/// What to do with runs.
#[derive(Debug, Subcommand)]
pub enum What {
    /// The newest runs.
    List {
        /// How many.
        #[arg(long, default_value_t = 20)]
        limit: usize,
    },
    /// One run: its balance, and with --json its costs and how it went in time.
    Show {
        /// Its batch.
        batch: String,
    },
    /// Begin no new task of the run.
    Pause {
        /// Its batch.
        batch: String,
    },
    /// Go on after a pause.
    Resume {
        /// Its batch.
        batch: String,
    },
    /// Refuse everything of the run that is still open; what is stored stays.
    Cancel {
        /// Its batch.
        batch: String,
    },
    /// Try refused files and pages again; `sohoa run` with the same input then does the work.
    Retry {
        /// Its batch.
        batch: String,
        /// Only this class: input, limit, secret, outage, bug [default: limit, outage and bug].
        #[arg(long)]
        class: Option<String>,
    },
}

impl Runs {
    /// Prints and returns the exit code.
    ///
    /// # Errors
    /// `NotFound` for an unknown run.
    pub async fn execute(&self, place: &Place) -> Result<u8> {
        let config = place.configure(toml::Table::new())?;
        let language = Language::from_code(&config.language);
        let archive = Archive::open(config, &this_program()?).await?;
        match &self.what {
            What::List { limit } => {
                let batches = watch::newest(&archive, *limit).await?;
                if place.json {
                    return print::json(&batches).map(|()| 0);
                }
                for batch in batches {
                    let state = serde_json::to_value(batch.state).unwrap_or_default();
                    print::line(&format!(
                        "{}  {}  {}  {}",
                        batch.id,
                        batch.created,
                        state.as_str().unwrap_or_default(),
                        print::plain(&batch.unit)
                    ))?;
                }
            }
            What::Show { batch } => show(&archive, batch, place, language).await?,
            What::Pause { batch } => drop(steer(&archive, batch, Act::Pause).await?),
            What::Resume { batch } => drop(steer(&archive, batch, Act::Resume).await?),
            What::Cancel { batch } => print::line(&steer(&archive, batch, Act::Cancel).await?.to_string())?,
            What::Retry { batch, class } => {
                let class = class.as_deref().map(class_of).transpose()?;
                print::line(&steer(&archive, batch, Act::Retry(class, None)).await?.to_string())?;
            }
        }
        Ok(0)
    }
}

/// Steers a run as the user of this machine; how many files and pages it changed.
async fn steer(archive: &Archive, batch: &str, act: Act) -> Result<u64> {
    watch::act(archive, &Units::All, batch, act, &print::machine_user()).await
}

async fn show(archive: &Archive, batch: &str, place: &Place, language: Language) -> Result<()> {
    let run = watch::balance(archive, batch).await?;
    let balance = run.balance;
    if place.json {
        return print::json(&serde_json::json!({
            "batch": run.batch,
            "balance": balance,
            "stages": run.costs,
            "timeline": watch::timeline(archive, &Units::All, batch).await?,
        }));
    }
    let files = balance.files;
    print::line(&sentence(
        language,
        Message::BalanceFiles { received: files.received, duplicate: files.duplicate, refused: files.refused },
    ))?;
    let pages = balance.pages;
    let message = print::pages(pages);
    print::line(&sentence(language, message))
}

/// Arguments of `failures`.
#[derive(Debug, Args)]
pub struct Failures {
    /// Only of this batch [default: the newest].
    #[arg(long)]
    pub batch: Option<String>,
    /// Only of this class: input, limit, secret, outage, bug.
    #[arg(long)]
    pub class: Option<String>,
}

impl Failures {
    /// Prints one refusal a line and returns the exit code.
    ///
    /// # Errors
    /// `NotFound` for an unknown batch.
    pub async fn execute(&self, place: &Place) -> Result<u8> {
        let config = place.configure(toml::Table::new())?;
        let language = Language::from_code(&config.language);
        let archive = Archive::open(config, &this_program()?).await?;
        let batch = match &self.batch {
            Some(batch) => batch.clone(),
            None => watch::newest(&archive, 1)
                .await?
                .into_iter()
                .next()
                .map(|batch| batch.id)
                .ok_or_else(|| Error::not_found("there is no run yet"))?,
        };
        let class = self.class.as_deref().map(class_of).transpose()?;
        let mut refusals = watch::balance(&archive, &batch).await?.balance.refusals;
        refusals.retain(|refused| class.is_none_or(|class| refused.class == class));
        if place.json {
            return print::json(&refusals).map(|()| 0);
        }
        for refused in refusals {
            let message = Message::Refused {
                file: print::plain(&refused.file),
                page: refused.page,
                class: refused.class.as_str(),
                reason: print::plain(&refused.reason),
            };
            print::line(&sentence(language, message))?;
        }
        Ok(0)
    }
}
