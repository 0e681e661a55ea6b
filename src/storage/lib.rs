//! Object storage: one narrow trait over a local folder, S3 and memory; every object name in one place; the OCFL layout.

pub mod inbox;
pub mod inventory;
pub mod key;
pub mod local;
pub mod memory;
pub mod ocfl;
pub mod open;
pub mod probe;
pub mod retry;
pub mod s3;
mod s3_error;
pub mod store;
mod streaming;
pub mod verify;

pub use open::open;
pub use s3::S3Options;
pub use store::{BlobEntry, BlobStore};
