//! What kind of errors a page has: every error of the strict character error rate in one class.

use super::alignment::{self, Letter, Step};
use super::moved::moved;
use super::score::fold_spaces;
use rapidfuzz::distance::levenshtein;
use serde::Serialize;
use std::collections::BTreeMap;
use std::ops::Range;

/// A kind of character error.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Class {
    /// The letter is right, its tone or vowel mark is not (`đ` and `d` included).
    Marks,
    /// Capital for small or small for capital.
    Case,
    /// Punctuation and spacing.
    Punctuation,
    /// A digit misread, or something misread as a digit.
    Digits,
    /// Another letter, or one or two letters too few or too many.
    Letters,
    /// A run of the truth that was not read.
    Missing,
    /// A run that was read and stands nowhere in the truth.
    Extra,
    /// Text that was read, but stands elsewhere.
    Order,
}

/// Every class, in the order of reports.
pub const CLASSES: [Class; 8] =
    [Class::Marks, Class::Case, Class::Punctuation, Class::Digits, Class::Letters, Class::Missing, Class::Extra, Class::Order];

impl Class {
    /// In words, for reports.
    #[must_use]
    pub fn in_words(self) -> &'static str {
        match self {
            Class::Marks => "tone or vowel mark",
            Class::Case => "case",
            Class::Punctuation => "punctuation, spacing",
            Class::Digits => "digits",
            Class::Letters => "other letters",
            Class::Missing => "missing text",
            Class::Extra => "extra text",
            Class::Order => "order",
        }
    }
}

/// Errors of one class.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize)]
pub struct ClassCount {
    /// How many, characters.
    pub errors: u64,
    /// Per cent of all character errors, rounded to three digits.
    pub share: f64,
}

/// Errors by class; every class is there.
pub type Classes = BTreeMap<Class, ClassCount>;

/// Fewest edits of one kind in a row that are a run, not slips within a word.
const RUN: usize = 3;

/// So many equal characters between errors do not part a torn place: chance makes letters meet.
const BRIDGE: usize = 2;

/// The errors of one page by class. Their sum is [`super::score::PageScore::char_errors`].
#[must_use]
pub fn page(truth: &str, output: &str) -> Classes {
    let (truth, output) = (fold_spaces(truth), fold_spaces(output));
    let edits = levenshtein::distance(truth.chars(), output.chars());
    let (truth, output) = (Letter::all(&truth), Letter::all(&output));
    let mut counts: BTreeMap<Class, u64> = BTreeMap::new();
    let mut count = |class: Class, errors: usize| *counts.entry(class).or_default() += errors as u64;
    match alignment::align(&truth, &output, edits) {
        Some(steps) => {
            for class in classify(&steps) {
                count(class, 1);
            }
        }
        // Hardly a character of a whole book agrees: that is not the text, whatever it is.
        None => count(if truth.len() > output.len() { Class::Missing } else { Class::Extra }, edits),
    }
    with_shares(|class| counts.get(&class).copied().unwrap_or(0))
}

/// The errors of all pages by class.
#[must_use]
pub fn total<'a>(pages: impl Iterator<Item = &'a Classes> + Clone) -> Classes {
    with_shares(|class| pages.clone().filter_map(|page| page.get(&class)).map(|count| count.errors).sum())
}

fn with_shares(errors: impl Fn(Class) -> u64) -> Classes {
    let all = CLASSES.iter().map(|class| errors(*class)).sum();
    CLASSES.iter().map(|class| (*class, ClassCount { errors: errors(*class), share: super::score::rate(errors(*class), all) })).collect()
}

