//! Review of a document: its data for the reviewer, and the reviewer's decisions.

use crate::accounts::officers::Officer;
use crate::archive::Archive;
use crate::intake::ingest;
use crate::outbox;
use crate::records::export;
use crate::records::queries::authorized_document;
use crate::runs::execution;
use serde::Serialize;
use sohoa_base::error::Result;
use sohoa_base::messages::{decisions, requests as request_messages};
use sohoa_base::model::account::{Identity, Right, UnitScope};
use sohoa_base::model::batch::StageCosts;
use sohoa_base::model::decision::{Decision, DecisionKind, effective_decisions, undo_count};
use sohoa_base::model::delivered_file::{DeliveredFile, DeliveredName};
use sohoa_base::model::page::geometry::Bounds;
use sohoa_base::model::page::reading::{Alternative, WordSource};
use sohoa_base::model::pipeline_plan::PipelinePlan;
use sohoa_base::model::record::{Record, RecordedDocument, RecordedPage};
use sohoa_catalog::{NewDecision, REBUILT_BATCH, WaitingDocument, WaitingFilter};
use sohoa_extraction::evidence::corrections::validate_decision;
use sohoa_file_worker::client::FileWorker;
use sohoa_formats::metadata::alto;
use sohoa_pipeline::worker::CancellationToken;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;
use time::OffsetDateTime;

pub use sohoa_base::model::review_queue::ReviewQueue;

/// A document in the review queue.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
pub struct QueuedDocument {
    /// `DOSSIER#NUMBER`.
    pub document: String,
    /// Object name of the dossier.
    pub dossier: String,
    /// Unit or fonds.
    pub fonds: String,
    /// Queue of the document.
    pub queue: ReviewQueue,
    /// Reasons for review.
    pub review: Vec<String>,
}

/// A document as shown to the reviewer.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
pub struct ReviewDocument {
    /// `DOSSIER#NUMBER`.
    pub document: String,
    /// Object name of the dossier.
    pub dossier: String,
    /// Unit or fonds.
    pub fonds: String,
    /// Code of the dossier.
    pub code: String,
    /// Kind, fields with places on the pages, reasons and decisions.
    #[serde(flatten)]
    pub recorded: RecordedDocument,
    /// Words of low confidence.
    pub doubtful: Vec<DoubtfulWord>,
}

impl ReviewDocument {
    /// Name of the document: `OBJECT#NUMBER`.
    #[must_use]
    pub fn name(&self) -> String {
        format!("{}#{}", self.dossier, self.recorded.number)
    }
}

/// A word of low confidence.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
pub struct DoubtfulWord {
    /// Page of the document, from 1.
    pub page: u32,
    /// Number of the word on the page in reading order, from 1.
    pub word: u32,
    /// Text as read.
    pub text: String,
    /// Confidence, 0 to 100.
    pub confidence: u8,
    /// Bounds on the page, px.
    pub bounds: Bounds,
    /// Reading of the other engine, where it differs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub alternative: Option<Alternative>,
}

/// A decision as requested by the reviewer.
#[derive(Debug, Clone)]
pub enum DecisionRequest {
    /// A decision that needs no resolution.
    Direct(DecisionKind),
    /// Correction of a word by its number; the text as read is looked up.
    Word {
        /// Page of the document, from 1.
        page: u32,
        /// Number of the word on the page in reading order, from 1.
        word: u32,
        /// Corrected text.
        text: String,
    },
    /// Rotation of a page clockwise, relative to its present orientation.
    Turn {
        /// Page of the document, from 1.
        page: u32,
        /// Degrees.
        by: u16,
    },
    /// Replacement of a page by another scan.
    Replace {
        /// Page of the document, from 1.
        page: u32,
        /// File of the scan.
        file: PathBuf,
    },
}

