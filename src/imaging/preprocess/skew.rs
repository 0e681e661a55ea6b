//! Skew: the angle of the text lines, by the sharpness of the page's projection profile, and its correction.

use crate::preprocess::resize::scale;
use image::GrayImage;
use sohoa_base::error::Result;

/// Largest skew that is measured, degrees.
const MAX_SKEW: f32 = 4.0;

/// Skew below which a correction costs more sharpness than it gains, degrees.
pub const MIN_SKEW: f32 = 0.08;

/// Measures the skew, degrees; positive: lines descend to the right. 0 for a page with hardly any ink.
///
/// # Errors
/// As [`scale`].
pub fn measure(picture: &GrayImage) -> Result<f32> {
    let side = picture.width().max(picture.height());
    let small = scale(picture, (900.0 / side as f32).min(1.0))?;
    let points = ink_points(&small);
    if points.len() < 200 {
        return Ok(0.0);
    }
    let mut best = best_angle_near(&points, small.height(), 0.0, 0.4, MAX_SKEW);
    for step in [0.1, 0.03] {
        best = best_angle_near(&points, small.height(), best, step, 4.0 * step);
    }
    Ok(best)
}

/// Sharpness of the projection profile along rows, per ink point: high for horizontal lines of text. An image of a few hundred px
/// is enough.
#[must_use]
pub fn row_sharpness(picture: &GrayImage) -> f32 {
    let points = ink_points(picture);
    if points.len() < 200 {
        return 0.0;
    }
    let best = best_angle_near(&points, picture.height(), 0.0, 0.5, 3.0);
    (sharpness(&points, picture.height(), best) / points.len() as f64) as f32
}

/// At most 30,000 ink points inside the margins, which may have black edges from the scanner.
fn ink_points(picture: &GrayImage) -> Vec<(f32, f32)> {
    let mut levels = [0_u32; 256];
    for level in picture.iter() {
        if let Some(count) = levels.get_mut(usize::from(*level)) {
            *count += 1;
        }
    }
    let half = picture.len() as u32 / 2;
    let mut sum = 0;
    let median = levels.iter().position(|count| {
        sum += count;
        sum >= half
    });
    let threshold = (median.unwrap_or(255) as f32 * 0.75).clamp(60.0, 200.0) as u8;
    let margin = picture.width().max(picture.height()) / 25;
    let (across, down) = (margin..picture.width().saturating_sub(margin), margin..picture.height().saturating_sub(margin));
    let points: Vec<(f32, f32)> = picture
        .enumerate_pixels()
        .filter(|(x, y, pixel)| across.contains(x) && down.contains(y) && pixel.0[0] < threshold)
        .map(|(x, y, _)| (x as f32, y as f32))
        .collect();
    let step = points.len().div_ceil(30_000).max(1);
    points.into_iter().step_by(step).collect()
}

fn best_angle_near(points: &[(f32, f32)], height: u32, middle: f32, step: f32, reach: f32) -> f32 {
    let steps = (reach / step).round() as i32;
    let angles = (-steps..=steps).map(|place| middle + place as f32 * step);
    let scored = angles.map(|angle| (sharpness(points, height, angle), angle));
    scored.reduce(|best, next| if next.0 > best.0 { next } else { best }).map_or(middle, |best| best.1)
}

/// Sum of squared differences of neighbouring rows of the projection profile along `angle`, degrees.
fn sharpness(points: &[(f32, f32)], height: u32, angle: f32) -> f64 {
    const SPARE: usize = 200;
    let slope = angle.to_radians().tan();
    let mut rows = vec![0_i64; height as usize + 2 * SPARE];
    let last = rows.len() - 1;
    for (x, y) in points {
        let row = ((y - x * slope) + SPARE as f32).max(0.0) as usize;
        if let Some(count) = rows.get_mut(row.min(last)) {
            *count += 1;
        }
    }
    rows.windows(2).map(|pair| pair.last().zip(pair.first()).map_or(0, |(b, a)| (b - a) * (b - a)) as f64).sum()
}

/// Deskews an image whose lines descend to the right by `degrees`; edge pixels are repeated beyond the edges. For so few degrees
/// two shears, of columns and of rows, equal a rotation, and each accesses only neighbouring pixels.
#[must_use]
pub fn deskew(picture: &GrayImage, degrees: f32) -> GrayImage {
    if degrees.abs() < MIN_SKEW || picture.is_empty() {
        return picture.clone();
    }
    let slope = degrees.to_radians().tan();
    shear_rows(&shear_columns(picture, slope), slope)
}

/// Converts a point of the deskewed image to the skewed one; both in px from the centre of the image.
#[must_use]
pub fn to_skewed((x, y): (f32, f32), degrees: f32) -> (f32, f32) {
    let slope = degrees.to_radians().tan();
    let x = x - slope * y;
    (x, y + slope * x)
}

