//! Search, records, review, redaction.

pub(crate) mod records;
pub(crate) mod redaction_preview;
pub(crate) mod review;
pub(crate) mod search;
