//! Drawn pages for the tests of quality measures.

use image::{GrayImage, Luma};

/// Size of the pages, px.
pub(crate) const SIZE: (u32, u32) = (827, 1169);

/// Page with every `apart`th line of letters between margins of `margin` px, grey level `ink` on white.
pub(crate) fn page(margin: u32, apart: u32, ink: u8) -> GrayImage {
    let (width, height) = SIZE;
    GrayImage::from_fn(width, height, |x, y| {
        let within = (margin..width - margin).contains(&x) && (margin..height - margin).contains(&y);
        let (column, row) = (x % 24, y % (48 * apart));
        // Stems and bars, with a gap between words.
        let letter = row < 24 && x % 120 < 96 && (column < 6 || (column < 18 && (10..16).contains(&row)));
        Luma([if within && letter { ink } else { 250 }])
    })
}

/// Adds grain with a standard deviation of about `deviation` grey levels.
pub(crate) fn grainy(picture: &GrayImage, deviation: f32) -> GrayImage {
    let mut state = 7_u32;
    let mut random = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 16) as f32 / 65_536.0
    };
    let mut out = picture.clone();
    for level in out.iter_mut() {
        // The sum of twelve uniform numbers has a standard deviation of 1.
        let grain = (0..12).map(|_| random()).sum::<f32>() - 6.0;
        *level = (f32::from(*level).min(235.0) + deviation * grain).clamp(0.0, 255.0) as u8;
    }
    out
}
