//! Reports: one model, written as XLSX, DOCX, PDF.

pub mod docx;
pub mod model;
pub mod pdf;
