//! Background normalization: every pixel is divided by the level of the paper around it.

use crate::preprocess::resize::resize;
use image::{GrayImage, Luma};
use sohoa_base::error::Result;

/// Grey level of paper after normalization.
const PAPER_LEVEL: f32 = 245.0;

/// Radius of the morphological closing on the page at an eighth of its size, px: wider than any stroke.
const CLOSING_RADIUS: usize = 7;

/// Brings the paper to one grey level, which removes shadows, yellowing and weak bleed-through.
///
/// # Errors
/// As [`resize`].
pub fn normalize_background(picture: &GrayImage) -> Result<GrayImage> {
    let (width, height) = picture.dimensions();
    let small = resize(picture, (width / 8).max(8), (height / 8).max(8))?;
    let closed = sliding_extreme(&sliding_extreme(&small, CLOSING_RADIUS, u8::max), CLOSING_RADIUS, u8::min);
    let paper = resize(&imageproc::filter::gaussian_blur_f32(&closed, 4.0), width, height)?;
    // Floating-point division is vectorized; the cast saturates at 255.
    let divided = picture.iter().zip(paper.iter()).map(|(ink, paper)| (f32::from(*ink) * PAPER_LEVEL / f32::from((*paper).max(1))) as u8);
    Ok(GrayImage::from_raw(width, height, divided.collect()).unwrap_or_else(|| picture.clone()))
}

/// Largest or smallest level, as `pick` selects, within `reach` px along rows and then along columns.
fn sliding_extreme(picture: &GrayImage, reach: usize, pick: fn(u8, u8) -> u8) -> GrayImage {
    let (width, height) = picture.dimensions();
    let rows = GrayImage::from_fn(width, height, |x, y| {
        let from = x.saturating_sub(reach as u32);
        let to = (x + reach as u32).min(width - 1);
        Luma([(from..=to).map(|x| picture.get_pixel(x, y).0[0]).reduce(pick).unwrap_or(255)])
    });
    GrayImage::from_fn(width, height, |x, y| {
        let from = y.saturating_sub(reach as u32);
        let to = (y + reach as u32).min(height - 1);
        Luma([(from..=to).map(|y| rows.get_pixel(x, y).0[0]).reduce(pick).unwrap_or(255)])
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn shadow_is_removed_and_ink_kept() {
        let page = GrayImage::from_fn(400, 400, |x, y| {
            let paper = 120 + x / 4;
            let stroke = (190..194).contains(&y) && (40..360).contains(&x);
            Luma([u8::try_from(if stroke { paper / 3 } else { paper }).unwrap()])
        });
        let even = normalize_background(&page).unwrap();
        for x in [60, 200, 340] {
            assert!(even.get_pixel(x, 100).0[0] > 225, "paper at {x}: {}", even.get_pixel(x, 100).0[0]);
            assert!(even.get_pixel(x, 191).0[0] < 120, "ink at {x}: {}", even.get_pixel(x, 191).0[0]);
        }
    }
}
