//! Pictures of pages: upright, straight, clean, cut into lines in reading order, and how good they are.
//!
//! The steps follow a recipe that was measured on real Vietnamese scans: lines are found first and read one
//! by one, which gets the two-column header right and costs less than reading the page as a whole.

pub mod background;
mod bleed_through;
pub mod codes;
pub mod components;
pub mod crop;
mod cut_off;
pub mod handwriting;
pub mod lines;
pub mod order;
pub mod orientation;
pub mod patch;
mod pen_strokes;
pub mod prepare;
pub mod print_map;
pub mod qr;
pub mod quality;
pub mod resize;
pub mod ring;
pub mod rules;
pub mod seal;
pub mod skew;
pub mod stamp_inks;
pub mod stamps;
pub mod table;