/// Splits a shift into whole px and the weight of the next pixel, of 256.
fn split_shift(by: f32) -> (i64, u16) {
    (by.floor() as i64, ((by - by.floor()) * 256.0) as u16)
}

fn blend(here: u8, next: u8, weight: u16) -> u8 {
    ((u16::from(here) * (256 - weight) + u16::from(next) * weight + 128) >> 8) as u8
}

/// Moves every column up by `slope` times its distance from the centre.
fn shear_columns(picture: &GrayImage, slope: f32) -> GrayImage {
    let (width, height) = (picture.width() as usize, picture.height() as usize);
    let middle = width as f32 / 2.0;
    let shifts: Vec<(i64, u16)> = (0..width).map(|x| split_shift(slope * (x as f32 - middle))).collect();
    let weights: Vec<u16> = shifts.iter().map(|(_, weight)| *weight).collect();
    // Neighbouring columns with the same whole shift are moved together.
    let mut runs: Vec<(i64, std::ops::Range<usize>)> = Vec::new();
    for (x, (whole, _)) in shifts.iter().enumerate() {
        match runs.last_mut().filter(|(last, _)| last == whole) {
            Some((_, run)) => run.end = x + 1,
            None => runs.push((*whole, x..x + 1)),
        }
    }
    let levels = picture.as_raw();
    let part = |y: i64, run: &std::ops::Range<usize>| {
        let start = y.clamp(0, height as i64 - 1) as usize * width;
        levels.get(start + run.start..start + run.end).unwrap_or_default()
    };
    let mut out = Vec::with_capacity(levels.len());
    for y in 0..height as i64 {
        for (whole, run) in &runs {
            let (here, next) = (part(y + whole, run), part(y + whole + 1, run));
            let weights = weights.get(run.clone()).unwrap_or_default();
            out.extend(here.iter().zip(next).zip(weights).map(|((here, next), weight)| blend(*here, *next, *weight)));
        }
    }
    GrayImage::from_raw(picture.width(), picture.height(), out).unwrap_or_else(|| picture.clone())
}

/// Moves every row to the right by `slope` times its distance from the centre.
fn shear_rows(picture: &GrayImage, slope: f32) -> GrayImage {
    let width = picture.width() as usize;
    let middle = picture.height() as f32 / 2.0;
    let mut out = Vec::with_capacity(picture.len());
    // The row, extended by repeated edge pixels as far as it is moved.
    let mut wide: Vec<u8> = Vec::new();
    for (y, row) in picture.as_raw().chunks_exact(width).enumerate() {
        let (whole, weight) = split_shift(-slope * (y as f32 - middle));
        let (Some(first), Some(last)) = (row.first(), row.last()) else { continue };
        let before = whole.min(0).unsigned_abs() as usize;
        wide.clear();
        wide.resize(before, *first);
        wide.extend_from_slice(row);
        wide.resize(before + width + whole.max(0) as usize + 1, *last);
        let here = wide.get(whole.max(0) as usize..).unwrap_or_default();
        let next = here.get(1..).unwrap_or_default();
        out.extend(here.iter().zip(next).take(width).map(|(here, next)| blend(*here, *next, weight)));
    }
    GrayImage::from_raw(picture.width(), picture.height(), out).unwrap_or_else(|| picture.clone())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use image::Luma;

    #[test]
    fn skew_angle_is_measured_and_corrected() {
        for degrees in [-3.1_f32, -0.7, 0.0, 0.45, 2.6] {
            let slope = degrees.to_radians().tan();
            let page = GrayImage::from_fn(800, 1000, |x, y| {
                let along = y as f32 - x as f32 * slope;
                let inked = (80..720).contains(&x) && (60..940).contains(&y) && along.rem_euclid(40.0) < 9.0 && x % 13 < 9;
                Luma([if inked { 20 } else { 240 }])
            });
            let found = measure(&page).unwrap();
            assert!((found - degrees).abs() < 0.1, "{degrees}: {found}");
            assert!(measure(&deskew(&page, found)).unwrap().abs() < 0.15);
        }
    }

    #[test]
    fn deskewed_coordinates_map_back_to_skewed_image() {
        let mut page = GrayImage::from_pixel(900, 700, Luma([250]));
        (0..3).for_each(|x| (0..3).for_each(|y| page.put_pixel(700 + x, 120 + y, Luma([0]))));
        for degrees in [-3.0_f32, 1.7] {
            let straight = deskew(&page, degrees);
            let (x, y, _) = straight.enumerate_pixels().min_by_key(|(.., level)| level.0[0]).unwrap();
            let (x, y) = to_skewed((x as f32 - 450.0, y as f32 - 350.0), degrees);
            assert!((x + 450.0 - 701.0).abs() < 1.6 && (y + 350.0 - 121.0).abs() < 1.6, "{degrees}: {x} {y}");
        }
    }
}
