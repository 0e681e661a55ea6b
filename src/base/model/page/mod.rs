//! A page: its geometry, reading, codes, personal data.

pub mod barcode;
pub mod geometry;
pub mod reading;
pub mod rescan;
