//! Separator sheets and a blank back as scanners deliver them, good ones and bad ones.

use super::degrade::{self, STRENGTHS};
use super::files::{Data, Encoded, fax, tiff};
use super::fonts::Fonts;
use super::random::Random;
use super::sheet::{self, Words};
use super::{layout, wear};
use image::{DynamicImage, Rgb, RgbImage, imageops};
use sohoa_base::error::Result;
use sohoa_base::model::code::Separator;

/// Encoded pictures, one page each.
#[derive(Debug, Clone)]
pub struct Trial {
    /// The same separator sheet in every state.
    pub sheets: Vec<Vec<u8>>,
    /// A blank back through which the front is seen.
    pub back: Vec<u8>,
}

/// Resolution of all but the coarsest, dots per inch.
const DPI: u16 = 200;

/// Scans of a sheet: in three strengths of wear, the second upside down; at 100 dots per inch in grey; as a fax; on
/// its side. The same seed gives the same bytes.
///
/// # Errors
/// As [`sheet::draw`] and [`wear::wear`].
pub fn trial(fonts: &Fonts, separator: &Separator, words: &Words, seed: u64) -> Result<Trial> {
    let mut random = Random::for_purpose(seed, "separator sheets");
    let clean = sheet::draw(fonts, separator, words, u32::from(DPI))?;
    let white = layout::blank(fonts, u32::from(DPI)).picture;
    let mut sheets = Vec::new();
    for (place, strength) in STRENGTHS.into_iter().enumerate() {
        let way = if place == 1 { imageops::rotate180(&clean) } else { clean.clone() };
        let drawn = wear::draw(strength, &mut random);
        sheets.push(wear::wear(&DynamicImage::from(way), &DynamicImage::from(white.clone()), u32::from(DPI), &drawn, &mut random)?);
    }
    let coarse = sheet::draw(fonts, separator, words, 100)?;
    let coarse = degrade::noise(&degrade::blur(&crooked(&coarse, -1.2), 1), 6.0, &mut random);
    sheets.push(degrade::jpeg_grey(&imageops::grayscale(&imageops::rotate180(&coarse)), 40, 100)?);
    let faxed = imageops::grayscale(&degrade::noise(&crooked(&clean, 1.5), 9.0, &mut random));
    let (width, height) = faxed.dimensions();
    sheets.push(tiff(&[Encoded { width, height, dpi: DPI, data: Data::Fax(fax(&faxed, 150)?) }]));
    sheets.push(degrade::jpeg(&imageops::rotate90(&crooked(&clean, 0.8)), 60, DPI)?);
    let back = degrade::noise(&degrade::bleed(&white, &clean, 0.06), 3.0, &mut random);
    Ok(Trial { sheets, back: degrade::jpeg(&back, 60, DPI)? })
}

fn crooked(sheet: &RgbImage, degrees: f32) -> RgbImage {
    degrade::skew(sheet, degrees, Rgb([246, 246, 244]))
}
