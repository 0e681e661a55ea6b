//! Preprocessing of a page: from the delivered image to an upright, deskewed, normalized page at reading resolution, and back to
//! coordinates of the upright image.

use crate::layout::lines;
use crate::layout::lines::{Area, DetectedLines};
use crate::layout::rules;
use crate::layout::table;
use crate::layout::table::Table;
use crate::markings::monochrome_seal::find_monochrome_seals;
use crate::markings::pen_strokes;
use crate::markings::seal::{find_seals, has_colour, ink_share, luminance, red_channel, redness};
use crate::preprocess::background::normalize_background;
use crate::preprocess::orientation::rotate;
use crate::preprocess::resize::{scale, scale_colour};
use crate::preprocess::skew;
use crate::preprocess::skew::deskew;
use crate::quality::bleed_through;
use crate::quality::metrics;
use crate::quality::metrics::QualityInput;
use image::{DynamicImage, GrayImage};
use sohoa_base::error::Result;
use sohoa_base::model::page::reading::Quality;
use std::borrow::Cow;

/// Preprocessing steps to run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PreprocessSteps {
    /// Deskew.
    pub deskew: bool,
    /// Remove red seals by reading from the red channel.
    pub seal_lift: bool,
    /// Normalize the background.
    pub background: bool,
    /// Resolution at which the page is read, dots per inch.
    pub reading_dpi: u32,
    /// Detect lines; otherwise only diacritics are counted, and [`PreparedPage::set_lines`] supplies the lines.
    pub detect_lines: bool,
}

/// A page at reading resolution, in the orientation in which it was delivered.
#[derive(Debug, Clone)]
pub struct ScaledPage {
    grey: GrayImage,
    red: Option<GrayImage>,
    redness: Option<GrayImage>,
    seals: Vec<Area>,
    /// Scale from the delivered image to this one.
    pub factor: f32,
    delivered_size: (u32, u32),
}

/// A preprocessed page.
#[derive(Debug, Clone)]
pub struct PreparedPage {
    /// Greyscale image, deskewed, with normalized background.
    pub grey: GrayImage,
    /// Red channel of a colour scan, deskewed, with normalized background.
    pub red: Option<GrayImage>,
    /// Red ink of a colour scan, deskewed.
    redness: Option<GrayImage>,
    /// Red seals.
    red_seals: Vec<Area>,
    /// Seals in other inks.
    monochrome_seals: Vec<Area>,
    /// Share of the paper with bleed-through before its removal, per mille.
    bleed_permille: u32,
    /// Vertical rules.
    rules: Vec<Area>,
    /// Ruled tables; their rules are erased from the images.
    pub tables: Vec<Table>,
    /// Lines of red print outside seals.
    red_lines: Vec<Area>,
    /// Lines of print.
    pub lines: DetectedLines,
    /// Clockwise turn from the delivered image, degrees.
    pub turn: u16,
    /// Skew that was corrected, degrees.
    pub skew: f32,
    /// Size of the upright image at delivered resolution, px.
    pub upright_size: (u32, u32),
    factor: f32,
}

/// Scales a page from `dpi` to reading resolution.
///
/// # Errors
/// `Internal` when the image library fails.
pub fn scale_page(pixels: &DynamicImage, dpi: u32, steps: PreprocessSteps) -> Result<ScaledPage> {
    /// Longest side of the scaled page, px.
    const MAX_SIDE: f32 = 3600.0;
    let long = pixels.width().max(pixels.height()) as f32;
    let by_dpi = steps.reading_dpi as f32 / dpi.clamp(50, 1200) as f32;
    let factor = by_dpi.min(MAX_SIDE / long).min(3.0);
    let factor = if (factor - 1.0).abs() < 0.08 { 1.0 } else { factor };
    let (grey, red, redness, found) = match pixels {
        DynamicImage::ImageRgb8(colour) if steps.seal_lift && has_colour(colour) => {
            let small = if factor == 1.0 { Cow::Borrowed(colour) } else { Cow::Owned(scale_colour(colour, factor)?) };
            let redness = Some(redness(&small)).filter(|redness| ink_share(redness, &full_area(redness)) >= MIN_RED_SHARE);
            (luminance(&small), Some(red_channel(&small)), redness, find_seals(colour))
        }
        DynamicImage::ImageRgb8(colour) => (scale(&luminance(colour), factor)?, None, None, Vec::new()),
        DynamicImage::ImageLuma8(grey) => (scale(grey, factor)?, None, None, Vec::new()),
        other => (scale(&other.to_luma8(), factor)?, None, None, Vec::new()),
    };
    let seals =
        found.iter().map(|seal| Area { x0: seal.x0 * factor, y0: seal.y0 * factor, x1: seal.x1 * factor, y1: seal.y1 * factor }).collect();
    Ok(ScaledPage { grey, red, redness, seals, factor, delivered_size: (pixels.width(), pixels.height()) })
}

