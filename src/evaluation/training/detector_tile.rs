//! Tiles of a searched picture, and what the stamp detector should say of each of their cells.

use image::{Rgb, RgbImage, imageops};
use sohoa_engine::engine::StampMap;
use sohoa_synthetic::stamps::training_page::DrawnWord;

/// Side of a tile, px at 75 dots per inch.
pub(super) const TILE_SIDE: u32 = 160;

/// Cells in a row of a tile.
pub(super) const TILE_CELLS: usize = (TILE_SIDE / StampMap::CELL) as usize;

/// What the detector should say of a tile, cell after cell, row after row, [`StampMap::PLANES`] values each: whether `MẬT`,
/// `TỐI` and `TUYỆT` stand there (1 yes, 0 no, 2 does not count), and the five values of [`StampMap::values`] that place the
/// word that stands there.
pub type TileLabels = Vec<f32>;

/// A cell's label where a word is near, or cut off by the tile's edge: it is neither right nor wrong.
const IGNORED: f32 = 2.0;

/// The tile with this upper left corner; what lies beyond the picture is paper.
pub(super) fn cut_tile(picture: &RgbImage, (left, top): (i64, i64)) -> RgbImage {
    let mut tile = RgbImage::from_pixel(TILE_SIDE, TILE_SIDE, Rgb([240; 3]));
    imageops::replace(&mut tile, picture, -left, -top);
    tile
}

/// The labels of a tile on which `words` stand, px of the tile; `true` for a word that can be seen.
pub(super) fn label_tile(words: &[(DrawnWord, bool)]) -> TileLabels {
    let mut labels = vec![0.0; TILE_CELLS * TILE_CELLS * StampMap::PLANES];
    for (word, is_visible) in words {
        let is_target = *is_visible && is_within_tile(word);
        for (cell, values) in labels.chunks_exact_mut(StampMap::PLANES).enumerate() {
            label_cell(values, cell, word, is_target);
        }
    }
    labels
}

/// Sets the values of one cell by one word.
fn label_cell(values: &mut [f32], cell: usize, word: &DrawnWord, is_target: bool) {
    let side = StampMap::CELL as f32;
    let (x, y) = (((cell % TILE_CELLS) as f32 + 0.5) * side, ((cell / TILE_CELLS) as f32 + 0.5) * side);
    let (sine, cosine) = word.rotation.sin_cos();
    let (dx, dy) = (x - word.center.0, y - word.center.1);
    let (along, across) = ((dx * cosine + dy * sine).abs(), (dy * cosine - dx * sine).abs());
    let half = word.length / 2.0;
    let (planes, place) = values.split_at_mut(3.min(values.len()));
    let Some(plane) = planes.get_mut(word.plane) else { return };
    if is_target && along <= (half * 0.4).max(4.2) && across <= (word.cap_height * 0.4).max(4.2) {
        *plane = 1.0;
        let placed = [sine, cosine, (word.cap_height.max(1.0) / 12.0).ln(), -dx / 16.0, -dy / 16.0];
        place.iter_mut().zip(placed).for_each(|(to, value)| *to = value);
    } else if along <= half + 2.0 && across <= (word.cap_height * 0.9).max(side) && *plane == 0.0 {
        *plane = IGNORED;
    }
}

/// Whether a word lies on the tile, all but a little of its ends.
fn is_within_tile(word: &DrawnWord) -> bool {
    let (sine, cosine) = word.rotation.sin_cos();
    let half = word.length / 2.0;
    let reach = (half * cosine.abs() + word.cap_height * 0.5, half * sine.abs() + word.cap_height * 0.6);
    let is_within = |place: f32, reach: f32| (reach * 0.8..TILE_SIDE as f32 - reach * 0.8).contains(&place);
    is_within(word.center.0, reach.0) && is_within(word.center.1, reach.1)
}

#[cfg(test)]
#[allow(clippy::indexing_slicing)]
mod tests {
    use super::*;

    const WORD: DrawnWord = DrawnWord { plane: 0, center: (84.0, 84.0), rotation: 0.0, length: 40.0, cap_height: 12.0 };

    fn cell(labels: &[f32], column: usize, row: usize) -> &[f32] {
        &labels[(row * TILE_CELLS + column) * StampMap::PLANES..][..StampMap::PLANES]
    }

    #[test]
    fn word_centre_is_labelled_and_edge_is_ignored() {
        let labels = label_tile(&[(WORD, true)]);
        assert_eq!(labels.len(), 20 * 20 * 8);
        assert_eq!(cell(&labels, 10, 10), [1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0]);
        assert_eq!(cell(&labels, 12, 10)[0], IGNORED);
        assert!(cell(&labels, 2, 2).iter().all(|value| *value == 0.0));
    }

    #[test]
    fn invisible_or_clipped_words_are_ignored() {
        let cut_off = DrawnWord { center: (6.0, 84.0), ..WORD };
        for labels in [label_tile(&[(WORD, false)]), label_tile(&[(cut_off, true)])] {
            assert!(labels.iter().all(|value| *value == 0.0 || *value == IGNORED));
            assert!(labels.contains(&IGNORED));
        }
    }
}
