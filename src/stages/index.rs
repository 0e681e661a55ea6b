//! Index: the deposited dossier becomes findable.

use crate::object_names;
use crate::readings;
use crate::stage::{Context, Stage, TaskState, unexpected_item};
use async_trait::async_trait;
use serde_json::Value;
use sohoa_base::error::Result;
use sohoa_base::model::dossier::{Document, DossierSnapshot, Item};
use sohoa_base::model::page::reading::Reading;
use sohoa_base::model::pipeline_plan::StageLevel;
use sohoa_search::indexed_page::IndexedPage;

/// See the module.
#[derive(Debug)]
pub struct Index;

#[async_trait]
impl Stage for Index {
    fn name(&self) -> &'static str {
        "index"
    }

    fn level(&self) -> StageLevel {
        StageLevel::Dossier
    }

    async fn run(&self, context: &Context<'_>, _: &Value, work: &mut TaskState) -> Result<()> {
        let Item::Dossier(contents) = &work.item else { return Err(unexpected_item(self.name())) };
        context.index.remove_dossier(&object_names::dossier_object(&contents.dossier.name))?;
        for document in &contents.documents {
            for number in document.page_numbers() {
                if let Some(reading) = readings::page_reading(context, contents, document, number).await? {
                    context.index.add_page(&to_indexed_page(contents, document, number, reading))?;
                }
            }
        }
        context.index.commit()?;
        Ok(())
    }
}

fn to_indexed_page(contents: &DossierSnapshot, document: &Document, page: u32, reading: Reading) -> IndexedPage {
    let name = &contents.dossier.name;
    let description = document.description.as_ref();
    IndexedPage {
        object: object_names::dossier_object(name),
        fonds: name.fonds.clone(),
        dossier: name.code.clone(),
        title: name.title.clone(),
        document: document.number,
        page,
        kind: description.map(|found| found.kind.clone()).unwrap_or_default(),
        kind_name: description.map(|found| found.kind_name.clone()).unwrap_or_default(),
        fields: description
            .map(|found| found.fields.iter().map(|(name, field)| (name.clone(), field.value.clone())).collect())
            .unwrap_or_default(),
        reading,
    }
}
