//! Ink filters for the stamp search: one ink of the page without the others.

use crate::markings::seal::luminance;
use crate::stamps::search_area::{StampSearchArea, crop_clamped, halve, mean_of_four, to_rgb};
use image::GrayImage;
use sohoa_base::model::page::geometry::Bounds;
use std::collections::HashMap;

/// Difference between the lightest and the darkest channel above which a pixel is coloured ink, levels.
const MIN_CHROMA: u8 = 60;

/// Difference between blue and the darker other channel above which a pixel is blue or violet ink, levels.
const MIN_BLUE_EXCESS: u8 = 25;

/// Number of image pixels per ink pixel above which an ink is too rare for a stamp.
const MAX_PX_PER_INK_PX: usize = 4000;

/// Side of the squares in which ink is counted, px of the half-size image.
const SQUARE_PX: u32 = 8;

/// Least number of ink pixels in an inked square; fewer are specks.
const MIN_SQUARE_INK: u32 = 4;

/// The same for pale ink, where edges of print leave more residue.
const MIN_SQUARE_PALE_INK: u32 = 10;

/// Least number of pale pixels at 150 dots per inch in a square that may reach [`MIN_SQUARE_PALE_INK`] once the gaps of print are
/// closed.
const MIN_SQUARE_PALE_CANDIDATES: u32 = 4;

/// Margin around the ink that a stamp with this ink may cover, px of the half-size image (27 mm).
const REGION_MARGIN: u32 = 80;

/// Blue excess of paper, levels.
const PAPER_BLUE_EXCESS: u8 = 10;

/// Darkening of the filtered image per level of blue excess, levels.
const BLUE_GAIN: u8 = 3;

/// Darkest level of a filtered image.
const MIN_LEVEL: u8 = 20;

/// Print is darker than this fraction of the distance from the darkest ink to paper.
const PRINT_SHARE: f32 = 0.3;

/// Percentile of the level of the darkest ink, per mille.
const INK_PERMILLE: usize = 10;

/// Percentile of the level of paper, per mille.
const PAPER_PERMILLE: usize = 700;

/// Distance of the rows that are sampled for these levels.
const ROW_STEP: usize = 4;

/// Removed print is replaced by the mean of the pixels that remain within this distance, px at 150 dots per inch.
const CLOSING_RADIUS: usize = 4;

/// Least number of pixels that must remain for that mean; otherwise the pixel becomes paper.
const CLOSING_MIN_COUNT: u16 = 2;

/// Difference from paper that still counts as paper, levels.
const PAPER_NOISE: f32 = 8.0;

/// Contrast gain for pale ink.
const PALE_GAIN: f32 = 1.6;

/// Level below which a pixel is ink after print is removed.
const PALE_THRESHOLD: u8 = 180;

/// Gain of the red channel that makes red ink, which is a little darker than paper in it, as light as paper.
const RED_GAIN: f32 = 1.18;

impl StampSearchArea {
    /// Red channel of the part with coloured ink: red seals vanish, and any other ink under them is complete and black. `None`
    /// without coloured ink.
    #[must_use]
    pub fn red_channel_only(&self) -> Option<Self> {
        let is_coloured = |[red, green, blue]: [u8; 3]| red.max(green).max(blue) - red.min(green).min(blue) > MIN_CHROMA;
        Some(self.map_levels(self.ink_region(is_coloured)?, |[red, _, _]| (f32::from(red) * RED_GAIN).min(255.0) as u8))
    }

    /// Blue and violet ink alone, without print, seals and paper. `None` where there is none.
    #[must_use]
    pub fn blue_ink_only(&self) -> Option<Self> {
        let bluer = |[red, green, blue]: [u8; 3]| blue.saturating_sub(red.min(green));
        let ink = move |pixel| 255 - bluer(pixel).saturating_sub(PAPER_BLUE_EXCESS).saturating_mul(BLUE_GAIN).min(255 - MIN_LEVEL);
        Some(self.map_levels(self.ink_region(|pixel| bluer(pixel) > MIN_BLUE_EXCESS)?, ink))
    }

