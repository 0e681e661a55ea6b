//! One page's picture, between those who read formats and those who write them.

use image::{DynamicImage, RgbImage};
use sohoa_base::model::page::geometry::Bounds;
use sohoa_base::model::page::reading::Block;
use sohoa_base::model::refusal::Warning;

/// A page's picture as a reader of the paper sees it, and how its bytes can be kept as they are.
#[derive(Debug, Clone)]
pub struct PageImage {
    /// Decoded pixels as displayed: `/Rotate`, EXIF orientation, crop, `/Decode` and overlays applied.
    /// `L8` or `RGB8`.
    pub pixels: DynamicImage,
    /// Resolution of `pixels` on both axes, dots per inch.
    pub dpi: u32,
    /// Text of a born-digital page, boxes in px of `pixels`, in reading order.
    pub embedded_text: Option<Vec<Block>>,
    /// The picture's encoded form, to be kept without re-encoding.
    pub encoded: EncodedImage,
    /// Parts drawn over the raster (visible signature stamps, annotations), to be laid over it again.
    pub overlays: Vec<Overlay>,
    /// What was odd.
    pub warnings: Vec<Warning>,
}

/// A part of the displayed page that differs from the raster.
#[derive(Debug, Clone)]
pub struct Overlay {
    /// Where, in px of [`PagePicture::pixels`].
    pub bounds: Bounds,
    /// Its pixels, opaque.
    pub pixels: RgbImage,
}

/// An encoded picture.
#[derive(Debug, Clone)]
pub struct EncodedImage {
    /// Width of the encoded picture before `turn`, px.
    pub width: u32,
    /// Height of the encoded picture before `turn`, px.
    pub height: u32,
    /// Clockwise turn that shows the encoded picture as [`PagePicture::pixels`]: 0, 90, 180, 270.
    pub turn: u16,
    /// The bytes.
    pub data: EncodedData,
}

/// Encoded bytes of a picture in a form that PDF knows.
#[derive(Debug, Clone)]
pub enum EncodedData {
    /// A baseline or progressive JPEG of 1 (grey) or 3 (YCbCr or RGB) components.
    Jpeg {
        /// The file.
        bytes: Vec<u8>,
        /// 1 or 3.
        components: u8,
    },
    /// CCITT fax data with its PDF decode parameters.
    Ccitt {
        /// The data.
        bytes: Vec<u8>,
        /// `/K`: below 0 is Group 4.
        k: i32,
        /// `/BlackIs1`, combined with an inverting `/Decode`.
        black_is_1: bool,
        /// `/EncodedByteAlign`.
        byte_align: bool,
        /// `/EndOfLine`.
        end_of_line: bool,
    },
    /// JBIG2 data as embedded in PDF.
    Jbig2 {
        /// The page's segments.
        bytes: Vec<u8>,
        /// Shared segments.
        globals: Option<Vec<u8>>,
        /// Drawn with an inverting `/Decode`.
        inverted: bool,
    },
    /// No form that can be kept: encode [`PagePicture::pixels`], whose turn is 0.
    NotEmbeddable,
}
