//! Describe: number, date, issuer, subject and the other fields of a document.

use crate::document_description::describe_document;
use crate::stage::{Context, Stage, TaskState, unexpected_item};
use async_trait::async_trait;
use serde_json::Value;
use sohoa_base::error::Result;
use sohoa_base::model::change::Change;
use sohoa_base::model::dossier::Item;
use sohoa_base::model::pipeline_plan::StageLevel;

/// See the module.
#[derive(Debug)]
pub struct Describe;

#[async_trait]
impl Stage for Describe {
    fn name(&self) -> &'static str {
        "describe"
    }

    fn version(&self) -> u32 {
        3
    }

    fn level(&self) -> StageLevel {
        StageLevel::Document
    }

    async fn run(&self, context: &Context<'_>, _: &Value, work: &mut TaskState) -> Result<()> {
        let Item::Document { document, .. } = &work.item else { return Err(unexpected_item(self.name())) };
        let document = document.clone();
        let whole = describe_document(context, work).await?;
        let classified = work.changes.iter_mut().find_map(|change| match change {
            Change::DocumentDescribed { description, .. } => Some(description),
            _ => None,
        });
        match classified {
            // The kind was decided by `classify`: one change carries both.
            Some(description) => {
                description.fields = whole.fields;
                description.personal_data = whole.personal_data;
            }
            None => work.changes.push(Change::DocumentDescribed { document, description: whole }),
        }
        Ok(())
    }
}
