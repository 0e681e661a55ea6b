//! Classes of character errors: every error of the strict character error rate falls into one class.

use crate::alignment::{self, AlignmentStep, FoldedChar};
use crate::reordered_text::find_reordered;
use crate::text_scores::normalize_spaces;
use rapidfuzz::distance::levenshtein;
use serde::Serialize;
use std::collections::BTreeMap;
use std::ops::Range;

/// A kind of character error.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ErrorClass {
    /// Right letter, wrong tone or vowel mark (`đ` and `d` included).
    Marks,
    /// Upper case for lower case or the reverse.
    Case,
    /// Punctuation and spacing.
    Punctuation,
    /// A misread digit, or another character read as a digit.
    Digits,
    /// Another letter, or one or two letters too few or too many.
    Letters,
    /// A run of the truth that is absent from the output.
    Missing,
    /// A run of the output that is absent from the truth.
    Extra,
    /// Text that was read, but at another place.
    Order,
}

/// Every class, in the order of reports.
pub const ERROR_CLASSES: [ErrorClass; 8] = [
    ErrorClass::Marks,
    ErrorClass::Case,
    ErrorClass::Punctuation,
    ErrorClass::Digits,
    ErrorClass::Letters,
    ErrorClass::Missing,
    ErrorClass::Extra,
    ErrorClass::Order,
];

impl ErrorClass {
    /// Label in reports.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            ErrorClass::Marks => "tone or vowel mark",
            ErrorClass::Case => "case",
            ErrorClass::Punctuation => "punctuation, spacing",
            ErrorClass::Digits => "digits",
            ErrorClass::Letters => "other letters",
            ErrorClass::Missing => "missing text",
            ErrorClass::Extra => "extra text",
            ErrorClass::Order => "order",
        }
    }
}

/// Errors of one class.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize)]
pub struct ErrorClassCount {
    /// Number of characters.
    pub errors: u64,
    /// Per cent of all character errors, rounded to three digits.
    pub share: f64,
}

/// Errors by class, with an entry for every class.
pub type ErrorClassCounts = BTreeMap<ErrorClass, ErrorClassCount>;

/// Fewest edits of one kind in a row that form a run; fewer are single errors within a word.
const MIN_RUN: usize = 3;

/// Greatest number of equal characters between errors of one divergent span: single letters agree by chance.
const MAX_BRIDGE: usize = 2;

/// Counts the errors of one page by class. Their sum is [`crate::text_scores::PageScore::char_errors`].
#[must_use]
pub fn page_errors(truth: &str, output: &str) -> ErrorClassCounts {
    let (truth, output) = (normalize_spaces(truth), normalize_spaces(output));
    let edits = levenshtein::distance(truth.chars(), output.chars());
    let (truth, output) = (FoldedChar::from_text(&truth), FoldedChar::from_text(&output));
    let mut counts: BTreeMap<ErrorClass, u64> = BTreeMap::new();
    let mut count = |class: ErrorClass, errors: usize| *counts.entry(class).or_default() += errors as u64;
    match alignment::align(&truth, &output, edits) {
        Some(steps) => {
            for class in classify(&steps) {
                count(class, 1);
            }
        }
        // Too long and too different to align: the output is another text.
        None => count(if truth.len() > output.len() { ErrorClass::Missing } else { ErrorClass::Extra }, edits),
    }
    with_shares(|class| counts.get(&class).copied().unwrap_or(0))
}

/// Adds up the errors of all pages by class.
#[must_use]
pub fn total_errors<'a>(pages: impl Iterator<Item = &'a ErrorClassCounts> + Clone) -> ErrorClassCounts {
    with_shares(|class| pages.clone().filter_map(|page| page.get(&class)).map(|count| count.errors).sum())
}

fn with_shares(errors: impl Fn(ErrorClass) -> u64) -> ErrorClassCounts {
    let all = ERROR_CLASSES.iter().map(|class| errors(*class)).sum();
    ERROR_CLASSES
        .iter()
        .map(|class| (*class, ErrorClassCount { errors: errors(*class), share: crate::text_scores::error_rate(errors(*class), all) }))
        .collect()
}