/// Result of a decision.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
pub struct ReviewOutcome {
    /// `DOSSIER#NUMBER`.
    pub document: String,
    /// Decisions saved.
    pub decisions: Vec<Decision>,
    /// Remaining reasons for review; empty: none.
    pub review: Vec<String>,
    /// New documents split off from it, `DOSSIER#NUMBER`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub new_documents: Vec<String>,
    /// Version of the dossier in the store.
    pub version: u32,
    /// Processor time of the stages that ran for the decision; no page is read again.
    pub stages: StageCosts,
    /// Wall-clock seconds.
    pub seconds: f64,
}

/// Words below this confidence (0 to 100) are shown as doubtful.
const DOUBTFUL_CONFIDENCE: u8 = 60;

/// Documents read from the catalogue at a time.
const LIST_CHUNK: usize = 1000;

impl QueuedDocument {
    pub(crate) fn from_catalog(waiting: WaitingDocument) -> Self {
        Self {
            document: format!("{}#{}", waiting.dossier.name.code, waiting.number),
            dossier: sohoa_stages::object_names::dossier_object(&waiting.dossier.name),
            fonds: waiting.dossier.name.fonds,
            queue: waiting.queue,
            review: waiting.reasons,
        }
    }
}

/// All documents in review, the oldest first; only those of `queue` and with `reason`, where given.
///
/// # Errors
/// `Unavailable` when the catalogue does not answer.
pub async fn list_queued(archive: &Archive, queue: Option<ReviewQueue>, reason: Option<&str>) -> Result<Vec<QueuedDocument>> {
    let wanted = WaitingFilter { units: &UnitScope::All, queue, reason };
    let (mut all, mut after) = (Vec::new(), None);
    loop {
        let listed = archive.catalog.waiting_documents(&wanted, after.as_deref(), LIST_CHUNK).await?;
        after = listed.last().map(|last| last.id.clone());
        all.extend(listed.into_iter().map(QueuedDocument::from_catalog));
        if after.is_none() {
            return Ok(all);
        }
    }
}

/// Loads the document `DOSSIER#NUMBER` for review.
///
/// # Errors
/// `NotFound` for an unknown name; `Corrupt` for unreadable ALTO.
pub async fn show_document(archive: &Archive, name: &str) -> Result<ReviewDocument> {
    let (record, document) = export::find_document(archive, name).await?;
    review_document(archive, record, document).await
}

async fn review_document(archive: &Archive, record: Record, document: RecordedDocument) -> Result<ReviewDocument> {
    let mut doubtful = Vec::new();
    let altos = export::load_altos(archive, &record, &document).await?;
    let read = document.pages.iter().filter(|page| page.alto.is_some());
    for (page, text) in read.zip(&altos) {
        let reading = alto::parse(text)?;
        for (number, word) in (1..).zip(reading.words()) {
            if word.confidence < DOUBTFUL_CONFIDENCE && word.source != WordSource::Person {
                let (text, confidence, bounds) = (word.text.clone(), word.confidence, word.bounds);
                let alternative = word.alternative.clone();
                doubtful.push(DoubtfulWord { page: page.number, word: number, text, confidence, bounds, alternative });
            }
        }
    }
    Ok(ReviewDocument {
        document: format!("{}#{}", record.code, document.number),
        dossier: record.object,
        fonds: record.fonds,
        code: record.code,
        recorded: document,
        doubtful,
    })
}

/// As [`show_document`], for a user who may review it; recorded in the audit trail.
///
/// # Errors
/// As [`show_document`]; `NotFound` for a document of another unit.
pub async fn show_authorized(archive: &Archive, name: &str, by: &Identity) -> Result<ReviewDocument> {
    let (record, document) = authorized_document(archive, by, Right::Review, name).await?;
    let body = serde_json::json!({ "by": by.user.name, "document": name });
    archive.catalog.append_read_event("", "", "document-shown", body).await?;
    review_document(archive, record, document).await
}

