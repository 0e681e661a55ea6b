//! Fusion of the words of the first and the second pass.
//!
//! Both readings are aligned word by word. Where they agree, the words of the first pass are kept. Where they differ, the side with
//! fewer implausible parts is chosen; if that does not decide, the side with the higher sum of confidence and weighted
//! likelihood between the neighbouring words. The other side becomes the alternative. The result never contains text that
//! neither pass read.

use crate::engine::{OcrAlternative, OcrWord, RecognizedStrip};
use sohoa_base::text::bigram_model::log_likelihood;
use sohoa_base::text::nfc::nfc;
use sohoa_base::text::plausibility::implausible_parts;

/// Weight of one unit of log-likelihood against a confidence of 1.
const LANGUAGE_WEIGHT: f32 = 0.12;

/// Mark at the end of the text of an official letter.
const DOCUMENT_END: &str = "./.";

/// Merges both readings of a span of words, left to right.
#[must_use]
pub fn merge_readings(first: &[OcrWord], second: &RecognizedStrip) -> Vec<OcrWord> {
    let second_words = split_words(second);
    if second_words.is_empty() {
        return first.to_vec();
    }
    let mut out = Vec::with_capacity(first.len());
    for (own, other) in align(first, &second_words) {
        let next = first.get(own.end).map(|word| word.text.as_str());
        let (Some(own), Some(other)) = (first.get(own), second_words.get(other)) else { continue };
        let last = out.last().map(|word: &OcrWord| word.text.clone());
        if texts_match(own, other) {
            out.extend(own.iter().cloned());
        } else if prefers_second(own, other, (last.as_deref(), next)) {
            out.extend(replace_words(own, other, out.last(), first));
        } else {
            out.extend(with_alternative(own, other));
        }
    }
    out
}

/// A word of the second pass; its confidence is the lowest of its letters, 0 to 1.
struct RecognizerWord {
    text: String,
    confidence: f32,
}

fn split_words(second: &RecognizedStrip) -> Vec<RecognizerWord> {
    let mut words: Vec<RecognizerWord> = Vec::new();
    let mut open = false;
    for (letter, sure) in second.text.chars().zip(&second.confidences) {
        if letter == ' ' {
            open = false;
            continue;
        }
        match words.last_mut().filter(|_| open) {
            Some(word) => {
                word.text.push(letter);
                word.confidence = word.confidence.min(*sure);
            }
            None => words.push(RecognizerWord { text: letter.to_string(), confidence: *sure }),
        }
        open = true;
    }
    words
}

type Span = std::ops::Range<usize>;

/// Aligns both readings by the longest common subsequence of words: pairs of spans that are equal or correspond to each other, in
/// order.
fn align(first: &[OcrWord], second: &[RecognizerWord]) -> Vec<(Span, Span)> {
    let (rows, columns) = (first.len(), second.len());
    let equal = |row: usize, column: usize| match (first.get(row), second.get(column)) {
        (Some(own), Some(other)) => nfc(&own.text) == other.text,
        _ => false,
    };
    // length[row][column]: number of common words from there to the end.
    let mut length = vec![vec![0_u32; columns + 1]; rows + 1];
    let at = |length: &Vec<Vec<u32>>, row: usize, column: usize| length.get(row).and_then(|line| line.get(column)).copied().unwrap_or(0);
    for row in (0..rows).rev() {
        for column in (0..columns).rev() {
            let best = if equal(row, column) {
                at(&length, row + 1, column + 1) + 1
            } else {
                at(&length, row + 1, column).max(at(&length, row, column + 1))
            };
            if let Some(cell) = length.get_mut(row).and_then(|line| line.get_mut(column)) {
                *cell = best;
            }
        }
    }
    let mut spans = Vec::new();
    let (mut row, mut column) = (0, 0);
    let (mut from_row, mut from_column) = (0, 0);
    while row < rows && column < columns {
        if equal(row, column) {
            if from_row < row || from_column < column {
                spans.push((from_row..row, from_column..column));
            }
            spans.push((row..row + 1, column..column + 1));
            row += 1;
            column += 1;
            (from_row, from_column) = (row, column);
        } else if at(&length, row + 1, column) >= at(&length, row, column + 1) {
            row += 1;
        } else {
            column += 1;
        }
    }
    if from_row < rows || from_column < columns {
        spans.push((from_row..rows, from_column..columns));
    }
    spans
}

