//! Page image: common output of all format readers and input of the PDF writer.

use image::{DynamicImage, RgbImage};
use sohoa_base::model::page::geometry::Bounds;
use sohoa_base::model::page::reading::Block;
use sohoa_base::model::refusal::Warning;

/// Image of a page as displayed, together with its encoded form where that can be embedded unchanged.
#[derive(Debug, Clone)]
pub struct PageImage {
    /// Decoded pixels as displayed: `/Rotate`, EXIF orientation, crop, `/Decode` and overlays applied.
    /// `L8` or `RGB8`.
    pub pixels: DynamicImage,
    /// Resolution of `pixels` on both axes, dots per inch.
    pub dpi: u32,
    /// Text of a born-digital page, boxes in px of `pixels`, in reading order.
    pub embedded_text: Option<Vec<Block>>,
    /// Encoded form, for embedding without re-encoding.
    pub encoded: EncodedImage,
    /// Parts drawn over the encoded image (visible signature stamps, annotations), to be drawn over it again.
    pub overlays: Vec<Overlay>,
    /// Irregularities found while decoding.
    pub warnings: Vec<Warning>,
}

/// Part of the displayed page that differs from the encoded image.
#[derive(Debug, Clone)]
pub struct Overlay {
    /// Position, px of [`PageImage::pixels`].
    pub bounds: Bounds,
    /// Its pixels, opaque.
    pub pixels: RgbImage,
}

/// Image in encoded form.
#[derive(Debug, Clone)]
pub struct EncodedImage {
    /// Width before `turn`, px.
    pub width: u32,
    /// Height before `turn`, px.
    pub height: u32,
    /// Clockwise rotation from the encoded image to [`PageImage::pixels`], degrees: 0, 90, 180, 270.
    pub turn: u16,
    /// Encoded bytes.
    pub data: EncodedData,
}

/// Encoded bytes of an image in an encoding that PDF supports.
#[derive(Debug, Clone)]
pub enum EncodedData {
    /// A baseline or progressive JPEG of 1 (grey) or 3 (YCbCr or RGB) components.
    Jpeg {
        /// Whole JPEG file.
        bytes: Vec<u8>,
        /// Number of components: 1 or 3.
        components: u8,
    },
    /// CCITT fax data with its PDF decode parameters (PDF 1.7, table 11).
    Ccitt {
        /// Fax data.
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
        /// Segments of the page.
        bytes: Vec<u8>,
        /// Shared segments.
        globals: Option<Vec<u8>>,
        /// Inverted by `/Decode`.
        inverted: bool,
    },
    /// No embeddable form: encode [`PageImage::pixels`], whose turn is 0.
    NotEmbeddable,
}
