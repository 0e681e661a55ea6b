//! A second reader for doubtful words: one network from a strip of print to its letters.

use crate::engine::contract::SecondReading;
use crate::engine::network::{Network, Runtime};
use crate::error::Result;
use crate::text::fold::fold;
use image::GrayImage;
use image::imageops::{FilterType, resize};
use std::path::Path;

/// Height of its pictures, px.
const HEIGHT: u32 = 32;

/// Widest picture that it takes, px: it knows 256 places, of 4 px each. A longer strip is squeezed.
const WIDEST: u32 = 1024;

/// Letters of the network's outputs from 1; output 0 is the blank between letters. A letter that repeats keeps
/// its first place only.
const LETTERS: &str = "aàáảãạăằắẳẵặâầấẩẫậbcdđeèéẻẽẹêềếểễệfghiìíỉĩịjklmnoòóỏõọôồốổỗộơờớởỡợpqrstuùúủũụưừứửữựvwxyỳýỷỹỵz\
    AÀÁẢÃẠĂẰẮẲẴẶÂẦẤẨẪẬBCDĐEÈÉẺẼẸÊỀẾỂỄỆFGHIÌÍỈĨỊJKLMNOÒÓỎÕỌÔỒỐỔỖỘƠỜỚỞỠỢPQRSTUÙÚỦŨỤƯỪỨỬỮỰVWXYỲÝỶỸỴZ\
    0123456789 ,.-:;\"'?!()[]{}/%+$&=*#@_\\<>°";

/// The opened network.
pub struct SecondReader {
    network: Network,
    letters: Vec<char>,
    /// [`folded`] of each.
    folded: Vec<Option<char>>,
}

impl SecondReader {
    /// Opens the model's file.
    ///
    /// # Errors
    /// As [`Network::load`].
    pub fn open(file: &Path, runtime: &Runtime) -> Result<Self> {
        Network::load(file, runtime).map(Self::of)
    }

    /// Opens the model from the bytes of its file.
    ///
    /// # Errors
    /// As [`Network::from_bytes`].
    pub fn from_bytes(bytes: Vec<u8>, runtime: &Runtime) -> Result<Self> {
        Network::from_bytes(bytes, runtime).map(Self::of)
    }

    fn of(network: Network) -> Self {
        Self { network, letters: LETTERS.chars().collect(), folded: LETTERS.chars().map(folded).collect() }
    }

    /// Reads a strip of one line.
    ///
    /// # Errors
    /// `Internal` when the network fails.
    pub fn read(&mut self, strip: &GrayImage) -> Result<SecondReading> {
        let steps = self.steps(strip)?;
        Ok(self.letters_of(&steps, self.letters.len() + 1))
    }

    /// How likely a strip says `letters` (in small letters without marks) and nothing else but marks of punctuation: natural
    /// logarithm of the probability, over all ways to spread them over the steps (connectionist temporal classification;
    /// A. Graves et al., 2006).
    ///
    /// # Errors
    /// `Internal` when the network fails.
    pub fn says(&mut self, strip: &GrayImage, letters: &str) -> Result<f32> {
        let steps = self.steps(strip)?;
        let wanted: Vec<char> = letters.chars().collect();
        let shares = steps.chunks_exact(self.letters.len() + 1).map(|step| {
            let of = |wanted: Option<char>| -> f32 {
                let own = step
                    .iter()
                    .skip(1)
                    .zip(&self.folded)
                    .filter(|(_, letter)| **letter == wanted)
                    .map(|(value, _)| value.exp())
                    .sum::<f32>();
                // Output 0 is the blank between letters.
                own + if wanted.is_none() { step.first().map_or(0.0, |value| value.exp()) } else { 0.0 }
            };
            (of(None), wanted.iter().map(|letter| of(Some(*letter))).collect::<Vec<f32>>())
        });
        Ok(likelihood(shares))
    }

    /// Logarithms of the outputs, step after step.
    fn steps(&mut self, strip: &GrayImage) -> Result<Vec<f32>> {
        let scaled = strip.width() as f32 * HEIGHT as f32 / strip.height().max(1) as f32;
        let width = (scaled as u32).clamp(HEIGHT, WIDEST).next_multiple_of(4);
        let small = resize(strip, width, HEIGHT, FilterType::Triangle);
        let levels: Vec<f32> = small.iter().map(|level| f32::from(*level) / 127.5 - 1.0).collect();
        self.network.run([1, 3, HEIGHT as usize, width as usize], levels.repeat(3))
    }