    /// Ink paler than print alone: print and equally dark ink are removed, the gaps are filled from the surrounding pixels, and
    /// the contrast is amplified. `None` where nothing is left.
    #[must_use]
    pub fn pale_ink_only(&self) -> Option<Self> {
        let grey = luminance(&self.full_size);
        let tones = InkLevels::of(&grey);
        let near = self.pale_ink_region(&grey, &tones)?;
        let alone = remove_print(&crop_doubled(&grey, near), &tones)?;
        let mut squares = InkGrid::default();
        let rows = alone.as_raw().chunks_exact((4 * near.width() as usize).max(1)).map(|rows| rows.split_at(rows.len() / 2));
        for (y, (upper, lower)) in (near.y0..).zip(rows) {
            for (x, ([one, two], [three, four])) in (near.x0..).zip(upper.as_chunks().0.iter().zip(lower.as_chunks().0)) {
                squares.add((x / SQUARE_PX, y / SQUARE_PX), u32::from(mean_of_four([*one, *two, *three, *four]) < PALE_THRESHOLD));
            }
        }
        let part = squares.inked_region(self.half_size.dimensions(), MIN_SQUARE_PALE_INK)?;
        let part = Bounds::new(part.x0.max(near.x0), part.y0.max(near.y0), part.x1.min(near.x1), part.y1.min(near.y1));
        let within = Bounds::new(part.x0 - near.x0, part.y0 - near.y0, part.x1 - near.x0, part.y1 - near.y0);
        let full_size = to_rgb(&crop_doubled(&alone, within));
        Some(Self { half_size: halve(&full_size), full_size, origin: (part.x0, part.y0) })
    }

    /// Part that may hold ink paler than print, px of the half-size image; `None` where there is none.
    fn pale_ink_region(&self, grey: &GrayImage, tones: &InkLevels) -> Option<Bounds> {
        let width = (grey.width() as usize).max(1);
        let (darkest, mut squares) = (local_minima(grey), InkGrid::default());
        let rows = grey.as_raw().chunks_exact(width).zip(darkest.chunks_exact(width));
        for (y, (levels, darkest)) in (0..).zip(rows) {
            let side = 2 * SQUARE_PX as usize;
            for (x, (levels, darkest)) in (0..).zip(levels.chunks(side).zip(darkest.chunks(side))) {
                let is_pale =
                    levels.iter().zip(darkest).map(|(level, darkest)| *level < tones.pale_threshold && *darkest >= tones.print_threshold);
                squares.add((x, y / (2 * SQUARE_PX)), is_pale.map(u32::from).sum());
            }
        }
        squares.inked_region(self.half_size.dimensions(), MIN_SQUARE_PALE_CANDIDATES)
    }

    /// Part that holds an ink, px of the half-size image; `None` where there is too little of it.
    fn ink_region(&self, is_ink: impl Fn([u8; 3]) -> bool) -> Option<Bounds> {
        let mut squares = InkGrid::default();
        self.half_size.enumerate_pixels().for_each(|(x, y, pixel)| squares.add((x / SQUARE_PX, y / SQUARE_PX), u32::from(is_ink(pixel.0))));
        squares.inked_region(self.half_size.dimensions(), MIN_SQUARE_INK)
    }

    /// A part of the area with every pixel mapped to a grey level.
    fn map_levels(&self, part: Bounds, level: impl Fn([u8; 3]) -> u8) -> Self {
        let mut full_size = crop_clamped(&self.full_size, 2 * part.x0, 2 * part.y0, 2 * part.width(), 2 * part.height());
        full_size.pixels_mut().for_each(|pixel| pixel.0 = [level(pixel.0); 3]);
        Self { half_size: halve(&full_size), full_size, origin: (part.x0, part.y0) }
    }
}

/// Crops a full-size image; `part` is in px of the half-size image.
fn crop_doubled(picture: &GrayImage, part: Bounds) -> GrayImage {
    crop_clamped(picture, 2 * part.x0, 2 * part.y0, 2 * part.width(), 2 * part.height())
}

