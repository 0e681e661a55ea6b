//! How well was it read? Error rates against ground truth, and described fields against known ones.

mod alignment;
pub mod benchmarks;
pub mod calibration;
pub mod classes;
pub mod fields;
mod moved;
pub mod score;
pub mod separation;
pub mod words;
