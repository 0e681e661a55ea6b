//! Doubtful words get a second reader: the word, one neighbour on either side, and a vote.

use crate::page::RawLine;
use serde::{Deserialize, Serialize};
use sohoa_base::error::Result;
use sohoa_base::text::language::twin_advantage;
use sohoa_base::text::plausible::implausible_parts;
use sohoa_engine::contract::{Engine, OcrWord, RecognizedStrip};
use sohoa_engine::vote::{spread, vote};
use sohoa_imaging::crop::{self, Crop};
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::ops::Range;

/// Which words are read a second time: options of the stage `read`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Doubt {
    /// Words less sure than this, of 100; 0: none.
    pub doubt_below: u8,
    /// Words less sure than this that no Vietnamese document holds, or that differ by their marks alone from a
    /// word that would be far likelier here, of 100.
    pub doubt_implausible_below: u8,
    /// Most that is read again on one page, px across at a line height of 36 px: about 0.1 ms each.
    pub reread_px: u32,
}

impl Default for Doubt {
    fn default() -> Self {
        Self { doubt_below: 60, doubt_implausible_below: 93, reread_px: 2000 }
    }
}

/// A line in which the first reader found nothing is taken from the second when it is surer than this, of 1.
const SURE_ALONE: f32 = 0.75;

/// A word is odd when another with the same letters and other marks is likelier by this logarithm.
const TWIN: f32 = 2.0;

/// Widest that joined stretches become, px of a crop: the network's memory grows with its widest picture.
const WIDEST: f32 = 700.0;

/// Doubtful words of one line and their neighbours.
#[derive(Debug, Clone, PartialEq)]
struct Stretch {
    line: usize,
    words: Range<usize>,
    /// The least sure word, 0 to 100.
    sure: u8,
}

impl Stretch {
    /// What is read again first, while there is time: lines that nobody has read, then words of which a letter
    /// or a mark is wrong, last what is hardly print at all and gains little.
    fn rank(&self) -> u8 {
        if self.words.is_empty() { 0 } else { 100 - self.sure.min(99) }
    }
}

/// Reads the doubtful words of a page again and lets both readings vote, until `reread_px` are used.
///
/// # Errors
/// `Internal` when the second reader fails.
pub(crate) fn read_again(lines: &mut [RawLine<'_>], engine: &mut dyn Engine, doubt: Doubt) -> Result<()> {
    let mut stretches: Vec<Stretch> = lines.iter().enumerate().flat_map(|(number, line)| stretches(number, &line.words, doubt)).collect();
    stretches.sort_by_key(|stretch| (stretch.rank(), stretch.line, stretch.words.start));
    let mut left_px = doubt.reread_px;
    let mut heard: Vec<(Stretch, RecognizedStrip)> = Vec::new();
    let mut crops: BTreeMap<usize, Option<Crop>> = BTreeMap::new();
    for stretch in stretches {
        let Some(line) = lines.get(stretch.line) else { continue };
        let tight = match crops.entry(stretch.line) {
            Entry::Occupied(made) => made.into_mut(),
            Entry::Vacant(place) => place.insert(crop::line(line.source, &line.area, crop::TIGHT)?),
        };
        let Some(strip) = tight.as_ref().and_then(|tight| cut(line, tight, &stretch.words)) else { continue };
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
            line.words = alone(&reading, &line.crop);
        } else if let Some(own) = line.words.get(stretch.words.clone()) {
            let voted = vote(own, &reading);
            line.words.splice(stretch.words, voted);
        }
    }
    Ok(())
}

