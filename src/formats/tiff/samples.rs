//! Conversion of TIFF samples to 8-bit grey or RGB.

use image::{DynamicImage, GrayImage, RgbImage};
use tiff::ColorType;
use tiff::decoder::DecodingResult;

/// Interpretation of decoded samples.
pub(crate) struct SampleFormat {
    /// Width, px.
    pub(crate) width: u32,
    /// Height, px.
    pub(crate) height: u32,
    /// Colour model and depth.
    pub(crate) colour: ColorType,
    /// Number of planes: 1, or one per sample.
    pub(crate) planes: usize,
    /// Sample value 0 is white (`WhiteIsZero`).
    pub(crate) is_white_zero: bool,
    /// Colour map: all reds, then all greens, then all blues, 16 bits each; empty if there is none.
    pub(crate) palette: Vec<u64>,
}

/// Converts samples to an image; `None` for unsupported sample formats.
pub(crate) fn to_image(samples: DecodingResult, format: &SampleFormat) -> Option<DynamicImage> {
    let (depth, channels) = match format.colour {
        ColorType::Gray(depth) | ColorType::Palette(depth) => (depth, 1),
        ColorType::GrayA(depth) => (depth, 2),
        ColorType::RGB(depth) | ColorType::YCbCr(depth) | ColorType::Lab(depth) => (depth, 3),
        ColorType::RGBA(depth) | ColorType::CMYK(depth) => (depth, 4),
        ColorType::CMYKA(depth) => (depth, 5),
        ColorType::Multiband { bit_depth, num_samples } => (bit_depth, usize::from(num_samples)),
        _ => return None,
    };
    let pixels = format.width as usize * format.height as usize;
    let palette = !format.palette.is_empty();
    let mut bytes = match samples {
        DecodingResult::U8(bytes) if depth == 8 => bytes,
        DecodingResult::U8(bytes) if depth < 8 || depth == 12 => {
            unpack_bits(&bytes, format.width as usize * channels, format.height as usize, depth, palette)?
        }
        DecodingResult::U16(words) if palette => words.into_iter().map(|word| word.min(255) as u8).collect(),
        DecodingResult::U16(words) if depth == 12 => words.into_iter().map(|word| (word >> 4) as u8).collect(),
        DecodingResult::U16(words) => words.into_iter().map(|word| (word >> 8) as u8).collect(),
        _ => return None,
    };
    if format.planes > 1 {
        bytes = interleave(&bytes, pixels, format.planes);
    }
    if palette {
        return apply_palette(&bytes, depth, format);
    }
    if format.is_white_zero {
        bytes.iter_mut().for_each(|byte| *byte = 255 - *byte);
    }
    let rgb = |convert: &dyn Fn(&[u8]) -> [u8; 3]| {
        let all: Vec<u8> = bytes.chunks_exact(channels).take(pixels).flat_map(convert).collect();
        RgbImage::from_raw(format.width, format.height, all).map(DynamicImage::ImageRgb8)
    };
    let at = |pixel: &[u8], index: usize| pixel.get(index).copied().unwrap_or_default();
    match format.colour {
        ColorType::RGB(_) => {
            bytes.truncate(pixels * 3);
            RgbImage::from_raw(format.width, format.height, bytes).map(DynamicImage::ImageRgb8)
        }
        ColorType::RGBA(_) => rgb(&|pixel| blend_over_white([at(pixel, 0), at(pixel, 1), at(pixel, 2)], at(pixel, 3))),
        ColorType::YCbCr(_) => rgb(&|pixel| from_ycbcr(at(pixel, 0), at(pixel, 1), at(pixel, 2))),
        ColorType::CMYK(_) | ColorType::CMYKA(_) => rgb(&|pixel| from_cmyk([at(pixel, 0), at(pixel, 1), at(pixel, 2), at(pixel, 3)])),
        ColorType::Lab(_) => None,
        _ if channels > 1 => {
            let grey = bytes.chunks_exact(channels).take(pixels).map(|pixel| at(pixel, 0)).collect();
            GrayImage::from_raw(format.width, format.height, grey).map(DynamicImage::ImageLuma8)
        }
        _ => {
            bytes.truncate(pixels);
            GrayImage::from_raw(format.width, format.height, bytes).map(DynamicImage::ImageLuma8)
        }
    }
}

