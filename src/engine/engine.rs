//! The trait of OCR engines and its result types.

use image::{GrayImage, RgbImage};
use sohoa_base::error::Result;
use std::collections::BTreeMap;

/// A recognized word.
#[derive(Debug, Clone, PartialEq)]
pub struct OcrWord {
    /// Text as returned by the engine, not yet normalised.
    pub text: String,
    /// Confidence, 0 to 100.
    pub confidence: u8,
    /// Left, top, right, bottom on the image, px.
    pub bounds: [f32; 4],
    /// Whether its text is that of the second pass.
    pub second_pass: bool,
    /// Reading of the other recognizer, where it differs.
    pub alternative: Option<OcrAlternative>,
    /// Whether it is handwritten.
    pub handwriting: Handwriting,
}

/// Whether a word is handwritten.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Handwriting {
    /// Printed, or not examined.
    #[default]
    Printed,
    /// Handwritten, but read by recognizers of print only.
    Detected,
    /// Handwritten, and read by the digit recognizer.
    Recognized,
}

/// Alternative reading of a word.
#[derive(Debug, Clone, PartialEq)]
pub struct OcrAlternative {
    /// Text.
    pub text: String,
    /// Confidence, 0 to 100.
    pub confidence: u8,
}

impl OcrWord {
    /// A printed word of the first pass.
    #[must_use]
    pub fn new(text: &str, confidence: u8, bounds: [f32; 4]) -> Self {
        Self { text: text.to_owned(), confidence, bounds, second_pass: false, alternative: None, handwriting: Handwriting::Printed }
    }
}

/// Result of the line recognizer for a strip of print.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct RecognizedStrip {
    /// Text, with spaces between words.
    pub text: String,
    /// Confidence of each character, 0 to 1.
    pub confidences: Vec<f32>,
}

/// A character from the digit recognizer.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RecognizedChar {
    /// Most probable character; `\u{fffd}` for one that is not Latin.
    pub character: char,
    /// Start as a share of the width of the strip, 0 to 1.
    pub from: f32,
    /// End as a share of the width of the strip, 0 to 1.
    pub to: f32,
    /// Probability of the character, 0 to 1.
    pub confidence: f32,
    /// Most probable digit and its probability, 0 to 1.
    pub best_digit: (char, f32),
}

/// Output of the stamp detector: values for each cell of [`StampMap::CELL`] × [`StampMap::CELL`] px of an image.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct StampMap {
    /// Cells in a row.
    pub columns: usize,
    /// Rows of cells.
    pub rows: usize,
    /// Plane by plane, each in row order: log-odds of `MẬT`, of `TỐI` and of `TUYỆT`; sine and cosine of the word's clockwise
    /// turn; natural logarithm of its cap height over 12 px; offset to its centre in x and y, in units of 16 px.
    pub values: Vec<f32>,
}

impl StampMap {
    /// Side of a cell, px.
    pub const CELL: u32 = 8;
    /// Number of values per cell.
    pub const PLANES: usize = 8;

    /// Value of a cell; planes are numbered in the order of [`StampMap::values`].
    #[must_use]
    pub fn value(&self, plane: usize, cell: usize) -> Option<f32> {
        self.values.get(plane * self.columns * self.rows + cell).copied()
    }

    /// Centre of a cell, px.
    #[must_use]
    pub fn cell_center(&self, cell: usize) -> (f32, f32) {
        let center = |index: usize| (index as f32 + 0.5) * Self::CELL as f32;
        (center(cell % self.columns.max(1)), center(cell / self.columns.max(1)))
    }
}

/// Deviation of the word `MẬT` on a strip from its nominal pose: upright, at the nominal centre, with a cap height of 16 px.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct StampOffset {
    /// Clockwise turn, radians.
    pub rotation: f32,
    /// Natural logarithm of its cap height over the nominal one.
    pub scale: f32,
    /// Offset of its centre from the nominal one along the line and down across it, cap heights.
    pub center: (f32, f32),
}