/// The doubtful words of a line, each with one neighbour on either side; overlapping ones joined.
fn stretches(line: usize, words: &[OcrWord], doubt: Doubt) -> Vec<Stretch> {
    if doubt.doubt_below == 0 {
        return Vec::new();
    }
    if words.is_empty() {
        // A line that nobody has read comes first: without the second reader it is lost.
        return vec![Stretch { line, words: 0..0, sure: 0 }];
    }
    let mut found: Vec<Stretch> = Vec::new();
    for (place, word) in words.iter().enumerate() {
        let sure = word.confidence;
        let neighbour = |place: usize| words.get(place).map(|word| word.text.as_str());
        let is_odd = || {
            let advantage = twin_advantage(place.checked_sub(1).and_then(neighbour), &word.text, neighbour(place + 1));
            implausible_parts(&word.text) > 0 || advantage > TWIN
        };
        if sure >= doubt.doubt_below && (sure >= doubt.doubt_implausible_below || !is_odd()) {
            continue;
        }
        let (from, to) = (place.saturating_sub(1), (place + 2).min(words.len()));
        let last = found.last_mut().filter(|last| from <= last.words.end);
        let taken = last.as_ref().map_or(0, |last| last.words.end);
        match last {
            Some(last) if width(words, &(last.words.start..to)) <= WIDEST => {
                last.words.end = to;
                last.sure = last.sure.min(sure);
            }
            // It is read with the words before it, as far as its neighbour behind it would make them too wide.
            Some(last) if place < taken => last.sure = last.sure.min(sure),
            _ => found.push(Stretch { line, words: from.max(taken)..to, sure }),
        }
    }
    found
}

/// Width of neighbouring words, px of their crop.
fn width(words: &[OcrWord], range: &Range<usize>) -> f32 {
    match words.get(range.clone()) {
        Some([first, .., last]) => last.bounds[2] - first.bounds[0],
        _ => 0.0,
    }
}

/// The stretch's part of the line: from the middle of the gap before it to the middle of the gap behind.
fn cut(line: &RawLine<'_>, tight: &Crop, words: &Range<usize>) -> Option<image::GrayImage> {
    let across = |x: f32| tight.across(line.crop.to_page(x, 0.0).0);
    let gap = |before: usize| match (line.words.get(before), line.words.get(before + 1)) {
        (Some(left), Some(right)) => Some(across(f32::midpoint(left.bounds[2], right.bounds[0]))),
        _ => None,
    };
    let from = words.start.checked_sub(1).and_then(gap).unwrap_or(0.0);
    let to = words.end.checked_sub(1).and_then(gap).unwrap_or(f32::MAX);
    tight.between(from, to)
}

/// A line that only the second reader could read: its words share the crop by letters.
fn alone(reading: &RecognizedStrip, crop: &Crop) -> Vec<OcrWord> {
    let mean = reading.confidences.iter().sum::<f32>() / reading.confidences.len().max(1) as f32;
    if reading.confidences.is_empty() || mean <= SURE_ALONE {
        return Vec::new();
    }
    let (width, height) = (crop.picture.width() as f32, crop.picture.height() as f32);
    spread(reading, [0.0, 0.0, width, height])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(sure: &[u8]) -> Vec<OcrWord> {
        sure.iter().map(|sure| OcrWord::new("căn", *sure, [0.0; 4])).collect()
    }

    #[test]
    fn doubtful_words_take_their_neighbours_along() {
        let doubt = Doubt::default();
        let spans = |sure: &[u8]| {
            stretches(0, &words(sure), doubt).into_iter().map(|stretch| (stretch.words.start, stretch.words.end)).collect::<Vec<_>>()
        };
        assert!(spans(&[95, 95, 95]).is_empty());
        assert_eq!(spans(&[50, 95, 95, 95]), [(0, 2)]);
        assert_eq!(spans(&[95, 50, 95, 95, 95, 55]), [(0, 3), (4, 6)]);
        assert_eq!(spans(&[95, 50, 95, 55, 95]), [(0, 5)]);
        assert_eq!(spans(&[]), [(0, 0)]);
        assert!(stretches(0, &words(&[10]), Doubt { doubt_below: 0, ..doubt }).is_empty());
    }

    #[test]
    fn stretches_are_joined_up_to_a_width() {
        let words: Vec<OcrWord> = (0..9_u8)
            .map(|place| {
                let left = 150.0 * f32::from(place);
                OcrWord::new("căn", 50, [left, 0.0, left + 140.0, 36.0])
            })
            .collect();
        let found: Vec<Range<usize>> = stretches(0, &words, Doubt::default()).into_iter().map(|stretch| stretch.words).collect();
        assert_eq!(found, [0..4, 4..8, 8..9], "every word once");
    }

    #[test]
    fn impossible_words_are_doubted_sooner() {
        let word = [OcrWord::new("quyêt", 88, [0.0; 4])];
        assert_eq!(stretches(0, &word, Doubt::default()).len(), 1);
        assert_eq!(stretches(0, &[OcrWord::new("quyết", 88, [0.0; 4])], Doubt::default()).len(), 0);
    }
}
