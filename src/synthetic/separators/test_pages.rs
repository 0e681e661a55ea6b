//! Scanned separator sheets of differing quality, and a scanned blank back, as test input.

use crate::degradation::effects;
use crate::degradation::effects::SEVERITIES;
use crate::degradation::presets;
use crate::page::fonts::Fonts;
use crate::page::layout;
use crate::page_files::{EncodedData, EncodedPage, encode_fax, write_tiff};
use crate::random::SeededRng;
use crate::separators::separator_sheet;
use crate::separators::separator_sheet::SheetTexts;
use image::{DynamicImage, Rgb, RgbImage, imageops};
use sohoa_base::error::Result;
use sohoa_base::model::page::barcode::Separator;

/// Encoded scans, one page each.
#[derive(Debug, Clone)]
pub struct SeparatorTestPages {
    /// The same separator sheet in several degradations.
    pub sheets: Vec<Vec<u8>>,
    /// A blank back through which the front shows.
    pub back: Vec<u8>,
}

/// Resolution of all scans but the one at 100 dots per inch.
const DPI: u16 = 200;

/// Scans of a sheet: in three severities of degradation, the second upside down; at 100 dots per inch in grey; as a fax;
/// sideways. The same seed gives the same bytes.
///
/// # Errors
/// As [`separator_sheet::draw_sheet`] and [`presets::degrade_page`].
pub fn draw_separator_test_pages(fonts: &Fonts, separator: &Separator, texts: &SheetTexts, seed: u64) -> Result<SeparatorTestPages> {
    let mut random = SeededRng::for_purpose(seed, "separator sheets");
    let clean = separator_sheet::draw_sheet(fonts, separator, texts, u32::from(DPI))?;
    let white = layout::blank_page(fonts, u32::from(DPI)).picture;
    let mut sheets = Vec::new();
    for (place, severity) in SEVERITIES.into_iter().enumerate() {
        let page = if place == 1 { imageops::rotate180(&clean) } else { clean.clone() };
        let degradation = presets::random_degradation(severity, &mut random);
        sheets.push(presets::degrade_page(
            &DynamicImage::from(page),
            &DynamicImage::from(white.clone()),
            u32::from(DPI),
            &degradation,
            &mut random,
        )?);
    }
    let coarse = separator_sheet::draw_sheet(fonts, separator, texts, 100)?;
    let coarse = effects::add_noise(&effects::blur(&skew_sheet(&coarse, -1.2), 1), 6.0, &mut random);
    sheets.push(effects::encode_jpeg_grey(&imageops::grayscale(&imageops::rotate180(&coarse)), 40, 100)?);
    let faxed = imageops::grayscale(&effects::add_noise(&skew_sheet(&clean, 1.5), 9.0, &mut random));
    let (width, height) = faxed.dimensions();
    sheets.push(write_tiff(&[EncodedPage { width, height, dpi: DPI, data: EncodedData::Fax(encode_fax(&faxed, 150)?) }]));
    sheets.push(effects::encode_jpeg(&imageops::rotate90(&skew_sheet(&clean, 0.8)), 60, DPI)?);
    let back = effects::add_noise(&effects::bleed_through(&white, &clean, 0.06), 3.0, &mut random);
    Ok(SeparatorTestPages { sheets, back: effects::encode_jpeg(&back, 60, DPI)? })
}

fn skew_sheet(sheet: &RgbImage, degrees: f32) -> RgbImage {
    effects::skew(sheet, degrees, Rgb([246, 246, 244]))
}
