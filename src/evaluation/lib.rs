//! How well was it read? Error rates against ground truth, and described fields against known ones.

mod alignment;
pub mod benchmarks;
pub mod calibration;
pub mod error_taxonomy;
pub mod field_accuracy;
mod reordered_text;
pub mod split_scores;
pub mod text_scores;
pub mod word_calibration;