/// Level of paper, and the levels below which a pixel is print or pale ink.
struct InkLevels {
    paper: f32,
    print_threshold: u8,
    pale_threshold: u8,
}

impl InkLevels {
    fn of(grey: &GrayImage) -> Self {
        let rows = grey.as_raw().chunks_exact((grey.width() as usize).max(1));
        let counts = histogram(rows.step_by(ROW_STEP).flatten());
        let (ink, paper) = (f32::from(percentile(&counts, INK_PERMILLE)), f32::from(percentile(&counts, PAPER_PERMILLE)));
        let pale = paper - PAPER_NOISE - f32::from(255 - PALE_THRESHOLD) / PALE_GAIN;
        Self { paper, print_threshold: (ink + PRINT_SHARE * (paper - ink)) as u8, pale_threshold: pale.ceil() as u8 }
    }

    /// Level with amplified contrast to paper.
    fn amplified(&self, level: f32) -> u8 {
        (255.0 - (self.paper - PAPER_NOISE - level) * PALE_GAIN).clamp(f32::from(MIN_LEVEL), 255.0) as u8
    }
}

/// Removes print and amplifies paler ink to the darkness of print.
fn remove_print(grey: &GrayImage, tones: &InkLevels) -> Option<GrayImage> {
    let width = grey.width() as usize;
    // The edges of print are only half as dark as print; the local minimum removes them too.
    let darkest = local_minima(grey);
    let beside_print = || grey.iter().zip(&darkest).map(|(level, darkest)| (*level, *darkest >= tones.print_threshold));
    let levels =
        box_sums(beside_print().map(|(level, is_beside)| if is_beside { u16::from(level) } else { 0 }).collect(), width, CLOSING_RADIUS);
    let counts = box_sums(beside_print().map(|(_, is_beside)| u16::from(is_beside)).collect(), width, CLOSING_RADIUS);
    let beside: [u8; 256] = std::array::from_fn(|level| tones.amplified(level as f32));
    let alone = beside_print().zip(levels.iter().zip(&counts)).map(|((level, is_beside), (levels, count))| match *count {
        _ if is_beside => beside.get(usize::from(level)).copied().unwrap_or(0),
        CLOSING_MIN_COUNT.. => tones.amplified(f32::from(*levels) / f32::from(*count)),
        _ => tones.amplified(tones.paper),
    });
    GrayImage::from_raw(grey.width(), grey.height(), alone.collect())
}

/// Darkest level among each pixel and its eight neighbours.
fn local_minima(grey: &GrayImage) -> Vec<u8> {
    let width = (grey.width() as usize).max(1);
    let mut across = grey.as_raw().clone();
    for (darkest, row) in across.chunks_exact_mut(width).zip(grey.as_raw().chunks_exact(width)) {
        min_in_place(darkest, row.get(1..).unwrap_or_default());
        min_in_place(darkest.get_mut(1..).unwrap_or_default(), row);
    }
    let mut darkest = across.clone();
    min_in_place(&mut darkest, across.get(width..).unwrap_or_default());
    min_in_place(darkest.get_mut(width..).unwrap_or_default(), &across);
    darkest
}

fn min_in_place(levels: &mut [u8], others: &[u8]) {
    levels.iter_mut().zip(others).for_each(|(level, other)| *level = (*level).min(*other));
}

/// Number of ink pixels in each square of the half-size image.
#[derive(Default)]
struct InkGrid(HashMap<(u32, u32), u32>);

impl InkGrid {
    fn add(&mut self, square: (u32, u32), inked: u32) {
        if inked > 0 {
            *self.0.entry(square).or_default() += inked;
        }
    }

