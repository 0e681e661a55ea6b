//! Commands that measure.

pub mod build_bigrams;
pub mod degrade;
pub mod eval;
pub(crate) mod ocr_table;
pub(crate) mod personal_data_table;
pub mod samples;
pub mod score;
pub(crate) mod separation_table;
pub(crate) mod stamp_table;
pub mod training_data;
