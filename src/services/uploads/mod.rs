//! Deliveries through the browser, from the first byte to their batch.

pub mod lifecycle;
pub(crate) mod staging;
pub(crate) mod start;
pub mod temp_upload;
pub(crate) mod view;
