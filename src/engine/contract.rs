//! What an engine is.

use crate::error::Result;
use image::GrayImage;
use std::collections::BTreeMap;

/// A word as an engine returns it.
#[derive(Debug, Clone, PartialEq)]
pub struct FoundWord {
    /// Text as returned, not yet normalised.
    pub text: String,
    /// How sure the engine is, 0 to 100.
    pub confidence: u8,
    /// Left, top, right, bottom on the picture, px.
    pub place: [f32; 4],
    /// Whether the second reader read it.
    pub second: bool,
    /// What the other reader made of it, where that differs.
    pub other: Option<Other>,
}

/// What another reader made of a word.
#[derive(Debug, Clone, PartialEq)]
pub struct Other {
    /// Its text.
    pub text: String,
    /// How sure it is, 0 to 100.
    pub confidence: u8,
}

impl FoundWord {
    /// A word of the first reader.
    #[must_use]
    pub fn new(text: &str, confidence: u8, place: [f32; 4]) -> Self {
        Self { text: text.to_owned(), confidence, place, second: false, other: None }
    }
}

/// What a second reader makes of a strip of print.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct SecondReading {
    /// Its letters, words parted by spaces.
    pub text: String,
    /// How sure each letter is, 0 to 1.
    pub sure: Vec<f32>,
}

/// Reads one line of print.
pub trait Engine: Send {
    /// The words of a line, left to right.
    ///
    /// # Errors
    /// `Internal` when the engine fails.
    fn read_line(&mut self, picture: &GrayImage) -> Result<Vec<FoundWord>>;

    /// Whether [`Engine::map_print`] gives anything.
    fn has_line_finder(&self) -> bool {
        false
    }

    /// For every pixel of a page picture whose sides are multiples of 32 px how sure it is part of a line of
    /// print, 0 to 255; `None` where there is no model for it.
    ///
    /// # Errors
    /// `Internal` when the model fails.
    fn map_print(&mut self, _page: &GrayImage) -> Result<Option<GrayImage>> {
        Ok(None)
    }

    /// Whether [`Engine::read_again`] gives anything.
    fn has_second_reader(&self) -> bool {
        false
    }

    /// A second opinion on a strip of a line; `None` where there is no model for it.
    ///
    /// # Errors
    /// `Internal` when the model fails.
    fn read_again(&mut self, _strip: &GrayImage) -> Result<Option<SecondReading>> {
        Ok(None)
    }

    /// Model files that decide the outcome: name and SHA-256, lower-case hexadecimal.
    fn models(&self) -> BTreeMap<String, String>;
}