fn texts_match(own: &[OcrWord], other: &[RecognizerWord]) -> bool {
    own.len() == other.len() && own.iter().zip(other).all(|(own, other)| nfc(&own.text) == other.text)
}

fn join_texts<'a>(words: impl Iterator<Item = &'a str>) -> String {
    words.collect::<Vec<_>>().join(" ")
}

fn text_of_words(own: &[OcrWord]) -> String {
    nfc(&join_texts(own.iter().map(|word| word.text.as_str())))
}

/// Lower-case text without spaces.
fn without_spaces(text: &str) -> String {
    text.chars().filter(|c| *c != ' ').flat_map(char::to_lowercase).collect()
}

/// Whether text in capitals only has become lower case.
fn loses_capitals(mine: &str, theirs: &str) -> bool {
    let capitals = mine.chars().filter(|c| c.is_uppercase()).count();
    capitals >= 3 && !mine.chars().any(char::is_lowercase) && theirs.chars().any(char::is_lowercase)
}

/// Whether the second pass is chosen for a span in which both differ.
fn prefers_second(own: &[OcrWord], other: &[RecognizerWord], neighbours: (Option<&str>, Option<&str>)) -> bool {
    let (mine, theirs) = (text_of_words(own), join_texts(other.iter().map(|word| word.text.as_str())));
    let (bad, bad_second) = (implausible_parts(&mine), implausible_parts(&theirs));
    if other.is_empty() || own.is_empty() {
        // One pass read nothing here: the text of the other is kept where it is plausible and confident.
        let lost = own.iter().map(|word| word.confidence).min().unwrap_or(0);
        let confidence = other.iter().map(|word| word.confidence).fold(1.0, f32::min);
        return if own.is_empty() { bad_second == 0 && confidence > 0.8 } else { bad > 0 && lost < 60 };
    }
    let confidence = own.iter().map(|word| f32::from(word.confidence) / 100.0).fold(1.0, f32::min);
    let second_confidence = other.iter().map(|word| word.confidence).fold(1.0, f32::min);
    if loses_capitals(&mine, &theirs) {
        // The line recognizer is weak on titles and names in capitals.
        return bad_second < bad && second_confidence > 0.8;
    }
    if bad != bad_second {
        return bad_second < bad;
    }
    if without_spaces(&mine) == without_spaces(&theirs) {
        // Spaces and case: Tesseract measures gaps and heights of letters, the line recognizer infers them.
        return false;
    }
    if mine.ends_with(DOCUMENT_END) != theirs.ends_with(DOCUMENT_END) {
        return theirs.ends_with(DOCUMENT_END);
    }
    let (before, after) = neighbours;
    let likelihood_gain = log_likelihood(before, &theirs, after) - log_likelihood(before, &mine, after);
    LANGUAGE_WEIGHT * likelihood_gain + (second_confidence - confidence) > 0.0
}

/// Words of the first pass, with the second pass as the alternative.
fn with_alternative(own: &[OcrWord], other: &[RecognizerWord]) -> Vec<OcrWord> {
    let mut words = own.to_vec();
    if let Some(word) = words.first_mut()
        && !other.is_empty()
    {
        let sure = other.iter().map(|word| word.confidence).fold(1.0, f32::min);
        let text = join_texts(other.iter().map(|word| word.text.as_str()));
        word.alternative = Some(OcrAlternative { text, confidence: to_percent(sure) });
    }
    words
}

/// Words of the second pass at the position of those of the first, in proportion to their letters.
fn replace_words(own: &[OcrWord], other: &[RecognizerWord], before: Option<&OcrWord>, all: &[OcrWord]) -> Vec<OcrWord> {
    let place = union_bounds(own).or_else(|| {
        // The first pass has no words here: the position is between their neighbours.
        let left = before.map_or_else(|| all.first().map(|word| word.bounds[0]), |word| Some(word.bounds[2]))?;
        let next = all.iter().find(|word| word.bounds[0] >= left)?;
        Some([left, next.bounds[1], next.bounds[0].max(left + 1.0), next.bounds[3]])
    });
    let Some([left, top, right, bottom]) = place.or_else(|| before.map(|word| word.bounds)) else { return own.to_vec() };
    let mut words = distribute_words(other, [left, top, right, bottom]);
    if let Some(word) = words.first_mut().filter(|_| !own.is_empty()) {
        let confidence = own.iter().map(|word| word.confidence).min().unwrap_or(0);
        word.alternative = Some(OcrAlternative { text: text_of_words(own), confidence });
    }
    words
}

