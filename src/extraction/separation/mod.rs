//! Separation of a pile of pages into documents.

pub(crate) mod boundary_features;
pub(crate) mod page_number;
pub mod split;
