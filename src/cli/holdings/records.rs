//! `sohoa records list|show`

use crate::global_args::GlobalArgs;
use crate::output;
use crate::startup::current_program;
use clap::{Args, Subcommand};
use sohoa_base::error::Result;
use sohoa_base::model::{fields, record};
use sohoa_services::archive::Archive;
use sohoa_services::records::export;

/// Arguments of `records`.
#[derive(Debug, Args)]
pub struct Records {
    /// What to read back.
    #[command(subcommand)]
    pub command: RecordsCommand,
}

/// What to read back.
#[derive(Debug, Subcommand)]
pub enum RecordsCommand {
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
    pub async fn execute(&self, global: &GlobalArgs) -> Result<u8> {
        if matches!(self.command, RecordsCommand::Schema) {
            output::print_json(&record::json_schema())?;
            return Ok(0);
        }
        if matches!(self.command, RecordsCommand::Fields) {
            output::print_json(&fields::profiles())?;
            return Ok(0);
        }
        let archive = Archive::open(global.load_config(toml::Table::new())?, &current_program()?).await?;
        match &self.command {
            RecordsCommand::Schema | RecordsCommand::Fields => {}
            RecordsCommand::Show { dossier } => {
                let record = export::load_record(&archive, dossier).await?;
                output::print_json(&record)?;
            }
            RecordsCommand::List => {
                let records = export::load_records(&archive).await?;
                if global.json {
                    output::print_json(&records)?;
                } else {
                    for line in records.iter().flat_map(export::document_rows) {
                        output::print_line(&output::sanitize_terminal(&line))?;
                    }
                }
            }
        }
        Ok(0)
    }
}
