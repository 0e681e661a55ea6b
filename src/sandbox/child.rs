//! The reading process: serves requests over its standard input and output.

use crate::jail;
use crate::picture;
use crate::protocol::{Answer, Ask, read_frame, write_frame};
use sohoa_base::error::{Error, Result};
use sohoa_engine::contract::Engine;
use sohoa_engine::cpu_time::cpu_time_ms;
use sohoa_formats::inspect::inspect;
use sohoa_formats::limits::Limits;
use sohoa_formats::masked;
use sohoa_formats::pdf_write::Writer;
use sohoa_formats::source::Source;
use sohoa_formats::table;
use sohoa_recognition::page::{find_stamps, read_page};
use std::collections::BTreeMap;
use std::io::{BufReader, BufWriter};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

/// What a reading process is started with.
#[derive(Debug, Clone, Copy)]
pub struct Terms {
    /// Address space, MiB.
    pub memory_mib: u64,
    /// Processor seconds for each request.
    pub cpu_seconds: u64,
    /// What one input may cost.
    pub limits: Limits,
}

/// What the process holds between requests.
struct Desk {
    engine: Box<dyn Engine>,
    limits: Limits,
    bytes: Arc<Vec<u8>>,
    source: Option<Source>,
    pdf: Option<Writer>,
}

/// Stack for parsers that follow nested input, bytes.
const STACK: usize = 64 << 20;

/// Serves until the parent closes the pipe. `open` makes the engine, before the doors close.
///
/// # Errors
/// When the engine cannot be opened or the kernel cannot limit the process.
pub fn serve(terms: Terms, open: impl FnOnce() -> Result<Box<dyn Engine>> + Send + 'static) -> Result<()> {
    let _ = rustix::process::set_parent_process_death_signal(Some(rustix::process::Signal::KILL));
    let worker = std::thread::Builder::new()
        .name("reader".to_owned())
        .stack_size(STACK)
        .spawn(move || -> Result<()> {
            let engine = open()?;
            jail::limit_memory(terms.memory_mib)?;
            jail::close_doors()?;
            jail::check_doors()?;
            answer_all(terms, engine)
        })
        .map_err(|error| Error::unavailable("the reading process cannot start its thread").caused_by(error))?;
    worker.join().unwrap_or_else(|_| Err(Error::internal("the reading process panicked")))
}

fn answer_all(terms: Terms, engine: Box<dyn Engine>) -> Result<()> {
    let mut input = BufReader::new(std::io::stdin().lock());
    let mut output = BufWriter::new(std::io::stdout().lock());
    write_frame(&mut output, &Answer::Ready { models: engine.models() }, &[])?;
    let mut desk = Desk { engine, limits: terms.limits, bytes: Arc::default(), source: None, pdf: None };
    while let Some((ask, payload)) = read_frame::<Ask>(&mut input)? {
        jail::allow_cpu(terms.cpu_seconds)?;
        let outcome = catch_unwind(AssertUnwindSafe(|| desk.answer(ask, payload)));
        let (answer, payload) = match outcome {
            Ok(Ok(done)) => done,
            Ok(Err(error)) => (Answer::from_error(&error), Vec::new()),
            Err(panic) => {
                desk.source = None;
                desk.pdf = None;
                (Answer::from_error(&gave_up(panic.as_ref())), Vec::new())
            }
        };
        write_frame(&mut output, &answer, &payload)?;
    }
    Ok(())
}

/// A decoder that panics has met bytes that no decoder expects: the input is damaged.
fn gave_up(panic: &(dyn std::any::Any + Send)) -> Error {
    let why =
        panic.downcast_ref::<&str>().copied().or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("no reason given");
    let why: String = why.chars().take(200).collect();
    Error::corrupt(format!("the file is damaged in a way that made its decoder give up ({why}); scan or export it again"))
}

impl Desk {
    fn answer(&mut self, ask: Ask, payload: Vec<u8>) -> Result<(Answer, Vec<u8>)> {
        match ask {
            Ask::Load { .. } => {
                self.source = None;
                self.bytes = Arc::new(payload);
                Ok((Answer::Done, Vec::new()))
            }
            Ask::Inspect { name } => {
                let found = inspect(&name, self.bytes.clone(), &self.limits)?;
                let answer = Answer::Inspected {
                    media_type: found.media_type,
                    pages: found.pages,
                    signatures: found.signatures,
                    warnings: found.warnings,
                };
                Ok((answer, Vec::new()))
            }
            Ask::Sheets => Ok((Answer::Sheets { sheets: table::sheets(&self.bytes)? }, Vec::new())),
            Ask::Table => Ok((Answer::Table { rows: table::rows(&self.bytes)? }, Vec::new())),
            Ask::Read { media_type, page, options } => {
                let started = cpu_time_ms();
                let picture = self.open(&media_type)?.page(page)?;
                let decoded = cpu_time_ms();
                let read = read_page(picture, self.engine.as_mut(), &options)?;
                let mut cpu_ms: BTreeMap<String, u64> = read.costs_ms;
                cpu_ms.insert("decode".to_owned(), decoded - started);
                Ok((Answer::Page { reading: Box::new(read.reading), warnings: read.warnings, cpu_ms }, Vec::new()))
            }
            Ask::Stamps { media_type, page, options, turn } => {
                let picture = self.open(&media_type)?.page(page)?;
                let found = find_stamps(picture, self.engine.as_mut(), &options, turn)?;
                Ok((Answer::Stamps { stamps: found.stamps, turn: found.turn, cpu_ms: found.cost_ms }, Vec::new()))
            }
            Ask::Picture { media_type, page, turn, width, hidden } => {
                let mut picture = self.open(&media_type)?.page(page)?;
                if let Some(hidden) = hidden {
                    masked::paint(&mut picture.pixels, &hidden);
                }
                Ok((Answer::Done, picture::jpeg(picture.pixels, turn, width)?))
            }
            Ask::PdfBegin { metadata } => {
                self.pdf = Some(Writer::new(&metadata));
                Ok((Answer::Done, Vec::new()))
            }
            Ask::PdfPage { media_type, page, mut reading, hidden } => {
                let mut picture = self.open(&media_type)?.page(page)?;
                if !hidden.is_empty() {
                    masked::hide(&mut picture, &mut reading, &hidden);
                }
                let pdf = self.pdf.as_mut().ok_or_else(no_pdf)?;
                pdf.add_page(&picture, &reading)?;
                Ok((Answer::Done, pdf.take()))
            }
            Ask::PdfMissing => {
                let (a4_width, a4_height) = (595.0, 842.0);
                let pdf = self.pdf.as_mut().ok_or_else(no_pdf)?;
                pdf.add_missing_page(a4_width, a4_height)?;
                Ok((Answer::Done, pdf.take()))
            }
            Ask::PdfEnd => Ok((Answer::Done, self.pdf.take().ok_or_else(no_pdf)?.finish()?)),
        }
    }

    fn open(&mut self, media_type: &str) -> Result<&mut Source> {
        let source = match self.source.take() {
            Some(source) => source,
            None => Source::open(self.bytes.clone(), media_type, &self.limits)?,
        };
        Ok(self.source.insert(source))
    }
}

fn no_pdf() -> Error {
    Error::internal("a page came before its PDF was begun")
}
