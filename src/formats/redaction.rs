//! Redaction of pages for the public: paints regions black and removes their words from the text.

use crate::image::page_image::{EncodedData, PageImage};
use image::{DynamicImage, Luma, Rgb};
use serde::{Deserialize, Serialize};
use sohoa_base::model::page::geometry::Bounds;
use sohoa_base::model::page::reading::Reading;

/// Text that replaces a redacted word.
pub const REDACTED_TEXT: &str = "█████";

/// Regions to redact on the image of a page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Redaction {
    /// Width of the upright page, px: the frame of `bounds`.
    pub width: u32,
    /// Height of the upright page, px.
    pub height: u32,
    /// Clockwise rotation that made the page upright, degrees.
    pub turn: u16,
    /// Boxes to redact, px of the upright page.
    pub bounds: Vec<Bounds>,
}

impl Redaction {
    /// Redaction of `bounds` on the page of `reading`.
    #[must_use]
    pub fn for_reading(reading: &Reading, bounds: Vec<Bounds>) -> Self {
        Self { width: reading.width, height: reading.height, turn: reading.turn, bounds }
    }
}

/// Paints `hidden` (px of the upright page) black on the page's image and removes its words from the reading.
/// The delivered encoded bytes, overlays and embedded text are dropped, because they still contain the redacted content.
pub fn redact(picture: &mut PageImage, reading: &mut Reading, hidden: &[Bounds]) {
    redact_words(reading, hidden);
    redact_image(&mut picture.pixels, &Redaction::for_reading(reading, hidden.to_vec()));
    let (width, height) = (picture.pixels.width(), picture.pixels.height());
    picture.overlays.clear();
    picture.embedded_text = None;
    picture.encoded.data = EncodedData::NotEmbeddable;
    (picture.encoded.width, picture.encoded.height, picture.encoded.turn) = (width, height, 0);
}

/// Paints the boxes black on the image of a page in its delivered orientation.
pub fn redact_image(pixels: &mut DynamicImage, hidden: &Redaction) {
    if !hidden.bounds.is_empty() && !matches!(pixels, DynamicImage::ImageLuma8(_) | DynamicImage::ImageRgb8(_)) {
        *pixels = DynamicImage::ImageRgb8(pixels.to_rgb8());
    }
    let (width, height) = (pixels.width(), pixels.height());
    for bounds in &hidden.bounds {
        let [x0, y0, x1, y1] = to_image_box(hidden, bounds, (width, height));
        for (x, y) in (y0..y1).flat_map(|y| (x0..x1).map(move |x| (x, y))) {
            match pixels {
                DynamicImage::ImageLuma8(grey) => grey.put_pixel(x, y, Luma([0])),
                DynamicImage::ImageRgb8(colour) => colour.put_pixel(x, y, Rgb([0, 0, 0])),
                // Unreachable: converted above.
                _ => {}
            }
        }
    }
}

/// Replaces the words inside `hidden` with [`REDACTED_TEXT`] and removes their alternatives.
pub fn redact_words(reading: &mut Reading, hidden: &[Bounds]) {
    let words = reading.blocks.iter_mut().flat_map(|block| &mut block.lines).flat_map(|line| &mut line.words);
    for word in words.filter(|word| hidden.iter().any(|bounds| contains_centre(bounds, &word.bounds))) {
        REDACTED_TEXT.clone_into(&mut word.text);
        word.alternative = None;
    }
}

/// Whether a box contains the centre of a word; overlap alone does not count, because boxes of neighbours may touch.
fn contains_centre(bounds: &Bounds, word: &Bounds) -> bool {
    let (x, y) = (u32::midpoint(word.x0, word.x1), u32::midpoint(word.y0, word.y1));
    (bounds.x0..=bounds.x1).contains(&x) && (bounds.y0..=bounds.y1).contains(&y)
}

/// Maps a box to the delivered image, px. It grows by 15 % of its height, so that no edge of a letter stays visible.
fn to_image_box(page: &Redaction, bounds: &Bounds, (width, height): (u32, u32)) -> [u32; 4] {
    let (across, down) = (f64::from(page.width.max(1)), f64::from(page.height.max(1)));
    let margin = f64::from(bounds.y1.saturating_sub(bounds.y0)) * 0.15;
    let (left, right) = ((f64::from(bounds.x0) - margin) / across, (f64::from(bounds.x1) + margin) / across);
    let (top, bottom) = ((f64::from(bounds.y0) - margin) / down, (f64::from(bounds.y1) + margin) / down);
    // The image was rotated clockwise to make it upright; this rotates the box back.
    let [x0, y0, x1, y1] = match page.turn % 360 {
        90 => [top, 1.0 - right, bottom, 1.0 - left],
        180 => [1.0 - right, 1.0 - bottom, 1.0 - left, 1.0 - top],
        270 => [1.0 - bottom, left, 1.0 - top, right],
        _ => [left, top, right, bottom],
    };
    let start = |share: f64, side: u32| (share * f64::from(side)).clamp(0.0, f64::from(side)) as u32;
    let end = |share: f64, side: u32| (share * f64::from(side)).ceil().clamp(0.0, f64::from(side)) as u32;
    [start(x0, width), start(y0, height), end(x1, width), end(y1, height)]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::image::page_image::EncodedImage;
    use image::GrayImage;
    use image::imageops::{rotate90, rotate180, rotate270};
    use sohoa_base::model::page::reading::{Block, BlockKind, Line, Word};

    fn turn(picture: &GrayImage, degrees: u16) -> GrayImage {
        match degrees {
            90 => rotate90(picture),
            180 => rotate180(picture),
            270 => rotate270(picture),
            _ => picture.clone(),
        }
    }

    #[test]
    fn redacted_word_is_blackened_at_every_rotation() {
        let bounds = Bounds::new(20, 30, 60, 40);
        for degrees in [0, 90, 180, 270] {
            // The upright page is 100 by 200 px, the delivered one lies turned back.
            let upright = GrayImage::from_pixel(100, 200, Luma([255]));
            let delivered = turn(&upright, (360 - degrees) % 360);
            let word = Word::new("0912345678", bounds, 90);
            let block = Block { kind: BlockKind::Text, bounds, lines: vec![Line::new(bounds, vec![word])] };
            let mut reading = Reading { width: 100, height: 200, turn: degrees, blocks: vec![block], ..Reading::default() };
            let raster = EncodedImage { width: 1, height: 1, turn: degrees, data: EncodedData::NotEmbeddable };
            let pixels = DynamicImage::ImageLuma8(delivered);
            let mut picture =
                PageImage { pixels, dpi: 200, embedded_text: None, encoded: raster, overlays: Vec::new(), warnings: Vec::new() };
            redact(&mut picture, &mut reading, &[bounds]);
            assert_eq!(reading.text(), format!("{REDACTED_TEXT}\n"));
            let back = turn(&picture.pixels.to_luma8(), degrees);
            let dark = |x: u32, y: u32| back.get_pixel(x, y).0[0] == 0;
            assert!(dark(20, 30) && dark(59, 39) && !dark(10, 35) && !dark(70, 35) && !dark(40, 25) && !dark(40, 45), "{degrees}");
        }
    }
}
