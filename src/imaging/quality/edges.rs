//! Sharpness of edges and grain of the paper.

use crate::quality::tones::{SAMPLE_STEP, Tones};
use image::GrayImage;

/// Edge widths and paper grain, sampled on rows and columns.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct EdgeStatistics {
    /// Edges between paper and ink along rows.
    along_rows: EdgeWidths,
    /// Edges between paper and ink along columns.
    along_columns: EdgeWidths,
    /// Number of pairs of neighbouring paper pixels, and the sum of their differences, grey levels.
    paper_grain: (u64, u64),
}

/// Edges in one direction. Slopes wider than any edge of print are shadows; they count only where they outnumber the edges.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
struct EdgeWidths {
    edges: u32,
    /// Sum of the widths of the edges, px.
    total_width: f32,
    wide_slopes: u32,
}

impl EdgeWidths {
    /// Largest width of an edge of print, px: 1.5 mm at 200 dpi.
    const MAX_WIDTH: f32 = 12.0;

    fn add(&mut self, width: f32) {
        if width > Self::MAX_WIDTH {
            self.wide_slopes += 1;
        } else {
            self.edges += 1;
            self.total_width += width;
        }
    }

    /// Mean width, px; 0 with fewer than `MIN_EDGES` edges.
    fn mean(self) -> f32 {
        const MIN_EDGES: u32 = 60;
        match self.edges {
            edges if edges.max(self.wide_slopes) < MIN_EDGES => 0.0,
            edges if edges < self.wide_slopes => Self::MAX_WIDTH,
            edges => self.total_width / edges as f32,
        }
    }
}

/// Measures every [`SAMPLE_STEP`]th row and column.
pub(crate) fn measure_edges(page: &GrayImage, tones: Tones) -> EdgeStatistics {
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
    /// Sharpness, 0 to 100: 100 where every edge goes from paper to ink within one px, 50 with one px in between, 33 with two,
    /// 25 with three. The softer of rows and columns counts, because a sheet that moved is blurred in one direction only. A page
    /// with hardly any edges has 100.
    pub(crate) fn sharpness(&self) -> u8 {
        (100.0 / (1.0 + self.along_rows.mean().max(self.along_columns.mean()))).round() as u8
    }

    /// Standard deviation of the paper's grain, grey levels.
    pub(crate) fn noise(&self) -> u8 {
        let (pairs, sum) = self.paper_grain;
        // The mean difference of two samples of a normal distribution is 1.128 standard deviations.
        (sum as f32 / pairs.max(1) as f32 / 1.128).round().min(255.0) as u8
    }
}

/// Adds the edges on a row or column: every slope between a light and a dark turning point that spans at least a third of the
/// page's contrast. Its width is that of its middle three fifths.
fn add_edge_widths(line: &[u8], tones: Tones, found: &mut EdgeWidths) {
    let contrast = i32::from(tones.contrast());
    let (min_height, min_reversal) = (contrast / 3, (contrast / 8).max(6));
    if contrast < 12 {
        return;
    }
    // The last turning point, and the pixel that differs most from it so far.
    let (mut from, mut furthest) = (0, 0);
    let level = |place: usize| line.get(place).map_or(0, |level| i32::from(*level));
    for place in 1..line.len() {
        let (start, peak, now) = (level(from), level(furthest), level(place));
        let rises = peak >= start;
        if from == furthest || (rises && now >= peak) || (!rises && now <= peak) {
            furthest = place;
        } else if (now - peak).abs() > min_reversal {
            if (peak - start).abs() >= min_height
                && let Some(edge) = line.get(from..=furthest)
            {
                found.add(edge_width(edge));
            }
            from = furthest;
            furthest = place;
        }
    }
}

/// Width of the middle three fifths of an edge: number of px with a level between 20 % and 80 % of its range.
fn edge_width(edge: &[u8]) -> f32 {
    let (Some(first), Some(last)) = (edge.first(), edge.last()) else { return 0.0 };
    let (low, high) = (f32::from(*first.min(last)), f32::from(*first.max(last)));
    let within = low + 0.2 * (high - low)..low + 0.8 * (high - low);
    edge.iter().filter(|level| within.contains(&f32::from(**level))).count() as f32
}

/// Adds the differences of neighbouring paper pixels.
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::quality::test_pages::{SIZE, grainy, page};
    use image::Luma;
    use imageproc::filter::gaussian_blur_f32;

    fn edges_of(page: &GrayImage) -> EdgeStatistics {
        measure_edges(page, Tones::of(page, 1))
    }

    #[test]
    fn sharpness_depends_only_on_blur() {
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
    fn shadow_does_not_reduce_sharpness() {
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
    fn motion_blur_reduces_sharpness() {
        let still = page(80, 1, 20);
        let moved = GrayImage::from_fn(SIZE.0, SIZE.1, |x, y| {
            let levels = (0..6).filter_map(|by| still.get_pixel_checked(x, y + by)).map(|pixel| u32::from(pixel.0[0]));
            Luma([u8::try_from(levels.sum::<u32>() / 6).unwrap_or(255)])
        });
        assert!(edges_of(&moved).sharpness() + 30 < edges_of(&still).sharpness());
    }

    #[test]
    fn noise_estimate_matches_added_grain() {
        for deviation in [2.0, 5.0, 12.0_f32] {
            let noise = f32::from(edges_of(&grainy(&page(80, 1, 20), deviation)).noise());
            assert!((noise - deviation).abs() <= 0.2 * deviation + 1.0, "{noise} instead of {deviation}");
        }
    }
}
