//! The parent's side of a worker process: one method per request.

use crate::answer_check;
use crate::request::{FoundStamps, InspectedFile, PageRead, PreviewOptions, Request, Response, Sheet, SourcePage};
use image::{DynamicImage, GrayImage, RgbImage};
use sohoa_base::config::Limits;
use sohoa_base::error::Result;
use sohoa_base::messages::reading;
use sohoa_base::model::page::geometry::Bounds;
use sohoa_base::model::page::reading::Reading;
use sohoa_formats::pdf::write::pdf_writer::PdfMetadata;
use sohoa_recognition::page::ReadOptions;
use sohoa_sandbox::pool::{Pool, WorkerLease};
use std::path::Path;

/// A leased worker process for files. Every request may also fail as [`WorkerLease::request`] does. Answers are checked: one that no
/// file can have is `Internal`, and ends the process.
#[derive(Debug)]
pub struct FileWorker<'a> {
    lease: WorkerLease<'a>,
    limits: Limits,
    /// Bytes of the PDF so far.
    pdf_bytes: u64,
}

/// Pixels of a page.
#[derive(Debug, Clone)]
pub struct DecodedPage {
    /// The pixels: `L8` or `RGB8`.
    pub pixels: DynamicImage,
    /// Resolution on both axes, dots per inch.
    pub dpi: u32,
}

impl<'a> FileWorker<'a> {
    /// Leases a process for files of `unit`, preferably one that has `source` loaded already. Waits for a free one. Without a unit it
    /// is a new one, which ends with the lease.
    ///
    /// # Errors
    /// As [`Pool::lease`].
    pub async fn lease(pool: &'a Pool, unit: Option<&str>, source: &str) -> Result<Self> {
        Ok(Self { lease: pool.lease(unit, source).await?, limits: *pool.limits(), pdf_bytes: 0 })
    }

    /// Leases a process for files of `unit` and makes the bytes of a local file its current source, under the name `source`.
    ///
    /// # Errors
    /// As [`Pool::lease`] and [`WorkerLease::load`].
    pub async fn open(pool: &'a Pool, unit: Option<&str>, source: &str, file: &Path) -> Result<Self> {
        let mut worker = Self::lease(pool, unit, source).await?;
        worker.load(source, file).await?;
        Ok(worker)
    }

    /// Whether `source` is the current source.
    #[must_use]
    pub fn has(&self, source: &str) -> bool {
        self.lease.has(source)
    }

    /// Makes the bytes of a local file the current source under the name `source`.
    ///
    /// # Errors
    /// As [`WorkerLease::load`].
    pub async fn load(&mut self, source: &str, file: &Path) -> Result<()> {
        self.lease.load(source, file).await
    }

    /// Number of the process in the system; none once it has ended.
    #[must_use]
    pub fn process_id(&self) -> Option<u32> {
        self.lease.process_id()
    }

    /// Processor time used under this lease so far, milliseconds.
    #[must_use]
    pub fn spent_ms(&self) -> u64 {
        self.lease.spent_ms()
    }

    /// Inspects the current source; `name` is the name under which it was delivered.
    ///
    /// # Errors
    /// Why the file is refused.
    pub async fn inspect(&mut self, name: &str) -> Result<InspectedFile> {
        match self.request(Request::Inspect { name: name.to_owned() }).await?.0 {
            Response::Inspected(file) => {
                let is_possible = answer_check::is_possible_file(&file, &self.limits);
                self.take_if(is_possible, file)
            }
            _ => self.refuse(),
        }
    }

    /// Cells of the current source, a table, by row.
    ///
    /// # Errors
    /// `Corrupt` or `Invalid` where it is not a table.
    pub async fn table(&mut self) -> Result<Vec<Vec<String>>> {
        match self.request(Request::Table).await?.0 {
            Response::Table(rows) => Ok(rows),
            _ => self.refuse(),
        }
    }

    /// All sheets of the current source, a workbook.
    ///
    /// # Errors
    /// `Corrupt` or `Invalid` where it is not a workbook or table.
    pub async fn sheets(&mut self) -> Result<Vec<Sheet>> {
        match self.request(Request::Sheets).await?.0 {
            Response::Sheets(sheets) => Ok(sheets),
            _ => self.refuse(),
        }
    }

    /// Reads one page.
    ///
    /// # Errors
    /// Why the page is refused.
    pub async fn read_page(&mut self, media_type: &str, page: u32, options: ReadOptions) -> Result<PageRead> {
        match self.request(Request::Read { page: source_page(media_type, page), options }).await?.0 {
            Response::Page(mut page) => {
                let is_possible = answer_check::is_possible_page(&page, &self.limits);
                answer_check::clamp_to_page(&mut page.reading);
                self.take_if(is_possible, *page)
            }
            _ => self.refuse(),
        }
    }

