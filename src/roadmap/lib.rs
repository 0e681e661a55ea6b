//! Computations on the digitisation roadmap: progress, forecasts, indicators, acceptance sampling, one-stop reports.

pub mod adjustment;
pub mod case_table;
pub mod forecast;
pub mod group_progress;
pub mod indicators;
pub mod one_stop;
pub mod progress;
pub mod sampling;
pub mod table_reader;
pub mod workbook;
