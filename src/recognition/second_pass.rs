//! Second pass: doubtful words are read again by the line recognizer, with one neighbour on either side, and both readings are
//! merged.

use crate::ocr_line::OcrLine;
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

/// Options of the stage `read`: which words are read in the second pass. They are serialized under the names of
/// [`RECORDED_NAMES`], and read under either name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SecondPassOptions {
    /// Words with a lower confidence are read again, of 100; 0 turns the second pass off.
    #[serde(rename(serialize = "doubt_below"), alias = "doubt_below")]
    pub min_confidence: u8,
    /// Words with a lower confidence are read again where they are implausible in Vietnamese, or where another word with the
    /// same letters and other diacritics is far likelier here, of 100.
    #[serde(rename(serialize = "doubt_implausible_below"), alias = "doubt_implausible_below")]
    pub min_implausible_confidence: u8,
    /// Most width that is read again on one page, px at a line height of 36 px; each costs about 0.1 ms.
    #[serde(rename(serialize = "reread_px"), alias = "reread_px")]
    pub second_pass_budget_px: u32,
}

/// Options as pipeline files name them, with their names in records and in keys of the cache. The latter must not change:
/// records would differ, and every page would be read again.
pub const RECORDED_NAMES: &[(&str, &str)] =
    &[("min_confidence", "doubt_below"), ("min_implausible_confidence", "doubt_implausible_below"), ("second_pass_budget_px", "reread_px")];

impl Default for SecondPassOptions {
    fn default() -> Self {
        Self { min_confidence: 60, min_implausible_confidence: 93, second_pass_budget_px: 2000 }
    }
}

/// Mean confidence above which the second pass fills a line in which the first found nothing, 0 to 1.
const MIN_MEAN_CONFIDENCE: f32 = 0.75;

/// Gain in log-likelihood from which another word with the same letters and other diacritics makes a word doubtful.
const MIN_VARIANT_GAIN: f32 = 2.0;

/// Largest width of joined spans, px of a crop: the memory of the network grows with its widest input.
const MAX_SPAN_WIDTH: f32 = 700.0;

/// Doubtful words of one line with their neighbours.
#[derive(Debug, Clone, PartialEq)]
struct WordSpan {
    /// Index of the line.
    line: usize,
    /// Indices of the words.
    words: Range<usize>,
    /// Lowest confidence of its words, 0 to 100.
    confidence: u8,
}

impl WordSpan {
    /// Order of reading within the budget: first lines that were not read, then words with a wrong letter or diacritic (nearly
    /// confident), last what is hardly print and gains little.
    fn rank(&self) -> u8 {
        if self.words.is_empty() { 0 } else { 100 - self.confidence.min(99) }
    }
}

