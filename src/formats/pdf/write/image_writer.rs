//! Images in a PDF: delivered bytes unchanged if PDF/A supports their encoding, else encoded here.

use crate::image::page_image::{EncodedData, Overlay, PageImage};
use crate::pdf::write::jpeg_frame;
use crate::pdf::write::jpeg_frame::JpegFrame;
use crate::pdf::write::object_writer::ObjectWriter;
use flate2::{Compression, write::ZlibEncoder};
use image::codecs::jpeg::JpegEncoder;
use image::{DynamicImage, ExtendedColorType};
use pdf_writer::types::Predictor;
use pdf_writer::writers::ImageXObject;
use pdf_writer::{Filter, Finish, Ref};
use sohoa_base::error::Result;
use sohoa_base::messages::{files, program};
use std::borrow::Cow;
use std::io::Write as _;

/// Quality of encoded JPEGs, 1–100.
const JPEG_QUALITY: u8 = 88;
/// Maximum size of a lossless image, bytes per 1,000 px; larger ones are encoded as JPEG.
const MAX_LOSSLESS_PERMILLE: u64 = 200;
/// Size up to which lossless encoding is always used, bytes.
const ALWAYS_LOSSLESS_BYTES: u64 = 32 * 1024;
/// Maximum difference of the aspect ratios of encoded and displayed image, per mille; above it they are taken for different images.
const MAX_ASPECT_DIFFERENCE_PERMILLE: u64 = 20;

/// Encoded image with its decode parameters.
pub(crate) struct EmbeddedImage<'a> {
    bytes: Cow<'a, [u8]>,
    width: u32,
    height: u32,
    is_grey: bool,
    coding: ImageCoding<'a>,
    /// Clockwise rotation to the displayed orientation, degrees.
    pub(crate) turn: u16,
}

enum ImageCoding<'a> {
    Jpeg { rgb_unmarked: bool },
    Ccitt { k: i32, black_is_1: bool, byte_align: bool, end_of_line: bool, end_of_block: bool },
    Jbig2 { globals: Option<&'a [u8]>, inverted: bool },
    Flate,
}

/// Image of a page: its encoded form as delivered, or its pixels encoded here if that cannot be embedded.
pub(crate) fn from_page(picture: &PageImage) -> Result<EmbeddedImage<'_>> {
    match passthrough(picture) {
        Some(embedded) => Ok(embedded),
        None => encode_pixels(&picture.pixels),
    }
}

/// Image of an overlay.
pub(crate) fn from_overlay(overlay: &Overlay) -> Result<EmbeddedImage<'_>> {
    let (width, height) = overlay.pixels.dimensions();
    if width == 0 || height == 0 {
        return Err(files::pdf_overlay_empty());
    }
    encode_samples(overlay.pixels.as_raw(), width, height, 3)
}

/// Encoded form as delivered, if PDF/A supports it and it matches the displayed image.
fn passthrough(picture: &PageImage) -> Option<EmbeddedImage<'_>> {
    let encoded = &picture.encoded;
    let turn = encoded.turn % 360;
    let quarter = turn % 180 == 90;
    let (width, height) = if quarter { (encoded.height, encoded.width) } else { (encoded.width, encoded.height) };
    if !have_same_aspect((width, height), (picture.pixels.width(), picture.pixels.height())) {
        return None;
    }
    let (mut size, mut grey) = ((encoded.width, encoded.height), true);
    let (bytes, coding) = match &encoded.data {
        EncodedData::Jpeg { bytes, .. } => {
            // Sizes come from the JPEG itself: a PDF that contradicts its JPEG is invalid.
            let header = jpeg_frame::parse(bytes).filter(JpegFrame::is_embeddable)?;
            if !have_same_aspect((header.width, header.height), size) {
                return None;
            }
            size = (header.width, header.height);
            grey = header.components == 1;
            (bytes, ImageCoding::Jpeg { rgb_unmarked: header.is_undeclared_rgb() })
        }
        EncodedData::Ccitt { bytes, k, black_is_1, byte_align, end_of_line } => {
            let (k, black_is_1, byte_align, end_of_line) = (*k, *black_is_1, *byte_align, *end_of_line);
            let end_of_block = k > 0 || has_end_of_block(bytes);
            (bytes, ImageCoding::Ccitt { k, black_is_1, byte_align, end_of_line, end_of_block })
        }
        EncodedData::Jbig2 { bytes, globals, inverted } => (bytes, ImageCoding::Jbig2 { globals: globals.as_deref(), inverted: *inverted }),
        EncodedData::NotEmbeddable => return None,
    };
    let (width, height) = size;
    (!bytes.is_empty()).then_some(EmbeddedImage { bytes: Cow::Borrowed(bytes), width, height, is_grey: grey, coding, turn })
}

/// Whether two sizes have the same proportions.
fn have_same_aspect(a: (u32, u32), b: (u32, u32)) -> bool {
    let (one, other) = (u64::from(a.0) * u64::from(b.1), u64::from(b.0) * u64::from(a.1));
    one > 0 && other > 0 && one.abs_diff(other) * 1000 <= one.max(other) * MAX_ASPECT_DIFFERENCE_PERMILLE
}

