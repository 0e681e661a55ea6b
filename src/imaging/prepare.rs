//! From a picture to a straight, evened page at reading resolution, with the way back to the picture.

use crate::error::Result;
use crate::imaging::background::even_out;
use crate::imaging::lines::{self, Area, Lines};
use crate::imaging::orientation::turn;
use crate::imaging::resize::scale;
use crate::imaging::seal::{has_colour, ink_share, red_channel, seals};
use crate::imaging::skew::{self, straighten};
use crate::model::reading::Quality;
use image::{DynamicImage, GrayImage};

/// Which steps are done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Steps {
    /// Straighten.
    pub deskew: bool,
    /// Lift seals by the red channel.
    pub seal_lift: bool,
    /// Even out the background.
    pub background: bool,
    /// Resolution to read at, dots per inch.
    pub reading_dpi: u32,
}

/// The delivered picture at reading resolution, not yet turned.
#[derive(Debug, Clone)]
pub struct Scaled {
    grey: GrayImage,
    red: Option<GrayImage>,
    seals: Vec<Area>,
    /// Px here for one px of the delivered picture.
    pub factor: f32,
    delivered: (u32, u32),
}

/// A page ready to be read.
#[derive(Debug, Clone)]
pub struct Prepared {
    /// Grey page, straight and even.
    pub grey: GrayImage,
    /// Red channel, straight and even, of a colour scan.
    pub red: Option<GrayImage>,
    seals: Vec<Area>,
    /// Lines of print.
    pub lines: Lines,
    /// Clockwise turn from the delivered picture, degrees.
    pub turn: u16,
    /// Skew that was straightened, degrees.
    pub skew: f32,
    /// Size of the upright picture at its own resolution, px.
    pub upright: (u32, u32),
    factor: f32,
}

/// Brings the picture to reading resolution.
///
/// # Errors
/// `Internal` when a library refuses the picture.
pub fn scaled(pixels: &DynamicImage, dpi: u32, steps: Steps) -> Result<Scaled> {
    const LONGEST: f32 = 3600.0;
    let long = pixels.width().max(pixels.height()) as f32;
    let by_dpi = steps.reading_dpi as f32 / dpi.clamp(50, 1200) as f32;
    let factor = by_dpi.min(LONGEST / long).min(3.0);
    let factor = if (factor - 1.0).abs() < 0.08 { 1.0 } else { factor };
    let grey = scale(&pixels.to_luma8(), factor)?;
    let colour = match pixels {
        DynamicImage::ImageRgb8(colour) if steps.seal_lift && has_colour(colour) => Some(colour),
        _ => None,
    };
    let (red, found) = match colour {
        Some(colour) => (Some(scale(&red_channel(colour), factor)?), seals(colour)),
        None => (None, Vec::new()),
    };
    let seals =
        found.iter().map(|seal| Area { x0: seal.x0 * factor, y0: seal.y0 * factor, x1: seal.x1 * factor, y1: seal.y1 * factor }).collect();
    Ok(Scaled { grey, red, seals, factor, delivered: (pixels.width(), pixels.height()) })
}

impl Scaled {
    /// The grey page as delivered, at reading resolution.
    #[must_use]
    pub fn grey(&self) -> &GrayImage {
        &self.grey
    }

    /// Turns, straightens, evens out, finds lines.
    ///
    /// # Errors
    /// `Internal` when a library refuses the picture.
    pub fn prepare(&self, degrees: u16, steps: Steps) -> Result<Prepared> {
        let grey = turn(&self.grey, degrees);
        let skew = if steps.deskew { skew::measure(&grey)? } else { 0.0 };
        let skew = if skew.abs() < skew::NEGLIGIBLE { 0.0 } else { skew };
        let clean = |page: &GrayImage| {
            let straight = straighten(page, skew);
            if steps.background { even_out(&straight) } else { Ok(straight) }
        };
        let red = self.red.as_ref().map(|red| clean(&turn(red, degrees))).transpose()?;
        let grey = clean(&grey)?;
        let mut found = lines::find(red.as_ref().unwrap_or(&grey))?;
        if let Some(red) = &red {
            add_red_lines(&mut found, &grey, red)?;
        }
        let rules = lines::vertical_rules(red.as_ref().unwrap_or(&grey))?;
        found.areas = lines::merge(&found.areas, &rules);
        let seals = self.seals.iter().map(|seal| turned(seal, degrees, self.grey.dimensions())).collect();
        let (width, height) = self.delivered;
        let upright = if degrees.is_multiple_of(180) { (width, height) } else { (height, width) };
        Ok(Prepared { grey, red, seals, lines: found, turn: degrees, skew, upright, factor: self.factor })
    }
}

