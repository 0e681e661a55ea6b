//! Opening of a store by its URL.

use std::path::PathBuf;
use std::sync::Arc;

use crate::blob_store::BlobStore;
use crate::local::LocalStore;
use crate::memory::MemoryStore;
use crate::retry::{RetryPolicy, RetryingStore};
use crate::s3::client::S3Options;
use crate::s3::s3_store::S3Store;
use sohoa_base::error::Result;
use sohoa_base::messages::storage;
use sohoa_base::text::percent_encoding;

/// Opens the store at `url`: `file:///folder`, a plain folder path, `s3://bucket/prefix` or `memory:`.
/// Operations that fail with a transient error are repeated.
///
/// # Errors
/// `Invalid` for an unknown URL; for S3 also those of [`S3Store::connect`].
pub async fn open(url: &str, s3: &S3Options) -> Result<Arc<dyn BlobStore>> {
    open_with_retry(url, s3, RetryPolicy::default()).await
}

/// As [`open`], with the given retry policy.
///
/// # Errors
/// As [`open`].
pub async fn open_with_retry(url: &str, s3: &S3Options, policy: RetryPolicy) -> Result<Arc<dyn BlobStore>> {
    if url == "memory:" {
        return Ok(Arc::new(MemoryStore::new()));
    }
    if url.starts_with("s3://") {
        let store = Arc::new(policy.run(|| S3Store::connect(url, s3)).await?);
        return Ok(Arc::new(RetryingStore::new(store, policy)));
    }
    let store = Arc::new(LocalStore::open(folder_from_url(url)?)?);
    Ok(Arc::new(RetryingStore::new(store, policy)))
}

/// Folder of the store at `url`; `None` if it is in none.
#[must_use]
pub fn local_folder(url: &str) -> Option<PathBuf> {
    folder_from_url(url).ok()
}

fn folder_from_url(url: &str) -> Result<PathBuf> {
    if let Some(rest) = url.strip_prefix("file:") {
        let path = rest.strip_prefix("//").unwrap_or(rest);
        let path = path.strip_prefix("localhost").unwrap_or(path);
        if !path.starts_with('/') {
            return Err(storage::store_address_relative(url));
        }
        return percent_encoding::decode(path).map(PathBuf::from).ok_or_else(|| storage::store_address_escape_invalid(url));
    }
    if url.is_empty() || url.contains("://") || url.contains('\0') {
        return Err(storage::store_address_unknown(url));
    }
    Ok(PathBuf::from(url))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn file_urls_become_folder_paths() {
        for (url, folder) in [
            ("file:///srv/a", "/srv/a"),
            ("file:/srv/a", "/srv/a"),
            ("file://localhost/srv", "/srv"),
            ("file:///a%20b/%C6%A1", "/a b/ơ"),
            ("./here", "./here"),
            ("/srv/50%", "/srv/50%"),
        ] {
            assert_eq!(folder_from_url(url).unwrap(), PathBuf::from(folder), "{url}");
        }
        for url in ["", "gs://b/p", "file://host/p", "file:///a%2", "file:///%FF", "file:here"] {
            assert!(folder_from_url(url).is_err(), "{url}");
        }
    }
}
