//! Requests to a worker process about its current source, and their responses.

use serde::{Deserialize, Serialize};
use sohoa_base::config::Limits;
use sohoa_base::model::page::geometry::Bounds;
use sohoa_base::model::page::reading::{Reading, SecrecyStamp};
use sohoa_base::model::record::Signature;
use sohoa_base::model::refusal::Warning;
use sohoa_formats::pdf::write::pdf_writer::PdfMetadata;
use sohoa_formats::redaction::Redaction;
use sohoa_recognition::page::ReadOptions;
use sohoa_sandbox::frames::FrameLimits;
use std::collections::BTreeMap;

/// A page of the current source.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SourcePage {
    /// Media type found by `Inspect`.
    pub media_type: String,
    /// Page number, from 1.
    pub page: u32,
}

/// Request to a worker process.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Request {
    /// Determine media type and page count of the current source.
    Inspect {
        /// Name under which it was delivered.
        name: String,
    },
    /// Cells of the current source, a table: CSV, a spreadsheet, or JSON.
    Table,
    /// All sheets of the current source, a workbook; a table counts as one sheet.
    Sheets,
    /// Read one page.
    Read {
        /// Which page.
        page: SourcePage,
        /// Options of preprocessing and recognition.
        options: ReadOptions,
    },
    /// Search one page for secrecy stamps, and read nothing else.
    FindStamps {
        /// Which page.
        page: SourcePage,
        /// Options of preprocessing.
        options: ReadOptions,
        /// Clockwise turn that makes it upright, degrees; `None`: it is detected.
        turn: Option<u16>,
    },
    /// Pixels of one page: they are the payload of the response.
    Decode {
        /// Which page.
        page: SourcePage,
    },
    /// Preview of one page: the payload of the response is a JPEG.
    Preview {
        /// Which page.
        page: SourcePage,
        /// Turn, size and redaction.
        options: PreviewOptions,
    },
    /// Begin a searchable PDF. Its bytes are the payloads of the responses from here to `FinishPdf`, concatenated.
    BeginPdf {
        /// Title and profile.
        metadata: PdfMetadata,
    },
    /// Add a page to the PDF.
    AddPdfPage {
        /// Which page.
        page: SourcePage,
        /// Its reading.
        reading: Box<Reading>,
        /// Areas that are redacted in image and text, px of the upright reading.
        hidden: Vec<Bounds>,
    },
    /// Add an empty, crossed page in place of one that cannot be decoded.
    AddMissingPdfPage,
    /// Finish the PDF: its last bytes are the payload of the response.
    FinishPdf,
}

impl Request {
    /// Largest answer to this request. `limits` are those of the worker process.
    #[must_use]
    pub fn answer_limits(&self, limits: &Limits) -> FrameLimits {
        const MIB: u32 = 1 << 20;
        let head = |mebibytes: u32, values: usize| FrameLimits { head_bytes: mebibytes * MIB, payload_bytes: 0, values };
        let payload = |payload_bytes: u64| FrameLimits { payload_bytes, ..FrameLimits::SHORT };
        match self {
            Self::Inspect { .. } => head(4, 100_000),
            // A sheet may have 100,001 rows, and a cell 100,000 bytes.
            Self::Table | Self::Sheets => head(64, 4_000_000),
            // The reading of a dense page takes about 200 kB.
            Self::Read { .. } => head(16, 2_000_000),
            Self::FindStamps { .. } | Self::BeginPdf { .. } | Self::AddMissingPdfPage => payload(1 << 20),
            Self::Decode { .. } => payload(max_pixels(limits).saturating_mul(3)),
            Self::Preview { .. } => payload(64 << 20),
            // Pictures come into a PDF as they are in their file, or compressed.
            Self::AddPdfPage { .. } | Self::FinishPdf => payload((limits.file_mib << 20).saturating_add(64 << 20)),
        }
    }
}

/// Greatest number of pixels of a page, whether it is a picture or was drawn from a PDF.
pub(crate) fn max_pixels(limits: &Limits) -> u64 {
    let drawn = sohoa_formats::limits::Limits::default().max_rendered_pixels;
    limits.megapixels.saturating_mul(1_000_000).max(drawn)
}

/// Options of a preview.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PreviewOptions {
    /// Clockwise turn that makes it upright, degrees.
    pub turn: u16,
    /// Largest width of the upright image, px; a narrower one is not enlarged.
    pub width: u32,
    /// Areas that are redacted.
    pub hidden: Option<Redaction>,
}

/// Response of a worker process.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Response {
    /// To requests whose result is the payload, or nothing.
    Done,
    /// To `Inspect`.
    Inspected(InspectedFile),
    /// To `Read`.
    Page(Box<PageRead>),
    /// To `Sheets`.
    Sheets(Vec<Sheet>),
    /// To `Table`: cells by row, as text.
    Table(Vec<Vec<String>>),
    /// To `FindStamps`.
    Stamps(FoundStamps),
    /// To `Decode`: the pixels row by row are the payload.
    Pixels(PixelLayout),
}

/// Name of a sheet, and its cells by row.
pub type Sheet = (String, Vec<Vec<String>>);

/// Form of decoded pixels.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct PixelLayout {
    /// Width, px.
    pub width: u32,
    /// Height, px.
    pub height: u32,
    /// Bytes of a pixel: 1 (grey) or 3 (red, green, blue).
    pub channels: u8,
    /// Resolution on both axes, dots per inch.
    pub dpi: u32,
}

/// Result of inspecting a file.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct InspectedFile {
    /// Media type found by content.
    pub media_type: String,
    /// Number of pages.
    pub pages: u32,
    /// Digital signatures.
    pub signatures: Vec<Signature>,
    /// Irregularities of the file.
    pub warnings: Vec<Warning>,
}

/// Result of reading a page.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PageRead {
    /// Text, layout, quality, barcodes and stamps.
    pub reading: Reading,
    /// Irregularities of the image.
    pub warnings: Vec<Warning>,
    /// Processor time by part, milliseconds: `decode`, `prepare`, `read`, `stamps`.
    pub cpu_ms: BTreeMap<String, u64>,
}

/// Secrecy stamps of one page.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct FoundStamps {
    /// The stamps, the most secret first.
    pub stamps: Vec<SecrecyStamp>,
    /// Clockwise turn at which they were searched for, degrees.
    pub turn: u16,
    /// Processor time of the search alone, milliseconds.
    pub cpu_ms: u64,
}
