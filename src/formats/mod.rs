//! Formats of files: reading what arrives, writing what is kept.

pub mod alto;
mod colour_profile;
pub mod hocr;
mod jpeg_header;
pub mod mets;
mod pdf_font;
mod pdf_metadata;
mod pdf_picture;
mod pdf_layer;
pub mod pdf_write;
pub mod picture;
pub mod premis;
pub mod text;
mod xml;
