//! Lays a clean page on an imagined scanner: one look for each dossier.

use super::degrade;
use super::files::{self, Data, Encoded};
use super::layout::{CleanPage, Role};
use super::random::Random;
use image::{Rgb, RgbImage, imageops};
use sohoa_base::error::Result;

/// The scanner and the age of the paper.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Look {
    /// Fresh paper on an office machine, colour.
    Office,
    /// Yellowed, punched paper on a flat bed, colour, dark borders.
    Old,
    /// Black and white.
    Fax,
    /// A worn feeder in grey.
    Grey,
}

impl Look {
    /// Name of the encoding in `expected.json`.
    pub(super) fn encoding(self) -> &'static str {
        match self {
            Look::Office | Look::Old => "jpeg",
            Look::Fax => "fax",
            Look::Grey => "jpeg-grey",
        }
    }
}

/// A page on the glass.
pub(super) struct Placed<'a> {
    /// The page.
    pub(super) page: &'a CleanPage,
    /// The page scanned before it: the other side of a blank back.
    pub(super) before: Option<&'a CleanPage>,
    /// Clockwise turn of the scan: 0, 90, 180, 270.
    pub(super) turn: u16,
    /// Dots per inch.
    pub(super) dpi: u16,
}

/// The scan and the skew in degrees.
pub(super) fn scan(placed: &Placed<'_>, look: Look, random: &mut Random) -> Result<(Encoded, f32)> {
    let scale = f32::from(placed.dpi) / 25.4;
    let reach = match look {
        Look::Office => 0.7,
        Look::Old | Look::Fax => 1.5,
        Look::Grey => 1.1,
    };
    let skew = (random.between(-reach, reach) * 100.0) as i32 as f32 / 100.0;
    let mut sheet = placed.page.picture.clone();
    if placed.page.role == Role::Blank
        && let Some(front) = placed.before
    {
        let share = if look == Look::Old { 0.12 } else { 0.06 };
        sheet = degrade::bleed(&sheet, &front.picture, share);
    }
    sheet = match look {
        Look::Office => degrade::age(&sheet, Rgb([250, 250, 246]), 0.05, random),
        Look::Old => {
            let worn = degrade::fade(&sheet, 0.2, random);
            let mut aged = degrade::age(&worn, Rgb([243, 230, 200]), 0.16, random);
            on_binding_edge(&mut aged, placed.page.role, |sheet| degrade::punch_holes(sheet, scale));
            aged
        }
        Look::Fax => sheet,
        Look::Grey => degrade::age(&degrade::fade(&sheet, 0.12, random), Rgb([240, 239, 236]), 0.12, random),
    };
    on_binding_edge(&mut sheet, placed.page.role, |sheet| degrade::staple(sheet, scale));
    let lid = if look == Look::Old { Rgb([22, 20, 22]) } else { Rgb([246, 246, 244]) };
    sheet = degrade::blur(&degrade::skew(&sheet, skew, lid), 1);
    let (grain, quality) = match look {
        Look::Office => (2.0, 52),
        Look::Old => (4.5, 45),
        Look::Fax => (9.0, 0),
        Look::Grey => (5.0, 45),
    };
    // Soft grain: a sensor's noise after the machine's own smoothing.
    sheet = degrade::blur(&degrade::noise(&sheet, grain, random), u32::from(look != Look::Fax));
    match look {
        Look::Old => degrade::scanner_border(&mut sheet, [(random.draw() % 14) as u32, 0, 18, (random.draw() % 20) as u32], random),
        Look::Fax => degrade::scanner_border(&mut sheet, [0, 0, (random.draw() % 16) as u32, 9], random),
        Look::Office | Look::Grey => {}
    }
    let sheet = turned(sheet, placed.turn);
    let (width, height) = sheet.dimensions();
    let data = match look {
        Look::Office | Look::Old => Data::Colour(degrade::jpeg(&sheet, quality, placed.dpi)?),
        Look::Grey => Data::Grey(degrade::jpeg_grey(&imageops::grayscale(&sheet), quality, placed.dpi)?),
        Look::Fax => Data::Fax(files::fax(&imageops::grayscale(&sheet), 150)?),
    };
    Ok((Encoded { width, height, dpi: placed.dpi, data }, skew))
}

/// Does `what` at the left edge of a front, and so at the right edge of a back.
fn on_binding_edge(sheet: &mut RgbImage, role: Role, what: impl Fn(&mut RgbImage)) {
    let back = role == Role::Blank;
    if back {
        imageops::flip_horizontal_in_place(sheet);
    }
    what(sheet);
    if back {
        imageops::flip_horizontal_in_place(sheet);
    }
}

fn turned(sheet: RgbImage, turn: u16) -> RgbImage {
    match turn {
        90 => imageops::rotate90(&sheet),
        180 => imageops::rotate180(&sheet),
        270 => imageops::rotate270(&sheet),
        _ => sheet,
    }
}
