//! Image files: decoders, headers, pixel conversion, and the page image that readers hand to writers.

pub(crate) mod heic;
pub(crate) mod image_files;
pub(crate) mod jpeg_markers;
pub mod page_image;
pub(crate) mod pixels;