    /// Part of an image of the given size around all squares with at least `inked` ink pixels; `None` where there is too little ink.
    fn inked_region(&self, (width, height): (u32, u32), inked: u32) -> Option<Bounds> {
        let all: u32 = self.0.values().sum();
        if (all as usize) * MAX_PX_PER_INK_PX < (width * height) as usize {
            return None;
        }
        // Ink in specks only does not locate a stamp: the whole image is searched.
        let mut within = self.0.iter().filter(|(_, count)| **count >= inked).map(|(square, _)| *square).peekable();
        if within.peek().is_none() {
            return Some(Bounds::new(0, 0, width, height));
        }
        let (low, high) = within
            .fold(((u32::MAX, u32::MAX), (0, 0)), |(low, high), (x, y)| ((x.min(low.0), y.min(low.1)), (x.max(high.0), y.max(high.1))));
        let from = |square: u32| (square * SQUARE_PX).saturating_sub(REGION_MARGIN);
        let to = |square: u32, side: u32| ((square + 1) * SQUARE_PX + REGION_MARGIN).min(side);
        Some(Bounds::new(from(low.0), from(low.1), to(high.0, width), to(high.1, height)))
    }
}

/// Number of pixels of each level.
fn histogram<'a>(levels: impl Iterator<Item = &'a u8>) -> [usize; 256] {
    let mut counts = [0_usize; 256];
    levels.for_each(|level| *counts.get_mut(usize::from(*level)).unwrap_or(&mut 0) += 1);
    counts
}

/// Level at a percentile given per mille.
fn percentile(counts: &[usize; 256], permille: usize) -> u8 {
    let wanted = counts.iter().sum::<usize>() * permille / 1000;
    let mut sum = 0;
    let found = counts.iter().position(|count| {
        sum += count;
        sum > wanted
    });
    found.map_or(255, |level| level as u8)
}

/// Sum of the values in the square of `reach` px around each pixel, for an image of `width` px. A square must not sum to more than
/// 65,535.
fn box_sums(values: Vec<u16>, width: usize, reach: usize) -> Vec<u16> {
    let mut rows = vec![0_u16; values.len()];
    let mut padded = vec![0_u16; width + 2 * reach];
    for (row, values) in rows.chunks_exact_mut(width.max(1)).zip(values.chunks_exact(width.max(1))) {
        padded.iter_mut().skip(reach).zip(values).for_each(|(to, value)| *to = *value);
        // Adding whole shifted rows is vectorized, and faster than a running sum.
        (0..=2 * reach).filter_map(|shift| padded.get(shift..)).for_each(|shifted| add(row, shifted));
    }
    let mut sums = values;
    let mut below = rows.chunks_exact(width.max(1));
    let mut above = below.clone();
    let mut column = vec![0_u16; width];
    below.by_ref().take(reach).for_each(|row| add(&mut column, row));
    for (line, sums) in sums.chunks_exact_mut(width.max(1)).enumerate() {
        below.next().into_iter().for_each(|row| add(&mut column, row));
        sums.copy_from_slice(&column);
        if line >= reach {
            column.iter_mut().zip(above.next().into_iter().flatten()).for_each(|(sum, value)| *sum -= value);
        }
    }
    sums
}

