//! From a picture to a straight, evened page at reading resolution, with the way back to the picture.

use crate::background::even_out;
use crate::bleed_through;
use crate::lines::{self, Area, Lines};
use crate::orientation::turn;
use crate::pen_strokes;
use crate::quality::{self, View};
use crate::resize::{scale, scale_colour};
use crate::ring::rings;
use crate::rules;
use crate::seal::{brightness, has_colour, ink_share, red_channel, redness, seals};
use crate::skew::{self, straighten};
use crate::table::{self, Table};
use image::{DynamicImage, GrayImage};
use sohoa_base::error::Result;
use sohoa_base::model::reading::Quality;
use std::borrow::Cow;

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
    /// Find lines here; otherwise only marks are looked at, and [`Prepared::take_lines`] brings the lines.
    pub lines: bool,
}

/// The delivered picture at reading resolution, not yet turned.
#[derive(Debug, Clone)]
pub struct Scaled {
    grey: GrayImage,
    red: Option<GrayImage>,
    redness: Option<GrayImage>,
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
    /// Red ink alone, straight, of a colour scan.
    redness: Option<GrayImage>,
    /// Seals that are red.
    seals: Vec<Area>,
    /// Seals of other ink.
    rings: Vec<Area>,
    /// Share of the paper on which print of the back was seen before it was lifted, per mille.
    bleed_permille: u32,
    /// Rules along columns.
    rules: Vec<Area>,
    /// Ruled tables; their rules are lifted off the pictures.
    pub tables: Vec<Table>,
    /// Lines of red print outside seals.
    red_lines: Vec<Area>,
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
    let (grey, red, redness, found) = match pixels {
        DynamicImage::ImageRgb8(colour) if steps.seal_lift && has_colour(colour) => {
            let small = if factor == 1.0 { Cow::Borrowed(colour) } else { Cow::Owned(scale_colour(colour, factor)?) };
            let redness = Some(redness(&small)).filter(|redness| ink_share(redness, &whole(redness)) >= LEAST_RED);
            (brightness(&small), Some(red_channel(&small)), redness, seals(colour))
        }
        DynamicImage::ImageRgb8(colour) => (scale(&brightness(colour), factor)?, None, None, Vec::new()),
        DynamicImage::ImageLuma8(grey) => (scale(grey, factor)?, None, None, Vec::new()),
        other => (scale(&other.to_luma8(), factor)?, None, None, Vec::new()),
    };
    let seals =
        found.iter().map(|seal| Area { x0: seal.x0 * factor, y0: seal.y0 * factor, x1: seal.x1 * factor, y1: seal.y1 * factor }).collect();
    Ok(Scaled { grey, red, redness, seals, factor, delivered: (pixels.width(), pixels.height()) })
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
        let mut red = self.red.as_ref().map(|red| clean(&turn(red, degrees))).transpose()?;
        let mut grey = clean(&grey)?;
        let redness = self.redness.as_ref().map(|redness| straighten(&turn(redness, degrees), skew));
        let bleed_permille = bleed_through::bleed_permille(red.as_ref().unwrap_or(&grey));
        if steps.background && bleed_permille >= bleed_through::SEEN {
            bleed_through::lift(&mut grey);
            red.iter_mut().for_each(bleed_through::lift);
        }
        let ruled = rules::find(red.as_ref().unwrap_or(&grey));
        let (tables, lifted) = table::find(&ruled, grey.dimensions());
        rules::lift(&mut grey, &lifted);
        red.iter_mut().for_each(|red| rules::lift(red, &lifted));
        let rules: Vec<Area> = ruled.vertical.iter().map(|rule| rule.area).collect();
        let print = red.as_ref().unwrap_or(&grey);
        let mut found = if steps.lines { lines::find(print)? } else { lines::marks_of(print)? };
        found.areas = cells_of(&lines::merge(&found.areas, &rules), &tables, print);
        let seals: Vec<Area> = self.seals.iter().map(|seal| turned(seal, degrees, self.grey.dimensions())).collect();
        let is_red = |ring: &Area| seals.iter().any(|seal| is_within(ring, seal) || is_within(seal, ring));
        let mut rings = if steps.seal_lift { rings(&grey)? } else { Vec::new() };
        rings.retain(|ring| !is_red(ring));
        let red_lines = match &redness {
            Some(redness) => red_lines(redness, seals.iter().chain(&rings))?,
            None => Vec::new(),
        };
        let (width, height) = self.delivered;
        let upright = if degrees.is_multiple_of(180) { (width, height) } else { (height, width) };
        Ok(Prepared {
            grey,
            red,
            redness,
            seals,
            rings,
            bleed_permille,
            rules,
            tables,
            red_lines,
            lines: found,
            turn: degrees,
            skew,
            upright,
            factor: self.factor,
        })
    }
}

/// Share of a line's box that black print covers at least, whatever red lies over it.
const BLACK: f32 = 0.06;

/// Share of a page that red print covers at least.
const LEAST_RED: f32 = 0.0004;

/// Boxes of print, cut at the sides of cells.
fn cells_of(areas: &[Area], tables: &[Table], page: &GrayImage) -> Vec<Area> {
    table::cut(areas, tables, |part| ink_share(page, part) > 0.01)
}

