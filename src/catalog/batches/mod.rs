//! Batches: life cycle, control, retry, balance, failures, timeline.

pub(crate) mod balance;
pub(crate) mod control;
pub(crate) mod failures;
pub(crate) mod folder_deliveries;
pub(crate) mod lifecycle;
pub(crate) mod pages;
pub(crate) mod retry;
pub(crate) mod timeline;
