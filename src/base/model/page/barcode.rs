//! Machine-readable codes (mã vạch, mã QR, patch code) printed on pages, and the separator sheets that use them.

use crate::model::page::geometry::Bounds;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A code detected on a page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "Code")]
pub struct Barcode {
    /// Symbology.
    pub symbology: Symbology,
    /// Decoded text; for a patch code its name: `1`, `2`, `3`, `4`, `6` or `T`.
    pub text: String,
    /// Bounding box with its quiet zone.
    pub bounds: Bounds,
}

/// Kind of code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Symbology {
    /// QR code (ISO/IEC 18004).
    Qr,
    /// Code 128 (ISO/IEC 15417).
    Code128,
    /// Code 39 (ISO/IEC 16388).
    Code39,
    /// Patch code: four bars recognised by document scanners.
    Patch,
}

/// Width of a narrow bar of a patch code and of a space between bars, mm (0.08 inch).
pub const PATCH_NARROW_MM: f32 = 2.032;

/// Width of a wide bar of a patch code, mm (0.2 inch).
pub const PATCH_WIDE_MM: f32 = 5.08;

/// Patch codes: name, and bars in reading direction, true for a wide one.
pub const PATCH_CODES: [(&str, [bool; 4]); 6] = [
    ("1", [true, false, false, true]),
    ("2", [true, false, true, false]),
    ("3", [true, true, false, false]),
    ("4", [false, true, true, false]),
    ("6", [false, false, true, true]),
    ("T", [false, true, false, true]),
];

/// Instruction of a separator sheet (tờ phân cách).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Separator {
    /// A document (văn bản) begins.
    Document,
    /// A dossier (hồ sơ) begins, with its code if the sheet names one.
    Dossier(Option<String>),
}

/// Prefix of the codes on this program's separator sheets; all other codes are foreign.
const PAYLOAD_PREFIX: &str = "sohoa:";

impl Separator {
    /// Text of its code.
    #[must_use]
    pub fn payload(&self) -> String {
        match self {
            Self::Document => format!("{PAYLOAD_PREFIX}document"),
            Self::Dossier(None) => format!("{PAYLOAD_PREFIX}dossier"),
            Self::Dossier(Some(code)) => format!("{PAYLOAD_PREFIX}dossier:{code}"),
        }
    }

    /// Instruction of `code` if it is a separator's. Scanners interpret the patch codes T and 2 as the start of a
    /// document, and each is the other upside down; likewise 3 and 6, of which 3 is for batches.
    #[must_use]
    pub fn from_barcode(code: &Barcode) -> Option<Self> {
        if code.symbology == Symbology::Patch {
            return matches!(code.text.as_str(), "T" | "2").then_some(Self::Document);
        }
        let payload = code.text.trim().strip_prefix(PAYLOAD_PREFIX)?;
        match payload.split_once(':').map_or((payload, ""), |(kind, name)| (kind, name.trim())) {
            ("document", _) => Some(Self::Document),
            ("dossier", "") => Some(Self::Dossier(None)),
            ("dossier", name) => Some(Self::Dossier(Some(name.to_owned()))),
            _ => None,
        }
    }

    /// Joint instruction of all codes on a sheet: the most specific one.
    #[must_use]
    pub fn from_barcodes(codes: &[Barcode]) -> Option<Self> {
        codes.iter().filter_map(Self::from_barcode).max_by_key(|separator| match separator {
            Self::Document => 0,
            Self::Dossier(None) => 1,
            Self::Dossier(Some(_)) => 2,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(symbology: Symbology, text: &str) -> Barcode {
        Barcode { symbology, text: text.to_owned(), bounds: Bounds::default() }
    }

    #[test]
    fn separator_payloads_round_trip() {
        for separator in [Separator::Document, Separator::Dossier(None), Separator::Dossier(Some("H24.16-200514-0001".to_owned()))] {
            assert_eq!(Separator::from_barcode(&code(Symbology::Qr, &separator.payload())), Some(separator));
        }
    }

    #[test]
    fn foreign_barcodes_are_not_separators() {
        for text in ["000.00.16.H24-200514-0001", "https://example.vn/", "sohoa:", "sohoa:box", "T", ""] {
            assert_eq!(Separator::from_barcode(&code(Symbology::Code128, text)), None, "{text}");
        }
        assert_eq!(Separator::from_barcode(&code(Symbology::Patch, "T")), Some(Separator::Document));
        assert_eq!(Separator::from_barcode(&code(Symbology::Patch, "2")), Some(Separator::Document));
        assert_eq!(Separator::from_barcode(&code(Symbology::Patch, "4")), None);
    }

    #[test]
    fn most_specific_separator_barcode_wins() {
        let codes = [code(Symbology::Patch, "T"), code(Symbology::Code128, "sohoa:dossier"), code(Symbology::Qr, "sohoa:dossier:7")];
        assert_eq!(Separator::from_barcodes(&codes), Some(Separator::Dossier(Some("7".to_owned()))));
        assert_eq!(Separator::from_barcodes(&[]), None);
    }
}
