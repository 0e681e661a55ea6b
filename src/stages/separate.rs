//! Separate: a dossier's pages that have no document yet are cut into documents.

use crate::blobs::ocfl;
use crate::description::separate::{SeparatePage, documents};
use crate::error::{Kind, Result};
use crate::formats::alto;
use crate::model::change::Change;
use crate::model::holding::{Contents, Document, File, Item, Page, PageState};
use crate::model::plan::Level;
use crate::model::reading::Reading;
use crate::stages::contract::{Context, Stage, Work, wrong_item};
use crate::stages::{cache, names};
use crate::text::natural;
use async_trait::async_trait;
use serde_json::Value;
use std::collections::BTreeSet;

/// See the module.
#[derive(Debug)]
pub struct Separate;

#[async_trait]
impl Stage for Separate {
    fn name(&self) -> &'static str {
        "separate"
    }

    fn level(&self) -> Level {
        Level::Dossier
    }

    async fn run(&self, context: &Context<'_>, _: &Value, work: &mut Work) -> Result<()> {
        let Item::Dossier(contents) = &work.item else { return Err(wrong_item(self.name())) };
        let pages = pages_in_order(contents);
        let mut readings = Vec::with_capacity(pages.len());
        for (_, _, page) in &pages {
            readings.push(match &page.reading {
                Some(key) => Some(cache::expect(context.store, key).await?),
                None => None,
            });
        }
        let separate: Vec<SeparatePage<'_>> = pages
            .iter()
            .zip(&readings)
            .map(|((place, file, page), reading)| SeparatePage {
                file: *place,
                number_in_file: page.number,
                loose: is_loose(contents, file),
                reading: reading.as_ref(),
                blank: page.blank,
            })
            .collect();
        let cut: Vec<Vec<String>> = documents(&separate)
            .into_iter()
            .map(|document| document.into_iter().filter_map(|place| pages.get(place)).map(|(_, _, page)| page.id.clone()).collect())
            .collect();
        if !cut.is_empty() {
            work.changes.push(Change::DocumentsFound { dossier: contents.dossier.id.clone(), documents: cut });
        }
        Ok(())
    }
}

/// Pages without a document: files in natural order of their paths, pages by number.
fn pages_in_order(contents: &Contents) -> Vec<(usize, &File, &Page)> {
    let taken: BTreeSet<&str> = contents.documents.iter().flat_map(|document| &document.pages).map(String::as_str).collect();
    let mut files: Vec<&File> = contents.files.iter().collect();
    files.sort_by(|one, other| {
        natural::compare(&one.new.path.shown, &other.new.path.shown).then_with(|| one.new.sha256.cmp(&other.new.sha256))
    });
    let mut pages = Vec::new();
    for (place, file) in files.into_iter().enumerate() {
        let mut own: Vec<&Page> =
            contents.pages.iter().filter(|page| page.file == file.id && is_open(page) && !taken.contains(page.id.as_str())).collect();
        own.sort_by_key(|page| page.number);
        pages.extend(own.into_iter().map(|page| (place, file, page)));
    }
    pages
}

/// Whether the page still needs a document: deposited pages without one are separator sheets.
fn is_open(page: &Page) -> bool {
    matches!(page.state, PageState::Read | PageState::Refused)
}

/// Whether the file is one page of a dossier and not a document of its own: a picture of one page.
fn is_loose(contents: &Contents, file: &File) -> bool {
    file.media_type.starts_with("image/") && contents.pages.iter().filter(|page| page.file == file.id).count() == 1
}

/// The readings of a document's pages in order; refused pages have none.
///
/// # Errors
/// `Unavailable` when the store does not answer; `Corrupt` when a reading is gone.
pub async fn readings_of(context: &Context<'_>, contents: &Contents, document: &Document) -> Result<Vec<Option<Reading>>> {
    let mut readings = Vec::with_capacity(document.pages.len());
    for (number, id) in (1..).zip(&document.pages) {
        let page = contents.page(id);
        let key = page.and_then(|page| page.reading.as_ref());
        readings.push(match key {
            Some(key) => Some(cache::expect(context.store, key).await?),
            None if document.stored && page.is_some_and(|page| page.refusal.is_none()) => {
                stored_reading(context, contents, document, number).await?
            }
            None => None,
        });
    }
    Ok(readings)
}

/// The reading out of the deposited ALTO: after a rebuild the catalogue knows no cache keys.
async fn stored_reading(context: &Context<'_>, contents: &Contents, document: &Document, number: u32) -> Result<Option<Reading>> {
    let path = names::in_object(document.number, &names::alto(number));
    match ocfl::get(context.store, &names::object(&contents.dossier.name), &path).await {
        Ok(bytes) => alto::parse(&String::from_utf8_lossy(&bytes)).map(Some),
        Err(error) if error.kind() == Kind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}
