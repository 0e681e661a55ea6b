//! Commands about deliveries and runs.

pub mod quality;
pub mod quarantine;
pub mod review;
pub mod run;
pub mod runs;
pub mod separators;
