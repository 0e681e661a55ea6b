//! HEIC images, decoded by the system's libheif, which applies the rotation and mirroring of the file itself.

use crate::limits::Limits;
use image::{DynamicImage, RgbImage};
use libheif_rs::{ColorSpace, HeifContext, ImageHandle, RgbChroma};
use sohoa_base::error::{Error, Result};
use sohoa_base::messages::files;

fn primary_image(context: &HeifContext, limits: &Limits) -> Result<ImageHandle> {
    let handle = context.primary_image_handle().map_err(undecodable)?;
    limits.check_image(handle.width(), handle.height(), 3)?;
    Ok(handle)
}

fn undecodable(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Error {
    files::heic_undecodable().caused_by(error)
}

/// Checks headers and size; returns the number of top-level images in the file.
///
/// # Errors
/// `Corrupt` or `Limit`.
pub(crate) fn check(bytes: &[u8], limits: &Limits) -> Result<usize> {
    let context = HeifContext::read_from_bytes(bytes).map_err(undecodable)?;
    primary_image(&context, limits)?;
    Ok(context.number_of_top_level_images())
}

/// Decodes the primary image to RGB.
///
/// # Errors
/// `Corrupt` or `Limit`.
pub(crate) fn read(bytes: &[u8], limits: &Limits) -> Result<DynamicImage> {
    let context = HeifContext::read_from_bytes(bytes).map_err(undecodable)?;
    let handle = primary_image(&context, limits)?;
    let image = handle.decode(ColorSpace::Rgb(RgbChroma::Rgb), None).map_err(undecodable)?;
    let plane = image.planes().interleaved.ok_or_else(files::heic_undecodable)?;
    limits.check_image(plane.width, plane.height, 3)?;
    let row = plane.width as usize * 3;
    let mut pixels = Vec::with_capacity(row * plane.height as usize);
    for line in plane.data.chunks(plane.stride.max(1)).take(plane.height as usize) {
        pixels.extend_from_slice(line.get(..row).ok_or_else(files::heic_undecodable)?);
    }
    RgbImage::from_raw(plane.width, plane.height, pixels).map(DynamicImage::ImageRgb8).ok_or_else(files::heic_undecodable)
}
