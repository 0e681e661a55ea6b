//! Engines that read text from a picture.

pub mod contract;
pub mod scripted;
pub mod tesseract;
