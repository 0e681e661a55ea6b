//! Files with one image: JPEG, PNG, WebP, BMP, GIF, JPEG 2000, HEIC.

use crate::image::heic;
use crate::image::jpeg_markers;
use crate::image::page_image::{EncodedData, EncodedImage, PageImage};
use crate::image::pixels;
use crate::limits::Limits;
use crate::media_types;
use crate::tiff::directory::TiffBytes;
use image::codecs::{bmp::BmpDecoder, gif::GifDecoder, jpeg::JpegDecoder, png::PngDecoder, webp::WebPDecoder};
use image::{AnimationDecoder, DynamicImage, ImageDecoder, ImageError};
use sohoa_base::error::{Error, Result};
use sohoa_base::messages::{file_warnings, files};
use sohoa_base::model::refusal::Warning;
use std::io::Cursor;

/// Checks an image's headers and declared size without decoding it; returns warnings, which [`decode_page`] does
/// not repeat.
///
/// # Errors
/// `Corrupt`, `Invalid` or `Limit`, as [`decode_page`].
pub(crate) fn check_header(bytes: &[u8], media_type: &str, limits: &Limits) -> Result<Vec<Warning>> {
    let mut warnings = Vec::new();
    match media_type {
        media_types::JPEG => {
            let head = jpeg_markers::parse(bytes)?;
            limits.check_image(head.width, head.height, jpeg_channels(&head))?;
            warnings.extend(jpeg_warnings(bytes, &head));
            warnings.extend(aspect_ratio_warning(head.width, head.height));
        }
        media_types::JP2 | media_types::J2K => {
            check_decoder(&jp2_decoder(bytes)?, limits)?;
            warnings.extend(jp2_warnings(bytes, media_type));
        }
        media_types::HEIC => {
            if heic::check(bytes, limits)? > 1 {
                warnings.push(Warning::new("more-pictures", &file_warnings::warning_main_picture_only()));
            }
        }
        _ => {
            let (decoder, _, found) = open_decoder(bytes, media_type, limits)?;
            let (width, height) = decoder.dimensions();
            warnings.extend(found);
            warnings.extend(aspect_ratio_warning(width, height));
        }
    }
    Ok(warnings)
}

/// Warning for an aspect ratio of 20 or more, which no page has.
fn aspect_ratio_warning(width: u32, height: u32) -> Option<Warning> {
    let (long, short) = (width.max(height), width.min(height).max(1));
    (long / short >= 20).then(|| Warning::new("page-size", &file_warnings::warning_picture_shape(width, height)))
}

/// Decodes the image.
///
/// # Errors
/// `Corrupt` if it cannot be decoded (of a truncated JPEG, less than 30 % of its rows), `Invalid` for unsupported
/// types, `Limit` for images that are too large.
pub(crate) fn decode_page(bytes: &[u8], media_type: &str, limits: &Limits) -> Result<PageImage> {
    match media_type {
        media_types::JPEG => read_jpeg(bytes, limits),
        media_types::JP2 | media_types::J2K => {
            let decoder = jp2_decoder(bytes)?;
            check_decoder(&decoder, limits)?;
            let image = decode(decoder, media_type)?;
            Ok(unencoded_page(image, 1, None))
        }
        media_types::HEIC => Ok(unencoded_page(heic::read(bytes, limits)?, 1, None)),
        _ => {
            let (mut decoder, dpi, _) = open_decoder(bytes, media_type, limits)?;
            let orientation = decoder.orientation().map_or(1, image::metadata::Orientation::to_exif);
            Ok(unencoded_page(decode(decoder, media_type)?, orientation, dpi))
        }
    }
}

fn jpeg_channels(head: &jpeg_markers::JpegMarkers) -> u64 {
    // A progressive JPEG is buffered as 16-bit coefficients before it is decoded to pixels.
    u64::from(head.components.max(1)) * if head.frame_marker == 0xC2 { 2 } else { 1 }
}

fn jpeg_warnings(bytes: &[u8], head: &jpeg_markers::JpegMarkers) -> Vec<Warning> {
    let rest = head.end_offset.and_then(|end| bytes.get(end..)).unwrap_or_default();
    if head.end_offset.is_none() {
        vec![Warning::new("truncated", &file_warnings::warning_jpeg_cut_off())]
    } else if rest.len() > 4 && rest.iter().any(|byte| !matches!(byte, 0 | 0xFF | b'\r' | b'\n' | b' ')) {
        vec![Warning::new("trailing-data", &file_warnings::warning_jpeg_trailing_data(rest.len()))]
    } else {
        Vec::new()
    }
}

