//! Wear of paper and scanner: what makes a clean page look scanned.

pub mod effects;
pub mod presets;
pub(crate) mod scanner;
