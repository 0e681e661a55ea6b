//! Stored records: search, view, export, redaction.

pub mod export;
pub mod iiif;
pub mod list_export;
pub mod page_images;
pub mod queries;
pub mod redacted_copy;
pub mod redaction_preview;
pub mod saved_searches;
