//! Training examples of the stamp detector: tiles of a page image, and the expected output for each cell of a tile.

use image::{Rgb, RgbImage, imageops};
use sohoa_engine::engine::StampMap;
use sohoa_synthetic::stamps::training_page::DrawnWord;

/// Side of a tile, px at a resolution of 75 dots per inch.
pub(super) const TILE_SIDE: u32 = 160;

/// Number of cells in a row of a tile; each is [`StampMap::CELL`] px wide.
pub(super) const TILE_CELLS: usize = (TILE_SIDE / StampMap::CELL) as usize;

/// Expected output of the detector for a tile: [`StampMap::PLANES`] values for each cell, in row-major order. The first three
/// are the labels of `MẬT`, `TỐI` and `TUYỆT` (1: present, 0: absent, 2: left out of the loss); the other five are
/// the position of the word, as in [`StampMap::values`].
pub type TileLabels = Vec<f32>;

/// Label of a cell that is left out of the loss, because it is at the edge of a word, or because the word is invisible or
/// clipped by the edge of the tile.
const IGNORED: f32 = 2.0;

/// Cuts the tile with this upper left corner (px). The area outside the image is filled with the colour of paper.
pub(super) fn cut_tile(picture: &RgbImage, (left, top): (i64, i64)) -> RgbImage {
    let mut tile = RgbImage::from_pixel(TILE_SIDE, TILE_SIDE, Rgb([240; 3]));
    imageops::replace(&mut tile, picture, -left, -top);
    tile
}

/// Labels of a tile. `words` holds each word, in px of the tile, and whether it is visible.
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

/// Updates the values of one cell for one word.
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

/// Whether a word is on the tile, except for at most a fifth of each half of its length and height.
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
