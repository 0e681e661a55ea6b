//! Orientation of a page: by the direction of its lines, then by the position of its diacritics.

use crate::layout::lines::{Area, DetectedLines};
use crate::preprocess::resize::scale;
use crate::preprocess::skew::row_sharpness;
use image::{GrayImage, imageops};
use sohoa_base::error::Result;

/// Orientation of a page with horizontal lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OrientationVerdict {
    /// The page is upright.
    Upright,
    /// The page is upside down.
    UpsideDown,
    /// Too few diacritics to decide.
    Unsure,
}

/// Whether lines of text run vertically, by the projection profiles of the page.
///
/// # Errors
/// As [`scale`].
pub fn is_sideways(page: &GrayImage) -> Result<bool> {
    const MAX_SIDE: f32 = 600.0;
    let small = scale(page, (MAX_SIDE / page.width().max(page.height()) as f32).min(1.0))?;
    let along_x = row_sharpness(&small);
    let along_y = row_sharpness(&imageops::rotate90(&small));
    Ok(along_y > 1.25 * along_x && along_y > 0.0)
}

/// Whether detected lines of print run vertically. Tables with many rules mislead [`is_sideways`], but not a text detector.
#[must_use]
pub fn lines_run_vertically(areas: &[Area]) -> bool {
    let (mut across, mut down) = (0.0, 0.0);
    for area in areas {
        let (width, height) = (area.width(), area.height());
        if width > 1.5 * height {
            across += width;
        } else if height > 1.5 * width {
            down += height;
        }
    }
    down > across
}

/// Orientation by diacritics: Vietnamese has several times more of them above letters than below.
#[must_use]
pub fn orientation_by_diacritics(lines: &DetectedLines) -> OrientationVerdict {
    let (above, below) = (f64::from(lines.diacritics_above), f64::from(lines.diacritics_below));
    if above + below < 12.0 {
        OrientationVerdict::Unsure
    } else if above > 1.4 * below {
        OrientationVerdict::Upright
    } else if below > 1.4 * above {
        OrientationVerdict::UpsideDown
    } else {
        OrientationVerdict::Unsure
    }
}

/// Rotates an image clockwise by `degrees`: 0, 90, 180 or 270.
#[must_use]
pub fn rotate(picture: &GrayImage, degrees: u16) -> GrayImage {
    match degrees {
        90 => imageops::rotate90(picture),
        180 => imageops::rotate180(picture),
        270 => imageops::rotate270(picture),
        _ => picture.clone(),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use image::Luma;

    #[test]
    fn vertical_text_lines_are_detected() {
        let line = |x0: f32, y0: f32, x1: f32, y1: f32| Area { x0, y0, x1, y1 };
        let standing = [line(0.0, 0.0, 90.0, 9.0), line(0.0, 20.0, 70.0, 29.0), line(80.0, 20.0, 89.0, 60.0)];
        let lying = standing.map(|area| line(area.y0, area.x0, area.y1, area.x1));
        assert!(!lines_run_vertically(&standing) && lines_run_vertically(&lying) && !lines_run_vertically(&[]));
    }

    #[test]
    fn black_scan_edge_does_not_affect_sideways_detection() {
        let page = GrayImage::from_fn(420, 594, |x, y| {
            let print = (60..360).contains(&x) && (60..400).contains(&y) && y % 16 < 6 && x % 9 < 6;
            Luma([if print || x < 5 { 10 } else { 240 }])
        });
        assert!(!is_sideways(&page).unwrap());
        assert!(is_sideways(&imageops::rotate90(&page)).unwrap());
    }
}
