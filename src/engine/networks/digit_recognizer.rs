//! Recognizer of handwritten digits: a small network trained on print and handwriting. It covers too few Vietnamese letters to read
//! a line, but enough to locate the printed words around a field.

use crate::engine::RecognizedChar;
use crate::networks::runtime::{Network, Runtime};
use image::GrayImage;
use image::imageops::{FilterType, resize};
use sohoa_base::error::Result;
use std::path::Path;

/// Height of its input, px.
const HEIGHT: u32 = 48;

/// Largest width of its input, px: about twice that of a line of a page. A longer strip is compressed.
const MAX_WIDTH: u32 = 2400;

/// Width of the input per output step, px.
const STEP_PX: u32 = 8;

/// Classes per step: the CTC blank and the characters.
const CLASSES: usize = 6906;

/// Class of the digit 0; the other digits follow.
const ZERO_CLASS: usize = 33;

/// Character for classes that are neither Latin nor ASCII.
const UNKNOWN_CHAR: char = '\u{fffd}';

/// The loaded network.
pub struct DigitRecognizer(Network);

/// Character of a class; `None` for the CTC blank.
fn char_of_class(class: usize) -> Option<char> {
    // Runs of characters in Unicode order: first class, first character, count.
    const RUNS: [(usize, char, usize); 8] =
        [(1, '!', 15), (16, ':', 7), (23, '[', 6), (29, '{', 4), (ZERO_CLASS, '0', 10), (43, 'A', 26), (69, 'a', 26), (124, 'À', 192)];
    if class == CLASSES - 1 {
        return Some(' ');
    }
    let run = RUNS.iter().find(|(from, _, count)| (*from..from + count).contains(&class));
    let letter = run.and_then(|(from, first, _)| char::from_u32(*first as u32 + u32::try_from(class - from).ok()?));
    (class > 0).then(|| letter.unwrap_or(UNKNOWN_CHAR))
}

impl DigitRecognizer {
    /// Loads the model file.
    ///
    /// # Errors
    /// As [`Network::load`].
    pub fn open(file: &Path, runtime: &Runtime) -> Result<Self> {
        Network::load(file, runtime).map(Self)
    }

    /// Recognizes a strip of one line.
    ///
    /// # Errors
    /// `Internal` when the network fails.
    pub fn recognize(&mut self, strip: &GrayImage) -> Result<Vec<RecognizedChar>> {
        let scaled = strip.width() as f32 * HEIGHT as f32 / strip.height().max(1) as f32;
        let width = (scaled as u32).clamp(HEIGHT, MAX_WIDTH).next_multiple_of(STEP_PX);
        let small = resize(strip, width, HEIGHT, FilterType::Triangle);
        let levels: Vec<f32> = small.iter().map(|level| f32::from(*level) / 127.5 - 1.0).collect();
        let steps = self.0.run([1, 3, HEIGHT as usize, width as usize], levels.repeat(3))?;
        Ok(decode_ctc(&steps))
    }
}

/// Greedy CTC decoding: repeats are merged, blanks dropped.
fn decode_ctc(steps: &[f32]) -> Vec<RecognizedChar> {
    let count = (steps.len() / CLASSES).max(1) as f32;
    let mut found: Vec<RecognizedChar> = Vec::new();
    let mut before = 0;
    for (at, step) in steps.chunks_exact(CLASSES).enumerate() {
        let Some((value, sure)) = step.iter().enumerate().max_by(|one, other| one.1.total_cmp(other.1)) else { continue };
        let (from, to) = (at as f32 / count, (at + 1) as f32 / count);
        let digits =
            || step.get(ZERO_CLASS..ZERO_CLASS + 10).into_iter().flatten().zip('0'..='9').max_by(|one, other| one.0.total_cmp(other.0));
        let digit = digits().map_or(('0', 0.0), |(sure, digit)| (digit, *sure));
        match found.last_mut().filter(|_| value == before) {
            Some(last) if value > 0 => {
                last.to = to;
                last.confidence = last.confidence.max(*sure);
                if digit.1 > last.best_digit.1 {
                    last.best_digit = digit;
                }
            }
            _ => found.extend(char_of_class(value).map(|letter| RecognizedChar {
                character: letter,
                from,
                to,
                confidence: *sure,
                best_digit: digit,
            })),
        }
        before = value;
    }
    found
}

#[cfg(test)]
#[allow(clippy::indexing_slicing)]
mod tests {
    use super::*;

    #[test]
    fn class_indices_map_to_characters() {
        let all = [(1, '!'), (15, '/'), (16, ':'), (33, '0'), (42, '9'), (43, 'A'), (94, 'z'), (156, 'à'), (191, 'ă'), (6905, ' ')];
        for (value, wanted) in all {
            assert_eq!(char_of_class(value), Some(wanted));
        }
        assert_eq!((char_of_class(0), char_of_class(4000)), (None, Some(UNKNOWN_CHAR)));
    }

    #[test]
    fn ctc_decoding_merges_repeats_and_keeps_best_digit() {
        let mut steps = vec![0.0; 4 * CLASSES];
        let mut set = |at: usize, value: usize, sure| steps[at * CLASSES + value] = sure;
        set(0, ZERO_CLASS + 2, 0.9);
        set(1, ZERO_CLASS + 2, 0.8);
        set(2, 0, 1.0);
        set(3, 43, 0.6); // an A that might be a 1
        set(3, ZERO_CLASS + 1, 0.3);
        let found = decode_ctc(&steps);
        let told: Vec<_> = found.iter().map(|one| (one.character, one.best_digit, one.from, one.to)).collect();
        assert_eq!(told, [('2', ('2', 0.9), 0.0, 0.5), ('A', ('1', 0.3), 0.75, 1.0)]);
    }
}
