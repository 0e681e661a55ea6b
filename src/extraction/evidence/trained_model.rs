//! Model trained on people's decisions: words that distinguish kinds if the rules have no answer, and calibration of
//! confidences.
//!
//! Kinds are predicted by naive Bayes over the words of a first page (add-one smoothing; D. Lewis, "Naive (Bayes) at
//! Forty", 1998), confidences by isotonic regression (pool adjacent violators; B. Zadrozny and C. Elkan, 2002). Both are
//! counts: the same decisions give the same model.

use serde::{Deserialize, Serialize};
use sohoa_base::error::Result;
use sohoa_base::messages::{program, reading};
use sohoa_base::model::document_kinds::kind_by_code;
use sohoa_base::model::record::Description;
use std::collections::{BTreeMap, BTreeSet};

/// A trained model. The default is untrained and changes nothing.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TrainedModel {
    /// Statistics of each kind, by code.
    kinds: BTreeMap<String, KindStatistics>,
    /// Calibration by field: minimum confidence, 0 to 100, and calibrated confidence, 0 to 100; rising.
    calibration: BTreeMap<String, Vec<(u8, u8)>>,
}

/// Words of the first pages of a kind.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
struct KindStatistics {
    papers: u32,
    /// Number of documents that contain each word.
    words: BTreeMap<String, u32>,
}

/// A training example: a document decided by people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Example {
    /// Words of its first page, see [`crate::description::Describer::front_words`].
    pub words: BTreeSet<String>,
    /// Code of its kind.
    pub kind: String,
    /// Code of the kind found by the rules, and its confidence, 0 to 100.
    pub rule_prediction: (String, u8),
    /// Values found in fields: name, confidence, 0 to 100, and whether it was right.
    pub values: Vec<(String, u8, bool)>,
}

/// Score of a model on examples that it was not trained on.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize)]
pub struct ModelScore {
    /// Number of examples.
    pub examples: u64,
    /// Number of examples with the right kind.
    pub correct_kinds: u64,
    /// Number of field values.
    pub values: u64,
    /// Mean squared difference of confidence and truth (Brier score), 0 to 1: the lower the better.
    pub brier: f64,
}

/// Confidence of the rules, 0 to 100, above which the kind is not predicted again.
const RULE_CONFIDENCE_LIMIT: u8 = 70;

/// Minimum confidence of a predicted kind, 0 to 100.
const MIN_KIND_CONFIDENCE: u8 = 80;

/// Maximum confidence of a predicted kind, 0 to 100: low enough for a possible review.
const MAX_KIND_CONFIDENCE: u8 = 89;

/// Minimum number of examples of a kind that can be predicted.
const MIN_EXAMPLES: u32 = 3;

/// Weight of the prior, in values per step of ten: without training confidences are taken as calibrated.
const PRIOR_WEIGHT: f64 = 4.0;

impl TrainedModel {
    /// Trains on examples; their order does not matter.
    #[must_use]
    pub fn train(examples: &[Example]) -> Self {
        let mut kinds: BTreeMap<String, KindStatistics> = BTreeMap::new();
        let mut values: BTreeMap<String, Vec<(u8, bool)>> = BTreeMap::new();
        for example in examples {
            let kind = kinds.entry(example.kind.clone()).or_default();
            kind.papers += 1;
            for word in &example.words {
                *kind.words.entry(word.clone()).or_default() += 1;
            }
            for (field, confidence, right) in &example.values {
                values.entry(field.clone()).or_default().push((*confidence, *right));
            }
        }
        let calibration = values.into_iter().map(|(field, values)| (field, isotonic_steps(values))).collect();
        Self { kinds, calibration }
    }

    /// Parses the model from its JSON.
    ///
    /// # Errors
    /// `Corrupt` for malformed JSON.
    pub fn from_json(json: &[u8]) -> Result<Self> {
        serde_json::from_slice(json).map_err(|error| reading::learned_model_damaged().caused_by(error))
    }

    /// Serialises the model as JSON, deterministically.
    ///
    /// # Errors
    /// `Internal` if it cannot be serialised.
    pub fn to_json(&self) -> Result<Vec<u8>> {
        serde_json::to_vec(self).map_err(|error| program::bug("learned model as JSON").caused_by(error))
    }

