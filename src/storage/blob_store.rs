//! Trait of all storage back-ends. One contract test suite runs against every implementation.

use std::path::Path;

use async_trait::async_trait;

use sohoa_base::error::{Error, Result};
use sohoa_base::messages::storage;

/// Maximum length of a key segment, bytes: the longest name on common file systems.
pub const MAX_SEGMENT_BYTES: usize = 255;

/// Maximum length of a key, bytes: the limit of S3 (1024) less room for a prefix.
pub const MAX_KEY_BYTES: usize = 900;

/// Entry of a listing.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct BlobEntry {
    /// Key.
    pub key: String,
    /// Size, bytes.
    pub bytes: u64,
    /// Time of its last write, epoch milliseconds; 0 where the back-end does not tell.
    pub modified_ms: u64,
}

/// Store of named byte strings.
///
/// Keys are `/`-separated segments of `A–Z a–z 0–9 . _ - % =`; see [`check_key`]. Every write is atomic:
/// a reader sees either the old or the new bytes in full. Errors: `Unavailable` if repeating may help,
/// `AccessRefused` if rights are missing, `Invalid` and `Limit` for keys that no back-end accepts.
#[async_trait]
pub trait BlobStore: Send + Sync + std::fmt::Debug {
    /// Stores `bytes` under `key`, replacing existing content.
    async fn put(&self, key: &str, bytes: Vec<u8>) -> Result<()>;

    /// Stores the content of `file` under `key`, replacing existing content; the file is streamed.
    async fn put_file(&self, key: &str, file: &Path) -> Result<()>;

    /// Reads the bytes under `key`.
    ///
    /// # Errors
    /// `NotFound` if nothing is stored there.
    async fn get(&self, key: &str) -> Result<Vec<u8>>;

    /// Streams the bytes under `key` into `file`, which is created or replaced.
    ///
    /// # Errors
    /// `NotFound` if nothing is stored there. After an error the content of `file` is undefined.
    async fn get_file(&self, key: &str, file: &Path) -> Result<()>;

    /// Size of the object under `key`, bytes; `None` if there is none.
    async fn stat(&self, key: &str) -> Result<Option<u64>>;

    /// Lists all objects whose key begins with `prefix` (a plain string prefix, empty for all), sorted by key.
    async fn list(&self, prefix: &str) -> Result<Vec<BlobEntry>>;

    /// Removes the object under `key`; succeeds if there is none.
    async fn delete(&self, key: &str) -> Result<()>;

    /// Removes the objects under `keys`, in as few requests as the back-end allows; succeeds for those that are not there.
    async fn delete_many(&self, keys: &[String]) -> Result<()> {
        for key in keys {
            self.delete(key).await?;
        }
        Ok(())
    }

    /// Copies the object `from` to `to`, inside the store if the back-end supports that.
    ///
    /// # Errors
    /// `NotFound` if nothing is stored under `from`.
    async fn copy(&self, from: &str, to: &str) -> Result<()>;

    /// Whether the server rejects a write whose condition fails (`If-None-Match: *` on an existing key); `None` if
    /// the back-end has no conditional writes. For diagnostics only: no code may depend on it.
    async fn supports_conditional_put(&self, _scratch_key: &str) -> Result<Option<bool>> {
        Ok(None)
    }
}

/// Refuses keys that are not safe on every back-end.
///
/// # Errors
/// `Invalid` for empty keys, empty segments, absolute keys, segments that begin with a dot (so `..` and
/// hidden files too) and characters outside the safe set; `Limit` for overlong segments and keys.
pub fn check_key(key: &str) -> Result<()> {
    if key.len() > MAX_KEY_BYTES {
        return Err(storage::object_name_too_long(key));
    }
    for segment in key.split('/') {
        if segment.is_empty() {
            return Err(storage::object_name_invalid(key));
        }
        if segment.len() > MAX_SEGMENT_BYTES {
            return Err(storage::object_name_too_long(key));
        }
        if segment.starts_with('.') || !segment.bytes().all(is_safe_byte) {
            return Err(storage::object_name_invalid(key));
        }
    }
    Ok(())
}

/// Refuses listing prefixes that could leave the store. A prefix may end inside a segment.
///
/// # Errors
/// As [`check_key`].
pub fn check_prefix(prefix: &str) -> Result<()> {
    let trimmed = prefix.strip_suffix('/').unwrap_or(prefix);
    if prefix.is_empty() { Ok(()) } else { check_key(trimmed) }
}

/// `NotFound` for `key`, with the same wording on every back-end.
pub(crate) fn not_found_error(key: &str) -> Error {
    storage::stored_object_missing(key)
}

fn is_safe_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-' | b'%' | b'=')
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use sohoa_base::error::ErrorKind;

    #[test]
    fn invalid_keys_are_rejected() {
        for key in ["", "/", "/a", "a/", "a//b", "..", "a/../b", ".", "a/./b", ".tmp/x", "a b", "a\\b", "a\0", "hồ", "a\n"] {
            assert_eq!(check_key(key).unwrap_err().kind(), ErrorKind::Invalid, "{key:?}");
        }
        for key in ["a", "a/b.c", "ocfl/0=ocfl_1.1", "a/%20b", "a..b"] {
            assert!(check_key(key).is_ok(), "{key:?}");
        }
    }

    #[test]
    fn overlong_keys_are_rejected() {
        assert!(check_key(&"a".repeat(255)).is_ok());
        assert_eq!(check_key(&"a".repeat(256)).unwrap_err().kind(), ErrorKind::Limit);
        assert_eq!(check_key(&"a/".repeat(600)).unwrap_err().kind(), ErrorKind::Limit);
    }

    #[test]
    fn prefixes_may_be_partial_but_not_traverse() {
        for prefix in ["", "a", "a/", "a/b", "a/0=oc"] {
            assert!(check_prefix(prefix).is_ok(), "{prefix:?}");
        }
        for prefix in ["/", "../", "a/../", "/a", "a//"] {
            assert!(check_prefix(prefix).is_err(), "{prefix:?}");
        }
    }
}