fn read_jpeg(bytes: &[u8], limits: &Limits) -> Result<PageImage> {
    let head = jpeg_markers::parse(bytes)?;
    limits.check_image(head.width, head.height, jpeg_channels(&head))?;
    let mut image = pixels::to_l8_or_rgb8(decode_jpeg(bytes.get(..head.end_offset.unwrap_or(bytes.len())).unwrap_or(bytes))?);
    if head.end_offset.is_none() {
        let rows = decoded_rows(&image);
        if rows * 10 < u64::from(image.height()) * 3 {
            return Err(files::jpeg_cut_off(rows, image.height()));
        }
    }
    let (dpi, stretch) = pixels::resolve_dpi(head.width, head.height, head.dpi);
    let (mirrored, turn) = pixels::exif_transform(head.orientation);
    let plain_jpeg = head.is_widely_supported() && matches!(head.components, 1 | 3) && !head.has_rgb_component_ids;
    let keep = head.end_offset.filter(|_| plain_jpeg && !mirrored && stretch == (1.0, 1.0)).and_then(|end| bytes.get(..end));
    if mirrored {
        image = image.fliph();
    }
    let image = pixels::rotate(pixels::scale_to_square_pixels(image, stretch), turn);
    let encoded = match keep {
        Some(file) => EncodedImage {
            width: head.width,
            height: head.height,
            turn,
            data: EncodedData::Jpeg { bytes: file.to_vec(), components: head.components },
        },
        None => EncodedImage { width: image.width(), height: image.height(), turn: 0, data: EncodedData::NotEmbeddable },
    };
    Ok(PageImage { pixels: image, dpi, embedded_text: None, encoded, overlays: Vec::new(), warnings: Vec::new() })
}

/// Decodes a JPEG file.
///
/// # Errors
/// `Corrupt`.
pub(crate) fn decode_jpeg(bytes: &[u8]) -> Result<DynamicImage> {
    let decoder = JpegDecoder::new(Cursor::new(bytes)).map_err(|error| undecodable(media_types::JPEG, error))?;
    decode(decoder, media_types::JPEG)
}

/// Number of decoded rows of a truncated image: those above the evenly coloured rest that the decoder leaves.
fn decoded_rows(image: &DynamicImage) -> u64 {
    let stride = image.width() as usize * usize::from(image.color().bytes_per_pixel());
    let bytes = image.as_bytes();
    let last = bytes.get(bytes.len().saturating_sub(stride)..).unwrap_or_default();
    let even = last.iter().zip(last.iter().skip(usize::from(image.color().bytes_per_pixel()))).all(|(a, b)| a == b);
    if !even {
        return u64::from(image.height());
    }
    let rest = bytes.chunks_exact(stride.max(1)).rev().take_while(|row| *row == last).count();
    u64::from(image.height()).saturating_sub(rest as u64)
}

fn undecodable(media_type: &str, error: ImageError) -> Error {
    files::picture_undecodable(media_types::describe(media_type)).caused_by(error)
}

fn decode(decoder: impl ImageDecoder, media_type: &str) -> Result<DynamicImage> {
    DynamicImage::from_decoder(decoder).map_err(|error| undecodable(media_type, error))
}

fn check_decoder(decoder: &impl ImageDecoder, limits: &Limits) -> Result<()> {
    let (width, height) = decoder.dimensions();
    limits.check_image(width, height, u64::from(decoder.color_type().bytes_per_pixel()))
}

type OpenedDecoder<'a> = (Box<dyn ImageDecoder + 'a>, Option<(f64, f64)>, Vec<Warning>);

/// Opens a decoder and checks the declared size. Also returns the declared resolution (dpi on x, y) and warnings.
fn open_decoder<'a>(bytes: &'a [u8], media_type: &str, limits: &Limits) -> Result<OpenedDecoder<'a>> {
    let broken = |error| undecodable(media_type, error);
    let mut memory = image::Limits::default();
    memory.max_alloc = Some(limits.max_pixel_bytes);
    let mut warnings = Vec::new();
    let several_images = || Warning::new("more-pictures", &file_warnings::warning_first_picture_only());
    let (decoder, dpi): (Box<dyn ImageDecoder + 'a>, _) = match media_type {
        media_types::PNG => {
            if !matches!(bytes.get(26..28), Some([0, 0])) {
                return Err(files::png_compression_unknown());
            }
            let decoder = PngDecoder::with_limits(Cursor::new(bytes), memory).map_err(broken)?;
            check_decoder(&decoder, limits)?;
            if decoder.is_apng().unwrap_or(false) {
                warnings.push(several_images());
            }
            (Box::new(decoder), png_dpi(bytes))
        }
        media_types::WEBP => {
            let decoder = WebPDecoder::new(Cursor::new(bytes)).map_err(broken)?;
            check_decoder(&decoder, limits)?;
            if decoder.has_animation() {
                warnings.push(several_images());
            }
            (Box::new(decoder), None)
        }
        media_types::BMP => {
            let decoder = BmpDecoder::new(Cursor::new(bytes)).map_err(broken)?;
            check_decoder(&decoder, limits)?;
            (Box::new(decoder), bmp_dpi(bytes))
        }
        media_types::GIF => {
            let open = || GifDecoder::new(Cursor::new(bytes)).map_err(broken);
            let mut decoder = open()?;
            check_decoder(&decoder, limits)?;
            decoder
                .set_limits(memory)
                .map_err(|error| files::picture_needs_too_much_memory(media_types::describe(media_type)).caused_by(error))?;
            if open()?.into_frames().take(2).filter(std::result::Result::is_ok).count() > 1 {
                warnings.push(several_images());
            }
            (Box::new(decoder), None)
        }
        other => return Err(files::picture_kind_unreadable(media_types::describe(other))),
    };
    Ok((decoder, dpi, warnings))
}

