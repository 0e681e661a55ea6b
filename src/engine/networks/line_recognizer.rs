//! Line recognizer for the second pass: a network from a strip of print to its text.

use crate::engine::RecognizedStrip;
use crate::networks::runtime::{Network, Runtime};
use image::GrayImage;
use image::imageops::{FilterType, resize};
use sohoa_base::error::Result;
use std::path::Path;

/// Height of its input, px.
const HEIGHT: u32 = 32;

/// Largest width of its input, px: it has 256 positions of 4 px each. A longer strip is compressed.
const MAX_WIDTH: u32 = 1024;

/// Characters of output classes 1 and up; class 0 is the CTC blank.
const ALPHABET: &str = "aàáảãạăằắẳẵặâầấẩẫậbcdđeèéẻẽẹêềếểễệfghiìíỉĩịjklmnoòóỏõọôồốổỗộơờớởỡợpqrstuùúủũụưừứửữựvwxyỳýỷỹỵz\
    AÀÁẢÃẠĂẰẮẲẴẶÂẦẤẨẪẬBCDĐEÈÉẺẼẸÊỀẾỂỄỆFGHIÌÍỈĨỊJKLMNOÒÓỎÕỌÔỒỐỔỖỘƠỜỚỞỠỢPQRSTUÙÚỦŨỤƯỪỨỬỮỰVWXYỲÝỶỸỴZ\
    0123456789 ,.-:;\"'?!()[]{}/%+$&=*#@_\\<>°";

/// The loaded network.
pub struct LineRecognizer {
    network: Network,
    alphabet: Vec<char>,
}

impl LineRecognizer {
    /// Loads the model file.
    ///
    /// # Errors
    /// As [`Network::load`].
    pub fn open(file: &Path, runtime: &Runtime) -> Result<Self> {
        Network::load(file, runtime).map(Self::from_network)
    }

    /// Loads the model from the bytes of its file.
    ///
    /// # Errors
    /// As [`Network::from_bytes`].
    pub fn from_bytes(bytes: Vec<u8>, runtime: &Runtime) -> Result<Self> {
        Network::from_bytes(bytes, runtime).map(Self::from_network)
    }

    fn from_network(network: Network) -> Self {
        Self { network, alphabet: ALPHABET.chars().collect() }
    }

    /// Recognizes a strip of one line.
    ///
    /// # Errors
    /// `Internal` when the network fails.
    pub fn recognize(&mut self, strip: &GrayImage) -> Result<RecognizedStrip> {
        let scaled = strip.width() as f32 * HEIGHT as f32 / strip.height().max(1) as f32;
        let width = (scaled as u32).clamp(HEIGHT, MAX_WIDTH).next_multiple_of(4);
        let small = resize(strip, width, HEIGHT, FilterType::Triangle);
        let levels: Vec<f32> = small.iter().map(|level| f32::from(*level) / 127.5 - 1.0).collect();
        let steps = self.network.run([1, 3, HEIGHT as usize, width as usize], levels.repeat(3))?;
        Ok(self.decode_ctc(&steps, self.alphabet.len() + 1))
    }

    /// Greedy CTC decoding of log-probabilities: repeats are merged, blanks dropped.
    fn decode_ctc(&self, steps: &[f32], outputs: usize) -> RecognizedStrip {
        let mut reading = RecognizedStrip::default();
        let mut before = 0;
        for step in steps.chunks_exact(outputs) {
            let best = step.iter().enumerate().max_by(|one, other| one.1.total_cmp(other.1));
            let Some((place, value)) = best else { continue };
            if place != before
                && let Some(letter) = place.checked_sub(1).and_then(|place| self.alphabet.get(place))
            {
                reading.text.push(*letter);
                reading.confidences.push(value.exp());
            }
            before = place;
        }
        reading
    }
}
