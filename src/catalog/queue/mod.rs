//! Task queue: claims under a lease, scheduling of dossiers, failed tasks, monitoring.

pub(crate) mod claims;
pub(crate) mod dossier_scheduler;
pub(crate) mod failed_tasks;
mod fair_share;
pub(crate) mod leases;
pub(crate) mod monitoring;