fn unencoded_page(image: DynamicImage, orientation: u8, dpi: Option<(f64, f64)>) -> PageImage {
    let (dpi, stretch) = pixels::resolve_dpi(image.width(), image.height(), dpi);
    let (mirrored, turn) = pixels::exif_transform(orientation);
    let image = pixels::to_l8_or_rgb8(image);
    let image = if mirrored { image.fliph() } else { image };
    let image = pixels::rotate(pixels::scale_to_square_pixels(image, stretch), turn);
    let encoded = EncodedImage { width: image.width(), height: image.height(), turn: 0, data: EncodedData::NotEmbeddable };
    PageImage { pixels: image, dpi, embedded_text: None, encoded, overlays: Vec::new(), warnings: Vec::new() }
}

/// Resolution of a PNG, dpi on x and y: `pHYs` if its unit is the metre (PNG, 11.3.4.3), or the EXIF chunk.
fn png_dpi(bytes: &[u8]) -> Option<(f64, f64)> {
    let number = |at: usize| Some(f64::from(u32::from_be_bytes(bytes.get(at..at + 4)?.try_into().ok()?)));
    let mut at = 8_usize;
    for _ in 0..64 {
        let length = number(at)? as usize;
        match bytes.get(at + 4..at + 8)? {
            b"pHYs" if bytes.get(at + 16) == Some(&1) => return Some((number(at + 8)? * 0.0254, number(at + 12)? * 0.0254)),
            b"eXIf" => {
                if let Some(dpi) = TiffBytes::new(bytes.get(at + 8..)?).and_then(|exif| exif.first_dpi()) {
                    return Some(dpi);
                }
            }
            b"IDAT" => return None,
            _ => {}
        }
        at = at.checked_add(length)?.checked_add(12)?;
    }
    None
}

fn bmp_dpi(bytes: &[u8]) -> Option<(f64, f64)> {
    let number = |at: usize| Some(f64::from(i32::from_le_bytes(bytes.get(at..at + 4)?.try_into().ok()?)));
    (bytes.get(14..18)? != [12, 0, 0, 0]).then_some(())?;
    Some((number(38)? * 0.0254, number(42)? * 0.0254))
}

fn jp2_decoder(bytes: &[u8]) -> Result<hayro_jpeg2000::integration::Jp2Decoder> {
    // The decoder allocates one record per tile.
    let tiles = jp2_tiles(bytes).unwrap_or(0);
    if tiles > 10_000 {
        return Err(files::jpeg2000_tiles_over_limit(tiles, 10_000));
    }
    let decoder = hayro_jpeg2000::integration::Jp2Decoder::new(Cursor::new(bytes));
    decoder.map_err(|error| files::picture_undecodable(media_types::describe(media_types::JP2)).caused_by(error))
}

/// Number of tiles declared by the `SIZ` marker (ITU-T T.800, A.5.1).
fn jp2_tiles(bytes: &[u8]) -> Option<u64> {
    let start = bytes.windows(4).position(|window| window == [0xFF, 0x4F, 0xFF, 0x51])?;
    let number =
        |index: usize| Some(u64::from(u32::from_be_bytes(bytes.get(start + 8 + index * 4..start + 12 + index * 4)?.try_into().ok()?)));
    let (width, height, tile_width, tile_height) = (number(0)?, number(1)?, number(4)?, number(5)?);
    Some(width.div_ceil(tile_width.max(1)) * height.div_ceil(tile_height.max(1)))
}

/// Warnings for a JPEG 2000 image. The end marker is searched in the last 4 KB, because boxes may follow the codestream.
fn jp2_warnings(bytes: &[u8], media_type: &str) -> Vec<Warning> {
    let tail = bytes.get(bytes.len().saturating_sub(4096)..).unwrap_or_default();
    let ended = tail.windows(2).any(|window| window == [0xFF, 0xD9]);
    let mut warnings = Vec::new();
    if !ended {
        warnings.push(Warning::new("truncated", &file_warnings::warning_jpeg2000_cut_off()));
    }
    if media_type == media_types::J2K {
        warnings.push(Warning::new("bare-codestream", &file_warnings::warning_jpeg2000_bare()));
    }
    warnings
}