impl ScaledPage {
    /// Greyscale image as delivered, at reading resolution.
    #[must_use]
    pub fn grey(&self) -> &GrayImage {
        &self.grey
    }

    /// Preprocesses the page after a clockwise turn by `degrees`: deskews it, normalizes the background, removes
    /// bleed-through and rules of tables, and detects lines and seals.
    ///
    /// # Errors
    /// `Internal` when the image library fails.
    pub fn prepare(&self, degrees: u16, steps: PreprocessSteps) -> Result<PreparedPage> {
        let grey = rotate(&self.grey, degrees);
        let skew = if steps.deskew { skew::measure(&grey)? } else { 0.0 };
        let skew = if skew.abs() < skew::MIN_SKEW { 0.0 } else { skew };
        let clean = |page: &GrayImage| {
            let straight = deskew(page, skew);
            if steps.background { normalize_background(&straight) } else { Ok(straight) }
        };
        let mut red = self.red.as_ref().map(|red| clean(&rotate(red, degrees))).transpose()?;
        let mut grey = clean(&grey)?;
        let redness = self.redness.as_ref().map(|redness| deskew(&rotate(redness, degrees), skew));
        let bleed_permille = bleed_through::bleed_permille(red.as_ref().unwrap_or(&grey));
        if steps.background && bleed_permille >= bleed_through::MIN_BLEED_PERMILLE {
            bleed_through::remove(&mut grey);
            red.iter_mut().for_each(bleed_through::remove);
        }
        let ruled = rules::find(red.as_ref().unwrap_or(&grey));
        let (tables, table_rules) = table::find(&ruled, grey.dimensions());
        rules::erase(&mut grey, &table_rules);
        red.iter_mut().for_each(|red| rules::erase(red, &table_rules));
        let rules: Vec<Area> = ruled.vertical.iter().map(|rule| rule.area).collect();
        let print = red.as_ref().unwrap_or(&grey);
        let mut found = if steps.detect_lines { lines::find(print)? } else { lines::measure_diacritics(print)? };
        found.areas = split_by_cells(&lines::merge_rows(&found.areas, &rules), &tables, print);
        let seals: Vec<Area> = self.seals.iter().map(|seal| rotate_area(seal, degrees, self.grey.dimensions())).collect();
        let is_red = |ring: &Area| seals.iter().any(|seal| is_within(ring, seal) || is_within(seal, ring));
        let mut rings = if steps.seal_lift { find_monochrome_seals(&grey)? } else { Vec::new() };
        rings.retain(|ring| !is_red(ring));
        let red_lines = match &redness {
            Some(redness) => red_lines(redness, seals.iter().chain(&rings))?,
            None => Vec::new(),
        };
        let (width, height) = self.delivered_size;
        let upright = if degrees.is_multiple_of(180) { (width, height) } else { (height, width) };
        Ok(PreparedPage {
            grey,
            red,
            redness,
            red_seals: seals,
            monochrome_seals: rings,
            bleed_permille,
            rules,
            tables,
            red_lines,
            lines: found,
            turn: degrees,
            skew,
            upright_size: upright,
            factor: self.factor,
        })
    }
}

/// Least ink share of a line of black print in the red channel, 0 to 1.
const MIN_BLACK_SHARE: f32 = 0.06;

/// Least ink share of a page with red print, 0 to 1.
const MIN_RED_SHARE: f32 = 0.0004;

/// Boxes of print, split at the sides of cells.
fn split_by_cells(areas: &[Area], tables: &[Table], page: &GrayImage) -> Vec<Area> {
    table::split_at_cells(areas, tables, |part| ink_share(page, part) > 0.01)
}

fn full_area(page: &GrayImage) -> Area {
    Area { x0: 0.0, y0: 0.0, x1: page.width() as f32, y1: page.height() as f32 }
}

/// Lines of red print outside seals: titles and names. Components too low for print are colour fringes of black letters.
fn red_lines<'a>(redness: &GrayImage, seals: impl Iterator<Item = &'a Area> + Clone) -> Result<Vec<Area>> {
    /// Least x-height of print, as a share of the longest side.
    const MIN_X_HEIGHT: f32 = 0.004;
    let found = lines::find(redness)?;
    let side = redness.width().max(redness.height()) as f32;
    if found.x_height < MIN_X_HEIGHT * side {
        return Ok(Vec::new());
    }
    let areas = found.areas.into_iter().filter(|area| !seals.clone().any(|seal| is_within(area, seal)) && ink_share(redness, area) > 0.05);
    Ok(lines::merge_rows(&areas.collect::<Vec<_>>(), &[]))
}

