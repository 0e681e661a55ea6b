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
}

/// Reads one line of print.
pub trait Engine: Send {
    /// The words of a line, left to right.
    ///
    /// # Errors
    /// `Internal` when the engine fails.
    fn read_line(&mut self, picture: &GrayImage) -> Result<Vec<FoundWord>>;

    /// Model files that decide the outcome: name and SHA-256, lower-case hexadecimal.
    fn models(&self) -> BTreeMap<String, String>;
}
