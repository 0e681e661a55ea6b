//! Round seals without colour, detected as rings (Hough transform) on greyscale and black-and-white scans.

use crate::layout::lines::Area;
use crate::preprocess::resize::scale;
use image::GrayImage;
use sohoa_base::error::Result;

/// Longest side of the image on which rings are detected, px.
const MAX_SIDE: f32 = 700.0;

/// Range of the radii of seals, as shares of the longest side: 15 to 22 mm on A4.
const RADII: (f32, f32) = (0.045, 0.085);

/// Least drawn share of a ring's outline. Seals on real pages have 0.58 to 0.95, pages without seals up to 0.17.
const MIN_OUTLINE_SHARE: f32 = 0.4;

/// Boxes of rings on a page with normalized background, px. Every edge point votes for the centres along its gradient; a centre
/// with votes from a sufficient share of an outline is a ring.
///
/// # Errors
/// As [`scale`].
pub fn find_monochrome_seals(page: &GrayImage) -> Result<Vec<Area>> {
    let factor = (MAX_SIDE / page.width().max(page.height()) as f32).min(1.0);
    let small = scale(page, factor)?;
    let (width, height) = (small.width() as usize, small.height() as usize);
    let side = width.max(height) as f32;
    let radii: Vec<f32> = ((side * RADII.0) as u32..=(side * RADII.1) as u32).map(|radius| radius as f32).collect();
    let edges = gradient_edges(&small);
    // A page full of photographs has too many edges: the search would cost too much.
    if width < 8 || height < 8 || edges.len() * 2 > width * height {
        return Ok(Vec::new());
    }
    let mut best: Vec<(f32, Area)> = Vec::new();
    for radius in radii {
        let mut votes = vec![0_u16; width * height];
        for (x, y, towards_x, towards_y) in &edges {
            // The outer edge of a ring becomes darker towards the centre.
            let (centre_x, centre_y) = (x - towards_x * radius, y - towards_y * radius);
            let inside = centre_x >= 1.0 && centre_y >= 1.0 && centre_x < width as f32 - 1.0 && centre_y < height as f32 - 1.0;
            if inside && let Some(vote) = votes.get_mut(centre_y as usize * width + centre_x as usize) {
                *vote += 1;
            }
        }
        let outline = std::f32::consts::TAU * radius;
        for (place, _) in votes.iter().enumerate().filter(|(_, vote)| **vote >= 4) {
            let (x, y) = (place % width, place / width);
            let near: u32 = (y.saturating_sub(2)..(y + 3).min(height))
                .flat_map(|y| (x.saturating_sub(2)..(x + 3).min(width)).map(move |x| y * width + x))
                .filter_map(|place| votes.get(place))
                .map(|vote| u32::from(*vote))
                .sum();
            let drawn = near as f32 / outline;
            if drawn >= MIN_OUTLINE_SHARE {
                let (x, y) = (x as f32 + 0.5, y as f32 + 0.5);
                let area =
                    Area { x0: (x - radius) / factor, y0: (y - radius) / factor, x1: (x + radius) / factor, y1: (y + radius) / factor };
                best.push((drawn, area));
            }
        }
    }
    best.sort_by(|one, other| other.0.total_cmp(&one.0));
    let mut found: Vec<Area> = Vec::new();
    for (_, area) in best {
        if !found.iter().any(|known| known.x0 < area.x1 && area.x0 < known.x1 && known.vertical_overlap(&area) > 0.0) {
            found.push(area);
        }
    }
    Ok(found)
}

/// Points with a steep gradient (Sobel): x, y, and the unit vector towards the lighter side.
fn gradient_edges(page: &GrayImage) -> Vec<(f32, f32, f32, f32)> {
    const MIN_GRADIENT: f32 = 120.0;
    let (width, height) = page.dimensions();
    let at = |x: u32, y: u32| f32::from(page.get_pixel(x, y).0[0]);
    let mut found = Vec::new();
    for y in 1..height.saturating_sub(1) {
        for x in 1..width.saturating_sub(1) {
            let across =
                at(x + 1, y - 1) + 2.0 * at(x + 1, y) + at(x + 1, y + 1) - at(x - 1, y - 1) - 2.0 * at(x - 1, y) - at(x - 1, y + 1);
            let down = at(x - 1, y + 1) + 2.0 * at(x, y + 1) + at(x + 1, y + 1) - at(x - 1, y - 1) - 2.0 * at(x, y - 1) - at(x + 1, y - 1);
            let steepness = across.hypot(down);
            if steepness > MIN_GRADIENT {
                found.push((x as f32, y as f32, across / steepness, down / steepness));
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]
    use super::*;
    use image::Luma;

    #[test]
    fn ring_is_detected_as_seal_and_letters_ignored() {
        let mut page = GrayImage::from_pixel(1000, 1400, Luma([245]));
        for x in (100..900).step_by(14) {
            for y in (100..600).step_by(40) {
                (0..9).for_each(|dx| (0..20).for_each(|dy| page.put_pixel(x + dx, y + dy, Luma([10]))));
            }
        }
        assert!(find_monochrome_seals(&page).unwrap().is_empty());
        for step in 0..4000_u32 {
            let angle = step as f32 / 4000.0 * std::f32::consts::TAU;
            for radius in 84..88_u32 {
                let (x, y) = (600.0 + radius as f32 * angle.cos(), 900.0 + radius as f32 * angle.sin());
                page.put_pixel(x as u32, y as u32, Luma([10]));
            }
        }
        let found = find_monochrome_seals(&page).unwrap();
        assert_eq!(found.len(), 1, "{found:?}");
        assert!((found[0].x0 - 512.0).abs() < 8.0 && (found[0].y1 - 988.0).abs() < 8.0, "{found:?}");
    }
}
