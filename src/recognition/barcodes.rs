//! Barcodes, those of separator sheets included, placed on the upright page.

use image::DynamicImage;
use sohoa_base::model::page::barcode::Barcode;
use sohoa_base::model::page::geometry::Bounds;
use sohoa_imaging::barcodes::detect::{DetectedCode, find};
use sohoa_imaging::preprocess::page::{ScaledPage, rotate_area};

/// Barcodes on a page at reading resolution, which a clockwise turn by `degrees` makes upright; in px of the page as delivered.
pub(crate) fn find_on_scan(small: &ScaledPage, degrees: u16) -> Vec<Barcode> {
    let grey = small.grey();
    find(grey).into_iter().map(|found| place_code(found, degrees, grey.dimensions(), small.factor)).collect()
}

/// Barcodes on a born-digital page, px.
pub(crate) fn find_on_born_digital(pixels: &DynamicImage) -> Vec<Barcode> {
    let grey = pixels.to_luma8();
    find(&grey).into_iter().map(|found| place_code(found, 0, grey.dimensions(), 1.0)).collect()
}

fn place_code(found: DetectedCode, degrees: u16, size: (u32, u32), factor: f32) -> Barcode {
    let area = rotate_area(&found.area, degrees, size);
    let px = |place: f32| (place / factor).round().max(0.0) as u32;
    Barcode { symbology: found.symbology, text: found.text, bounds: Bounds::new(px(area.x0), px(area.y0), px(area.x1), px(area.y1)) }
}
