//! Intake: files of a delivery, delivery lists, separator sheets.

pub(crate) mod delivery_lists;
pub mod ingest;
pub mod separator_sheets;
