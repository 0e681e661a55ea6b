//! Formats of files: reading what arrives, writing what is kept.

mod archive_names;
pub mod archive_read;
mod heic_read;
pub mod inspect;
mod jpeg_head;
pub mod limits;
mod pdf_image;
mod pdf_objects;
mod pdf_open;
mod pdf_overlay;
mod pdf_read;
mod pdf_render;
mod pdf_scan;
mod pdf_text;
pub mod picture;
mod pictures;
mod pixels;
mod signature_check;
mod signatures;
pub mod sniff;
pub mod source;
mod tiff_directory;
mod tiff_fax;
mod tiff_lzw;
mod tiff_read;
mod tiff_samples;
