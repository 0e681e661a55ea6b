//! Tasks: claimed under a lease, released, tried again.

pub(crate) mod dossier_scheduler;
pub(crate) mod monitoring;
pub(crate) mod tasks;
