//! The parent's side of a worker process: one method a request.

use crate::request::{FoundStamps, InspectedFile, PageRead, PreviewOptions, Request, Response, Sheet, SourcePage};
use sohoa_base::error::{Error, Result};
use sohoa_base::model::page::geometry::Bounds;
use sohoa_base::model::page::reading::Reading;
use sohoa_formats::pdf::write::pdf_writer::PdfMetadata;
use sohoa_recognition::page::ReadOptions;
use sohoa_sandbox::pool::{Pool, WorkerLease};
use std::path::Path;

/// A worker process on loan, and what can be asked of it. The errors of every request are those of
/// [`WorkerLease::request`].
#[derive(Debug)]
pub struct FileWorker<'a>(WorkerLease<'a>);

impl<'a> FileWorker<'a> {
    /// Leases a process, preferably one that has `source` loaded already. Waits for a free one.
    ///
    /// # Errors
    /// As [`Pool::lease`].
    pub async fn lease(pool: &'a Pool, source: &str) -> Result<Self> {
        Ok(Self(pool.lease(source).await?))
    }

    /// Leases a process and makes the bytes of a local file its current source, under the name `source`.
    ///
    /// # Errors
    /// As [`Pool::lease`] and [`WorkerLease::load`].
    pub async fn open(pool: &'a Pool, source: &str, file: &Path) -> Result<Self> {
        let mut worker = Self::lease(pool, source).await?;
        worker.load(source, file).await?;
        Ok(worker)
    }

    /// Whether `source` is the current source.
    #[must_use]
    pub fn has(&self, source: &str) -> bool {
        self.0.has(source)
    }

    /// Makes the bytes of a local file the current source under the name `source`.
    ///
    /// # Errors
    /// As [`WorkerLease::load`].
    pub async fn load(&mut self, source: &str, file: &Path) -> Result<()> {
        self.0.load(source, file).await
    }

    /// Processor time that this loan has cost so far, milliseconds.
    #[must_use]
    pub fn spent_ms(&self) -> u64 {
        self.0.spent_ms()
    }

    /// What the current source is; `name` is the one under which it was delivered.
    ///
    /// # Errors
    /// The refusal of the file.
    pub async fn inspect(&mut self, name: &str) -> Result<InspectedFile> {
        match self.0.request(&Request::Inspect { name: name.to_owned() }).await?.0 {
            Response::Inspected(file) => Ok(file),
            _ => Err(unexpected()),
        }
    }

    /// The cells of the current source, which is a table.
    ///
    /// # Errors
    /// `Corrupt` or `Invalid` where it is none.
    pub async fn table(&mut self) -> Result<Vec<Vec<String>>> {
        match self.0.request(&Request::Table).await?.0 {
            Response::Table(rows) => Ok(rows),
            _ => Err(unexpected()),
        }
    }

    /// Every sheet of the current source, which is a workbook.
    ///
    /// # Errors
    /// `Corrupt` or `Invalid` where it is none.
    pub async fn sheets(&mut self) -> Result<Vec<Sheet>> {
        match self.0.request(&Request::Sheets).await?.0 {
            Response::Sheets(sheets) => Ok(sheets),
            _ => Err(unexpected()),
        }
    }

    /// Reads one page.
    ///
    /// # Errors
    /// The refusal of the page.
    pub async fn read_page(&mut self, media_type: &str, page: u32, options: ReadOptions) -> Result<PageRead> {
        match self.0.request(&Request::Read { page: source_page(media_type, page), options }).await?.0 {
            Response::Page(page) => Ok(*page),
            _ => Err(unexpected()),
        }
    }

    /// Looks for stamps of secrecy on one page. `turn`: the clockwise turn that makes it upright, degrees, where it is known.
    ///
    /// # Errors
    /// The refusal of the page.
    pub async fn find_stamps(&mut self, media_type: &str, page: u32, options: ReadOptions, turn: Option<u16>) -> Result<FoundStamps> {
        match self.0.request(&Request::FindStamps { page: source_page(media_type, page), options, turn }).await?.0 {
            Response::Stamps(found) => Ok(found),
            _ => Err(unexpected()),
        }
    }

    /// One page as a JPEG.
    ///
    /// # Errors
    /// The refusal of the page.
    pub async fn preview(&mut self, media_type: &str, page: u32, options: PreviewOptions) -> Result<Vec<u8>> {
        self.payload(Request::Preview { page: source_page(media_type, page), options }).await
    }

    /// Begins a searchable PDF: its first bytes.
    ///
    /// # Errors
    /// Those of the process.
    pub async fn begin_pdf(&mut self, metadata: PdfMetadata) -> Result<Vec<u8>> {
        self.payload(Request::BeginPdf { metadata }).await
    }

    /// Adds a page of the current source to the PDF, with `hidden` painted over and taken out of the text (px of the upright
    /// reading): its next bytes.
    ///
    /// # Errors
    /// The refusal of the page.
    pub async fn add_pdf_page(&mut self, media_type: &str, page: u32, reading: Reading, hidden: Vec<Bounds>) -> Result<Vec<u8>> {
        self.payload(Request::AddPdfPage { page: source_page(media_type, page), reading: Box::new(reading), hidden }).await
    }

    /// Adds an empty, crossed page to the PDF: its next bytes.
    ///
    /// # Errors
    /// Those of the process.
    pub async fn add_missing_pdf_page(&mut self) -> Result<Vec<u8>> {
        self.payload(Request::AddMissingPdfPage).await
    }

    /// Finishes the PDF: its last bytes.
    ///
    /// # Errors
    /// Those of the process.
    pub async fn finish_pdf(&mut self) -> Result<Vec<u8>> {
        self.payload(Request::FinishPdf).await
    }

    async fn payload(&mut self, request: Request) -> Result<Vec<u8>> {
        match self.0.request(&request).await? {
            (Response::Done, payload) => Ok(payload),
            _ => Err(unexpected()),
        }
    }
}

fn source_page(media_type: &str, page: u32) -> SourcePage {
    SourcePage { media_type: media_type.to_owned(), page }
}

fn unexpected() -> Error {
    Error::internal("the reading process answered something else")
}
