//! Results of costly stages, kept under the key of everything that they depend on.

use crate::recent_readings::CachedReading;
use crate::stage::Context;
use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use serde_json::Value;
use sha2::{Digest, Sha256};
use sohoa_base::error::{ErrorKind, Result};
use sohoa_base::messages::{program, reading};
use sohoa_storage::blob_store::BlobStore;
use sohoa_storage::key;
use std::io::{Read, Write};
use std::sync::Arc;

/// Key of a result: SHA-256 of what it depends on, lower-case hexadecimal.
#[must_use]
pub fn cache_key(dependencies: &Value) -> String {
    hex::encode(Sha256::digest(dependencies.to_string().as_bytes()))
}

/// The reading under `key`, or `None`.
///
/// # Errors
/// `Unavailable` when the store does not answer. A damaged entry counts as absent.
pub async fn get(context: &Context<'_>, key: &str) -> Result<Option<Arc<CachedReading>>> {
    let recent = context.recent_readings.get(key);
    if recent.is_some() {
        return Ok(recent);
    }
    let found = fetch(context.store, key).await?.map(Arc::new);
    if let Some(found) = &found {
        context.recent_readings.put(key, Arc::clone(found));
    }
    Ok(found)
}

/// Whether the store has a reading under `key`.
///
/// # Errors
/// As [`get`].
pub(crate) async fn is_kept(context: &Context<'_>, key: &str) -> Result<bool> {
    Ok(fetch(context.store, key).await?.is_some())
}

async fn fetch(store: &dyn BlobStore, key: &str) -> Result<Option<CachedReading>> {
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
pub async fn get_required(context: &Context<'_>, key: &str) -> Result<Arc<CachedReading>> {
    get(context, key).await?.ok_or_else(|| reading::reading_missing(key))
}

/// Forgets readings.
///
/// # Errors
/// `Unavailable` when the store does not answer.
pub async fn delete(context: &Context<'_>, keys: &[String]) -> Result<()> {
    for key in keys {
        context.recent_readings.forget(key);
    }
    let places: Vec<String> = keys.iter().map(|key| key::cache("read", key)).collect();
    context.store.delete_many(&places).await
}

/// Keeps a reading.
///
/// # Errors
/// `Unavailable` when the store does not answer.
pub async fn put(context: &Context<'_>, key: &str, cached: Arc<CachedReading>) -> Result<()> {
    let failed = |error| program::bug("compression of a reading").caused_by(error);
    let json = serde_json::to_vec(cached.as_ref()).map_err(|error| program::bug("reading as JSON").caused_by(error))?;
    let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
    packed.write_all(&json).map_err(failed)?;
    context.store.put(&key::cache("read", key), packed.finish().map_err(failed)?).await?;
    context.recent_readings.put(key, cached);
    Ok(())
}