/// Unpacks samples of `depth` bits, rows starting on byte boundaries, to one byte each: scaled to 0..=255, or
/// unscaled if `raw` (palette indices).
fn unpack_bits(bytes: &[u8], per_row: usize, rows: usize, depth: u8, raw: bool) -> Option<Vec<u8>> {
    let depth = usize::from(depth);
    let stride = (per_row * depth).div_ceil(8);
    let max = (1_u32 << depth) - 1;
    let mut all = Vec::with_capacity(per_row.checked_mul(rows)?);
    for row in bytes.chunks(stride.max(1)).take(rows) {
        for index in 0..per_row {
            let mut value = 0_u32;
            for bit in index * depth..(index + 1) * depth {
                let byte = row.get(bit / 8).copied().unwrap_or_default();
                value = value << 1 | u32::from(byte >> (7 - bit % 8) & 1);
            }
            all.push(if raw { value.min(255) as u8 } else { (value * 255 / max) as u8 });
        }
    }
    Some(all)
}

fn interleave(bytes: &[u8], pixels: usize, planes: usize) -> Vec<u8> {
    let mut all = Vec::with_capacity(bytes.len());
    for pixel in 0..pixels {
        all.extend((0..planes).map(|plane| bytes.get(plane * pixels + pixel).copied().unwrap_or_default()));
    }
    all
}

fn apply_palette(indices: &[u8], depth: u8, format: &SampleFormat) -> Option<DynamicImage> {
    let size = 1_usize << depth.min(8);
    // Entries have 16 bits; some writers used only 8.
    let is_8_bit = format.palette.iter().all(|value| *value < 256);
    let entry = |channel: usize, index: u8| {
        let value = format.palette.get(channel * size + usize::from(index)).copied().unwrap_or_default();
        if is_8_bit { value as u8 } else { (value >> 8) as u8 }
    };
    let all: Vec<u8> = indices.iter().flat_map(|index| [entry(0, *index), entry(1, *index), entry(2, *index)]).collect();
    RgbImage::from_raw(format.width, format.height, all).map(DynamicImage::ImageRgb8)
}

fn blend_over_white(colour: [u8; 3], alpha: u8) -> [u8; 3] {
    let alpha = u32::from(alpha);
    colour.map(|value| ((u32::from(value) * alpha + 255 * (255 - alpha) + 127) / 255) as u8)
}

/// YCbCr to RGB by ITU-R BT.601, full range.
fn from_ycbcr(y: u8, cb: u8, cr: u8) -> [u8; 3] {
    let (y, cb, cr) = (f32::from(y), f32::from(cb) - 128.0, f32::from(cr) - 128.0);
    [y + 1.402 * cr, y - 0.344_136 * cb - 0.714_136 * cr, y + 1.772 * cb].map(|value| value.round().clamp(0.0, 255.0) as u8)
}

fn from_cmyk([c, m, y, k]: [u8; 4]) -> [u8; 3] {
    [c, m, y].map(|ink| ((255 - u32::from(ink)) * (255 - u32::from(k)) / 255) as u8)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn packed_bits_are_unpacked_per_row() {
        assert_eq!(unpack_bits(&[0b1010_0000, 0b0110_0000], 3, 2, 1, false).unwrap(), [255, 0, 255, 0, 255, 255]);
        assert_eq!(unpack_bits(&[0xF1, 0x20], 3, 1, 4, true).unwrap(), [15, 1, 2]);
    }

    #[test]
    fn white_is_zero_and_palette_samples_are_converted() {
        let form = SampleFormat { width: 2, height: 1, colour: ColorType::Gray(8), planes: 1, is_white_zero: true, palette: Vec::new() };
        assert_eq!(to_image(DecodingResult::U8(vec![0, 255]), &form).unwrap().into_bytes(), [255, 0]);
        let palette = vec![0xFFFF, 0, 0x8000, 0, 0, 0];
        let form = SampleFormat { width: 2, height: 1, colour: ColorType::Gray(1), planes: 1, is_white_zero: false, palette };
        assert_eq!(to_image(DecodingResult::U8(vec![0b0100_0000]), &form).unwrap().into_bytes(), [255, 128, 0, 0, 0, 0]);
    }
}
