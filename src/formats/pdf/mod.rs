//! PDF files.

pub(crate) mod read;
pub mod write;
