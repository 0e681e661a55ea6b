//! Confidences of texts from those of their words.

use sohoa_base::model::page::reading::Word;

/// Mean confidence of words weighted by their length; 0 for none.
pub(crate) fn mean_confidence<'a>(words: impl IntoIterator<Item = &'a Word>) -> u32 {
    let mut mean = ConfidenceMean::default();
    mean.add(words);
    mean.mean()
}

/// Share of right words, per mille, by the engine's confidence (0 to 100); linear between the steps. Counted by `sohoa
/// eval` on scanned pages with ground truth, rounded and made monotonic.
const ACCURACY_BY_CONFIDENCE: [(u32, u32); 10] =
    [(0, 400), (50, 600), (80, 800), (86, 850), (88, 910), (90, 950), (92, 979), (94, 985), (96, 995), (100, 999)];

/// Probability that all words are right, 0 to 100: the longer a text, the likelier an error.
pub(crate) fn all_words_correct_percent<'a>(words: impl IntoIterator<Item = &'a Word>) -> u32 {
    let share =
        words.into_iter().map(|word| f64::from(word_accuracy_permille(u32::from(word.confidence.min(100)))) / 1000.0).product::<f64>();
    (share * 100.0).round() as u32
}

fn word_accuracy_permille(confidence: u32) -> u32 {
    let steps = ACCURACY_BY_CONFIDENCE.windows(2).find_map(|steps| match steps {
        &[(from, low), (to, high)] if (from..=to).contains(&confidence) => Some(low + (high - low) * (confidence - from) / (to - from)),
        _ => None,
    });
    steps.unwrap_or(0)
}

/// Running sums of a mean confidence.
#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct ConfidenceMean {
    sum: u64,
    letters: u64,
}

impl ConfidenceMean {
    pub(crate) fn add<'a>(&mut self, words: impl IntoIterator<Item = &'a Word>) {
        for word in words {
            let length = word.text.chars().count() as u64;
            self.sum += u64::from(word.confidence) * length;
            self.letters += length;
        }
    }

    /// Mean confidence by length; 0 for no words.
    pub(crate) fn mean(self) -> u32 {
        u32::try_from(self.sum.checked_div(self.letters).unwrap_or(0)).unwrap_or(0)
    }
}
