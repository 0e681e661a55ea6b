//! Image of a page that is a single scan: its pixels, and its encoded bytes if they can be embedded unchanged.

use crate::image::image_files;
use crate::image::jpeg_markers;
use crate::image::page_image::EncodedData;
use crate::pdf::read::draw_list;
use crate::pdf::read::draw_list::PlacedImage;
use crate::tiff::ccitt_fax;
use hayro::hayro_interpret::font::GlyphRun;
use hayro::hayro_interpret::{
    BlendMode, ClipPath, Device, DrawMode, DrawProps, Image, ImageData, ImageDrawProps, LumaData, RenderContent, SoftMask,
};
use hayro::hayro_syntax::Filter;
use hayro::hayro_syntax::object::{Array, Dict, Number, Object, Stream};
use hayro::hayro_syntax::page::Page;
use hayro::kurbo::BezPath;
use image::{DynamicImage, GrayImage, RgbImage};
use sohoa_base::error::Result;
use sohoa_base::messages::files;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Pixels as stored (not rotated), and their encoded form.
pub(crate) struct ScanImage {
    /// `L8` or `RGB8`.
    pub(crate) pixels: DynamicImage,
    /// Encoded form of exactly these pixels.
    pub(crate) data: EncodedData,
    /// Number of rows that could not be read.
    pub(crate) missing_rows: u32,
}

impl ScanImage {
    fn complete(pixels: DynamicImage, data: EncodedData) -> Self {
        Self { pixels, data, missing_rows: 0 }
    }
}

/// Decodes image number `index` (from 0) in drawing order.
///
/// # Errors
/// `Corrupt` if it cannot be decoded.
pub(crate) fn extract(page: &Page<'_>, index: usize, placed: &PlacedImage) -> Result<ScanImage> {
    let mut device = ImageExtractor { index, images_seen: 0, size: (placed.width, placed.height), extracted: None };
    let run = catch_unwind(AssertUnwindSafe(|| draw_list::interpret(page, RenderContent::PAGE, &mut device)));
    let broken = files::pdf_picture_undecodable;
    match device.extracted {
        Some(found) => Ok(found),
        None if run.is_err() => Err(broken().caused_by("the decoder gave up")),
        None => Err(broken()),
    }
}

struct ImageExtractor {
    index: usize,
    images_seen: usize,
    size: (u32, u32),
    extracted: Option<ScanImage>,
}

