//! Documents as IIIF resources (Presentation, annotations, content search) for external viewers.

use crate::archive::Archive;
use crate::records::queries::read_document;
use crate::records::redacted_copy::load_reading;
use serde_json::Value;
use sohoa_base::error::Result;
use sohoa_base::messages::{decisions, records};
use sohoa_base::model::account::Identity;
use sohoa_base::text::fold::{fold, has_diacritics};
use sohoa_formats::metadata::iiif;
use sohoa_formats::metadata::iiif::Canvas;

/// Base URLs of a document's resources.
#[derive(Debug, Clone)]
pub struct IiifUrls {
    /// URL of manifest, text and search, without the last segment.
    pub base: String,
    /// URL of the pages, without their number.
    pub pages: String,
}

/// Builds the manifest of a document.
///
/// # Errors
/// `NotFound` for an unknown document, or one of another unit.
pub async fn build_manifest(archive: &Archive, by: &Identity, name: &str, addresses: &IiifUrls) -> Result<Value> {
    let (record, document) = read_document(archive, by, name).await?;
    let mut readings = Vec::with_capacity(document.pages.len());
    for page in &document.pages {
        readings.push((page.number, load_reading(archive, &record, page).await?));
    }
    let canvases: Vec<Canvas<'_>> = readings.iter().map(|(page, reading)| Canvas { page: *page, reading: reading.as_ref() }).collect();
    Ok(iiif::manifest(&addresses.base, &addresses.pages, &record, &document, &canvases))
}

/// Text annotations of one page: one for each line.
///
/// # Errors
/// As [`build_manifest`]; `NotFound` for a page that was not read.
pub async fn page_annotations(archive: &Archive, by: &Identity, name: &str, page: u32, at: &str) -> Result<Value> {
    let (record, document) = read_document(archive, by, name).await?;
    let found = document.pages.iter().find(|own| own.number == page);
    let found = found.ok_or_else(|| decisions::document_page_unknown(page))?;
    let reading = load_reading(archive, &record, found).await?;
    let reading = reading.ok_or_else(|| records::page_not_read(page))?;
    Ok(iiif::text_annotations(at, page, &reading))
}

/// Finds words in the document; a query word without diacritics matches with any. `id` is the URL of the request.
///
/// # Errors
/// As [`build_manifest`].
pub async fn search_words(archive: &Archive, by: &Identity, name: &str, query: &str, (at, id): (&str, &str)) -> Result<Value> {
    let (record, document) = read_document(archive, by, name).await?;
    let letters = |word: &str| word.chars().filter(|letter| letter.is_alphanumeric()).collect::<String>();
    let wanted: Vec<(String, bool)> = query
        .split_whitespace()
        .map(|word| (letters(word), has_diacritics(word)))
        .filter(|(word, _)| !word.is_empty())
        .map(|(word, marks)| if marks { (word.to_lowercase(), true) } else { (fold(&word), false) })
        .collect();
    let mut found = Vec::new();
    for page in &document.pages {
        let Some(reading) = load_reading(archive, &record, page).await? else { continue };
        for word in reading.words() {
            let own = letters(&word.text);
            let (exact, folded) = (own.to_lowercase(), fold(&own));
            if wanted.iter().any(|(wanted, marks)| *wanted == if *marks { exact.as_str() } else { folded.as_str() }) {
                found.push((page.number, word.text.clone(), word.bounds));
            }
        }
    }
    Ok(iiif::search_annotations(at, id, &found))
}
