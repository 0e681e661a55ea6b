//! Doubtful words get a second reader: the word, one neighbour on either side, and a vote.

use crate::page::OcrLine;
use serde::{Deserialize, Serialize};
use sohoa_base::error::Result;
use sohoa_base::text::bigram_model::diacritic_variant_gain;
use sohoa_base::text::plausibility::implausible_parts;
use sohoa_engine::engine::{Engine, OcrWord, RecognizedStrip};
use sohoa_engine::fusion::words::{merge_readings, place_words_on_line};
use sohoa_imaging::layout::line_crop;
use sohoa_imaging::layout::line_crop::LineCrop;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::ops::Range;

/// Which words are read a second time: options of the stage `read`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SecondPassOptions {
    /// Words less sure than this, of 100; 0: none.
    #[serde(rename = "doubt_below")]
    pub min_confidence: u8,
    /// Words less sure than this that no Vietnamese document holds, or that differ by their marks alone from a
    /// word that would be far likelier here, of 100.
    #[serde(rename = "doubt_implausible_below")]
    pub min_implausible_confidence: u8,
    /// Most that is read again on one page, px across at a line height of 36 px: about 0.1 ms each.
    #[serde(rename = "reread_px")]
    pub budget_px: u32,
}

impl Default for SecondPassOptions {
    fn default() -> Self {
        Self { min_confidence: 60, min_implausible_confidence: 93, budget_px: 2000 }
    }
}

/// A line in which the first reader found nothing is taken from the second when it is surer than this, of 1.
const MIN_MEAN_CONFIDENCE: f32 = 0.75;

/// A word is odd when another with the same letters and other marks is likelier by this logarithm.
const MIN_VARIANT_GAIN: f32 = 2.0;

/// Widest that joined stretches become, px of a crop: the network's memory grows with its widest picture.
const MAX_SPAN_WIDTH: f32 = 700.0;

/// Doubtful words of one line and their neighbours.
#[derive(Debug, Clone, PartialEq)]
struct WordSpan {
    line: usize,
    words: Range<usize>,
    /// The least sure word, 0 to 100.
    confidence: u8,
}

impl WordSpan {
    /// What is read again first, while there is time: lines that nobody has read, then words of which a letter
    /// or a mark is wrong, last what is hardly print at all and gains little.
    fn rank(&self) -> u8 {
        if self.words.is_empty() { 0 } else { 100 - self.confidence.min(99) }
    }
}

