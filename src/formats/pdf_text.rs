//! The invisible text layer of a PDF page, and the font it is set in.
//!
//! Every word is set in a font whose characters all have the same width and no shape, stretched so that it
//! covers the word on the picture; a space that covers the gap follows it. So copying and searching give
//! the reading's words in its order, and a marked word lies on the paper's word.

use super::pdf_font;
use super::pdf_write::{Numbers, deflate};
use crate::error::Result;
use crate::model::reading::{Line, Reading, Word};
use pdf_writer::types::{CidFontType, FontFlags, SystemInfo, TextRenderingMode, UnicodeCmap};
use pdf_writer::{Content, Filter, Name, Pdf, Rect, Ref, Str};
use std::collections::BTreeMap;

/// Name of the font in a page's resources.
pub(super) const FONT_NAME: &[u8] = b"T";
const BASE_FONT: Name<'static> = Name(b"SohoaGlyphless");
const SYSTEM: SystemInfo<'static> = SystemInfo { registry: Str(b"Adobe"), ordering: Str(b"Identity"), supplement: 0 };
/// Characters of one file: codes are 16 bits wide.
const MOST_CODES: usize = 65_000;
/// Characters shown by one operator: a string of PDF 1.4 holds 65,535 bytes at most.
const CHARACTERS_PER_STRING: usize = 16_000;
/// Skew that is believed, hundredths of a degree.
const MOST_SKEW: i32 = 3_000;
const REPLACEMENT: char = '\u{fffd}';

/// A page's size, and how large a px of the upright picture is on it.
#[derive(Debug)]
pub(super) struct Frame {
    /// Width, points.
    pub(super) width_points: f64,
    /// Height, points.
    pub(super) height_points: f64,
    /// Points per px.
    pub(super) scale: f64,
}

/// The characters used in a file, by code: order of first use, so that the file depends on its text alone.
#[derive(Debug)]
pub(super) struct Alphabet {
    codes: BTreeMap<char, u16>,
    characters: Vec<char>,
}

impl Alphabet {
    pub(super) fn new() -> Self {
        // Code 0 is kept for the missing character, which PDF/A forbids to show.
        let mut alphabet = Self { codes: BTreeMap::new(), characters: Vec::new() };
        alphabet.code(REPLACEMENT);
        alphabet
    }

    fn code(&mut self, character: char) -> u16 {
        let character = speakable(character);
        if let Some(code) = self.codes.get(&character) {
            return *code;
        }
        if self.characters.len() >= MOST_CODES {
            return 1;
        }
        self.characters.push(character);
        let code = self.characters.len() as u16;
        self.codes.insert(character, code);
        code
    }

    fn encode(&mut self, text: &str) -> Vec<u8> {
        text.chars().flat_map(|character| self.code(character).to_be_bytes()).collect()
    }

    /// Writes the font that holds the characters used.
    pub(super) fn write_font(&self, pdf: &mut Pdf, numbers: &mut Numbers, font: Ref) -> Result<()> {
        let [descendant, descriptor, program, map, unicode] = std::array::from_fn(|_| numbers.next());
        pdf.type0_font(font).base_font(BASE_FONT).encoding_predefined(Name(b"Identity-H")).descendant_font(descendant).to_unicode(unicode);
        pdf.cid_font(descendant)
            .subtype(CidFontType::Type2)
            .base_font(BASE_FONT)
            .system_info(SYSTEM)
            .font_descriptor(descriptor)
            .default_width(f32::from(pdf_font::ADVANCE))
            .cid_to_gid_map_stream(map);
        let (ascent, descent) = (f32::from(pdf_font::ASCENT), f32::from(pdf_font::DESCENT));
        pdf.font_descriptor(descriptor)
            .name(BASE_FONT)
            .flags(FontFlags::FIXED_PITCH | FontFlags::SYMBOLIC)
            .bbox(Rect::new(0.0, descent, f32::from(pdf_font::ADVANCE), ascent))
            .italic_angle(0.0)
            .ascent(ascent)
            .descent(descent)
            .cap_height(ascent)
            .stem_v(80.0)
            .font_file2(program);
        let bytes = pdf_font::glyphless();
        pdf.stream(program, &bytes).pair(Name(b"Length1"), i32::try_from(bytes.len()).unwrap_or(0));
        // Every code shows glyph 1, which is empty.
        let glyphs: Vec<u8> = [0, 0].into_iter().chain(self.characters.iter().flat_map(|_| [0, 1])).collect();
        pdf.stream(map, &deflate(&glyphs)?).filter(Filter::FlateDecode);
        let mut words = UnicodeCmap::<u16>::new(Name(b"Sohoa-Unicode"), SYSTEM);
        for (place, character) in self.characters.iter().enumerate() {
            words.pair((place + 1) as u16, *character);
        }
        let table = deflate(&words.finish())?;
        pdf.cmap(unicode, &table).filter(Filter::FlateDecode);
        Ok(())
    }
}