/// Lines that stand only in the grey picture are red print: titles and names, kept unless a line of the red
/// channel lies there already.
fn add_red_lines(found: &mut Lines, grey: &GrayImage, red: &GrayImage) -> Result<()> {
    let in_grey = lines::find(grey)?;
    for area in in_grey.areas {
        let covered = found.areas.iter().any(|known| {
            let across = known.x1.min(area.x1) - known.x0.max(area.x0);
            known.shared_rows(&area) > 0.3 * area.height() && across > 0.2 * area.width()
        });
        if !covered && ink_share(red, &area) < 0.35 * ink_share(grey, &area) {
            found.areas.push(area);
        }
    }
    if found.letter_height == 0.0 {
        found.letter_height = in_grey.letter_height;
    }
    Ok(())
}

fn turned(area: &Area, degrees: u16, (width, height): (u32, u32)) -> Area {
    let (wide, high) = (width as f32, height as f32);
    match degrees {
        90 => Area { x0: high - area.y1, y0: area.x0, x1: high - area.y0, y1: area.x1 },
        180 => Area { x0: wide - area.x1, y0: high - area.y1, x1: wide - area.x0, y1: high - area.y0 },
        270 => Area { x0: area.y0, y0: wide - area.x1, x1: area.y1, y1: wide - area.x0 },
        _ => *area,
    }
}

impl Prepared {
    /// The picture to read a line from: the red channel, or grey where the line itself is red; none for the
    /// text of a red seal.
    #[must_use]
    pub fn source(&self, area: &Area) -> Option<&GrayImage> {
        let Some(red) = &self.red else { return Some(&self.grey) };
        if ink_share(red, area) >= 0.35 * ink_share(&self.grey, area) {
            return Some(red);
        }
        let (x, y) = (f32::midpoint(area.x0, area.x1), area.middle());
        let in_seal = self.seals.iter().any(|seal| (seal.x0..seal.x1).contains(&x) && (seal.y0..seal.y1).contains(&y));
        (!in_seal).then_some(&self.grey)
    }

    /// A place on this page as a place on the upright picture, px.
    #[must_use]
    pub fn to_upright(&self, x: f32, y: f32) -> (f32, f32) {
        let (middle_x, middle_y) = (self.grey.width() as f32 / 2.0, self.grey.height() as f32 / 2.0);
        let (sine, cosine) = self.skew.to_radians().sin_cos();
        let (x, y) = (x - middle_x, y - middle_y);
        let (x, y) = (cosine * x - sine * y + middle_x, sine * x + cosine * y + middle_y);
        (x / self.factor, y / self.factor)
    }

    /// Measured quality; the confidence is set by who reads.
    #[must_use]
    pub fn quality(&self, scaled: &Scaled) -> Quality {
        let page = scaled.grey();
        let mut levels = [0_u64; 256];
        for level in page.iter() {
            if let Some(count) = levels.get_mut(usize::from(*level)) {
                *count += 1;
            }
        }
        let all = page.len() as u64;
        let level_at = |share: u64| {
            let mut sum = 0;
            let place = levels.iter().position(|count| {
                sum += count;
                sum * 1000 >= all * share
            });
            place.unwrap_or(255)
        };
        let (dark, paper) = (level_at(5), level_at(600));
        let contrast = paper.saturating_sub(dark);
        let ink = self.grey.iter().filter(|level| **level < 150).count() as u64;
        Quality {
            ink_permille: u32::try_from(ink * 1000 / all.max(1)).unwrap_or(0),
            contrast: u8::try_from(contrast).unwrap_or(255),
            sharpness: sharpness(page, contrast),
            confidence: 0,
        }
    }
}

/// How steep the steepest edges are against the contrast, 0 to 100.
fn sharpness(page: &GrayImage, contrast: usize) -> u8 {
    let mut steps = [0_u64; 256];
    for row in page.rows() {
        let row: Vec<u8> = row.map(|pixel| pixel.0[0]).collect();
        for pair in row.windows(2) {
            if let [one, other] = pair
                && let Some(count) = steps.get_mut(usize::from(one.abs_diff(*other)))
            {
                *count += 1;
            }
        }
    }
    let wanted = page.len() as u64 / 200;
    let mut sum = 0;
    let steep = (0..256).rev().find(|step| {
        sum += steps.get(*step).copied().unwrap_or(0);
        sum >= wanted
    });
    u8::try_from((steep.unwrap_or(0) * 100 / contrast.max(1)).min(100)).unwrap_or(100)
}
