//! Search, records, review, redaction, quarantine.

pub(crate) mod quarantine;
pub(crate) mod records;
pub(crate) mod redaction_preview;
pub(crate) mod review;
pub(crate) mod search;
