//! Print that is cut off at an edge of the image.

use crate::quality::tones::{SAMPLE_STEP, Tones};
use image::GrayImage;
use sohoa_base::model::page::reading::Sides;

/// Sides of the delivered image at which print is cut off: left, top, right, bottom.
///
/// Clipped print leaves many short marks on the edge of the image that continue inwards. A dark rim leaves long marks, specks
/// leave marks that do not continue, and a seal across two sheets leaves all of its marks close together.
pub(crate) fn clipped_sides(page: &GrayImage, px_per_mm: f32) -> [bool; 4] {
    /// Largest length of a mark on the edge, mm.
    const MAX_LENGTH: f32 = 5.0;
    /// Depth to which a mark must continue inwards, mm.
    const DEPTH: f32 = 1.0;
    /// Distance above which two marks belong to different lines or words, mm.
    const MIN_GAP: f32 = 1.5;
    /// Least number of clipped lines or words.
    const MIN_GROUPS: usize = 4;
    /// Least length of edge over which they extend, mm: more than a seal, which has at most 42 mm.
    const MIN_EXTENT: f32 = 45.0;
    let tones = Tones::of(page, SAMPLE_STEP);
    if tones.contrast() < 40 || px_per_mm <= 0.0 {
        return [false; 4];
    }
    let print = tones.print_threshold();
    let depth = ((DEPTH * px_per_mm) as usize).max(2);
    [0, 1, 2, 3].map(|side| {
        let rows = edge_rows(page, side, depth);
        let is_ink = |row: &[u8], place: usize| row.get(place).is_some_and(|level| *level < print);
        let [outer, next, ..] = rows.as_slice() else { return false };
        let marks = find_runs(outer.len(), |place| is_ink(outer, place) || is_ink(next, place));
        let continues = |(from, to): (usize, usize)| {
            let reach = (0.5 * px_per_mm) as usize;
            let around = from.saturating_sub(reach)..to + reach;
            let inked = rows.iter().filter(|row| around.clone().any(|place| is_ink(row, place))).count();
            ((to - from) as f32) < MAX_LENGTH * px_per_mm && inked * 5 >= rows.len() * 4
        };
        let marks: Vec<(usize, usize)> = marks.into_iter().filter(|mark| continues(*mark)).collect();
        let (Some((first, _)), Some((_, last))) = (marks.first(), marks.last()) else { return false };
        let apart = |pair: &&[(usize, usize)]| matches!(pair, [(_, end), (start, _)] if (start - end) as f32 > MIN_GAP * px_per_mm);
        let groups = 1 + marks.windows(2).filter(apart).count();
        groups >= MIN_GROUPS && (last - first) as f32 > MIN_EXTENT * px_per_mm
    })
}

/// The outermost `depth` rows or columns of pixels of a side (0 left, 1 top, 2 right, 3 bottom), from the edge inwards.
fn edge_rows(page: &GrayImage, side: u8, depth: usize) -> Vec<Vec<u8>> {
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

/// Runs of consecutive indices for which `holds`, as start and exclusive end.
fn find_runs(length: usize, holds: impl Fn(usize) -> bool) -> Vec<(usize, usize)> {
    let mut found: Vec<(usize, usize)> = Vec::new();
    for place in (0..length).filter(|place| holds(*place)) {
        match found.last_mut() {
            Some((_, end)) if *end == place => *end += 1,
            _ => found.push((place, place + 1)),
        }
    }
    found
}

/// Converts sides of the delivered image to sides of the upright one.
pub(crate) fn rotate_sides([left, top, right, bottom]: [bool; 4], degrees: u16) -> Sides {
    Sides::from(match degrees {
        90 => [bottom, left, top, right],
        180 => [right, bottom, left, top],
        270 => [top, right, bottom, left],
        _ => [left, top, right, bottom],
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::quality::test_pages::{SIZE, page};
    use image::Luma;

    const PX_PER_MM: f32 = 200.0 / 25.4;

    #[test]
    fn clipped_print_is_reported_per_side() {
        let whole = page(80, 1, 20);
        let sides = |page: &GrayImage| clipped_sides(page, PX_PER_MM);
        assert_eq!(sides(&whole), [false; 4]);
        let (width, height) = SIZE;
        let part = |x, y, width, height| image::imageops::crop_imm(&whole, x, y, width, height).to_image();
        assert_eq!(sides(&part(121, 0, width - 121, height)), [true, false, false, false]);
        assert_eq!(sides(&part(0, 200, width, height - 200)), [false, true, false, false]);
        assert_eq!(sides(&part(0, 0, 654, height)), [false, false, true, false]);
        assert_eq!(sides(&part(0, 0, width, 1018)), [false, false, false, true]);
        assert_eq!(rotate_sides([true, false, false, false], 90).clockwise(), [false, true, false, false]);
        assert_eq!(rotate_sides([false, true, false, false], 180).clockwise(), [false, false, false, true]);
        assert_eq!(rotate_sides([true, false, false, false], 270).clockwise(), [false, false, false, true]);
    }

    #[test]
    fn rims_specks_and_seals_are_not_clipped_print() {
        let (width, height) = SIZE;
        let with = |dark: &dyn Fn(u32, u32) -> bool| {
            let mut page = page(80, 1, 20);
            for (x, y, pixel) in page.enumerate_pixels_mut() {
                if dark(x, y) {
                    *pixel = Luma([10]);
                }
            }
            clipped_sides(&page, PX_PER_MM)
        };
        assert_eq!(with(&|x, y| x < 9 + y % 3 || y > height - 6), [false; 4], "a rim");
        assert_eq!(with(&|x, y| x < 2 && y % 40 < 3), [false; 4], "specks");
        let ring = |x: u32, y: u32| {
            let (across, down) = (x as f32 - width as f32, y as f32 - 500.0);
            (8.0..160.0).contains(&across.hypot(down)) && (across.hypot(down) as u32).is_multiple_of(16)
        };
        assert_eq!(with(&ring), [false; 4], "a seal over two sheets");
    }
}
