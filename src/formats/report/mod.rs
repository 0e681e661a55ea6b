//! Reports: one model, rendered as DOCX and PDF (and as XLSX by [`crate::tables::spreadsheet_writer`]).

pub mod docx;
pub mod fonts;
pub mod model;
pub mod pdf;
