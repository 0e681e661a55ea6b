//! Zones of a page, rebuilt from word boxes: OCR often joins the two header columns into one line.

use crate::string_similarity::{find_phrase, fold_text, normalize_lookalikes, normalized_key};
use crate::word_confidence::mean_confidence;
use sohoa_base::model::page::geometry::Bounds;
use sohoa_base::model::page::reading::{Reading, Word, WordSource};

/// A printed row of one zone.
#[derive(Debug, Clone)]
pub(crate) struct Row<'a> {
    /// Words, left to right.
    pub(crate) words: Vec<&'a Word>,
    /// Bounding box of the words.
    pub(crate) bounds: Bounds,
    /// Vertical centre, px, corrected for the page's skew.
    deskewed_middle: i64,
}

impl Row<'_> {
    /// Words joined by spaces, with look-alikes replaced.
    pub(crate) fn text(&self) -> String {
        normalize_lookalikes(&self.words.iter().map(|word| word.text.as_str()).collect::<Vec<_>>().join(" "))
    }

    /// [`Row::text`] before diacritics were restored.
    pub(crate) fn text_as_read(&self) -> String {
        let read = |word: &&Word| match (word.source, &word.alternative) {
            (WordSource::DiacriticRestoration, Some(read)) => read.text.clone(),
            _ => word.text.clone(),
        };
        normalize_lookalikes(&self.words.iter().map(read).collect::<Vec<_>>().join(" "))
    }

    /// [`Row::text`] folded.
    pub(crate) fn folded_text(&self) -> String {
        fold_text(&self.text())
    }

    /// Mean word confidence weighted by length, 0 to 100.
    pub(crate) fn confidence(&self) -> u32 {
        mean_confidence(self.words.iter().copied())
    }

    /// Horizontal centre, px.
    pub(crate) fn center(&self) -> u32 {
        u32::midpoint(self.bounds.x0, self.bounds.x1)
    }
}

/// Emblem in the header of a page, top right.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Emblem {
    /// Quốc hiệu and tiêu ngữ.
    State,
    /// `ĐẢNG CỘNG SẢN VIỆT NAM`.
    Party,
}

/// The zones of a first page.
#[derive(Debug)]
pub(crate) struct PageZones<'a> {
    /// Emblem in the header, and its similarity, 0 to 100.
    pub(crate) emblem: Option<(Emblem, u32)>,
    /// Left header column: issuer, number, V/v.
    pub(crate) left: Vec<Row<'a>>,
    /// Right header column: emblem, place and date.
    pub(crate) right: Vec<Row<'a>>,
    /// Rows under the header, whole width.
    pub(crate) body: Vec<Row<'a>>,
    /// Median height of a word, px.
    pub(crate) word_height: u32,
}

const NATIONAL_NAME: &str = "conghoaxahoichunghiavietnam";
const NATIONAL_MOTTO: &str = "doclaptudohanhphuc";
const PARTY_NAME: &str = "dangcongsanvietnam";

/// Whether a word is usable: with a letter, digit or character used in numbers, and not as tall as a stamp.
fn is_legible(word: &Word, height: u32) -> bool {
    let has_content = word.text.chars().any(|c| c.is_alphanumeric() || matches!(c, '/' | '-' | '–'));
    has_content && word.bounds.height() <= 4 * height
}

/// Median height of confident words, px; at least 1.
pub(crate) fn median_word_height(reading: &Reading) -> u32 {
    let mut heights: Vec<u32> = reading.words().filter(|word| word.confidence >= 60).map(|word| word.bounds.height()).collect();
    if heights.is_empty() {
        heights = reading.words().map(|word| word.bounds.height()).collect();
    }
    heights.sort_unstable();
    heights.get(heights.len() / 2).copied().unwrap_or(1).max(1)
}

fn deskewed_middle(bounds: &Bounds, skew_centidegrees: i32) -> i64 {
    let slope = (f64::from(skew_centidegrees) / 100.0).to_radians().tan();
    let (x, y) = (f64::from(u32::midpoint(bounds.x0, bounds.x1)), f64::from(u32::midpoint(bounds.y0, bounds.y1)));
    #[allow(clippy::cast_possible_truncation)]
    let middle = (y - x * slope).round() as i64;
    middle
}

fn row_from_words<'a>(words: Vec<&'a Word>, skew: i32) -> Option<Row<'a>> {
    let bounds = Bounds::enclosing(words.iter().map(|word| &word.bounds))?;
    // The centre of the middle word: the bounding box of a long skewed row does not give its height.
    let middle = words.get(words.len() / 2).map_or(0, |word| deskewed_middle(&word.bounds, skew));
    Some(Row { words, bounds, deskewed_middle: middle })
}

