//! Formats of files: reading what arrives, writing what is kept.

pub mod alto;
mod colour_profile;
mod jpeg_header;
mod pdf_font;
mod pdf_metadata;
mod pdf_picture;
mod pdf_layer;
pub mod pdf_write;
pub mod picture;
mod xml;
