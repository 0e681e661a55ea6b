//! `sohoa export DOCUMENT --format …`

use crate::global_args::GlobalArgs;
use crate::startup::current_program;
use clap::{Args, ValueEnum};
use sohoa_base::error::Result;
use sohoa_base::messages::arguments;
use sohoa_services::archive::Archive;
use sohoa_services::records::export;
use sohoa_services::records::export::ExportFormat;
use sohoa_services::records::redacted_copy;
use std::io::Write;
use std::path::PathBuf;

/// Arguments of `export`.
#[derive(Debug, Args)]
#[command(after_help = "\
DOCUMENT is DOSSIER#NUMBER, as `sohoa records list` shows it; for --format original it is DOSSIER#PATH
(originals/…) or the SHA-256 of the file.

  sohoa export 'scans/chi-thi#1' --format pdf -o chi-thi.pdf
  sohoa export 'scans/chi-thi#originals/01CT.pdf' --format original -o 01CT.pdf")]
pub struct Export {
    /// Which document or original.
    pub document: String,
    /// Form of the output.
    #[arg(long, value_enum)]
    pub format: Format,
    /// A copy for the public: personal data painted over; of pdf and text.
    #[arg(long)]
    pub masked: bool,
    /// Where to write; `-` is stdout.
    #[arg(short, long, value_name = "FILE", default_value = "-")]
    pub output: PathBuf,
}

/// Forms of output.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// Searchable PDF/A.
    Pdf,
    /// Plain text in reading order.
    Text,
    /// ALTO 4, all pages one after another.
    Alto,
    /// hOCR.
    Hocr,
    /// The document's part of the record.
    Json,
    /// METS of the dossier.
    Mets,
    /// The delivered file, bit for bit.
    Original,
}

impl Export {
    /// Writes the output and returns the exit code.
    ///
    /// # Errors
    /// `NotFound` for an unknown document; `Unavailable` when the output cannot be written.
    pub async fn execute(&self, global: &GlobalArgs) -> Result<u8> {
        let archive = Archive::open(global.load_config(toml::Table::new())?, &current_program()?).await?;
        let form = match self.format {
            Format::Pdf => ExportFormat::Pdf,
            Format::Text => ExportFormat::Text,
            Format::Alto => ExportFormat::Alto,
            Format::Hocr => ExportFormat::Hocr,
            Format::Json => ExportFormat::Json,
            Format::Mets => ExportFormat::Mets,
            Format::Original => ExportFormat::Original,
        };
        let bytes = match (self.masked, form) {
            (false, _) => export::export_document(&archive, &self.document, form).await?,
            (true, ExportFormat::Pdf | ExportFormat::Text) => {
                let (record, document) = export::find_document(&archive, &self.document).await?;
                match form {
                    ExportFormat::Pdf => redacted_copy::redacted_pdf(&archive, &record, &document).await?,
                    _ => redacted_copy::redacted_text(&archive, &record, &document).await?,
                }
            }
            (true, _) => return Err(arguments::export_format_not_maskable()),
        };
        let failed = |error| arguments::output_unwritable(self.output.display()).caused_by(error);
        if self.output.as_os_str() == "-" {
            std::io::stdout().lock().write_all(&bytes).map_err(failed)?;
        } else {
            std::fs::write(&self.output, &bytes).map_err(failed)?;
        }
        Ok(0)
    }
}
