//! Separate: a dossier's pages that have no document yet are cut into documents.

use crate::delivery_list;
use crate::delivery_list::ListComparison;
use crate::reading_cache;
use crate::stage::{Context, Stage, TaskState, unexpected_item};
use async_trait::async_trait;
use serde_json::Value;
use sohoa_base::error::Result;
use sohoa_base::model::change::Change;
use sohoa_base::model::dossier::{DossierSnapshot, File, Item, Page, PageState};
use sohoa_base::model::pipeline_plan::StageLevel;
use sohoa_base::text::natural_order;
use sohoa_extraction::separation::split::{BoundaryFeatures, SeparationPage, split_into_documents};
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

    fn level(&self) -> StageLevel {
        StageLevel::Dossier
    }

    async fn run(&self, context: &Context<'_>, _: &Value, work: &mut TaskState) -> Result<()> {
        let Item::Dossier(contents) = &work.item else { return Err(unexpected_item(self.name())) };
        if contents.must_be_held() {
            delete_readings(context, contents).await?;
            work.changes.push(Change::DossierHeld { dossier: contents.dossier.id.clone() });
            return Ok(());
        }
        let pages = pages_in_order(contents);
        let list = delivery_list::compare(context, &contents.dossier.name.fonds, &pages).await?;
        let id = |place: &usize| pages.get(*place).map(|(_, _, page)| page.id.clone());
        if let Some(ListComparison { documents, findings }) = &list
            && (!documents.is_empty() || !findings.is_empty())
        {
            let listed = documents.iter().filter_map(|(pages, listed)| Some((id(pages.first()?)?, listed.clone()))).collect();
            work.changes.push(Change::DossierListCompared { dossier: contents.dossier.id.clone(), findings: findings.clone(), listed });
        }
        if let Some(ListComparison { documents, .. }) = list
            && !documents.is_empty()
        {
            let cut = documents.iter().map(|(pages, _)| pages.iter().filter_map(id).collect()).collect();
            // Documents are made first; the list's words go to those that there are.
            work.changes.insert(0, Change::DocumentsSeparated { dossier: contents.dossier.id.clone(), documents: cut });
            return Ok(());
        }
        let mut separate = Vec::with_capacity(pages.len());
        for (place, file, page) in &pages {
            let loose = is_single_page_image(contents, file);
            let signs = match &page.reading {
                Some(key) => Some(BoundaryFeatures::from_reading(&reading_cache::get_required(context, key).await?.reading, loose)),
                None => None,
            };
            separate.push(SeparationPage {
                file: *place,
                number_in_file: page.number,
                is_loose_image: loose,
                features: signs,
                blank: page.blank,
            });
        }
        let cut: Vec<Vec<String>> = split_into_documents(&separate)
            .into_iter()
            .map(|document| document.into_iter().filter_map(|place| pages.get(place)).map(|(_, _, page)| page.id.clone()).collect())
            .collect();
        if !cut.is_empty() {
            work.changes.push(Change::DocumentsSeparated { dossier: contents.dossier.id.clone(), documents: cut });
        }
        Ok(())
    }
}

/// Deletes the cached readings of pages that go into quarantine: of those without a document, and of those whose original is not
/// in the object.
async fn delete_readings(context: &Context<'_>, contents: &DossierSnapshot) -> Result<()> {
    let is_withheld = |page: &&Page| contents.file(&page.file).is_some_and(|file| contents.withheld(file).is_some());
    let placed = contents.pages.iter().filter(|page| page.state == PageState::Read).filter(is_withheld);
    let pages = pages_in_order(contents).into_iter().map(|(_, _, page)| page).chain(placed);
    let keys: Vec<String> = pages.filter_map(|page| page.reading.clone()).collect();
    reading_cache::delete(context, &keys).await
}

/// Pages without a document: files in natural order of their paths, pages by number.
fn pages_in_order(contents: &DossierSnapshot) -> Vec<(usize, &File, &Page)> {
    let taken: BTreeSet<&str> = contents.documents.iter().flat_map(|document| &document.pages).map(String::as_str).collect();
    let mut files: Vec<&File> = contents.files.iter().collect();
    files.sort_by(|one, other| {
        natural_order::compare(&one.delivered.path.display, &other.delivered.path.display)
            .then_with(|| one.delivered.sha256.cmp(&other.delivered.sha256))
    });
    let mut pages = Vec::new();
    for (place, file) in files.into_iter().enumerate() {
        let mut own: Vec<&Page> = contents
            .pages
            .iter()
            .filter(|page| page.file == file.id && needs_document(page) && !taken.contains(page.id.as_str()))
            .collect();
        own.sort_by_key(|page| page.number);
        pages.extend(own.into_iter().map(|page| (place, file, page)));
    }
    pages
}

/// Whether the page still needs a document: deposited pages without one are separator sheets.
fn needs_document(page: &Page) -> bool {
    matches!(page.state, PageState::Read | PageState::Refused)
}

/// Whether the file is one page of a dossier and not a document of its own: a picture of one page.
fn is_single_page_image(contents: &DossierSnapshot, file: &File) -> bool {
    file.media_type.starts_with("image/") && contents.pages.iter().filter(|page| page.file == file.id).count() == 1
}
