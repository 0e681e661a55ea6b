//! Deliveries, runs, failures, pipelines.

pub(crate) mod dashboard;
pub(crate) mod failures;
pub(crate) mod pipelines;
pub(crate) mod run_table;
pub(crate) mod runs;
pub(crate) mod uploads;
