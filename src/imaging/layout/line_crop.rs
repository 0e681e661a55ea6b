//! Crops of single lines: padded, scaled to one height, without ink of neighbouring lines.

use crate::layout::connected_components::{find_components, ink_mask};
use crate::layout::lines::Area;
use crate::preprocess::resize::scale;
use image::{GrayImage, Luma};
use sohoa_base::error::Result;

/// Height to which the box of a line is scaled, px.
const LINE_HEIGHT: f32 = 36.0;

/// Width of the border of repeated edge pixels, px.
const BORDER_WIDTH: u32 = 8;

/// Grey level of paper.
const PAPER_LEVEL: u8 = 245;

/// Crop of one line, with its position on the page.
#[derive(Debug, Clone)]
pub struct LineCrop {
    /// Image of the line.
    pub picture: GrayImage,
    /// Left edge on the page, px.
    left: f32,
    /// Top edge on the page, px.
    top: f32,
    /// Scale from the page to the crop.
    factor: f32,
    /// Width of its border, px.
    border: f32,
}

impl LineCrop {
    /// Converts a point of the crop to the page, px.
    #[must_use]
    pub fn to_page(&self, x: f32, y: f32) -> (f32, f32) {
        (self.left + (x - self.border) / self.factor, self.top + (y - self.border) / self.factor)
    }

    /// Converts an x coordinate of the page to the crop, px.
    #[must_use]
    pub fn to_crop_x(&self, page_x: f32) -> f32 {
        (page_x - self.left) * self.factor + self.border
    }

    /// Grey level of its ink: the 2.5th percentile.
    #[must_use]
    pub fn ink_level(&self) -> u8 {
        let mut levels = self.picture.as_raw().clone();
        let place = levels.len() / 40;
        if levels.is_empty() { 255 } else { *levels.select_nth_unstable(place).1 }
    }

    /// Part between two x coordinates of the crop, px; `None` where it is too narrow for a letter.
    #[must_use]
    pub fn slice(&self, from: f32, to: f32) -> Option<GrayImage> {
        /// Least width of a letter, px.
        const MIN_WIDTH: u32 = 6;
        let from = (from.max(0.0) as u32).min(self.picture.width());
        let to = (to.max(0.0).ceil() as u32).min(self.picture.width());
        let width = to.saturating_sub(from);
        (width >= MIN_WIDTH).then(|| image::imageops::crop_imm(&self.picture, from, 0, width, self.picture.height()).to_image())
    }
}

/// Margin around the box of a line, in heights of the box.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Padding {
    /// Above and below.
    pub vertical: f32,
    /// Left and right.
    pub horizontal: f32,
    /// Whether a border of repeated edge pixels is added.
    pub repeat_edges: bool,
}

/// Padding for Tesseract, which detects the line on the crop itself.
pub const WIDE_PADDING: Padding = Padding { vertical: 0.3, horizontal: 0.15, repeat_edges: true };

/// Padding for networks, which take the whole height for letters.
pub const TIGHT_PADDING: Padding = Padding { vertical: 0.12, horizontal: 0.12, repeat_edges: false };

/// Crops `area` out of `page` with some `padding`, and erases ink components whose centre is outside of it and frames around
/// it: a recognizer of single lines would mix parts of the next line into the text. `None` where the area is too small.
///
/// # Errors
/// As [`scale`].
pub fn crop_line(page: &GrayImage, area: &Area, padding: Padding) -> Result<Option<LineCrop>> {
    let high = area.height();
    let left = (area.x0 - padding.horizontal * high).max(0.0) as u32;
    let top = (area.y0 - padding.vertical * high).max(0.0) as u32;
    let right = ((area.x1 + padding.horizontal * high).ceil() as u32).min(page.width());
    let bottom = ((area.y1 + padding.vertical * high).ceil() as u32).min(page.height());
    if right < left + 4 || bottom < top + 4 {
        return Ok(None);
    }
    let cut = image::imageops::crop_imm(page, left, top, right - left, bottom - top).to_image();
    let wanted = LINE_HEIGHT / high;
    let factor = if (wanted - 1.0).abs() > 0.05 { wanted } else { 1.0 };
    let mut picture = if factor == 1.0 { cut } else { scale(&cut, factor)? };
    erase_neighbours(&mut picture, (area.y0 - top as f32) * factor, (area.y1 - top as f32) * factor);
    let border = if padding.repeat_edges { BORDER_WIDTH } else { 0 };
    Ok(Some(LineCrop { picture: with_border(&picture, border), left: left as f32, top: top as f32, factor, border: border as f32 }))
}

