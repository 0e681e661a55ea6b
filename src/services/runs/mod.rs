//! Runs: started, watched, steered; their failures and quality.

pub mod execution;
pub mod failures;
pub mod monitoring;
pub mod pipelines;
pub mod scan_quality;
