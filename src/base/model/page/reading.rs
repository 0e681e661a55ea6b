//! The reading of one page: text, layout, quality, barcodes and stamps.

use crate::model::page::barcode::Barcode;
use crate::model::page::geometry::Bounds;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A reading: the result of an OCR engine, or of the page's own text layer, for one page (trang). Blocks are in reading
/// order. Text is NFC. Nothing in it depends on time or machine.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Reading {
    /// Width of the upright page image, px.
    pub width: u32,
    /// Height of the upright page image, px.
    pub height: u32,
    /// Resolution of the upright page image along both axes, dots per inch: word boxes divided by it are inches on the
    /// page.
    pub dpi: u32,
    /// Clockwise turn that made the delivered image upright: 0, 90, 180 or 270 degrees.
    pub turn: u16,
    /// Remaining skew of the upright image, hundredths of a degree; positive: lines fall to the right (a
    /// counter-clockwise turn corrects it). Boxes are of the skewed image.
    pub skew_centidegrees: i32,
    /// Whether the page is blank.
    pub blank: bool,
    /// Origin of the text.
    pub source: TextSource,
    /// Measured quality of the image.
    pub quality: Quality,
    /// Text blocks in reading order.
    pub blocks: Vec<Block>,
    /// Barcodes, QR codes and patch codes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[serde(rename = "codes")]
    pub barcodes: Vec<Barcode>,
    /// Stamps of secrecy detected on the image, most secret first. Recognised words are in `blocks`, whether or not they
    /// are such a stamp.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub stamps: Vec<SecrecyStamp>,
}

/// A stamp of secrecy (dấu độ mật) detected on a page image.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SecrecyStamp {
    /// Level that it states.
    pub level: SecrecyLevel,
    /// Bounding box.
    pub bounds: Bounds,
    /// Confidence that it is such a stamp, 0 to 100.
    pub confidence: u8,
}

/// A level of secrecy (độ mật), lowest first.
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
    /// Text of the stamp.
    #[must_use]
    pub fn as_stamped(self) -> &'static str {
        match self {
            SecrecyLevel::Confidential => "MẬT",
            SecrecyLevel::Secret => "TỐI MẬT",
            SecrecyLevel::TopSecret => "TUYỆT MẬT",
        }
    }
}

/// Origin of a page's text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum TextSource {
    /// Recognised from the image.
    Recognised,
    /// Text layer of a born-digital page.
    BornDigital,
}

/// Measured quality of a page image.
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
    /// Quality of the scan; none for a born-digital page, and for a page read by a version of this program that did not
    /// measure it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scan: Option<ScanQuality>,
}

/// Quality of a scan (bản quét), measured from the image and the recognised words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "Scan")]
pub struct ScanQuality {
    /// Resolution of the delivered image, dots per inch.
    pub dpi: u32,
    /// Skew of the delivered image, hundredths of a degree; positive: lines fall to the right.
    pub skew_centidegrees: i32,
    /// Paper noise: standard deviation of the paper's grey levels from pixel to pixel.
    pub noise: u8,
    /// Share of the paper away from the page's own print that shows other, paler print, such as that of the back, per
    /// mille.
    pub bleed_permille: u32,
    /// Sides at which print is clipped by the image edge.
    #[serde(rename = "cut")]
    pub clipped_sides: Sides,
    /// Expected recognition errors, per mille of the page's characters.
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

    /// Whether no side is set.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

impl From<[bool; 4]> for Sides {
    /// Converts from clockwise order, beginning with the left side.
    fn from([left, top, right, bottom]: [bool; 4]) -> Self {
        Self { left, top, right, bottom }
    }
}

/// Kind of a block.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum BlockKind {
    /// Running text.
    Text,
    /// A table, or a row of one.
    Table,
    /// Unrecognised handwriting, such as a signature: a box without lines.
    Handwriting,
}

/// A block of lines that belong together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Block {
    /// Kind.
    pub kind: BlockKind,
    /// Bounding box of its lines.
    pub bounds: Bounds,
    /// Lines, top to bottom; those of a table row by row and cell by cell.
    pub lines: Vec<Line>,
}

