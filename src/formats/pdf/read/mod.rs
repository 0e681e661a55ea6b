//! PDF reader: pages, images, text, signatures.

pub(crate) mod draw_list;
pub(crate) mod objects;
pub(crate) mod open;
pub(crate) mod overlay;
pub(crate) mod page_text;
pub(crate) mod pdf_file;
pub(crate) mod render;
pub(crate) mod scan_image;
pub(crate) mod signature_verify;
pub(crate) mod signatures;
