//! Words on the map of the stamp detector, and the secrecy level that they give.

use sohoa_base::model::page::reading::SecrecyLevel;
use sohoa_engine::engine::StampMap;
use sohoa_imaging::stamps::search_area::StampWord;
use std::ops::RangeInclusive;

/// Planes of the map: `MẬT`, and the words before it, `TỐI` and `TUYỆT`.
const CONFIDENTIAL: usize = 0;
const SECRET: usize = 1;
const TOP_SECRET: usize = 2;

/// Detector probability below which a cell is ignored, 0 to 1.
pub(crate) const MIN_WORD_PROBABILITY: f32 = 0.12;

/// Weight with which the log-odds of a word closely before `MẬT` are added to its own, for the part above
/// [`MIN_PREFIX_LOG_ODDS`].
const PREFIX_WEIGHT: f32 = 0.75;
const MIN_PREFIX_LOG_ODDS: f32 = 1.0;

/// Distance from the centre of `MẬT` back to the centre of a word closely before it, and largest distance across the line;
/// cap heights.
const SECRET_OFFSET: RangeInclusive<f32> = 2.4..=5.5;
const TOP_SECRET_OFFSET: RangeInclusive<f32> = 3.0..=7.0;
const MAX_PREFIX_ACROSS: f32 = 1.0;

/// Probability from which a word before `MẬT` raises the level, 0 to 1.
const MIN_PREFIX_PROBABILITY: f32 = 0.3;

/// Distance below which two detections are the same word, cap heights.
pub(crate) const MIN_WORD_DISTANCE: f32 = 1.6;

/// Largest distance from the centre of `MẬT` back to the centre of the word before it, cap heights.
const MAX_PREFIX_DISTANCE: f32 = 9.0;

/// Natural logarithm of the odds of a probability.
pub(crate) fn logit(probability: f32) -> f32 {
    (probability / (1.0 - probability)).ln()
}

/// Amount that a word closely before a candidate adds to its log-odds: the detector seldom sees `TỐI` or `TUYỆT` at exactly
/// that place without a stamp.
pub(crate) fn prefix_word_bonus(map: &StampMap, word: &StampWord) -> f32 {
    let is_beside = |cell: usize, before: &RangeInclusive<f32>| {
        let (along, across) = offset_in_cap_heights(map, word, cell);
        before.contains(&-along) && across.abs() < MAX_PREFIX_ACROSS
    };
    let cells = 0..map.columns * map.rows;
    let highest = |plane: usize, before: RangeInclusive<f32>| {
        cells.clone().filter(|cell| is_beside(*cell, &before)).map(|cell| log_odds_at(map, plane, cell)).fold(f32::NEG_INFINITY, f32::max)
    };
    let before = highest(SECRET, SECRET_OFFSET).max(highest(TOP_SECRET, TOP_SECRET_OFFSET));
    PREFIX_WEIGHT * (before - MIN_PREFIX_LOG_ODDS).max(0.0)
}

/// Offset of a cell from the centre of a word, along the word and down across it, cap heights.
fn offset_in_cap_heights(map: &StampMap, word: &StampWord, cell: usize) -> (f32, f32) {
    let ((sine, cosine), (x, y)) = (word.direction, map.cell_center(cell));
    let (dx, dy) = ((x - word.center.0) / word.cap_height, (y - word.center.1) / word.cap_height);
    (dx * cosine + dy * sine, dy * cosine - dx * sine)
}

/// Secrecy level by the word before `MẬT`.
pub(crate) fn secrecy_level(map: &StampMap, word: &StampWord) -> SecrecyLevel {
    let is_before = |cell: &usize| {
        let (along, across) = offset_in_cap_heights(map, word, *cell);
        // Beside it, or on the line above it.
        (-MAX_PREFIX_DISTANCE..1.0).contains(&along) && (-3.0..1.5).contains(&across)
    };
    let before = |plane: usize| {
        (0..map.columns * map.rows).filter(is_before).map(|cell| log_odds_at(map, plane, cell)).fold(f32::NEG_INFINITY, f32::max)
    };
    let (secret, top_secret) = (before(SECRET), before(TOP_SECRET));
    if secret.max(top_secret) < logit(MIN_PREFIX_PROBABILITY) {
        SecrecyLevel::Confidential
    } else if top_secret > secret {
        SecrecyLevel::TopSecret
    } else {
        SecrecyLevel::Secret
    }
}