fn add(sums: &mut [u16], more: &[u16]) {
    sums.iter_mut().zip(more).for_each(|(sum, value)| *sum += value);
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use image::{Rgb, RgbImage};

    #[test]
    fn red_filter_hides_seal_and_blue_ink_is_isolated() {
        let drawn = |ink: Rgb<u8>| {
            let sharp = RgbImage::from_fn(400, 400, |x, y| match (x, y) {
                (100..200, 100..200) => ink,
                (150..300, 150..300) => Rgb([210, 50, 60]),
                _ => Rgb([250, 250, 250]),
            });
            StampSearchArea { half_size: halve(&sharp), full_size: sharp, origin: (0, 0) }
        };
        let seen = drawn(Rgb([60, 60, 160])).red_channel_only().unwrap();
        let level = |x: u32, y: u32| seen.full_size.get_pixel(x, y).0[0];
        assert!(level(120, 120) < 80 && level(180, 180) < 80 && level(250, 250) > 240 && level(20, 20) == 255);
        assert!(seen.half_size.get_pixel(60, 60).0[1] < 80 && seen.half_size.get_pixel(125, 125).0[1] > 240);
        let grey = RgbImage::from_pixel(400, 400, Rgb([90, 90, 110]));
        assert!(StampSearchArea { half_size: halve(&grey), full_size: grey, origin: (0, 0) }.red_channel_only().is_none());
        // And blue ink alone, without the seal; of black ink there is nothing.
        let alone = drawn(Rgb([112, 54, 150])).blue_ink_only().unwrap();
        let level = |x: u32, y: u32| alone.full_size.get_pixel(x, y).0[0];
        assert!(level(120, 120) < 40 && level(250, 250) > 220 && level(20, 20) == 255, "{} {}", level(120, 120), level(250, 250));
        assert!(drawn(Rgb([40, 40, 40])).blue_ink_only().is_none());
    }

    #[test]
    fn pale_ink_filter_removes_print_over_stamp() {
        let drawn = |stamp: u8| {
            let sharp = RgbImage::from_fn(400, 400, |x, y| match (x, y) {
                // Lines of print with grey edges, over the stamp and beside it.
                (20..380, _) if (100..300).contains(&y) && y % 20 < 3 => Rgb([30; 3]),
                (20..380, _) if (100..299).contains(&y) && matches!(y % 20, 3 | 19) => Rgb([140; 3]),
                (150..250, 150..250) => Rgb([stamp; 3]),
                _ => Rgb([245; 3]),
            });
            StampSearchArea { half_size: halve(&sharp), full_size: sharp, origin: (0, 0) }
        };
        let seen = drawn(160).pale_ink_only().unwrap();
        let (left, top) = (seen.origin.0 * 2, seen.origin.1 * 2);
        let level = |x: u32, y: u32| seen.full_size.get_pixel(x - left, y - top).0[0];
        // Between the lines of print, and on one.
        assert!(level(200, 190) < 140 && level(200, 201) < 140, "{} {}", level(200, 190), level(200, 201));
        assert!(level(120, 190) == 255 && level(120, 201) > 240, "{}", level(120, 201));
        // Of print alone, and of a stamp as black as it, nothing is left.
        assert!(drawn(245).pale_ink_only().is_none() && drawn(30).pale_ink_only().is_none());
    }

    #[test]
    fn box_sums_and_percentiles_are_exact() {
        let sums = |width: usize, reach: usize| box_sums((1..=9).collect(), width, reach);
        assert_eq!(sums(3, 1), [12, 21, 16, 27, 45, 33, 24, 39, 28]);
        assert_eq!((sums(3, 5), sums(9, 1)), (vec![45; 9], vec![3, 6, 9, 12, 15, 18, 21, 24, 17]));
        assert_eq!(super::box_sums(vec![], 0, 2), [0_u16; 0]);
        let darker = |levels: &[u8], permille: usize| percentile(&histogram(levels.iter()), permille);
        assert_eq!((darker(&[5, 1, 9, 3], 500), darker(&[5, 1, 9, 3], 0), darker(&[], 10)), (5, 1, 255));
    }

    #[test]
    fn filtered_area_is_cropped_around_ink() {
        let page = |inked: &[(u32, u32)]| {
            let is_inked =
                |x: u32, y: u32| inked.iter().any(|(left, top)| (*left..left + 60).contains(&x) && (*top..top + 60).contains(&y));
            let sharp = RgbImage::from_fn(1240, 876, |x, y| Rgb(if is_inked(x, y) { [210, 50, 60] } else { [250; 3] }));
            StampSearchArea { half_size: halve(&sharp), full_size: sharp, origin: (0, 0) }
        };
        let part = page(&[(600, 400), (700, 420)]).red_channel_only().unwrap();
        // The ink reaches from (300, 200) to (380, 240) of the half-size image.
        assert_eq!((part.origin, part.half_size.dimensions()), ((216, 120), (248, 200)));
        assert_eq!(part.full_size.dimensions(), (496, 400));
        // At an edge, and a speck far away that is no ink.
        let mut specked = page(&[(0, 0), (60, 0)]);
        specked.half_size.put_pixel(600, 400, Rgb([210, 50, 60]));
        let part = specked.red_channel_only().unwrap();
        assert_eq!((part.origin, part.half_size.dimensions()), ((0, 0), (144, 112)));
    }
}
