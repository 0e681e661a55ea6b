//! Tesseract, and the one wall of unsafe code around it.

pub mod openmp;
pub mod recognizer;
