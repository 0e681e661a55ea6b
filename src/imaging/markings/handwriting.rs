//! Detection of handwriting within a printed line, by the size and stroke width of its letters.

use crate::layout::connected_components::{find_components, ink_mask};
use crate::layout::lines::Area;
use image::GrayImage;

/// An ink component of a line: a letter or a part of one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct InkPatch {
    /// Bounding box, px of the page.
    pub area: Area,
    /// Mean horizontal width of its strokes, px.
    pub stroke_width: f32,
}

/// Letters of `line` on a page with normalized background, left to right; without diacritics and dots.
#[must_use]
pub fn ink_patches(page: &GrayImage, line: &Area) -> Vec<InkPatch> {
    const INK_THRESHOLD: u8 = 150;
    /// Margin above and below the line, in heights of the line: handwriting extends beyond it.
    const PADDING: f32 = 0.35;
    let high = line.height();
    let (left, top) = (line.x0.max(0.0) as u32, (line.y0 - PADDING * high).max(0.0) as u32);
    let right = (line.x1.ceil().max(0.0) as u32).min(page.width());
    let bottom = ((line.y1 + PADDING * high).ceil().max(0.0) as u32).min(page.height());
    if right <= left || bottom <= top {
        return Vec::new();
    }
    let cut = image::imageops::crop_imm(page, left, top, right - left, bottom - top).to_image();
    let (found, labels) = find_components(&ink_mask(&cut, INK_THRESHOLD));
    let mut patches = Vec::new();
    for (number, patch) in (1_u32..).zip(&found) {
        let (across, down) = (patch.width() as f32, patch.height() as f32);
        let middle = top as f32 + f32::midpoint(patch.y as f32, patch.bottom as f32);
        if down < 0.25 * high || across > 2.5 * high || !(line.y0..line.y1).contains(&middle) {
            continue;
        }
        let (mut runs, mut inked) = (0_u32, 0_u32);
        for y in patch.y..patch.bottom {
            let mut before = false;
            for x in patch.x..patch.right {
                let own = labels.get_pixel(x, y).0[0] == number;
                inked += u32::from(own);
                runs += u32::from(own && !before);
                before = own;
            }
        }
        let area = Area {
            x0: (left + patch.x) as f32,
            y0: (top + patch.y) as f32,
            x1: (left + patch.right) as f32,
            y1: (top + patch.bottom) as f32,
        };
        patches.push(InkPatch { area, stroke_width: inked as f32 / runs.max(1) as f32 });
    }
    patches.sort_by(|one, other| one.area.x0.total_cmp(&other.area.x0));
    patches
}

/// Components whose centre is between two x coordinates of the page, px.
#[must_use]
pub fn patches_between(patches: &[InkPatch], from: f32, to: f32) -> Vec<InkPatch> {
    let within = |patch: &&InkPatch| (from..to).contains(&f32::midpoint(patch.area.x0, patch.area.x1));
    patches.iter().filter(within).copied().collect()
}

/// Whether digits differ from the printed letters of the same line as handwriting does: taller, of uneven height, or with
/// bolder strokes.
#[must_use]
pub fn is_handwritten(figures: &[InkPatch], print: &[InkPatch]) -> bool {
    /// Height of the tallest digit, in heights of printed capitals.
    const MIN_HEIGHT_RATIO: f32 = 1.12;
    /// Difference of height between digits, in heights of printed capitals.
    const MIN_UNEVENNESS: f32 = 0.2;
    /// Stroke width, in stroke widths of print.
    const MIN_STROKE_RATIO: f32 = 1.25;
    let heights = |patches: &[InkPatch]| sorted(patches.iter().map(|patch| patch.area.height()));
    let (own, printed) = (heights(figures), heights(print));
    let (Some(lowest), Some(tallest)) = (own.first(), own.last()) else { return false };
    // Printed capitals and digits have one height; lower components are lower-case letters and dashes.
    let Some(cap_height) = printed.get(printed.len() * 6 / 10) else { return false };
    let strokes = |patches: &[InkPatch]| sorted(patches.iter().map(|patch| patch.stroke_width));
    let median = |sorted: Vec<f32>| sorted.get(sorted.len() / 2).copied().unwrap_or(0.0);
    // The lower median: among few digits the base of a 2 is a long run with any pen.
    let lower_median = |sorted: Vec<f32>| sorted.get(sorted.len().saturating_sub(1) / 2).copied().unwrap_or(0.0);
    *tallest > MIN_HEIGHT_RATIO * cap_height
        || tallest - lowest > MIN_UNEVENNESS * cap_height
        || lower_median(strokes(figures)) > MIN_STROKE_RATIO * median(strokes(print))
}

fn sorted(values: impl Iterator<Item = f32>) -> Vec<f32> {
    let mut values: Vec<f32> = values.collect();
    values.sort_by(f32::total_cmp);
    values
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::Luma;

    /// A printed line of upright strokes 24 px high, then figures of the given heights and pen.
    fn line(figures: &[u32], pen: u32) -> (Vec<InkPatch>, Vec<InkPatch>) {
        let mut page = GrayImage::from_pixel(600, 100, Luma([248]));
        let mut stroke = |x: u32, high: u32, wide: u32| {
            (64 - high..64).for_each(|y| (x..x + wide).for_each(|x| page.put_pixel(x, y, Luma([20]))));
        };
        (0..10).for_each(|place| stroke(20 + place * 20, 24, 4));
        for (place, high) in (0..).zip(figures) {
            stroke(400 + place * 20, *high, pen);
        }
        let found = ink_patches(&page, &Area { x0: 10.0, y0: 30.0, x1: 590.0, y1: 70.0 });
        (patches_between(&found, 390.0, 590.0), patches_between(&found, 0.0, 390.0))
    }

    #[test]
    fn handwriting_differs_in_size_evenness_or_stroke() {
        for (figures, pen, by_hand) in
            [([24, 24], 4, false), ([25, 24], 4, false), ([30, 29], 4, true), ([24, 17], 4, true), ([24, 24], 7, true)]
        {
            let (own, print) = line(&figures, pen);
            assert_eq!((own.len(), print.len()), (2, 10));
            assert_eq!(is_handwritten(&own, &print), by_hand, "{figures:?} {pen}");
        }
    }

    #[test]
    fn empty_input_is_not_handwritten() {
        assert!(!is_handwritten(&[], &[]));
        assert!(ink_patches(&GrayImage::new(0, 0), &Area { x0: 0.0, y0: 0.0, x1: 5.0, y1: 5.0 }).is_empty());
    }
}
