//! What stamps of secrecy are looked for on besides a page as it is: one ink of it without the others.

use crate::imaging::stamps::{Upper, halved};
use image::{RgbImage, imageops};
use std::collections::HashMap;

/// A px is of coloured ink where its lightest colour is lighter than its darkest by more levels than this.
const COLOURED: u8 = 60;

/// A px is of blue or violet ink where blue is lighter than the darkest other colour by more levels than this.
const BLUE: u8 = 25;

/// Of an ink that colours less of a picture than one px in so many there is no stamp.
const LEAST: usize = 4000;

/// Ink is looked for in squares of so many px, of which at least so many are of it: specks are none. Of the edges of print
/// more remains.
const SQUARE: u32 = 8;
const INKED: u32 = 4;
const INKED_PALE: u32 = 10;

/// How far around an ink a stamp that it touches may reach, px of the searched picture (27 mm).
const AROUND_INK: u32 = 80;

/// What paper is bluer than its other colours, levels, and what one level more of blue darkens in the ink alone.
const BLUE_PAPER: u8 = 10;
const BLUE_TO_INK: u8 = 3;

/// Darkest level of an ink alone.
const DARKEST: u8 = 20;

/// Print is what is darker than so much of the way from the darkest ink to paper.
const PRINT: f32 = 0.3;

/// Of a thousand px so many are darker than the darkest ink, and so many than paper.
const INK_PERMILLE: usize = 10;
const PAPER_PERMILLE: usize = 700;

/// What is taken away is as light as what lies around it, within so many px to each side at 150 dots per inch, of which at
/// least so many must be left.
const CLOSES: usize = 4;
const CLOSES_FROM: u32 = 2;

/// So many levels darker than paper is paper still, and one level more darkens in what is left by so much.
const PAPER_NOISE: f32 = 8.0;
const PALE_TO_INK: f32 = 1.6;

/// Ink is what is darker than this where print is taken away.
const PALE: u8 = 180;

/// What makes red ink, lighter than paper by little where only red light is seen, as light as paper.
const RED_TO_PAPER: f32 = 1.18;

impl Upper {
    /// Where ink has a colour, the same as seen through red glass: red seals are gone, and what lies under them in any other
    /// ink is whole and black. `None` where no ink has a colour.
    #[must_use]
    pub fn without_red(&self) -> Option<Self> {
        let is_coloured = |[red, green, blue]: [u8; 3]| red.max(green).max(blue) - red.min(green).min(blue) > COLOURED;
        let part = self.around(is_coloured, INKED)?;
        Some(part.seen_as(|[red, _, _]| (f32::from(red) * RED_TO_PAPER).min(255.0) as u8))
    }

    /// Blue and violet ink alone: print, seals and paper are gone. `None` where there is none.
    #[must_use]
    pub fn blue_alone(&self) -> Option<Self> {
        let bluer = |[red, green, blue]: [u8; 3]| blue.saturating_sub(red.min(green));
        let ink = move |pixel| 255 - bluer(pixel).saturating_sub(BLUE_PAPER).saturating_mul(BLUE_TO_INK).min(255 - DARKEST);
        Some(self.around(|pixel| bluer(pixel) > BLUE, INKED)?.seen_as(ink))
    }

    /// Ink paler than print alone: print and what is written in ink as dark are taken away, and what lies under and beside them
    /// closes over the gaps and turns black. `None` where nothing is left.
    #[must_use]
    pub fn without_print(&self) -> Option<Self> {
        let grey: Vec<u8> = self.sharp.pixels().map(|pixel| luma(pixel.0)).collect();
        let (ink, paper) = (f32::from(darker(&grey, INK_PERMILLE)), f32::from(darker(&grey, PAPER_PERMILLE)));
        let print = (ink + PRINT * (paper - ink)) as u8;
        let width = self.sharp.width() as usize;
        // An edge of print is half as dark as print: it goes along.
        let is_print = sums(&grey.iter().map(|level| u32::from(*level < print)).collect::<Vec<_>>(), width, 1);
        // Levels of what is left and how many px that are, in one number.
        let left = grey.iter().zip(&is_print).map(|(level, print)| if *print > 0 { 0 } else { (u32::from(*level) << 8) + 1 });
        let around = sums(&left.collect::<Vec<_>>(), width, CLOSES);
        let mut sharp = RgbImage::new(self.sharp.width(), self.sharp.height());
        for (pixel, ((level, is_print), around)) in sharp.pixels_mut().zip(grey.iter().zip(&is_print).zip(&around)) {
            let level = match (is_print, around & 0xff) {
                (0, _) => f32::from(*level),
                (_, count) if count >= CLOSES_FROM => (around >> 8) as f32 / count as f32,
                _ => paper,
            };
            pixel.0 = [(255.0 - (paper - PAPER_NOISE - level) * PALE_TO_INK).clamp(f32::from(DARKEST), 255.0) as u8; 3];
        }
        Self { small: halved(&sharp), sharp, corner: self.corner }.around(|[level, ..]| level < PALE, INKED_PALE)
    }