/// `character`, or the replacement for one that a text layer must not hold (PDF/A-2u, 6.2.11.7.2): controls,
/// non-characters, the byte order mark.
fn speakable(character: char) -> char {
    let code = character as u32;
    let silent = character.is_control() || code & 0xfffe == 0xfffe || (0xfdd0..=0xfdef).contains(&code) || code == 0xfeff;
    if silent { REPLACEMENT } else { character }
}

/// A word in the frame that is turned with the lines, px: `along` the line and `across` it, downwards.
struct Laid<'a> {
    text: &'a str,
    start: f64,
    end: f64,
    top: f64,
    bottom: f64,
}

/// Direction of the lines.
#[derive(Clone, Copy)]
struct Slope {
    cosine: f64,
    sine: f64,
}

impl Slope {
    fn new(skew_centidegrees: i32) -> Self {
        let believed = if skew_centidegrees.abs() <= MOST_SKEW { skew_centidegrees } else { 0 };
        let angle = (f64::from(believed) / 100.0).to_radians();
        Self { cosine: angle.cos(), sine: angle.sin() }
    }

    /// The upright word inside its box: a box around a slanting word is wider and higher than the word.
    fn lay<'a>(&self, word: &'a Word) -> Laid<'a> {
        let (x0, y0) = (f64::from(word.bounds.x0), f64::from(word.bounds.y0));
        let (box_width, box_height) = (f64::from(word.bounds.width().max(1)), f64::from(word.bounds.height().max(1)));
        let (x, y) = (x0 + box_width / 2.0, y0 + box_height / 2.0);
        let (cosine, sine) = (self.cosine, self.sine.abs());
        let square = cosine * cosine - sine * sine;
        // Letters rarely reach the corners of the slanting word, so the estimate is bounded from below.
        let width = ((box_width * cosine - box_height * sine) / square).max(box_width * 0.4);
        let height = ((box_height * cosine - box_width * sine) / square).max(box_height * 0.4);
        let (along, across) = (x * self.cosine + y * self.sine, y * self.cosine - x * self.sine);
        Laid {
            text: &word.text,
            start: along - width / 2.0,
            end: along + width / 2.0,
            top: across - height / 2.0,
            bottom: across + height / 2.0,
        }
    }
}

/// Draws the words of `reading`, invisibly. A page without words gets no text at all.
pub(super) fn draw(content: &mut Content, alphabet: &mut Alphabet, reading: &Reading, frame: &Frame) {
    if !reading.words().any(|word| !word.text.is_empty()) {
        return;
    }
    let slope = Slope::new(reading.skew_centidegrees);
    content.begin_text().set_text_rendering_mode(TextRenderingMode::Invisible);
    for line in reading.lines() {
        draw_line(content, alphabet, line, slope, frame);
    }
    content.end_text();
}