/// The class of every error, in the order of the text.
fn classify(steps: &[Step]) -> Vec<Class> {
    let torn = torn_places(steps);
    let side = |of: fn(&Step) -> Option<Letter>| -> Vec<Vec<Letter>> {
        torn.iter().map(|place| steps.get(place.clone()).unwrap_or_default().iter().filter_map(of).collect()).collect()
    };
    let (missing, extra) = moved(&side(wanted), &side(found));
    let mut is_moved = vec![false; steps.len()];
    for ((place, missing), extra) in torn.iter().zip(&missing).zip(&extra) {
        let (mut missing, mut extra) = (missing.iter(), extra.iter());
        for at in place.clone() {
            let Some(step) = steps.get(at) else { continue };
            let of_truth = wanted(step).is_some() && missing.next().is_some_and(|moved| *moved);
            let of_output = found(step).is_some() && extra.next().is_some_and(|moved| *moved);
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
        // What moved ends a run: the space left beside it is a space, not missing text.
        let alike = |(other, moved): &(&Step, &bool)| kind(other) == kind(step) && **moved == is_moved_here;
        let length = rest.iter().zip(is_moved.iter().skip(at)).take_while(alike).count().max(1);
        let run = rest.get(..length).unwrap_or_default();
        let is_run = length >= RUN && run.iter().any(|step| !matches!(single(step), Class::Punctuation));
        for step in run.iter().filter(|step| step.is_error()) {
            classes.push(match step {
                _ if is_moved_here => Class::Order,
                Step::Missing(_) if is_run => Class::Missing,
                Step::Extra(_) if is_run => Class::Extra,
                _ => single(step),
            });
        }
        at += length;
    }
    classes
}

fn wanted(step: &Step) -> Option<Letter> {
    match step {
        Step::Pair(truth, _) | Step::Missing(truth) => Some(*truth),
        Step::Extra(_) => None,
    }
}

fn found(step: &Step) -> Option<Letter> {
    match step {
        Step::Pair(_, output) | Step::Extra(output) => Some(*output),
        Step::Missing(_) => None,
    }
}

/// Steps of one kind in a row belong together.
fn kind(step: &Step) -> u8 {
    match step {
        Step::Pair(..) => 0,
        Step::Missing(_) => 1,
        Step::Extra(_) => 2,
    }
}

/// Stretches where the texts part: errors with at most [`BRIDGE`] equal characters between them, of which at
/// least [`RUN`] are more than a wrong mark or case.
fn torn_places(steps: &[Step]) -> Vec<Range<usize>> {
    let mut places: Vec<Range<usize>> = Vec::new();
    for (at, _) in steps.iter().enumerate().filter(|(_, step)| step.is_error()) {
        match places.last_mut() {
            Some(last) if at - last.end <= BRIDGE => last.end = at + 1,
            _ => places.push(at..at + 1),
        }
    }
    let is_grave = |step: &&Step| !matches!(step, Step::Pair(truth, output) if truth.base == output.base);
    places.retain(|place| steps.get(place.clone()).unwrap_or_default().iter().filter(is_grave).count() >= RUN);
    places
}

/// The class of one error by itself.
fn single(step: &Step) -> Class {
    match step {
        Step::Pair(truth, output) => {
            let same_case = truth.is.to_lowercase().eq(output.is.to_lowercase());
            match (truth.is, output.is) {
                (a, b) if a.is_numeric() || b.is_numeric() => Class::Digits,
                (a, _) if !a.is_alphanumeric() => Class::Punctuation,
                _ if same_case => Class::Case,
                (a, b) if truth.base == output.base && a.is_uppercase() == b.is_uppercase() => Class::Marks,
                _ => Class::Letters,
            }
        }
        Step::Missing(letter) | Step::Extra(letter) if letter.is.is_numeric() => Class::Digits,
        Step::Missing(letter) | Step::Extra(letter) if letter.is.is_alphanumeric() => Class::Letters,
        Step::Missing(_) | Step::Extra(_) => Class::Punctuation,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::score;

    /// Classes that occur with their counts; their sum is checked against the score.
    fn found(truth: &str, output: &str) -> Vec<(Class, u64)> {
        let classes = page(truth, output);
        let sum: u64 = classes.values().map(|count| count.errors).sum();
        assert_eq!(sum, score::page(truth, output).char_errors, "{truth} / {output}");
        classes.into_iter().map(|(class, count)| (class, count.errors)).filter(|(_, errors)| *errors > 0).collect()
    }

    #[test]
    fn slips_within_words_have_their_classes() {
        assert_eq!(found("thực hiện", "thưc hiên"), [(Class::Marks, 2)]);
        assert_eq!(found("đường", "dường"), [(Class::Marks, 1)]);
        assert_eq!(found("Ủy ban", "ủy Ban"), [(Class::Case, 2)]);
        assert_eq!(found("số 12/QĐ; ngày", "số 12-QĐ,ngày"), [(Class::Punctuation, 3)]);
        assert_eq!(found("số 128", "số l20"), [(Class::Digits, 2)]);
        assert_eq!(found("văn bản", "vàn hản"), [(Class::Marks, 1), (Class::Letters, 1)]);
        assert_eq!(found("khoản", "khan"), [(Class::Marks, 1), (Class::Letters, 1)]);
        assert_eq!(found("Á", "a"), [(Class::Letters, 1)]);
        assert_eq!(found("như nhau", "như nhau"), []);
    }

    #[test]
    fn runs_are_missing_or_extra() {
        assert_eq!(found("Điều 1. Phê duyệt kế hoạch.", "Điều 1. kế hoạch."), [(Class::Missing, 10)]);
        assert_eq!(found("kế hoạch.", "kế hoạch. ĐẾN 12/3"), [(Class::Extra, 9)]);
        assert_eq!(found("một hai", ""), [(Class::Missing, 7)]);
        assert_eq!(found("ngày ........ tháng", "ngày tháng"), [(Class::Punctuation, 9)]);
    }

    #[test]
    fn text_elsewhere_is_order() {
        let (left, right, body) = ("SỞ NỘI VỤ", "CỘNG HÒA XÃ HỘI CHỦ NGHĨA", "Kính gửi các phòng ban của tỉnh");
        let moved = found(&format!("{left} {right} {body}"), &format!("{right} {body} {left}"));
        assert!(matches!(moved.as_slice(), [(Class::Order, 18..)] | [(Class::Punctuation, ..=2), (Class::Order, 17..)]), "{moved:?}");
        // Blocks of one length trade places: the alignment would rather misread every letter.
        let traded = found(&format!("UBND TỈNH HÀ NAM {right}"), &format!("{right} UBND TỈNH HÀ NAM"));
        let (order, other): (Vec<_>, Vec<_>) = traded.iter().partition(|(class, _)| *class == Class::Order);
        let sum = |classes: &[&(Class, u64)]| classes.iter().map(|(_, errors)| errors).sum::<u64>();
        assert!(sum(&order) > 20 && sum(&other) <= 3, "{traded:?}");
    }

    #[test]
    fn a_garbled_stretch_is_not_order() {
        let classes = found("Nguyễn Văn Thanh", "Ng#yZn Vbn qpxkh");
        assert!(classes.iter().all(|(class, _)| matches!(class, Class::Letters | Class::Punctuation)), "{classes:?}");
    }

    #[test]
    fn totals_add_up() {
        let all = total([page("ab", "Ab"), page("á", "a"), page("á", "ạ")].iter());
        assert_eq!(all.len(), CLASSES.len());
        assert_eq!(all.get(&Class::Marks), Some(&ClassCount { errors: 2, share: 66.667 }));
        assert_eq!(all.values().map(|count| count.errors).sum::<u64>(), 3);
        assert!(total([].iter()).values().all(|count| *count == ClassCount::default()));
    }
}
