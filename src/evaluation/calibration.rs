//! Calibration of field confidence: expected against actual share of right values.

use crate::field_accuracy::{FieldComparison, Verdict};
use serde::Serialize;

/// Calibration of the confidence of described values.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Calibration {
    /// Bins of confidence in steps of ten, the highest first; empty ones are left out.
    pub steps: Vec<ConfidenceBin>,
    /// The threshold at which four of five values are accepted without a person; none where nothing was described.
    pub passing: Option<AutoAccepted>,
}

/// Values of similar confidence.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct ConfidenceBin {
    /// Lowest confidence, 0 to 100.
    pub from: u8,
    /// Number of values.
    pub values: u64,
    /// Number of right values.
    pub right: u64,
    /// Mean confidence, 0 to 1, which is the expected share of right values.
    pub expected: f64,
    /// Actual share of right values, 0 to 1.
    pub actual: f64,
}

/// Values accepted without a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct AutoAccepted {
    /// Threshold of confidence, 0 to 100.
    pub confidence: u8,
    /// Number of accepted values.
    pub values: u64,
    /// Number of wrong values among them.
    pub wrong: u64,
}

/// Share of accepted values, per mille.
const AUTO_ACCEPT_PERMILLE: usize = 800;

/// Calibrates confidences by verdicts.
#[must_use]
pub fn calibrate(compared: &[FieldComparison]) -> Calibration {
    let mut given: Vec<(u8, bool)> = compared.iter().filter_map(|one| Some((one.confidence?, one.verdict == Verdict::Right))).collect();
    given.sort_by(|one, other| other.cmp(one));
    let steps = (0..=10_u8).rev().filter_map(|step| {
        let within: Vec<&(u8, bool)> = given.iter().filter(|(confidence, _)| confidence / 10 == step).collect();
        let count = within.len();
        let right = within.iter().filter(|(_, is_right)| *is_right).count();
        let sum: f64 = within.iter().map(|(confidence, _)| f64::from(*confidence) / 100.0).sum();
        (count > 0).then(|| ConfidenceBin {
            from: step * 10,
            values: count as u64,
            right: right as u64,
            expected: sum / count as f64,
            actual: right as f64 / count as f64,
        })
    });
    let needed = (given.len() * AUTO_ACCEPT_PERMILLE).div_ceil(1000);
    let passing = needed.checked_sub(1).and_then(|last| given.get(last)).map(|(confidence, _)| {
        let passed: Vec<&(u8, bool)> = given.iter().filter(|(own, _)| own >= confidence).collect();
        let wrong = passed.iter().filter(|(_, is_right)| !is_right).count();
        AutoAccepted { confidence: *confidence, values: passed.len() as u64, wrong: wrong as u64 }
    });
    Calibration { steps: steps.collect(), passing }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]
    use super::*;

    fn comparison(confidence: Option<u8>, verdict: Verdict) -> FieldComparison {
        FieldComparison { field: "trich_yeu".to_owned(), expected: None, found: None, confidence, verdict, handwritten: false }
    }

    #[test]
    fn auto_accept_threshold_and_wrong_values_are_computed() {
        let mut compared: Vec<FieldComparison> = (0..8).map(|_| comparison(Some(95), Verdict::Right)).collect();
        compared.extend([comparison(Some(91), Verdict::Wrong), comparison(Some(40), Verdict::Wrong), comparison(None, Verdict::Absent)]);
        let found = calibrate(&compared);
        assert_eq!(found.passing, Some(AutoAccepted { confidence: 95, values: 8, wrong: 0 }));
        compared.push(comparison(Some(30), Verdict::Invented));
        assert_eq!(calibrate(&compared).passing, Some(AutoAccepted { confidence: 91, values: 9, wrong: 1 }));
        let first = found.steps[0];
        assert_eq!((first.from, first.values, first.right), (90, 9, 8));
        assert!((first.actual - 8.0 / 9.0).abs() < 1e-9 && (first.expected - 0.945_555_6).abs() < 1e-6, "{first:?}");
        assert_eq!((found.steps.len(), found.steps[1].from), (2, 40));
        assert_eq!(calibrate(&[]).passing, None);
    }
}
