//! The readings of a document, page after page: none is held longer than it is looked at.

use crate::blobs::ocfl;
use crate::description::decided::correct_reading;
use crate::error::{Kind, Result};
use crate::formats::alto;
use crate::model::holding::{Contents, Document};
use crate::model::reading::Reading;
use crate::stages::contract::Context;
use crate::stages::{cache, names};

/// The reading of the document's page `number`, from 1, with the words that people corrected; a refused page has none.
///
/// # Errors
/// `Unavailable` when the store does not answer; `Corrupt` when a reading is gone.
pub async fn of_page(context: &Context<'_>, contents: &Contents, document: &Document, number: u32) -> Result<Option<Reading>> {
    let page = document.page(number).and_then(|id| contents.page(id));
    let read = match page.and_then(|page| page.reading.as_ref()) {
        Some(key) => cache::expect(context.store, key).await.map(Some)?,
        None if contents.dossier.version > 0 && page.is_some_and(|page| page.refusal.is_none()) => {
            stored(context, contents, document, number).await?
        }
        None => None,
    };
    Ok(read.map(|mut reading| {
        correct_reading(&mut reading, number, &document.decisions);
        reading
    }))
}

/// The reading out of the deposited ALTO: after a rebuild the catalogue knows no cache keys.
async fn stored(context: &Context<'_>, contents: &Contents, document: &Document, number: u32) -> Result<Option<Reading>> {
    let path = names::in_object(document.number, &names::alto(number));
    match ocfl::get(context.store, &names::object(&contents.dossier.name), &path).await {
        Ok(bytes) => alto::parse(&String::from_utf8_lossy(&bytes)).map(Some),
        Err(error) if error.kind() == Kind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}
