//! Engines that read text from a picture.

pub mod contract;
pub mod digits;
pub mod ensemble;
pub mod hand_reader;
pub mod line_finder;
pub mod models;
pub mod network;
pub mod scripted;
pub mod second_reader;
pub mod stamp_finder;
pub mod tesseract;
pub mod tesseract_ffi;
pub mod vote;