    /// The best letter of each step (values are logarithms of probabilities); repeats and blanks fall away.
    fn letters_of(&self, steps: &[f32], outputs: usize) -> SecondReading {
        let mut reading = SecondReading::default();
        let mut before = 0;
        for step in steps.chunks_exact(outputs) {
            let best = step.iter().enumerate().max_by(|one, other| one.1.total_cmp(other.1));
            let Some((place, value)) = best else { continue };
            if place != before
                && let Some(letter) = place.checked_sub(1).and_then(|place| self.letters.get(place))
            {
                reading.text.push(*letter);
                reading.sure.push(value.exp());
            }
            before = place;
        }
        reading
    }
}
/// A letter in small without marks; none for marks of punctuation and spaces, which stand for nothing.
fn folded(letter: char) -> Option<char> {
    fold(&letter.to_string()).chars().next().filter(|letter| letter.is_alphanumeric())
}

/// The logarithm of the probability of a word by steps of (share of the blank, share of each of its letters).
fn likelihood(steps: impl Iterator<Item = (f32, Vec<f32>)>) -> f32 {
    /// No share is nothing.
    const LEAST: f32 = 1e-9;
    // Places: before the word, then after each letter begun, and the blank behind it.
    let mut in_letter: Vec<f64> = Vec::new();
    let mut behind: Vec<f64> = Vec::new();
    for (at, (blank, letters)) in steps.enumerate() {
        let (blank, share) = (f64::from(blank + LEAST), |place: usize| f64::from(letters.get(place).copied().unwrap_or(0.0) + LEAST));
        if at == 0 {
            in_letter = vec![0.0; letters.len()];
            behind = vec![0.0; letters.len() + 1];
            if let (Some(first), Some(none)) = (in_letter.first_mut(), behind.first_mut()) {
                (*first, *none) = (share(0), blank);
            }
            continue;
        }
        let letter = |place: usize| in_letter.get(place).copied().unwrap_or(0.0);
        let gap = |place: usize| behind.get(place).copied().unwrap_or(0.0);
        // A letter is gone on with, begun after a blank, or right after another letter.
        let next_letters: Vec<f64> = (0..letters.len())
            .map(|place| share(place) * (letter(place) + gap(place) + place.checked_sub(1).map_or(0.0, letter)))
            .collect();
        let next_gaps = (0..=letters.len()).map(|place| blank * (gap(place) + place.checked_sub(1).map_or(0.0, letter))).collect();
        (in_letter, behind) = (next_letters, next_gaps);
    }
    let all = in_letter.last().copied().unwrap_or(0.0) + behind.last().copied().unwrap_or(0.0);
    all.max(1e-30).ln() as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_as_likely_as_all_its_ways_together() {
        let steps = |shares: &[(f32, [f32; 2])]| likelihood(shares.iter().map(|(blank, letters)| (*blank, letters.to_vec()))).exp();
        // Sure: one letter, the blank, the other.
        assert!(steps(&[(0.0, [1.0, 0.0]), (1.0, [0.0, 0.0]), (0.0, [0.0, 1.0])]) > 0.99);
        // Two steps, two letters: one way.
        assert!((steps(&[(0.5, [0.5, 0.0]), (0.2, [0.2, 0.6])]) - 0.3).abs() < 0.001);
        // Three steps: aab, abb, a-b, -ab, ab-.
        let third = (0.4, [0.3, 0.3]);
        let ways = 0.3 * 0.3 * 0.3 * 2.0 + 0.3 * 0.4 * 0.3 * 3.0;
        assert!((steps(&[third, third, third]) - ways).abs() < 0.001);
        assert!(steps(&[(1.0, [0.0, 0.0])]) < 1e-6 && steps(&[]) < 1e-6);
    }

    #[test]
    fn letters_lose_marks_and_case_and_punctuation_is_a_blank() {
        let told: Vec<Option<char>> = "ẬậaĐ0-° ".chars().map(folded).collect();
        assert_eq!(told, [Some('a'), Some('a'), Some('a'), Some('d'), Some('0'), None, None, None]);
    }
}