/// The class of every error, in the order of the text.
fn classify(steps: &[AlignmentStep]) -> Vec<ErrorClass> {
    let spans = divergent_spans(steps);
    let side = |of: fn(&AlignmentStep) -> Option<FoldedChar>| -> Vec<Vec<FoldedChar>> {
        spans.iter().map(|span| steps.get(span.clone()).unwrap_or_default().iter().filter_map(of).collect()).collect()
    };
    let (missing, extra) = find_reordered(&side(truth_char), &side(output_char));
    let mut is_moved = vec![false; steps.len()];
    for ((span, missing), extra) in spans.iter().zip(&missing).zip(&extra) {
        let (mut missing, mut extra) = (missing.iter(), extra.iter());
        for at in span.clone() {
            let Some(step) = steps.get(at) else { continue };
            let of_truth = truth_char(step).is_some() && missing.next().is_some_and(|moved| *moved);
            let of_output = output_char(step).is_some() && extra.next().is_some_and(|moved| *moved);
            if let Some(slot) = is_moved.get_mut(at) {
                *slot = of_truth || of_output;
            }
        }
    }
    let mut classes = Vec::new();
    let mut at = 0;
    while let Some(step) = steps.get(at) {
        let rest = steps.get(at..).unwrap_or_default();
        let is_moved_here = is_moved.get(at).copied().unwrap_or(false);
        // Reordered text ends a run; a space beside it then counts as a space, not as missing text.
        let is_same_run = |(other, moved): &(&AlignmentStep, &bool)| step_kind(other) == step_kind(step) && **moved == is_moved_here;
        let length = rest.iter().zip(is_moved.iter().skip(at)).take_while(is_same_run).count().max(1);
        let run = rest.get(..length).unwrap_or_default();
        let is_run = length >= MIN_RUN && run.iter().any(|step| !matches!(classify_step(step), ErrorClass::Punctuation));
        for step in run.iter().filter(|step| step.is_error()) {
            classes.push(match step {
                _ if is_moved_here => ErrorClass::Order,
                AlignmentStep::Missing(_) if is_run => ErrorClass::Missing,
                AlignmentStep::Extra(_) if is_run => ErrorClass::Extra,
                _ => classify_step(step),
            });
        }
        at += length;
    }
    classes
}

/// Character of the truth in a step.
fn truth_char(step: &AlignmentStep) -> Option<FoldedChar> {
    match step {
        AlignmentStep::Pair(truth, _) | AlignmentStep::Missing(truth) => Some(*truth),
        AlignmentStep::Extra(_) => None,
    }
}

/// Character of the output in a step.
fn output_char(step: &AlignmentStep) -> Option<FoldedChar> {
    match step {
        AlignmentStep::Pair(_, output) | AlignmentStep::Extra(output) => Some(*output),
        AlignmentStep::Missing(_) => None,
    }
}

/// Kind of a step; consecutive steps of one kind form a run.
fn step_kind(step: &AlignmentStep) -> u8 {
    match step {
        AlignmentStep::Pair(..) => 0,
        AlignmentStep::Missing(_) => 1,
        AlignmentStep::Extra(_) => 2,
    }
}

/// Divergent spans: errors with at most [`MAX_BRIDGE`] equal characters between them, of which at least [`MIN_RUN`] are more
/// than a wrong mark or case.
fn divergent_spans(steps: &[AlignmentStep]) -> Vec<Range<usize>> {
    let mut spans: Vec<Range<usize>> = Vec::new();
    for (at, _) in steps.iter().enumerate().filter(|(_, step)| step.is_error()) {
        match spans.last_mut() {
            Some(last) if at - last.end <= MAX_BRIDGE => last.end = at + 1,
            _ => spans.push(at..at + 1),
        }
    }
    let is_grave = |step: &&AlignmentStep| !matches!(step, AlignmentStep::Pair(truth, output) if truth.base == output.base);
    spans.retain(|span| steps.get(span.clone()).unwrap_or_default().iter().filter(is_grave).count() >= MIN_RUN);
    spans
}