/// The engine's lines as rows of usable words, top to bottom.
fn ocr_rows(reading: &Reading, height: u32) -> Vec<Row<'_>> {
    let skew = reading.skew_centidegrees;
    let mut rows: Vec<Row<'_>> = reading
        .lines()
        .filter_map(|line| {
            let mut words: Vec<&Word> = line.words.iter().filter(|word| is_legible(word, height)).collect();
            words.sort_by_key(|word| word.bounds.x0);
            row_from_words(words, skew)
        })
        .collect();
    rows.sort_by_key(|row| (row.deskewed_middle, row.bounds.x0));
    rows
}

/// Joins rows that are side by side.
fn join_adjacent_rows<'a>(rows: Vec<Row<'a>>, height: u32, skew: i32) -> Vec<Row<'a>> {
    let mut joined: Vec<Row<'a>> = Vec::new();
    for next in rows {
        let beside = joined.last().is_some_and(|last| {
            (last.deskewed_middle - next.deskewed_middle).unsigned_abs() * 2 <= u64::from(height)
                && (next.bounds.x0 + height / 2 >= last.bounds.x1 || last.bounds.x0 + height / 2 >= next.bounds.x1)
        });
        if let (true, Some(last)) = (beside, joined.pop_if(|_| beside)) {
            let mut words = last.words;
            words.extend(next.words);
            words.sort_by_key(|word| word.bounds.x0);
            joined.extend(row_from_words(words, skew));
        } else {
            joined.push(next);
        }
    }
    joined
}

/// Abscissa at which a row is split into a left and a right part, px: at the widest gap near `gutter` if one is wider
/// than those between words, else at `gutter`; not inside a row that is on one side.
fn column_split_x(row: &Row<'_>, gutter: u32, reach: u32, height: u32) -> u32 {
    // A blank left for a handwritten number or date is as wide as the gap between the columns.
    if row.bounds.x1 <= gutter + height {
        return row.bounds.x1 + 1;
    }
    if row.bounds.x0 + height >= gutter {
        return row.bounds.x0;
    }
    let wide = row
        .words
        .windows(2)
        .filter_map(|pair| {
            let (before, after) = (pair.first()?.bounds.x1, pair.last()?.bounds.x0);
            let near = after + reach > gutter && before < gutter + height;
            near.then(|| (after.saturating_sub(before), u32::midpoint(before, after)))
        })
        .max_by_key(|(gap, _)| *gap)
        .filter(|(gap, _)| *gap > height);
    match wide {
        Some((_, middle)) => middle,
        None if row.bounds.x0 + reach > gutter => row.bounds.x0,
        None if row.bounds.x1 < gutter + reach / 2 => row.bounds.x1 + 1,
        None => gutter,
    }
}

fn split_row<'a>(row_whole: &Row<'a>, at: u32, skew: i32) -> (Option<Row<'a>>, Option<Row<'a>>) {
    let (left, right) = row_whole.words.iter().partition(|word| u32::midpoint(word.bounds.x0, word.bounds.x1) < at);
    (row_from_words(left, skew), row_from_words(right, skew))
}

struct HeaderAnchor {
    emblem: Emblem,
    similarity: u32,
    gutter: u32,
    top: i64,
    bottom: i64,
}

