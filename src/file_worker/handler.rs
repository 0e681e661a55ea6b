//! Processes requests about the current source, within the worker process.

use crate::preview;
use crate::request::{FoundStamps, InspectedFile, PageRead, PixelLayout, PreviewOptions, Request, Response, SourcePage};
use image::DynamicImage;
use sohoa_base::cpu_time::cpu_time_ms;
use sohoa_base::error::{Error, Result};
use sohoa_base::messages::program;
use sohoa_engine::engine::Engine;
use sohoa_formats::image::page_image::PageImage;
use sohoa_formats::inspect::inspect;
use sohoa_formats::limits::Limits;
use sohoa_formats::pdf::write::pdf_writer::PdfWriter;
use sohoa_formats::redaction;
use sohoa_formats::source::SourceFile;
use sohoa_formats::tables::table_reader;
use sohoa_recognition::page::{ReadOptions, find_stamps, read_page};
use sohoa_sandbox::handler::Handler;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Width and height of an A4 page, points.
const A4: (f64, f64) = (595.0, 842.0);

/// Handler of requests about files, with its state between requests.
pub struct FileHandler {
    engine: Box<dyn Engine>,
    limits: Limits,
    bytes: Arc<Vec<u8>>,
    source: Option<SourceFile>,
    pdf: Option<PdfWriter>,
}

impl FileHandler {
    /// A handler without a source. `limits` apply to each source.
    #[must_use]
    pub fn new(engine: Box<dyn Engine>, limits: Limits) -> Self {
        Self { engine, limits, bytes: Arc::default(), source: None, pdf: None }
    }

    /// Decodes one page of the current source, which is opened at its first page.
    fn page(&mut self, page: &SourcePage) -> Result<PageImage> {
        let source = match self.source.take() {
            Some(source) => source,
            None => SourceFile::open(self.bytes.clone(), &page.media_type, &self.limits)?,
        };
        self.source.insert(source).page(page.page)
    }

    fn inspect(&self, name: &str) -> Result<Response> {
        let found = inspect(name, self.bytes.clone(), &self.limits)?;
        Ok(Response::Inspected(InspectedFile {
            media_type: found.media_type,
            pages: found.pages,
            signatures: found.signatures,
            warnings: found.warnings,
        }))
    }

    fn read(&mut self, page: &SourcePage, options: ReadOptions) -> Result<Response> {
        let started = cpu_time_ms();
        let image = self.page(page)?;
        let decoded = cpu_time_ms();
        let read = read_page(image, self.engine.as_mut(), &options)?;
        let mut cpu_ms: BTreeMap<String, u64> = read.costs_ms;
        cpu_ms.insert("decode".to_owned(), decoded - started);
        Ok(Response::Page(Box::new(PageRead { reading: read.reading, warnings: read.warnings, cpu_ms })))
    }

    fn find_stamps(&mut self, page: &SourcePage, options: ReadOptions, turn: Option<u16>) -> Result<Response> {
        let image = self.page(page)?;
        let found = find_stamps(image, self.engine.as_mut(), &options, turn)?;
        Ok(Response::Stamps(FoundStamps { stamps: found.stamps, turn: found.turn, cpu_ms: found.cost_ms }))
    }

    fn decode(&mut self, page: &SourcePage) -> Result<(Response, Vec<u8>)> {
        let PageImage { pixels, dpi, .. } = self.page(page)?;
        let (width, height) = (pixels.width(), pixels.height());
        let (channels, bytes) = match pixels {
            DynamicImage::ImageLuma8(grey) => (1, grey.into_raw()),
            colour => (3, colour.into_rgb8().into_raw()),
        };
        Ok((Response::Pixels(PixelLayout { width, height, channels, dpi }), bytes))
    }

    fn preview(&mut self, page: &SourcePage, options: PreviewOptions) -> Result<Vec<u8>> {
        let mut image = self.page(page)?;
        if let Some(hidden) = options.hidden {
            redaction::redact_image(&mut image.pixels, &hidden);
        }
        preview::jpeg(image.pixels, options.turn, options.width)
    }
}

impl Handler for FileHandler {
    type Request = Request;
    type Response = Response;

    fn models(&self) -> BTreeMap<String, String> {
        self.engine.model_hashes()
    }

    fn load(&mut self, bytes: Vec<u8>) {
        self.source = None;
        self.bytes = Arc::new(bytes);
    }

    fn handle(&mut self, request: Request) -> Result<(Response, Vec<u8>)> {
        let without_payload = |response: Response| (response, Vec::new());
        let with_payload = |bytes: Vec<u8>| (Response::Done, bytes);
        match request {
            Request::Inspect { name } => self.inspect(&name).map(without_payload),
            Request::Sheets => Ok(without_payload(Response::Sheets(table_reader::read_sheets(&self.bytes)?))),
            Request::Table => Ok(without_payload(Response::Table(table_reader::read_rows(&self.bytes)?))),
            Request::Read { page, options } => self.read(&page, options).map(without_payload),
            Request::FindStamps { page, options, turn } => self.find_stamps(&page, options, turn).map(without_payload),
            Request::Decode { page } => self.decode(&page),
            Request::Preview { page, options } => self.preview(&page, options).map(with_payload),
            Request::BeginPdf { metadata } => {
                self.pdf = Some(PdfWriter::new(&metadata));
                Ok(with_payload(Vec::new()))
            }
            Request::AddPdfPage { page, mut reading, hidden } => {
                let mut image = self.page(&page)?;
                if !hidden.is_empty() {
                    redaction::redact(&mut image, &mut reading, &hidden);
                }
                let pdf = self.pdf.as_mut().ok_or_else(no_pdf)?;
                pdf.add_page(&image, &reading)?;
                Ok(with_payload(pdf.take_bytes()))
            }
            Request::AddMissingPdfPage => {
                let pdf = self.pdf.as_mut().ok_or_else(no_pdf)?;
                pdf.add_placeholder_page(A4.0, A4.1)?;
                Ok(with_payload(pdf.take_bytes()))
            }
            Request::FinishPdf => Ok(with_payload(self.pdf.take().ok_or_else(no_pdf)?.finish()?)),
        }
    }

    fn reset(&mut self) {
        self.source = None;
        self.pdf = None;
    }
}

fn no_pdf() -> Error {
    program::bug("page before its PDF was begun")
}
