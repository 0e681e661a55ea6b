//! How good a page's picture is: contrast, sharpness, grain, print that shines through, print that is cut off.
//!
//! All is measured at reading resolution on rows, columns and cells of the page, which costs a few milliseconds.

use crate::quality::clipped_edges::{clipped_sides, rotate_sides};
use image::GrayImage;
use sohoa_base::model::page::reading::{Quality, ScanQuality};

/// Darker than this on an evened page is ink.
const INK_THRESHOLD: u8 = 150;

/// Every how many rows and columns edges are looked at.
pub(crate) const SAMPLE_STEP: usize = 8;

/// A page's picture as delivered and as prepared, both at reading resolution.
#[derive(Debug, Clone, Copy)]
pub struct QualityInput<'a> {
    /// Grey, as delivered.
    pub delivered: &'a GrayImage,
    /// What shows no red ink, as delivered: the red channel of a colour scan.
    pub delivered_without_red: &'a GrayImage,
    /// Grey, upright, straight, its paper evened out.
    pub normalized: &'a GrayImage,
    /// Share of the paper on which print of the back was seen before it was lifted, per mille.
    pub bleed_permille: u32,
    /// Clockwise turn from the delivered picture to the upright one, degrees.
    pub turn: u16,
    /// Resolution of the picture before it was scaled, dots per inch.
    pub dpi: u32,
    /// Px of these pictures for one px of the picture before it was scaled.
    pub factor: f32,
}

/// What the picture of a page tells. Confidence, skew and expected error are set by who reads.
#[must_use]
pub fn measure(view: &QualityInput<'_>) -> Quality {
    // Counting every row would take as long as all the rest, and gives the same levels.
    let tones = Tones::of(view.delivered, 4);
    let edges = measure_edges(view.delivered, tones);
    let ink = view.normalized.iter().filter(|level| **level < INK_THRESHOLD).count() as u64;
    let cut = clipped_sides(view.delivered_without_red, view.dpi as f32 * view.factor / 25.4);
    Quality {
        ink_permille: permille(ink, view.normalized.len() as u64),
        contrast: tones.contrast(),
        sharpness: edges.sharpness(),
        confidence: 0,
        scan: Some(ScanQuality {
            dpi: view.dpi,
            noise: edges.noise(),
            bleed_permille: view.bleed_permille,
            clipped_sides: rotate_sides(cut, view.turn),
            ..ScanQuality::default()
        }),
    }
}

pub(crate) fn permille(part: u64, all: u64) -> u32 {
    u32::try_from(part * 1000 / all.max(1)).unwrap_or(1000)
}

/// Grey levels of paper and of full ink.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Tones {
    pub(crate) paper: u8,
    pub(crate) ink: u8,
}

impl Tones {
    /// From every `step`th row.
    pub(crate) fn of(page: &GrayImage, step: usize) -> Self {
        let mut levels = [0_u64; 256];
        for level in page.as_raw().chunks_exact(page.width().max(1) as usize).step_by(step).flatten() {
            if let Some(count) = levels.get_mut(usize::from(*level)) {
                *count += 1;
            }
        }
        let all: u64 = levels.iter().sum();
        let level_at = |share: u64| {
            let mut sum = 0;
            let place = levels.iter().position(|count| {
                sum += count;
                sum * 1000 >= all * share
            });
            u8::try_from(place.unwrap_or(255)).unwrap_or(255)
        };
        Self { paper: level_at(600), ink: level_at(5) }
    }

    pub(crate) fn contrast(self) -> u8 {
        self.paper.saturating_sub(self.ink)
    }

    /// Darker than this is print rather than paper.
    pub(crate) fn print_threshold(self) -> u8 {
        self.paper.saturating_sub((f32::from(self.contrast()) * 0.45) as u8)
    }
}

/// What rows and columns of a page tell about its edges and its paper.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
struct EdgeStatistics {
    /// Edges between paper and ink along rows.
    along_rows: EdgeWidths,
    /// The same along columns.
    along_columns: EdgeWidths,
    /// Pairs of neighbouring px of paper, and their differences together, grey levels.
    paper_grain: (u64, u64),
}

/// Edges in one direction. Slopes wider than any edge of print are shadows, and count only where there is little else.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
struct EdgeWidths {
    edges: u32,
    /// Of the edges together, px.
    total_width: f32,
    wide_slopes: u32,
}

