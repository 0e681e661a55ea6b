//! Learning from people's decisions: a new model is made of them, compared with the old one on decisions that neither
//! learned from, and taken only if it is no worse.

use crate::archive::Archive;
use crate::export;
use serde::Serialize;
use sha2::{Digest, Sha256};
use sohoa_base::error::Result;
use sohoa_base::model::decision::{Act, Decision, standing};
use sohoa_base::model::reading::{Reader, Reading};
use sohoa_base::model::record::{Record, RecordedDocument};
use sohoa_extraction::describe::Describer;
use sohoa_extraction::learned::{Example, Learned, Score};
use sohoa_formats::alto;
use sohoa_storage::key;

/// What a training came to.
#[derive(Debug, Clone, Serialize)]
pub struct Trained {
    /// Documents that were learned from.
    pub examples: u64,
    /// How good the model in use is on documents that were held out.
    pub before: Score,
    /// How good the new one is on the same.
    pub after: Score,
    /// Whether the new one is in use now.
    pub replaced: bool,
    /// Why it is not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kept: Option<Kept>,
}

/// Why a new model is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kept {
    /// There are too few decisions to learn from and to compare by.
    TooFew,
    /// It finds fewer kinds, or its confidences are farther from the truth.
    Worse,
    /// It is the one that is in use.
    Same,
}

/// Every fourth document is held out, by its name.
const HELD_OUT: u8 = 4;

/// Fewest documents to learn from.
const LEAST: usize = 12;

/// Fewest documents to compare by.
const LEAST_HELD_OUT: usize = 4;

/// Learns from every document that people decided about.
///
/// # Errors
/// `Unavailable` when the store does not answer; `Corrupt` when a record or an ALTO file is none.
pub async fn train(archive: &Archive) -> Result<Trained> {
    let (mut taught, mut held) = (Vec::new(), Vec::new());
    for record in export::records(archive).await? {
        for document in record.documents.iter().filter(|document| is_judged(&document.decisions)) {
            let example = example(archive, &record, document).await?;
            let name = format!("{}#{}", record.object, document.number);
            let is_held = Sha256::digest(name.as_bytes()).first().is_some_and(|byte| byte % HELD_OUT == 0);
            if is_held { held.push(example) } else { taught.push(example) }
        }
    }
    let new = Learned::from_examples(&taught);
    let (before, after) = (archive.learned.score(&held), new.score(&held));
    let kept = if taught.len() < LEAST || held.len() < LEAST_HELD_OUT {
        Some(Kept::TooFew)
    } else if new == archive.learned {
        Some(Kept::Same)
    } else if after.kinds_right < before.kinds_right || after.brier > before.brier {
        Some(Kept::Worse)
    } else {
        None
    };
    if kept.is_none() {
        archive.store.put(key::LEARNED, new.to_json()?).await?;
    }
    Ok(Trained { examples: taught.len() as u64, before, after, replaced: kept.is_none(), kept })
}

/// Whether a person said what is right: who rejected a document, or released it, did not.
fn is_judged(decisions: &[Decision]) -> bool {
    standing(decisions).iter().any(|decision| matches!(decision.act, Act::Accept | Act::CorrectKind { .. } | Act::CorrectField { .. }))
}

/// What the machine alone made of the document, beside what it is.
async fn example(archive: &Archive, record: &Record, document: &RecordedDocument) -> Result<Example> {
    let mut altos = export::altos(archive, record, document).await?.into_iter();
    let mut describer = Describer::default();
    for page in &document.pages {
        let read = match page.alto.as_ref().and_then(|_| altos.next()) {
            Some(text) => as_read(alto::parse(&text)?),
            None => Reading::default(),
        };
        describer.add(&read);
    }
    let words = describer.front_words().clone();
    let found = describer.finish();
    let decisions = standing(&document.decisions);
    let is_accepted = decisions.iter().any(|decision| decision.act == Act::Accept);
    let is_corrected = |name: &str| decisions.iter().any(|one| matches!(&one.act, Act::CorrectField { field, .. } if field == name));
    let values = found
        .fields
        .iter()
        .filter(|(name, _)| is_accepted || is_corrected(name))
        .map(|(name, field)| {
            let right = document.description.fields.get(name).is_some_and(|known| known.value == field.value);
            (name.clone(), field.confidence, right)
        })
        .collect();
    Ok(Example { words, kind: document.description.kind.clone(), ruled: (found.kind, found.kind_confidence), values })
}

/// The reading without what people corrected.
fn as_read(mut reading: Reading) -> Reading {
    let words = reading.blocks.iter_mut().flat_map(|block| &mut block.lines).flat_map(|line| &mut line.words);
    for word in words.filter(|word| word.reader == Reader::Person) {
        if let Some(read) = word.alternative.take() {
            (word.text, word.confidence, word.reader) = (read.text, read.confidence, Reader::First);
        }
    }
    reading
}
