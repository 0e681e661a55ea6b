//! Red seals and colour channels. Red seals vanish in the red channel, but red titles do too, so each line is read from the image
//! that holds its ink.

use crate::layout::connected_components::find_components;
use crate::layout::lines::Area;
use image::{GrayImage, Luma, RgbImage};

/// Whether an image has colours: some scanners write grey pages as RGB.
#[must_use]
pub fn has_colour(picture: &RgbImage) -> bool {
    let (width, height) = picture.dimensions();
    (0..height).step_by(8).any(|y| {
        (0..width).step_by(8).any(|x| {
            let [red, _, blue] = picture.get_pixel(x, y).0;
            red.abs_diff(blue) > 40
        })
    })
}

/// Greyscale image by luminance (Rec. 709).
#[must_use]
pub fn luminance(picture: &RgbImage) -> GrayImage {
    // Weights of 16 bits with a sum of 65,536: the compiler vectorizes this.
    let level =
        |[red, green, blue]: [u8; 3]| (u32::from(red) * 13933 + u32::from(green) * 46871 + u32::from(blue) * 4732 + (1 << 15)) >> 16;
    let levels = picture.pixels().map(|pixel| level(pixel.0) as u8).collect();
    GrayImage::from_raw(picture.width(), picture.height(), levels).unwrap_or_default()
}

/// Red channel: red ink is as light as paper in it.
#[must_use]
pub fn red_channel(picture: &RgbImage) -> GrayImage {
    let levels = picture.pixels().map(|pixel| pixel.0[0]).collect();
    GrayImage::from_raw(picture.width(), picture.height(), levels).unwrap_or_default()
}

/// Red ink alone, dark on light: without black print and blue ink.
#[must_use]
pub fn redness(picture: &RgbImage) -> GrayImage {
    let level = |[red, green, blue]: [u8; 3]| {
        let excess = i32::from(red) - i32::from(green.max(blue));
        u8::try_from((255 - 2 * excess.max(0)).clamp(0, 255)).unwrap_or(255)
    };
    let levels = picture.pixels().map(|pixel| level(pixel.0)).collect();
    GrayImage::from_raw(picture.width(), picture.height(), levels).unwrap_or_default()
}

/// Boxes of red areas with the size and proportions of a round seal, px of `picture`.
#[must_use]
pub fn find_seals(picture: &RgbImage) -> Vec<Area> {
    const STEP: u32 = 4;
    let (width, height) = (picture.width() / STEP, picture.height() / STEP);
    if width < 8 || height < 8 {
        return Vec::new();
    }
    let red = GrayImage::from_fn(width, height, |x, y| {
        let [red, green, blue] = picture.get_pixel(x * STEP, y * STEP).0.map(i32::from);
        Luma([if red - green.max(blue) > 50 { 255 } else { 0 }])
    });
    let closed = imageproc::morphology::close(&red, imageproc::distance_transform::Norm::LInf, 4);
    let (found, _) = find_components(&closed);
    let wide = width as f32;
    let seal_like = found.iter().filter(|mass| {
        let (across, down) = (mass.width() as f32, mass.height() as f32);
        down > 0.1 * wide && across > 0.06 * wide && (0.6..1.8).contains(&(across / down))
    });
    let step = STEP as f32;
    seal_like
        .map(|mass| Area {
            x0: mass.x as f32 * step,
            y0: mass.y as f32 * step,
            x1: mass.right as f32 * step,
            y1: mass.bottom as f32 * step,
        })
        .collect()
}

/// Share of dark pixels in an area, 0 to 1.
#[must_use]
pub fn ink_share(page: &GrayImage, area: &Area) -> f32 {
    let (left, top) = (area.x0.max(0.0) as u32, area.y0.max(0.0) as u32);
    let (right, bottom) = ((area.x1.ceil() as u32).min(page.width()), (area.y1.ceil() as u32).min(page.height()));
    let (mut dark, mut all) = (0_u32, 0_u32);
    for y in top..bottom {
        for x in left..right {
            all += 1;
            dark += u32::from(page.get_pixel(x, y).0[0] < 150);
        }
    }
    if all == 0 { 0.0 } else { dark as f32 / all as f32 }
}
