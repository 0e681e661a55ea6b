//! Review of documents by people.

pub mod assignment;
pub mod decisions;
