//! What people's decisions teach: which words tell kinds apart where rules end, and how often values that were so sure
//! turned out right.
//!
//! Kinds are told by naive Bayes over the words of a first page (add-one smoothing; D. Lewis, "Naive (Bayes) at Forty",
//! 1998), confidences by isotonic regression (pool adjacent violators; B. Zadrozny and C. Elkan, 2002). Both are counts:
//! the same decisions give the same model.

use serde::{Deserialize, Serialize};
use sohoa_base::error::{ErrorKind, Result, ResultExt};
use sohoa_base::model::document_kinds::kind_by_code;
use sohoa_base::model::record::Description;
use std::collections::{BTreeMap, BTreeSet};

/// What was learned. The default has learned nothing and changes nothing.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TrainedModel {
    /// Examples of each kind, by code.
    kinds: BTreeMap<String, KindStatistics>,
    /// By field: from which confidence on, 0 to 100, a value is how sure, 0 to 100; rising.
    calibration: BTreeMap<String, Vec<(u8, u8)>>,
}

/// Words of the first pages of a kind.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
struct KindStatistics {
    papers: u32,
    /// On how many of the papers a word stands.
    words: BTreeMap<String, u32>,
}

/// A document that people decided about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Example {
    /// Words of its first page, see [`crate::description::Describer::front_words`].
    pub words: BTreeSet<String>,
    /// Its kind, by code.
    pub kind: String,
    /// The kind that rules found, by code, and how sure they were, 0 to 100.
    pub rule_prediction: (String, u8),
    /// What was found in fields: name, how sure, 0 to 100, and whether it was right.
    pub values: Vec<(String, u8, bool)>,
}

/// How good a model is on examples that it did not learn from.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize)]
pub struct ModelScore {
    /// Examples.
    pub examples: u64,
    /// Of them, with the right kind.
    #[serde(rename = "kinds_right")]
    pub correct_kinds: u64,
    /// Values in fields.
    pub values: u64,
    /// Mean square of confidence less truth (Brier score), 0 to 1: the lower the better.
    pub brier: f64,
}

/// Rules that are surer of a kind than this, 0 to 100, are not asked again.
const RULE_CONFIDENCE_LIMIT: u8 = 70;

/// A learned kind must be this sure, 0 to 100.
const MIN_KIND_CONFIDENCE: u8 = 80;

/// A learned kind is never surer than this, 0 to 100: a person may still look.
const MAX_KIND_CONFIDENCE: u8 = 89;

/// A kind with fewer papers is not known.
const MIN_EXAMPLES: u32 = 3;

/// Before anything is learned confidences are believed, as if this many values had borne out each step of ten.
const PRIOR_WEIGHT: f64 = 4.0;

impl TrainedModel {
    /// Learns from examples; their order does not matter.
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

    /// The model out of its JSON.
    ///
    /// # Errors
    /// `Corrupt` when it is none.
    pub fn from_json(json: &[u8]) -> Result<Self> {
        serde_json::from_slice(json).or_error(ErrorKind::Corrupt, || "the learned model cannot be read; run `sohoa train`".to_owned())
    }

    /// The model as JSON, always the same for the same model.
    ///
    /// # Errors
    /// `Internal` when it has no JSON form.
    pub fn to_json(&self) -> Result<Vec<u8>> {
        serde_json::to_vec(self).or_error(ErrorKind::Internal, || "the learned model has no JSON form".to_owned())
    }

    /// Lays what was learned over what rules found: a surer kind where they were unsure, and confidences that hold what
    /// they promise.
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

    /// The likeliest kind of a first page with these words, and how sure it is, 0 to 100.
    #[must_use]
    fn predict_kind(&self, words: &BTreeSet<String>) -> Option<(&str, u8)> {
        let known: Vec<(&String, &KindStatistics)> = self.kinds.iter().filter(|(_, kind)| kind.papers >= MIN_EXAMPLES).collect();
        let all: u32 = known.iter().map(|(_, kind)| kind.papers).sum();
        if known.len() < 2 || words.is_empty() {
            return None;
        }
        let odds = |kind: &KindStatistics| {
            let papers = f64::from(kind.papers);
            let told: f64 =
                words.iter().map(|word| ((f64::from(kind.words.get(word).copied().unwrap_or(0)) + 0.5) / (papers + 1.0)).ln()).sum();
            // Words of a page come in phrases: each tells less than if it stood for itself.
            (papers / f64::from(all)).ln() + told / 4.0
        };
        let scored: Vec<(&str, f64)> = known.iter().map(|(code, kind)| (code.as_str(), odds(kind))).collect();
        let best = scored.iter().copied().max_by(|one, other| one.1.total_cmp(&other.1))?;
        let sum: f64 = scored.iter().map(|(_, odds)| (odds - best.1).exp()).sum();
        Some((best.0, (100.0 / sum).round() as u8))
    }

    /// How sure a value is of whose field so sure ones were right so often, 0 to 100.
    #[must_use]
    fn calibrate(&self, field: &str, confidence: u8) -> u8 {
        let Some(steps) = self.calibration.get(field) else { return confidence };
        steps.iter().rev().find(|(from, _)| *from <= confidence).map_or(confidence, |(_, sure)| *sure)
    }

    /// How good the model is on examples that it did not learn from.
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

/// The share of right values by confidence as steps that only rise.
fn isotonic_steps(values: Vec<(u8, bool)>) -> Vec<(u8, u8)> {
    // From which confidence on, how many values weigh, and how many of them were right.
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
    fn words_tell_the_kind_where_rules_are_unsure() {
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
    fn confidences_come_to_what_they_hold_and_never_turn_over() {
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
    fn a_model_is_scored_on_what_it_did_not_see() {
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
