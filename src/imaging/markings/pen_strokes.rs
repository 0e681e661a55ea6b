//! Pen strokes outside printed lines: signatures (chữ ký) and notes (bút phê).

use crate::layout::connected_components::{Component, find_components, ink_mask};
use crate::layout::lines::Area;
use image::{GrayImage, ImageBuffer, Luma};

/// Factor by which the page is reduced.
const REDUCTION: u32 = 4;

/// Grey level below which a pixel of a normalized page is pen ink.
const INK_THRESHOLD: u8 = 150;

/// Boxes of pen strokes outside `printed`, top to bottom and left to right, px of the normalized `page` at `dpi`.
///
/// Strokes close to each other share a box. Rules, frames, filled areas, specks and shadows at the edges of the sheet are
/// excluded.
#[must_use]
pub(crate) fn find(page: &GrayImage, dpi: f32, printed: &[Area]) -> Vec<Area> {
    let millimetre = dpi / 25.4 / REDUCTION as f32;
    let mut mask = ink_mask(&reduce_to_darkest(page), INK_THRESHOLD);
    for area in printed {
        erase(&mut mask, area);
    }
    let (found, labels) = find_components(&mask);
    let (width, height) = mask.dimensions();
    let mut groups: Vec<Component> = Vec::new();
    for (number, part) in (1..).zip(found) {
        let is_pen = is_stroke(&part, millimetre) && !is_at_edge(&part, (width, height), millimetre) && !is_frame(&labels, number, &part);
        if is_pen {
            add_to_groups(&mut groups, part, 2.0 * millimetre);
        }
    }
    groups.retain(|group| is_handwriting(group, millimetre));
    groups.sort_by_key(|group| (group.y, group.x));
    let place = |px: u32| (px * REDUCTION) as f32;
    let area = |group: &Component| Area { x0: place(group.x), y0: place(group.y), x1: place(group.right), y1: place(group.bottom) };
    groups.iter().map(area).collect()
}

/// Reduces the page to a quarter of its size by the darkest pixel of each block, which keeps thin strokes.
fn reduce_to_darkest(page: &GrayImage) -> GrayImage {
    let (width, height) = (page.width().div_ceil(REDUCTION), page.height().div_ceil(REDUCTION));
    let mut small = GrayImage::from_pixel(width.max(1), height.max(1), Luma([255]));
    for (rows, y) in page.as_raw().chunks((page.width().max(1) * REDUCTION) as usize).zip(0..) {
        for row in rows.chunks(page.width().max(1) as usize) {
            for (levels, x) in row.chunks(REDUCTION as usize).zip(0..) {
                let level = levels.iter().copied().min().unwrap_or(255);
                let pixel = small.get_pixel_mut(x, y);
                pixel.0[0] = pixel.0[0].min(level);
            }
        }
    }
    small
}

fn erase(mask: &mut GrayImage, area: &Area) {
    let place = |edge: f32| (edge.max(0.0) / REDUCTION as f32) as u32;
    let (right, bottom) = ((place(area.x1) + 1).min(mask.width()), (place(area.y1) + 1).min(mask.height()));
    for y in place(area.y0)..bottom {
        for x in place(area.x0)..right {
            mask.put_pixel(x, y, Luma([0]));
        }
    }
}

/// Whether an ink component may be a pen stroke: not a speck, a filled area or a long rule.
fn is_stroke(part: &Component, millimetre: f32) -> bool {
    /// Least longer side, mm.
    const MIN_LENGTH: f32 = 2.5;
    /// Largest longer side, mm.
    const MAX_LENGTH: f32 = 110.0;
    /// Least shorter side, mm: less is a rule.
    const MIN_WIDTH: f32 = 1.5;
    let (across, down) = (part.width() as f32 / millimetre, part.height() as f32 / millimetre);
    let filled = part.area as f32 / (part.width() * part.height()).max(1) as f32;
    across.max(down) >= MIN_LENGTH
        && across.max(down) <= MAX_LENGTH
        && across.min(down) >= MIN_WIDTH
        && (filled < 0.75 || across.max(down) < 5.0)
}

/// Whether a component reaches the edge of the image, as shadows of the scanner do.
fn is_at_edge(part: &Component, (width, height): (u32, u32), millimetre: f32) -> bool {
    let margin = (3.0 * millimetre) as u32;
    part.x <= margin || part.y <= margin || part.right + margin >= width || part.bottom + margin >= height
}

