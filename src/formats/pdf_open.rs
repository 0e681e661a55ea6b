//! Opening a PDF: whether it can be read, and what is odd about it as a file. Nothing in it is ever run.

use crate::limits::Limits;
use crate::pdf_objects::{self, Node};
use crate::signatures;
use hayro::hayro_syntax::object::{Dict, Number};
use hayro::hayro_syntax::{DecryptionError, LoadPdfError, Pdf};
use sohoa_base::error::{Error, Result};
use sohoa_base::model::record::Signature;
use sohoa_base::model::refusal::Warning;
use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

/// Opens the file for reading its pages.
///
/// # Errors
/// Denied where a password is needed, Corrupt where no page can be found, Limit for too many pages.
pub(crate) fn open(bytes: &Arc<Vec<u8>>, limits: &Limits) -> Result<Pdf> {
    let broken = || Error::corrupt("PDF is damaged: no page can be found in it; scan the pages again or save it anew");
    let pdf = catch_unwind(AssertUnwindSafe(|| Pdf::new(bytes.clone()))).map_err(|_| broken())?.map_err(|error| match error {
        LoadPdfError::Decryption(DecryptionError::PasswordProtected) => {
            Error::denied("PDF is encrypted: a password is needed; deliver it without one")
        }
        LoadPdfError::Decryption(DecryptionError::UnsupportedAlgorithm) => {
            Error::denied("PDF is encrypted in a way that cannot be read; deliver it without encryption")
        }
        LoadPdfError::Decryption(_) => Error::corrupt("PDF is damaged: its encryption is incomplete; deliver it without encryption"),
        LoadPdfError::Invalid => broken(),
    })?;
    let pages = pdf.pages().len();
    if pages == 0 {
        return Err(broken());
    }
    if page_count_is_senseless(&pdf) {
        return Err(Error::corrupt("PDF is damaged: its list of pages is no list; scan the pages again or save it anew"));
    }
    limits.check_pages(u32::try_from(pages).unwrap_or(u32::MAX))?;
    Ok(pdf)
}

