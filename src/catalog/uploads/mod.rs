//! Deliveries through the browser: uploads, their files and lists.

pub(crate) mod files;
pub(crate) mod lifecycle;
pub(crate) mod lists;
