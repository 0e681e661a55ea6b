//! One line of a page between the recognition passes.

use image::GrayImage;
use sohoa_engine::engine::OcrWord;
use sohoa_imaging::layout::line_crop::LineCrop;
use sohoa_imaging::layout::lines::Area;

/// A line after the first pass; the later passes replace its words.
pub(crate) struct OcrLine<'a> {
    /// Its box on the prepared page.
    pub(crate) area: Area,
    /// The image that it was cropped from.
    pub(crate) source: &'a GrayImage,
    /// The crop that the first pass read.
    pub(crate) crop: LineCrop,
    /// Its words, px of the crop.
    pub(crate) words: Vec<OcrWord>,
}
