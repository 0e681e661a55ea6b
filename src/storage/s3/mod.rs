//! S3: the storage back-end, and inboxes for deliveries.

pub mod client;
pub mod inbox;
pub(crate) mod s3_error;
pub mod s3_store;
