//! Results of costly stages, kept under the key of everything that they depend on.

use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};
use sohoa_base::error::{ErrorKind, Result};
use sohoa_base::messages::{program, reading};
use sohoa_base::model::page::reading::Reading;
use sohoa_base::model::refusal::Warning;
use sohoa_storage::blob_store::BlobStore;
use sohoa_storage::key;
use std::io::{Read, Write};

/// A page's reading as kept in the cache.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CachedReading {
    /// The reading.
    pub reading: Reading,
    /// Warnings about the page.
    pub warnings: Vec<Warning>,
}

/// Key of a result: SHA-256 of what it depends on, lower-case hexadecimal.
#[must_use]
pub fn cache_key(dependencies: &Value) -> String {
    hex::encode(Sha256::digest(dependencies.to_string().as_bytes()))
}

/// The reading under `key`, or `None`.
///
/// # Errors
/// `Unavailable` when the store does not answer. A damaged entry counts as absent.
pub async fn get(store: &dyn BlobStore, key: &str) -> Result<Option<CachedReading>> {
    let packed = match store.get(&key::cache("read", key)).await {
        Ok(packed) => packed,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    let mut json = Vec::new();
    if GzDecoder::new(packed.as_slice()).read_to_end(&mut json).is_err() {
        return Ok(None);
    }
    Ok(serde_json::from_slice(&json).ok())
}

/// The reading under `key`, which a committed fact refers to.
///
/// # Errors
/// `NotFound` when it is not there any more: [`crate::readings::restore_lost`] makes it again.
pub async fn get_required(store: &dyn BlobStore, key: &str) -> Result<Reading> {
    let found = get(store, key).await?;
    Ok(found.ok_or_else(|| reading::reading_missing(key))?.reading)
}

/// Forgets a reading.
///
/// # Errors
/// `Unavailable` when the store does not answer.
pub async fn delete(store: &dyn BlobStore, key: &str) -> Result<()> {
    store.delete(&key::cache("read", key)).await
}

/// Keeps a reading.
///
/// # Errors
/// `Unavailable` when the store does not answer.
pub async fn put(store: &dyn BlobStore, key: &str, cached: &CachedReading) -> Result<()> {
    let failed = |error| program::bug("compression of a reading").caused_by(error);
    let json = serde_json::to_vec(cached).map_err(|error| program::bug("reading as JSON").caused_by(error))?;
    let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
    packed.write_all(&json).map_err(failed)?;
    store.put(&key::cache("read", key), packed.finish().map_err(failed)?).await
}
