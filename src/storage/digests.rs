//! SHA-256 and SHA-512 of content. Large objects are streamed through temporary files instead of memory.

use std::io::Read;
use std::path::Path;

use sha2::{Digest, Sha256, Sha512};
use tempfile::TempPath;

use crate::blob_store::BlobStore;
use sohoa_base::error::Result;
use sohoa_base::messages::{program, storage};

/// Digests of some content, lower-case hexadecimal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Digests {
    /// Size, bytes.
    pub bytes: u64,
    /// SHA-512.
    pub sha512: String,
    /// SHA-256.
    pub sha256: String,
}

/// Digests of bytes in memory.
pub(crate) fn of_bytes(bytes: &[u8]) -> Digests {
    Digests { bytes: bytes.len() as u64, sha512: sha512(bytes), sha256: hex::encode(Sha256::digest(bytes)) }
}

/// SHA-512 of bytes in memory, lower-case hexadecimal.
pub(crate) fn sha512(bytes: &[u8]) -> String {
    hex::encode(Sha512::digest(bytes))
}

/// Digests of the stored object `key`, streamed through a temporary file that is removed afterwards.
///
/// # Errors
/// Those of the store; `Unavailable` if the temporary folder cannot be written.
pub(crate) async fn of_object(store: &dyn BlobStore, key: &str) -> Result<Digests> {
    let file = new_temp_file()?;
    store.get_file(key, &file).await?;
    of_path(&file).await
}

/// Digests of a local file.
///
/// # Errors
/// `Unavailable` if it cannot be read.
pub(crate) async fn of_path(file: &Path) -> Result<Digests> {
    let file = file.to_owned();
    let digests = tokio::task::spawn_blocking(move || of_path_blocking(&file)).await;
    digests.map_err(|error| program::bug("store: digest of a file").caused_by(error))?
}

/// Creates an empty temporary file, removed when dropped.
fn new_temp_file() -> Result<TempPath> {
    let file = tempfile::Builder::new().prefix("sohoa-").tempfile();
    let file = file.map_err(|error| storage::temporary_folder_unwritable(std::env::temp_dir().display()).caused_by(error))?;
    Ok(file.into_temp_path())
}

fn of_path_blocking(path: &Path) -> Result<Digests> {
    let unreadable = |error| storage::local_file_unreadable(path.display()).caused_by(error);
    let mut file = std::fs::File::open(path).map_err(unreadable)?;
    let (mut sha512, mut sha256, mut bytes) = (Sha512::new(), Sha256::new(), 0);
    let mut buffer = vec![0; 256 * 1024];
    loop {
        let count = file.read(&mut buffer).map_err(unreadable)?;
        let Some(read) = buffer.get(..count).filter(|read| !read.is_empty()) else { break };
        sha512.update(read);
        sha256.update(read);
        bytes += count as u64;
    }
    Ok(Digests { bytes, sha512: hex::encode(sha512.finalize()), sha256: hex::encode(sha256.finalize()) })
}
