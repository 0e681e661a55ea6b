//! File formats: reads delivered files, writes archival files, metadata, tables and reports.

pub mod archive;
pub mod image;
pub mod inspect;
pub mod limits;
pub mod media_types;
pub mod metadata;
pub mod pdf;
pub mod plain_text;
pub mod redaction;
pub mod report;
pub mod source;
pub mod tables;
mod tiff;
