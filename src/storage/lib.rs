//! Object storage: one trait with back-ends for a local folder, S3 and memory; all object names; OCFL objects.

pub mod blob_store;
pub mod capability_check;
pub mod counted;
pub mod digests;
pub mod key;
pub mod local;
pub mod memory;
pub mod ocfl;
pub mod open;
pub mod retry;
pub mod s3;

pub use blob_store::{BlobEntry, BlobStore};
pub use open::open;
pub use s3::client::S3Options;
