//! How good a page's picture is: contrast, sharpness, grain, print that shines through, print that is cut off.
//!
//! All is measured at reading resolution on rows, columns and cells of the page, which costs a few milliseconds.

use crate::model::reading::{Quality, Scan, Sides};
use image::GrayImage;

/// Darker than this on an evened page is ink.
const INK: u8 = 150;

/// Every how many rows and columns edges are looked at.
const EVERY: usize = 8;

/// A page's picture as delivered and as prepared, both at reading resolution.
#[derive(Debug, Clone, Copy)]
pub struct View<'a> {
    /// Grey, as delivered.
    pub delivered: &'a GrayImage,
    /// What shows no red ink, as delivered: the red channel of a colour scan.
    pub delivered_black: &'a GrayImage,
    /// Grey, upright, straight, its paper evened out.
    pub even: &'a GrayImage,
    /// What shows no red ink, upright, straight, its paper evened out.
    pub even_black: &'a GrayImage,
    /// Clockwise turn from the delivered picture to the upright one, degrees.
    pub turn: u16,
    /// Resolution of the picture before it was scaled, dots per inch.
    pub dpi: u32,
    /// Px of these pictures for one px of the picture before it was scaled.
    pub factor: f32,
}

/// What the picture of a page tells. Confidence, skew and expected error are set by who reads.
#[must_use]
pub fn measure(view: &View<'_>) -> Quality {
    let tones = Tones::of(view.delivered, 1);
    let edges = edges(view.delivered, tones);
    let ink = view.even.iter().filter(|level| **level < INK).count() as u64;
    let cut = cut_sides(view.delivered_black, view.dpi as f32 * view.factor / 25.4);
    Quality {
        ink_permille: permille(ink, view.even.len() as u64),
        contrast: tones.contrast(),
        sharpness: edges.sharpness(),
        confidence: 0,
        scan: Some(Scan {
            dpi: view.dpi,
            noise: edges.noise(),
            bleed_permille: bleed(view.even_black),
            cut: turned(cut, view.turn),
            ..Scan::default()
        }),
    }
}

fn permille(part: u64, all: u64) -> u32 {
    u32::try_from(part * 1000 / all.max(1)).unwrap_or(1000)
}

/// Grey levels of paper and of full ink.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Tones {
    paper: u8,
    dark: u8,
}

impl Tones {
    /// From every `step`th row.
    fn of(page: &GrayImage, step: usize) -> Self {
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
        Self { paper: level_at(600), dark: level_at(5) }
    }

    fn contrast(self) -> u8 {
        self.paper.saturating_sub(self.dark)
    }

    /// Darker than this is print rather than paper.
    fn print(self) -> u8 {
        self.paper.saturating_sub((f32::from(self.contrast()) * 0.45) as u8)
    }
}

/// What rows and columns of a page tell about its edges and its paper.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
struct Edges {
    /// Edges between paper and ink along rows, and their widths together, px.
    along_rows: (u32, f32),
    /// The same along columns.
    along_columns: (u32, f32),
    /// Pairs of neighbouring px of paper, and their differences together, grey levels.
    paper: (u64, u64),
}

fn edges(page: &GrayImage, tones: Tones) -> Edges {
    let mut found = Edges::default();
    let (width, height) = page.dimensions();
    let pixels = page.as_raw().as_slice();
    for row in pixels.chunks_exact(width.max(1) as usize).step_by(EVERY) {
        widths(row, tones, &mut found.along_rows);
        grain(row, tones.print(), &mut found.paper);
    }
    let mut column = Vec::with_capacity(height as usize);
    for x in (0..width as usize).step_by(EVERY) {
        column.clear();
        column.extend(pixels.iter().skip(x).step_by(width as usize));
        widths(&column, tones, &mut found.along_columns);
    }
    found
}

