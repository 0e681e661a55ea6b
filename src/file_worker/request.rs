//! Requests to a worker process about its current source, and their answers.

use serde::{Deserialize, Serialize};
use sohoa_base::model::page::geometry::Bounds;
use sohoa_base::model::page::reading::{Reading, SecrecyStamp};
use sohoa_base::model::record::Signature;
use sohoa_base::model::refusal::Warning;
use sohoa_formats::pdf::write::pdf_writer::PdfMetadata;
use sohoa_formats::redaction::Redaction;
use sohoa_recognition::page::ReadOptions;
use std::collections::BTreeMap;

/// A page of the current source.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SourcePage {
    /// Media type found by `Inspect`.
    pub media_type: String,
    /// Page, from 1.
    pub page: u32,
}

/// What can be asked of a worker process.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Request {
    /// What is the current source, and how many pages has it?
    Inspect {
        /// Name under which it was delivered.
        name: String,
    },
    /// The cells of the current source, which is a table: CSV, a spreadsheet, or JSON.
    Table,
    /// Every sheet of the current source, which is a workbook, or the one table that it is.
    Sheets,
    /// Read one page.
    Read {
        /// Which page.
        page: SourcePage,
        /// How to prepare and read it.
        options: ReadOptions,
    },
    /// Look for stamps of secrecy on one page, and read nothing.
    FindStamps {
        /// Which page.
        page: SourcePage,
        /// How to prepare it.
        options: ReadOptions,
        /// Clockwise turn that makes it upright, degrees; found out where it is not given.
        turn: Option<u16>,
    },
    /// Show one page: the payload of the answer is a JPEG.
    Preview {
        /// Which page.
        page: SourcePage,
        /// How it is shown.
        options: PreviewOptions,
    },
    /// Begin a searchable PDF. The payloads of the answers from here to `FinishPdf`, joined, are its bytes.
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
        /// What is painted over and taken out of the text, px of the upright reading.
        hidden: Vec<Bounds>,
    },
    /// Add an empty, crossed page in place of one that cannot be read.
    AddMissingPdfPage,
    /// Finish: the rest of the PDF is the payload of the answer.
    FinishPdf,
}

/// How a page is shown.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PreviewOptions {
    /// Clockwise turn that makes it upright, degrees.
    pub turn: u16,
    /// Width of the upright picture, px; one that is narrower stays as it is.
    pub width: u32,
    /// What is painted over.
    pub hidden: Option<Redaction>,
}

/// What a worker process answers.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Response {
    /// Of requests whose answer is a payload, or nothing.
    Done,
    /// Of `Inspect`.
    Inspected(InspectedFile),
    /// Of `Read`.
    Page(Box<PageRead>),
    /// Of `Sheets`.
    Sheets(Vec<Sheet>),
    /// Of `Table`: cells by row, as text.
    Table(Vec<Vec<String>>),
    /// Of `FindStamps`.
    Stamps(FoundStamps),
}

/// Name of a sheet, and its cells by row.
pub type Sheet = (String, Vec<Vec<String>>);

/// What a file is.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct InspectedFile {
    /// Media type found by content.
    pub media_type: String,
    /// Pages in it.
    pub pages: u32,
    /// Digital signatures found.
    pub signatures: Vec<Signature>,
    /// What is odd.
    pub warnings: Vec<Warning>,
}

/// A page as read.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PageRead {
    /// What was read.
    pub reading: Reading,
    /// What is odd.
    pub warnings: Vec<Warning>,
    /// Processor milliseconds by part: `decode`, `prepare`, `read`, `stamps`.
    pub cpu_ms: BTreeMap<String, u64>,
}

/// Stamps of secrecy on one page.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct FoundStamps {
    /// The stamps, the most secret first.
    pub stamps: Vec<SecrecyStamp>,
    /// Clockwise turn at which they were looked for, degrees.
    pub turn: u16,
    /// Processor milliseconds of the search alone.
    pub cpu_ms: u64,
}
