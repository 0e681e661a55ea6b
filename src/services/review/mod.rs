//! Review (duyệt) of documents: queue, locks, decisions.

pub mod assignment;
pub mod decisions;
