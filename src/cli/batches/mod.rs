//! Commands about deliveries and runs.

pub mod batch_args;
pub mod failures;
pub(crate) mod progress_reporter;
pub mod quality;
pub mod quarantine;
pub mod review;
pub mod run;
pub mod runs;
pub mod separators;
