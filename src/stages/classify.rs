//! Classify: which kind of document is it?

use crate::contract::{Context, Stage, Work, wrong_item};
use crate::readings;
use async_trait::async_trait;
use serde_json::Value;
use sohoa_base::error::Result;
use sohoa_base::model::change::Change;
use sohoa_base::model::holding::{Contents, Document, File, Item};
use sohoa_base::model::plan::Level;
use sohoa_base::model::record::Description;
use sohoa_extraction::decided::correct_description;
use sohoa_extraction::describe::Describer;
use sohoa_extraction::listed::lay_over;
use sohoa_extraction::named::lay_name_over;
use sohoa_extraction::signed::lay_signing_over;
use std::collections::BTreeMap;

/// See the module.
#[derive(Debug)]
pub struct Classify;

#[async_trait]
impl Stage for Classify {
    fn name(&self) -> &'static str {
        "classify"
    }

    fn level(&self) -> Level {
        Level::Document
    }

    async fn run(&self, context: &Context<'_>, _: &Value, work: &mut Work) -> Result<()> {
        let Item::Document { document, contents } = &work.item else { return Err(wrong_item(self.name())) };
        let found = description_of(context, contents, document).await?;
        let description = Description { fields: BTreeMap::new(), personal: Vec::new(), ..found.clone() };
        work.changes.push(Change::DocumentDescribed { document: document.clone(), description });
        work.found = Some(found);
        Ok(())
    }
}

/// Kind and fields of a document from the readings of its pages, and what people corrected in them.
///
/// # Errors
/// As [`readings::of_page`].
pub async fn description_of(context: &Context<'_>, contents: &Contents, document: &str) -> Result<Description> {
    let mut describer = Describer::default();
    if let Some(document) = contents.document(document) {
        for number in document.page_numbers() {
            describer.add(&readings::of_page(context, contents, document, number).await?.unwrap_or_default());
        }
    }
    let words = describer.front_words().clone();
    let mut description = describer.finish();
    context.learned.lay_over(&mut description, &words);
    if let Some(document) = contents.document(document) {
        if let Some(file) = file_of(contents, document) {
            lay_name_over(&mut description, &file.new.path.shown);
            lay_signing_over(&mut description, &file.signatures);
        }
        if let Some(listed) = &document.listed {
            lay_over(&mut description, listed);
        }
        correct_description(&mut description, &document.decisions);
    }
    Ok(description)
}

/// The file that the document begins.
fn file_of<'a>(contents: &'a Contents, document: &Document) -> Option<&'a File> {
    let first = contents.page(document.pages.first()?)?;
    let is_begin = first.number == 1;
    is_begin.then(|| contents.file(&first.file)).flatten()
}
