//! Invisible text layer of a PDF page, and its font.
//!
//! Every word is set in a font whose glyphs are empty and of equal width, scaled horizontally to cover the word in the
//! image, and followed by a space that covers the gap. Copying and searching therefore give the reading's words in
//! their order, and a selection covers the printed word.

use crate::pdf::write::glyphless_font;
use crate::pdf::write::object_writer::{ObjectWriter, deflate};
use pdf_writer::types::{CidFontType, FontFlags, SystemInfo, TextRenderingMode, UnicodeCmap};
use pdf_writer::{Content, Filter, Name, Rect, Ref, Str};
use sohoa_base::error::Result;
use sohoa_base::model::page::reading::{Line, Reading, Word};
use std::collections::BTreeMap;

/// Name of the font in the resources of a page.
pub(crate) const FONT_NAME: &[u8] = b"T";
const BASE_FONT: Name<'static> = Name(b"SohoaGlyphless");
const CID_SYSTEM_INFO: SystemInfo<'static> = SystemInfo { registry: Str(b"Adobe"), ordering: Str(b"Identity"), supplement: 0 };
/// Maximum number of distinct characters in one file; codes have 16 bits.
const MAX_CODES: usize = 65_000;
/// Maximum number of characters shown by one operator; a string of PDF 1.4 has at most 65,535 bytes.
const MAX_CHARACTERS_PER_STRING: usize = 16_000;
/// Largest skew that is applied, hundredths of a degree; larger values are treated as errors.
const MAX_SKEW_CENTIDEGREES: i32 = 3_000;
/// Width of a gap, in ems, that PDF readers reliably take for a space. Readers such as poppler ignore the space
/// character and separate words at gaps from 0.15 em. Where words are closer together the font is reduced, and
/// touching words are drawn slightly apart.
const MIN_GAP_EM: f64 = 0.2;
/// Smallest font size, as a fraction of the one that fills the height of the line.
const MIN_EM_RATIO: f64 = 0.4;
const REPLACEMENT: char = '\u{fffd}';

/// Size of a page, and its scale to the px of the upright image.
#[derive(Debug)]
pub(crate) struct PageGeometry {
    /// Width, points.
    pub(crate) width_points: f64,
    /// Height, points.
    pub(crate) height_points: f64,
    /// Points per px.
    pub(crate) points_per_px: f64,
    /// Largest px coordinates, x and y.
    pub(crate) last_px: (u32, u32),
}

/// Codes of the characters used in a file, in order of first use, so that the output depends on the text alone.
#[derive(Debug)]
pub(crate) struct GlyphMap {
    codes: BTreeMap<char, u16>,
    characters: Vec<char>,
}

impl GlyphMap {
    pub(crate) fn new() -> Self {
        // Code 0 is reserved for `.notdef`, which PDF/A does not allow to be shown.
        let mut glyphs = Self { codes: BTreeMap::new(), characters: Vec::new() };
        glyphs.code(REPLACEMENT);
        glyphs
    }