/// Whether most of an area is within a seal.
fn is_within(area: &Area, seal: &Area) -> bool {
    let (x, y) = (f32::midpoint(area.x0, area.x1), area.center_y());
    let across = area.x1.min(seal.x1) - area.x0.max(seal.x0);
    (seal.x0..seal.x1).contains(&x) && (seal.y0..seal.y1).contains(&y) && across > 0.8 * area.width()
}

/// Whether `line` covers most of `area`.
fn covers(line: &Area, area: &Area) -> bool {
    let across = line.x1.min(area.x1) - line.x0.max(area.x0);
    line.vertical_overlap(area) > 0.5 * area.height().min(line.height()) && across > 0.5 * area.width()
}

/// Box on an image of the given size after a clockwise turn of the image.
pub fn rotate_area(area: &Area, degrees: u16, (width, height): (u32, u32)) -> Area {
    let (wide, high) = (width as f32, height as f32);
    match degrees {
        90 => Area { x0: high - area.y1, y0: area.x0, x1: high - area.y0, y1: area.x1 },
        180 => Area { x0: wide - area.x1, y0: high - area.y1, x1: wide - area.x0, y1: high - area.y0 },
        270 => Area { x0: area.y0, y0: wide - area.x1, x1: area.y1, y1: wide - area.x0 },
        _ => *area,
    }
}

impl PreparedPage {
    /// Replaces the detected lines by other boxes of print; boxes of one row are joined.
    pub fn set_lines(&mut self, areas: &[Area]) {
        self.lines.areas = split_by_cells(&lines::merge_rows(areas, &self.rules), &self.tables, self.red.as_ref().unwrap_or(&self.grey));
    }

    /// Lines, each with the image to read it from: the red channel, in which red seals vanish; red ink alone for red print,
    /// which may overlap black print; greyscale where neither holds the ink of the line. The text of seals is left out, black
    /// print under a red seal is not.
    #[must_use]
    pub fn line_strips(&self) -> Vec<(Area, &GrayImage)> {
        let mut strips = Vec::new();
        for area in &self.lines.areas {
            let is_in_seal = |seals: &[Area]| seals.iter().any(|seal| is_within(area, seal));
            if is_in_seal(&self.monochrome_seals) {
                continue;
            }
            let Some(red) = &self.red else {
                strips.push((*area, &self.grey));
                continue;
            };
            let black_share = ink_share(red, area);
            if black_share < MIN_BLACK_SHARE && is_in_seal(&self.red_seals) {
                continue;
            }
            let is_black = black_share >= MIN_BLACK_SHARE || black_share >= 0.35 * ink_share(&self.grey, area);
            let is_red = self.red_lines.iter().any(|line| covers(line, area));
            match (is_black, is_red) {
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

    /// Boxes of pen strokes outside `printed` and outside seals, such as signatures, px of this page; `dpi` is the resolution of
    /// the delivered image.
    #[must_use]
    pub fn pen_strokes(&self, printed: impl Iterator<Item = Area>, dpi: u32) -> Vec<Area> {
        let printed: Vec<Area> = printed.chain(self.monochrome_seals.iter().copied()).collect();
        pen_strokes::find(self.red.as_ref().unwrap_or(&self.grey), dpi as f32 * self.factor, &printed)
    }

    /// Converts a point of this page to the upright image at delivered resolution, px.
    #[must_use]
    pub fn to_upright(&self, x: f32, y: f32) -> (f32, f32) {
        let (middle_x, middle_y) = (self.grey.width() as f32 / 2.0, self.grey.height() as f32 / 2.0);
        let (x, y) = skew::to_skewed((x - middle_x, y - middle_y), self.skew);
        ((x + middle_x) / self.factor, (y + middle_y) / self.factor)
    }

    /// Quality of the scan; `dpi` is the resolution of the delivered image. Confidence, skew and expected error are set after
    /// recognition.
    #[must_use]
    pub fn quality(&self, scaled: &ScaledPage, dpi: u32) -> Quality {
        metrics::measure(&QualityInput {
            delivered: &scaled.grey,
            delivered_without_red: scaled.red.as_ref().unwrap_or(&scaled.grey),
            normalized: &self.grey,
            bleed_permille: self.bleed_permille,
            turn: self.turn,
            dpi,
            factor: self.factor,
        })
    }
}