impl Edges {
    /// 100 where every edge goes from paper to ink within one px; 50 where it takes one px more, 33 two, 25 three.
    /// Of rows and columns the softer counts: a sheet that moved is blurred in one direction alone. 100 for a page
    /// with hardly an edge: nothing on it is blurred.
    fn sharpness(&self) -> u8 {
        const ENOUGH: u32 = 60;
        let mean = |(count, sum): (u32, f32)| if count < ENOUGH { 0.0 } else { sum / count as f32 };
        (100.0 / (1.0 + mean(self.along_rows).max(mean(self.along_columns)))).round() as u8
    }

    /// Standard deviation of the paper's grain.
    fn noise(&self) -> u8 {
        let (pairs, sum) = self.paper;
        // The mean difference of two draws of one normal distribution is 1.128 deviations.
        (sum as f32 / pairs.max(1) as f32 / 1.128).round().min(255.0) as u8
    }
}

/// Adds the edges on a line of px: every way from a light to a dark turning point or back that takes at least a
/// third of the page's contrast. Its width is that of its middle three fifths.
fn widths(line: &[u8], tones: Tones, found: &mut (u32, f32)) {
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
                found.0 += 1;
                found.1 += width_of(edge);
            }
            from = furthest;
            furthest = place;
        }
    }
}

/// Width of the middle three fifths of one edge, px: between the last px before them and the first behind.
fn width_of(edge: &[u8]) -> f32 {
    let (Some(first), Some(last)) = (edge.first(), edge.last()) else { return 0.0 };
    let (low, high) = (f32::from(*first.min(last)), f32::from(*first.max(last)));
    let within = low + 0.2 * (high - low)..low + 0.8 * (high - low);
    edge.iter().filter(|level| within.contains(&f32::from(**level))).count() as f32
}

