//! Runs: starting, monitoring and controlling them; failures and scan quality.

pub mod execution;
pub mod failures;
pub(crate) mod instances;
pub mod monitoring;
pub mod pipelines;
pub mod run_summary;
pub mod scan_quality;
pub mod trial_slots;
