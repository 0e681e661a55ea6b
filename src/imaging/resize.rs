//! Changing a picture's size.

use crate::error::{Kind, Result, ResultExt};
use fast_image_resize::{FilterType, ResizeAlg, ResizeOptions, Resizer};
use image::GrayImage;

/// `picture` in `width` × `height` px: areas averaged when it shrinks, cubic when it grows.
///
/// # Errors
/// `Internal` when the library refuses the sizes.
pub fn resize(picture: &GrayImage, width: u32, height: u32) -> Result<GrayImage> {
    let (width, height) = (width.max(1), height.max(1));
    if picture.dimensions() == (width, height) {
        return Ok(picture.clone());
    }
    let shrinks = width < picture.width();
    let filter = if shrinks { FilterType::Box } else { FilterType::CatmullRom };
    let mut out = GrayImage::new(width, height);
    let options = ResizeOptions::new().resize_alg(ResizeAlg::Convolution(filter));
    Resizer::new().resize(picture, &mut out, &options).or_error(Kind::Internal, || "a picture cannot be resized".to_owned())?;
    Ok(out)
}

/// `picture` scaled by `factor`.
///
/// # Errors
/// As [`resize`].
pub fn scale(picture: &GrayImage, factor: f32) -> Result<GrayImage> {
    let side = |pixels: u32| (pixels as f32 * factor).round().max(1.0) as u32;
    resize(picture, side(picture.width()), side(picture.height()))
}
