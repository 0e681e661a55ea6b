//! What was read on one page.

use crate::model::page::barcode::Barcode;
use crate::model::page::geometry::Bounds;
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
    /// Barcodes, QR codes and patch codes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[serde(rename = "codes")]
    pub barcodes: Vec<Barcode>,
    /// Stamps of secrecy that were seen on the picture, the most secret first; words that were read are in
    /// `blocks`, whether or not they are such a stamp.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub stamps: Vec<SecrecyStamp>,
}

/// A stamp of secrecy (dấu độ mật), as seen on the picture of a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SecrecyStamp {
    /// What it says.
    pub level: SecrecyLevel,
    /// Around the stamp.
    pub bounds: Bounds,
    /// How sure it is one, 0 to 100.
    pub confidence: u8,
}

/// A level of secrecy (độ mật), the lowest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum SecrecyLevel {
    /// Mật.
    Confidential,
    /// Tối mật.
    Secret,
    /// Tuyệt mật.
    TopSecret,
}

impl SecrecyLevel {
    /// As it is stamped.
    #[must_use]
    pub fn as_stamped(self) -> &'static str {
        match self {
            SecrecyLevel::Confidential => "MẬT",
            SecrecyLevel::Secret => "TỐI MẬT",
            SecrecyLevel::TopSecret => "TUYỆT MẬT",
        }
    }
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
    pub scan: Option<ScanQuality>,
}

/// How a page was scanned (bản quét), as far as its picture and its words tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "Scan")]
pub struct ScanQuality {
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
    #[serde(rename = "cut")]
    pub clipped_sides: Sides,
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
    /// Strokes written by hand that nobody read, such as a signature: a box without lines.
    Handwriting,
}

/// Lines that belong together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Block {
    /// What it is.
    pub kind: BlockKind,
    /// Around its lines.
    pub bounds: Bounds,
    /// Lines, top to bottom; those of a table row by row and cell by cell.
    pub lines: Vec<Line>,
}

/// The cell of a ruled table that a line stands in. Rows and columns count from 0 at the table's upper left
/// corner, and a cell that was merged from several names the first of each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
pub struct Cell {
    /// Its row, or the first of them.
    pub row: u32,
    /// Its column, or the first of them.
    pub column: u32,
    /// How many rows it takes up, at least 1.
    #[serde(default = "one", skip_serializing_if = "is_one")]
    pub row_span: u32,
    /// How many columns it takes up, at least 1.
    #[serde(default = "one", skip_serializing_if = "is_one")]
    pub column_span: u32,
}

fn one() -> u32 {
    1
}

#[allow(clippy::trivially_copy_pass_by_ref)] // The signature is serde's.
fn is_one(span: &u32) -> bool {
    *span == 1
}

/// One printed line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Line {
    /// Around its words.
    pub bounds: Bounds,
    /// Words, left to right.
    pub words: Vec<Word>,
    /// Where it stands in a ruled table; none outside of one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cell: Option<Cell>,
}

impl Line {
    /// A line outside of any ruled table.
    #[must_use]
    pub fn new(bounds: Bounds, words: Vec<Word>) -> Self {
        Self { bounds, words, cell: None }
    }

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
    #[serde(default, skip_serializing_if = "WordSource::is_first")]
    #[serde(rename = "reader")]
    pub source: WordSource,
    /// What the other reader made of it, where that differs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alternative: Option<Alternative>,
    /// Whether it, or a part of it, was written by hand.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub handwritten: bool,
}

/// Who read a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum WordSource {
    /// The engine that reads every line (Tesseract); or nobody: the page brought its own text.
    #[default]
    #[serde(rename = "first")]
    FirstPass,
    /// The second reader, which sees doubtful words only.
    #[serde(rename = "second")]
    SecondPass,
    /// The reader of handwriting, which sees the blanks for number and date only.
    #[serde(rename = "hand")]
    Handwriting,
    /// The engine, and its neighbours mended its marks: the alternative is what was read.
    #[serde(rename = "mended")]
    DiacriticRestoration,
    /// A person, who corrected it: one word may have become several.
    Person,
}

