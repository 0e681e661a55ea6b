//! `sohoa records list|show`

use super::options::Place;
use super::print;
use super::run::this_program;
use clap::{Args, Subcommand};
use sohoa_base::error::Result;
use sohoa_base::model::{fields, record};
use sohoa_services::archive::Archive;
use sohoa_services::export;

/// Arguments of `records`.
#[derive(Debug, Args)]
pub struct Records {
    /// What to read back.
    #[command(subcommand)]
    pub what: What,
}

/// What to read back.
#[derive(Debug, Subcommand)]
pub enum What {
    /// One line a document: its name, kind, number, date, subject.
    List,
    /// The record of a dossier (its object name or code), as stored.
    Show {
        /// Object name `urn:sohoa:…` or dossier code.
        dossier: String,
    },
    /// The JSON Schema of records.
    Schema,
    /// The fields of dossiers and documents: names, types, lengths, obligations and code lists by circular.
    Fields,
}

impl Records {
    /// Prints and returns the exit code.
    ///
    /// # Errors
    /// `NotFound` for an unknown dossier.
    pub async fn execute(&self, place: &Place) -> Result<u8> {
        if matches!(self.what, What::Schema) {
            print::json(&record::json_schema())?;
            return Ok(0);
        }
        if matches!(self.what, What::Fields) {
            print::json(&fields::profiles())?;
            return Ok(0);
        }
        let archive = Archive::open(place.configure(toml::Table::new())?, &this_program()?).await?;
        match &self.what {
            What::Schema | What::Fields => {}
            What::Show { dossier } => {
                let record = export::record(&archive, dossier).await?;
                print::json(&record)?;
            }
            What::List => {
                let records = export::records(&archive).await?;
                if place.json {
                    print::json(&records)?;
                } else {
                    for line in records.iter().flat_map(export::lines) {
                        print::line(&print::plain(&line))?;
                    }
                }
            }
        }
        Ok(0)
    }
}
