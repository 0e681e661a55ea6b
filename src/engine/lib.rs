//! Engines that read text from a picture.

pub mod composite;
pub mod engine;
pub mod fake;
pub mod fusion;
pub mod networks;
pub mod tesseract;
