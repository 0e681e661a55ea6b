//! Benchmarks: the recognition of this program on pages with ground truth.

pub mod degraded_pages;
pub mod found_share;
pub(crate) mod known_documents;
pub mod ocr;
pub(crate) mod page_folder;
pub(crate) mod page_stack;
pub mod personal_data;
pub mod separation;
pub mod stamps;