    /// Searches one page for secrecy stamps. `turn` is the clockwise turn that makes it upright, degrees; `None`: it is detected.
    ///
    /// # Errors
    /// Why the page is refused.
    pub async fn find_stamps(&mut self, media_type: &str, page: u32, options: ReadOptions, turn: Option<u16>) -> Result<FoundStamps> {
        match self.request(Request::FindStamps { page: source_page(media_type, page), options, turn }).await?.0 {
            Response::Stamps(found) => {
                let is_possible = answer_check::are_possible_stamps(&found, &self.limits);
                self.take_if(is_possible, found)
            }
            _ => self.refuse(),
        }
    }

    /// Pixels of one page.
    ///
    /// # Errors
    /// Why the page is refused.
    pub async fn decode(&mut self, media_type: &str, page: u32) -> Result<DecodedPage> {
        let (Response::Pixels(layout), bytes) = self.request(Request::Decode { page: source_page(media_type, page) }).await? else {
            return self.refuse();
        };
        if !answer_check::are_possible_pixels(layout, bytes.len(), &self.limits) {
            return self.refuse();
        }
        let pixels = match layout.channels {
            1 => GrayImage::from_raw(layout.width, layout.height, bytes).map(DynamicImage::from),
            _ => RgbImage::from_raw(layout.width, layout.height, bytes).map(DynamicImage::from),
        };
        match pixels {
            Some(pixels) => Ok(DecodedPage { pixels, dpi: layout.dpi }),
            None => self.refuse(),
        }
    }

    /// Preview of one page, JPEG.
    ///
    /// # Errors
    /// Why the page is refused.
    pub async fn preview(&mut self, media_type: &str, page: u32, options: PreviewOptions) -> Result<Vec<u8>> {
        let jpeg = self.payload(Request::Preview { page: source_page(media_type, page), options }).await?;
        self.take_if(jpeg.starts_with(&[0xFF, 0xD8, 0xFF]), jpeg)
    }

    /// Begins a searchable PDF and returns its first bytes.
    ///
    /// # Errors
    /// As [`WorkerLease::request`].
    pub async fn begin_pdf(&mut self, metadata: PdfMetadata) -> Result<Vec<u8>> {
        self.pdf_bytes = 0;
        self.pdf_part(Request::BeginPdf { metadata }).await
    }

    /// Adds a page of the current source to the PDF and returns its next bytes. The areas `hidden`, px of the upright reading,
    /// are redacted in image and text.
    ///
    /// # Errors
    /// Why the page is refused.
    pub async fn add_pdf_page(&mut self, media_type: &str, page: u32, reading: Reading, hidden: Vec<Bounds>) -> Result<Vec<u8>> {
        self.pdf_part(Request::AddPdfPage { page: source_page(media_type, page), reading: Box::new(reading), hidden }).await
    }

    /// Adds a placeholder, an empty crossed page, to the PDF and returns its next bytes.
    ///
    /// # Errors
    /// As [`WorkerLease::request`].
    pub async fn add_missing_pdf_page(&mut self) -> Result<Vec<u8>> {
        self.pdf_part(Request::AddMissingPdfPage).await
    }

    /// Finishes the PDF and returns its last bytes.
    ///
    /// # Errors
    /// As [`WorkerLease::request`].
    pub async fn finish_pdf(&mut self) -> Result<Vec<u8>> {
        self.pdf_part(Request::FinishPdf).await
    }

    /// Next bytes of the PDF, which as a whole is no larger than an archive may be.
    async fn pdf_part(&mut self, request: Request) -> Result<Vec<u8>> {
        let part = self.payload(request).await?;
        self.pdf_bytes = self.pdf_bytes.saturating_add(part.len() as u64);
        if self.pdf_bytes > self.limits.archive_mib << 20 {
            self.lease.discard();
            return Err(reading::document_pdf_too_large(self.limits.archive_mib));
        }
        Ok(part)
    }

    async fn payload(&mut self, request: Request) -> Result<Vec<u8>> {
        match self.request(request).await? {
            (Response::Done, payload) => Ok(payload),
            _ => self.refuse(),
        }
    }

    async fn request(&mut self, request: Request) -> Result<(Response, Vec<u8>)> {
        let limits = request.answer_limits(&self.limits);
        self.lease.request(&request, limits).await
    }

    /// The answer, or an error and the end of the process.
    fn take_if<T>(&mut self, is_possible: bool, answer: T) -> Result<T> {
        if is_possible { Ok(answer) } else { self.refuse() }
    }

    /// Ends the process for an answer that cannot be.
    fn refuse<T>(&mut self) -> Result<T> {
        self.lease.discard();
        Err(reading::reading_answer_impossible())
    }
}

fn source_page(media_type: &str, page: u32) -> SourcePage {
    SourcePage { media_type: media_type.to_owned(), page }
}
