//! Review: decides whether a person must check the document. Its pages then count as in review until they are decided.

use crate::stage::{Context, Stage, StageOptions, TaskState, options_of, unexpected_item};
use async_trait::async_trait;
use serde_json::Value;
use sohoa_base::error::Result;
use sohoa_base::messages::pipelines;
use sohoa_base::model::change::Change;
use sohoa_base::model::dossier::{Document, DossierSnapshot, Item, Page};
use sohoa_base::model::page::rescan;
use sohoa_base::model::pipeline_plan::StageLevel;
use sohoa_base::model::review_queue::SAMPLE_REASON;
use sohoa_extraction::evidence::corrections::open_reasons;
use sohoa_extraction::review::{PageFacts, ReviewOptions, is_sampled, review_reasons};

/// See the module.
#[derive(Debug)]
pub struct Review;

#[async_trait]
impl Stage for Review {
    fn name(&self) -> &'static str {
        "review"
    }

    fn version(&self) -> u32 {
        3
    }

    fn level(&self) -> StageLevel {
        StageLevel::Document
    }

    fn options(&self) -> StageOptions {
        StageOptions::of::<ReviewOptions>()
    }

    async fn run(&self, _: &Context<'_>, options: &Value, work: &mut TaskState) -> Result<()> {
        let Item::Document { document, contents } = &work.item else { return Err(unexpected_item(self.name())) };
        let options: ReviewOptions = options_of(options)?;
        let stored = contents.document(document);
        let description = work.decided_description().ok_or_else(pipelines::review_before_describe)?;
        let pages: Vec<PageFacts<'_>> = stored
            .map(|document| document.pages.as_slice())
            .unwrap_or_default()
            .iter()
            .filter_map(|page| contents.page(page))
            .map(page_facts)
            .collect();
        let decisions = stored.map(|document| document.decisions.as_slice()).unwrap_or_default();
        let mut found = review_reasons(description, &pages, &options);
        if stored.is_some_and(|document| has_list_finding(contents, document)) {
            found.push("list-differs".to_owned());
        }
        let name = &contents.dossier.name;
        if found.is_empty() && stored.is_some_and(|document| is_sampled(&name.fonds, &name.code, document.number, options.sample_permille))
        {
            found.push(SAMPLE_REASON.to_owned());
        }
        let reasons = open_reasons(found, decisions);
        work.changes.push(Change::DocumentReviewed { document: document.clone(), reasons });
        Ok(())
    }
}

/// Whether the list that came with the dossier disagrees about this document, or, of what came or did not come beside
/// all documents, about the first one.
fn has_list_finding(contents: &DossierSnapshot, document: &Document) -> bool {
    let has = |path: &str| {
        let mut files = document.pages.iter().filter_map(|page| contents.file(&contents.page(page)?.file));
        files.any(|file| file.delivered.path.display == path)
    };
    contents.dossier.list_findings.iter().any(|finding| match &finding.file {
        Some(path) => has(path),
        None => document.number == 1,
    })
}

fn page_facts(page: &Page) -> PageFacts<'_> {
    PageFacts {
        confidence: page.quality.confidence,
        blank: page.blank,
        refused: page.refusal.is_some(),
        rescan: !rescan::rescan_reasons(&page.quality, page.blank).is_empty(),
        warnings: &page.warnings,
    }
}
