//! Pieces of what is searched, and what the finder should see on them.

use crate::press::Word;
use image::{RgbImage, imageops};

/// Side of a piece, px at 75 dots per inch, and its cells in a row.
pub const SIDE: u32 = 160;
const CELL: f32 = 8.0;
const CELLS: usize = 20;

/// Cell after cell, row after row: whether `MẬT`, `TỐI`, `TUYỆT` stand there (1 yes, 0 no, 2 does not count), and of the word
/// there the sine and cosine of its turn, the logarithm of its capitals' height over 12 px, and the way to its middle, 16 px.
pub type Asked = Vec<f32>;

const VALUES: usize = 8;

/// The piece with this corner; beyond the picture it is paper.
pub fn piece(picture: &RgbImage, (left, top): (i64, i64)) -> RgbImage {
    let mut piece = RgbImage::from_pixel(SIDE, SIDE, image::Rgb([240; 3]));
    imageops::replace(&mut piece, picture, -left, -top);
    piece
}

/// What should be seen on a piece where `words` stand, px of the piece; `true` where a word can be seen.
pub fn asked(words: &[(Word, bool)]) -> Asked {
    let mut asked = vec![0.0; CELLS * CELLS * VALUES];
    for (word, is_seen) in words {
        let (sine, cosine) = word.turn.sin_cos();
        let (x, y) = word.middle;
        let (half, capital) = (word.length / 2.0, word.capital);
        let reach = (half * cosine.abs() + capital * 0.5, half * sine.abs() + capital * 0.6);
        let is_within = |place: f32, reach: f32| (reach * 0.8..SIDE as f32 - reach * 0.8).contains(&place);
        let is_whole = is_within(x, reach.0) && is_within(y, reach.1);
        let middles = (0..CELLS * CELLS).map(|cell| ((cell % CELLS) as f32 * CELL + CELL / 2.0, (cell / CELLS) as f32 * CELL + CELL / 2.0));
        let apart = |(to_x, to_y): (f32, f32)| {
            let (dx, dy) = (to_x - x, to_y - y);
            ((dx * cosine + dy * sine).abs(), (dy * cosine - dx * sine).abs())
        };
        let is_core = |(along, across): (f32, f32)| along <= (half * 0.4).max(4.2) && across <= (capital * 0.4).max(4.2);
        for (cell, middle) in middles.enumerate() {
            let at = apart(middle);
            let Some(values) = asked.get_mut(cell * VALUES..(cell + 1) * VALUES) else { continue };
            if is_whole && *is_seen && is_core(at) {
                values[word.plane] = 1.0;
                let way = ((x - middle.0) / 16.0, (y - middle.1) / 16.0);
                values[3..].copy_from_slice(&[sine, cosine, (capital.max(1.0) / 12.0).ln(), way.0, way.1]);
            } else if at.0 <= half + 2.0 && at.1 <= (capital * 0.9).max(8.0) && values[word.plane] == 0.0 {
                values[word.plane] = 2.0;
            }
        }
    }
    asked
}