/// Whether the data end with the end-of-block code (ITU-T T.6, 2.4.1.1: two end-of-line codes), at any bit.
fn has_end_of_block(bytes: &[u8]) -> bool {
    let tail = bytes.get(bytes.len().saturating_sub(12)..).unwrap_or(bytes);
    let mut window = u32::MAX;
    tail.iter().flat_map(|byte| (0..8).rev().map(move |bit| u32::from(byte >> bit & 1))).any(|bit| {
        window = window << 1 | bit;
        window & 0xff_ffff == 0x00_1001
    })
}

fn encode_pixels(pixels: &DynamicImage) -> Result<EmbeddedImage<'static>> {
    let (width, height) = (pixels.width(), pixels.height());
    match pixels {
        DynamicImage::ImageLuma8(grey) => encode_samples(grey.as_raw(), width, height, 1),
        DynamicImage::ImageRgb8(colour) => encode_samples(colour.as_raw(), width, height, 3),
        other => encode_samples(other.to_rgb8().as_raw(), width, height, 3),
    }
}

/// Encodes samples of 1 or 3 components. RGB without colour is reduced to grey; bilevel images become Group 4; others
/// are lossless if that is small enough, else JPEG.
fn encode_samples(samples: &[u8], width: u32, height: u32, components: u8) -> Result<EmbeddedImage<'static>> {
    if components == 3 && samples.chunks_exact(3).all(|px| matches!(px, [r, g, b] if r == g && g == b)) {
        let grey: Vec<u8> = samples.iter().step_by(3).copied().collect();
        return encode_samples(&grey, width, height, 1);
    }
    let grey = components == 1;
    let embedded = |bytes: Vec<u8>, coding| EmbeddedImage { bytes: Cow::Owned(bytes), width, height, is_grey: grey, coding, turn: 0 };
    if grey && samples.iter().all(|sample| matches!(sample, 0 | 255)) {
        let bytes = encode_group_4(samples, width)?;
        let coding = ImageCoding::Ccitt { k: -1, black_is_1: false, byte_align: false, end_of_line: false, end_of_block: true };
        return Ok(embedded(bytes, coding));
    }
    let px = u64::from(width) * u64::from(height);
    // JPEG stores each side in 16 bits.
    let jpeg_fits = width <= 65_535 && height <= 65_535;
    let bound = if jpeg_fits { (px * MAX_LOSSLESS_PERMILLE / 1000).max(ALWAYS_LOSSLESS_BYTES) } else { u64::MAX };
    if is_lossless_promising(samples, width, components, bound)?
        && let Some(bytes) = encode_lossless(samples, width, components, bound)?
    {
        return Ok(embedded(bytes, ImageCoding::Flate));
    }
    let mut bytes = Vec::new();
    let colour = if grey { ExtendedColorType::L8 } else { ExtendedColorType::Rgb8 };
    JpegEncoder::new_with_quality(&mut bytes, JPEG_QUALITY)
        .encode(samples, width, height, colour)
        .map_err(|error| program::bug(format!("PDF: JPEG of {width} × {height} px")).caused_by(error))?;
    Ok(embedded(bytes, ImageCoding::Jpeg { rgb_unmarked: false }))
}

/// CCITT Group 4 (ITU-T T.6) of samples that are 0 (black) or 255.
fn encode_group_4(samples: &[u8], width: u32) -> Result<Vec<u8>> {
    use fax::{Color, VecWriter, encoder::Encoder};
    let mut encoder = Encoder::new(VecWriter::new());
    for row in samples.chunks_exact(width.max(1) as usize) {
        let colours = row.iter().map(|sample| if *sample < 128 { Color::Black } else { Color::White });
        encoder.encode_line(colours, width).map_err(|error| program::bug("PDF: Group 4").caused_by(error))?;
    }
    Ok(encoder.finish().map_err(|error| program::bug("PDF: Group 4").caused_by(error))?.finish())
}

/// Whether lossless encoding is worth trying: every eighth band of rows must compress to at most 1.5 times its share
/// of `bound`. Compressing a whole photograph in vain costs a second.
fn is_lossless_promising(samples: &[u8], width: u32, components: u8, bound: u64) -> Result<bool> {
    const BAND: usize = 16;
    let length = (width as usize * usize::from(components)).max(1);
    if bound == u64::MAX || samples.len() / length < BAND * 16 {
        return Ok(true);
    }
    let sample: Vec<u8> = samples.chunks(length * BAND).step_by(8).flatten().copied().collect();
    Ok(encode_lossless(&sample, width, components, bound * 3 / 16)?.is_some())
}

