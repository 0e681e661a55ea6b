//! Barcodes and separator sheets' codes, placed on the upright page.

use image::DynamicImage;
use sohoa_base::model::code::Code;
use sohoa_base::model::geometry::Bounds;
use sohoa_imaging::codes::{Found, find};
use sohoa_imaging::prepare::{Scaled, turned};

/// The codes on a page at reading resolution that is turned by `degrees` to stand upright.
pub(crate) fn on_scan(small: &Scaled, degrees: u16) -> Vec<Code> {
    let grey = small.grey();
    find(grey).into_iter().map(|found| placed(found, degrees, grey.dimensions(), small.factor)).collect()
}

/// The codes on a page that brings its own text.
pub(crate) fn on_print(pixels: &DynamicImage) -> Vec<Code> {
    let grey = pixels.to_luma8();
    find(&grey).into_iter().map(|found| placed(found, 0, grey.dimensions(), 1.0)).collect()
}

fn placed(found: Found, degrees: u16, size: (u32, u32), factor: f32) -> Code {
    let area = turned(&found.area, degrees, size);
    let px = |place: f32| (place / factor).round().max(0.0) as u32;
    Code { symbology: found.symbology, text: found.text, bounds: Bounds::new(px(area.x0), px(area.y0), px(area.x1), px(area.y1)) }
}
