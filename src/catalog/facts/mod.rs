//! Facts about dossiers, files, pages and documents: committed changes, queries, and the rebuild from deposited records.

pub(crate) mod apply_change;
pub(crate) mod batch_ledger;
pub(crate) mod commit;
mod deposits;
pub(crate) mod dossier_queries;
mod leftovers;
pub(crate) mod outbox;
pub(crate) mod rebuild;
mod rebuild_batch;
pub(crate) mod receive_files;
pub(crate) mod unreadable_files;
pub(crate) mod withholding;