/// Reads the doubtful words of a page again and lets both readings vote, until `reread_px` are used.
///
/// # Errors
/// `Internal` when the second reader fails.
pub(crate) fn run_second_pass(lines: &mut [OcrLine<'_>], engine: &mut dyn Engine, doubt: SecondPassOptions) -> Result<()> {
    let mut stretches: Vec<WordSpan> =
        lines.iter().enumerate().flat_map(|(number, line)| doubtful_spans(number, &line.words, doubt)).collect();
    stretches.sort_by_key(|stretch| (stretch.rank(), stretch.line, stretch.words.start));
    let mut left_px = doubt.budget_px;
    let mut heard: Vec<(WordSpan, RecognizedStrip)> = Vec::new();
    let mut crops: BTreeMap<usize, Option<LineCrop>> = BTreeMap::new();
    for stretch in stretches {
        let Some(line) = lines.get(stretch.line) else { continue };
        let tight = match crops.entry(stretch.line) {
            Entry::Occupied(made) => made.into_mut(),
            Entry::Vacant(place) => place.insert(line_crop::crop_line(line.source, &line.area, line_crop::TIGHT_PADDING)?),
        };
        let Some(strip) = tight.as_ref().and_then(|tight| crop_span(line, tight, &stretch.words)) else { continue };
        if strip.width() > left_px {
            continue;
        }
        left_px -= strip.width();
        if let Some(reading) = engine.recognize_strip(&strip)? {
            heard.push((stretch, reading));
        }
    }
    // From the end of each line, so that places of words before stay right.
    heard.sort_by_key(|(stretch, _)| std::cmp::Reverse((stretch.line, stretch.words.start)));
    for (stretch, reading) in heard {
        let Some(line) = lines.get_mut(stretch.line) else { continue };
        if line.words.is_empty() {
            line.words = words_of_unread_line(&reading, &line.crop);
        } else if let Some(own) = line.words.get(stretch.words.clone()) {
            let voted = merge_readings(own, &reading);
            line.words.splice(stretch.words, voted);
        }
    }
    Ok(())
}

/// The doubtful words of a line, each with one neighbour on either side; overlapping ones joined.
fn doubtful_spans(line: usize, words: &[OcrWord], doubt: SecondPassOptions) -> Vec<WordSpan> {
    if doubt.min_confidence == 0 {
        return Vec::new();
    }
    if words.is_empty() {
        // A line that nobody has read comes first: without the second reader it is lost.
        return vec![WordSpan { line, words: 0..0, confidence: 0 }];
    }
    let mut found: Vec<WordSpan> = Vec::new();
    for (place, word) in words.iter().enumerate() {
        let sure = word.confidence;
        let neighbour = |place: usize| words.get(place).map(|word| word.text.as_str());
        let is_odd = || {
            let advantage = diacritic_variant_gain(place.checked_sub(1).and_then(neighbour), &word.text, neighbour(place + 1));
            implausible_parts(&word.text) > 0 || advantage > MIN_VARIANT_GAIN
        };
        if sure >= doubt.min_confidence && (sure >= doubt.min_implausible_confidence || !is_odd()) {
            continue;
        }
        let (from, to) = (place.saturating_sub(1), (place + 2).min(words.len()));
        let last = found.last_mut().filter(|last| from <= last.words.end);
        let taken = last.as_ref().map_or(0, |last| last.words.end);
        match last {
            Some(last) if span_width(words, &(last.words.start..to)) <= MAX_SPAN_WIDTH => {
                last.words.end = to;
                last.confidence = last.confidence.min(sure);
            }
            // It is read with the words before it, as far as its neighbour behind it would make them too wide.
            Some(last) if place < taken => last.confidence = last.confidence.min(sure),
            _ => found.push(WordSpan { line, words: from.max(taken)..to, confidence: sure }),
        }
    }
    found
}

/// Width of neighbouring words, px of their crop.
fn span_width(words: &[OcrWord], range: &Range<usize>) -> f32 {
    match words.get(range.clone()) {
        Some([first, .., last]) => last.bounds[2] - first.bounds[0],
        _ => 0.0,
    }
}

/// The stretch's part of the line: from the middle of the gap before it to the middle of the gap behind.
fn crop_span(line: &OcrLine<'_>, tight: &LineCrop, words: &Range<usize>) -> Option<image::GrayImage> {
    let across = |x: f32| tight.to_crop_x(line.crop.to_page(x, 0.0).0);
    let gap = |before: usize| match (line.words.get(before), line.words.get(before + 1)) {
        (Some(left), Some(right)) => Some(across(f32::midpoint(left.bounds[2], right.bounds[0]))),
        _ => None,
    };
    let from = words.start.checked_sub(1).and_then(gap).unwrap_or(0.0);
    let to = words.end.checked_sub(1).and_then(gap).unwrap_or(f32::MAX);
    tight.slice(from, to)
}

/// A line that only the second reader could read: its words share the crop by letters.
fn words_of_unread_line(reading: &RecognizedStrip, crop: &LineCrop) -> Vec<OcrWord> {
    let mean = reading.confidences.iter().sum::<f32>() / reading.confidences.len().max(1) as f32;
    if reading.confidences.is_empty() || mean <= MIN_MEAN_CONFIDENCE {
        return Vec::new();
    }
    let (width, height) = (crop.picture.width() as f32, crop.picture.height() as f32);
    place_words_on_line(reading, [0.0, 0.0, width, height])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(sure: &[u8]) -> Vec<OcrWord> {
        sure.iter().map(|sure| OcrWord::new("căn", *sure, [0.0; 4])).collect()
    }

    #[test]
    fn doubtful_words_take_their_neighbours_along() {
        let doubt = SecondPassOptions::default();
        let spans = |sure: &[u8]| {
            doubtful_spans(0, &words(sure), doubt).into_iter().map(|stretch| (stretch.words.start, stretch.words.end)).collect::<Vec<_>>()
        };
        assert!(spans(&[95, 95, 95]).is_empty());
        assert_eq!(spans(&[50, 95, 95, 95]), [(0, 2)]);
        assert_eq!(spans(&[95, 50, 95, 95, 95, 55]), [(0, 3), (4, 6)]);
        assert_eq!(spans(&[95, 50, 95, 55, 95]), [(0, 5)]);
        assert_eq!(spans(&[]), [(0, 0)]);
        assert!(doubtful_spans(0, &words(&[10]), SecondPassOptions { min_confidence: 0, ..doubt }).is_empty());
    }

    #[test]
    fn stretches_are_joined_up_to_a_width() {
        let words: Vec<OcrWord> = (0..9_u8)
            .map(|place| {
                let left = 150.0 * f32::from(place);
                OcrWord::new("căn", 50, [left, 0.0, left + 140.0, 36.0])
            })
            .collect();
        let found: Vec<Range<usize>> =
            doubtful_spans(0, &words, SecondPassOptions::default()).into_iter().map(|stretch| stretch.words).collect();
        assert_eq!(found, [0..4, 4..8, 8..9], "every word once");
    }

    #[test]
    fn impossible_words_are_doubted_sooner() {
        let word = [OcrWord::new("quyêt", 88, [0.0; 4])];
        assert_eq!(doubtful_spans(0, &word, SecondPassOptions::default()).len(), 1);
        assert_eq!(doubtful_spans(0, &[OcrWord::new("quyết", 88, [0.0; 4])], SecondPassOptions::default()).len(), 0);
    }
}
