//! Index: the deposited dossier becomes findable.

use crate::error::Result;
use crate::model::holding::{Contents, Document, Item};
use crate::model::plan::Level;
use crate::model::reading::Reading;
use crate::search::page::IndexedPage;
use crate::stages::contract::{Context, Stage, Work, wrong_item};
use crate::stages::names;
use crate::stages::separate::readings_of;
use async_trait::async_trait;
use serde_json::Value;

/// See the module.
#[derive(Debug)]
pub struct Index;

#[async_trait]
impl Stage for Index {
    fn name(&self) -> &'static str {
        "index"
    }

    fn level(&self) -> Level {
        Level::Dossier
    }

    async fn run(&self, context: &Context<'_>, _: &Value, work: &mut Work) -> Result<()> {
        let Item::Dossier(contents) = &work.item else { return Err(wrong_item(self.name())) };
        let mut pages = Vec::new();
        for document in &contents.documents {
            let readings = readings_of(context, contents, document).await?;
            for (number, reading) in (1..).zip(readings) {
                if let Some(reading) = reading {
                    pages.push(indexed(contents, document, number, reading));
                }
            }
        }
        if !pages.is_empty() {
            context.index.replace_dossier(&names::object(&contents.dossier.name), pages)?;
            context.index.commit()?;
        }
        Ok(())
    }
}

fn indexed(contents: &Contents, document: &Document, page: u32, reading: Reading) -> IndexedPage {
    let name = &contents.dossier.name;
    let description = document.description.as_ref();
    IndexedPage {
        object: names::object(name),
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