/// Reads the doubtful words of a page again, within the budget, and merges both readings.
///
/// # Errors
/// `Internal` when the line recognizer fails.
pub(crate) fn run_second_pass(lines: &mut [OcrLine<'_>], engine: &mut dyn Engine, options: SecondPassOptions) -> Result<()> {
    let mut spans: Vec<WordSpan> =
        lines.iter().enumerate().flat_map(|(number, line)| doubtful_spans(number, &line.words, options)).collect();
    spans.sort_by_key(|span| (span.rank(), span.line, span.words.start));
    let mut left_px = options.second_pass_budget_px;
    let mut readings: Vec<(WordSpan, RecognizedStrip)> = Vec::new();
    let mut crops: BTreeMap<usize, Option<LineCrop>> = BTreeMap::new();
    for span in spans {
        let Some(line) = lines.get(span.line) else { continue };
        let tight = match crops.entry(span.line) {
            Entry::Occupied(made) => made.into_mut(),
            Entry::Vacant(place) => place.insert(line_crop::crop_line(line.source, &line.area, line_crop::TIGHT_PADDING)?),
        };
        let Some(strip) = tight.as_ref().and_then(|tight| crop_span(line, tight, &span.words)) else { continue };
        if strip.width() > left_px {
            continue;
        }
        left_px -= strip.width();
        if let Some(reading) = engine.recognize_strip(&strip)? {
            readings.push((span, reading));
        }
    }
    // From the end of each line, so that the indices of earlier words stay valid.
    readings.sort_by_key(|(span, _)| std::cmp::Reverse((span.line, span.words.start)));
    for (span, reading) in readings {
        let Some(line) = lines.get_mut(span.line) else { continue };
        if line.words.is_empty() {
            line.words = words_of_unread_line(&reading, &line.crop);
        } else if let Some(own) = line.words.get(span.words.clone()) {
            let voted = merge_readings(own, &reading);
            line.words.splice(span.words, voted);
        }
    }
    Ok(())
}

/// Doubtful words of a line, each with one neighbour on either side; overlapping spans are joined.
fn doubtful_spans(line: usize, words: &[OcrWord], options: SecondPassOptions) -> Vec<WordSpan> {
    if options.min_confidence == 0 {
        return Vec::new();
    }
    if words.is_empty() {
        // An unread line comes first: without the second pass it is lost.
        return vec![WordSpan { line, words: 0..0, confidence: 0 }];
    }
    let mut found: Vec<WordSpan> = Vec::new();
    for (place, word) in words.iter().enumerate() {
        let confidence = word.confidence;
        let neighbour = |place: usize| words.get(place).map(|word| word.text.as_str());
        let is_doubtful = || {
            let gain = diacritic_variant_gain(place.checked_sub(1).and_then(neighbour), &word.text, neighbour(place + 1));
            implausible_parts(&word.text) > 0 || gain > MIN_VARIANT_GAIN
        };
        if confidence >= options.min_confidence && (confidence >= options.min_implausible_confidence || !is_doubtful()) {
            continue;
        }
        let (from, to) = (place.saturating_sub(1), (place + 2).min(words.len()));
        let last = found.last_mut().filter(|last| from <= last.words.end);
        let taken = last.as_ref().map_or(0, |last| last.words.end);
        match last {
            Some(last) if span_width(words, &(last.words.start..to)) <= MAX_SPAN_WIDTH => {
                last.words.end = to;
                last.confidence = last.confidence.min(confidence);
            }
            // The word is in the span already; only its right neighbour would make the span too wide.
            Some(last) if place < taken => last.confidence = last.confidence.min(confidence),
            _ => found.push(WordSpan { line, words: from.max(taken)..to, confidence }),
        }
    }
    found
}

/// Width of adjacent words, px of their crop; 0 for a single word.
fn span_width(words: &[OcrWord], range: &Range<usize>) -> f32 {
    match words.get(range.clone()) {
        Some([first, .., last]) => last.bounds[2] - first.bounds[0],
        _ => 0.0,
    }
}

/// Part of the tight crop that holds the words: from the middle of the gap before them to the middle of the gap after them.
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

/// Words of a line that only the second pass could read, placed on the crop in proportion to their letters.
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
    fn doubtful_spans_include_neighbouring_words() {
        let doubt = SecondPassOptions::default();
        let spans = |sure: &[u8]| {
            doubtful_spans(0, &words(sure), doubt).into_iter().map(|span| (span.words.start, span.words.end)).collect::<Vec<_>>()
        };
        assert!(spans(&[95, 95, 95]).is_empty());
        assert_eq!(spans(&[50, 95, 95, 95]), [(0, 2)]);
        assert_eq!(spans(&[95, 50, 95, 95, 95, 55]), [(0, 3), (4, 6)]);
        assert_eq!(spans(&[95, 50, 95, 55, 95]), [(0, 5)]);
        assert_eq!(spans(&[]), [(0, 0)]);
        assert!(doubtful_spans(0, &words(&[10]), SecondPassOptions { min_confidence: 0, ..doubt }).is_empty());
    }

    #[test]
    fn doubtful_spans_are_merged_up_to_maximum_width() {
        let words: Vec<OcrWord> = (0..9_u8)
            .map(|place| {
                let left = 150.0 * f32::from(place);
                OcrWord::new("căn", 50, [left, 0.0, left + 140.0, 36.0])
            })
            .collect();
        let found: Vec<Range<usize>> = doubtful_spans(0, &words, SecondPassOptions::default()).into_iter().map(|span| span.words).collect();
        assert_eq!(found, [0..4, 4..8, 8..9], "every word once");
    }

    #[test]
    fn implausible_words_have_higher_doubt_threshold() {
        let word = [OcrWord::new("quyêt", 88, [0.0; 4])];
        assert_eq!(doubtful_spans(0, &word, SecondPassOptions::default()).len(), 1);
        assert_eq!(doubtful_spans(0, &[OcrWord::new("quyết", 88, [0.0; 4])], SecondPassOptions::default()).len(), 0);
    }
}
