//! Image processing of pages: orientation, deskewing, background, layout analysis, line crops and quality measures.
//!
//! The order of the steps was measured on real Vietnamese scans: lines are detected first and read one by one, which
//! keeps the two-column header in order and costs less than reading the page as a whole.

pub mod barcodes;
pub mod layout;
pub mod markings;
pub mod preprocess;
pub mod quality;
pub mod stamps;