    fn code(&mut self, character: char) -> u16 {
        let character = representable(character);
        if let Some(code) = self.codes.get(&character) {
            return *code;
        }
        if self.characters.len() >= MAX_CODES {
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

    /// Writes the font as object `font`, with the characters used so far.
    pub(crate) fn write_font(&self, body: &mut ObjectWriter, font: Ref) -> Result<()> {
        let [descendant, descriptor, program, map, unicode] = std::array::from_fn(|_| body.allocate());
        body.write_object(|chunk| {
            let mut dictionary = chunk.type0_font(font);
            dictionary.base_font(BASE_FONT).encoding_predefined(Name(b"Identity-H")).descendant_font(descendant).to_unicode(unicode);
        });
        body.write_object(|chunk| {
            chunk
                .cid_font(descendant)
                .subtype(CidFontType::Type2)
                .base_font(BASE_FONT)
                .system_info(CID_SYSTEM_INFO)
                .font_descriptor(descriptor)
                .default_width(f32::from(glyphless_font::ADVANCE))
                .cid_to_gid_map_stream(map);
        });
        let (ascent, descent) = (f32::from(glyphless_font::ASCENT), f32::from(glyphless_font::DESCENT));
        body.write_object(|chunk| {
            chunk
                .font_descriptor(descriptor)
                .name(BASE_FONT)
                .flags(FontFlags::FIXED_PITCH | FontFlags::SYMBOLIC)
                .bbox(Rect::new(0.0, descent, f32::from(glyphless_font::ADVANCE), ascent))
                .italic_angle(0.0)
                .ascent(ascent)
                .descent(descent)
                .cap_height(ascent)
                .stem_v(80.0)
                .font_file2(program);
        });
        let bytes = glyphless_font::font_program();
        body.write_object(|chunk| {
            chunk.stream(program, &bytes).pair(Name(b"Length1"), i32::try_from(bytes.len()).unwrap_or(0));
        });
        // Every code maps to glyph 1, which is empty.
        let glyphs: Vec<u8> = [0, 0].into_iter().chain(self.characters.iter().flat_map(|_| [0, 1])).collect();
        let glyphs = deflate(&glyphs)?;
        body.write_object(|chunk| {
            chunk.stream(map, &glyphs).filter(Filter::FlateDecode);
        });
        let mut words = UnicodeCmap::<u16>::new(Name(b"Sohoa-Unicode"), CID_SYSTEM_INFO);
        for (place, character) in self.characters.iter().enumerate() {
            words.pair((place + 1) as u16, *character);
        }
        let table = deflate(&words.finish())?;
        body.write_object(|chunk| {
            chunk.cmap(unicode, &table).filter(Filter::FlateDecode);
        });
        Ok(())
    }
}

/// `character`, or U+FFFD for one that a text layer must not contain (PDF/A-2u, 6.2.11.7.2): controls,
/// non-characters, the byte order mark.
fn representable(character: char) -> char {
    let code = character as u32;
    let is_forbidden = character.is_control() || code & 0xfffe == 0xfffe || (0xfdd0..=0xfdef).contains(&code) || code == 0xfeff;
    if is_forbidden { REPLACEMENT } else { character }
}

/// Word on its line, px. `top` and `bottom` are relative to the slope of the line, so that they are equal for the
/// words of one line on a skewed page.
struct PlacedWord<'a> {
    text: &'a str,
    left: f64,
    right: f64,
    top: f64,
    bottom: f64,
    /// Vertical offset of the slope at the centre of the word.
    baseline_drop: f64,
}

/// Places a word of a page whose lines descend by `slope` px per px. The height is corrected, because the box of a
/// slanted word is higher than the word. Boxes beyond the page (after px `last`) are moved inside, because readers
/// drop text outside the page.
fn place_word(word: &Word, slope: f64, last: (u32, u32)) -> PlacedWord<'_> {
    let edge = |from: u32, to: u32, last: u32| {
        let from = from.min(last);
        (f64::from(from), f64::from(to.min(last.saturating_add(1)).max(from.saturating_add(1))))
    };
    let (left, right) = edge(word.bounds.x0, word.bounds.x1, last.0);
    let (top, bottom) = edge(word.bounds.y0, word.bounds.y1, last.1);
    let baseline_drop = (left + right) / 2.0 * slope;
    let middle = (top + bottom) / 2.0 - baseline_drop;
    // Letters rarely reach the corners of the slanted word, so the estimate has a lower bound of 40 % of the box.
    let height = (bottom - top - (right - left) * slope.abs()).max((bottom - top) * 0.4);
    PlacedWord { text: &word.text, left, right, top: middle - height / 2.0, bottom: middle + height / 2.0, baseline_drop }
}

/// Draws the words of `reading` as invisible text. A page without words gets no text object.
pub(crate) fn draw_text(content: &mut Content, glyphs: &mut GlyphMap, reading: &Reading, geometry: &PageGeometry) {
    if !reading.words().any(|word| !word.text.is_empty()) {
        return;
    }
    let skew = reading.skew_centidegrees;
    let degrees = if skew.abs() <= MAX_SKEW_CENTIDEGREES { f64::from(skew) / 100.0 } else { 0.0 };
    let slope = degrees.to_radians().tan();
    content.begin_text().set_text_rendering_mode(TextRenderingMode::Invisible);
    for line in reading.lines() {
        draw_line(content, glyphs, line, slope, geometry);
    }
    content.end_text();
}

/// Draws one line. On a skewed page each word is horizontal and offset along the slope. Rotated text would give each
/// letter its own baseline, and readers such as poppler then break a word wherever it descends by half a point.
fn draw_line(content: &mut Content, glyphs: &mut GlyphMap, line: &Line, slope: f64, geometry: &PageGeometry) {
    let words: Vec<PlacedWord<'_>> =
        line.words.iter().filter(|word| !word.text.is_empty()).map(|word| place_word(word, slope, geometry.last_px)).collect();
    let Some((top, bottom)) = line_extent(&words) else { return };
    let height = bottom - top;
    // Font size that fills the line height, reduced where words are close together.
    let full = height * f64::from(glyphless_font::EM) / f64::from(glyphless_font::ASCENT - glyphless_font::DESCENT);
    let em = (narrowest_gap(&words) / MIN_GAP_EM).clamp(full * MIN_EM_RATIO, full);
    let size = round_coordinate((em * geometry.points_per_px).max(0.3));
    // The glyphs are centred in the line height.
    let baseline =
        (top + bottom) / 2.0 + em * f64::from(glyphless_font::ASCENT + glyphless_font::DESCENT) / 2.0 / f64::from(glyphless_font::EM);
    content.set_font(Name(FONT_NAME), size as f32);
    let advance = size * f64::from(glyphless_font::ADVANCE) / f64::from(glyphless_font::EM);
    let mut pen: Option<(f64, f64)> = None;
    for (place, word) in words.iter().enumerate() {
        let next = words.get(place + 1);
        let x = word.left * geometry.points_per_px;
        let y = round_coordinate(geometry.height_points - (baseline + word.baseline_drop) * geometry.points_per_px);
        let mut at = match pen {
            Some((at, height)) if (at - x).abs() <= 0.05 && (height - y).abs() <= 0.05 => at,
            _ => {
                let x = round_coordinate(x);
                content.set_text_matrix([1.0, 0.0, 0.0, 1.0, x as f32, y as f32]);
                x
            }
        };
        // Touching words are separated by the smallest gap that readers take for a space.
        let end = next.map_or(word.right, |next| word.right.min((next.left - em * MIN_GAP_EM).max((word.left + word.right) / 2.0)));
        at += show_text(content, glyphs, word.text, end * geometry.points_per_px - at, advance);
        if let Some(next) = next {
            at += show_text(content, glyphs, " ", next.left * geometry.points_per_px - at, advance);
        }
        pen = Some((at, y));
    }
}

