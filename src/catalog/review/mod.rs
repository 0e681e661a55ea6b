//! Review of documents: queue, locks, decisions, quarantine.

pub(crate) mod document_decisions;
pub(crate) mod page_decisions;
pub(crate) mod quarantine;
pub(crate) mod removal;
pub(crate) mod review_locks;
pub(crate) mod review_queue;
