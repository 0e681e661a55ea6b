//! Runs: starting, monitoring and controlling them; failures and scan quality.

pub(crate) mod batch_ledger;
pub mod execution;
pub mod failures;
pub mod monitoring;
pub mod pipelines;
pub mod scan_quality;
