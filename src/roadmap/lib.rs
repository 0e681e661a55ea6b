//! The digitisation roadmap computed: how far each target is, when it will be reached, what a sample of a lot says.

pub mod adjustment;
pub mod case_table;
pub mod forecast;
pub mod indicators;
pub mod one_stop;
pub mod progress;
pub mod sampling;
pub mod workbook;
