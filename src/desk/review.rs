//! Review (duyệt): which documents wait for a person, what is known of one, and what the person decides.

use crate::archive::Archive;
use crate::catalog::{NewDecision, RESTORED};
use crate::description::decided::checked;
use crate::desk::{export, runs};
use crate::error::{Error, Result};
use crate::formats::alto;
use crate::model::batch::Costs;
use crate::model::decision::{Act, Decision};
use crate::model::geometry::Bounds;
use crate::model::plan::Plan;
use crate::model::reading::{Alternative, Reader};
use crate::model::record::RecordedDocument;
use crate::pipeline::worker::Stop;
use serde::Serialize;
use std::collections::BTreeSet;
use std::time::Instant;

/// A document that waits for a person.
#[derive(Debug, Clone, Serialize)]
pub struct Waiting {
    /// `DOSSIER#NUMBER`.
    pub document: String,
    /// Object name of the dossier.
    pub dossier: String,
    /// Why.
    pub review: Vec<String>,
}

/// What is known of one document.
#[derive(Debug, Clone, Serialize)]
pub struct Shown {
    /// `DOSSIER#NUMBER`.
    pub document: String,
    /// Object name of the dossier.
    pub dossier: String,
    /// Kind, fields with places on the pages, reasons and decisions.
    #[serde(flatten)]
    pub recorded: RecordedDocument,
    /// Words that nobody is sure of.
    pub doubtful: Vec<DoubtfulWord>,
}

/// A word that may be wrong.
#[derive(Debug, Clone, Serialize)]
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
pub enum Wish {
    /// As it is.
    Act(Act),
    /// A word by its place; what was read there is looked up.
    Word {
        /// Page of the document, from 1.
        page: u32,
        /// Which word of the page in reading order, from 1.
        word: u32,
        /// What it says.
        text: String,
    },
}

/// What a decision came to.
#[derive(Debug, Clone, Serialize)]
pub struct Outcome {
    /// `DOSSIER#NUMBER`.
    pub document: String,
    /// What was kept.
    pub decisions: Vec<Decision>,
    /// Why a person must still look; empty: nobody need.
    pub review: Vec<String>,
    /// Version of the dossier in the store.
    pub version: u32,
    /// Processor time by stage that ran for it; no page is read again.
    pub stages: Costs,
    /// Wall-clock seconds.
    pub seconds: f64,
}

/// Words less sure than this are shown as doubtful, 0 to 100.
const DOUBTFUL: u8 = 60;

/// Documents that wait for a person, by dossier and number; of those with `reason` only.
///
/// # Errors
/// `Unavailable` when the catalogue does not answer.
pub async fn list(archive: &Archive, reason: Option<&str>) -> Result<Vec<Waiting>> {
    let waiting = archive.catalog.in_review().await?;
    let wanted = |reasons: &[String]| reason.is_none_or(|reason| reasons.iter().any(|own| own == reason));
    Ok(waiting
        .into_iter()
        .filter(|(_, _, reasons)| wanted(reasons))
        .map(|(dossier, number, review)| Waiting {
            document: format!("{}#{number}", dossier.name.code),
            dossier: crate::stages::names::object(&dossier.name),
            review,
        })
        .collect())
}

/// What is known of the document `DOSSIER#NUMBER`.
///
/// # Errors
/// `NotFound` for an unknown name; `Corrupt` when its ALTO is none.
pub async fn show(archive: &Archive, name: &str) -> Result<Shown> {
    let (record, document) = export::find(archive, name).await?;
    let mut doubtful = Vec::new();
    let altos = export::altos(archive, &record, &document).await?;
    let read = document.pages.iter().filter(|page| page.alto.is_some());
    for (page, text) in read.zip(&altos) {
        let reading = alto::parse(text)?;
        for (number, word) in (1..).zip(reading.words()) {
            if word.confidence < DOUBTFUL && word.reader != Reader::Person {
                let (text, confidence, bounds) = (word.text.clone(), word.confidence, word.bounds);
                let alternative = word.alternative.clone();
                doubtful.push(DoubtfulWord { page: page.number, word: number, text, confidence, bounds, alternative });
            }
        }
    }
    Ok(Shown { document: format!("{}#{}", record.code, document.number), dossier: record.object, recorded: document, doubtful })
}

/// Keeps what `author` decided about the document, and brings the dossier to a new version in store and index.
///
/// # Errors
/// `NotFound` for an unknown document or word; `Invalid` for an impossible value; `Conflict` while its dossier is
/// being worked on.
pub async fn decide(
    archive: &Archive,
    name: &str,
    (author, note): (&str, Option<&str>),
    wishes: Vec<Wish>,
    (pipeline, plan): (&str, &Plan),
) -> Result<Outcome> {
    let began = Instant::now();
    let (record, recorded) = export::find(archive, name).await?;
    let acts = acts(archive, &record, &recorded, wishes).await?;
    let gone = || Error::not_found(format!("the catalogue does not know {name}; run `sohoa rebuild`"));
    let dossier = archive.catalog.dossier_by_name(&record.fonds, &record.code).await?.ok_or_else(gone)?;
    let contents = archive.catalog.contents(&dossier.id).await?;
    let document = contents.documents.iter().find(|document| document.number == recorded.number).ok_or_else(gone)?;
    let new = NewDecision { author, acts: &acts, note, pipeline, plan };
    let decided = archive.catalog.decide(document, &new).await?;
    runs::end(archive, &decided.batch, &Stop::default()).await?;
    // The balance of the deliveries changed with it; what came back from the store without its delivery has none.
    let batches: BTreeSet<&str> = contents.files.iter().map(|file| file.batch.as_str()).filter(|batch| *batch != RESTORED).collect();
    for batch in batches {
        runs::close(archive, &archive.catalog.batch(batch).await?).await?;
    }
    let contents = archive.catalog.contents(&dossier.id).await?;
    let now = contents.document(&document.id).ok_or_else(gone)?;
    Ok(Outcome {
        document: format!("{}#{}", record.code, document.number),
        decisions: decided.decisions,
        review: now.review.clone(),
        version: contents.dossier.version,
        stages: archive.catalog.costs(&decided.batch).await?,
        seconds: began.elapsed().as_secs_f64(),
    })
}

/// What is decided, with values checked and words looked up.
async fn acts(
    archive: &Archive,
    record: &crate::model::record::Record,
    document: &RecordedDocument,
    wishes: Vec<Wish>,
) -> Result<Vec<Act>> {
    if wishes.is_empty() {
        return Err(Error::invalid("nothing was decided; accept, reject, or correct something"));
    }
    let mut acts = Vec::new();
    for wish in wishes {
        acts.push(checked(match wish {
            Wish::Act(act) => act,
            Wish::Word { page, word, text } => {
                let unknown = || Error::not_found(format!("page {page} has no word {word}; `sohoa review show` numbers doubtful words"));
                let path = document.pages.iter().find(|own| own.number == page).and_then(|own| own.alto.as_ref()).ok_or_else(unknown)?;
                let alto = crate::blobs::ocfl::get(archive.store.as_ref(), &record.object, path).await?;
                let reading = alto::parse(&String::from_utf8_lossy(&alto))?;
                let place = usize::try_from(word).unwrap_or(usize::MAX).checked_sub(1).ok_or_else(unknown)?;
                let read = reading.words().nth(place).ok_or_else(unknown)?.text.clone();
                Act::CorrectWord { page, word, read, text }
            }
        })?);
    }
    Ok(acts)
}
