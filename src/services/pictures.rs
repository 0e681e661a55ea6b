//! Pages to look at: the picture of one, and where its words stand.

use crate::archive::Archive;
use crate::find::found_for;
use crate::masked::{hidden, load, original, reading};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;
use sha2::{Digest, Sha256};
use sohoa_base::error::{Error, Result};
use sohoa_base::model::account::{Identity, Right};
use sohoa_base::model::geometry::Bounds;
use sohoa_base::model::record::{Record, RecordedDocument, RecordedPage};
use sohoa_file_worker::client::FileWorker;
use sohoa_file_worker::request::PreviewOptions;
use sohoa_formats::masked::Hidden;

/// How large a page is shown.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Size {
    /// For a list: 240 px across.
    Small,
    /// For reading: 1,654 px across, A4 at 200 dpi.
    #[default]
    Usual,
    /// As it was delivered, up to A4 at 600 dpi.
    Full,
}

impl Size {
    /// Most px across.
    #[must_use]
    pub fn width(self) -> u32 {
        match self {
            Self::Small => 240,
            Self::Usual => 1_654,
            Self::Full => 4_961,
        }
    }
}

/// A page that somebody may look at.
#[derive(Debug)]
pub struct Looked {
    record: Record,
    page: RecordedPage,
    document: String,
    /// What is painted over, where it is looked at as the public would.
    hidden: Option<Hidden>,
}

impl Looked {
    /// What changes whenever its picture does, as an HTTP entity tag.
    #[must_use]
    pub fn tag(&self, size: Size) -> String {
        let Self { page, hidden, .. } = self;
        let boxes = hidden
            .iter()
            .flat_map(|hidden| &hidden.bounds)
            .map(|bounds| format!("{},{},{},{}", bounds.x0, bounds.y0, bounds.x1, bounds.y1));
        let painted = hidden.as_ref().map(|_| format!("-{}", hex::encode(Sha256::digest(boxes.collect::<Vec<_>>().join(" ")))));
        format!("\"{}-{}-{}-{}{}\"", page.original, page.original_page, page.turn, size.width(), painted.unwrap_or_default())
    }
}

/// The words of a page with their places.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct PageWords {
    /// Width of the upright page, px: what boxes are measured on.
    pub width: u32,
    /// Height of it, px.
    pub height: u32,
    /// Lines in reading order.
    pub lines: Vec<Vec<PlacedWord>>,
}

/// A word on a page.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct PlacedWord {
    /// Which word of the page in reading order, from 1.
    pub word: u32,
    /// What it says.
    pub text: String,
    /// How sure, 0 to 100.
    pub confidence: u8,
    /// Where.
    pub bounds: Bounds,
    /// What the other reader made of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub other: Option<String>,
}

/// The page of a document in a unit where `by` may read.
///
/// # Errors
/// `NotFound` for an unknown one, or one of another unit.
pub async fn page_for(archive: &Archive, by: &Identity, document: &str, page: u32) -> Result<Looked> {
    let (record, found) = found_for(archive, by, Right::Read, document).await?;
    let page = page_of(&found, page)?.clone();
    Ok(Looked { record, page, document: document.to_owned(), hidden: None })
}

/// The same as the public would see it: personal data are painted over.
///
/// # Errors
/// As [`page_for`]; `NotFound` for a page that was not read, since nobody knows what must be hidden on it.
pub async fn masked_page_for(archive: &Archive, by: &Identity, document: &str, page: u32) -> Result<Looked> {
    let looked = page_for(archive, by, document, page).await?;
    let reading = reading(archive, &looked.record, &looked.page).await?;
    let unread = || Error::not_found(format!("page {page} was not read, so nobody knows what must be hidden on it"));
    let reading = reading.ok_or_else(unread)?;
    let bounds = hidden(&reading, page);
    Ok(Looked { hidden: Some(Hidden::on(&reading, bounds)), ..looked })
}

fn page_of(document: &RecordedDocument, page: u32) -> Result<&RecordedPage> {
    document.pages.iter().find(|own| own.number == page).ok_or_else(|| Error::not_found(format!("the document has no page {page}")))
}

/// Its upright picture as a JPEG; that it was looked at closely is kept.
///
/// # Errors
/// Those of reading processes for a page that cannot be decoded.
pub async fn picture(archive: &Archive, by: &Identity, looked: &Looked, size: Size) -> Result<Vec<u8>> {
    let Looked { record, page, document, hidden } = looked;
    if size != Size::Small {
        let body = match hidden {
            Some(_) => json!({ "by": by.user.name, "document": document, "page": page.number, "masked": true }),
            None => json!({ "by": by.user.name, "document": document, "page": page.number }),
        };
        archive.catalog.note("", "", "page-seen", body).await?;
    }
    let mut viewer = FileWorker::lease(&archive.viewers, &page.original).await?;
    load(archive, &mut viewer, record, page).await?;
    let options = PreviewOptions { turn: page.turn, width: size.width(), hidden: hidden.clone() };
    viewer.preview(&original(record, page)?.media_type, page.original_page, options).await
}

/// Its words.
///
/// # Errors
/// `NotFound` for a page that was not read.
pub async fn words(archive: &Archive, looked: &Looked) -> Result<PageWords> {
    let Looked { record, page, .. } = looked;
    let reading = reading(archive, record, page).await?;
    let reading = reading.ok_or_else(|| Error::not_found(format!("page {} was not read", page.number)))?;
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
