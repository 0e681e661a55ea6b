//! Accuracy of recognition and description against ground truth, and benchmarks that measure it.

mod alignment;
pub mod benchmarks;
pub mod calibration;
pub mod error_taxonomy;
pub mod field_accuracy;
mod reordered_text;
pub mod split_scores;
pub mod text_scores;
pub mod training;
pub mod word_calibration;