/// Words of the second pass alone, distributed over the box of their line.
#[must_use]
pub fn place_words_on_line(second: &RecognizedStrip, place: [f32; 4]) -> Vec<OcrWord> {
    distribute_words(&split_words(second), place)
}

/// Words of the second pass, distributed over a box in proportion to their letters.
fn distribute_words(words: &[RecognizerWord], [left, top, right, bottom]: [f32; 4]) -> Vec<OcrWord> {
    let letters: usize = words.iter().map(|word| word.text.chars().count() + 1).sum();
    let step = (right - left) / letters.saturating_sub(1).max(1) as f32;
    let mut from = left;
    let place = |word: &RecognizerWord| {
        let to = from + step * word.text.chars().count() as f32;
        let place = [from, top, to, bottom];
        from = to + step;
        OcrWord { second_pass: true, ..OcrWord::new(&word.text, to_percent(word.confidence), place) }
    };
    words.iter().map(place).collect()
}

fn union_bounds(words: &[OcrWord]) -> Option<[f32; 4]> {
    words
        .iter()
        .map(|word| word.bounds)
        .reduce(|one, other| [one[0].min(other[0]), one[1].min(other[1]), one[2].max(other[2]), one[3].max(other[3])])
}

fn to_percent(share: f32) -> u8 {
    (share * 100.0).round().clamp(0.0, 100.0) as u8
}

#[cfg(test)]
mod tests {
    #![allow(clippy::indexing_slicing)]
    use super::*;

    fn first(words: &[(&str, u8)]) -> Vec<OcrWord> {
        words
            .iter()
            .enumerate()
            .map(|(place, (text, confidence))| {
                OcrWord::new(text, *confidence, [place as f32 * 50.0, 0.0, place as f32 * 50.0 + 40.0, 30.0])
            })
            .collect()
    }

    fn second(text: &str, sure: f32) -> RecognizedStrip {
        RecognizedStrip { text: text.to_owned(), confidences: vec![sure; text.chars().count()] }
    }

    fn text(words: &[OcrWord]) -> String {
        join_texts(words.iter().map(|word| word.text.as_str()))
    }

    #[test]
    fn plausible_word_wins_regardless_of_confidence() {
        let voted = merge_readings(&first(&[("căn", 95), ("cứ", 95), ("quyêt", 90), ("định", 95)]), &second("căn cứ quyết định", 0.6));
        assert_eq!(text(&voted), "căn cứ quyết định");
        assert_eq!(voted[2].alternative.as_ref().map(|other| other.text.as_str()), Some("quyêt"));
        assert!(voted[2].second_pass && !voted[1].second_pass);
        assert_eq!(voted[2].bounds, [100.0, 0.0, 140.0, 30.0]);
    }

    #[test]
    fn more_confident_plausible_word_wins() {
        let voted = merge_readings(&first(&[("lâm", 60), ("nghiệp", 90)]), &second("lầm nghiệp", 0.5));
        assert_eq!(text(&voted), "lâm nghiệp");
        assert_eq!(voted[0].alternative.as_ref().map(|other| other.text.as_str()), Some("lầm"));
        assert_eq!(text(&merge_readings(&first(&[("tám", 60)]), &second("tâm", 0.9))), "tâm");
    }

    #[test]
    fn split_words_share_the_original_bounds() {
        let voted = merge_readings(&first(&[("QUYẾTĐỊNH", 70), ("số", 95)]), &second("QUYẾT ĐỊNH số", 0.9));
        assert_eq!(text(&voted), "QUYẾT ĐỊNH số");
        assert!(voted[0].bounds[2] < voted[1].bounds[0] && voted[1].bounds[2] <= 40.5, "{voted:?}");
    }

    #[test]
    fn empty_second_reading_changes_nothing() {
        let words = first(&[("Số:", 90), ("~|", 20)]);
        assert_eq!(merge_readings(&words, &second("", 0.0)), words);
    }
}