fn find_header_anchor(rows: &[Row<'_>], reading: &Reading, height: u32) -> Option<HeaderAnchor> {
    let mut best: Option<HeaderAnchor> = None;
    for candidate in rows.iter().filter(|row| row.deskewed_middle < i64::from(reading.height) * 45 / 100) {
        let words: Vec<String> = candidate.words.iter().map(|word| normalized_key(&word.text)).collect();
        for (phrase, emblem, drop, shift) in [
            (NATIONAL_NAME, Emblem::State, 2, 0),
            (PARTY_NAME, Emblem::Party, 1, reading.width / 20),
            (NATIONAL_MOTTO, Emblem::State, 1, reading.width / 10),
        ] {
            let Some((start, end, alike)) = find_phrase(&words, phrase, 72) else { continue };
            // A sentence that only mentions the phrase is in lower case.
            let phrase_words = candidate.words.get(start..end).unwrap_or_default();
            let written: String = phrase_words.iter().map(|word| word.text.as_str()).collect();
            if phrase != NATIONAL_MOTTO && !crate::string_similarity::is_mostly_upper(&written) {
                continue;
            }
            let Some(x0) = phrase_words.iter().map(|word| word.bounds.x0).min() else { continue };
            let found = HeaderAnchor {
                emblem,
                similarity: alike,
                gutter: x0.saturating_sub(shift + height / 2),
                top: candidate.deskewed_middle,
                bottom: candidate.deskewed_middle + i64::from(height) * drop,
            };
            if x0 * 4 > reading.width && best.as_ref().is_none_or(|known| found.similarity > known.similarity + 8) {
                best = Some(found);
            }
        }
    }
    best
}

/// Whether a folded row is a place-and-date line.
pub(crate) fn is_date_row(folded: &str) -> bool {
    let year = folded.match_indices("nam").any(|(at, _)| {
        folded.get(at + 3..).is_some_and(|rest| rest.trim_start_matches([' ', '.']).starts_with(|c: char| c.is_ascii_digit()))
    });
    year && (folded.contains("thang") || folded.contains("ngay"))
}

/// Rebuilds the zones of a page as if it were a first page; without an emblem the header columns are estimated from the
/// middle of the page.
pub(crate) fn find_zones(reading: &Reading) -> PageZones<'_> {
    let height = median_word_height(reading);
    let skew = reading.skew_centidegrees;
    let rows = ocr_rows(reading, height);
    let found = find_header_anchor(&rows, reading, height);
    let reach = reading.width * 12 / 100;
    let gutter = found.as_ref().map_or(reading.width * 44 / 100, |anchor| anchor.gutter);
    let top = found.as_ref().map_or(0, |anchor| anchor.top - i64::from(height) * 3 / 2);
    let least = found.as_ref().map_or(0, |anchor| anchor.bottom);
    let deepest = found.as_ref().map_or(i64::from(reading.height) * 3 / 10, |anchor| anchor.top + i64::from(reading.height) * 3 / 10);
    let under: Vec<Row<'_>> = rows.into_iter().filter(|row| row.deskewed_middle >= top).collect();

    // The header's right column ends with the date line.
    let date = under.iter().filter(|row| row.deskewed_middle < deepest).find_map(|row| {
        let (_, right) = split_row(row, column_split_x(row, gutter, reach, height), skew);
        right.filter(|right| is_date_row(&right.folded_text())).map(|right| right.deskewed_middle)
    });
    let header_end = date.map_or(least + i64::from(height) / 2, |date| date.max(least)) + i64::from(height) * 2 / 3;

    let (mut left, mut right, mut body) = (Vec::new(), Vec::new(), Vec::new());
    let mut in_body = false;
    for whole in under {
        let at = column_split_x(&whole, gutter, reach, height);
        if whole.deskewed_middle <= header_end {
            let (a, b) = split_row(&whole, at, skew);
            left.extend(a);
            right.extend(b);
            continue;
        }
        let only_left = whole.bounds.x1 <= gutter + height && whole.center() * 100 < reading.width * 40 && whole.deskewed_middle < deepest;
        in_body = in_body || !only_left || whole.folded_text().trim_start().starts_with("kinh g");
        if in_body { body.push(whole) } else { left.push(whole) }
    }
    PageZones {
        emblem: found.map(|anchor| (anchor.emblem, anchor.similarity)),
        left: join_adjacent_rows(left, height, skew),
        right: join_adjacent_rows(right, height, skew),
        body: join_adjacent_rows(body, height, skew),
        word_height: height,
    }
}

/// Splits all rows of a page into a left and a right column at the widest gap near the middle: the layout of a signing
/// block beside the list of recipients.
pub(crate) fn split_columns(reading: &Reading) -> (Vec<Row<'_>>, Vec<Row<'_>>) {
    let height = median_word_height(reading);
    let skew = reading.skew_centidegrees;
    let (mut left, mut right) = (Vec::new(), Vec::new());
    for whole in ocr_rows(reading, height) {
        let middle = reading.width * 47 / 100;
        let gap = whole
            .words
            .windows(2)
            .filter_map(|pair| {
                let (before, after) = (pair.first()?.bounds.x1, pair.last()?.bounds.x0);
                let near = after * 100 > reading.width * 35 && before * 100 < reading.width * 68;
                near.then(|| (after.saturating_sub(before), u32::midpoint(before, after)))
            })
            .max_by_key(|(gap, _)| *gap)
            .filter(|(gap, _)| *gap > height * 3 / 2);
        let (a, b) = match gap {
            Some((_, at)) => split_row(&whole, at, skew),
            None if whole.center() < middle || whole.bounds.x0 * 100 < reading.width * 30 => (Some(whole), None),
            None => (None, Some(whole)),
        };
        left.extend(a);
        right.extend(b);
    }
    (join_adjacent_rows(left, height, skew), join_adjacent_rows(right, height, skew))
}

/// Rows of a whole page, top to bottom.
pub(crate) fn page_rows(reading: &Reading) -> Vec<Row<'_>> {
    let height = median_word_height(reading);
    join_adjacent_rows(ocr_rows(reading, height), height, reading.skew_centidegrees)
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// Zones with one row, in the right header column.
    pub(in super::super) fn zones_of_right_row(words: &[Word]) -> PageZones<'_> {
        PageZones {
            emblem: None,
            left: Vec::new(),
            right: row_from_words(words.iter().collect(), 0).into_iter().collect(),
            body: Vec::new(),
            word_height: 10,
        }
    }

    #[test]
    fn date_rows_are_detected_by_year_and_month() {
        for text in ["ha noi, ngay 02 thang 3 nam 2020", "quang ngai, ngau/{ thang 5 nam 2021", "x, ngay2f thangoy nam 2021"] {
            assert!(is_date_row(text), "{text}");
        }
        assert!(!is_date_row("doc lap - tu do - hanh phuc"));
        assert!(!is_date_row("cong hoa xa hoi chu nghia viet nam"));
    }
}
