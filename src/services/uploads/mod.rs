//! Uploads: deliveries through the browser, from the first byte to their batch.

pub mod access;
pub mod lifecycle;
pub(crate) mod quota;
pub mod runtime;
pub(crate) mod staging;
pub mod start;
pub mod temp_upload;
pub mod transfer;
pub mod view;