/// As [`decide`], for a user who may review it.
///
/// # Errors
/// As [`decide`]; `NotFound` for a document of another unit.
pub async fn decide_authorized(
    archive: &Arc<Archive>,
    name: &str,
    (by, note): (&Identity, Option<&str>),
    requests: Vec<DecisionRequest>,
    pipeline: (&str, &PipelinePlan),
) -> Result<ReviewOutcome> {
    let found = authorized_document(archive, by, Right::Review, name).await?;
    check_stamp_release(&requests, None, &found.0)?;
    apply_decision(archive, found, (&by.user.name, note), requests, pipeline).await
}

/// Saves decisions of `by` (author and note) about the document, and deposits a new version of the dossier.
///
/// # Errors
/// `NotFound` for an unknown document or word; `Invalid` for an impossible value; `Conflict` while its dossier is being processed;
/// `Denied` for the release of a stamp, which needs an officer.
pub async fn decide(
    archive: &Arc<Archive>,
    name: &str,
    by: (&str, Option<&str>),
    requests: Vec<DecisionRequest>,
    pipeline: (&str, &PipelinePlan),
) -> Result<ReviewOutcome> {
    let found = export::find_document(archive, name).await?;
    check_stamp_release(&requests, None, &found.0)?;
    apply_decision(archive, found, by, requests, pipeline).await
}

/// As [`decide`], for an officer in charge of secrets, who may also release a stamp of secrecy.
///
/// # Errors
/// As [`decide`]; `Denied` for the release of a stamp in a unit that is not the officer's.
pub async fn decide_as_officer(
    archive: &Arc<Archive>,
    name: &str,
    (officer, note): (&Officer, Option<&str>),
    requests: Vec<DecisionRequest>,
    pipeline: (&str, &PipelinePlan),
) -> Result<ReviewOutcome> {
    let found = export::find_document(archive, name).await?;
    check_stamp_release(&requests, Some(officer), &found.0)?;
    officer.run(apply_decision(archive, found, (&officer.name, note), requests, pipeline)).await
}

/// Fails where a stamp of secrecy is released by anybody but an officer in charge of secrets in the unit of the record.
fn check_stamp_release(requests: &[DecisionRequest], officer: Option<&Officer>, record: &Record) -> Result<()> {
    let is_release = requests.iter().any(|request| matches!(request, DecisionRequest::Direct(DecisionKind::Release)));
    if is_release && !officer.is_some_and(|officer| officer.units.contains(&record.fonds)) {
        return Err(decisions::stamp_release_needs_officer());
    }
    Ok(())
}

async fn apply_decision(
    archive: &Arc<Archive>,
    (record, recorded): (Record, RecordedDocument),
    (author, note): (&str, Option<&str>),
    requests: Vec<DecisionRequest>,
    (pipeline, plan): (&str, &PipelinePlan),
) -> Result<ReviewOutcome> {
    let began = Instant::now();
    if requests.iter().any(|request| matches!(request, DecisionRequest::Direct(DecisionKind::Undo))) {
        let taken = undo_count(&effective_decisions(&recorded.decisions), author).filter(|_| requests.len() == 1);
        taken.ok_or_else(decisions::undo_impossible)?;
    }
    let (acts, delivered) = resolve_requests(archive, &record, &recorded, requests).await?;
    let gone = || decisions::document_not_catalogued(format!("{}#{}", record.code, recorded.number));
    let dossier = archive.catalog.dossier_by_name(&record.fonds, &record.code).await?.ok_or_else(gone)?;
    let contents = archive.catalog.contents(&dossier.id).await?;
    let document = contents.documents.iter().find(|document| document.number == recorded.number).ok_or_else(gone)?;
    let before: BTreeSet<u32> = contents.documents.iter().map(|document| document.number).collect();
    let new = NewDecision { author, acts: &acts, note, pipeline, plan, replacement_files: &delivered };
    let decided = archive.catalog.save_decisions(document, &new).await?;
    execution::finish_batch(archive, &decided.batch, &CancellationToken::default()).await?;
    // The decision changed the balance of the batches; files restored without their batch have none.
    let batches: BTreeSet<&str> = contents.files.iter().map(|file| file.batch.as_str()).filter(|batch| *batch != REBUILT_BATCH).collect();
    for batch in batches {
        outbox::write_ledger_soon(archive, batch).await;
    }
    let contents = archive.catalog.contents(&dossier.id).await?;
    let now = contents.document(&document.id).ok_or_else(gone)?;
    let made = contents.documents.iter().filter(|one| !before.contains(&one.number));
    Ok(ReviewOutcome {
        document: format!("{}#{}", record.code, document.number),
        decisions: decided.decisions,
        review: now.review_reasons.clone(),
        new_documents: made.map(|one| format!("{}#{}", record.code, one.number)).collect(),
        version: contents.dossier.version,
        stages: archive.catalog.costs(&decided.batch).await?,
        seconds: began.elapsed().as_secs_f64(),
    })
}