/// Result of a stamp verifier for a strip.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct StampReading {
    /// Log-odds that the strip shows `MẬT`.
    pub log_odds: f32,
    /// Pose of the word, if it is there.
    pub offset: StampOffset,
}

/// An OCR engine. Only [`Engine::read_line`] is required; the other recognizers are optional models.
pub trait Engine: Send {
    /// Recognizes the words of a line, left to right.
    ///
    /// # Errors
    /// `Internal` when the engine fails.
    fn read_line(&mut self, picture: &GrayImage) -> Result<Vec<OcrWord>>;

    /// Whether [`Engine::text_probability_map`] has a model.
    fn has_text_detector(&self) -> bool {
        false
    }

    /// Probability of each pixel of a page to be part of a line of print, 0 to 255; `None` without a model. The sides of `page` are
    /// multiples of 32 px.
    ///
    /// # Errors
    /// `Internal` when the model fails.
    fn text_probability_map(&mut self, _page: &GrayImage) -> Result<Option<GrayImage>> {
        Ok(None)
    }

    /// Loads the line recognizer, where it is installed; it takes much memory. Until then [`Engine::recognize_strip`] returns
    /// `None`.
    ///
    /// # Errors
    /// `Corrupt` when its model cannot be loaded.
    fn load_line_recognizer(&mut self) -> Result<()> {
        Ok(())
    }

    /// Whether the line recognizer is loaded.
    fn has_line_recognizer(&self) -> bool {
        false
    }

    /// Recognizes a strip of a line with the line recognizer; `None` without a loaded model.
    ///
    /// # Errors
    /// `Internal` when the model fails.
    fn recognize_strip(&mut self, _strip: &GrayImage) -> Result<Option<RecognizedStrip>> {
        Ok(None)
    }

    /// Whether [`Engine::recognize_digits`] has a model.
    fn has_digit_recognizer(&self) -> bool {
        false
    }

    /// Recognizes a strip of a line with the digit recognizer; `None` without a model.
    ///
    /// # Errors
    /// `Internal` when the model fails.
    fn recognize_digits(&mut self, _strip: &GrayImage) -> Result<Option<Vec<RecognizedChar>>> {
        Ok(None)
    }

    /// Detects secrecy words on a colour image of 75 dots per inch, turned by up to 50 degrees; `None` without a model.
    ///
    /// # Errors
    /// `Internal` when the model fails.
    fn detect_stamps(&mut self, _picture: &RgbImage) -> Result<Option<StampMap>> {
        Ok(None)
    }

    /// Log-odds that a strip of the word alone shows `MẬT`, cut as [`WORD_STRIP`](crate::networks::stamps::WORD_STRIP) with the pose
    /// from the detector; `None` without a model.
    ///
    /// # Errors
    /// `Internal` when the model fails.
    fn score_stamp(&mut self, _word: &RgbImage) -> Result<Option<f32>> {
        Ok(None)
    }

    /// Log-odds and pose of `MẬT` on a strip with context, cut as [`CONTEXT_STRIP`](crate::networks::stamps::CONTEXT_STRIP) with the
    /// pose from the detector; `None` without a model.
    ///
    /// # Errors
    /// `Internal` when the model fails.
    fn locate_stamp(&mut self, _strip: &RgbImage) -> Result<Option<StampReading>> {
        Ok(None)
    }

    /// Log-odds of all verifiers that a strip shows `MẬT`, cut as [`CONTEXT_STRIP`](crate::networks::stamps::CONTEXT_STRIP) with the
    /// corrected pose; `None` without a model.
    ///
    /// # Errors
    /// `Internal` when the model fails.
    fn verify_stamp(&mut self, _strip: &RgbImage) -> Result<Option<StampReading>> {
        Ok(None)
    }

    /// Model files that determine the result: SHA-256, lower-case hexadecimal, by name.
    fn model_hashes(&self) -> BTreeMap<String, String>;
}
