//! Which pages must be scanned again (quét lại), and why: every threshold in one place.

use crate::model::page::reading::{Quality, ScanQuality};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Why a page must be scanned again, the gravest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum RescanReason {
    /// Print runs out of the picture: what is cut off is in no later version of it.
    #[serde(rename = "cut-off")]
    Clipped,
    /// Too many characters are most likely read wrongly, whatever the cause.
    Unreadable,
    /// Edges are soft: out of focus, or the sheet moved.
    Blurred,
    /// Fewer dots per inch than archives must scan at.
    LowResolution,
    /// Print is hardly darker than the paper.
    #[serde(rename = "pale")]
    LowContrast,
    /// Print of the back shines through.
    #[serde(rename = "shines-through")]
    BleedThrough,
    /// So crooked that it cannot be straightened safely.
    #[serde(rename = "crooked")]
    Skewed,
}

/// Least resolution, dots per inch. Circular 05/2025/TT-BNV and Decree 30/2020/NĐ-CP want 200; 190 takes in fax
/// machines (196 lines per inch) and what rounding makes of a sheet's size.
const MIN_DPI: u32 = 190;

/// Least sharpness. Clean pages softened until they had 22 to 25 were read with three times the errors of sharp ones
/// (which have 40 and more), at 17 to 20 with eight times as many.
const MIN_SHARPNESS: u8 = 20;

/// Least difference of paper and ink, grey levels of 255. Clean pages printed so pale that they had 120 were read with
/// seven times the errors of black ones. Real scans of office paper have 190 and more.
const MIN_CONTRAST: u8 = 120;

/// Most paper on which the back is seen, per mille. Real scans have up to 25; clean pages with the back shining through
/// so far that they had 20 to 70 were read with ten times the errors.
const MAX_BLEED_PERMILLE: u32 = 30;

/// Most skew, hundredths of a degree. Up to here straightening costs nothing; it looks hardly further.
const MAX_SKEW_CENTIDEGREES: u32 = 400;

/// Most characters expected to be wrong, per mille. Of a page with one wrong in ten hardly two words stand together
/// that can be searched for, and mending it by hand costs more than scanning it again.
const MAX_ERROR_PERMILLE: u32 = 100;

/// Why the page must be scanned again, the gravest reason first; empty for a good page, for a blank one, and where
/// the scan was not measured.
#[must_use]
pub fn rescan_reasons(quality: &Quality, blank: bool) -> Vec<RescanReason> {
    let Some(scan) = quality.scan.filter(|_| !blank) else { return Vec::new() };
    let ScanQuality { dpi, skew_centidegrees, bleed_permille, clipped_sides: cut, expected_error_permille, .. } = scan;
    let blurred = quality.sharpness < MIN_SHARPNESS;
    [
        (!cut.is_empty(), RescanReason::Clipped),
        (expected_error_permille >= MAX_ERROR_PERMILLE, RescanReason::Unreadable),
        (blurred, RescanReason::Blurred),
        (dpi < MIN_DPI, RescanReason::LowResolution),
        (quality.contrast < MIN_CONTRAST, RescanReason::LowContrast),
        // The soft rim of blurred letters looks like paler print.
        (bleed_permille > MAX_BLEED_PERMILLE && !blurred, RescanReason::BleedThrough),
        (skew_centidegrees.unsigned_abs() > MAX_SKEW_CENTIDEGREES, RescanReason::Skewed),
    ]
    .into_iter()
    .filter_map(|(holds, reason)| holds.then_some(reason))
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::page::reading::Sides;

    /// A page that nobody need scan again.
    fn good() -> (Quality, ScanQuality) {
        let scan = ScanQuality {
            dpi: 200,
            skew_centidegrees: -120,
            noise: 3,
            bleed_permille: 12,
            clipped_sides: Sides::default(),
            expected_error_permille: 9,
        };
        (Quality { ink_permille: 60, contrast: 210, sharpness: 44, confidence: 94, scan: None }, scan)
    }

    fn reasons_after(change: impl Fn(&mut Quality, &mut ScanQuality)) -> Vec<RescanReason> {
        let (mut quality, mut scan) = good();
        change(&mut quality, &mut scan);
        rescan_reasons(&Quality { scan: Some(scan), ..quality }, false)
    }

    #[test]
    fn each_fault_has_its_reason_and_a_good_page_has_none() {
        assert_eq!(reasons_after(|_, _| {}), []);
        assert_eq!(reasons_after(|_, scan| scan.clipped_sides.left = true), [RescanReason::Clipped]);
        assert_eq!(reasons_after(|_, scan| scan.dpi = 150), [RescanReason::LowResolution]);
        assert_eq!(reasons_after(|_, scan| scan.dpi = 196), []);
        assert_eq!(reasons_after(|quality, _| quality.sharpness = 19), [RescanReason::Blurred]);
        assert_eq!(reasons_after(|quality, _| quality.contrast = 110), [RescanReason::LowContrast]);
        assert_eq!(reasons_after(|_, scan| scan.bleed_permille = 60), [RescanReason::BleedThrough]);
        assert_eq!(reasons_after(|_, scan| scan.skew_centidegrees = -430), [RescanReason::Skewed]);
        assert_eq!(reasons_after(|_, scan| scan.expected_error_permille = 100), [RescanReason::Unreadable]);
    }

    #[test]
    fn the_gravest_reason_comes_first_and_a_blurred_page_shows_no_back() {
        let both = reasons_after(|quality, scan| (quality.sharpness, scan.bleed_permille, scan.clipped_sides.top) = (12, 90, true));
        assert_eq!(both, [RescanReason::Clipped, RescanReason::Blurred]);
    }

    #[test]
    fn blank_pages_and_pages_without_a_scan_are_left_alone() {
        let (quality, mut scan) = good();
        scan.dpi = 72;
        assert_eq!(rescan_reasons(&Quality { scan: Some(scan), ..quality }, true), []);
        assert_eq!(rescan_reasons(&Quality { sharpness: 0, contrast: 0, ..quality }, false), []);
    }
}
