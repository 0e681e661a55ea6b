//! Previews of pages for the screen.

use image::codecs::jpeg::JpegEncoder;
use image::{DynamicImage, ExtendedColorType};
use sohoa_base::error::Result;
use sohoa_base::messages::program;
use sohoa_imaging::preprocess::resize;

/// JPEG quality, 0 to 100: letters at 200 dpi stay free of artefacts.
const QUALITY: u8 = 80;

/// Encodes the page after a clockwise turn by `turn` degrees as a JPEG of at most `width` px width.
pub(crate) fn jpeg(pixels: DynamicImage, turn: u16, width: u32) -> Result<Vec<u8>> {
    let upright = match turn % 360 {
        90 => pixels.rotate90(),
        180 => pixels.rotate180(),
        270 => pixels.rotate270(),
        _ => pixels,
    };
    #[allow(clippy::cast_precision_loss)]
    let factor = width.max(1) as f32 / upright.width().max(1) as f32;
    let failed = |error| program::bug("preview as JPEG").caused_by(error);
    let mut out = Vec::new();
    let mut encoder = JpegEncoder::new_with_quality(&mut out, QUALITY);
    match upright {
        DynamicImage::ImageLuma8(grey) => {
            let grey = if factor < 1.0 { resize::scale(&grey, factor)? } else { grey };
            encoder.encode(grey.as_raw(), grey.width(), grey.height(), ExtendedColorType::L8).map_err(failed)?;
        }
        colour => {
            let colour = colour.into_rgb8();
            let colour = if factor < 1.0 { resize::scale_colour(&colour, factor)? } else { colour };
            encoder.encode(colour.as_raw(), colour.width(), colour.height(), ExtendedColorType::Rgb8).map_err(failed)?;
        }
    }
    Ok(out)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use image::{GrayImage, Luma};

    #[test]
    fn preview_is_rotated_and_never_enlarged() {
        let mut page = GrayImage::from_pixel(400, 200, Luma([255]));
        for y in 0..200 {
            for x in 0..100 {
                page.put_pixel(x, y, Luma([0]));
            }
        }
        let shown =
            |turn, width| image::load_from_memory(&jpeg(DynamicImage::ImageLuma8(page.clone()), turn, width).unwrap()).unwrap().to_luma8();
        let small = shown(0, 100);
        assert_eq!(small.dimensions(), (100, 50));
        assert!(small.get_pixel(5, 25).0[0] < 40 && small.get_pixel(90, 25).0[0] > 215);
        // A clockwise turn by 90° brings the left side to the top.
        let turned = shown(90, 1000);
        assert_eq!(turned.dimensions(), (200, 400));
        assert!(turned.get_pixel(100, 5).0[0] < 40 && turned.get_pixel(100, 390).0[0] > 215);
    }
}