/// Whether component `number` is the frame of a stamp: ink along most of its upper and lower edge.
fn is_frame(labels: &ImageBuffer<Luma<u32>, Vec<u32>>, number: u32, part: &Component) -> bool {
    const EDGE: u32 = 3;
    const MIN_SHARE: f32 = 0.7;
    let is_inked = |x: u32, rows: std::ops::Range<u32>| rows.into_iter().any(|y| labels.get_pixel(x, y).0[0] == number);
    let along = |rows: std::ops::Range<u32>| (part.x..part.right).filter(|x| is_inked(*x, rows.clone())).count() as f32;
    let enough = MIN_SHARE * part.width() as f32;
    part.height() > 2 * EDGE && along(part.y..part.y + EDGE) > enough && along(part.bottom - EDGE..part.bottom) > enough
}

/// Adds a component to the groups and joins all groups within `gap` px of it.
fn add_to_groups(groups: &mut Vec<Component>, part: Component, gap: f32) {
    let gap = gap as u32;
    let near = |one: &Component, other: &Component| {
        one.x <= other.right + gap && other.x <= one.right + gap && one.y <= other.bottom + gap && other.y <= one.bottom + gap
    };
    let mut whole = part;
    while let Some(place) = groups.iter().position(|group| near(group, &whole)) {
        let group = groups.swap_remove(place);
        whole = Component {
            x: whole.x.min(group.x),
            y: whole.y.min(group.y),
            right: whole.right.max(group.right),
            bottom: whole.bottom.max(group.bottom),
            area: whole.area + group.area,
        };
    }
    groups.push(whole);
}

/// Whether a group has the size and ink density of handwriting.
fn is_handwriting(group: &Component, millimetre: f32) -> bool {
    let (across, down) = (group.width() as f32 / millimetre, group.height() as f32 / millimetre);
    let filled = group.area as f32 / (group.width() * group.height()).max(1) as f32;
    across >= 9.0 && down >= 5.0 && across <= 130.0 && down <= 70.0 && (0.04..0.55).contains(&filled)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A sheet at 100 dpi: a printed line, a long rule, a filled patch, a frame, a shadow at the edge, and a pen's wave.
    fn sheet() -> GrayImage {
        let mut page = GrayImage::from_pixel(800, 1100, Luma([245]));
        let mut fill = |x: std::ops::Range<u32>, y: std::ops::Range<u32>| {
            y.for_each(|y| x.clone().for_each(|x| page.put_pixel(x, y, Luma([20]))));
        };
        (0..40).for_each(|letter| fill(100 + letter * 14..108 + letter * 14, 200..216));
        fill(60..740, 300..303);
        fill(500..600, 400..450);
        fill(0..30, 0..1100);
        // The frame of a stamp.
        fill(100..240, 500..503);
        fill(100..240, 557..560);
        fill(100..103, 500..560);
        fill(237..240, 500..560);
        for x in 400..560_u32 {
            let y = (700.0 + 25.0 * (x as f32 / 9.0).sin()) as u32;
            fill(x..x + 3, y..y + 6);
        }
        page
    }

    #[test]
    fn only_pen_strokes_are_detected() {
        let line = Area { x0: 95.0, y0: 196.0, x1: 670.0, y1: 220.0 };
        let found = find(&sheet(), 100.0, &[line]);
        assert_eq!(found.len(), 1, "{found:?}");
        let wave = found.first().copied().unwrap_or(line);
        assert!((wave.x0 - 400.0).abs() < 8.0 && (wave.x1 - 563.0).abs() < 8.0, "{wave:?}");
        assert!((wave.y0 - 675.0).abs() < 8.0 && (wave.y1 - 731.0).abs() < 8.0, "{wave:?}");
    }

    #[test]
    fn strokes_inside_read_lines_are_ignored() {
        let whole = Area { x0: 390.0, y0: 670.0, x1: 570.0, y1: 735.0 };
        let line = Area { x0: 95.0, y0: 196.0, x1: 670.0, y1: 220.0 };
        assert!(find(&sheet(), 100.0, &[whole, line]).is_empty());
        assert!(find(&GrayImage::new(0, 0), 200.0, &[]).is_empty());
    }
}
