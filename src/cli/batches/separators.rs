//! `sohoa separators`

use crate::global_args::GlobalArgs;
use crate::output;
use clap::{Args, ValueEnum};
use serde::Serialize;
use sohoa_base::error::Result;
use sohoa_base::messages::arguments;
use sohoa_base::model::page::barcode::Separator;
use sohoa_services::intake::separator_sheets;
use std::path::PathBuf;

/// Arguments of `separators`.
#[derive(Debug, Args)]
#[command(after_help = "\
Lay a sheet in front of each document or dossier of a pile before it is scanned: `sohoa run` cuts the pile there.

  sohoa separators --count 50 -o sheets.pdf
  sohoa separators --kind dossier --code H24.16-200514-0001 --code H24.16-200514-0002 -o dossiers.pdf")]
pub struct Separators {
    /// What begins behind a sheet.
    #[arg(long, value_enum, default_value_t = SeparatorKind::Document)]
    pub kind: SeparatorKind,
    /// Code of the dossier that begins; repeat it for several sheets.
    #[arg(long, value_name = "CODE")]
    pub code: Vec<String>,
    /// Copies of each sheet.
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..))]
    pub count: u16,
    /// PDF to write.
    #[arg(short, long, value_name = "FILE")]
    pub out: PathBuf,
}

/// What begins behind a sheet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum SeparatorKind {
    /// A document (văn bản).
    Document,
    /// A dossier (hồ sơ).
    Dossier,
}

/// Result as JSON.
#[derive(Serialize)]
struct WrittenSheets<'a> {
    file: &'a std::path::Path,
    pages: usize,
    payloads: Vec<String>,
}

impl Separators {
    /// Writes the sheets and returns the exit code.
    ///
    /// # Errors
    /// As [`separator_sheets::sheets_pdf`]; `Invalid` where a document is given a dossier's code; `Unavailable` where the file
    /// cannot be written.
    pub fn execute(&self, global: &GlobalArgs) -> Result<u8> {
        let sheets: Vec<Separator> = match (self.kind, self.code.as_slice()) {
            (SeparatorKind::Document, []) => vec![Separator::Document],
            (SeparatorKind::Document, _) => return Err(arguments::separator_code_needs_dossier()),
            (SeparatorKind::Dossier, []) => vec![Separator::Dossier(None)],
            (SeparatorKind::Dossier, codes) => codes.iter().map(|code| Separator::Dossier(Some(code.trim().to_owned()))).collect(),
        };
        let pdf = separator_sheets::sheets_pdf(&sheets, usize::from(self.count))?;
        std::fs::write(&self.out, pdf).map_err(|error| arguments::output_unwritable(self.out.display()).caused_by(error))?;
        if global.json {
            let payloads = sheets.iter().map(Separator::payload).collect();
            output::print_json(&WrittenSheets { file: &self.out, pages: sheets.len() * usize::from(self.count), payloads })?;
        }
        Ok(0)
    }
}