/// Zlib stream of rows under the PNG predictors; `None` as soon as it exceeds `bound` bytes.
fn encode_lossless(samples: &[u8], width: u32, components: u8, bound: u64) -> Result<Option<Vec<u8>>> {
    let step = usize::from(components);
    let length = width as usize * step;
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::new(6));
    let mut above = vec![0; length];
    let mut rows = [vec![0; length + 1], vec![0; length + 1], vec![0; length + 1]];
    for row in samples.chunks_exact(length.max(1)) {
        png_filters(row, &above, step, &mut rows);
        let best = rows.iter().min_by_key(|row| filter_cost(row)).map_or(&[][..], Vec::as_slice);
        encoder.write_all(best).map_err(|error| program::bug("PDF: compression of a picture").caused_by(error))?;
        if encoder.get_ref().len() as u64 > bound {
            return Ok(None);
        }
        above.copy_from_slice(row);
    }
    let bytes = encoder.finish().map_err(|error| program::bug("PDF: compression of a picture").caused_by(error))?;
    Ok((bytes.len() as u64 <= bound).then_some(bytes))
}

/// Writes the row under the PNG filters Sub, Up and Paeth (RFC 2083, 6) to `rows`, each preceded by its filter number.
fn png_filters(row: &[u8], above: &[u8], step: usize, rows: &mut [Vec<u8>; 3]) {
    let [sub, up, paeth] = rows;
    for (out, filter) in [(&mut *sub, 1), (&mut *up, 2), (&mut *paeth, 4)] {
        if let Some(first) = out.first_mut() {
            *first = filter;
        }
    }
    let nothing = [0; 3];
    let nothing = nothing.get(..step).unwrap_or(&[]);
    let left = nothing.iter().chain(row);
    let corner = nothing.iter().chain(above);
    let places = sub.iter_mut().skip(1).zip(up.iter_mut().skip(1)).zip(paeth.iter_mut().skip(1));
    for (((((sub, up), paeth), here), (left, above)), corner) in places.zip(row).zip(left.zip(above)).zip(corner) {
        *sub = here.wrapping_sub(*left);
        *up = here.wrapping_sub(*above);
        *paeth = here.wrapping_sub(paeth_predictor(*left, *above, *corner));
    }
}

fn paeth_predictor(left: u8, above: u8, corner: u8) -> u8 {
    let guess = i16::from(left) + i16::from(above) - i16::from(corner);
    let [to_left, to_above, to_corner] = [left, above, corner].map(|value| (guess - i16::from(value)).abs());
    if to_left <= to_above && to_left <= to_corner {
        left
    } else if to_above <= to_corner {
        above
    } else {
        corner
    }
}

/// Sum of absolute values of a filtered row: the usual heuristic for its compressed size.
fn filter_cost(row: &[u8]) -> u64 {
    row.iter().skip(1).map(|value| u64::from((*value as i8).unsigned_abs())).sum()
}

impl EmbeddedImage<'_> {
    /// Shared JBIG2 segments, to be written before the image.
    pub(crate) fn globals(&self) -> Option<&[u8]> {
        match &self.coding {
            ImageCoding::Jbig2 { globals, .. } => *globals,
            _ => None,
        }
    }

    /// Writes the image as object `number`.
    pub(crate) fn write(&self, body: &mut ObjectWriter, number: Ref, globals: Option<Ref>) -> Result<()> {
        let too_large = |error| files::pdf_picture_too_large().caused_by(error);
        let width = i32::try_from(self.width).map_err(too_large)?;
        let height = i32::try_from(self.height).map_err(too_large)?;
        body.write_object(|chunk| self.write_dictionary(chunk.image_xobject(number, &self.bytes), width, height, globals));
        Ok(())
    }

    fn write_dictionary(&self, mut object: ImageXObject<'_>, width: i32, height: i32, globals: Option<Ref>) {
        object.width(width).height(height);
        let bits = if matches!(self.coding, ImageCoding::Jpeg { .. } | ImageCoding::Flate) { 8 } else { 1 };
        object.bits_per_component(bits);
        if self.is_grey {
            object.color_space().device_gray();
        } else {
            object.color_space().device_rgb();
        }
        match &self.coding {
            ImageCoding::Jpeg { rgb_unmarked } => {
                object.filter(Filter::DctDecode);
                if *rgb_unmarked {
                    object.decode_parms().color_transform(false);
                }
            }
            ImageCoding::Ccitt { k, black_is_1, byte_align, end_of_line, end_of_block } => {
                object.filter(Filter::CcittFaxDecode);
                let mut parameters = object.decode_parms();
                parameters.k(*k).columns(width).rows(height);
                // Only values that differ from the default: some readers fail on the others.
                if *black_is_1 {
                    parameters.black_is_1(true);
                }
                if *byte_align {
                    parameters.encoded_byte_align(true);
                }
                if *end_of_line {
                    parameters.end_of_line(true);
                }
                if !*end_of_block {
                    parameters.end_of_block(false);
                }
            }
            ImageCoding::Jbig2 { inverted, .. } => {
                object.filter(Filter::Jbig2Decode);
                if let Some(globals) = globals {
                    object.decode_parms().jbig2_globals(globals);
                }
                if *inverted {
                    object.decode([1.0, 0.0]);
                }
            }
            ImageCoding::Flate => {
                object.filter(Filter::FlateDecode);
                let colours = if self.is_grey { 1 } else { 3 };
                object.decode_parms().predictor(Predictor::PngOptimum).colors(colours).bits_per_component(8).columns(width);
            }
        }
        object.finish();
    }
}