impl EdgeWidths {
    /// Widest edge of print, px: 1.5 mm.
    const WIDEST: f32 = 12.0;

    fn add(&mut self, width: f32) {
        if width > Self::WIDEST {
            self.wide_slopes += 1;
        } else {
            self.edges += 1;
            self.total_width += width;
        }
    }

    /// Mean width, px; 0 where there is hardly an edge.
    fn mean(self) -> f32 {
        const ENOUGH: u32 = 60;
        match self.edges {
            edges if edges.max(self.wide_slopes) < ENOUGH => 0.0,
            edges if edges < self.wide_slopes => Self::WIDEST,
            edges => self.total_width / edges as f32,
        }
    }
}

fn measure_edges(page: &GrayImage, tones: Tones) -> EdgeStatistics {
    let mut found = EdgeStatistics::default();
    let (width, height) = page.dimensions();
    let pixels = page.as_raw().as_slice();
    for row in pixels.chunks_exact(width.max(1) as usize).step_by(SAMPLE_STEP) {
        add_edge_widths(row, tones, &mut found.along_rows);
        add_grain(row, tones.print_threshold(), &mut found.paper_grain);
    }
    let mut column = Vec::with_capacity(height as usize);
    for x in (0..width as usize).step_by(SAMPLE_STEP) {
        column.clear();
        column.extend(pixels.iter().skip(x).step_by(width as usize));
        add_edge_widths(&column, tones, &mut found.along_columns);
    }
    found
}

impl EdgeStatistics {
    /// 100 where every edge goes from paper to ink within one px; 50 where it takes one px more, 33 two, 25 three.
    /// Of rows and columns the softer counts: a sheet that moved is blurred in one direction alone. 100 for a page
    /// with hardly an edge: nothing on it is blurred.
    fn sharpness(&self) -> u8 {
        (100.0 / (1.0 + self.along_rows.mean().max(self.along_columns.mean()))).round() as u8
    }

    /// Standard deviation of the paper's grain.
    fn noise(&self) -> u8 {
        let (pairs, sum) = self.paper_grain;
        // The mean difference of two draws of one normal distribution is 1.128 deviations.
        (sum as f32 / pairs.max(1) as f32 / 1.128).round().min(255.0) as u8
    }
}

/// Adds the edges on a line of px: every way from a light to a dark turning point or back that takes at least a
/// third of the page's contrast. Its width is that of its middle three fifths.
fn add_edge_widths(line: &[u8], tones: Tones, found: &mut EdgeWidths) {
    let contrast = i32::from(tones.contrast());
    let (least, turns) = (contrast / 3, (contrast / 8).max(6));
    if contrast < 12 {
        return;
    }
    // The last turning point, and the furthest px from it so far.
    let (mut from, mut furthest) = (0, 0);
    let level = |place: usize| line.get(place).map_or(0, |level| i32::from(*level));
    for place in 1..line.len() {
        let (start, peak, now) = (level(from), level(furthest), level(place));
        let rises = peak >= start;
        if from == furthest || (rises && now >= peak) || (!rises && now <= peak) {
            furthest = place;
        } else if (now - peak).abs() > turns {
            if (peak - start).abs() >= least
                && let Some(edge) = line.get(from..=furthest)
            {
                found.add(edge_width(edge));
            }
            from = furthest;
            furthest = place;
        }
    }
}

/// Width of the middle three fifths of one edge, px: between the last px before them and the first behind.
fn edge_width(edge: &[u8]) -> f32 {
    let (Some(first), Some(last)) = (edge.first(), edge.last()) else { return 0.0 };
    let (low, high) = (f32::from(*first.min(last)), f32::from(*first.max(last)));
    let within = low + 0.2 * (high - low)..low + 0.8 * (high - low);
    edge.iter().filter(|level| within.contains(&f32::from(**level))).count() as f32
}

/// Adds the differences of neighbouring px of paper.
fn add_grain(row: &[u8], print: u8, found: &mut (u64, u64)) {
    for pair in row.windows(2) {
        if let [one, other] = pair
            && *one > print
            && *other > print
        {
            found.0 += 1;
            found.1 += u64::from(one.abs_diff(*other));
        }
    }
}

/// Pages for tests of what is measured on pictures.
#[cfg(test)]
pub(crate) mod test_pages {
    use image::{GrayImage, Luma};

