//! Task queue: claims under a lease, scheduling of dossiers, monitoring.

pub(crate) mod claims;
pub(crate) mod dossier_scheduler;
mod fair_share;
pub(crate) mod leases;
pub(crate) mod monitoring;
