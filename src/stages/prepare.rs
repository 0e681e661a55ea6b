//! Prepare: how a page is made ready to be read. The work itself is done where the page is read, in one
//! reading process, so that no picture travels.

use crate::stage::{Context, Stage, TaskState, options_of};
use async_trait::async_trait;
use serde_json::Value;
use sohoa_base::error::Result;
use sohoa_base::model::pipeline_plan::StageLevel;
use sohoa_recognition::page::PreprocessOptions;

/// See the module.
#[derive(Debug)]
pub struct Prepare;

#[async_trait]
impl Stage for Prepare {
    fn name(&self) -> &'static str {
        "prepare"
    }

    fn version(&self) -> u32 {
        4
    }

    fn level(&self) -> StageLevel {
        StageLevel::Page
    }

    fn check_options(&self, options: &Value) -> Result<()> {
        options_of::<PreprocessOptions>(options).map(|_| ())
    }

    async fn run(&self, _: &Context<'_>, options: &Value, work: &mut TaskState) -> Result<()> {
        if let Value::Object(options) = options {
            work.reading_options.extend(options.clone());
        }
        Ok(())
    }
}