    /// The part around all that is of an ink, which fills squares with `inked` px or more; `None` where there is too little of it.
    fn around(&self, is_ink: impl Fn([u8; 3]) -> bool, inked: u32) -> Option<Self> {
        let (width, height) = self.small.dimensions();
        let mut squares: HashMap<(u32, u32), u32> = HashMap::new();
        for (x, y, pixel) in self.small.enumerate_pixels() {
            if is_ink(pixel.0) {
                *squares.entry((x / SQUARE, y / SQUARE)).or_default() += 1;
            }
        }
        let all: u32 = squares.values().sum();
        if (all as usize) * LEAST < (width * height) as usize {
            return None;
        }
        // Of an ink that lies in specks alone nothing tells where to look: everywhere.
        let mut within = squares.iter().filter(|(_, count)| **count >= inked).map(|(square, _)| *square).peekable();
        if within.peek().is_none() {
            return Some(self.clone());
        }
        let (low, high) = within
            .fold(((u32::MAX, u32::MAX), (0, 0)), |(low, high), (x, y)| ((x.min(low.0), y.min(low.1)), (x.max(high.0), y.max(high.1))));
        let from = |square: u32| (square * SQUARE).saturating_sub(AROUND_INK);
        let to = |square: u32, side: u32| ((square + 1) * SQUARE + AROUND_INK).min(side);
        let (left, top, right, bottom) = (from(low.0), from(low.1), to(high.0, width), to(high.1, height));
        let cut = |picture: &RgbImage, scale: u32| {
            imageops::crop_imm(picture, left * scale, top * scale, (right - left) * scale, (bottom - top) * scale).to_image()
        };
        Some(Self { sharp: cut(&self.sharp, 2), small: cut(&self.small, 1), corner: (left, top) })
    }

    /// Every px as grey as told.
    fn seen_as(mut self, level: impl Fn([u8; 3]) -> u8) -> Self {
        self.sharp.pixels_mut().for_each(|pixel| pixel.0 = [level(pixel.0); 3]);
        self.small = halved(&self.sharp);
        self
    }
}

/// How light a colour is (ITU-R BT.601).
fn luma([red, green, blue]: [u8; 3]) -> u8 {
    ((u32::from(red) * 299 + u32::from(green) * 587 + u32::from(blue) * 114) / 1000) as u8
}

/// The level than which so many px of a thousand are darker.
fn darker(levels: &[u8], permille: usize) -> u8 {
    let mut counts = [0_usize; 256];
    levels.iter().for_each(|level| *counts.get_mut(usize::from(*level)).unwrap_or(&mut 0) += 1);
    let wanted = levels.len() * permille / 1000;
    let mut sum = 0;
    let found = counts.iter().position(|count| {
        sum += count;
        sum > wanted
    });
    found.map_or(255, |level| level as u8)
}

