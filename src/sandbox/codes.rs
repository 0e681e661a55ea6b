//! Barcodes and separator sheets' codes, placed on the upright page.

use crate::imaging::codes::{Found, find};
use crate::imaging::prepare::{Scaled, turned};
use crate::model::code::{Code, Separator, Symbology};
use crate::model::geometry::Bounds;
use crate::model::reading::Stamp;
use image::DynamicImage;

/// The codes on a page at reading resolution that is turned by `degrees` to stand upright.
pub(super) fn on_scan(small: &Scaled, degrees: u16) -> Vec<Code> {
    let grey = small.grey();
    find(grey).into_iter().map(|found| placed(found, degrees, grey.dimensions(), small.factor)).collect()
}

/// The codes on a page that brings its own text.
pub(super) fn on_print(pixels: &DynamicImage) -> Vec<Code> {
    let grey = pixels.to_luma8();
    find(&grey).into_iter().map(|found| placed(found, 0, grey.dimensions(), 1.0)).collect()
}

/// Stamps but for those whose middle lies on the QR code of a separator sheet: its squares are like letters to those who read
/// stamps. Any other code may have a stamp pressed over it.
pub(super) fn off_sheets(stamps: Vec<Stamp>, codes: &[Code]) -> Vec<Stamp> {
    let is_sheets = |code: &&Code| code.symbology == Symbology::Qr && Separator::of(code).is_some();
    let sheets: Vec<&Bounds> = codes.iter().filter(is_sheets).map(|code| &code.bounds).collect();
    let is_on = |bounds: &Bounds, sheet: &Bounds| {
        let (x, y) = (u32::midpoint(bounds.x0, bounds.x1), u32::midpoint(bounds.y0, bounds.y1));
        (sheet.x0..sheet.x1).contains(&x) && (sheet.y0..sheet.y1).contains(&y)
    };
    stamps.into_iter().filter(|stamp| !sheets.iter().any(|sheet| is_on(&stamp.bounds, sheet))).collect()
}

fn placed(found: Found, degrees: u16, size: (u32, u32), factor: f32) -> Code {
    let area = turned(&found.area, degrees, size);
    let px = |place: f32| (place / factor).round().max(0.0) as u32;
    Code { symbology: found.symbology, text: found.text, bounds: Bounds::new(px(area.x0), px(area.y0), px(area.x1), px(area.y1)) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::reading::Secrecy;

    #[test]
    fn on_the_code_of_a_separator_sheet_there_is_no_stamp() {
        let code = |symbology, text: &str| Code { symbology, text: text.to_owned(), bounds: Bounds::new(100, 100, 300, 300) };
        let stamp = |x0, y0| Stamp { level: Secrecy::Confidential, bounds: Bounds::new(x0, y0, x0 + 80, y0 + 40), confidence: 80 };
        let left = |x0, y0, code| off_sheets(vec![stamp(x0, y0)], &[code]).len();
        let sheets = || code(Symbology::Qr, &Separator::Document.payload());
        assert_eq!((left(150, 150, sheets()), left(270, 150, sheets()), left(150, 290, sheets())), (0, 1, 1));
        // On other codes there may be one.
        assert_eq!((left(150, 150, code(Symbology::Qr, "https://vbpl.vn")), left(150, 150, code(Symbology::Patch, "T"))), (1, 1));
    }
}
