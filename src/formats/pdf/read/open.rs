//! Opening and structural inspection of a PDF. Active content is reported, never executed.

use crate::limits::Limits;
use crate::pdf::read::objects;
use crate::pdf::read::objects::PdfObject;
use crate::pdf::read::signatures;
use hayro::hayro_syntax::object::{Dict, Number};
use hayro::hayro_syntax::{DecryptionError, LoadPdfError, Pdf};
use sohoa_base::error::Result;
use sohoa_base::messages::{Message, MessageList, file_warnings, files};
use sohoa_base::model::record::Signature;
use sohoa_base::model::refusal::Warning;
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

/// Opens the file for reading its pages.
///
/// # Errors
/// `Denied` if a password is needed, `Corrupt` if no page can be found, `Limit` for too many pages.
pub(crate) fn open(bytes: &Arc<Vec<u8>>, limits: &Limits) -> Result<Pdf> {
    let broken = files::pdf_without_pages;
    let pdf = catch_unwind(AssertUnwindSafe(|| Pdf::new(bytes.clone()))).map_err(|_| broken())?.map_err(|error| match error {
        LoadPdfError::Decryption(DecryptionError::PasswordProtected) => files::pdf_password_needed(),
        LoadPdfError::Decryption(DecryptionError::UnsupportedAlgorithm) => files::pdf_encryption_unsupported(),
        LoadPdfError::Decryption(_) => files::pdf_encryption_incomplete(),
        LoadPdfError::Invalid => broken(),
    })?;
    let pages = pdf.pages().len();
    if pages == 0 {
        return Err(broken());
    }
    if has_invalid_page_count(&pdf) {
        return Err(files::pdf_page_list_invalid());
    }
    limits.check_pages(u32::try_from(pages).unwrap_or(u32::MAX))?;
    Ok(pdf)
}

