//! Text of a born-digital PDF page: groups glyphs into words, lines and blocks.

use crate::pdf::read::draw_list::PlacedGlyph;
use hayro::hayro_syntax::object::{Dict, Name};
use hayro::hayro_syntax::page::Page;
use sohoa_base::model::page::geometry::Bounds;
use sohoa_base::model::page::reading::{Block, BlockKind, Line, Word};
use sohoa_base::text::nfc::nfc;
use std::collections::BTreeSet;

/// Name prefixes of fonts in legacy Vietnamese encodings (TCVN 3, VNI, VPS), whose character codes do not match the glyphs shown.
const LEGACY_FONTS: [&str; 6] = [".Vn", "VNI-", "VNI ", "VPS", "VNtime", "VnTime"];

/// Whether the page uses a font of a legacy Vietnamese encoding.
pub(crate) fn has_legacy_font(page: &Page<'_>) -> bool {
    let fonts = &page.resources().fonts;
    fonts.keys().filter_map(|key| fonts.get::<Dict<'_>>(key)).filter_map(|font| font.get::<Name<'_>>("BaseFont")).any(|name| {
        // The name of a subset has a prefix of six letters and a plus.
        let name = name.as_str().split_once('+').map_or_else(|| name.as_str().to_owned(), |(_, name)| name.to_owned());
        LEGACY_FONTS.iter().any(|legacy| name.starts_with(legacy))
    })
}

/// Extracts the words of the page with boxes in px, in drawing order (the reading order in the output of word
/// processors). `None` if there are no glyphs, or more than a fifth of them have no Unicode mapping or are not upright.
/// `scale` is px per point of the displayed page, `size` the size of the page in px.
pub(crate) fn extract_blocks(glyphs: &[PlacedGlyph], scale: f64, size: (u32, u32)) -> Option<Vec<Block>> {
    let (mut letters, mut unmapped, mut upright) = (0_usize, 0_usize, 0_usize);
    let mut seen = BTreeSet::new();
    let mut lines: Vec<LineBuilder> = Vec::new();
    for glyph in glyphs {
        let text = glyph.text.as_deref().unwrap_or("\u{FFFD}");
        if text.chars().all(char::is_whitespace) {
            if let Some(line) = lines.last_mut() {
                line.is_word_complete = true;
            }
            continue;
        }
        letters += 1;
        unmapped += usize::from(text.chars().any(is_unmapped));
        let (run, rise) = (glyph.end.x - glyph.origin.x, (glyph.end.y - glyph.origin.y).abs());
        if run < -1e-6 || rise > run.abs() * 0.1 + 0.01 {
            continue;
        }
        upright += 1;
        // Some printer drivers draw bold letters twice at the same position.
        if !seen.insert((text.to_owned(), (glyph.origin.x * 4.0).round() as i64, (glyph.origin.y * 4.0).round() as i64)) {
            continue;
        }
        match lines.last_mut().filter(|line| line.is_continued_by(glyph)) {
            Some(line) => line.push(glyph, text, scale, size),
            None => {
                let mut line = LineBuilder::new(glyph);
                line.push(glyph, text, scale, size);
                lines.push(line);
            }
        }
    }
    if letters == 0 || unmapped * 5 > letters || upright * 5 < letters * 4 {
        return None;
    }
    let mut lines: Vec<Line> = lines.into_iter().filter_map(LineBuilder::finish).collect();
    // Some programs draw lines from the bottom up, or grouped by font.
    let upward = lines.windows(2).filter(|pair| matches!(pair, [a, b] if b.bounds.y1 <= a.bounds.y0)).count();
    if upward * 3 > lines.len() {
        lines.sort_by_key(|line| (line.bounds.y0 / 8, line.bounds.x0));
    }
    Some(group_into_blocks(lines))
}

fn is_unmapped(letter: char) -> bool {
    letter == '\u{FFFD}' || letter.is_control() || ('\u{E000}'..='\u{F8FF}').contains(&letter)
}

/// Line being assembled; coordinates in points.
struct LineBuilder {
    words: Vec<Word>,
    baseline: f64,
    end: f64,
    size: f64,
    is_word_complete: bool,
}

impl LineBuilder {
    fn new(glyph: &PlacedGlyph) -> Self {
        Self { words: Vec::new(), baseline: glyph.origin.y, end: glyph.origin.x, size: glyph.size, is_word_complete: true }
    }

    /// Whether the glyph is on the same baseline (within half a font size, for subscripts) and without a column gap.
    fn is_continued_by(&self, glyph: &PlacedGlyph) -> bool {
        let size = self.size.max(glyph.size);
        let gap = glyph.origin.x - self.end;
        (glyph.origin.y - self.baseline).abs() < size * 0.5 && gap > -size * 0.6 && gap < size * 2.5
    }

