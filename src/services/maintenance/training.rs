//! Learning from people's decisions: a new model is made of them, compared with the old one on decisions that neither
//! learned from, and taken only if it is no worse.

use crate::archive::Archive;
use crate::records::export;
use serde::Serialize;
use sha2::{Digest, Sha256};
use sohoa_base::error::Result;
use sohoa_base::model::decision::{Decision, DecisionKind, effective_decisions};
use sohoa_base::model::page::reading::{Reading, WordSource};
use sohoa_base::model::record::{Record, RecordedDocument};
use sohoa_extraction::description::Describer;
use sohoa_extraction::evidence::trained_model::{Example, ModelScore, TrainedModel};
use sohoa_formats::metadata::alto;
use sohoa_storage::key;

/// What a training came to.
#[derive(Debug, Clone, Serialize)]
pub struct TrainingResult {
    /// Documents that were learned from.
    pub examples: u64,
    /// How good the model in use is on documents that were held out.
    pub before: ModelScore,
    /// How good the new one is on the same.
    pub after: ModelScore,
    /// Whether the new one is in use now.
    pub replaced: bool,
    /// Why it is not.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[serde(rename = "kept")]
    pub rejection: Option<RejectionReason>,
}

/// Why a new model is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum RejectionReason {
    /// There are too few decisions to learn from and to compare by.
    TooFew,
    /// It finds fewer kinds, or its confidences are farther from the truth.
    Worse,
    /// It is the one that is in use.
    Same,
}

/// Every fourth document is held out, by its name.
const HELD_OUT_MODULUS: u8 = 4;

/// Fewest documents to learn from.
const MIN_EXAMPLES: usize = 12;

/// Fewest documents to compare by.
const MIN_HELD_OUT: usize = 4;

/// Learns from every document that people decided about.
///
/// # Errors
/// `Unavailable` when the store does not answer; `Corrupt` when a record or an ALTO file is none.
pub async fn train(archive: &Archive) -> Result<TrainingResult> {
    let (mut taught, mut held) = (Vec::new(), Vec::new());
    for record in export::load_records(archive).await? {
        for document in record.documents.iter().filter(|document| has_ground_truth(&document.decisions)) {
            let example = build_example(archive, &record, document).await?;
            let name = format!("{}#{}", record.object, document.number);
            let is_held = Sha256::digest(name.as_bytes()).first().is_some_and(|byte| byte % HELD_OUT_MODULUS == 0);
            if is_held { held.push(example) } else { taught.push(example) }
        }
    }
    let new = TrainedModel::train(&taught);
    let (before, after) = (archive.trained_model.evaluate(&held), new.evaluate(&held));
    let kept = if taught.len() < MIN_EXAMPLES || held.len() < MIN_HELD_OUT {
        Some(RejectionReason::TooFew)
    } else if new == archive.trained_model {
        Some(RejectionReason::Same)
    } else if after.correct_kinds < before.correct_kinds || after.brier > before.brier {
        Some(RejectionReason::Worse)
    } else {
        None
    };
    if kept.is_none() {
        archive.store.put(key::TRAINED_MODEL, new.to_json()?).await?;
    }
    Ok(TrainingResult { examples: taught.len() as u64, before, after, replaced: kept.is_none(), rejection: kept })
}

/// Whether a person said what is right: who rejected a document, or released it, did not.
fn has_ground_truth(decisions: &[Decision]) -> bool {
    effective_decisions(decisions).iter().any(|decision| {
        matches!(decision.kind, DecisionKind::Accept | DecisionKind::CorrectKind { .. } | DecisionKind::CorrectField { .. })
    })
}

/// What the machine alone made of the document, beside what it is.
async fn build_example(archive: &Archive, record: &Record, document: &RecordedDocument) -> Result<Example> {
    let mut altos = export::load_altos(archive, record, document).await?.into_iter();
    let mut describer = Describer::default();
    for page in &document.pages {
        let read = match page.alto.as_ref().and_then(|_| altos.next()) {
            Some(text) => undo_corrections(alto::parse(&text)?),
            None => Reading::default(),
        };
        describer.add_page(&read);
    }
    let words = describer.front_words().clone();
    let found = describer.finish();
    let decisions = effective_decisions(&document.decisions);
    let is_accepted = decisions.iter().any(|decision| decision.kind == DecisionKind::Accept);
    let is_corrected =
        |name: &str| decisions.iter().any(|one| matches!(&one.kind, DecisionKind::CorrectField { field, .. } if field == name));
    let values = found
        .fields
        .iter()
        .filter(|(name, _)| is_accepted || is_corrected(name))
        .map(|(name, field)| {
            let right = document.description.fields.get(name).is_some_and(|known| known.value == field.value);
            (name.clone(), field.confidence, right)
        })
        .collect();
    Ok(Example { words, kind: document.description.kind.clone(), rule_prediction: (found.kind, found.kind_confidence), values })
}

/// The reading without what people corrected.
fn undo_corrections(mut reading: Reading) -> Reading {
    let words = reading.blocks.iter_mut().flat_map(|block| &mut block.lines).flat_map(|line| &mut line.words);
    for word in words.filter(|word| word.source == WordSource::Person) {
        if let Some(read) = word.alternative.take() {
            (word.text, word.confidence, word.source) = (read.text, read.confidence, WordSource::FirstPass);
        }
    }
    reading
}