/// Resolves requests to decisions: validates values, looks up words, stores replacement scans.
async fn resolve_requests(
    archive: &Archive,
    record: &Record,
    document: &RecordedDocument,
    requests: Vec<DecisionRequest>,
) -> Result<(Vec<DecisionKind>, Vec<DeliveredFile>)> {
    if requests.is_empty() {
        return Err(request_messages::decision_empty());
    }
    let (mut acts, mut delivered) = (Vec::new(), Vec::new());
    let this_year = u16::try_from(OffsetDateTime::now_utc().year()).unwrap_or(u16::MAX - 1);
    for request in requests {
        let act = match request {
            DecisionRequest::Direct(act) => act,
            DecisionRequest::Word { page, word, text } => {
                let unknown = || decisions::page_word_unknown(page, word);
                let path = find_page(document, page)?.alto.as_ref().ok_or_else(unknown)?;
                let alto = sohoa_storage::ocfl::ocfl_object::get(archive.store.as_ref(), &record.object, path).await?;
                let reading = alto::parse(&String::from_utf8_lossy(&alto))?;
                let place = usize::try_from(word).unwrap_or(usize::MAX).checked_sub(1).ok_or_else(unknown)?;
                let read = reading.words().nth(place).ok_or_else(unknown)?.text.clone();
                DecisionKind::CorrectWord { page, word, read, text }
            }
            DecisionRequest::Turn { page, by } => DecisionKind::Rotate { page, turn: (find_page(document, page)?.turn + by % 360) % 360 },
            DecisionRequest::Replace { page, file } => {
                find_page(document, page)?;
                let new = store_replacement_scan(archive, &record.fonds, &file).await?;
                let sha256 = new.sha256.clone();
                delivered.push(new);
                DecisionKind::ReplaceScan { page, sha256 }
            }
        };
        acts.push(validate_decision(act, &document.description, this_year)?);
    }
    Ok((acts, delivered))
}

fn find_page(document: &RecordedDocument, page: u32) -> Result<&RecordedPage> {
    document.pages.iter().find(|own| own.number == page).ok_or_else(|| decisions::document_page_unknown(page))
}

/// Checks and stores the scan that replaces a page of a dossier of `unit`.
async fn store_replacement_scan(archive: &Archive, unit: &str, file: &Path) -> Result<DeliveredFile> {
    let shown = file.to_string_lossy();
    let (sha256, bytes) = ingest::hash_file(file).await?;
    let most = archive.config.limits.file_mib << 20;
    if bytes > most {
        return Err(decisions::replacement_scan_too_large(shown, most >> 20));
    }
    if FileWorker::open(&archive.pool, Some(unit), &shown, file).await?.inspect(&shown).await?.pages == 0 {
        return Err(decisions::replacement_scan_invalid(shown));
    }
    archive.store.put_file(&sohoa_storage::key::intake(&sha256), file).await?;
    let name = file.file_name().unwrap_or(file.as_os_str());
    Ok(DeliveredFile { path: DeliveredName::from_bytes(name.as_encoded_bytes()), sha256, bytes, container: None })
}