impl WordSource {
    fn is_first(&self) -> bool {
        *self == Self::FirstPass
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
        Self { text: text.into(), bounds, confidence, source: WordSource::FirstPass, alternative: None, handwritten: false }
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
            barcodes: Vec::new(),
            stamps: Vec::new(),
        }
    }
}

impl Block {
    /// Runs of words that follow each other: all of the block; of a table, whose rows do not go on from each other, row by
    /// row.
    pub fn word_runs(&self) -> impl Iterator<Item = Vec<&Word>> {
        let parts = if self.kind == BlockKind::Table { 1 } else { self.lines.len().max(1) };
        self.lines.chunks(parts).map(|lines| lines.iter().flat_map(|line| &line.words).collect())
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

    /// Plain text: one row a line, an empty row between blocks, ends with a line feed unless empty. A row of a
    /// ruled table is one row, see [`Block::text`].
    #[must_use]
    pub fn text(&self) -> String {
        let blocks: Vec<String> = self.blocks.iter().map(Block::text).filter(|block| !block.is_empty()).collect();
        if blocks.is_empty() { String::new() } else { blocks.join("\n\n") + "\n" }
    }
}

impl Block {
    /// Plain text: one row a line. In a ruled table one row a table row: cells parted by tabs, one for every
    /// column that is passed, and the lines of a cell joined by spaces.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = String::new();
        let mut before: Option<&Line> = None;
        for line in &self.lines {
            match (before.map(|before| before.cell), line.cell) {
                (None, None) => {}
                (None, Some(cell)) => push_tabs(&mut text, cell.column),
                (Some(Some(last)), Some(cell)) if last == cell => text.push(' '),
                (Some(Some(last)), Some(cell)) if last.row == cell.row && last.column < cell.column => {
                    push_tabs(&mut text, cell.column - last.column);
                }
                (Some(_), Some(cell)) => {
                    text.push('\n');
                    push_tabs(&mut text, cell.column);
                }
                (Some(_), None) => text.push('\n'),
            }
            text.push_str(&line.text());
            before = Some(line);
        }
        text
    }
}

fn push_tabs(text: &mut String, count: u32) {
    // A stored reading may say anything: no more tabs than a sheet has room for columns.
    text.extend(std::iter::repeat_n('\t', count.min(256) as usize));
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn line(text: &str, cell: Option<Cell>) -> Line {
        Line { cell, ..Line::new(Bounds::default(), vec![Word::new(text, Bounds::default(), 90)]) }
    }

    #[test]
    fn a_table_row_is_one_row_of_text() {
        let cell = |row, column| Some(Cell { row, column, row_span: 1, column_span: 1 });
        let lines = vec![
            line("TT", cell(0, 0)),
            line("Nội", cell(0, 1)),
            line("dung", cell(0, 1)),
            line("Ghi chú", cell(0, 3)),
            line("trống trước", cell(1, 2)),
            line("thừa", None),
        ];
        let block = Block { kind: BlockKind::Table, bounds: Bounds::default(), lines };
        assert_eq!(block.text(), "TT\tNội dung\t\tGhi chú\n\t\ttrống trước\nthừa");
    }

    #[test]
    fn readings_from_before_tables_and_handwriting_were_marked_can_be_read() {
        let old =
            r#"{"bounds":{"x0":1,"y0":2,"x1":3,"y1":4},"words":[{"text":"12","bounds":{"x0":1,"y0":2,"x1":3,"y1":4},"confidence":50}]}"#;
        let line: Line = serde_json::from_str(old).unwrap();
        assert_eq!((line.cell, line.words.first().map(|word| word.handwritten)), (None, Some(false)));
        assert_eq!(serde_json::to_string(&line).unwrap(), old);
    }
}
