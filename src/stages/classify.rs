//! Classify: which kind of document is it?

use crate::description::decided::correct_description;
use crate::description::describe::Describer;
use crate::description::listed::lay_over;
use crate::description::named::lay_name_over;
use crate::description::signed::lay_signing_over;
use crate::error::Result;
use crate::model::change::Change;
use crate::model::holding::{Contents, Document, File, Item};
use crate::model::plan::Level;
use crate::model::record::Description;
use crate::stages::contract::{Context, Stage, Work, wrong_item};
use crate::stages::readings;
use async_trait::async_trait;
use serde_json::Value;
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
