//! Lays a clean page on an imagined scanner: one look for each dossier.

use crate::degradation::effects;
use crate::page::layout::{CleanPage, PageRole};
use crate::page_files;
use crate::page_files::{EncodedData, EncodedPage};
use crate::random::SeededRng;
use image::{Rgb, RgbImage, imageops};
use sohoa_base::error::Result;

/// The scanner and the age of the paper.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ScanStyle {
    /// Fresh paper on an office machine, colour.
    Office,
    /// Yellowed, punched paper on a flat bed, colour, dark borders.
    Old,
    /// Black and white.
    Fax,
    /// A worn feeder in grey.
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

/// A page on the glass.
pub(crate) struct ScanInput<'a> {
    /// The page.
    pub(crate) page: &'a CleanPage,
    /// The page scanned before it: the other side of a blank back.
    pub(crate) previous_page: Option<&'a CleanPage>,
    /// Clockwise turn of the scan: 0, 90, 180, 270.
    pub(crate) turn: u16,
    /// Dots per inch.
    pub(crate) dpi: u16,
}

/// The scan and the skew in degrees.
pub(crate) fn render_scan(placed: &ScanInput<'_>, look: ScanStyle, random: &mut SeededRng) -> Result<(EncodedPage, f32)> {
    let scale = f32::from(placed.dpi) / 25.4;
    let reach = match look {
        ScanStyle::Office => 0.7,
        ScanStyle::Old | ScanStyle::Fax => 1.5,
        ScanStyle::Grey => 1.1,
    };
    let skew = (random.uniform(-reach, reach) * 100.0) as i32 as f32 / 100.0;
    let mut sheet = placed.page.picture.clone();
    if placed.page.role == PageRole::Blank
        && let Some(front) = placed.previous_page
    {
        let share = if look == ScanStyle::Old { 0.12 } else { 0.06 };
        sheet = effects::bleed_through(&sheet, &front.picture, share);
    }
    sheet = match look {
        ScanStyle::Office => effects::age_paper(&sheet, Rgb([250, 250, 246]), 0.05, random),
        ScanStyle::Old => {
            let worn = effects::fade_toner(&sheet, 0.2, random);
            let mut aged = effects::age_paper(&worn, Rgb([243, 230, 200]), 0.16, random);
            on_binding_edge(&mut aged, placed.page.role, |sheet| effects::draw_punch_holes(sheet, scale));
            aged
        }
        ScanStyle::Fax => sheet,
        ScanStyle::Grey => effects::age_paper(&effects::fade_toner(&sheet, 0.12, random), Rgb([240, 239, 236]), 0.12, random),
    };
    on_binding_edge(&mut sheet, placed.page.role, |sheet| effects::draw_staple(sheet, scale));
    let lid = if look == ScanStyle::Old { Rgb([22, 20, 22]) } else { Rgb([246, 246, 244]) };
    sheet = effects::blur(&effects::skew(&sheet, skew, lid), 1);
    let (grain, quality) = match look {
        ScanStyle::Office => (2.0, 52),
        ScanStyle::Old => (4.5, 45),
        ScanStyle::Fax => (9.0, 0),
        ScanStyle::Grey => (5.0, 45),
    };
    // Soft grain: a sensor's noise after the machine's own smoothing.
    sheet = effects::blur(&effects::add_noise(&sheet, grain, random), u32::from(look != ScanStyle::Fax));
    match look {
        ScanStyle::Old => {
            effects::draw_scanner_border(&mut sheet, [(random.next_u64() % 14) as u32, 0, 18, (random.next_u64() % 20) as u32], random)
        }
        ScanStyle::Fax => effects::draw_scanner_border(&mut sheet, [0, 0, (random.next_u64() % 16) as u32, 9], random),
        ScanStyle::Office | ScanStyle::Grey => {}
    }
    let sheet = rotate_page(sheet, placed.turn);
    let (width, height) = sheet.dimensions();
    let data = match look {
        ScanStyle::Office | ScanStyle::Old => EncodedData::Colour(effects::encode_jpeg(&sheet, quality, placed.dpi)?),
        ScanStyle::Grey => EncodedData::Grey(effects::encode_jpeg_grey(&imageops::grayscale(&sheet), quality, placed.dpi)?),
        ScanStyle::Fax => EncodedData::Fax(page_files::encode_fax(&imageops::grayscale(&sheet), 150)?),
    };
    Ok((EncodedPage { width, height, dpi: placed.dpi, data }, skew))
}

/// Does `what` at the left edge of a front, and so at the right edge of a back.
fn on_binding_edge(sheet: &mut RgbImage, role: PageRole, what: impl Fn(&mut RgbImage)) {
    let back = role == PageRole::Blank;
    if back {
        imageops::flip_horizontal_in_place(sheet);
    }
    what(sheet);
    if back {
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
