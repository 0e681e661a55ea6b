//! Markings that are not print: seals, pen strokes, handwriting.

pub mod handwriting;
pub mod monochrome_seal;
pub(crate) mod pen_strokes;
pub mod seal;
