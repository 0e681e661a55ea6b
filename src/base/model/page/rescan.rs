//! Detection of pages that must be scanned again (quét lại), and all its thresholds.

use crate::model::page::reading::{Quality, ScanQuality};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Reason to scan a page again, most severe first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum RescanReason {
    /// Print is clipped by the image edge: no processing can restore it.
    #[serde(rename = "cut-off")]
    Clipped,
    /// Too many expected recognition errors, whatever the cause.
    Unreadable,
    /// Edges are soft: out of focus, or the sheet moved.
    Blurred,
    /// Below the minimum resolution for archives.
    LowResolution,
    /// Print is hardly darker than the paper.
    #[serde(rename = "pale")]
    LowContrast,
    /// Print of the back shines through.
    #[serde(rename = "shines-through")]
    BleedThrough,
    /// Too skewed to be straightened safely.
    #[serde(rename = "crooked")]
    Skewed,
}

/// Minimum resolution, dots per inch. Circular 05/2025/TT-BNV and Decree 30/2020/NĐ-CP require 200; 190 allows for fax
/// machines (196 lines per inch) and for rounding of a sheet's size.
const MIN_DPI: u32 = 190;

/// Minimum sharpness, 0 to 100. Clean pages softened to 22 to 25 were read with three times the errors of sharp ones (40
/// and more), at 17 to 20 with eight times as many.
const MIN_SHARPNESS: u8 = 20;

/// Minimum difference of paper and ink, grey levels of 255. Clean pages printed as pale as 120 were read with seven times
/// the errors of black ones. Real scans of office paper have 190 and more.
const MIN_CONTRAST: u8 = 120;

/// Maximum share of paper with print of the back, per mille. Real scans have up to 25; clean pages with 20 to 70 were
/// read with ten times the errors.
const MAX_BLEED_PERMILLE: u32 = 30;

/// Maximum skew, hundredths of a degree. Up to here straightening costs no accuracy; detection hardly reaches further.
const MAX_SKEW_CENTIDEGREES: u32 = 400;

/// Maximum expected recognition errors, per mille of the characters. With one wrong character in ten hardly two
/// consecutive words can be searched for, and manual correction costs more than a new scan.
const MAX_ERROR_PERMILLE: u32 = 100;

/// Reasons to scan the page again, most severe first; empty for a good page, for a blank one, and if the scan was not
/// measured.
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
        // The soft rim of blurred letters resembles paler print.
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

    /// A page that needs no new scan.
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
    fn each_scan_fault_yields_its_rescan_reason() {
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
    fn reasons_sort_by_severity_and_blur_hides_bleed_through() {
        let both = reasons_after(|quality, scan| (quality.sharpness, scan.bleed_permille, scan.clipped_sides.top) = (12, 90, true));
        assert_eq!(both, [RescanReason::Clipped, RescanReason::Blurred]);
    }

    #[test]
    fn blank_and_unscanned_pages_need_no_rescan() {
        let (quality, mut scan) = good();
        scan.dpi = 72;
        assert_eq!(rescan_reasons(&Quality { scan: Some(scan), ..quality }, true), []);
        assert_eq!(rescan_reasons(&Quality { sharpness: 0, contrast: 0, ..quality }, false), []);
    }
}