fn whole(page: &GrayImage) -> Area {
    Area { x0: 0.0, y0: 0.0, x1: page.width() as f32, y1: page.height() as f32 }
}

/// Titles and names in red ink. Patches too low to be print are noise at the edges of black letters.
fn red_lines<'a>(redness: &GrayImage, seals: impl Iterator<Item = &'a Area> + Clone) -> Result<Vec<Area>> {
    const LOWEST: f32 = 0.004;
    let found = lines::find(redness)?;
    let side = redness.width().max(redness.height()) as f32;
    if found.letter_height < LOWEST * side {
        return Ok(Vec::new());
    }
    let areas = found.areas.into_iter().filter(|area| !seals.clone().any(|seal| is_within(area, seal)) && ink_share(redness, area) > 0.05);
    Ok(lines::merge(&areas.collect::<Vec<_>>(), &[]))
}

/// Whether an area lies in a seal for the most part.
fn is_within(area: &Area, seal: &Area) -> bool {
    let (x, y) = (f32::midpoint(area.x0, area.x1), area.middle());
    let across = area.x1.min(seal.x1) - area.x0.max(seal.x0);
    (seal.x0..seal.x1).contains(&x) && (seal.y0..seal.y1).contains(&y) && across > 0.8 * area.width()
}

/// Whether `line` takes up most of `area`.
fn covers(line: &Area, area: &Area) -> bool {
    let across = line.x1.min(area.x1) - line.x0.max(area.x0);
    line.shared_rows(area) > 0.5 * area.height().min(line.height()) && across > 0.5 * area.width()
}

/// A box on a picture of this size after the picture is turned clockwise.
pub fn turned(area: &Area, degrees: u16, (width, height): (u32, u32)) -> Area {
    let (wide, high) = (width as f32, height as f32);
    match degrees {
        90 => Area { x0: high - area.y1, y0: area.x0, x1: high - area.y0, y1: area.x1 },
        180 => Area { x0: wide - area.x1, y0: high - area.y1, x1: wide - area.x0, y1: high - area.y0 },
        270 => Area { x0: area.y0, y0: wide - area.x1, x1: area.y1, y1: wide - area.x0 },
        _ => *area,
    }
}

impl Prepared {
    /// Takes boxes of print found otherwise instead of its own; those of one row are joined.
    pub fn take_lines(&mut self, areas: &[Area]) {
        self.lines.areas = cells_of(&lines::merge(areas, &self.rules), &self.tables, self.red.as_ref().unwrap_or(&self.grey));
    }

    /// Lines with the picture to read each from: the red channel, in which red seals vanish; red ink alone for
    /// red print, which may lie over black; grey where neither has the line's ink. Text of seals is left out, but
    /// not the black print under a red one.
    #[must_use]
    pub fn strips(&self) -> Vec<(Area, &GrayImage)> {
        let mut strips = Vec::new();
        for area in &self.lines.areas {
            let lies_in = |seals: &[Area]| seals.iter().any(|seal| is_within(area, seal));
            if lies_in(&self.rings) {
                continue;
            }
            let Some(red) = &self.red else {
                strips.push((*area, &self.grey));
                continue;
            };
            let left = ink_share(red, area);
            if left < BLACK && lies_in(&self.seals) {
                continue;
            }
            let is_black = left >= BLACK || left >= 0.35 * ink_share(&self.grey, area);
            let is_found_red = self.red_lines.iter().any(|line| covers(line, area));
            match (is_black, is_found_red) {
                (true, _) => strips.push((*area, red)),
                (false, true) => {}
                (false, false) => strips.push((*area, &self.grey)),
            }
        }
        if let Some(redness) = &self.redness {
            strips.extend(self.red_lines.iter().map(|area| (*area, redness)));
        }
        strips
    }

    /// Boxes around strokes of a pen outside `printed`, such as signatures, px of this page; it was delivered at
    /// `dpi`. Seals are no strokes.
    #[must_use]
    pub fn pen_strokes(&self, printed: impl Iterator<Item = Area>, dpi: u32) -> Vec<Area> {
        let printed: Vec<Area> = printed.chain(self.rings.iter().copied()).collect();
        pen_strokes::find(self.red.as_ref().unwrap_or(&self.grey), dpi as f32 * self.factor, &printed)
    }

    /// A place on this page as a place on the upright picture, px.
    #[must_use]
    pub fn to_upright(&self, x: f32, y: f32) -> (f32, f32) {
        let (middle_x, middle_y) = (self.grey.width() as f32 / 2.0, self.grey.height() as f32 / 2.0);
        let (x, y) = skew::skewed((x - middle_x, y - middle_y), self.skew);
        ((x + middle_x) / self.factor, (y + middle_y) / self.factor)
    }

    /// Measured quality of a picture delivered at `dpi`; confidence, skew and expected error are set by who
    /// reads.
    #[must_use]
    pub fn quality(&self, scaled: &Scaled, dpi: u32) -> Quality {
        quality::measure(&View {
            delivered: &scaled.grey,
            delivered_black: scaled.red.as_ref().unwrap_or(&scaled.grey),
            even: &self.grey,
            bleed_permille: self.bleed_permille,
            turn: self.turn,
            dpi,
            factor: self.factor,
        })
    }
}
