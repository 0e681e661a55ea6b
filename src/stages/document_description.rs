//! The whole description of a document, which `classify` and `describe` decide in parts.

use crate::readings;
use crate::stage::{Context, TaskState, unexpected_item};
use sohoa_base::error::Result;
use sohoa_base::model::dossier::{Document, DossierSnapshot, File, Item};
use sohoa_base::model::record::Description;
use sohoa_extraction::description::Describer;
use sohoa_extraction::evidence::corrections::correct_description;
use sohoa_extraction::evidence::filename::apply_filename;
use sohoa_extraction::evidence::list_entry::apply_list_entry;
use sohoa_extraction::evidence::signature::apply_signatures;

/// Kind and fields of the task's document. They are computed once a task, since kind and fields come from the same pass over
/// its readings.
///
/// # Errors
/// As [`readings::page_reading`].
pub async fn describe_document(context: &Context<'_>, work: &mut TaskState) -> Result<Description> {
    if let Some(description) = &work.description {
        return Ok(description.clone());
    }
    let Item::Document { document, contents } = &work.item else { return Err(unexpected_item("describe")) };
    let description = compute(context, contents, document).await?;
    Ok(work.description.insert(description).clone())
}

/// Readings first, then each further piece of evidence: the trained model, file name, signatures, the delivery list, and last
/// what people corrected.
async fn compute(context: &Context<'_>, contents: &DossierSnapshot, document: &str) -> Result<Description> {
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
        if let Some(file) = starting_file(contents, document) {
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

/// The file whose first page is the document's first page.
fn starting_file<'a>(contents: &'a DossierSnapshot, document: &Document) -> Option<&'a File> {
    let first = contents.page(document.pages.first()?)?;
    (first.number == 1).then(|| contents.file(&first.file)).flatten()
}
