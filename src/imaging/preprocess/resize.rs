//! Resizing of images.

use fast_image_resize::{FilterType, IntoImageView, IntoImageViewMut, ResizeAlg, ResizeOptions, Resizer};
use image::{GrayImage, RgbImage};
use sohoa_base::error::Result;
use sohoa_base::messages::program;

/// Resizes a greyscale image to `width` × `height` px: box filter when it shrinks, Catmull-Rom when it grows.
///
/// # Errors
/// `Internal` when the library refuses the sizes.
pub fn resize(picture: &GrayImage, width: u32, height: u32) -> Result<GrayImage> {
    let (width, height) = (width.max(1), height.max(1));
    if picture.dimensions() == (width, height) {
        return Ok(picture.clone());
    }
    let mut out = GrayImage::new(width, height);
    resample(picture, &mut out, width < picture.width())?;
    Ok(out)
}

/// Scales a greyscale image by `factor`.
///
/// # Errors
/// As [`resize`].
pub fn scale(picture: &GrayImage, factor: f32) -> Result<GrayImage> {
    resize(picture, side(picture.width(), factor), side(picture.height(), factor))
}

/// Scales a colour image by `factor`.
///
/// # Errors
/// As [`resize`].
pub fn scale_colour(picture: &RgbImage, factor: f32) -> Result<RgbImage> {
    let mut out = RgbImage::new(side(picture.width(), factor), side(picture.height(), factor));
    resample(picture, &mut out, factor < 1.0)?;
    Ok(out)
}

fn side(pixels: u32, factor: f32) -> u32 {
    (pixels as f32 * factor).round().max(1.0) as u32
}

fn resample(picture: &impl IntoImageView, out: &mut impl IntoImageViewMut, shrinks: bool) -> Result<()> {
    let filter = if shrinks { FilterType::Box } else { FilterType::CatmullRom };
    let options = ResizeOptions::new().resize_alg(ResizeAlg::Convolution(filter));
    Resizer::new().resize(picture, out, &options).map_err(|error| program::bug("resizing of a picture").caused_by(error))
}