    /// Applies the model to the result of the rules: a predicted kind if they were unsure, and calibrated confidences.
    pub fn apply(&self, description: &mut Description, words: &BTreeSet<String>) {
        if description.kind_confidence < RULE_CONFIDENCE_LIMIT
            && let Some((code, sure)) = self.predict_kind(words).filter(|(_, sure)| *sure >= MIN_KIND_CONFIDENCE)
            && let Some(kind) = kind_by_code(code)
        {
            kind.code.clone_into(&mut description.kind);
            kind.name.clone_into(&mut description.kind_name);
            description.kind_confidence = sure.min(MAX_KIND_CONFIDENCE);
        }
        for (name, field) in &mut description.fields {
            field.confidence = self.calibrate(name, field.confidence);
        }
    }

    /// Most probable kind of a first page with these words, and its confidence, 0 to 100.
    #[must_use]
    fn predict_kind(&self, words: &BTreeSet<String>) -> Option<(&str, u8)> {
        let known: Vec<(&String, &KindStatistics)> = self.kinds.iter().filter(|(_, kind)| kind.papers >= MIN_EXAMPLES).collect();
        let all: u32 = known.iter().map(|(_, kind)| kind.papers).sum();
        if known.len() < 2 || words.is_empty() {
            return None;
        }
        let odds = |kind: &KindStatistics| {
            let papers = f64::from(kind.papers);
            let log_likelihood: f64 =
                words.iter().map(|word| ((f64::from(kind.words.get(word).copied().unwrap_or(0)) + 0.5) / (papers + 1.0)).ln()).sum();
            // Words of a page come in phrases, so each is weaker evidence than an independent one.
            (papers / f64::from(all)).ln() + log_likelihood / 4.0
        };
        let scored: Vec<(&str, f64)> = known.iter().map(|(code, kind)| (code.as_str(), odds(kind))).collect();
        let best = scored.iter().copied().max_by(|one, other| one.1.total_cmp(&other.1))?;
        let sum: f64 = scored.iter().map(|(_, odds)| (odds - best.1).exp()).sum();
        Some((best.0, (100.0 / sum).round() as u8))
    }

    /// Calibrated confidence of a field's value, 0 to 100.
    #[must_use]
    fn calibrate(&self, field: &str, confidence: u8) -> u8 {
        let Some(steps) = self.calibration.get(field) else { return confidence };
        steps.iter().rev().find(|(from, _)| *from <= confidence).map_or(confidence, |(_, sure)| *sure)
    }

    /// Scores the model on examples that it was not trained on.
    #[must_use]
    pub fn evaluate(&self, examples: &[Example]) -> ModelScore {
        let mut score = ModelScore { examples: examples.len() as u64, ..ModelScore::default() };
        let mut squares = 0.0;
        for example in examples {
            let (ruled, sure) = &example.rule_prediction;
            let learned =
                self.predict_kind(&example.words).filter(|(_, learned)| *sure < RULE_CONFIDENCE_LIMIT && *learned >= MIN_KIND_CONFIDENCE);
            score.correct_kinds += u64::from(learned.map_or(ruled.as_str(), |(code, _)| code) == example.kind);
            for (field, confidence, right) in &example.values {
                let sure = f64::from(self.calibrate(field, *confidence)) / 100.0;
                squares += (sure - f64::from(u8::from(*right))).powi(2);
                score.values += 1;
            }
        }
        score.brier = if score.values > 0 { squares / score.values as f64 } else { 0.0 };
        score
    }
}

