//! Deliveries, runs, failures, pipelines.

pub(crate) mod failures;
pub(crate) mod pipelines;
pub(crate) mod runs;
pub(crate) mod uploads;
