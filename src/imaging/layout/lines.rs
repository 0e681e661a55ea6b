//! Line detection: letters close to each other on one baseline.

use crate::layout::connected_components::{Component, erase_rules, find_components, for_each_run, ink_mask};
use crate::preprocess::resize::scale;
use image::{GrayImage, Luma};
use sohoa_base::error::Result;

/// Box on the image of a page, px, in fractions.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Area {
    /// Left edge.
    pub x0: f32,
    /// Top edge.
    pub y0: f32,
    /// Right edge.
    pub x1: f32,
    /// Bottom edge.
    pub y1: f32,
}

impl Area {
    /// Height.
    #[must_use]
    pub fn height(&self) -> f32 {
        self.y1 - self.y0
    }

    /// Width.
    #[must_use]
    pub fn width(&self) -> f32 {
        self.x1 - self.x0
    }

    /// Vertical centre.
    #[must_use]
    pub fn center_y(&self) -> f32 {
        f32::midpoint(self.y0, self.y1)
    }

    /// Height of the rows that two boxes share; negative when they share none.
    #[must_use]
    pub fn vertical_overlap(&self, other: &Self) -> f32 {
        self.y1.min(other.y1) - self.y0.max(other.y0)
    }

    /// Smallest box that contains both.
    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        Self { x0: self.x0.min(other.x0), y0: self.y0.min(other.y0), x1: self.x1.max(other.x1), y1: self.y1.max(other.y1) }
    }
}

/// Counts diacritics on a part of the page, or on the whole page where that part has too few. Returns no boxes.
///
/// # Errors
/// As [`scale`].
pub fn measure_diacritics(page: &GrayImage) -> Result<DetectedLines> {
    /// Number of diacritics that is enough to decide the orientation.
    const MIN_COUNT: u32 = 40;
    let (width, height) = page.dimensions();
    let part = image::imageops::crop_imm(page, width / 10, height / 3, width * 4 / 5, height / 4).to_image();
    let factor = (MAX_SIDE / width.max(height) as f32).min(1.0);
    let mut found = find_scaled(&part, factor, width.max(height) as f32 * factor)?;
    if found.diacritics_above + found.diacritics_below < MIN_COUNT {
        found = find(page)?;
    }
    found.areas.clear();
    Ok(found)
}

/// Lines of print, with the counts of diacritics that decide the orientation.
#[derive(Debug, Clone, Default)]
pub struct DetectedLines {
    /// Boxes of lines, unordered.
    pub areas: Vec<Area>,
    /// Height of a lower-case letter, px; 0 without letters.
    pub x_height: f32,
    /// Number of diacritics above letters.
    pub diacritics_above: u32,
    /// Number of diacritics below letters.
    pub diacritics_below: u32,
    /// Number of ink components of the size of letters.
    pub letter_count: usize,
}

/// Longest side of the image on which lines are detected, px.
const MAX_SIDE: f32 = 1600.0;

/// Grey level below which a pixel of a normalized page is ink.
const INK_THRESHOLD: u8 = 170;

/// Detects lines on a deskewed page with normalized background.
///
/// # Errors
/// As [`scale`].
pub fn find(page: &GrayImage) -> Result<DetectedLines> {
    let side = page.width().max(page.height()) as f32;
    let factor = (MAX_SIDE / side).min(1.0);
    find_scaled(page, factor, side * factor)
}

/// Detects lines on a page or a part of one after scaling by `factor`; `side` is the longest side of the whole page, scaled.
fn find_scaled(page: &GrayImage, factor: f32, side: f32) -> Result<DetectedLines> {
    let small = scale(page, factor)?;
    let mut dark = ink_mask(&small, INK_THRESHOLD);
    erase_rules(&mut dark, (side * 0.03) as u32);
    let (all, _) = find_components(&dark);
    let print: Vec<Component> = all
        .into_iter()
        .filter(|found| found.area >= 4 && (found.height() as f32) < side * 0.035 && (found.width() as f32) < side * 0.08)
        .collect();
    let mut heights: Vec<u32> = print.iter().map(Component::height).filter(|height| *height as f32 >= side * 0.004).collect();
    heights.sort_unstable();
    let Some(median) = heights.get(heights.len() / 2) else { return Ok(DetectedLines::default()) };
    let letter = *median as f32;
    let body: Vec<&Component> = print.iter().filter(|found| (0.6 * letter..2.6 * letter).contains(&(found.height() as f32))).collect();
    let bands = text_bands(&body, small.dimensions(), letter);
    let (marks_above, marks_below) = count_diacritics(&print, &bands, letter);
    let areas = bands
        .iter()
        .map(|band| {
            let middle = band.center_y();
            Area {
                x0: ((band.x0 - letter * 0.3) / factor).max(0.0),
                y0: ((middle - letter * 1.35) / factor).max(0.0),
                x1: ((band.x1 + letter * 0.3) / factor).min(page.width() as f32 - 1.0),
                y1: ((middle + letter * 1.15) / factor).min(page.height() as f32 - 1.0),
            }
        })
        .filter(|area| area.width() > 1.0 && area.height() > 1.0)
        .collect();
    Ok(DetectedLines {
        areas,
        x_height: letter / factor,
        diacritics_above: marks_above,
        diacritics_below: marks_below,
        letter_count: body.len(),
    })
}

