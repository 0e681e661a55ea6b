//! Which pages must be scanned again (quét lại), and why: every threshold in one place.

use crate::model::reading::{Quality, Scan};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Why a page must be scanned again, the gravest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Reason {
    /// Print runs out of the picture: what is cut off is in no later version of it.
    CutOff,
    /// Too many characters are most likely read wrongly, whatever the cause.
    Unreadable,
    /// Edges are soft: out of focus, or the sheet moved.
    Blurred,
    /// Fewer dots per inch than archives must scan at.
    LowResolution,
    /// Print is hardly darker than the paper.
    Pale,
    /// Print of the back shines through.
    ShinesThrough,
    /// So crooked that it cannot be straightened safely.
    Crooked,
}

/// Least resolution, dots per inch. Circular 05/2025/TT-BNV and Decree 30/2020/NĐ-CP want 200; 190 takes in fax
/// machines (196 lines per inch) and what rounding makes of a sheet's size.
const LEAST_DPI: u32 = 190;

/// Least sharpness. Clean pages softened until they had 22 to 25 were read with three times the errors of sharp ones
/// (which have 40 and more), at 17 to 20 with eight times as many.
const LEAST_SHARPNESS: u8 = 20;

/// Least difference of paper and ink, grey levels of 255. Clean pages printed so pale that they had 120 were read with
/// seven times the errors of black ones. Real scans of office paper have 190 and more.
const LEAST_CONTRAST: u8 = 120;

/// Most paper on which the back is seen, per mille. Real scans have up to 25; clean pages with the back shining through
/// so far that they had 20 to 70 were read with ten times the errors.
const MOST_BLEED: u32 = 30;

/// Most skew, hundredths of a degree. Up to here straightening costs nothing; it looks hardly further.
const MOST_SKEW: u32 = 400;

/// Most characters expected to be wrong, per mille. Of a page with one wrong in ten hardly two words stand together
/// that can be searched for, and mending it by hand costs more than scanning it again.
const MOST_ERROR: u32 = 100;

/// Why the page must be scanned again, the gravest reason first; empty for a good page, for a blank one, and where
/// the scan was not measured.
#[must_use]
pub fn reasons(quality: &Quality, blank: bool) -> Vec<Reason> {
    let Some(scan) = quality.scan.filter(|_| !blank) else { return Vec::new() };
    let Scan { dpi, skew_centidegrees, bleed_permille, cut, expected_error_permille, .. } = scan;
    let blurred = quality.sharpness < LEAST_SHARPNESS;
    [
        (!cut.is_empty(), Reason::CutOff),
        (expected_error_permille >= MOST_ERROR, Reason::Unreadable),
        (blurred, Reason::Blurred),
        (dpi < LEAST_DPI, Reason::LowResolution),
        (quality.contrast < LEAST_CONTRAST, Reason::Pale),
        // The soft rim of blurred letters looks like paler print.
        (bleed_permille > MOST_BLEED && !blurred, Reason::ShinesThrough),
        (skew_centidegrees.unsigned_abs() > MOST_SKEW, Reason::Crooked),
    ]
    .into_iter()
    .filter_map(|(holds, reason)| holds.then_some(reason))
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::reading::Sides;

    /// A page that nobody need scan again.
    fn good() -> (Quality, Scan) {
        let scan =
            Scan { dpi: 200, skew_centidegrees: -120, noise: 3, bleed_permille: 12, cut: Sides::default(), expected_error_permille: 9 };
        (Quality { ink_permille: 60, contrast: 210, sharpness: 44, confidence: 94, scan: None }, scan)
    }

    fn found(change: impl Fn(&mut Quality, &mut Scan)) -> Vec<Reason> {
        let (mut quality, mut scan) = good();
        change(&mut quality, &mut scan);
        reasons(&Quality { scan: Some(scan), ..quality }, false)
    }

    #[test]
    fn each_fault_has_its_reason_and_a_good_page_has_none() {
        assert_eq!(found(|_, _| {}), []);
        assert_eq!(found(|_, scan| scan.cut.left = true), [Reason::CutOff]);
        assert_eq!(found(|_, scan| scan.dpi = 150), [Reason::LowResolution]);
        assert_eq!(found(|_, scan| scan.dpi = 196), []);
        assert_eq!(found(|quality, _| quality.sharpness = 19), [Reason::Blurred]);
        assert_eq!(found(|quality, _| quality.contrast = 110), [Reason::Pale]);
        assert_eq!(found(|_, scan| scan.bleed_permille = 60), [Reason::ShinesThrough]);
        assert_eq!(found(|_, scan| scan.skew_centidegrees = -430), [Reason::Crooked]);
        assert_eq!(found(|_, scan| scan.expected_error_permille = 100), [Reason::Unreadable]);
    }

    #[test]
    fn the_gravest_reason_comes_first_and_a_blurred_page_shows_no_back() {
        let both = found(|quality, scan| (quality.sharpness, scan.bleed_permille, scan.cut.top) = (12, 90, true));
        assert_eq!(both, [Reason::CutOff, Reason::Blurred]);
    }

    #[test]
    fn blank_pages_and_pages_without_a_scan_are_left_alone() {
        let (quality, mut scan) = good();
        scan.dpi = 72;
        assert_eq!(reasons(&Quality { scan: Some(scan), ..quality }, true), []);
        assert_eq!(reasons(&Quality { sharpness: 0, contrast: 0, ..quality }, false), []);
    }
}
