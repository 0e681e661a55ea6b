//! Marks over a scan on its PDF page: stamps of digital signatures, annotations, small additions.

use crate::image::page_image::{Overlay, PageImage};
use crate::limits::Limits;
use crate::pdf::read::draw_list::{DrawList, PlacedImage};
use crate::pdf::read::render;
use hayro::hayro_interpret::RenderContent;
use hayro::hayro_syntax::page::Page;
use hayro::kurbo::Rect;
use image::{DynamicImage, RgbImage, imageops};
use sohoa_base::error::Result;
use sohoa_base::messages::file_warnings;
use sohoa_base::model::page::geometry::Bounds;
use sohoa_base::model::refusal::Warning;

/// Renders the marks over the scan into `picture.pixels` and lists them in `picture.overlays`.
/// `visible_area` is the part of the displayed page, in points, that the image covers.
///
/// # Errors
/// Those of [`render::render`].
pub(crate) fn apply_overlays(
    page: &Page<'_>,
    picture: &mut PageImage,
    scan: &PlacedImage,
    visible_area: Rect,
    content: &DrawList,
    annotations: &DrawList,
    limits: &Limits,
) -> Result<()> {
    let is_over = |order: u64| order > scan.draw_order;
    let mut mixed: Vec<Rect> = content.shapes.iter().filter(|mark| is_over(mark.draw_order)).map(|mark| mark.bounds).collect();
    mixed.extend(content.images.iter().filter(|image| is_over(image.draw_order)).map(|image| image.visible_bounds));
    let mut alone: Vec<Rect> = annotations.shapes.iter().map(|mark| mark.bounds).collect();
    alone.extend(annotations.images.iter().map(|image| image.visible_bounds));
    if annotations.shapes.iter().any(|mark| mark.is_blended) || annotations.images.iter().any(|image| image.is_blended) {
        mixed.append(&mut alone);
    }
    let size = (picture.pixels.width(), picture.pixels.height());
    let mut patches = Vec::new();
    // Annotations can be rendered without decoding the scan again; marks of the page content cannot be rendered
    // separately from it.
    for (boxes, content) in [(mixed, RenderContent::all()), (alone, RenderContent::ANNOTATIONS)] {
        for bounds in merge_boxes(&boxes, visible_area, size) {
            patches.push((bounds, content));
        }
    }
    if patches.is_empty() {
        return Ok(());
    }
    let mut canvas = std::mem::replace(&mut picture.pixels, DynamicImage::new_luma8(1, 1)).into_rgb8();
    for (bounds, content) in patches {
        let area = to_page_rect(&bounds, visible_area, size);
        let drawing = render::render(page, area, (bounds.width(), bounds.height()), content, limits)?;
        if drawing.missing_images + drawing.missing_parts > 0 {
            picture.warnings.push(Warning::new("part-missing", &file_warnings::warning_pdf_overlay_incomplete()));
        }
        if content == RenderContent::all() {
            imageops::replace(&mut canvas, &drawing.into_rgb(), i64::from(bounds.x0), i64::from(bounds.y0));
        } else {
            blend_patch(&mut canvas, &drawing.into_premultiplied(), &bounds);
        }
        let pixels = imageops::crop_imm(&canvas, bounds.x0, bounds.y0, bounds.width(), bounds.height()).to_image();
        picture.overlays.push(Overlay { bounds, pixels });
    }
    picture.pixels = crate::image::pixels::reduce_to_grey(canvas);
    Ok(())
}

fn blend_patch(canvas: &mut RgbImage, patch: &image::RgbaImage, bounds: &Bounds) {
    for (x, y, image::Rgba([red, green, blue, alpha])) in patch.enumerate_pixels() {
        if *alpha == 0 {
            continue;
        }
        if let Some(pixel) = canvas.get_pixel_mut_checked(bounds.x0 + x, bounds.y0 + y) {
            for (below, above) in pixel.0.iter_mut().zip([red, green, blue]) {
                let rest = (u32::from(*below) * (255 - u32::from(*alpha)) + 127) / 255;
                *below = above.saturating_add(rest as u8);
            }
        }
    }
}

/// Converts boxes to px of the image and joins those that touch or nearly touch. Above 24 boxes all are joined.
fn merge_boxes(boxes: &[Rect], visible_area: Rect, (width, height): (u32, u32)) -> Vec<Bounds> {
    let (x_scale, y_scale) = (f64::from(width) / visible_area.width(), f64::from(height) / visible_area.height());
    let px = |points: f64, scale: f64, max: u32| (points * scale).clamp(0.0, f64::from(max));
    let mut all: Vec<Bounds> = Vec::new();
    for area in boxes {
        let mut now = Bounds::new(
            px(area.x0 - visible_area.x0 - 1.0, x_scale, width).floor() as u32,
            px(area.y0 - visible_area.y0 - 1.0, y_scale, height).floor() as u32,
            px(area.x1 - visible_area.x0 + 1.0, x_scale, width).ceil() as u32,
            px(area.y1 - visible_area.y0 + 1.0, y_scale, height).ceil() as u32,
        );
        if now.width() == 0 || now.height() == 0 {
            continue;
        }
        // The joined box may touch further ones, so repeat until none touches.
        while let Some(index) = all.iter().position(|other| are_near(&now, other)) {
            now = now.union(&all.swap_remove(index));
        }
        all.push(now);
        if all.len() > 24 {
            all = Bounds::enclosing(&all).into_iter().collect();
        }
    }
    all.sort_by_key(|bounds| (bounds.y0, bounds.x0));
    all
}

fn are_near(one: &Bounds, other: &Bounds) -> bool {
    /// Gap up to which boxes are joined, px.
    const GAP: u32 = 40;
    one.x0 < other.x1 + GAP && other.x0 < one.x1 + GAP && one.y0 < other.y1 + GAP && other.y0 < one.y1 + GAP
}

fn to_page_rect(bounds: &Bounds, visible_area: Rect, (width, height): (u32, u32)) -> Rect {
    let (x, y) = (visible_area.width() / f64::from(width), visible_area.height() / f64::from(height));
    Rect::new(
        visible_area.x0 + f64::from(bounds.x0) * x,
        visible_area.y0 + f64::from(bounds.y0) * y,
        visible_area.x0 + f64::from(bounds.x1) * x,
        visible_area.y0 + f64::from(bounds.y1) * y,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn overlapping_boxes_are_merged() {
        let shown = Rect::new(0.0, 0.0, 600.0, 800.0);
        let boxes = [Rect::new(10.0, 10.0, 50.0, 50.0), Rect::new(300.0, 300.0, 400.0, 320.0), Rect::new(45.0, 40.0, 90.0, 60.0)];
        let found = merge_boxes(&boxes, shown, (1200, 1600));
        assert_eq!(found, [Bounds::new(18, 18, 182, 122), Bounds::new(598, 598, 802, 642)]);
    }
}
