//! Inspection of a delivered file without decoding its pages: media type, page count, signatures, warnings.

use crate::image::image_files;
use crate::limits::Limits;
use crate::media_types;
use crate::pdf::read::open;
use crate::tables::manifest;
use crate::tiff::tiff_file::TiffFile;
use sohoa_base::error::Result;
use sohoa_base::messages::{file_warnings, files};
use sohoa_base::model::record::Signature;
use sohoa_base::model::refusal::Warning;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

/// Result of inspecting a file.
#[derive(Debug, Clone, PartialEq)]
pub struct Inspection {
    /// Media type, detected from the content.
    pub media_type: String,
    /// Number of pages; 0 for an archive or a list.
    pub pages: u32,
    /// Digital signatures, in order of signing.
    pub signatures: Vec<Signature>,
    /// Irregularities found.
    pub warnings: Vec<Warning>,
}

/// Length of the start of a file from which its media type is detected, bytes.
pub const SNIFF_BYTES: usize = 4096;

/// Media type of a file that begins with `head` ([`SNIFF_BYTES`] bytes, all of a shorter file), if files of this type are accepted:
/// scans, archives and lists.
///
/// # Errors
/// `Invalid` for an empty file and for any other type.
pub fn accepted_media_type(head: &[u8]) -> Result<&'static str> {
    if head.is_empty() {
        return Err(files::file_empty());
    }
    match media_types::detect(head) {
        None => Err(files::file_kind_unknown()),
        Some(taken @ (media_types::ZIP | media_types::TAR | media_types::GZIP | "text/csv" | "application/json")) => Ok(taken),
        Some(scan) if media_types::READABLE.contains(&scan) => Ok(scan),
        Some(other) => Err(files::file_not_a_scan(media_types::describe(other))),
    }
}

/// Inspects a whole file without decoding its pages. `name` is only compared with the content.
///
/// # Errors
/// `Invalid` for an empty file or one that is not a scan, `Denied` for an encrypted PDF, `Corrupt` for
/// a damaged file, `Limit` for one that is too large.
pub fn inspect(name: &str, bytes: Arc<Vec<u8>>, limits: &Limits) -> Result<Inspection> {
    catch_unwind(AssertUnwindSafe(|| inspect_content(name, &bytes, limits))).unwrap_or_else(|_| Err(files::file_undecodable()))
}

fn inspect_content(name: &str, bytes: &Arc<Vec<u8>>, limits: &Limits) -> Result<Inspection> {
    let media_type = accepted_media_type(bytes.get(..bytes.len().min(SNIFF_BYTES)).unwrap_or_default())?;
    let mut found = Inspection { media_type: media_type.to_owned(), pages: 1, signatures: Vec::new(), warnings: Vec::new() };
    match media_type {
        media_types::PDF => {
            let pdf = open::open(bytes, limits)?;
            found.pages = pdf.pages().len() as u32;
            let structure = open::inspect_structure(bytes, &pdf);
            found.signatures = structure.signatures;
            found.warnings = structure.warnings;
        }
        media_types::TIFF => {
            let file = TiffFile::open(bytes.clone(), *limits)?;
            found.pages = file.page_count();
            found.warnings = file.warnings();
        }
        media_types::ZIP | media_types::TAR | media_types::GZIP => found.pages = 0,
        list @ ("text/csv" | "application/json") => {
            manifest::count_rows(bytes, list)?;
            found.pages = 0;
        }
        picture => found.warnings = image_files::check_header(bytes, picture, limits)?,
    }
    if !media_types::extension_fits(name, media_type) {
        let message = file_warnings::warning_name_mismatch(media_types::describe(media_type));
        found.warnings.push(Warning::new("name-mismatch", &message));
    }
    Ok(found)
}
