//! Tesseract, and the unsafe code that it needs.

pub mod openmp;
pub mod recognizer;
