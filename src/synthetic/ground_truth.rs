//! Ground truth of a generated dossier, as in `<dossier>.expected.json`.

use serde::{Deserialize, Serialize};

/// Ground truth of a dossier.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GroundTruth {
    /// Name of the dossier's folder.
    pub dossier: String,
    /// Its files in natural order.
    pub files: Vec<FileTruth>,
    /// Its documents in order.
    pub documents: Vec<DocumentTruth>,
    /// Its pages in order.
    pub pages: Vec<PageTruth>,
}

/// Ground truth of a file of scans.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FileTruth {
    /// Name within the folder.
    pub name: String,
    /// Pages in it.
    pub pages: usize,
    /// SHA-256 of its bytes, hexadecimal.
    pub sha256: String,
}

/// Ground truth of a document.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DocumentTruth {
    /// Code of its kind (Circular 05/2025).
    pub kind: String,
    /// Number and notation, such as `128/QĐ-UBND`.
    pub number: String,
    /// Date of issue, ISO 8601.
    pub date: String,
    /// Issuing body as printed, without the body above it.
    pub issuer: String,
    /// Subject without "Về việc" or "V/v".
    pub subject: String,
    /// Name of the signatory.
    pub signer: String,
    /// Numbers of its pages in the dossier, from 1; blank backs and separator sheets belong to no document.
    pub pages: Vec<usize>,
}

/// Ground truth of a scanned page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PageTruth {
    /// Number in the dossier, from 1.
    pub page: usize,
    /// File that holds it.
    pub file: String,
    /// Number within the file, from 1.
    pub page_in_file: usize,
    /// `first`, `following`, `annex`, `blank` or `separator`.
    pub role: String,
    /// Clockwise turn of the scan, degrees: 0, 90, 180 or 270.
    pub turn: u16,
    /// Clockwise skew of the sheet before the turn, degrees.
    pub skew: f32,
    /// Encoding: `jpeg`, `jpeg-grey` or `fax`.
    pub encoding: String,
    /// Dots per inch.
    pub dpi: u16,
    /// Printed lines, in reading order.
    pub lines: Vec<String>,
}