/// Cell of a ruled table that contains a line. Rows and columns count from 0 at the table's upper left corner; a merged
/// cell has the first of its rows and columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
pub struct Cell {
    /// Row, or first of the merged rows.
    pub row: u32,
    /// Column, or first of the merged columns.
    pub column: u32,
    /// Number of rows spanned, at least 1.
    #[serde(default = "one", skip_serializing_if = "is_one")]
    pub row_span: u32,
    /// Number of columns spanned, at least 1.
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

/// A line of text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Line {
    /// Bounding box of its words.
    pub bounds: Bounds,
    /// Words, left to right.
    pub words: Vec<Word>,
    /// Cell of the ruled table that contains it; none outside a table.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cell: Option<Cell>,
}

impl Line {
    /// A line outside any ruled table.
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

/// One word as recognised; never rewritten later.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Word {
    /// Text, NFC, without white space.
    pub text: String,
    /// Bounding box.
    pub bounds: Bounds,
    /// Confidence of the engine, 0 to 100; 100 for born-digital text.
    pub confidence: u8,
    /// Source of the text.
    #[serde(default, skip_serializing_if = "WordSource::is_first")]
    #[serde(rename = "reader")]
    pub source: WordSource,
    /// Differing result of the other recogniser.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alternative: Option<Alternative>,
    /// Whether at least a part of it is handwritten.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub handwritten: bool,
}

/// Source of a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum WordSource {
    /// The first pass over every line (Tesseract), or the page's own text layer.
    #[default]
    #[serde(rename = "first")]
    FirstPass,
    /// The second pass, which sees doubtful words only.
    #[serde(rename = "second")]
    SecondPass,
    /// The handwriting recogniser, which sees the blanks for number and date only.
    #[serde(rename = "hand")]
    Handwriting,
    /// The engine, with diacritics restored from the neighbouring words: the alternative has the text as recognised.
    #[serde(rename = "mended")]
    DiacriticRestoration,
    /// A person's correction: one word may have become several.
    Person,
}

impl WordSource {
    fn is_first(&self) -> bool {
        *self == Self::FirstPass
    }
}

/// A result of another recogniser that was not used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Alternative {
    /// Text, NFC; may be several words.
    pub text: String,
    /// Confidence of that recogniser, 0 to 100.
    pub confidence: u8,
}

impl Word {
    /// A word of the first pass.
    #[must_use]
    pub fn new(text: impl Into<String>, bounds: Bounds, confidence: u8) -> Self {
        Self { text: text.into(), bounds, confidence, source: WordSource::FirstPass, alternative: None, handwritten: false }
    }
}

impl Default for Reading {
    /// The reading of an unreadable page: empty.
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
    /// Runs of consecutive words: the whole block; in a table, whose rows are not continuous text, row by row.
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

    /// Plain text: one row per line, an empty row between blocks, a line feed at the end unless empty. A row of a ruled
    /// table is one row, see [`Block::text`].
    #[must_use]
    pub fn text(&self) -> String {
        let blocks: Vec<String> = self.blocks.iter().map(Block::text).filter(|block| !block.is_empty()).collect();
        if blocks.is_empty() { String::new() } else { blocks.join("\n\n") + "\n" }
    }
}

impl Block {
    /// Plain text: one row per line. In a ruled table, one row per table row: cells are separated by tabs, one for every
    /// column passed, and the lines of a cell are joined by spaces.
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
    // A stored reading may hold any number; more tabs than a sheet has room for columns are useless.
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
    fn table_rows_become_tab_separated_lines() {
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
    fn readings_without_cell_and_handwritten_fields_deserialize() {
        let old =
            r#"{"bounds":{"x0":1,"y0":2,"x1":3,"y1":4},"words":[{"text":"12","bounds":{"x0":1,"y0":2,"x1":3,"y1":4},"confidence":50}]}"#;
        let line: Line = serde_json::from_str(old).unwrap();
        assert_eq!((line.cell, line.words.first().map(|word| word.handwritten)), (None, Some(false)));
        assert_eq!(serde_json::to_string(&line).unwrap(), old);
    }
}
