//! Readings of a document, one page at a time, so that memory does not grow with the document.

use crate::object_names;
use crate::read;
use crate::reading_cache;
use crate::record_json::record_from_json;
use crate::stage::{Context, TaskState};
use sohoa_base::error::{Error, ErrorKind, Result};
use sohoa_base::model::dossier::{Document, DossierSnapshot, Item, Page};
use sohoa_base::model::page::reading::Reading;
use sohoa_extraction::evidence::corrections::correct_reading;
use sohoa_formats::metadata::alto;
use sohoa_storage::ocfl::ocfl_object::ObjectReader;

/// The reading of the document's page `number`, from 1, with the words that people corrected; a refused page has none.
///
/// # Errors
/// `Unavailable` when the store does not answer; `NotFound` when a reading is gone that no object has yet.
pub async fn page_reading(context: &Context<'_>, contents: &DossierSnapshot, document: &Document, number: u32) -> Result<Option<Reading>> {
    let page = document.page(number).and_then(|id| contents.page(id));
    let read = match page.and_then(|page| page.reading.as_ref()) {
        Some(key) => match reading_cache::get_required(context, key).await {
            Ok(cached) => Some(cached.reading.clone()),
            // Cached readings may vanish at any time; the object has the words too.
            Err(error) if error.kind() == ErrorKind::NotFound && contents.dossier.version > 0 => {
                Some(deposited_reading(context, contents, page).await?.ok_or(error)?)
            }
            Err(error) => return Err(error),
        },
        None if contents.dossier.version > 0 && page.is_some_and(|page| page.refusal.is_none()) => {
            deposited_reading(context, contents, page).await?
        }
        None => None,
    };
    Ok(read.map(|mut reading| {
        correct_reading(&mut reading, number, &document.decisions);
        reading
    }))
}

/// Reading from the deposited ALTO: after a rebuild the catalogue has no cache keys. The page may belong to another document
/// since then, so it is found by its original and its page number there.
async fn deposited_reading(context: &Context<'_>, contents: &DossierSnapshot, page: Option<&Page>) -> Result<Option<Reading>> {
    let original = page.and_then(|page| Some((contents.file(&page.file)?.delivered.sha256.as_str(), page.number)));
    let object = object_names::dossier_object(&contents.dossier.name);
    let read = async {
        let reader = ObjectReader::open(context.store, &object).await?;
        let record = record_from_json(&reader.get("record.json").await?, &object)?;
        Ok((reader, record))
    };
    let (reader, record) = match read.await {
        Ok(opened) => opened,
        Err(error) if Error::kind(&error) == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    let mut pages = record.documents.iter().flat_map(|document| &document.pages);
    let known = pages.find(|known| Some((known.original.as_str(), known.original_page)) == original);
    let Some(path) = known.and_then(|known| known.alto.as_ref()) else { return Ok(None) };
    let bytes = reader.get(path).await?;
    alto::parse(&String::from_utf8_lossy(&bytes)).map(Some)
}

/// Reads the pages of a document or dossier again whose readings are gone from the cache and in no object yet; returns their number.
///
/// # Errors
/// As reading them the first time.
pub async fn restore_lost(context: &Context<'_>, work: &TaskState) -> Result<u32> {
    let (contents, only) = match &work.item {
        Item::Dossier(contents) => (contents, None),
        Item::Document { document, contents } => (contents, contents.document(document)),
        Item::File { .. } | Item::Page { .. } => return Ok(0),
    };
    let mut restored = 0;
    for page in contents.pages.iter().filter(|page| only.is_none_or(|document| document.pages.contains(&page.id))) {
        let (Some(key), Some(file)) = (&page.reading, contents.file(&page.file)) else { continue };
        if !reading_cache::is_kept(context, key).await? {
            read::read_again(context, work, (&contents.dossier, file, page), key).await?;
            restored += 1;
        }
    }
    Ok(restored)
}
