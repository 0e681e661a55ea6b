//! Benchmarks that run the program's own reading over pages whose contents are known.

pub mod degraded_pages;
pub(crate) mod known_documents;
pub mod ocr;
pub(crate) mod page_stack;
pub mod personal_data;
pub mod separation;
pub mod stamps;
