//! Lines of print from the probability map of the text detector.

use crate::layout::connected_components::find_components;
use crate::layout::lines::Area;
use crate::preprocess::resize::resize;
use image::GrayImage;
use sohoa_base::error::Result;

/// Longest side of the input of the detector, px: more costs time and finds no more.
const MAX_SIDE: f32 = 960.0;

/// Divisor of the sides of the input, px.
const SIDE_MULTIPLE: f32 = 32.0;

/// Probability above which a pixel is text, of 255.
const MIN_PIXEL_LEVEL: u8 = 51;

/// Least mean probability of a component of text, of 255.
const MIN_PATCH_MEAN: u64 = 102;

/// Growth of a component, as a multiple of its area divided by the perimeter of its box: the network marks only the core of a
/// line.
const BOX_GROWTH: f32 = 1.4;

/// Scales a page to the input size of the detector.
///
/// # Errors
/// As [`resize`].
pub fn detector_input(page: &GrayImage) -> Result<GrayImage> {
    let factor = (MAX_SIDE / page.width().max(page.height()) as f32).min(1.0);
    let side = |pixels: u32| ((pixels as f32 * factor / SIDE_MULTIPLE).round() * SIDE_MULTIPLE).max(SIDE_MULTIPLE) as u32;
    resize(page, side(page.width()), side(page.height()))
}

/// Boxes of the text in `map` on a page of `width` × `height` px, unordered.
#[must_use]
pub fn text_boxes(map: &GrayImage, (width, height): (u32, u32)) -> Vec<Area> {
    let marked = map.iter().map(|level| if *level > MIN_PIXEL_LEVEL { 255 } else { 0 }).collect();
    let marked = GrayImage::from_raw(map.width(), map.height(), marked).unwrap_or_default();
    let (patches, labels) = find_components(&marked);
    let mut sums = vec![0_u64; patches.len()];
    for (label, level) in labels.iter().zip(map.iter()) {
        if let Some(sum) = (*label as usize).checked_sub(1).and_then(|place| sums.get_mut(place)) {
            *sum += u64::from(*level);
        }
    }
    let (across, down) = (width as f32 / map.width() as f32, height as f32 / map.height() as f32);
    let wide_enough = patches.iter().zip(sums).filter(|(patch, sum)| {
        patch.width() >= 3 && patch.height() >= 3 && patch.area >= 8 && *sum >= MIN_PATCH_MEAN * u64::from(patch.area)
    });
    wide_enough
        .map(|(patch, _)| {
            let growth = patch.area as f32 * BOX_GROWTH / (2 * (patch.width() + patch.height())) as f32;
            Area {
                x0: ((patch.x as f32 - growth) * across).max(0.0),
                y0: ((patch.y as f32 - growth) * down).max(0.0),
                x1: ((patch.right as f32 + growth) * across).min(width as f32 - 1.0),
                y1: ((patch.bottom as f32 + growth) * down).min(height as f32 - 1.0),
            }
        })
        .filter(|area| area.width() > 1.0 && area.height() > 1.0)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::Luma;

    #[test]
    fn confident_patches_become_scaled_text_boxes() {
        let mut map = GrayImage::new(96, 64);
        (10..80).for_each(|x| (20..26).for_each(|y| map.put_pixel(x, y, Luma([230]))));
        (10..80).for_each(|x| (40..46).for_each(|y| map.put_pixel(x, y, Luma([60]))));
        let found = text_boxes(&map, (192, 128));
        assert_eq!(found.len(), 1, "an unsure patch was taken");
        assert!(found.iter().all(|area| area.y0 < 38.0 && area.y1 > 54.0 && area.x0 < 18.0 && area.x1 > 162.0), "{found:?}");
    }

    #[test]
    fn detector_input_sides_are_rounded_to_multiple() -> Result<()> {
        let small = detector_input(&GrayImage::new(1654, 2339))?;
        assert_eq!(small.dimensions(), (672, 960));
        Ok(())
    }
}