/// Width of the narrowest gap between two words of a line, px; negative where words overlap.
fn narrowest_gap(words: &[PlacedWord<'_>]) -> f64 {
    words.windows(2).filter_map(|pair| Some(pair.last()?.left - pair.first()?.right)).fold(f64::INFINITY, f64::min)
}

/// Shows `text` scaled to `width` points; returns the width that results from the rounded numbers.
fn show_text(content: &mut Content, glyphs: &mut GlyphMap, text: &str, width: f64, advance: f64) -> f64 {
    let characters = text.chars().count() as f64;
    let stretch = round_coordinate((100.0 * width / (characters * advance)).clamp(1.0, 30_000.0));
    content.set_horizontal_scaling(stretch as f32);
    for part in glyphs.encode(text).chunks(MAX_CHARACTERS_PER_STRING * 2) {
        content.show(Str(part));
    }
    characters * advance * stretch / 100.0
}

/// Top and bottom of a line, px. Boxes higher than 2.5 times the median (a stroke of a seal, two lines read as one
/// word) are ignored.
fn line_extent(words: &[PlacedWord<'_>]) -> Option<(f64, f64)> {
    let mut heights: Vec<f64> = words.iter().map(|word| word.bottom - word.top).collect();
    heights.sort_by(f64::total_cmp);
    let median = *heights.get(heights.len() / 2)?;
    let counted = || words.iter().filter(|word| word.bottom - word.top <= median * 2.5);
    let top = counted().map(|word| word.top).fold(f64::INFINITY, f64::min);
    let bottom = counted().map(|word| word.bottom).fold(f64::NEG_INFINITY, f64::max);
    (top < bottom).then_some((top, bottom))
}

fn round_coordinate(value: f64) -> f64 {
    (value * 1000.0).round() / 1000.0
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use super::*;
    use sohoa_base::model::page::geometry::Bounds;

    #[test]
    fn skewed_word_height_is_recovered_from_bounds() {
        // A word of 400 by 50 px that falls by 5 degrees has a box of about 403 by 85 px.
        let word = Word::new("số", Bounds::new(1000, 1000, 1403, 1085), 90);
        let laid = place_word(&word, 5f64.to_radians().tan(), (9_999, 9_999));
        assert!((laid.bottom - laid.top - 50.0).abs() < 1.0, "height {}", laid.bottom - laid.top);
        assert_eq!((laid.top + laid.bottom) / 2.0 + laid.baseline_drop, 1042.5);
    }

    #[test]
    fn word_outside_page_is_clamped() {
        let word = Word::new("số", Bounds::new(50, 300, 5000, 310), 90);
        let laid = place_word(&word, 0.0, (999, 199));
        assert_eq!([laid.left, laid.right, laid.top, laid.bottom], [50.0, 1000.0, 199.0, 200.0]);
    }

    #[test]
    fn glyph_codes_are_stable_and_invalid_characters_replaced() {
        let mut alphabet = GlyphMap::new();
        assert_eq!(alphabet.encode("ốaố"), [0, 2, 0, 3, 0, 2]);
        assert_eq!(alphabet.encode("\u{0}\u{ffff}\u{feff}"), [0, 1, 0, 1, 0, 1]);
        assert_eq!(alphabet.encode("𠀀"), [0, 4]);
    }

    #[test]
    fn outlier_box_does_not_affect_line_extent() {
        let laid = |top: f64, bottom: f64| PlacedWord { text: "a", left: 0.0, right: 1.0, top, bottom, baseline_drop: 0.0 };
        let words = [laid(10.0, 50.0), laid(12.0, 50.0), laid(0.0, 400.0)];
        assert_eq!(line_extent(&words), Some((10.0, 50.0)));
    }
}
