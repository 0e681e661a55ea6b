//! Training on review decisions: the new model is compared with the current one on held-out documents, and replaces it only if it is
//! no worse.

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

/// Result of a training.
#[derive(Debug, Clone, Serialize)]
pub struct TrainingResult {
    /// Number of training documents.
    pub examples: u64,
    /// Score of the current model on the held-out documents.
    pub before: ModelScore,
    /// Score of the new model on the same documents.
    pub after: ModelScore,
    /// Whether the new model replaced the current one.
    pub replaced: bool,
    /// Reason why it did not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rejection: Option<RejectionReason>,
}

/// Reason why a new model is rejected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum RejectionReason {
    /// Too few documents to train on or to compare by.
    TooFew,
    /// It classifies fewer documents correctly, or its Brier score is higher.
    Worse,
    /// It equals the current model.
    Same,
}

/// One document in so many is held out, chosen by the hash of its name.
const HELD_OUT_MODULUS: u8 = 4;

/// Fewest training documents.
const MIN_EXAMPLES: usize = 12;

/// Fewest held-out documents.
const MIN_HELD_OUT: usize = 4;

/// Trains on every document with a decision that confirms or corrects it.
///
/// # Errors
/// `Unavailable` when the store does not answer; `Corrupt` for an unreadable record or ALTO file.
pub async fn train(archive: &Archive) -> Result<TrainingResult> {
    let (mut training, mut held_out) = (Vec::new(), Vec::new());
    for record in export::load_records(archive).await? {
        for document in record.documents.iter().filter(|document| has_ground_truth(&document.decisions)) {
            let example = build_example(archive, &record, document).await?;
            let name = format!("{}#{}", record.object, document.number);
            let is_held_out = Sha256::digest(name.as_bytes()).first().is_some_and(|byte| byte % HELD_OUT_MODULUS == 0);
            if is_held_out { held_out.push(example) } else { training.push(example) }
        }
    }
    let new = TrainedModel::train(&training);
    let (before, after) = (archive.trained_model.evaluate(&held_out), new.evaluate(&held_out));
    let rejection = if training.len() < MIN_EXAMPLES || held_out.len() < MIN_HELD_OUT {
        Some(RejectionReason::TooFew)
    } else if new == archive.trained_model {
        Some(RejectionReason::Same)
    } else if after.correct_kinds < before.correct_kinds || after.brier > before.brier {
        Some(RejectionReason::Worse)
    } else {
        None
    };
    if rejection.is_none() {
        archive.store.put(key::TRAINED_MODEL, new.to_json()?).await?;
    }
    Ok(TrainingResult { examples: training.len() as u64, before, after, replaced: rejection.is_none(), rejection })
}

/// Whether the decisions give ground truth; rejecting or releasing a document does not.
fn has_ground_truth(decisions: &[Decision]) -> bool {
    effective_decisions(decisions).iter().any(|decision| {
        matches!(decision.kind, DecisionKind::Accept | DecisionKind::CorrectKind { .. } | DecisionKind::CorrectField { .. })
    })
}

/// The automatic description of the document, paired with the ground truth.
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

/// The reading as the engine returned it, without corrected words.
fn undo_corrections(mut reading: Reading) -> Reading {
    let words = reading.blocks.iter_mut().flat_map(|block| &mut block.lines).flat_map(|line| &mut line.words);
    for word in words.filter(|word| word.source == WordSource::Person) {
        if let Some(read) = word.alternative.take() {
            (word.text, word.confidence, word.source) = (read.text, read.confidence, WordSource::FirstPass);
        }
    }
    reading
}