/// Detections of `MẬT` with a probability of at least 0.12, the most probable first; of neighbouring cells that detect the
/// same word, only the most probable (non-maximum suppression).
#[must_use]
pub fn words_on_map(map: &StampMap) -> Vec<StampWord> {
    let mut detections: Vec<StampWord> = (0..map.columns * map.rows).filter_map(|cell| word_at(map, cell)).collect();
    detections.sort_by(|one, other| other.log_odds.total_cmp(&one.log_odds));
    let mut words: Vec<StampWord> = Vec::new();
    for word in detections {
        if !words.iter().any(|other| distance(word.center, other.center) < MIN_WORD_DISTANCE * other.cap_height.max(word.cap_height)) {
            words.push(word);
        }
    }
    words
}

/// `MẬT` as detected at a cell; `None` below [`MIN_WORD_PROBABILITY`].
fn word_at(map: &StampMap, cell: usize) -> Option<StampWord> {
    let log_odds = log_odds_at(map, CONFIDENTIAL, cell);
    if log_odds < logit(MIN_WORD_PROBABILITY) {
        return None;
    }
    let (x, y) = map.cell_center(cell);
    let (sine, cosine) = (map.value(3, cell)?, map.value(4, cell)?);
    let length = sine.hypot(cosine).max(1e-6);
    Some(StampWord {
        center: (x + 16.0 * map.value(6, cell)?, y + 16.0 * map.value(7, cell)?),
        direction: (sine / length, cosine / length),
        cap_height: 12.0 * map.value(5, cell)?.clamp(-1.5, 1.5).exp(),
        log_odds,
    })
}

/// Log-odds of a word at a cell.
fn log_odds_at(map: &StampMap, plane: usize, cell: usize) -> f32 {
    map.value(plane, cell).unwrap_or(f32::NEG_INFINITY)
}

/// Distance of two points.
pub(crate) fn distance(one: (f32, f32), other: (f32, f32)) -> f32 {
    (one.0 - other.0).hypot(one.1 - other.1)
}

#[cfg(test)]
#[allow(clippy::indexing_slicing)]
pub(crate) mod tests {
    use super::*;

    /// Map of 20 × 10 cells with words of cap height 12 px at `places`: plane, column, row and log-odds.
    pub(crate) fn map(places: &[(usize, usize, usize, f32)]) -> StampMap {
        let (columns, rows) = (20, 10);
        let mut values = vec![0.0; columns * rows * StampMap::PLANES];
        values[..3 * columns * rows].fill(-8.0);
        values[4 * columns * rows..5 * columns * rows].fill(1.0);
        for (plane, column, row, odds) in places {
            values[(plane * rows + row) * columns + column] = *odds;
        }
        StampMap { columns, rows, values }
    }

    #[test]
    fn neighbouring_cells_merge_at_highest_log_odds() {
        let found = words_on_map(&map(&[(0, 4, 5, 2.0), (0, 5, 5, 5.0), (0, 6, 5, 1.0), (0, 15, 2, 3.0), (0, 10, 8, -3.0)]));
        assert_eq!(found.iter().map(|word| word.center).collect::<Vec<_>>(), [(44.0, 44.0), (124.0, 20.0)]);
        assert!((found[0].cap_height - 12.0).abs() < 0.01 && found[0].log_odds > 4.9);
    }

    #[test]
    fn truncated_stamp_map_has_no_words() {
        let mut short = map(&[(0, 4, 5, 2.0)]);
        short.values.truncate(1000);
        assert!(words_on_map(&short).is_empty());
    }
}
