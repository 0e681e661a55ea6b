//! Calibration of word confidence, on which `sohoa_extraction::description` relies.

use serde::Serialize;
use similar::{Algorithm, DiffOp, capture_diff_slices};
use sohoa_base::model::page::reading::Word;
use sohoa_base::text::nfc::nfc;

/// Lowest confidence of each bin, 0 to 100.
pub const BIN_STARTS: [u8; 10] = [0, 50, 80, 86, 88, 90, 92, 94, 96, 98];

/// Words of similar confidence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct WordConfidenceBin {
    /// Lowest confidence, 0 to 100.
    pub from: u8,
    /// Number of words with a letter.
    pub words: u64,
    /// Number of those that are in the truth in the same order.
    pub right: u64,
}

/// Bins without words.
#[must_use]
pub fn empty_bins() -> Vec<WordConfidenceBin> {
    BIN_STARTS.iter().map(|from| WordConfidenceBin { from: *from, words: 0, right: 0 }).collect()
}

/// Adds the words of a page to `bins`.
pub fn add_page(bins: &mut [WordConfidenceBin], truth: &str, words: &[&Word]) {
    let truth = nfc(truth);
    let expected: Vec<&str> = truth.split_whitespace().collect();
    let read: Vec<&str> = words.iter().map(|word| word.text.as_str()).collect();
    let mut is_right = vec![false; read.len()];
    for operation in capture_diff_slices(Algorithm::Myers, &read, &expected) {
        if let DiffOp::Equal { old_index, len, .. } = operation {
            is_right.iter_mut().skip(old_index).take(len).for_each(|right| *right = true);
        }
    }
    for (word, right) in words.iter().zip(is_right).filter(|(word, _)| word.text.chars().any(char::is_alphabetic)) {
        if let Some(bin) = bins.iter_mut().rev().find(|bin| bin.from <= word.confidence) {
            bin.words += 1;
            bin.right += u64::from(right);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sohoa_base::model::page::geometry::Bounds;

    #[test]
    fn words_are_binned_by_confidence() {
        let words =
            [("Quyết", 96), ("định", 97), ("sô", 90), ("12", 90), ("về", 95)].map(|(text, sure)| Word::new(text, Bounds::default(), sure));
        let mut steps = empty_bins();
        add_page(&mut steps, "Quyết định\nsố 12 về", &words.iter().collect::<Vec<_>>());
        let seen: Vec<(u8, u64, u64)> =
            steps.iter().filter(|step| step.words > 0).map(|step| (step.from, step.words, step.right)).collect();
        assert_eq!(seen, [(90, 1, 0), (94, 1, 1), (96, 2, 2)]);
    }
}
