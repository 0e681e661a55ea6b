//! File formats of reports.

use serde::Serialize;
use sohoa_base::error::Result;
use sohoa_base::messages::{program, reports};
use sohoa_base::text::numbers;
use sohoa_formats::report::docx;
use sohoa_formats::report::model::{Column, Report};
use sohoa_formats::report::pdf;
use sohoa_formats::tables::spreadsheet_writer;
use sohoa_formats::tables::spreadsheet_writer::Sheet;

/// File format of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReportFormat {
    /// Word document (OOXML).
    Docx,
    /// Workbook (OOXML), one sheet for each table.
    Xlsx,
    /// PDF, for printing.
    Pdf,
    /// One table only: that of the targets, of the units, or of the changes.
    Csv,
    /// Figures for other programs.
    Json,
}

impl ReportFormat {
    /// All formats, in the order in which they are offered.
    pub const ALL: [Self; 5] = [Self::Docx, Self::Pdf, Self::Xlsx, Self::Csv, Self::Json];

    /// Name in addresses and on the command line.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Docx => "docx",
            Self::Xlsx => "xlsx",
            Self::Pdf => "pdf",
            Self::Csv => "csv",
            Self::Json => "json",
        }
    }

    /// The names of all formats: `docx, pdf or xlsx`.
    #[must_use]
    pub fn list_names() -> String {
        Self::ALL.map(Self::name).join(", ")
    }

    /// Parses the name used in addresses and on the command line.
    ///
    /// # Errors
    /// `Invalid` for an unknown name.
    pub fn from_name(name: &str) -> Result<Self> {
        let found = Self::ALL.into_iter().find(|format| format.name() == name);
        found.ok_or_else(|| reports::report_format_unknown(name, Self::list_names()))
    }

    /// Media type (RFC 6838).
    #[must_use]
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Docx => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Self::Pdf => "application/pdf",
            Self::Csv => "text/csv; charset=utf-8",
            Self::Json => "application/json",
        }
    }

    /// Renders a report: `figures` as JSON, everything else from the laid-out report that `build` makes. CSV holds the table
    /// at index `csv_table` only.
    ///
    /// # Errors
    /// Those of the writer of the format; `Internal` where the figures have no JSON form.
    pub(crate) fn render(self, figures: &impl Serialize, build: impl FnOnce() -> Report, csv_table: usize) -> Result<Vec<u8>> {
        match self {
            Self::Docx => docx::render_docx(&build()),
            Self::Pdf => pdf::render_pdf(&build()),
            Self::Xlsx => spreadsheet_writer::write_report(&build(), numbers::parse_number),
            Self::Csv => {
                let mut table = build().tables.into_iter().nth(csv_table).unwrap_or_default();
                table.rows.extend(table.sum);
                let head = table.columns.iter().map(Column::qualified_name).collect();
                spreadsheet_writer::write_csv(&Sheet { head, rows: table.rows })
            }
            Self::Json => serde_json::to_vec_pretty(figures).map_err(|error| program::bug("reports: JSON of a report").caused_by(error)),
        }
    }
}
