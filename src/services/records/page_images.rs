//! Page images for viewing, and the words of a page with their bounds.

use crate::archive::Archive;
use crate::records::queries::authorized_document;
use crate::records::redacted_copy::{find_original, load_original, load_reading, personal_data_bounds};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;
use sha2::{Digest, Sha256};
use sohoa_base::error::Result;
use sohoa_base::messages::{decisions, records};
use sohoa_base::model::account::{Identity, Right};
use sohoa_base::model::page::geometry::Bounds;
use sohoa_base::model::record::{Record, RecordedDocument, RecordedPage};
use sohoa_file_worker::client::FileWorker;
use sohoa_file_worker::request::PreviewOptions;
use sohoa_formats::redaction::Redaction;

/// Size of a page image.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum ImageSize {
    /// For lists: 240 px wide.
    Small,
    /// For reading: 1,654 px wide, A4 at 200 dpi.
    #[default]
    #[serde(alias = "usual")]
    Medium,
    /// As delivered, up to 4,961 px wide (A4 at 600 dpi).
    Full,
}

impl ImageSize {
    /// Maximum width, px.
    #[must_use]
    pub fn width(self) -> u32 {
        match self {
            Self::Small => 240,
            Self::Medium => 1_654,
            Self::Full => 4_961,
        }
    }
}

/// A page whose view was authorised.
#[derive(Debug)]
pub struct PageView {
    record: Record,
    page: RecordedPage,
    document: String,
    /// Redaction of personal data, for the public view.
    hidden: Option<Redaction>,
}

impl PageView {
    /// HTTP entity tag: changes whenever the image does.
    #[must_use]
    pub fn etag(&self, size: ImageSize) -> String {
        let Self { page, hidden, .. } = self;
        let boxes = hidden
            .iter()
            .flat_map(|hidden| &hidden.bounds)
            .map(|bounds| format!("{},{},{},{}", bounds.x0, bounds.y0, bounds.x1, bounds.y1));
        let painted = hidden.as_ref().map(|_| format!("-{}", hex::encode(Sha256::digest(boxes.collect::<Vec<_>>().join(" ")))));
        format!("\"{}-{}-{}-{}{}\"", page.original, page.original_page, page.turn, size.width(), painted.unwrap_or_default())
    }
}

/// Words of a page with their bounds.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct PageWords {
    /// Width of the upright page, px; bounds refer to it.
    pub width: u32,
    /// Height of the upright page, px.
    pub height: u32,
    /// Lines in reading order.
    pub lines: Vec<Vec<PlacedWord>>,
}

/// A word on a page.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct PlacedWord {
    /// Number of the word on the page in reading order, from 1.
    pub word: u32,
    /// Text.
    pub text: String,
    /// Confidence, 0 to 100.
    pub confidence: u8,
    /// Bounds on the page, px.
    pub bounds: Bounds,
    /// Reading of the other engine, where it differs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub other: Option<String>,
}

/// A page of a document in a unit where `by` may read.
///
/// # Errors
/// `NotFound` for an unknown one, or one of another unit.
pub async fn authorized_page(archive: &Archive, by: &Identity, document: &str, page: u32) -> Result<PageView> {
    let (record, found) = authorized_document(archive, by, Right::Read, document).await?;
    let page = find_page(&found, page)?.clone();
    Ok(PageView { record, page, document: document.to_owned(), hidden: None })
}

/// The public view of a page: personal data are redacted.
///
/// # Errors
/// As [`authorized_page`]; `NotFound` for a page that was not read, since its personal data are unknown.
pub async fn authorized_redacted_page(archive: &Archive, by: &Identity, document: &str, page: u32) -> Result<PageView> {
    let view = authorized_page(archive, by, document, page).await?;
    let reading = load_reading(archive, &view.record, &view.page).await?;
    let reading = reading.ok_or_else(|| records::page_not_redactable(page))?;
    let bounds = personal_data_bounds(&reading, page);
    Ok(PageView { hidden: Some(Redaction::for_reading(&reading, bounds)), ..view })
}

fn find_page(document: &RecordedDocument, page: u32) -> Result<&RecordedPage> {
    document.pages.iter().find(|own| own.number == page).ok_or_else(|| decisions::document_page_unknown(page))
}

/// Upright image of the page as a JPEG. Views larger than [`ImageSize::Small`] are recorded in the audit trail.
///
/// # Errors
/// Those of reading processes for a page that cannot be decoded.
pub async fn page_image(archive: &Archive, by: &Identity, view: &PageView, size: ImageSize) -> Result<Vec<u8>> {
    let PageView { record, page, document, hidden } = view;
    if size != ImageSize::Small {
        let body = match hidden {
            Some(_) => json!({ "by": by.user.name, "document": document, "page": page.number, "masked": true }),
            None => json!({ "by": by.user.name, "document": document, "page": page.number }),
        };
        archive.catalog.append_read_event("", "", "page-seen", body).await?;
    }
    let mut viewer = FileWorker::lease(&archive.viewers, Some(&record.fonds), &page.original).await?;
    load_original(archive, &mut viewer, record, page).await?;
    let options = PreviewOptions { turn: page.turn, width: size.width(), hidden: hidden.clone() };
    viewer.preview(&find_original(record, page)?.media_type, page.original_page, options).await
}

/// Words of the page.
///
/// # Errors
/// `NotFound` for a page that was not read.
pub async fn page_words(archive: &Archive, view: &PageView) -> Result<PageWords> {
    let PageView { record, page, .. } = view;
    let reading = load_reading(archive, record, page).await?;
    let reading = reading.ok_or_else(|| records::page_not_read(page.number))?;
    let mut number = 0;
    let lines = reading.blocks.iter().flat_map(|block| &block.lines).map(|line| {
        let placed = line.words.iter().map(|word| {
            number += 1;
            let other = word.alternative.as_ref().map(|other| other.text.clone());
            PlacedWord { word: number, text: word.text.clone(), confidence: word.confidence, bounds: word.bounds, other }
        });
        placed.collect()
    });
    Ok(PageWords { lines: lines.collect(), width: reading.width, height: reading.height })
}