fn draw_line(content: &mut Content, alphabet: &mut Alphabet, line: &Line, slope: Slope, frame: &Frame) {
    let words: Vec<Laid<'_>> = line.words.iter().filter(|word| !word.text.is_empty()).map(|word| slope.lay(word)).collect();
    let Some((top, bottom)) = height_of(&words) else { return };
    let size = rounded(((bottom - top) * frame.scale).max(0.5));
    // The em square of the font covers the line from top to bottom.
    let baseline = bottom + (bottom - top) * f64::from(pdf_font::DESCENT) / f64::from(pdf_font::EM);
    content.set_font(Name(FONT_NAME), size as f32);
    let advance = size * f64::from(pdf_font::ADVANCE) / f64::from(pdf_font::EM);
    let mut pen: Option<f64> = None;
    for (place, word) in words.iter().enumerate() {
        let start = word.start * frame.scale;
        if pen.is_none_or(|pen| (pen - start).abs() > 0.05) {
            let (along, across) = (word.start, baseline);
            let x = (along * slope.cosine - across * slope.sine) * frame.scale;
            let y = frame.height_points - (along * slope.sine + across * slope.cosine) * frame.scale;
            let matrix = [slope.cosine, -slope.sine, slope.sine, slope.cosine, rounded(x), rounded(y)];
            content.set_text_matrix(matrix.map(|value| value as f32 + 0.0));
            pen = Some(start);
        }
        let mut here = pen.unwrap_or(start);
        here += show(content, alphabet, word.text, word.end * frame.scale - here, advance);
        if let Some(next) = words.get(place + 1) {
            here += show(content, alphabet, " ", next.start * frame.scale - here, advance);
        }
        pen = Some(here);
    }
}

/// Shows `text` stretched to `width` points; returns the width that was reached with the written numbers.
fn show(content: &mut Content, alphabet: &mut Alphabet, text: &str, width: f64, advance: f64) -> f64 {
    let characters = text.chars().count() as f64;
    let stretch = rounded((100.0 * width / (characters * advance)).clamp(1.0, 30_000.0));
    content.set_horizontal_scaling(stretch as f32);
    for part in alphabet.encode(text).chunks(CHARACTERS_PER_STRING * 2) {
        content.show(Str(part));
    }
    characters * advance * stretch / 100.0
}

/// Top and bottom of a line, px. A box that is far higher than the line's others (a stroke of a seal, two
/// lines read as one word) does not count.
fn height_of(words: &[Laid<'_>]) -> Option<(f64, f64)> {
    let mut heights: Vec<f64> = words.iter().map(|word| word.bottom - word.top).collect();
    heights.sort_by(f64::total_cmp);
    let usual = *heights.get(heights.len() / 2)?;
    let counted = || words.iter().filter(|word| word.bottom - word.top <= usual * 2.5);
    let top = counted().map(|word| word.top).fold(f64::INFINITY, f64::min);
    let bottom = counted().map(|word| word.bottom).fold(f64::NEG_INFINITY, f64::max);
    (top < bottom).then_some((top, bottom))
}

fn rounded(value: f64) -> f64 {
    (value * 1000.0).round() / 1000.0
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use super::*;
    use crate::model::geometry::Bounds;

    #[test]
    fn a_slanting_word_is_found_inside_its_box() {
        // A word of 400 by 50 px that falls by 5 degrees has a box of about 402.8 by 84.7 px.
        let word = Word { text: "số".into(), bounds: Bounds::new(1000, 1000, 1403, 1085), confidence: 90 };
        let laid = Slope::new(500).lay(&word);
        assert!((laid.end - laid.start - 400.0).abs() < 1.5, "width {}", laid.end - laid.start);
        assert!((laid.bottom - laid.top - 50.0).abs() < 1.5, "height {}", laid.bottom - laid.top);
    }

    #[test]
    fn characters_keep_their_code_and_odd_ones_are_replaced() {
        let mut alphabet = Alphabet::new();
        assert_eq!(alphabet.encode("ốaố"), [0, 2, 0, 3, 0, 2]);
        assert_eq!(alphabet.encode("\u{0}\u{ffff}\u{feff}"), [0, 1, 0, 1, 0, 1]);
        assert_eq!(alphabet.encode("𠀀"), [0, 4]);
    }

    #[test]
    fn one_monstrous_box_does_not_make_the_line_high() {
        let laid = |top: f64, bottom: f64| Laid { text: "a", start: 0.0, end: 1.0, top, bottom };
        let words = [laid(10.0, 50.0), laid(12.0, 50.0), laid(0.0, 400.0)];
        assert_eq!(height_of(&words), Some((10.0, 50.0)));
    }
}
