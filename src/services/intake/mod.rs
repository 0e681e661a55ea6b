//! What is delivered becomes a batch.

pub(crate) mod delivery_lists;
pub mod ingest;
pub mod separator_sheets;
