//! PDF/A writer with an invisible text layer.

pub(crate) mod document_info;
pub(crate) mod glyphless_font;
pub(crate) mod icc_srgb;
pub(crate) mod image_writer;
pub(crate) mod jpeg_frame;
pub(crate) mod object_writer;
pub mod pdf_writer;
pub(crate) mod text_layer;