    /// Size of the pages, px.
    pub(crate) const SIZE: (u32, u32) = (827, 1169);

    /// Every `apart`th line of letters between margins of `margin` px, `ink` on white.
    pub(crate) fn page(margin: u32, apart: u32, ink: u8) -> GrayImage {
        let (width, height) = SIZE;
        GrayImage::from_fn(width, height, |x, y| {
            let within = (margin..width - margin).contains(&x) && (margin..height - margin).contains(&y);
            let (column, row) = (x % 24, y % (48 * apart));
            // Uprights and bars, with a gap between words.
            let letter = row < 24 && x % 120 < 96 && (column < 6 || (column < 18 && (10..16).contains(&row)));
            Luma([if within && letter { ink } else { 250 }])
        })
    }

    /// The picture with grain of about `deviation` grey levels.
    pub(crate) fn grainy(picture: &GrayImage, deviation: f32) -> GrayImage {
        let mut state = 7_u32;
        let mut chance = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 16) as f32 / 65_536.0
        };
        let mut out = picture.clone();
        for level in out.iter_mut() {
            // The sum of twelve even chances has a deviation of 1.
            let grain = (0..12).map(|_| chance()).sum::<f32>() - 6.0;
            *level = (f32::from(*level).min(235.0) + deviation * grain).clamp(0.0, 255.0) as u8;
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::test_pages::{SIZE, grainy, page};
    use super::*;
    use image::Luma;
    use imageproc::filter::gaussian_blur_f32;

    fn edges_of(page: &GrayImage) -> EdgeStatistics {
        measure_edges(page, Tones::of(page, 1))
    }

    #[test]
    fn sharpness_falls_with_blur_alone() {
        let sharp = |deviation: f32| edges_of(&gaussian_blur_f32(&page(80, 1, 20), deviation)).sharpness();
        let falling = [sharp(0.5), sharp(1.0), sharp(2.0)];
        assert!(falling.windows(2).all(|pair| matches!(pair, [sharp, soft] if *sharp > soft + 3)), "{falling:?}");
        let plain = i32::from(sharp(1.0));
        let of = |page: GrayImage| i32::from(edges_of(&page).sharpness());
        let others = [("few lines", of(gaussian_blur_f32(&page(80, 6, 20), 1.0))), ("pale", of(gaussian_blur_f32(&page(80, 1, 150), 1.0)))];
        for (what, other) in others {
            assert!((plain - other).abs() <= 6, "{what}: {other} instead of {plain}");
        }
        assert_eq!(of(GrayImage::from_pixel(SIZE.0, SIZE.1, Luma([250]))), 100);
    }

    #[test]
    fn a_shadow_is_no_soft_edge() {
        let shadow = |picture: GrayImage| {
            let mut picture = picture;
            for (x, _, pixel) in picture.enumerate_pixels_mut() {
                pixel.0[0] = (f32::from(pixel.0[0]) * (1.0 - 0.5 * x as f32 / SIZE.0 as f32)) as u8;
            }
            edges_of(&picture).sharpness()
        };
        let soft = |by: f32| gaussian_blur_f32(&page(80, 3, 20), by);
        let (lit, shaded) = (edges_of(&soft(1.0)).sharpness(), shadow(soft(1.0)));
        assert!(lit.abs_diff(shaded) <= 8, "{lit} and in shadow {shaded}");
    }

    #[test]
    fn a_sheet_that_moved_is_blurred_in_one_direction() {
        let still = page(80, 1, 20);
        let moved = GrayImage::from_fn(SIZE.0, SIZE.1, |x, y| {
            let levels = (0..6).filter_map(|by| still.get_pixel_checked(x, y + by)).map(|pixel| u32::from(pixel.0[0]));
            Luma([u8::try_from(levels.sum::<u32>() / 6).unwrap_or(255)])
        });
        assert!(edges_of(&moved).sharpness() + 30 < edges_of(&still).sharpness());
    }

    #[test]
    fn grain_is_measured_on_the_paper() {
        for deviation in [2.0, 5.0, 12.0_f32] {
            let noise = f32::from(edges_of(&grainy(&page(80, 1, 20), deviation)).noise());
            assert!((noise - deviation).abs() <= 0.2 * deviation + 1.0, "{noise} instead of {deviation}");
        }
    }
}
