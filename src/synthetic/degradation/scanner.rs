//! Simulated scanners: from a clean page to an encoded scan.

use crate::degradation::effects;
use crate::page::layout::{CleanPage, PageRole};
use crate::page_files;
use crate::page_files::{EncodedData, EncodedPage};
use crate::random::{SeededRng, choose};
use image::{Rgb, RgbImage, imageops};
use sohoa_base::error::Result;

/// Scanner and condition of the paper, the same for a whole dossier.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ScanStyle {
    /// New paper on an office scanner, colour.
    Office,
    /// Yellowed, punched paper on a flatbed scanner, colour, dark borders.
    Old,
    /// Black and white.
    Fax,
    /// A worn document feeder, grey.
    Grey,
}

impl ScanStyle {
    /// Name of the encoding in `expected.json`.
    pub(crate) fn encoding(self) -> &'static str {
        match self {
            ScanStyle::Office | ScanStyle::Old => "jpeg",
            ScanStyle::Fax => "fax",
            ScanStyle::Grey => "jpeg-grey",
        }
    }
}

/// A page to be scanned.
pub(crate) struct ScanInput<'a> {
    /// The page.
    pub(crate) page: &'a CleanPage,
    /// The page scanned before it, which shows through where this one is its blank back.
    pub(crate) previous_page: Option<&'a CleanPage>,
    /// Clockwise turn of the scan, degrees: 0, 90, 180 or 270.
    pub(crate) turn: u16,
    /// Dots per inch.
    pub(crate) dpi: u16,
}

/// Scans a page; the encoded scan and its clockwise skew, degrees.
///
/// # Errors
/// As [`effects::encode_jpeg`] and [`page_files::encode_fax`].
pub(crate) fn render_scan(input: &ScanInput<'_>, style: ScanStyle, random: &mut SeededRng) -> Result<(EncodedPage, f32)> {
    let scale = f32::from(input.dpi) / 25.4;
    let max_skew = match style {
        ScanStyle::Office => 0.7,
        ScanStyle::Old | ScanStyle::Fax => 1.5,
        ScanStyle::Grey => 1.1,
    };
    let skew = (random.uniform(-max_skew, max_skew) * 100.0) as i32 as f32 / 100.0;
    let mut sheet = input.page.picture.clone();
    if input.page.role == PageRole::Blank
        && let Some(front) = input.previous_page
    {
        let share = if style == ScanStyle::Old { 0.12 } else { 0.06 };
        sheet = effects::bleed_through(&sheet, &front.picture, share);
    }
    sheet = match style {
        ScanStyle::Office => effects::age_paper(&sheet, Rgb([250, 250, 246]), 0.05, random),
        ScanStyle::Old => {
            let worn = effects::fade_toner(&sheet, 0.2, random);
            let mut aged = effects::age_paper(&worn, Rgb([243, 230, 200]), 0.16, random);
            on_binding_edge(&mut aged, input.page.role, |sheet| effects::draw_punch_holes(sheet, scale));
            aged
        }
        ScanStyle::Fax => sheet,
        ScanStyle::Grey => effects::age_paper(&effects::fade_toner(&sheet, 0.12, random), Rgb([240, 239, 236]), 0.12, random),
    };
    on_binding_edge(&mut sheet, input.page.role, |sheet| effects::draw_staple(sheet, scale));
    let lid = if style == ScanStyle::Old { Rgb([22, 20, 22]) } else { Rgb([246, 246, 244]) };
    sheet = effects::blur(&effects::skew(&sheet, skew, lid), 1);
    let (grain, quality) = match style {
        ScanStyle::Office => (2.0, 52),
        ScanStyle::Old => (4.5, 45),
        ScanStyle::Fax => (9.0, 0),
        ScanStyle::Grey => (5.0, 45),
    };
    // Scanners smooth the sensor's noise; the fax, which is reduced to black and white, shows it raw.
    sheet = effects::blur(&effects::add_noise(&sheet, grain, random), u32::from(style != ScanStyle::Fax));
    match style {
        ScanStyle::Old => {
            effects::draw_scanner_border(&mut sheet, [(random.next_u64() % 14) as u32, 0, 18, (random.next_u64() % 20) as u32], random)
        }
        ScanStyle::Fax => effects::draw_scanner_border(&mut sheet, [0, 0, (random.next_u64() % 16) as u32, 9], random),
        ScanStyle::Office | ScanStyle::Grey => {}
    }
    let sheet = rotate_page(sheet, input.turn);
    let (width, height) = sheet.dimensions();
    let data = match style {
        ScanStyle::Office | ScanStyle::Old => EncodedData::Colour(effects::encode_jpeg(&sheet, quality, input.dpi)?),
        ScanStyle::Grey => EncodedData::Grey(effects::encode_jpeg_grey(&imageops::grayscale(&sheet), quality, input.dpi)?),
        ScanStyle::Fax => EncodedData::Fax(page_files::encode_fax(&imageops::grayscale(&sheet), 150)?),
    };
    Ok((EncodedPage { width, height, dpi: input.dpi, data }, skew))
}

/// Draws on the binding edge: left on a front, right on a back.
fn on_binding_edge(sheet: &mut RgbImage, role: PageRole, draw: impl Fn(&mut RgbImage)) {
    let is_back = role == PageRole::Blank;
    if is_back {
        imageops::flip_horizontal_in_place(sheet);
    }
    draw(sheet);
    if is_back {
        imageops::flip_horizontal_in_place(sheet);
    }
}

fn rotate_page(sheet: RgbImage, turn: u16) -> RgbImage {
    match turn {
        90 => imageops::rotate90(&sheet),
        180 => imageops::rotate180(&sheet),
        270 => imageops::rotate270(&sheet),
        _ => sheet,
    }
}

/// The page as a scanner delivers it: paper colour, skew, blur and noise, each at random.
pub(crate) fn degrade_as_scan(mut page: RgbImage, random: &mut SeededRng) -> RgbImage {
    if random.next_u64().is_multiple_of(3) {
        let paper = choose(&[Rgb([250, 250, 246]), Rgb([243, 230, 200]), Rgb([236, 236, 234])], random).unwrap_or(Rgb([250; 3]));
        page = effects::age_paper(&page, paper, random.uniform(0.03, 0.2), random);
    }
    if random.next_u64().is_multiple_of(3) {
        page = effects::skew(&page, random.uniform(-2.0, 2.0), Rgb([246, 246, 244]));
    }
    page = effects::blur(&page, (random.next_u64() % 3) as u32);
    if random.next_u64().is_multiple_of(2) {
        page = effects::add_noise(&page, random.uniform(2.0, 14.0), random);
    }
    page
}
