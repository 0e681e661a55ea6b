//! Review (duyệt): which documents wait for a person, what is known of one, and what the person decides.

use crate::archive::Archive;
use crate::intake::ingest;
use crate::records::export;
use crate::records::queries::authorized_document;
use crate::runs::execution;
use serde::Serialize;
use sohoa_base::error::{Error, Result};
use sohoa_base::model::account::{Identity, Right, UnitScope};
use sohoa_base::model::batch::StageCosts;
use sohoa_base::model::decision::{Decision, DecisionKind, effective_decisions, undo_count};
use sohoa_base::model::dossier::{DeliveredFile, DeliveredName};
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
use std::time::Instant;

pub use sohoa_base::model::review_queue::ReviewQueue;

/// A document that waits for a person.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
pub struct QueuedDocument {
    /// `DOSSIER#NUMBER`.
    pub document: String,
    /// Object name of the dossier.
    pub dossier: String,
    /// Its unit or fonds.
    pub fonds: String,
    /// The queue in which it waits.
    pub queue: ReviewQueue,
    /// Why.
    pub review: Vec<String>,
}

/// What is known of one document.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
#[schemars(rename = "Shown")]
pub struct ReviewDocument {
    /// `DOSSIER#NUMBER`.
    pub document: String,
    /// Object name of the dossier.
    pub dossier: String,
    /// Its unit or fonds.
    pub fonds: String,
    /// Its code.
    pub code: String,
    /// Kind, fields with places on the pages, reasons and decisions.
    #[serde(flatten)]
    pub recorded: RecordedDocument,
    /// Words that nobody is sure of.
    pub doubtful: Vec<DoubtfulWord>,
}

impl ReviewDocument {
    /// The name by which everything else calls the document: `OBJECT#NUMBER`.
    #[must_use]
    pub fn name(&self) -> String {
        format!("{}#{}", self.dossier, self.recorded.number)
    }
}

/// A word that may be wrong.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
pub struct DoubtfulWord {
    /// Page of the document, from 1.
    pub page: u32,
    /// Which word of the page in reading order, from 1.
    pub word: u32,
    /// As read.
    pub text: String,
    /// How sure, 0 to 100.
    pub confidence: u8,
    /// Where on the page.
    pub bounds: Bounds,
    /// What the other reader made of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub alternative: Option<Alternative>,
}

/// What a person wants to decide.
#[derive(Debug, Clone)]
pub enum DecisionRequest {
    /// As it is.
    Direct(DecisionKind),
    /// A word by its place; what was read there is looked up.
    Word {
        /// Page of the document, from 1.
        page: u32,
        /// Which word of the page in reading order, from 1.
        word: u32,
        /// What it says.
        text: String,
    },
    /// A page is turned clockwise, seen from how it stands now.
    Turn {
        /// Page of the document, from 1.
        page: u32,
        /// Degrees.
        by: u16,
    },
    /// Another scan stands for a page.
    Replace {
        /// Page of the document, from 1.
        page: u32,
        /// The scan.
        file: PathBuf,
    },
}

/// What a decision came to.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
#[schemars(rename = "Outcome")]
pub struct ReviewOutcome {
    /// `DOSSIER#NUMBER`.
    pub document: String,
    /// What was kept.
    pub decisions: Vec<Decision>,
    /// Why a person must still look; empty: nobody need.
    pub review: Vec<String>,
    /// Documents that were cut off it, by `DOSSIER#NUMBER`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[serde(rename = "made")]
    pub new_documents: Vec<String>,
    /// Version of the dossier in the store.
    pub version: u32,
    /// Processor time by stage that ran for it; no page is read again.
    pub stages: StageCosts,
    /// Wall-clock seconds.
    pub seconds: f64,
}

/// Words less sure than this are shown as doubtful, 0 to 100.
const DOUBTFUL_CONFIDENCE: u8 = 60;

/// Documents that are listed at once.
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

/// All documents that wait for a person, the oldest first; only those of a queue, and those with a reason.
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

/// What is known of the document `DOSSIER#NUMBER`.
///
/// # Errors
/// `NotFound` for an unknown name; `Corrupt` when its ALTO is none.
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

/// As [`show`], to a person who may review it; that it was shown is kept.
///
/// # Errors
/// As [`show`]; `NotFound` for a document of another unit.
pub async fn show_authorized(archive: &Archive, name: &str, by: &Identity) -> Result<ReviewDocument> {
    let (record, document) = authorized_document(archive, by, Right::Review, name).await?;
    let body = serde_json::json!({ "by": by.user.name, "document": name });
    archive.catalog.append_event("", "", "document-shown", body).await?;
    review_document(archive, record, document).await
}

/// As [`decide`], by a person who may review it.
///
/// # Errors
/// As [`decide`]; `NotFound` for a document of another unit.
pub async fn decide_authorized(
    archive: &Archive,
    name: &str,
    (by, note): (&Identity, Option<&str>),
    wishes: Vec<DecisionRequest>,
    pipeline: (&str, &PipelinePlan),
) -> Result<ReviewOutcome> {
    let found = authorized_document(archive, by, Right::Review, name).await?;
    apply_decision(archive, found, (&by.user.name, note), wishes, pipeline).await
}

