//! Degradation of clean pages: effects, random combinations of them, and simulated scanners.

pub mod effects;
pub mod presets;
pub(crate) mod scanner;