/// Whether the root of the page tree has a `/Count` that is not a number. The page tree cannot be trusted then, so it
/// is unknown which page-like objects are pages.
fn has_invalid_page_count(pdf: &Pdf) -> bool {
    let catalog = pdf.xref().get::<Dict<'_>>(pdf.xref().root_id());
    let pages = catalog.and_then(|catalog| catalog.get::<Dict<'_>>("Pages"));
    pages.is_some_and(|pages| pages.contains_key("Count") && pages.get::<Number>("Count").is_none())
}

/// Properties of a PDF besides its pages.
#[derive(Debug, Default)]
pub(crate) struct PdfStructure {
    /// Signatures, in order of signing.
    pub(crate) signatures: Vec<Signature>,
    /// Irregularities found.
    pub(crate) warnings: Vec<Warning>,
}

/// Walks all objects for signatures and active content, and checks header, cross-reference table and page count.
pub(crate) fn inspect_structure(bytes: &Arc<Vec<u8>>, pdf: &Pdf) -> PdfStructure {
    let mut found = StructureScan { file_bytes: bytes.len() as f64, ..StructureScan::default() };
    let is_intact = objects::walk(bytes, pdf, &mut |entries, key| found.visit_dictionary(entries, key));
    let mut warnings = structure_warnings(bytes, pdf, &found, is_intact);
    if !found.active_content.is_empty() {
        let list: Vec<Message> = found.active_content.values().cloned().collect();
        warnings.push(Warning::new("active-content", &file_warnings::warning_pdf_active_content(MessageList(list))));
    }
    if found.has_external_references {
        warnings.push(Warning::new("external-data", &file_warnings::warning_pdf_external_data()));
    }
    let signatures = signatures::read(bytes, &found.signatures);
    PdfStructure { signatures, warnings }
}

/// Findings collected while walking the objects.
#[derive(Default)]
struct StructureScan {
    active_content: BTreeMap<&'static str, Message>,
    has_external_references: bool,
    file_bytes: f64,
    stream_too_long: bool,
    declared_pages: Option<f64>,
    signatures: Vec<BTreeMap<String, PdfObject>>,
}

impl StructureScan {
    fn visit_dictionary(&mut self, entries: &BTreeMap<String, PdfObject>, key: &str) {
        let name = |key: &str| entries.get(key).map_or("", PdfObject::name);
        match name("S") {
            "JavaScript" => self.note_active_content(file_warnings::active_javascript()),
            "Launch" => self.note_active_content(file_warnings::active_launch()),
            "SubmitForm" => self.note_active_content(file_warnings::active_submit_form()),
            "ImportData" => self.note_active_content(file_warnings::active_import_data()),
            "GoToR" | "GoToE" => self.note_active_content(file_warnings::active_link_to_file()),
            "Rendition" | "Movie" | "Sound" | "RichMediaExecute" => self.note_active_content(file_warnings::active_media()),
            // A link that a reader can click is ordinary; only one that opens by itself is reported.
            "URI" if matches!(key, "OpenAction" | "O" | "C" | "PO" | "PC" | "PV" | "PI") => {
                self.note_active_content(file_warnings::active_web_address())
            }
            _ => {}
        }
        if entries.contains_key("JS") && name("S").is_empty() {
            self.note_active_content(file_warnings::active_javascript());
        }
        if entries.contains_key("EF") || entries.contains_key("EmbeddedFiles") {
            self.note_active_content(file_warnings::active_attachments());
        }
        if entries.contains_key("XFA") {
            self.note_active_content(file_warnings::active_xfa());
        }
        if matches!(name("Subtype"), "RichMedia" | "Movie" | "Sound" | "Screen" | "3D") {
            self.note_active_content(file_warnings::active_media());
        }
        // In the dictionary of a stream `/F` refers to its data in another file; elsewhere `/F` has other meanings.
        if entries.contains_key("Length") && matches!(entries.get("F"), Some(PdfObject::Text(_) | PdfObject::Dictionary(_))) {
            self.has_external_references = true;
        }
        if matches!(entries.get("Length"), Some(PdfObject::Number(length)) if *length > self.file_bytes) {
            self.stream_too_long = true;
        }
        if name("Type") == "Pages"
            && !entries.contains_key("Parent")
            && let Some(PdfObject::Number(count)) = entries.get("Count")
        {
            self.declared_pages.get_or_insert(*count);
        }
        if matches!(entries.get("ByteRange"), Some(PdfObject::Array(_))) && entries.contains_key("Contents") {
            self.signatures.push(entries.clone());
        }
    }

    fn note_active_content(&mut self, what: Message) {
        self.active_content.insert(what.code(), what);
    }
}

fn structure_warnings(bytes: &[u8], pdf: &Pdf, found: &StructureScan, is_intact: bool) -> Vec<Warning> {
    let mut warnings = Vec::new();
    let mut faults = Vec::new();
    if !is_intact {
        faults.push(file_warnings::pdf_fault_unreadable());
    }
    if found.stream_too_long {
        faults.push(file_warnings::pdf_fault_stream_too_long());
    }
    let header = bytes.windows(5).take(1024).position(|window| window == b"%PDF-");
    match header {
        Some(0) => {}
        Some(at) => warnings.push(Warning::new("leading-bytes", &file_warnings::warning_pdf_leading_bytes(at))),
        None => faults.push(file_warnings::pdf_fault_header()),
    }
    if header.is_some_and(|at| !matches!(bytes.get(at + 5..at + 8), Some([b'1' | b'2', b'.', b'0'..=b'9']))) {
        faults.push(file_warnings::pdf_fault_version());
    }
    if !has_cross_reference(bytes, header.unwrap_or(0)) {
        faults.push(file_warnings::pdf_fault_cross_reference());
    }
    let pages = pdf.pages().len();
    if let Some(declared) = found.declared_pages.filter(|declared| *declared != pages as f64) {
        faults.push(file_warnings::pdf_fault_page_count(declared, pages));
    }
    if !faults.is_empty() {
        warnings.push(Warning::new("damaged", &file_warnings::warning_pdf_recovered(MessageList(faults))));
    }
    warnings
}

/// Whether `startxref` in the last 2 KB points to a cross-reference table or to an object.
fn has_cross_reference(bytes: &[u8], header: usize) -> bool {
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
