//! Delivered file opened for reading its pages, one decoded page at a time.

use crate::image::image_files;
use crate::image::page_image::PageImage;
use crate::limits::Limits;
use crate::media_types;
use crate::pdf::read::pdf_file::PdfFile;
use crate::tiff::tiff_file::TiffFile;
use sohoa_base::error::Result;
use sohoa_base::messages::files;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

/// Opened file. Holds its bytes and an index of its pages, never a decoded page.
pub struct SourceFile {
    kind: SourceKind,
}

enum SourceKind {
    Pdf(PdfFile),
    Tiff(TiffFile),
    Image { bytes: Arc<Vec<u8>>, media_type: String, limits: Limits },
}

impl SourceFile {
    /// Opens `bytes` of the given type, as returned by [`media_types::detect`]; it must be one of [`media_types::READABLE`].
    ///
    /// # Errors
    /// `Invalid` for any other type, `Denied` for an encrypted PDF, `Corrupt` for a damaged file, `Limit` for
    /// one that is too large.
    pub fn open(bytes: Arc<Vec<u8>>, media_type: &str, limits: &Limits) -> Result<Self> {
        let kind = match media_type {
            media_types::PDF => SourceKind::Pdf(PdfFile::open(&bytes, *limits)?),
            media_types::TIFF => SourceKind::Tiff(TiffFile::open(bytes, *limits)?),
            other if media_types::READABLE.contains(&other) => SourceKind::Image { bytes, media_type: other.to_owned(), limits: *limits },
            other => {
                return Err(files::file_not_a_scan(media_types::describe(other)));
            }
        };
        Ok(Self { kind })
    }

    /// Number of pages, at least 1.
    #[must_use]
    pub fn page_count(&self) -> u32 {
        match &self.kind {
            SourceKind::Pdf(file) => file.page_count(),
            SourceKind::Tiff(file) => file.page_count(),
            SourceKind::Image { .. } => 1,
        }
    }

    /// Decodes page `number`, counted from 1.
    ///
    /// # Errors
    /// `NotFound` for a page that does not exist, `Corrupt` if it cannot be decoded, `Limit` if it is too
    /// large, `Invalid` for an unsupported encoding.
    pub fn page(&mut self, number: u32) -> Result<PageImage> {
        if number == 0 || number > self.page_count() {
            return Err(files::file_page_missing(number, self.page_count()));
        }
        let decode = || match &self.kind {
            SourceKind::Pdf(file) => file.page(number),
            SourceKind::Tiff(file) => file.page(number),
            SourceKind::Image { bytes, media_type, limits } => image_files::decode_page(bytes, media_type, limits),
        };
        // Decoders of other crates may panic on hostile bytes.
        catch_unwind(AssertUnwindSafe(decode)).unwrap_or_else(|_| Err(files::page_undecodable(number)))
    }
}
