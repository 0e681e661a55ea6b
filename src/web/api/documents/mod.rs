//! Records, page images, searches, lists.

pub(crate) mod iiif;
pub(crate) mod list_export;
pub(crate) mod page_images;
pub(crate) mod records;
pub(crate) mod saved_searches;