impl<'a> Device<'a> for ImageExtractor {
    fn draw_path(&mut self, _: &BezPath, _: DrawProps<'a>, _: &DrawMode) {}
    fn push_clip_path(&mut self, _: &ClipPath) {}
    fn push_transparency_group(&mut self, _: f32, _: Option<SoftMask<'a>>, _: BlendMode) {}
    fn draw_glyph_run(&mut self, _: &GlyphRun<'_, 'a>, _: DrawProps<'a>, _: &DrawMode) {}
    fn pop_clip(&mut self) {}
    fn pop_transparency_group(&mut self) {}

    fn draw_image(&mut self, image: Image<'a, '_>, _: ImageDrawProps<'a>) {
        let index = self.images_seen;
        self.images_seen += 1;
        if index != self.index || self.extracted.is_some() {
            return;
        }
        match image {
            Image::Stencil(stencil) => {
                let data = passthrough_data(stencil.stream(), self.size, true);
                if let Some(fax) = decode_fax(&data, self.size) {
                    self.extracted = Some(fax);
                    return;
                }
                let found = &mut self.extracted;
                stencil.with_stencil(|luma, _| *found = decode_stencil(luma).map(|pixels| ScanImage::complete(pixels, data)), None);
            }
            Image::Raster(raster) => {
                let data = passthrough_data(raster.stream(), self.size, false);
                if let Some(fax) = decode_fax(&data, self.size) {
                    self.extracted = Some(fax);
                    return;
                }
                // Decode an embedded JPEG with the JPEG decoder, so that the pixels equal what readers of the embedded file show.
                if let EncodedData::Jpeg { bytes, .. } = &data
                    && let Ok(pixels) = image_files::decode_jpeg(bytes)
                {
                    self.extracted = Some(ScanImage::complete(crate::image::pixels::to_l8_or_rgb8(pixels), data));
                    return;
                }
                let found = &mut self.extracted;
                raster.with_rgba(
                    |image, alpha| *found = to_dynamic_image(image, alpha).map(|pixels| ScanImage::complete(pixels, data)),
                    None,
                );
            }
        }
        let size = self.size;
        if let Some(found) = self.extracted.as_mut().filter(|found| (found.pixels.width(), found.pixels.height()) != size) {
            found.data = EncodedData::NotEmbeddable;
        }
    }
}

/// Decodes fax data with this crate's decoder, which counts rows; the PDF decoder silently leaves unreadable rows white.
fn decode_fax(data: &EncodedData, (width, height): (u32, u32)) -> Option<ScanImage> {
    let EncodedData::Ccitt { bytes, k, black_is_1, byte_align, end_of_line } = data else { return None };
    let parameters = ccitt_fax::FaxParameters { k: *k, byte_align: *byte_align, end_of_line: *end_of_line };
    let (mut image, rows) = ccitt_fax::decode_fax(bytes, &parameters, width, height);
    if *black_is_1 {
        image.iter_mut().for_each(|pixel| *pixel = 255 - *pixel);
    }
    let missing_rows = height.saturating_sub(rows);
    let data = if missing_rows > 0 { EncodedData::NotEmbeddable } else { data.clone() };
    Some(ScanImage { pixels: DynamicImage::ImageLuma8(image), data, missing_rows })
}

/// Image of a stencil mask. Its luma is the amount of paint per pixel, so it is inverted to black on white.
fn decode_stencil(luma: LumaData) -> Option<DynamicImage> {
    let mut ink = luma.data;
    ink.iter_mut().for_each(|pixel| *pixel = 255 - *pixel);
    GrayImage::from_raw(luma.width, luma.height, ink).map(DynamicImage::ImageLuma8)
}

fn to_dynamic_image(image: ImageData, alpha: Option<LumaData>) -> Option<DynamicImage> {
    let (mut bytes, width, height, channels) = match image {
        ImageData::Rgb(rgb) => (rgb.data, rgb.width, rgb.height, 3_usize),
        ImageData::Luma(luma) => (luma.data, luma.width, luma.height, 1),
    };
    if let Some(alpha) = alpha {
        blend_over_white(&mut bytes, (width, height), channels, &alpha);
    }
    if channels == 3 {
        RgbImage::from_raw(width, height, bytes).map(crate::image::pixels::reduce_to_grey)
    } else {
        GrayImage::from_raw(width, height, bytes).map(DynamicImage::ImageLuma8)
    }
}

/// Blends pixels over white by `alpha`, which may have another size than the image.
fn blend_over_white(bytes: &mut [u8], (width, height): (u32, u32), channels: usize, alpha: &LumaData) {
    for (index, pixel) in bytes.chunks_exact_mut(channels).enumerate() {
        let (x, y) = (index as u64 % u64::from(width.max(1)), index as u64 / u64::from(width.max(1)));
        let at = (y * u64::from(alpha.height) / u64::from(height.max(1))) * u64::from(alpha.width)
            + x * u64::from(alpha.width) / u64::from(width.max(1));
        let alpha = u32::from(alpha.data.get(at as usize).copied().unwrap_or(255));
        for value in pixel {
            *value = ((u32::from(*value) * alpha + 255 * (255 - alpha) + 127) / 255) as u8;
        }
    }
}

/// Encoded bytes of an image if PDF/A supports them unchanged and nothing else (mask, colour space) affects the pixels.
fn passthrough_data(stream: &Stream<'_>, size: (u32, u32), stencil: bool) -> EncodedData {
    try_passthrough(stream, size, stencil).unwrap_or(EncodedData::NotEmbeddable)
}

fn try_passthrough(stream: &Stream<'_>, (width, height): (u32, u32), stencil: bool) -> Option<EncodedData> {
    let dict = stream.dict();
    let has = |key: &str| dict.get::<Object<'_>>(key).is_some();
    if has("SMask") || has("Mask") || dict.get::<u8>("SMaskInData").is_some_and(|kind| kind != 0) {
        return None;
    }
    let inverted = decode_inverts(dict)?;
    let filters = stream.filters();
    let [filter] = filters.as_slice() else { return None };
    let data = stream.raw_data();
    match filter {
        Filter::DctDecode => {
            let head = jpeg_markers::parse(&data).ok()?;
            let components = colour_components(dict)?;
            let fits = (head.width, head.height) == (width, height) && head.components == components && head.is_widely_supported();
            let transform = decode_parameters(dict).and_then(|parameters| parameters.get::<i32>("ColorTransform"));
            let usual = !inverted && !head.has_rgb_component_ids && transform.is_none_or(|transform| transform == 1);
            let bytes = data.get(..head.end_offset?)?.to_vec();
            (fits && usual && matches!(components, 1 | 3)).then_some(EncodedData::Jpeg { bytes, components })
        }
        Filter::CcittFaxDecode => {
            let parameters = decode_parameters(dict).unwrap_or_default();
            (stencil || colour_components(dict)? == 1).then_some(())?;
            (parameters.get::<u32>("Columns").unwrap_or(1728) == width).then_some(())?;
            Some(EncodedData::Ccitt {
                bytes: data.into_owned(),
                k: parameters.get::<i32>("K").unwrap_or(0),
                black_is_1: parameters.get::<bool>("BlackIs1").unwrap_or(false) != inverted,
                byte_align: parameters.get::<bool>("EncodedByteAlign").unwrap_or(false),
                end_of_line: parameters.get::<bool>("EndOfLine").unwrap_or(false),
            })
        }
        Filter::Jbig2Decode => {
            (stencil || colour_components(dict)? == 1).then_some(())?;
            let globals = decode_parameters(dict).and_then(|parameters| parameters.get::<Stream<'_>>("JBIG2Globals"));
            let globals = match globals {
                Some(globals) => Some(globals.decoded_data().ok()?.into_owned()),
                None => None,
            };
            Some(EncodedData::Jbig2 { bytes: data.into_owned(), globals, inverted })
        }
        _ => None,
    }
}

fn decode_parameters<'a>(dict: &Dict<'a>) -> Option<Dict<'a>> {
    let first = |key: &str| dict.get::<Dict<'a>>(key).or_else(|| dict.get::<Array<'a>>(key)?.iter::<Dict<'a>>().next());
    first("DecodeParms").or_else(|| first("DP"))
}

/// Whether `/Decode` inverts: `false` for the default, `true` if all components are inverted, `None` for other arrays.
fn decode_inverts(dict: &Dict<'_>) -> Option<bool> {
    let Some(array) = dict.get::<Array<'_>>("Decode").or_else(|| dict.get::<Array<'_>>("D")) else { return Some(false) };
    let values: Vec<f64> = array.iter::<Number>().map(|number| number.as_f64()).collect();
    if values.chunks(2).all(|pair| pair == [0.0, 1.0]) {
        Some(false)
    } else if values.chunks(2).all(|pair| pair == [1.0, 0.0]) {
        Some(true)
    } else {
        None
    }
}

/// Components of a plain grey or RGB colour space; `None` for indexed, CMYK, Lab and the like.
fn colour_components(dict: &Dict<'_>) -> Option<u8> {
    let by_name = |name: &str| match name {
        "DeviceGray" | "CalGray" | "G" => Some(1),
        "DeviceRGB" | "CalRGB" | "RGB" => Some(3),
        _ => None,
    };
    match dict.get::<Object<'_>>("ColorSpace").or_else(|| dict.get::<Object<'_>>("CS"))? {
        Object::Name(name) => by_name(name.as_str()),
        Object::Array(array) => {
            let mut items = array.iter::<Object<'_>>();
            let Some(Object::Name(kind)) = items.next() else { return None };
            if kind.as_str() != "ICCBased" {
                return by_name(kind.as_str());
            }
            let Some(Object::Stream(profile)) = items.next() else { return None };
            profile.dict().get::<u8>("N").filter(|components| matches!(components, 1 | 3))
        }
        _ => None,
    }
}
