//! Review: must a person look at the document? Its pages then count as in review until somebody decides.

use crate::description::decided::left_open;
use crate::description::review::{PageFacts, ReviewOptions, reasons};
use crate::error::{Error, Result};
use crate::model::change::Change;
use crate::model::holding::{Item, Page};
use crate::model::plan::Level;
use crate::model::rescan;
use crate::stages::contract::{Context, Stage, Work, options_of, wrong_item};
use async_trait::async_trait;
use serde_json::Value;

/// See the module.
#[derive(Debug)]
pub struct Review;

#[async_trait]
impl Stage for Review {
    fn name(&self) -> &'static str {
        "review"
    }

    fn version(&self) -> u32 {
        2
    }

    fn level(&self) -> Level {
        Level::Document
    }

    fn check_options(&self, options: &Value) -> Result<()> {
        options_of::<ReviewOptions>(options).map(|_| ())
    }

    async fn run(&self, _: &Context<'_>, options: &Value, work: &mut Work) -> Result<()> {
        let Item::Document { document, contents } = &work.item else { return Err(wrong_item(self.name())) };
        let options: ReviewOptions = options_of(options)?;
        let described = work.changes.iter().find_map(|change| match change {
            Change::DocumentDescribed { description, .. } => Some(description),
            _ => None,
        });
        let stored = contents.document(document);
        let description = described
            .or_else(|| stored.and_then(|document| document.description.as_ref()))
            .ok_or_else(|| Error::invalid("stage review comes before describe; mend the pipeline"))?;
        let pages: Vec<PageFacts<'_>> = stored
            .map(|document| document.pages.as_slice())
            .unwrap_or_default()
            .iter()
            .filter_map(|page| contents.page(page))
            .map(facts)
            .collect();
        let decisions = stored.map(|document| document.decisions.as_slice()).unwrap_or_default();
        let reasons = left_open(reasons(description, &pages, &options), decisions);
        work.changes.push(Change::DocumentReviewed { document: document.clone(), reasons });
        Ok(())
    }
}

fn facts(page: &Page) -> PageFacts<'_> {
    PageFacts {
        confidence: page.quality.confidence,
        blank: page.blank,
        refused: page.refusal.is_some(),
        rescan: !rescan::reasons(&page.quality, page.blank).is_empty(),
        warnings: &page.warnings,
    }
}
