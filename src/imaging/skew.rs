//! Skew: the angle at which text lines stand, by the sharpness of the page's projection.

use crate::error::Result;
use crate::imaging::resize::scale;
use image::GrayImage;

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
    let points = ink_points(&small);
    if points.len() < 200 {
        return Ok(0.0);
    }
    let mut best = around(&points, small.height(), 0.0, 0.4, LIMIT);
    for step in [0.1, 0.03] {
        best = around(&points, small.height(), best, step, 4.0 * step);
    }
    Ok(best)
}

/// How sharply the rows of a page stand apart, per ink point: high for lines of text along x. A page of a
/// few hundred px is enough.
#[must_use]
pub fn row_sharpness(picture: &GrayImage) -> f32 {
    let points = ink_points(picture);
    if points.len() < 200 {
        return 0.0;
    }
    let best = around(&points, picture.height(), 0.0, 0.5, 3.0);
    (sharpness(&points, picture.height(), best) / points.len() as f64) as f32
}

/// At most 30,000 ink points inside the margins: black edges that scanners leave there are no text.
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
    let (width, height) = picture.dimensions();
    let levels = picture.as_raw();
    let (sine, cosine) = degrees.to_radians().sin_cos();
    let (middle_x, middle_y) = (width as f32 / 2.0, height as f32 / 2.0);
    let mut out = Vec::with_capacity(levels.len());
    for y in 0..height {
        let down = y as f32 - middle_y;
        // Where the row begins on the picture, and one step along it; fixed point, 16 bits behind the point.
        let start = (cosine * -middle_x - sine * down + middle_x, sine * -middle_x + cosine * down + middle_y);
        let (mut from_x, mut from_y) = (fixed(start.0), fixed(start.1));
        let (step_x, step_y) = (fixed(cosine), fixed(sine));
        for _ in 0..width {
            out.push(between(levels, (width as usize, height as usize), from_x, from_y));
            from_x += step_x;
            from_y += step_y;
        }
    }
    GrayImage::from_raw(width, height, out).unwrap_or_else(|| picture.clone())
}

fn fixed(value: f32) -> i64 {
    (value * 65536.0) as i64
}

/// The level at a place between four px, weighed by nearness; past the edges the edge goes on.
fn between(levels: &[u8], (width, height): (usize, usize), x: i64, y: i64) -> u8 {
    let (column, row) = (x >> 16, y >> 16);
    // Nearly every place is inside: there the four are looked up without clamping.
    let inside = column >= 0 && row >= 0 && column + 1 < width as i64 && row + 1 < height as i64;
    let four = if inside {
        let start = row as usize * width + column as usize;
        match (levels.get(start..start + 2), levels.get(start + width..start + width + 2)) {
            (Some([a, b]), Some([c, d])) => [*a, *b, *c, *d],
            _ => [255; 4],
        }
    } else {
        let near = |place: i64, side: usize| usize::try_from(place.max(0)).unwrap_or(0).min(side - 1);
        let at = |column: i64, row: i64| levels.get(near(row, height) * width + near(column, width)).copied().unwrap_or(255);
        [at(column, row), at(column + 1, row), at(column, row + 1), at(column + 1, row + 1)]
    };
    let [above_left, above_right, below_left, below_right] = four.map(u32::from);
    // Weights of 8 bits each are enough for 8-bit levels.
    let (across, down) = (((x & 0xFFFF) >> 8) as u32, ((y & 0xFFFF) >> 8) as u32);
    let top = above_left * (256 - across) + above_right * across;
    let bottom = below_left * (256 - across) + below_right * across;
    ((top * (256 - down) + bottom * down + (1 << 15)) >> 16) as u8
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
