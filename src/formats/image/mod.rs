//! Image files: JPEG, PNG, HEIC; their pixels, headers and colour profiles.

pub(crate) mod heic;
pub(crate) mod image_files;
pub(crate) mod jpeg_markers;
pub mod page_image;
pub(crate) mod pixels;
