//! Neural networks: text detection, line and digit recognition, stamps.

pub mod digit_recognizer;
pub mod line_recognizer;
pub mod models;
pub mod runtime;
pub mod stamps;
pub mod text_detector;
