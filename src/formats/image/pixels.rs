//! Conversion of decoded pixels to 8-bit grey or RGB with one resolution for both axes.

use image::{DynamicImage, GrayImage, ImageBuffer, RgbImage, imageops};

/// Converts an image to `L8` or `RGB8`: transparency is blended over white, 16 bits are reduced to 8, RGB without
/// colour becomes grey.
pub(crate) fn to_l8_or_rgb8(image: DynamicImage) -> DynamicImage {
    let image = match image {
        DynamicImage::ImageLuma8(_) => return image,
        DynamicImage::ImageRgb8(rgb) => rgb,
        DynamicImage::ImageRgba8(rgba) => {
            let (width, height) = rgba.dimensions();
            match RgbImage::from_raw(width, height, drop_alpha(rgba.into_raw(), 3)) {
                Some(rgb) => rgb,
                None => RgbImage::new(width, height),
            }
        }
        DynamicImage::ImageLumaA8(grey) => {
            let (width, height) = grey.dimensions();
            let grey = GrayImage::from_raw(width, height, drop_alpha(grey.into_raw(), 1)).unwrap_or_else(|| GrayImage::new(width, height));
            return DynamicImage::ImageLuma8(grey);
        }
        DynamicImage::ImageLuma16(_) => return DynamicImage::ImageLuma8(image.into_luma8()),
        DynamicImage::ImageLumaA16(_) => return to_l8_or_rgb8(DynamicImage::ImageLumaA8(image.into_luma_alpha8())),
        DynamicImage::ImageRgba16(_) | DynamicImage::ImageRgba32F(_) => return to_l8_or_rgb8(DynamicImage::ImageRgba8(image.into_rgba8())),
        other => other.into_rgb8(),
    };
    reduce_to_grey(image)
}

/// Blends each pixel over white by its last channel (alpha) and removes that channel, in place.
fn drop_alpha(mut bytes: Vec<u8>, colours: usize) -> Vec<u8> {
    let pixels = bytes.len() / (colours + 1);
    for pixel in 0..pixels {
        let from = pixel * (colours + 1);
        let alpha = u32::from(bytes.get(from + colours).copied().unwrap_or(255));
        for channel in 0..colours {
            let value = u32::from(bytes.get(from + channel).copied().unwrap_or_default());
            if let Some(slot) = bytes.get_mut(pixel * colours + channel) {
                *slot = ((value * alpha + 255 * (255 - alpha) + 127) / 255) as u8;
            }
        }
    }
    bytes.truncate(pixels * colours);
    bytes.shrink_to_fit();
    bytes
}

/// Converts an RGB image without any colour to `L8`; others are returned unchanged.
pub(crate) fn reduce_to_grey(image: RgbImage) -> DynamicImage {
    let (width, height) = image.dimensions();
    if image.as_raw().chunks_exact(3).any(|pixel| !matches!(pixel, [r, g, b] if r == g && g == b)) {
        return DynamicImage::ImageRgb8(image);
    }
    let grey: Vec<u8> = image.as_raw().iter().step_by(3).copied().collect();
    ImageBuffer::from_raw(width, height, grey).map_or_else(|| DynamicImage::new_luma8(width, height), DynamicImage::ImageLuma8)
}

/// Rotates clockwise by 0, 90, 180 or 270 degrees.
pub(crate) fn rotate(image: DynamicImage, turn: u16) -> DynamicImage {
    match turn {
        90 => image.rotate90(),
        180 => image.rotate180(),
        270 => image.rotate270(),
        _ => image,
    }
}

/// EXIF orientation as a horizontal flip, applied first, and a clockwise rotation in degrees.
pub(crate) fn exif_transform(orientation: u8) -> (bool, u16) {
    match orientation {
        2 => (true, 0),
        3 => (false, 180),
        4 => (true, 180),
        5 => (true, 270),
        6 => (false, 90),
        7 => (true, 90),
        8 => (false, 270),
        _ => (false, 0),
    }
}

/// Resolution for both axes, dpi: the declared one if it is 50–1300 dpi and gives sides of 0.5–60 inches, else the one
/// that makes the short side that of A4 (8.27 inches). The second value is the scale factor (x, y) to square pixels; it
/// is (1, 1) if the axes differ by at most 3 %.
pub(crate) fn resolve_dpi(width: u32, height: u32, declared: Option<(f64, f64)>) -> (u32, (f64, f64)) {
    let plausible = |dots: u32, dpi: f64| (50.0..=1300.0).contains(&dpi) && (0.5..=60.0).contains(&(f64::from(dots) / dpi));
    match declared {
        Some((x, y)) if plausible(width, x) && plausible(height, y) => {
            let dpi = x.max(y);
            let square = (x - y).abs() <= 0.03 * dpi;
            (dpi.round() as u32, if square { (1.0, 1.0) } else { (dpi / x, dpi / y) })
        }
        _ => ((f64::from(width.min(height)) / 8.27).round().clamp(72.0, 1200.0) as u32, (1.0, 1.0)),
    }
}

/// Scales the image by `factor` (x, y), as given by [`resolve_dpi`].
pub(crate) fn scale_to_square_pixels(image: DynamicImage, factor: (f64, f64)) -> DynamicImage {
    let size = |dots: u32, factor: f64| (f64::from(dots) * factor).round().clamp(1.0, 60_000.0) as u32;
    let (width, height) = (size(image.width(), factor.0), size(image.height(), factor.1));
    if (width, height) == (image.width(), image.height()) {
        return image;
    }
    image.resize_exact(width, height, imageops::FilterType::Triangle)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use image::{Rgba, RgbaImage};

    #[test]
    fn transparent_pixels_become_white() {
        let image = RgbaImage::from_pixel(3, 2, Rgba([10, 20, 30, 0]));
        let plain = to_l8_or_rgb8(DynamicImage::ImageRgba8(image));
        assert_eq!(plain.as_luma8().unwrap().as_raw(), &vec![255; 6]);
    }

    #[test]
    fn implausible_resolution_falls_back_to_a4() {
        assert_eq!(resolve_dpi(2480, 3508, None).0, 300);
        assert_eq!(resolve_dpi(2480, 3508, Some((0.0, 0.0))).0, 300);
        assert_eq!(resolve_dpi(2480, 3508, Some((1e9, 1e9))).0, 300);
        assert_eq!(resolve_dpi(1654, 2339, Some((200.0, 200.0))).0, 200);
        assert_eq!(resolve_dpi(1728, 1078, Some((204.0, 98.0))), (204, (1.0, 204.0 / 98.0)));
        assert_eq!(resolve_dpi(4000, 3000, Some((72.0, 72.0))).0, 72);
        assert_eq!(resolve_dpi(8000, 6000, Some((72.0, 72.0))).0, 726);
    }
}
