//! The parent's side of a worker process: one method per request.

use crate::request::{FoundStamps, InspectedFile, PageRead, PreviewOptions, Request, Response, Sheet, SourcePage};
use sohoa_base::error::{Error, Result};
use sohoa_base::model::page::geometry::Bounds;
use sohoa_base::model::page::reading::Reading;
use sohoa_formats::pdf::write::pdf_writer::PdfMetadata;
use sohoa_recognition::page::ReadOptions;
use sohoa_sandbox::pool::{Pool, WorkerLease};
use std::path::Path;

/// A leased worker process for files. Every request may also fail as [`WorkerLease::request`] does.
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

    /// Processor time used under this lease so far, milliseconds.
    #[must_use]
    pub fn spent_ms(&self) -> u64 {
        self.0.spent_ms()
    }

    /// Inspects the current source; `name` is the name under which it was delivered.
    ///
    /// # Errors
    /// Why the file is refused.
    pub async fn inspect(&mut self, name: &str) -> Result<InspectedFile> {
        match self.0.request(&Request::Inspect { name: name.to_owned() }).await?.0 {
            Response::Inspected(file) => Ok(file),
            _ => Err(unexpected()),
        }
    }

    /// Cells of the current source, a table, by row.
    ///
    /// # Errors
    /// `Corrupt` or `Invalid` where it is not a table.
    pub async fn table(&mut self) -> Result<Vec<Vec<String>>> {
        match self.0.request(&Request::Table).await?.0 {
            Response::Table(rows) => Ok(rows),
            _ => Err(unexpected()),
        }
    }

    /// All sheets of the current source, a workbook.
    ///
    /// # Errors
    /// `Corrupt` or `Invalid` where it is not a workbook or table.
    pub async fn sheets(&mut self) -> Result<Vec<Sheet>> {
        match self.0.request(&Request::Sheets).await?.0 {
            Response::Sheets(sheets) => Ok(sheets),
            _ => Err(unexpected()),
        }
    }

    /// Reads one page.
    ///
    /// # Errors
    /// Why the page is refused.
    pub async fn read_page(&mut self, media_type: &str, page: u32, options: ReadOptions) -> Result<PageRead> {
        match self.0.request(&Request::Read { page: source_page(media_type, page), options }).await?.0 {
            Response::Page(page) => Ok(*page),
            _ => Err(unexpected()),
        }
    }

    /// Searches one page for secrecy stamps. `turn` is the clockwise turn that makes it upright, degrees; `None`: it is detected.
    ///
    /// # Errors
    /// Why the page is refused.
    pub async fn find_stamps(&mut self, media_type: &str, page: u32, options: ReadOptions, turn: Option<u16>) -> Result<FoundStamps> {
        match self.0.request(&Request::FindStamps { page: source_page(media_type, page), options, turn }).await?.0 {
            Response::Stamps(found) => Ok(found),
            _ => Err(unexpected()),
        }
    }

    /// Preview of one page, JPEG.
    ///
    /// # Errors
    /// Why the page is refused.
    pub async fn preview(&mut self, media_type: &str, page: u32, options: PreviewOptions) -> Result<Vec<u8>> {
        self.payload(Request::Preview { page: source_page(media_type, page), options }).await
    }

    /// Begins a searchable PDF and returns its first bytes.
    ///
    /// # Errors
    /// As [`WorkerLease::request`].
    pub async fn begin_pdf(&mut self, metadata: PdfMetadata) -> Result<Vec<u8>> {
        self.payload(Request::BeginPdf { metadata }).await
    }

    /// Adds a page of the current source to the PDF and returns its next bytes. The areas `hidden`, px of the upright reading,
    /// are redacted in image and text.
    ///
    /// # Errors
    /// Why the page is refused.
    pub async fn add_pdf_page(&mut self, media_type: &str, page: u32, reading: Reading, hidden: Vec<Bounds>) -> Result<Vec<u8>> {
        self.payload(Request::AddPdfPage { page: source_page(media_type, page), reading: Box::new(reading), hidden }).await
    }

    /// Adds a placeholder, an empty crossed page, to the PDF and returns its next bytes.
    ///
    /// # Errors
    /// As [`WorkerLease::request`].
    pub async fn add_missing_pdf_page(&mut self) -> Result<Vec<u8>> {
        self.payload(Request::AddMissingPdfPage).await
    }

    /// Finishes the PDF and returns its last bytes.
    ///
    /// # Errors
    /// As [`WorkerLease::request`].
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
