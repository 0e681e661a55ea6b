//! OCR engines: Tesseract, neural networks, and the fusion of their results.

pub mod composite;
pub mod engine;
pub mod fake;
pub mod fusion;
pub mod networks;
pub mod tesseract;