/// Class of a single error.
fn classify_step(step: &AlignmentStep) -> ErrorClass {
    match step {
        AlignmentStep::Pair(truth, output) => {
            let same_case = truth.character.to_lowercase().eq(output.character.to_lowercase());
            match (truth.character, output.character) {
                (a, b) if a.is_numeric() || b.is_numeric() => ErrorClass::Digits,
                (a, _) if !a.is_alphanumeric() => ErrorClass::Punctuation,
                _ if same_case => ErrorClass::Case,
                (a, b) if truth.base == output.base && a.is_uppercase() == b.is_uppercase() => ErrorClass::Marks,
                _ => ErrorClass::Letters,
            }
        }
        AlignmentStep::Missing(letter) | AlignmentStep::Extra(letter) if letter.character.is_numeric() => ErrorClass::Digits,
        AlignmentStep::Missing(letter) | AlignmentStep::Extra(letter) if letter.character.is_alphanumeric() => ErrorClass::Letters,
        AlignmentStep::Missing(_) | AlignmentStep::Extra(_) => ErrorClass::Punctuation,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text_scores;

    /// Classes that occur with their counts; their sum is checked against the score.
    fn found(truth: &str, output: &str) -> Vec<(ErrorClass, u64)> {
        let classes = page_errors(truth, output);
        let sum: u64 = classes.values().map(|count| count.errors).sum();
        assert_eq!(sum, text_scores::score_page(truth, output).char_errors, "{truth} / {output}");
        classes.into_iter().map(|(class, count)| (class, count.errors)).filter(|(_, errors)| *errors > 0).collect()
    }

    #[test]
    fn errors_within_words_are_classified() {
        assert_eq!(found("thực hiện", "thưc hiên"), [(ErrorClass::Marks, 2)]);
        assert_eq!(found("đường", "dường"), [(ErrorClass::Marks, 1)]);
        assert_eq!(found("Ủy ban", "ủy Ban"), [(ErrorClass::Case, 2)]);
        assert_eq!(found("số 12/QĐ; ngày", "số 12-QĐ,ngày"), [(ErrorClass::Punctuation, 3)]);
        assert_eq!(found("số 128", "số l20"), [(ErrorClass::Digits, 2)]);
        assert_eq!(found("văn bản", "vàn hản"), [(ErrorClass::Marks, 1), (ErrorClass::Letters, 1)]);
        assert_eq!(found("khoản", "khan"), [(ErrorClass::Marks, 1), (ErrorClass::Letters, 1)]);
        assert_eq!(found("Á", "a"), [(ErrorClass::Letters, 1)]);
        assert_eq!(found("như nhau", "như nhau"), []);
    }

    #[test]
    fn text_runs_are_classified_as_missing_or_extra() {
        assert_eq!(found("Điều 1. Phê duyệt kế hoạch.", "Điều 1. kế hoạch."), [(ErrorClass::Missing, 10)]);
        assert_eq!(found("kế hoạch.", "kế hoạch. ĐẾN 12/3"), [(ErrorClass::Extra, 9)]);
        assert_eq!(found("một hai", ""), [(ErrorClass::Missing, 7)]);
        assert_eq!(found("ngày ........ tháng", "ngày tháng"), [(ErrorClass::Punctuation, 9)]);
    }

    #[test]
    fn moved_text_is_classified_as_order_error() {
        let (left, right, body) = ("SỞ NỘI VỤ", "CỘNG HÒA XÃ HỘI CHỦ NGHĨA", "Kính gửi các phòng ban của tỉnh");
        let moved = found(&format!("{left} {right} {body}"), &format!("{right} {body} {left}"));
        assert!(
            matches!(moved.as_slice(), [(ErrorClass::Order, 18..)] | [(ErrorClass::Punctuation, ..=2), (ErrorClass::Order, 17..)]),
            "{moved:?}"
        );
        // Blocks of one length trade places: the alignment would rather misread every letter.
        let traded = found(&format!("UBND TỈNH HÀ NAM {right}"), &format!("{right} UBND TỈNH HÀ NAM"));
        let (order, other): (Vec<_>, Vec<_>) = traded.iter().partition(|(class, _)| *class == ErrorClass::Order);
        let sum = |classes: &[&(ErrorClass, u64)]| classes.iter().map(|(_, errors)| errors).sum::<u64>();
        assert!(sum(&order) > 20 && sum(&other) <= 3, "{traded:?}");
    }

    #[test]
    fn garbled_text_is_not_an_order_error() {
        let classes = found("Nguyễn Văn Thanh", "Ng#yZn Vbn qpxkh");
        assert!(classes.iter().all(|(class, _)| matches!(class, ErrorClass::Letters | ErrorClass::Punctuation)), "{classes:?}");
    }

    #[test]
    fn error_totals_add_up() {
        let all = total_errors([page_errors("ab", "Ab"), page_errors("á", "a"), page_errors("á", "ạ")].iter());
        assert_eq!(all.len(), ERROR_CLASSES.len());
        assert_eq!(all.get(&ErrorClass::Marks), Some(&ErrorClassCount { errors: 2, share: 66.667 }));
        assert_eq!(all.values().map(|count| count.errors).sum::<u64>(), 3);
        assert!(total_errors([].iter()).values().all(|count| *count == ErrorClassCount::default()));
    }
}
