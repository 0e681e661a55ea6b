//! Pictures of pages: upright, straight, clean, cut into lines in reading order, and how good they are.
//!
//! The steps follow a recipe that was measured on real Vietnamese scans: lines are found first and read one
//! by one, which gets the two-column header right and costs less than reading the page as a whole.

pub mod barcodes;
pub mod layout;
pub mod markings;
pub mod preprocess;
pub mod quality;
pub mod stamps;
