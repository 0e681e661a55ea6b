//! LZW with the bit order used before TIFF 6.0 reversed it; such files still occur in old archives.

use crate::tiff::directory as tags;
use crate::tiff::directory::{Directory, TiffBytes};
use crate::tiff::samples;
use crate::tiff::samples::SampleFormat;
use image::DynamicImage;
use sohoa_base::error::{Error, Result};
use sohoa_base::messages::files;
use tiff::ColorType;
use tiff::decoder::DecodingResult;
use weezl::{BitOrder, decode::Decoder};

/// Whether the first strip begins with a clear code in the old bit order.
pub(crate) fn is_legacy(bytes: &[u8], tiff: &TiffBytes<'_>, directory: &Directory) -> bool {
    let first = tiff.number(directory, tags::STRIP_OFFSETS).and_then(|offset| usize::try_from(offset).ok());
    matches!(first.and_then(|at| bytes.get(at..)), Some([0, second, ..]) if second & 1 == 1)
}

/// Decodes the strips of an 8-bit grey or RGB page.
///
/// # Errors
/// `Invalid` for other pixel formats, `Corrupt` if less than half can be read.
pub(crate) fn decode(bytes: &[u8], tiff: &TiffBytes<'_>, directory: &Directory, width: u32, height: u32) -> Result<DynamicImage> {
    let number = |tag| tiff.number(directory, tag).unwrap_or(1);
    let samples = number(tags::SAMPLES);
    let plain = tiff.numbers(directory, tags::BITS, 8).iter().all(|bits| *bits == 8)
        && number(tags::PREDICTOR) == 1
        && (number(tags::PLANAR) == 1 || samples == 1);
    let colour = match (samples, tiff.number(directory, tags::PHOTOMETRIC)) {
        (1, Some(0 | 1)) => ColorType::Gray(8),
        (3, Some(2)) => ColorType::RGB(8),
        _ => return Err(unsupported()),
    };
    if !plain {
        return Err(unsupported());
    }
    let size = usize::from(colour.num_samples()) * width as usize * height as usize;
    let mut all = Vec::with_capacity(size);
    let offsets = tiff.numbers(directory, tags::STRIP_OFFSETS, height as usize);
    let lengths = tiff.numbers(directory, tags::STRIP_LENGTHS, height as usize);
    for (offset, length) in offsets.iter().zip(&lengths) {
        let start = usize::try_from(*offset).unwrap_or(usize::MAX).min(bytes.len());
        let end = start.saturating_add(usize::try_from(*length).unwrap_or(usize::MAX)).min(bytes.len());
        let mut decoder = Decoder::new(BitOrder::Lsb, 8);
        let mut strip = bytes.get(start..end).unwrap_or_default();
        let mut buffer = [0; 16 << 10];
        while all.len() < size {
            let step = decoder.decode_bytes(strip, &mut buffer);
            strip = strip.get(step.consumed_in..).unwrap_or_default();
            all.extend_from_slice(buffer.get(..step.consumed_out).unwrap_or_default());
            if step.status.is_err() || (step.consumed_in == 0 && step.consumed_out == 0) {
                break;
            }
        }
    }
    if all.len() * 2 < size {
        return Err(files::tiff_half_missing());
    }
    all.resize(size, 255);
    let format = SampleFormat { width, height, colour, planes: 1, is_white_zero: number(tags::PHOTOMETRIC) == 0, palette: Vec::new() };
    samples::to_image(DecodingResult::U8(all), &format).ok_or_else(unsupported)
}

fn unsupported() -> Error {
    files::tiff_kind_unsupported()
}
