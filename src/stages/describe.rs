//! Describe: number, date, issuer, subject and the other fields of a document.

use crate::classify::description_of;
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
        let Item::Document { document, contents } = &work.item else { return Err(unexpected_item(self.name())) };
        let found = match work.found.take() {
            Some(found) => found,
            None => description_of(context, contents, document).await?,
        };
        let classified = work.changes.iter_mut().find_map(|change| match change {
            Change::DocumentDescribed { description, .. } => Some(description),
            _ => None,
        });
        match classified {
            Some(description) => {
                description.fields = found.fields;
                description.personal_data = found.personal_data;
            }
            None => work.changes.push(Change::DocumentDescribed { document: document.clone(), description: found }),
        }
        Ok(())
    }
}
