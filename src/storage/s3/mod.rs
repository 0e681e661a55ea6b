//! S3 back-end.

pub mod inbox;
pub(crate) mod s3_error;
pub mod s3_store;
