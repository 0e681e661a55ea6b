//! What an engine is.

use image::{GrayImage, RgbImage};
use sohoa_base::error::Result;
use std::collections::BTreeMap;

/// A word as an engine returns it.
#[derive(Debug, Clone, PartialEq)]
pub struct OcrWord {
    /// Text as returned, not yet normalised.
    pub text: String,
    /// How sure the engine is, 0 to 100.
    pub confidence: u8,
    /// Left, top, right, bottom on the picture, px.
    pub bounds: [f32; 4],
    /// Whether the second reader read it.
    pub second_pass: bool,
    /// What the other reader made of it, where that differs.
    pub alternative: Option<OcrAlternative>,
    /// Whether it was written by hand.
    pub handwriting: Handwriting,
}

/// Whether a word was written by hand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Handwriting {
    /// It is print, or nobody looked.
    #[default]
    Printed,
    /// It was, and readers of print read it.
    Detected,
    /// It was, and the reader of handwriting read it.
    Recognized,
}

/// What another reader made of a word.
#[derive(Debug, Clone, PartialEq)]
pub struct OcrAlternative {
    /// Its text.
    pub text: String,
    /// How sure it is, 0 to 100.
    pub confidence: u8,
}

impl OcrWord {
    /// A word of the first reader.
    #[must_use]
    pub fn new(text: &str, confidence: u8, bounds: [f32; 4]) -> Self {
        Self { text: text.to_owned(), confidence, bounds, second_pass: false, alternative: None, handwriting: Handwriting::Printed }
    }
}

/// What a second reader makes of a strip of print.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct RecognizedStrip {
    /// Its letters, words parted by spaces.
    pub text: String,
    /// How sure each letter is, 0 to 1.
    pub confidences: Vec<f32>,
}

/// A letter as the reader of handwriting sees it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RecognizedChar {
    /// What it looks like most; `\u{fffd}` for something that is no Latin letter.
    pub character: char,
    /// Where it begins and ends across the strip, 0 to 1.
    pub from: f32,
    /// See `from`.
    pub to: f32,
    /// How sure that is, 0 to 1.
    pub confidence: f32,
    /// The digit that it looks like most, and how sure that is, 0 to 1.
    pub best_digit: (char, f32),
}

/// Where a network sees the word `MẬT` on a picture, cell by cell: [`StampMap::CELL`] px of the picture are a cell's
/// side.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct StampMap {
    /// Cells in a row.
    pub columns: usize,
    /// Rows of cells.
    pub rows: usize,
    /// Plane after plane, each row after row: how sure the word stands there, as log-odds; the same of `TỐI` and of
    /// `TUYỆT`; sine and cosine of the word's clockwise turn; the natural logarithm of
    /// the height of its capitals over 12 px; the way to its middle across and down, in units of 16 px.
    pub values: Vec<f32>,
}

impl StampMap {
    /// Side of a cell, px.
    pub const CELL: u32 = 8;
    /// Values of a cell.
    pub const PLANES: usize = 8;

    /// A value of a cell, as [`StampMap::values`] orders them.
    #[must_use]
    pub fn value(&self, plane: usize, cell: usize) -> Option<f32> {
        self.values.get(plane * self.columns * self.rows + cell).copied()
    }

    /// Middle of a cell, px.
    #[must_use]
    pub fn cell_center(&self, cell: usize) -> (f32, f32) {
        let middle = |place: usize| (place as f32 + 0.5) * Self::CELL as f32;
        (middle(cell % self.columns.max(1)), middle(cell / self.columns.max(1)))
    }
}

/// How the word `MẬT` stands on a strip against how it should stand there: upright, its middle in its place, its
/// capitals 16 px high.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct StampOffset {
    /// Clockwise turn, radians.
    pub rotation: f32,
    /// Natural logarithm of the height of its capitals over what it should be.
    pub scale: f32,
    /// Way from where its middle should be along the line and down across it, heights of capitals.
    pub center: (f32, f32),
}

/// What a strip says.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct StampReading {
    /// Natural logarithm of the odds that it says `MẬT`.
    pub log_odds: f32,
    /// How the word stands there, if it does.
    pub offset: StampOffset,
}

/// Reads one line of print.
pub trait Engine: Send {
    /// The words of a line, left to right.
    ///
    /// # Errors
    /// `Internal` when the engine fails.
    fn read_line(&mut self, picture: &GrayImage) -> Result<Vec<OcrWord>>;

    /// Whether [`Engine::map_print`] gives anything.
    fn has_text_detector(&self) -> bool {
        false
    }

    /// For every pixel of a page picture whose sides are multiples of 32 px how sure it is part of a line of
    /// print, 0 to 255; `None` where there is no model for it.
    ///
    /// # Errors
    /// `Internal` when the model fails.
    fn text_probability_map(&mut self, _page: &GrayImage) -> Result<Option<GrayImage>> {
        Ok(None)
    }

    /// Makes the second reader ready, which takes much memory, where there is one. Until then
    /// [`Engine::read_again`] gives nothing.
    ///
    /// # Errors
    /// `Corrupt` when its model cannot be loaded.
    fn load_line_recognizer(&mut self) -> Result<()> {
        Ok(())
    }

    /// Whether [`Engine::read_again`] gives anything.
    fn has_line_recognizer(&self) -> bool {
        false
    }

    /// A second opinion on a strip of a line; `None` where there is no model for it.
    ///
    /// # Errors
    /// `Internal` when the model fails.
    fn recognize_strip(&mut self, _strip: &GrayImage) -> Result<Option<RecognizedStrip>> {
        Ok(None)
    }

    /// Whether [`Engine::read_hand`] gives anything.
    fn has_digit_recognizer(&self) -> bool {
        false
    }

    /// What a strip of a line looks like to a reader of handwriting; `None` where there is no model for it.
    ///
    /// # Errors
    /// `Internal` when the model fails.
    fn recognize_digits(&mut self, _strip: &GrayImage) -> Result<Option<Vec<RecognizedChar>>> {
        Ok(None)
    }

    /// Where words of secrecy may stand on a colour picture of 75 dots per inch, at any turn up to 50 degrees;
    /// `None` where there is no model for it.
    ///
    /// # Errors
    /// `Internal` when the model fails.
    fn detect_stamps(&mut self, _picture: &RgbImage) -> Result<Option<StampMap>> {
        Ok(None)
    }

    /// Natural logarithm of the odds that `MẬT` stands on a strip, at first sight: the word alone, as
    /// [`WORD`](crate::networks::stamps::WORD) has it, as the finder saw it; `None` where there is no model for it.
    ///
    /// # Errors
    /// `Internal` when the model fails.
    fn score_stamp(&mut self, _word: &RgbImage) -> Result<Option<f32>> {
        Ok(None)
    }

    /// What a strip says at second sight, and how the word stands there: as [`Engine::read_stamp`] is given it, but as the
    /// finder saw it; `None` where there is no model for it.
    ///
    /// # Errors
    /// `Internal` when the model fails.
    fn locate_stamp(&mut self, _strip: &RgbImage) -> Result<Option<StampReading>> {
        Ok(None)
    }

    /// What a strip says: the word upright, its capitals 16 px high, as
    /// [`STRIP`](crate::networks::stamps::STRIP) has it; `None` where there is no model for it.
    ///
    /// # Errors
    /// `Internal` when the model fails.
    fn verify_stamp(&mut self, _strip: &RgbImage) -> Result<Option<StampReading>> {
        Ok(None)
    }

    /// Model files that decide the outcome: name and SHA-256, lower-case hexadecimal.
    fn model_hashes(&self) -> BTreeMap<String, String>;
}