/// The sum of the values within `reach` px of each, in a square, on a picture of that width.
fn sums(values: &[u32], width: usize, reach: usize) -> Vec<u32> {
    let mut rows = Vec::with_capacity(values.len());
    for row in values.chunks_exact(width.max(1)) {
        let mut sum: u32 = row.iter().take(reach).sum();
        for place in 0..width {
            sum += row.get(place + reach).unwrap_or(&0);
            rows.push(sum);
            sum -= place.checked_sub(reach).and_then(|first| row.get(first)).unwrap_or(&0);
        }
    }
    let mut sums = Vec::with_capacity(rows.len());
    let mut below = rows.chunks_exact(width.max(1));
    let mut above = below.clone();
    let mut row = vec![0_u32; width];
    let add = |row: &mut [u32], more: Option<&[u32]>| row.iter_mut().zip(more.into_iter().flatten()).for_each(|(sum, value)| *sum += value);
    (0..reach).for_each(|_| add(&mut row, below.next()));
    for line in 0..above.len() {
        add(&mut row, below.next());
        sums.extend_from_slice(&row);
        if line >= reach {
            row.iter_mut().zip(above.next().into_iter().flatten()).for_each(|(sum, value)| *sum -= value);
        }
    }
    sums
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use image::Rgb;

    #[test]
    fn through_red_glass_a_red_seal_is_gone_and_blue_ink_can_be_seen_alone() {
        let drawn = |ink: Rgb<u8>| {
            let sharp = RgbImage::from_fn(400, 400, |x, y| match (x, y) {
                (100..200, 100..200) => ink,
                (150..300, 150..300) => Rgb([210, 50, 60]),
                _ => Rgb([250, 250, 250]),
            });
            Upper { small: halved(&sharp), sharp, corner: (0, 0) }
        };
        let seen = drawn(Rgb([60, 60, 160])).without_red().unwrap();
        let level = |x: u32, y: u32| seen.sharp.get_pixel(x, y).0[0];
        assert!(level(120, 120) < 80 && level(180, 180) < 80 && level(250, 250) > 240 && level(20, 20) == 255);
        assert!(seen.small.get_pixel(60, 60).0[1] < 80 && seen.small.get_pixel(125, 125).0[1] > 240);
        let grey = RgbImage::from_pixel(400, 400, Rgb([90, 90, 110]));
        assert!(Upper { small: halved(&grey), sharp: grey, corner: (0, 0) }.without_red().is_none());
        // And blue ink alone, without the seal; of black ink there is nothing.
        let alone = drawn(Rgb([112, 54, 150])).blue_alone().unwrap();
        let level = |x: u32, y: u32| alone.sharp.get_pixel(x, y).0[0];
        assert!(level(120, 120) < 40 && level(250, 250) > 220 && level(20, 20) == 255, "{} {}", level(120, 120), level(250, 250));
        assert!(drawn(Rgb([40, 40, 40])).blue_alone().is_none());
    }

    #[test]
    fn without_print_a_pale_stamp_under_it_is_whole_and_black() {
        let drawn = |stamp: u8| {
            let sharp = RgbImage::from_fn(400, 400, |x, y| match (x, y) {
                // Lines of print with grey edges, over the stamp and beside it.
                (20..380, _) if (100..300).contains(&y) && y % 20 < 3 => Rgb([30; 3]),
                (20..380, _) if (100..299).contains(&y) && matches!(y % 20, 3 | 19) => Rgb([140; 3]),
                (150..250, 150..250) => Rgb([stamp; 3]),
                _ => Rgb([245; 3]),
            });
            Upper { small: halved(&sharp), sharp, corner: (0, 0) }
        };
        let seen = drawn(160).without_print().unwrap();
        let (left, top) = (seen.corner.0 * 2, seen.corner.1 * 2);
        let level = |x: u32, y: u32| seen.sharp.get_pixel(x - left, y - top).0[0];
        // Between the lines of print, and on one.
        assert!(level(200, 190) < 140 && level(200, 201) < 140, "{} {}", level(200, 190), level(200, 201));
        assert!(level(120, 190) == 255 && level(120, 201) > 240, "{}", level(120, 201));
        // Of print alone, and of a stamp as black as it, nothing is left.
        assert!(drawn(245).without_print().is_none() && drawn(30).without_print().is_none());
    }

    #[test]
    fn sums_are_those_of_the_squares_around() {
        let values = [1, 2, 3, 4, 5, 6, 7, 8, 9];
        assert_eq!(sums(&values, 3, 1), [12, 21, 16, 27, 45, 33, 24, 39, 28]);
        assert_eq!(
            (sums(&values, 3, 5), sums(&values, 9, 1), sums(&[], 0, 2)),
            (vec![45; 9], vec![3, 6, 9, 12, 15, 18, 21, 24, 17], vec![])
        );
        assert_eq!((darker(&[5, 1, 9, 3], 500), darker(&[5, 1, 9, 3], 0), darker(&[], 10)), (5, 1, 255));
    }

    #[test]
    fn only_what_is_around_an_ink_is_looked_at_by_it() {
        let page = |inked: &[(u32, u32)]| {
            let is_inked =
                |x: u32, y: u32| inked.iter().any(|(left, top)| (*left..left + 60).contains(&x) && (*top..top + 60).contains(&y));
            let sharp = RgbImage::from_fn(1240, 876, |x, y| Rgb(if is_inked(x, y) { [210, 50, 60] } else { [250; 3] }));
            Upper { small: halved(&sharp), sharp, corner: (0, 0) }
        };
        let part = page(&[(600, 400), (700, 420)]).without_red().unwrap();
        // The ink reaches from (300, 200) to (380, 240) of the small picture.
        assert_eq!((part.corner, part.small.dimensions()), ((216, 120), (248, 200)));
        assert_eq!(part.sharp.dimensions(), (496, 400));
        // At an edge, and a speck far away that is no ink.
        let mut specked = page(&[(0, 0), (60, 0)]);
        specked.small.put_pixel(600, 400, Rgb([210, 50, 60]));
        let part = specked.without_red().unwrap();
        assert_eq!((part.corner, part.small.dimensions()), ((0, 0), (144, 112)));
    }
}