/// Adds the differences of neighbouring px of paper.
fn grain(row: &[u8], print: u8, found: &mut (u64, u64)) {
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

/// Sides of the delivered picture, clockwise from the left one, at which print runs out of it.
///
/// Print that is cut off leaves many short marks on the picture's edge, each of which goes on inwards. A dark
/// rim leaves long ones, specks leave none that goes on, a seal over the edge of two sheets leaves all of
/// its marks near each other.
fn cut_sides(page: &GrayImage, px_per_mm: f32) -> [bool; 4] {
    /// A mark on the edge is at most this long, mm.
    const LONGEST: f32 = 5.0;
    /// A mark goes on inwards for this far, mm.
    const DEEP: f32 = 1.0;
    /// Marks less far apart than this belong to one line or word, mm.
    const APART: f32 = 1.5;
    /// Fewest lines or words that are cut.
    const FEWEST: usize = 4;
    /// They lie over more of the edge than a seal (at most 42 mm) does.
    const SPREAD: f32 = 45.0;
    let tones = Tones::of(page, EVERY);
    if tones.contrast() < 40 || px_per_mm <= 0.0 {
        return [false; 4];
    }
    let print = tones.print();
    let depth = ((DEEP * px_per_mm) as usize).max(2);
    [0, 1, 2, 3].map(|side| {
        let rows = rim(page, side, depth);
        let is_ink = |row: &[u8], place: usize| row.get(place).is_some_and(|level| *level < print);
        let [outer, next, ..] = rows.as_slice() else { return false };
        let marks = runs(outer.len(), |place| is_ink(outer, place) || is_ink(next, place));
        let goes_on = |(from, to): (usize, usize)| {
            let reach = (0.5 * px_per_mm) as usize;
            let around = from.saturating_sub(reach)..to + reach;
            let inked = rows.iter().filter(|row| around.clone().any(|place| is_ink(row, place))).count();
            ((to - from) as f32) < LONGEST * px_per_mm && inked * 5 >= rows.len() * 4
        };
        let marks: Vec<(usize, usize)> = marks.into_iter().filter(|mark| goes_on(*mark)).collect();
        let (Some((first, _)), Some((_, last))) = (marks.first(), marks.last()) else { return false };
        let apart = |pair: &&[(usize, usize)]| matches!(pair, [(_, end), (start, _)] if (start - end) as f32 > APART * px_per_mm);
        let groups = 1 + marks.windows(2).filter(apart).count();
        groups >= FEWEST && (last - first) as f32 > SPREAD * px_per_mm
    })
}

/// The outermost `depth` lines of px of a side (0 left, 1 top, 2 right, 3 bottom), from the edge inwards.
fn rim(page: &GrayImage, side: u8, depth: usize) -> Vec<Vec<u8>> {
    let width = page.width() as usize;
    let rows = || page.as_raw().chunks_exact(width.max(1));
    match side {
        1 => rows().take(depth).map(<[u8]>::to_vec).collect(),
        3 => rows().rev().take(depth).map(<[u8]>::to_vec).collect(),
        _ => (0..depth.min(width))
            .map(|inwards| {
                let x = if side == 0 { inwards } else { width - 1 - inwards };
                rows().filter_map(|row| row.get(x).copied()).collect()
            })
            .collect(),
    }
}

/// Stretches of places for which `holds`.
fn runs(length: usize, holds: impl Fn(usize) -> bool) -> Vec<(usize, usize)> {
    let mut found: Vec<(usize, usize)> = Vec::new();
    for place in (0..length).filter(|place| holds(*place)) {
        match found.last_mut() {
            Some((_, end)) if *end == place => *end += 1,
            _ => found.push((place, place + 1)),
        }
    }
    found
}

/// The sides of the delivered picture as sides of the upright one.
fn turned([left, top, right, bottom]: [bool; 4], degrees: u16) -> Sides {
    Sides::from(match degrees {
        90 => [bottom, left, top, right],
        180 => [right, bottom, left, top],
        270 => [top, right, bottom, left],
        _ => [left, top, right, bottom],
    })
}

/// Share of the paper away from the page's own print on which paler print is seen, per mille.
///
/// The page is looked at in cells of 4 × 4 px, whose mean hardly knows grain. A cell in which, or next to which,
/// one px is half as dark as full ink belongs to the page's own print, however worn that is: where all print is
/// faded, full ink is pale too. Of 8 × 6 parts of the page those four that have most are left out: a pale stamp or
/// signature is in few parts, what shines through in many.
fn bleed(even: &GrayImage) -> u32 {
    /// Paler print takes at least this share of full ink, and of the grey levels that paper has.
    const PALEST: f32 = 0.10;
    const CELL: usize = 4;
    let tones = Tones::of(even, EVERY);
    let (across, down) = (even.width() as usize / CELL, even.height() as usize / CELL);
    if across < 40 || down < 40 || tones.contrast() < 20 {
        return 0;
    }
    let contrast = f32::from(tones.contrast());
    let strong = tones.paper.saturating_sub((contrast * 0.5) as u8);
    let pale = (f32::from(tones.paper) - contrast * PALEST) * (CELL * CELL) as f32;
    // For each cell: 0 paper, 1 paler print, 2 own print.
    let mut cells = Vec::with_capacity(across * down);
    for band in even.as_raw().chunks_exact(even.width() as usize * CELL).take(down) {
        let (mut sums, mut darkest) = (vec![0_u16; across], vec![u8::MAX; across]);
        for row in band.chunks_exact(even.width() as usize) {
            for ((cell, sum), least) in row.chunks_exact(CELL).zip(&mut sums).zip(&mut darkest) {
                for level in cell {
                    *sum += u16::from(*level);
                    *least = (*least).min(*level);
                }
            }
        }
        let kinds = sums.iter().zip(&darkest).map(|(sum, least)| match *least < strong {
            true => 2_u8,
            false => u8::from(f32::from(*sum) < pale),
        });
        cells.extend(kinds);
    }
    shown_through(&widened(&widened(&cells, across), across), across)
}

/// Own print with the cells around it.
fn widened(cells: &[u8], across: usize) -> Vec<u8> {
    let own = |cell: &u8| *cell == 2;
    let beside: Vec<bool> = cells
        .chunks_exact(across)
        .flat_map(|row| {
            let left = std::iter::once(false).chain(row.iter().map(own));
            let right = row.iter().skip(1).map(own).chain(std::iter::once(false));
            row.iter().zip(left.zip(right)).map(|(cell, (left, right))| own(cell) || left || right)
        })
        .collect();
    let over = std::iter::repeat_n(false, across).chain(beside.iter().copied());
    let under = beside.iter().skip(across).copied().chain(std::iter::repeat_n(false, across));
    cells
        .iter()
        .zip(&beside)
        .zip(over.zip(under))
        .map(|((cell, own), (over, under))| if *own || over || under { 2 } else { *cell })
        .collect()
}

/// Paler print per mille of the cells without own print, less margins and the four fullest parts of the page.
fn shown_through(cells: &[u8], across: usize) -> u32 {
    const PARTS: (usize, usize) = (6, 8);
    let down = cells.len() / across;
    let (side, upper) = (across / 25, down / 25);
    let mut parts = vec![(0_u64, 0_u64); PARTS.0 * PARTS.1];
    for (y, row) in cells.chunks_exact(across).enumerate().skip(upper).take(down - 2 * upper) {
        for (x, cell) in row.iter().enumerate().skip(side).take(across - 2 * side) {
            let part = x * PARTS.0 / across + y * PARTS.1 / down * PARTS.0;
            if let Some((pale, all)) = parts.get_mut(part)
                && *cell != 2
            {
                *pale += u64::from(*cell);
                *all += 1;
            }
        }
    }
    parts.sort_by_key(|(pale, _)| *pale);
    let kept = parts.get(..parts.len() - 4).unwrap_or_default();
    let (pale, all) = kept.iter().fold((0, 0), |sum, part| (sum.0 + part.0, sum.1 + part.1));
    permille(pale, all)
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::Luma;
    use imageproc::filter::gaussian_blur_f32;

    /// A4 at 100 dpi.
    const SIZE: (u32, u32) = (827, 1169);
    const PX_PER_MM: f32 = 100.0 / 25.4;

    /// Every `apart`th line of letters between margins of `margin` px, `ink` on white.
    fn page(margin: u32, apart: u32, ink: u8) -> GrayImage {
        let (width, height) = SIZE;
        GrayImage::from_fn(width, height, |x, y| {
            let within = (margin..width - margin).contains(&x) && (margin..height - margin).contains(&y);
            let (column, row) = (x % 12, y % (24 * apart));
            // Uprights and a bar, with a gap between words.
            let letter = row < 12 && x % 60 < 48 && (column < 3 || (column < 9 && (5..8).contains(&row)));
            Luma([if within && letter { ink } else { 250 }])
        })
    }

    /// The picture with grain of about `deviation` grey levels.
    fn grainy(picture: &GrayImage, deviation: f32) -> GrayImage {
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

    fn edges_of(page: &GrayImage) -> Edges {
        edges(page, Tones::of(page, 1))
    }

    #[test]
    fn sharpness_falls_with_blur_alone() {
        let sharp = |deviation: f32| edges_of(&gaussian_blur_f32(&page(80, 1, 20), deviation)).sharpness();
        let falling = [sharp(0.3), sharp(0.7), sharp(1.1), sharp(1.5)];
        assert!(falling.windows(2).all(|pair| pair[0] > pair[1] + 3), "{falling:?}");
        let plain = i32::from(sharp(0.8));
        let of = |page: GrayImage| i32::from(edges_of(&page).sharpness());
        let others = [
            ("few lines", of(gaussian_blur_f32(&page(80, 6, 20), 0.8))),
            ("pale", of(gaussian_blur_f32(&page(80, 1, 150), 0.8))),
            ("grainy", of(grainy(&gaussian_blur_f32(&page(80, 1, 20), 0.8), 6.0))),
        ];
        for (what, other) in others {
            assert!((plain - other).abs() <= 6, "{what}: {other} instead of {plain}");
        }
        assert_eq!(of(GrayImage::from_pixel(SIZE.0, SIZE.1, Luma([250]))), 100);
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

    #[test]
    fn print_that_runs_out_is_told_by_its_side() {
        let whole = page(80, 1, 20);
        let sides = |page: &GrayImage| cut_sides(page, PX_PER_MM);
        assert_eq!(sides(&whole), [false; 4]);
        let (width, height) = SIZE;
        let part = |x, y, width, height| image::imageops::crop_imm(&whole, x, y, width, height).to_image();
        assert_eq!(sides(&part(121, 0, width - 121, height)), [true, false, false, false]);
        assert_eq!(sides(&part(0, 200, width, height - 200)), [false, true, false, false]);
        assert_eq!(sides(&part(0, 0, 661, height)), [false, false, true, false]);
        assert_eq!(sides(&part(0, 0, width, 1018)), [false, false, false, true]);
        assert_eq!(turned([true, false, false, false], 90).clockwise(), [false, true, false, false]);
        assert_eq!(turned([false, true, false, false], 180).clockwise(), [false, false, false, true]);
        assert_eq!(turned([true, false, false, false], 270).clockwise(), [false, false, false, true]);
    }

    #[test]
    fn rims_specks_and_seals_on_the_edge_cut_nothing_off() {
        let (width, height) = SIZE;
        let with = |dark: &dyn Fn(u32, u32) -> bool| {
            let mut page = page(80, 1, 20);
            for (x, y, pixel) in page.enumerate_pixels_mut() {
                if dark(x, y) {
                    *pixel = Luma([10]);
                }
            }
            cut_sides(&page, PX_PER_MM)
        };
        assert_eq!(with(&|x, y| x < 9 + y % 3 || y > height - 6), [false; 4], "a rim");
        assert_eq!(with(&|x, y| x < 2 && y % 40 < 3), [false; 4], "specks");
        let ring = |x: u32, y: u32| {
            let (across, down) = (x as f32 - width as f32, y as f32 - 500.0);
            (8.0..70.0).contains(&across.hypot(down)) && (across.hypot(down) as u32).is_multiple_of(9)
        };
        assert_eq!(with(&ring), [false; 4], "a seal over two sheets");
    }

    #[test]
    fn the_back_shines_through_and_fading_does_not() {
        let back = gaussian_blur_f32(&image::imageops::flip_horizontal(&page(90, 1, 20)), 1.5);
        let through = |front: &GrayImage, share: f32| {
            let mut mixed = front.clone();
            for (level, back) in mixed.iter_mut().zip(back.iter()) {
                *level = (f32::from(*level) * (1.0 - share * (1.0 - f32::from(*back) / 255.0))) as u8;
            }
            bleed(&mixed)
        };
        let front = page(80, 2, 20);
        let weak = through(&front, 0.25);
        assert!(weak > 60 && through(&front, 0.4) > weak, "{weak}");
        assert_eq!(bleed(&front), 0);
        assert!(bleed(&page(80, 2, 170)) < 5, "pale print is taken for that of the back");
        assert!(bleed(&grainy(&front, 10.0)) < 5, "grain is taken for print");
        let stamped = GrayImage::from_fn(SIZE.0, SIZE.1, |x, y| {
            let stamp = (x as f32 - 500.0).hypot(y as f32 - 800.0) < 60.0;
            Luma([front.get_pixel(x, y).0[0].min(if stamp { 200 } else { 255 })])
        });
        assert_eq!(bleed(&stamped), 0, "a pale stamp is taken for print of the back");
    }
}
