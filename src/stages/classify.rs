//! Classify: which kind of document is it?

use crate::document_description::describe_document;
use crate::stage::{Context, Stage, TaskState, unexpected_item};
use async_trait::async_trait;
use serde_json::Value;
use sohoa_base::error::Result;
use sohoa_base::model::change::Change;
use sohoa_base::model::dossier::Item;
use sohoa_base::model::pipeline_plan::StageLevel;
use sohoa_base::model::record::Description;
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
        let Item::Document { document, .. } = &work.item else { return Err(unexpected_item(self.name())) };
        let document = document.clone();
        let whole = describe_document(context, work).await?;
        let description = Description { fields: BTreeMap::new(), personal_data: Vec::new(), ..whole };
        work.changes.push(Change::DocumentDescribed { document, description });
        Ok(())
    }
}
