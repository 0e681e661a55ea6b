//! PDF files: readers and a PDF/A writer.

pub(crate) mod read;
pub mod write;
