//! Uploads: deliveries through the browser, their files and lists.

pub(crate) mod files;
pub(crate) mod lifecycle;
pub(crate) mod lists;
