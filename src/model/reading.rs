//! What was read on one page.

use crate::model::geometry::Bounds;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A reading: what an OCR engine, or the page's own text layer, returned for one page (trang).
/// Blocks stand in reading order. Text is NFC. Nothing in it depends on time or machine.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Reading {
    /// Width of the upright page picture, px.
    pub width: u32,
    /// Height of the upright page picture, px.
    pub height: u32,
    /// Resolution of the upright page picture along both axes, dots per inch: word boxes divided by it
    /// are inches on the page.
    pub dpi: u32,
    /// Clockwise turn that made the delivered picture upright: 0, 90, 180 or 270 degrees.
    pub turn: u16,
    /// Remaining skew of the upright picture, hundredths of a degree; positive: lines fall to the right
    /// (the picture must be turned counter-clockwise to mend it). Boxes are of the skewed picture.
    pub skew_centidegrees: i32,
    /// Nothing is written on the page.
    pub blank: bool,
    /// Where the text comes from.
    pub source: TextSource,
    /// Measured quality of the picture.
    pub quality: Quality,
    /// Text blocks in reading order.
    pub blocks: Vec<Block>,
}

/// Where a page's text comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum TextSource {
    /// Recognised from the picture.
    Recognised,
    /// The page was born digital: its own text was kept.
    BornDigital,
}

/// Measured quality of a page picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
pub struct Quality {
    /// Share of ink, per mille of the page area.
    pub ink_permille: u32,
    /// Difference of paper and ink grey levels, 0 to 255.
    pub contrast: u8,
    /// Sharpness of edges, 0 (blurred) to 100.
    pub sharpness: u8,
    /// Mean word confidence weighted by length, 0 to 100.
    pub confidence: u8,
    /// What was measured of the scan; none for a born-digital page, and for a page that a version of this
    /// program read which did not measure it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scan: Option<Scan>,
}

/// How a page was scanned (bản quét), as far as its picture and its words tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
pub struct Scan {
    /// Resolution of the delivered picture, dots per inch.
    pub dpi: u32,
    /// Skew of the delivered picture, hundredths of a degree; positive: lines fall to the right.
    pub skew_centidegrees: i32,
    /// Grain of the paper: standard deviation of its grey levels from pixel to pixel.
    pub noise: u8,
    /// Share of the paper away from the page's own print on which other, paler print is seen, such as that of
    /// the back, per mille.
    pub bleed_permille: u32,
    /// Sides at which print runs out of the picture.
    pub cut: Sides,
    /// Characters that are most likely read wrongly, per mille of the page's characters.
    pub expected_error_permille: u32,
}

/// Sides of the upright page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
pub struct Sides {
    /// Left (trái).
    pub left: bool,
    /// Top (trên).
    pub top: bool,
    /// Right (phải).
    pub right: bool,
    /// Bottom (dưới).
    pub bottom: bool,
}

impl Sides {
    /// The sides clockwise from the left one.
    #[must_use]
    pub fn clockwise(&self) -> [bool; 4] {
        [self.left, self.top, self.right, self.bottom]
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

impl From<[bool; 4]> for Sides {
    /// From the sides clockwise, beginning with the left one.
    fn from([left, top, right, bottom]: [bool; 4]) -> Self {
        Self { left, top, right, bottom }
    }
}

/// What a block is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum BlockKind {
    /// Running text.
    Text,
    /// A table, or a row of one.
    Table,
}

/// Lines that belong together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Block {
    /// What it is.
    pub kind: BlockKind,
    /// Around its lines.
    pub bounds: Bounds,
    /// Lines, top to bottom.
    pub lines: Vec<Line>,
}

/// One printed line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Line {
    /// Around its words.
    pub bounds: Bounds,
    /// Words, left to right.
    pub words: Vec<Word>,
}

impl Line {
    /// The line's words joined by single spaces.
    #[must_use]
    pub fn text(&self) -> String {
        self.words.iter().map(|word| word.text.as_str()).collect::<Vec<_>>().join(" ")
    }
}

/// One word as read: never rewritten later.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Word {
    /// The word, NFC, without white space.
    pub text: String,
    /// Around the word.
    pub bounds: Bounds,
    /// How sure the engine is, 0 to 100; 100 for born-digital text.
    pub confidence: u8,
    /// Who read it.
    #[serde(default, skip_serializing_if = "Reader::is_first")]
    pub reader: Reader,
    /// What the other reader made of it, where that differs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alternative: Option<Alternative>,
}

/// Who read a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Reader {
    /// The engine that reads every line (Tesseract); or nobody: the page brought its own text.
    #[default]
    First,
    /// The second reader, which sees doubtful words only.
    Second,
}

impl Reader {
    fn is_first(&self) -> bool {
        *self == Self::First
    }
}

/// What another reader made of a word, not taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Alternative {
    /// Its text, NFC; may be several words.
    pub text: String,
    /// How sure that reader is, 0 to 100.
    pub confidence: u8,
}

impl Word {
    /// A word of the first reader.
    #[must_use]
    pub fn new(text: impl Into<String>, bounds: Bounds, confidence: u8) -> Self {
        Self { text: text.into(), bounds, confidence, reader: Reader::First, alternative: None }
    }
}

impl Default for Reading {
    /// The reading of a page that could not be read: nothing.
    fn default() -> Self {
        Self {
            width: 0,
            height: 0,
            dpi: 0,
            turn: 0,
            skew_centidegrees: 0,
            blank: false,
            source: TextSource::Recognised,
            quality: Quality::default(),
            blocks: Vec::new(),
        }
    }
}

impl Reading {
    /// All lines in reading order.
    pub fn lines(&self) -> impl Iterator<Item = &Line> {
        self.blocks.iter().flat_map(|block| &block.lines)
    }

    /// All words in reading order.
    pub fn words(&self) -> impl Iterator<Item = &Word> {
        self.lines().flat_map(|line| &line.words)
    }

    /// Plain text: one row a line, an empty row between blocks, ends with a line feed unless empty.
    #[must_use]
    pub fn text(&self) -> String {
        let blocks: Vec<String> = self
            .blocks
            .iter()
            .map(|block| block.lines.iter().map(Line::text).collect::<Vec<_>>().join("\n"))
            .filter(|block| !block.is_empty())
            .collect();
        if blocks.is_empty() { String::new() } else { blocks.join("\n\n") + "\n" }
    }
}
