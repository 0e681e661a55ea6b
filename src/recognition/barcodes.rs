//! Barcodes and separator sheets' codes, placed on the upright page.

use image::DynamicImage;
use sohoa_base::model::page::barcode::Barcode;
use sohoa_base::model::page::geometry::Bounds;
use sohoa_imaging::barcodes::detect::{DetectedCode, find};
use sohoa_imaging::preprocess::page::{ScaledPage, rotate_area};

/// The codes on a page at reading resolution that is turned by `degrees` to stand upright.
pub(crate) fn find_on_scan(small: &ScaledPage, degrees: u16) -> Vec<Barcode> {
    let grey = small.grey();
    find(grey).into_iter().map(|found| place_code(found, degrees, grey.dimensions(), small.factor)).collect()
}

/// The codes on a page that brings its own text.
pub(crate) fn find_on_born_digital(pixels: &DynamicImage) -> Vec<Barcode> {
    let grey = pixels.to_luma8();
    find(&grey).into_iter().map(|found| place_code(found, 0, grey.dimensions(), 1.0)).collect()
}

fn place_code(found: DetectedCode, degrees: u16, size: (u32, u32), factor: f32) -> Barcode {
    let area = rotate_area(&found.area, degrees, size);
    let px = |place: f32| (place / factor).round().max(0.0) as u32;
    Barcode { symbology: found.symbology, text: found.text, bounds: Bounds::new(px(area.x0), px(area.y0), px(area.x1), px(area.y1)) }
}
