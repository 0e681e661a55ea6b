//! `sohoa roadmap cases …`

use crate::operator::local_operator;
use crate::output::{self, print_wrong_cells, write_output};
use clap::Subcommand;
use sohoa_base::error::Result;
use sohoa_services::archive::Archive;
use sohoa_services::roadmap::one_stop;
use sohoa_texts::Language;
use std::path::PathBuf;

/// What to do with what offices know of one-stop dossiers.
#[derive(Debug, Subcommand)]
pub enum CasesCommand {
    /// A form of the table as a workbook, with examples.
    Template {
        /// The workbook to write (XLSX).
        file: PathBuf,
    },
    /// Take a table: code, days of reception, due and resolution, and whether papers were used again. The newest word about a
    /// dossier counts.
    Import {
        /// The workbook (XLSX, ODS) or list (CSV).
        file: PathBuf,
        /// Unit of rows that name none [default: that of the archive's dossier, else the one in the code].
        #[arg(long)]
        unit: Option<String>,
        /// Tell what is wrong with it, and keep nothing.
        #[arg(long)]
        dry_run: bool,
        /// Who hands it in [default: the user of this machine].
        #[arg(long, value_name = "NAME")]
        by: Option<String>,
    },
}

impl CasesCommand {
    /// Executes the command and returns the exit code: 2 where the table has wrong cells.
    ///
    /// # Errors
    /// As the functions of [`one_stop`].
    pub(crate) async fn execute(&self, archive: &Archive, json: bool, language: Language) -> Result<u8> {
        let (file, unit, dry_run, by) = match self {
            Self::Template { file } => return write_output(Some(file), &one_stop::template()?),
            Self::Import { file, unit, dry_run, by } => (file, unit, *dry_run, by),
        };
        let imported = one_stop::import(archive, &local_operator(by.as_ref())?, file, unit.as_deref(), dry_run, language).await?;
        if json {
            output::print_json(&imported)?;
        } else if imported.cell_errors.is_empty() {
            output::print_line(&format!("{}\t{}", imported.cases, imported.known))?;
        } else {
            print_wrong_cells(&imported.cell_errors)?;
        }
        Ok(if imported.cell_errors.is_empty() { 0 } else { 2 })
    }
}