/// Bands of x-height along the letters, with the gaps between letters and words closed.
fn text_bands(body: &[&Component], (width, height): (u32, u32), letter: f32) -> Vec<Area> {
    let mut band = GrayImage::new(width, height);
    for found in body {
        let tall = found.height() as f32;
        let middle = if tall < 1.6 * letter { found.bottom as f32 - letter * 0.5 } else { found.y as f32 + tall * 0.5 };
        let from = (middle - letter * 0.35).max(0.0) as u32;
        let to = ((middle + letter * 0.35) as u32).min(height);
        for y in from..to {
            for x in found.x..found.right {
                band.put_pixel(x, y, Luma([255]));
            }
        }
    }
    let reach = (2.2 * letter) as u32;
    for y in 0..height {
        let mut gaps = Vec::new();
        for_each_run(
            width,
            |x| band.get_pixel(x, y).0[0] == 0,
            1,
            |from, to| {
                if from > 0 && to < width && to - from <= reach {
                    gaps.push((from, to));
                }
            },
        );
        for (from, to) in gaps {
            for x in from..to {
                band.put_pixel(x, y, Luma([255]));
            }
        }
    }
    let (found, _) = find_components(&band);
    found
        .iter()
        .filter(|band| band.width() as f32 >= 1.2 * letter)
        .map(|band| Area { x0: band.x as f32, y0: band.y as f32, x1: band.right as f32, y1: band.bottom as f32 })
        .collect()
}

/// Counts diacritics above and below the bands: Vietnamese has far more above.
fn count_diacritics(print: &[Component], bands: &[Area], letter: f32) -> (u32, u32) {
    let (mut above, mut below) = (0, 0);
    for mark in print.iter().filter(|found| (found.height() as f32) < 0.55 * letter && (found.width() as f32) < letter) {
        let (x, y) = (f32::midpoint(mark.x as f32, mark.right as f32), f32::midpoint(mark.y as f32, mark.bottom as f32));
        let near = bands.iter().filter(|band| (band.x0..band.x1).contains(&x)).map(|band| y - band.center_y());
        if let Some(distance) = near.min_by(|one, other| one.abs().total_cmp(&other.abs())) {
            if (-1.5 * letter..-0.45 * letter).contains(&distance) {
                above += 1;
            } else if (0.62 * letter..1.3 * letter).contains(&distance) {
                below += 1;
            }
        }
    }
    (above, below)
}

/// Joins neighbouring boxes of one row, unless a vertical rule is between them.
#[must_use]
pub fn merge_rows(areas: &[Area], rules: &[Area]) -> Vec<Area> {
    /// Largest gap that is closed, in heights of the lower box.
    const MAX_GAP: f32 = 1.1;
    let mut boxes = areas.to_vec();
    loop {
        boxes.sort_by(|one, other| one.x0.total_cmp(&other.x0));
        let pair = boxes.iter().enumerate().find_map(|(place, left)| {
            let next = boxes.iter().enumerate().skip(place + 1).find(|(_, right)| are_on_one_line(left, right, rules, MAX_GAP));
            next.map(|(other, right)| (place, other, left.union(right)))
        });
        let Some((place, other, joined)) = pair else { return boxes };
        boxes.remove(other);
        boxes.remove(place);
        boxes.push(joined);
    }
}

fn are_on_one_line(left: &Area, right: &Area, rules: &[Area], gap: f32) -> bool {
    let (one, other) = (left.height(), right.height());
    let least = one.min(other);
    let shared = left.vertical_overlap(right);
    if shared < 0.6 * least || one.max(other) > 1.8 * least {
        return false;
    }
    let distance = right.x0 - left.x1;
    if distance > gap * least || (distance < -0.5 * right.width() && shared < 0.8 * least) {
        return false;
    }
    let between =
        |rule: &Area| (left.x1 - one * 0.3..right.x0 + other * 0.3).contains(&rule.x0) && (rule.y0..rule.y1).contains(&left.center_y());
    !rules.iter().any(between)
}