    fn push(&mut self, glyph: &PlacedGlyph, text: &str, scale: f64, size: (u32, u32)) {
        let gap = glyph.origin.x - self.end;
        let starts_word = self.is_word_complete || gap > glyph.size * 0.22;
        let px = |points: f64, max: u32| (points * scale).clamp(0.0, f64::from(max)).round() as u32;
        let bounds = Bounds::new(
            px(glyph.origin.x, size.0),
            px(glyph.origin.y - glyph.size * 0.75, size.1),
            px(glyph.end.x, size.0).max(px(glyph.origin.x, size.0)),
            px(glyph.origin.y + glyph.size * 0.22, size.1),
        );
        match self.words.last_mut().filter(|_| !starts_word) {
            Some(word) => {
                word.text.push_str(text);
                word.bounds = word.bounds.union(&bounds);
            }
            None => self.words.push(Word::new(text, bounds, 100)),
        }
        self.is_word_complete = false;
        self.end = glyph.end.x.max(glyph.origin.x);
        self.size = self.size.max(glyph.size);
    }

    fn finish(self) -> Option<Line> {
        let words: Vec<Word> = self
            .words
            .into_iter()
            .map(|mut word| {
                word.text = nfc(&word.text).chars().filter(|letter| !letter.is_whitespace() && !letter.is_control()).collect();
                word
            })
            .filter(|word| !word.text.is_empty())
            .collect();
        Bounds::enclosing(words.iter().map(|word| &word.bounds)).map(|bounds| Line::new(bounds, words))
    }
}

/// Groups lines that follow each other closely, one below the other.
fn group_into_blocks(lines: Vec<Line>) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    for line in lines {
        let joins = blocks.last().and_then(|block| block.lines.last()).is_some_and(|above| {
            let height = above.bounds.height().max(line.bounds.height());
            let close = line.bounds.y0 < above.bounds.y1 + height && line.bounds.y0 + height / 2 > above.bounds.y0;
            let over = line.bounds.x0 < above.bounds.x1 && above.bounds.x0 < line.bounds.x1;
            let beside = line.bounds.y0 < above.bounds.y1.saturating_sub(height / 2);
            close && over && !beside
        });
        match blocks.last_mut().filter(|_| joins) {
            Some(block) => {
                block.bounds = block.bounds.union(&line.bounds);
                block.lines.push(line);
            }
            None => blocks.push(Block { kind: BlockKind::Text, bounds: line.bounds, lines: vec![line] }),
        }
    }
    blocks
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]
    use super::*;
    use hayro::kurbo::Point;

    fn row(text: &str, x: f64, y: f64) -> Vec<PlacedGlyph> {
        let glyph = |(at, letter): (usize, char)| PlacedGlyph {
            text: Some(letter.to_string()),
            origin: Point::new(x + at as f64 * 5.0, y),
            end: Point::new(x + at as f64 * 5.0 + 5.0, y),
            size: 10.0,
        };
        text.chars().enumerate().map(glyph).collect()
    }

    fn texts(blocks: &[Block]) -> Vec<Vec<String>> {
        blocks.iter().map(|block| block.lines.iter().map(Line::text).collect()).collect()
    }

    #[test]
    fn glyphs_are_grouped_into_words_lines_and_blocks() {
        let mut glyphs = row("SO Y TE", 50.0, 40.0);
        glyphs.extend(row("CONG HOA", 300.0, 40.0));
        glyphs.extend(row("Doc lap", 300.0, 53.0));
        let found = extract_blocks(&glyphs, 2.0, (1200, 1600)).unwrap();
        assert_eq!(texts(&found), [vec!["SO Y TE"], vec!["CONG HOA", "Doc lap"]]);
        assert_eq!(found[0].lines[0].words[0].bounds, Bounds::new(100, 65, 120, 84));
    }

    #[test]
    fn combining_marks_are_composed_and_duplicates_removed() {
        let mut glyphs = row("a\u{301}", 50.0, 40.0);
        glyphs.extend(row("a\u{301}", 50.05, 40.0));
        assert_eq!(texts(&extract_blocks(&glyphs, 1.0, (600, 800)).unwrap()), [vec!["á"]]);
    }

    #[test]
    fn unmapped_text_is_discarded() {
        let mut glyphs = row("abcd", 50.0, 40.0);
        glyphs.extend(row("\u{FFFD}\u{FFFD}", 80.0, 40.0));
        assert!(extract_blocks(&glyphs, 1.0, (600, 800)).is_none());
        assert!(extract_blocks(&[], 1.0, (600, 800)).is_none());
    }
}
