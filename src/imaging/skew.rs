//! Skew: the angle at which text lines stand, by the sharpness of the page's projection.

use crate::error::Result;
use crate::imaging::resize::scale;
use image::GrayImage;
use imageproc::geometric_transformations::{Border, Interpolation, rotate_about_center};

/// Largest skew that is looked for, degrees.
const LIMIT: f32 = 4.0;

/// Skew below which turning costs more sharpness than it gives, degrees.
pub const NEGLIGIBLE: f32 = 0.08;

/// Skew in degrees; positive: lines fall to the right. 0 for a page with hardly any ink.
///
/// # Errors
/// As [`scale`].
pub fn measure(picture: &GrayImage) -> Result<f32> {
    let side = picture.width().max(picture.height());
    let small = scale(picture, (900.0 / side as f32).min(1.0))?;
    let points = ink_points(&small, small.width() / 25);
    if points.len() < 200 {
        return Ok(0.0);
    }
    let mut best = around(&points, small.height(), 0.0, 0.4, LIMIT);
    for step in [0.1, 0.03] {
        best = around(&points, small.height(), best, step, 4.0 * step);
    }
    Ok(best)
}

/// How sharply the rows of the page stand apart, per ink point: high for lines of text along x.
///
/// # Errors
/// As [`scale`].
pub fn row_sharpness(picture: &GrayImage) -> Result<f32> {
    let side = picture.width().max(picture.height());
    let small = scale(picture, (600.0 / side as f32).min(1.0))?;
    let points = ink_points(&small, small.width() / 25);
    if points.len() < 200 {
        return Ok(0.0);
    }
    let best = around(&points, small.height(), 0.0, 0.5, 3.0);
    Ok((sharpness(&points, small.height(), best) / points.len() as f64) as f32)
}

/// At most 30,000 ink points inside the side margins.
fn ink_points(picture: &GrayImage, margin: u32) -> Vec<(f32, f32)> {
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
    let inside = margin..picture.width().saturating_sub(margin);
    let points: Vec<(f32, f32)> = picture
        .enumerate_pixels()
        .filter(|(x, _, pixel)| inside.contains(x) && pixel.0[0] < threshold)
        .map(|(x, y, _)| (x as f32, y as f32))
        .collect();
    let step = points.len().div_ceil(30_000).max(1);
    points.into_iter().step_by(step).collect()
}

fn around(points: &[(f32, f32)], height: u32, middle: f32, step: f32, reach: f32) -> f32 {
    let steps = (reach / step).round() as i32;
    let angles = (-steps..=steps).map(|place| middle + place as f32 * step);
    let scored = angles.map(|angle| (sharpness(points, height, angle), angle));
    scored.reduce(|best, next| if next.0 > best.0 { next } else { best }).map_or(middle, |best| best.1)
}

/// Sum of squared differences of neighbouring rows of the projection along `angle`.
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

/// The picture turned counter-clockwise by `degrees` about its middle; the paper goes on past the edges.
#[must_use]
pub fn straighten(picture: &GrayImage, degrees: f32) -> GrayImage {
    if degrees.abs() < NEGLIGIBLE {
        return picture.clone();
    }
    rotate_about_center(picture, -degrees.to_radians(), Interpolation::Bilinear, Border::Replicate)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use image::Luma;

    #[test]
    fn the_angle_of_drawn_lines_is_found_and_mended() {
        for degrees in [-3.1_f32, -0.7, 0.0, 0.45, 2.6] {
            let slope = degrees.to_radians().tan();
            let page = GrayImage::from_fn(800, 1000, |x, y| {
                let along = y as f32 - x as f32 * slope;
                let inked = (80..720).contains(&x) && (60..940).contains(&y) && along.rem_euclid(40.0) < 9.0 && x % 13 < 9;
                Luma([if inked { 20 } else { 240 }])
            });
            let found = measure(&page).unwrap();
            assert!((found - degrees).abs() < 0.1, "{degrees}: {found}");
            assert!(measure(&straighten(&page, found)).unwrap().abs() < 0.15);
        }
    }
}
