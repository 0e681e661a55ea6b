//! Separate: a dossier's pages that have no document yet are cut into documents.

use crate::cache;
use crate::contract::{Context, Stage, Work, wrong_item};
use crate::lists::{self, Compared};
use async_trait::async_trait;
use serde_json::Value;
use sohoa_base::error::Result;
use sohoa_base::model::change::Change;
use sohoa_base::model::holding::{Contents, File, Item, Page, PageState};
use sohoa_base::model::plan::Level;
use sohoa_base::text::natural;
use sohoa_extraction::separate::{SeparatePage, Signs, documents};
use std::collections::BTreeSet;

/// See the module.
#[derive(Debug)]
pub struct Separate;

#[async_trait]
impl Stage for Separate {
    fn name(&self) -> &'static str {
        "separate"
    }

    fn version(&self) -> u32 {
        3
    }

    fn level(&self) -> Level {
        Level::Dossier
    }

    async fn run(&self, context: &Context<'_>, _: &Value, work: &mut Work) -> Result<()> {
        let Item::Dossier(contents) = &work.item else { return Err(wrong_item(self.name())) };
        if contents.is_held() {
            forget(context, contents).await?;
            work.changes.push(Change::DossierHeld { dossier: contents.dossier.id.clone() });
            return Ok(());
        }
        let pages = pages_in_order(contents);
        let list = lists::compare(context, &pages).await?;
        let id = |place: &usize| pages.get(*place).map(|(_, _, page)| page.id.clone());
        if let Some(Compared { documents, findings }) = &list
            && (!documents.is_empty() || !findings.is_empty())
        {
            let listed = documents.iter().filter_map(|(pages, listed)| Some((id(pages.first()?)?, listed.clone()))).collect();
            work.changes.push(Change::DossierListed { dossier: contents.dossier.id.clone(), findings: findings.clone(), listed });
        }
        if let Some(Compared { documents, .. }) = list
            && !documents.is_empty()
        {
            let cut = documents.iter().map(|(pages, _)| pages.iter().filter_map(id).collect()).collect();
            // Documents are made first; the list's words go to those that there are.
            work.changes.insert(0, Change::DocumentsFound { dossier: contents.dossier.id.clone(), documents: cut });
            return Ok(());
        }
        let mut separate = Vec::with_capacity(pages.len());
        for (place, file, page) in &pages {
            let loose = is_loose(contents, file);
            let signs = match &page.reading {
                Some(key) => Some(Signs::of(&cache::expect(context.store, key).await?, loose)),
                None => None,
            };
            separate.push(SeparatePage { file: *place, number_in_file: page.number, loose, signs, blank: page.blank });
        }
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

/// Deletes what was read of pages that go into quarantine.
async fn forget(context: &Context<'_>, contents: &Contents) -> Result<()> {
    for (_, _, page) in pages_in_order(contents) {
        if let Some(key) = &page.reading {
            cache::delete(context.store, key).await?;
        }
    }
    Ok(())
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