/// Share of right values by confidence, as rising steps.
fn isotonic_steps(values: Vec<(u8, bool)>) -> Vec<(u8, u8)> {
    // By minimum confidence: weight of the values, and of the right ones.
    let mut steps: BTreeMap<u8, (f64, f64)> =
        (0..=100).step_by(10).map(|at| (at, (PRIOR_WEIGHT, PRIOR_WEIGHT * f64::from(at) / 100.0))).collect();
    for (confidence, right) in values {
        let (weight, sum) = steps.entry(confidence.min(100)).or_default();
        *weight += 1.0;
        *sum += f64::from(u8::from(right));
    }
    let mut pools: Vec<(u8, f64, f64)> = Vec::new();
    for (from, (weight, sum)) in steps {
        pools.push((from, weight, sum));
        while let [.., (_, below, low), (_, above, high)] = *pools.as_slice() {
            if low / below < high / above {
                break;
            }
            pools.pop();
            if let Some(last) = pools.last_mut() {
                *last = (last.0, below + above, low + high);
            }
        }
    }
    pools.into_iter().map(|(from, weight, sum)| (from, (100.0 * sum / weight).round() as u8)).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use sohoa_base::model::record::Field;

    fn example(kind: &str, text: &str, values: &[(&str, u8, bool)]) -> Example {
        Example {
            words: text.split(' ').map(str::to_owned).collect(),
            kind: kind.to_owned(),
            rule_prediction: ("32".to_owned(), 20),
            values: values.iter().map(|(field, sure, right)| ((*field).to_owned(), *sure, *right)).collect(),
        }
    }

    fn training_examples() -> Vec<Example> {
        let report = |topic: &str| example("14", &format!("tinh hinh ket qua thuc hien cong tac {topic}"), &[("subject", 95, false)]);
        let invitation = |topic: &str| example("26", &format!("tran trong kinh moi toi du hop {topic}"), &[("subject", 95, true)]);
        ["y te", "giao duc", "nong nghiep", "quan su"].iter().flat_map(|topic| [report(topic), invitation(topic)]).collect()
    }

    #[test]
    fn model_predicts_kind_when_rules_are_unsure() {
        let learned = TrainedModel::train(&training_examples());
        let words = |text: &str| text.split(' ').map(str::to_owned).collect::<BTreeSet<_>>();
        let told = |text: &str, sure: u8| {
            let mut description = Description { kind_confidence: sure, ..Description::unknown() };
            learned.apply(&mut description, &words(text));
            (description.kind, description.kind_name, description.kind_confidence)
        };
        assert_eq!(told("kinh moi quy vi toi du le", 20).0, "26");
        assert_eq!(told("tinh hinh thuc hien ket qua", 20), ("14".to_owned(), "báo cáo".to_owned(), MAX_KIND_CONFIDENCE));
        assert_eq!(told("kinh moi quy vi toi du le", 90).0, "32", "rules that are sure are right");
        assert_eq!(told("hop dong mua ban", 20).0, "32", "nobody knows");
        assert_eq!(TrainedModel::from_json(&learned.to_json().unwrap()).unwrap(), learned);
        let backwards: Vec<Example> = training_examples().into_iter().rev().collect();
        assert_eq!(TrainedModel::train(&backwards), learned);
    }

    #[test]
    fn calibration_matches_accuracy_and_is_monotonic() {
        let values: Vec<(u8, bool)> = (0..60).map(|number| (95, number % 2 == 0)).chain((0..20).map(|_| (60, true))).collect();
        let steps = isotonic_steps(values);
        assert!(steps.windows(2).all(|pair| matches!(pair, [one, next] if one.0 < next.0 && one.1 <= next.1)), "{steps:?}");
        let learned = TrainedModel { calibration: BTreeMap::from([("subject".to_owned(), steps)]), ..TrainedModel::default() };
        assert!((50..75).contains(&learned.calibrate("subject", 95)), "{learned:?}");
        assert_eq!(learned.calibrate("signer", 95), 95);
        let mut description = Description::unknown();
        description.fields.insert("subject".to_owned(), Field { confidence: 95, ..Field::default() });
        TrainedModel::default().apply(&mut description, &BTreeSet::new());
        assert_eq!(
            description.fields.values().map(|field| field.confidence).collect::<Vec<_>>(),
            [95],
            "who learned nothing changes nothing"
        );
    }

    #[test]
    fn trained_model_improves_scores_on_held_out_examples() {
        let held = [
            example("26", "kinh moi ong ba toi du hop", &[("subject", 95, true)]),
            example("14", "tinh hinh ket qua", &[("subject", 95, false)]),
        ];
        let (before, after) = (TrainedModel::default().evaluate(&held), TrainedModel::train(&training_examples()).evaluate(&held));
        assert_eq!((before.examples, before.correct_kinds, before.values), (2, 0, 2));
        assert_eq!(after.correct_kinds, 2);
        assert!(after.brier < before.brier, "{after:?} {before:?}");
    }
}
