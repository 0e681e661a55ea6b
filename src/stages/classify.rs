//! Classify: which kind of document is it?

use crate::readings;
use crate::stage::{Context, Stage, TaskState, unexpected_item};
use async_trait::async_trait;
use serde_json::Value;
use sohoa_base::error::Result;
use sohoa_base::model::change::Change;
use sohoa_base::model::dossier::{Document, DossierSnapshot, File, Item};
use sohoa_base::model::pipeline_plan::StageLevel;
use sohoa_base::model::record::Description;
use sohoa_extraction::description::Describer;
use sohoa_extraction::evidence::corrections::correct_description;
use sohoa_extraction::evidence::filename::apply_filename;
use sohoa_extraction::evidence::list_entry::apply_list_entry;
use sohoa_extraction::evidence::signature::apply_signatures;
use std::collections::BTreeMap;

/// See the module.
#[derive(Debug)]
pub struct Classify;

#[async_trait]
impl Stage for Classify {
    fn name(&self) -> &'static str {
        "classify"
    }

    fn level(&self) -> StageLevel {
        StageLevel::Document
    }

    async fn run(&self, context: &Context<'_>, _: &Value, work: &mut TaskState) -> Result<()> {
        let Item::Document { document, contents } = &work.item else { return Err(unexpected_item(self.name())) };
        let found = description_of(context, contents, document).await?;
        let description = Description { fields: BTreeMap::new(), personal_data: Vec::new(), ..found.clone() };
        work.changes.push(Change::DocumentDescribed { document: document.clone(), description });
        work.found = Some(found);
        Ok(())
    }
}

/// Kind and fields of a document from the readings of its pages, and what people corrected in them.
///
/// # Errors
/// As [`readings::of_page`].
pub async fn description_of(context: &Context<'_>, contents: &DossierSnapshot, document: &str) -> Result<Description> {
    let mut describer = Describer::default();
    if let Some(document) = contents.document(document) {
        for number in document.page_numbers() {
            describer.add_page(&readings::page_reading(context, contents, document, number).await?.unwrap_or_default());
        }
    }
    let words = describer.front_words().clone();
    let mut description = describer.finish();
    context.trained_model.apply(&mut description, &words);
    if let Some(document) = contents.document(document) {
        if let Some(file) = file_of(contents, document) {
            apply_filename(&mut description, &file.delivered.path.display);
            apply_signatures(&mut description, &file.signatures);
        }
        if let Some(listed) = &document.list_entry {
            apply_list_entry(&mut description, listed);
        }
        correct_description(&mut description, &document.decisions);
    }
    Ok(description)
}

/// The file that the document begins.
fn file_of<'a>(contents: &'a DossierSnapshot, document: &Document) -> Option<&'a File> {
    let first = contents.page(document.pages.first()?)?;
    let is_begin = first.number == 1;
    is_begin.then(|| contents.file(&first.file)).flatten()
}