/// Whether the root of the page tree has a `/Count` that is not a number: then nothing says which of the
/// objects that look like pages are pages.
fn page_count_is_senseless(pdf: &Pdf) -> bool {
    let catalog = pdf.xref().get::<Dict<'_>>(pdf.xref().root_id());
    let pages = catalog.and_then(|catalog| catalog.get::<Dict<'_>>("Pages"));
    pages.is_some_and(|pages| pages.contains_key("Count") && pages.get::<Number>("Count").is_none())
}

/// What a PDF says about itself beside its pages.
#[derive(Debug, Default)]
pub(crate) struct Structure {
    /// Signatures, in order of signing.
    pub(crate) signatures: Vec<Signature>,
    /// What is odd.
    pub(crate) warnings: Vec<Warning>,
}

/// Walks over the objects for signatures and active content, and checks the frame of the file.
pub(crate) fn structure(bytes: &Arc<Vec<u8>>, pdf: &Pdf) -> Structure {
    let mut found = Found { file_bytes: bytes.len() as f64, ..Found::default() };
    let sound = pdf_objects::walk(bytes, pdf, &mut |entries, key| found.look(entries, key));
    let mut warnings = frame_warnings(bytes, pdf, &found, sound);
    if !found.active.is_empty() {
        let list: Vec<&str> = found.active.iter().copied().collect();
        warnings.push(Warning::new("active-content", format!("the PDF carries {}; none of it is run or opened", list.join(", "))));
    }
    if found.external {
        warnings.push(Warning::new("external-data", "the PDF refers to data in another file; it is not opened"));
    }
    let signatures = signatures::read(bytes, &found.signatures);
    Structure { signatures, warnings }
}

#[derive(Default)]
struct Found {
    active: BTreeSet<&'static str>,
    external: bool,
    file_bytes: f64,
    stream_too_long: bool,
    declared_pages: Option<f64>,
    signatures: Vec<BTreeMap<String, Node>>,
}

impl Found {
    fn look(&mut self, entries: &BTreeMap<String, Node>, key: &str) {
        let name = |key: &str| entries.get(key).map_or("", Node::name);
        match name("S") {
            "JavaScript" => self.note("JavaScript"),
            "Launch" => self.note("a command that starts a program"),
            "SubmitForm" => self.note("a form that sends data"),
            "ImportData" => self.note("a form that fetches data"),
            "GoToR" | "GoToE" => self.note("a link into another file"),
            "Rendition" | "Movie" | "Sound" | "RichMediaExecute" => self.note("film or sound"),
            // A link that a reader may click is ordinary; one that opens by itself is not.
            "URI" if matches!(key, "OpenAction" | "O" | "C" | "PO" | "PC" | "PV" | "PI") => self.note("a web address that opens by itself"),
            _ => {}
        }
        if entries.contains_key("JS") && name("S").is_empty() {
            self.note("JavaScript");
        }
        if entries.contains_key("EF") || entries.contains_key("EmbeddedFiles") {
            self.note("attached files");
        }
        if entries.contains_key("XFA") {
            self.note("an XFA form, of which only the drawn page is read");
        }
        if matches!(name("Subtype"), "RichMedia" | "Movie" | "Sound" | "Screen" | "3D") {
            self.note("film or sound");
        }
        // `/F` of a stream's dictionary is its data in another file; elsewhere `/F` means other things.
        if entries.contains_key("Length") && matches!(entries.get("F"), Some(Node::Text(_) | Node::Dictionary(_))) {
            self.external = true;
        }
        if matches!(entries.get("Length"), Some(Node::Number(length)) if *length > self.file_bytes) {
            self.stream_too_long = true;
        }
        if name("Type") == "Pages"
            && !entries.contains_key("Parent")
            && let Some(Node::Number(count)) = entries.get("Count")
        {
            self.declared_pages.get_or_insert(*count);
        }
        if matches!(entries.get("ByteRange"), Some(Node::Array(_))) && entries.contains_key("Contents") {
            self.signatures.push(entries.clone());
        }
    }

    fn note(&mut self, what: &'static str) {
        self.active.insert(what);
    }
}

fn frame_warnings(bytes: &[u8], pdf: &Pdf, found: &Found, sound: bool) -> Vec<Warning> {
    let mut warnings = Vec::new();
    let mut faults = Vec::new();
    if !sound {
        faults.push("it cannot be read as it stands".to_owned());
    }
    if found.stream_too_long {
        faults.push("a part claims to be larger than the file".to_owned());
    }
    let header = bytes.windows(5).take(1024).position(|window| window == b"%PDF-");
    match header {
        Some(0) => {}
        Some(at) => warnings.push(Warning::new("leading-bytes", format!("{at} foreign bytes stand before the PDF; they are skipped"))),
        None => faults.push("its header is missing".to_owned()),
    }
    if header.is_some_and(|at| !matches!(bytes.get(at + 5..at + 8), Some([b'1' | b'2', b'.', b'0'..=b'9']))) {
        faults.push("its version is missing".to_owned());
    }
    if !cross_reference_is_found(bytes, header.unwrap_or(0)) {
        faults.push("its table of contents is missing or misplaced".to_owned());
    }
    let pages = pdf.pages().len();
    if let Some(declared) = found.declared_pages.filter(|declared| *declared != pages as f64) {
        faults.push(format!("it declares {declared} pages, {pages} were found"));
    }
    if !faults.is_empty() {
        warnings.push(Warning::new("damaged", format!("the PDF is damaged and was recovered: {}", faults.join("; "))));
    }
    warnings
}

/// Whether `startxref` at the end points to a table or to an object.
fn cross_reference_is_found(bytes: &[u8], header: usize) -> bool {
    let tail_start = bytes.len().saturating_sub(2048);
    let tail = bytes.get(tail_start..).unwrap_or_default();
    let Some(at) = tail.windows(9).rposition(|window| window == b"startxref") else { return false };
    let digits: String = tail
        .iter()
        .skip(at + 9)
        .map(|byte| char::from(*byte))
        .skip_while(char::is_ascii_whitespace)
        .take_while(char::is_ascii_digit)
        .take(12)
        .collect();
    let Ok(offset) = digits.parse::<usize>() else { return false };
    [offset, offset + header].into_iter().any(|place| {
        let start: Vec<u8> = bytes.iter().skip(place).take(24).copied().skip_while(u8::is_ascii_whitespace).collect();
        start.starts_with(b"xref") || start.windows(3).any(|window| window == b"obj") && start.first().is_some_and(u8::is_ascii_digit)
    })
}