fn erase_neighbours(picture: &mut GrayImage, top: f32, bottom: f32) {
    let margin = 0.06 * (bottom - top);
    let (width, height) = picture.dimensions();
    let dark = ink_mask(picture, 180);
    let (found, labels) = find_components(&dark);
    let foreign: Vec<bool> = found
        .iter()
        .map(|patch| {
            let middle = f32::midpoint(patch.y as f32, patch.bottom as f32);
            let at_edge = patch.y == 0 || patch.bottom >= picture.height();
            let outside = middle < top + margin || middle > bottom - margin;
            let is_frame = patch.width() * 10 > width * 8
                && patch.height() * 10 > height * 7
                && width > 2 * height
                && patch.area * 4 < patch.width() * patch.height();
            is_frame || outside && (at_edge || middle < top - margin || middle > bottom + margin)
        })
        .collect();
    let is_foreign = |label: u32| label > 0 && foreign.get(label as usize - 1).copied().unwrap_or(false);
    for (patch, _) in found.iter().zip(&foreign).filter(|(_, is_foreign)| **is_foreign) {
        for y in patch.y.saturating_sub(1)..(patch.bottom + 1).min(height) {
            for x in patch.x.saturating_sub(1)..(patch.right + 1).min(width) {
                let own = labels.get_pixel(x, y).0[0];
                let near =
                    (x.saturating_sub(1)..(x + 2).min(width)).flat_map(|x| (y.saturating_sub(1)..(y + 2).min(height)).map(move |y| (x, y)));
                let (mut by_foreign, mut by_own) = (false, false);
                for (x, y) in near {
                    let label = labels.get_pixel(x, y).0[0];
                    by_foreign |= is_foreign(label);
                    by_own |= label > 0 && !is_foreign(label);
                }
                if is_foreign(own) || (by_foreign && !by_own) {
                    picture.put_pixel(x, y, Luma([PAPER_LEVEL]));
                }
            }
        }
    }
}

/// Adds a border of repeated edge pixels.
fn with_border(picture: &GrayImage, border: u32) -> GrayImage {
    let (width, height) = picture.dimensions();
    GrayImage::from_fn(width + 2 * border, height + 2 * border, |x, y| {
        *picture.get_pixel(x.saturating_sub(border).min(width - 1), y.saturating_sub(border).min(height - 1))
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn crop_hides_neighbouring_lines_and_maps_back() {
        let mut page = GrayImage::from_pixel(400, 200, Luma([250]));
        for x in 50..350 {
            for (y0, y1) in [(40, 60), (80, 100), (120, 140)] {
                (y0..y1).for_each(|y| page.put_pixel(x, y, Luma([10])));
            }
        }
        let crop = crop_line(&page, &Area { x0: 50.0, y0: 72.0, x1: 350.0, y1: 108.0 }, WIDE_PADDING).unwrap().unwrap();
        let dark = crop.picture.enumerate_pixels().filter(|(.., level)| level.0[0] < 100);
        let rows: Vec<u32> = dark.map(|(_, y, _)| y).collect();
        let (_, top) = crop.to_page(0.0, *rows.iter().min().unwrap() as f32);
        let (_, bottom) = crop.to_page(0.0, *rows.iter().max().unwrap() as f32);
        assert!((top - 80.0).abs() < 2.0 && (bottom - 99.0).abs() < 2.0, "{top} {bottom}");
    }
}
