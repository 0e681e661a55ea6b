//! Metadata formats: ALTO, hOCR, METS, PREMIS, IIIF.

pub mod alto;
pub mod hocr;
pub mod iiif;
pub mod mets;
pub mod premis;
pub(crate) mod xml;