/// Keeps what `author` decided about the document, and brings the dossier to a new version in store and index.
///
/// # Errors
/// `NotFound` for an unknown document or word; `Invalid` for an impossible value; `Conflict` while its dossier is
/// being worked on.
pub async fn decide(
    archive: &Archive,
    name: &str,
    by: (&str, Option<&str>),
    wishes: Vec<DecisionRequest>,
    pipeline: (&str, &PipelinePlan),
) -> Result<ReviewOutcome> {
    let found = export::find_document(archive, name).await?;
    apply_decision(archive, found, by, wishes, pipeline).await
}

async fn apply_decision(
    archive: &Archive,
    (record, recorded): (Record, RecordedDocument),
    (author, note): (&str, Option<&str>),
    wishes: Vec<DecisionRequest>,
    (pipeline, plan): (&str, &PipelinePlan),
) -> Result<ReviewOutcome> {
    let began = Instant::now();
    if wishes.iter().any(|wish| matches!(wish, DecisionRequest::Direct(DecisionKind::Undo))) {
        let taken = undo_count(&effective_decisions(&recorded.decisions), author).filter(|_| wishes.len() == 1);
        taken.ok_or_else(|| {
            Error::conflict("there is no last decision of yours to take back; turn, cut or join pages again, or correct the document")
        })?;
    }
    let (acts, delivered) = resolve_requests(archive, &record, &recorded, wishes).await?;
    let gone = || Error::not_found(format!("the catalogue does not know {}#{}; run `sohoa rebuild`", record.code, recorded.number));
    let dossier = archive.catalog.dossier_by_name(&record.fonds, &record.code).await?.ok_or_else(gone)?;
    let contents = archive.catalog.contents(&dossier.id).await?;
    let document = contents.documents.iter().find(|document| document.number == recorded.number).ok_or_else(gone)?;
    let before: BTreeSet<u32> = contents.documents.iter().map(|document| document.number).collect();
    let new = NewDecision { author, acts: &acts, note, pipeline, plan, replacement_files: &delivered };
    let decided = archive.catalog.save_decisions(document, &new).await?;
    execution::finish_batch(archive, &decided.batch, &CancellationToken::default()).await?;
    // The balance of the deliveries changed with it; what came back from the store without its delivery has none.
    let batches: BTreeSet<&str> = contents.files.iter().map(|file| file.batch.as_str()).filter(|batch| *batch != REBUILT_BATCH).collect();
    for batch in batches {
        execution::finalize_batch(archive, &archive.catalog.batch(batch).await?).await?;
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

/// What is decided, with values checked, words looked up and scans stored that stand for pages.
async fn resolve_requests(
    archive: &Archive,
    record: &Record,
    document: &RecordedDocument,
    wishes: Vec<DecisionRequest>,
) -> Result<(Vec<DecisionKind>, Vec<DeliveredFile>)> {
    if wishes.is_empty() {
        return Err(Error::invalid("nothing was decided; accept, reject, or correct something"));
    }
    let (mut acts, mut delivered) = (Vec::new(), Vec::new());
    for wish in wishes {
        acts.push(validate_decision(match wish {
            DecisionRequest::Direct(act) => act,
            DecisionRequest::Word { page, word, text } => {
                let unknown = || Error::not_found(format!("page {page} has no word {word}; `sohoa review show` numbers doubtful words"));
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
                let new = store_replacement_scan(archive, &file).await?;
                let sha256 = new.sha256.clone();
                delivered.push(new);
                DecisionKind::ReplaceScan { page, sha256 }
            }
        })?);
    }
    Ok((acts, delivered))
}

fn find_page(document: &RecordedDocument, page: u32) -> Result<&RecordedPage> {
    document.pages.iter().find(|own| own.number == page).ok_or_else(|| Error::not_found(format!("the document has no page {page}")))
}

/// Stores a scan that stands for a page, once it is known to be one.
async fn store_replacement_scan(archive: &Archive, file: &Path) -> Result<DeliveredFile> {
    let shown = file.to_string_lossy();
    let (sha256, bytes) = ingest::hash_file(file).await?;
    let most = archive.config.limits.file_mib << 20;
    if bytes > most {
        return Err(Error::limit(format!("{shown} is larger than {} MiB; scan the page at fewer dots per inch", most >> 20)));
    }
    if FileWorker::open(&archive.pool, &shown, file).await?.inspect(&shown).await?.pages == 0 {
        return Err(Error::invalid(format!("{shown} is no scan; give a picture or a PDF of the page")));
    }
    archive.store.put_file(&sohoa_storage::key::intake(&sha256), file).await?;
    let name = file.file_name().unwrap_or(file.as_os_str());
    Ok(DeliveredFile { path: DeliveredName::from_bytes(name.as_encoded_bytes()), sha256, bytes, container: None })
}
