//! The trait that every storage back-end meets. One contract suite runs on all of them.

use std::path::Path;

use async_trait::async_trait;

use sohoa_base::error::{Error, Result};

/// The longest segment of a key in bytes: what the usual file systems take as one name.
pub const MAX_SEGMENT_BYTES: usize = 255;

/// The longest key in bytes: what S3 takes, less room for a prefix.
pub const MAX_KEY_BYTES: usize = 900;

/// One stored object, as a listing names it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct BlobEntry {
    /// Its key.
    pub key: String,
    /// Its size.
    pub bytes: u64,
}

/// A store of named byte strings.
///
/// Keys are `/`-separated segments of `A–Z a–z 0–9 . _ - % =`; see [`check_key`]. Every write is atomic:
/// a reader sees the whole old or the whole new bytes. Errors: `Unavailable` where repeating may help,
/// `Denied` where rights are missing, `Invalid` and `Limit` for keys that no back-end takes.
#[async_trait]
pub trait BlobStore: Send + Sync + std::fmt::Debug {
    /// Stores `bytes` under `key`, replacing what was there.
    async fn put(&self, key: &str, bytes: Vec<u8>) -> Result<()>;

    /// Stores the content of `file` under `key`, replacing what was there; the file is streamed.
    async fn put_file(&self, key: &str, file: &Path) -> Result<()>;

    /// The bytes under `key`.
    ///
    /// # Errors
    /// `NotFound` if there are none.
    async fn get(&self, key: &str) -> Result<Vec<u8>>;

    /// Streams the bytes under `key` into `file`, which is created or replaced.
    ///
    /// # Errors
    /// `NotFound` if there are none. After an error the content of `file` means nothing.
    async fn get_file(&self, key: &str, file: &Path) -> Result<()>;

    /// The size in bytes of what is stored under `key`, `None` if nothing is.
    async fn stat(&self, key: &str) -> Result<Option<u64>>;

    /// All objects whose key begins with `prefix` (a plain string prefix, empty for all), sorted by key.
    async fn list(&self, prefix: &str) -> Result<Vec<BlobEntry>>;

    /// Removes what is stored under `key`; fine if nothing is.
    async fn delete(&self, key: &str) -> Result<()>;

    /// Stores the bytes under `from` also under `to`, inside the store where it can.
    ///
    /// # Errors
    /// `NotFound` if there is nothing under `from`.
    async fn copy(&self, from: &str, to: &str) -> Result<()>;

    /// Whether the server refuses a write whose condition does not hold (`If-None-Match: *` on a key that
    /// exists); `None` where the back-end has no such writes. Nothing may rest on it: it is told to people.
    async fn supports_conditional_put(&self, _scratch_key: &str) -> Result<Option<bool>> {
        Ok(None)
    }
}

/// Refuses keys that some back-end could not hold safely.
///
/// # Errors
/// `Invalid` for empty keys, empty segments, absolute keys, segments that begin with a dot (so `..` and
/// hidden files too) and characters outside the safe set; `Limit` for overlong segments and keys.
pub fn check_key(key: &str) -> Result<()> {
    if key.len() > MAX_KEY_BYTES {
        return Err(Error::limit(format!("object name of {} bytes is longer than {MAX_KEY_BYTES}: {key}", key.len())));
    }
    for segment in key.split('/') {
        if segment.is_empty() {
            return Err(Error::invalid(format!("object name {key:?} is empty, absolute or has an empty segment")));
        }
        if segment.len() > MAX_SEGMENT_BYTES {
            return Err(Error::limit(format!("object name {key} has a segment longer than {MAX_SEGMENT_BYTES} bytes")));
        }
        if segment.starts_with('.') || !segment.bytes().all(is_safe_byte) {
            return Err(Error::invalid(format!(
                "object name {key:?} has the unsafe segment {segment:?}, encode it with key::safe_segment"
            )));
        }
    }
    Ok(())
}

/// Refuses listing prefixes that could leave the store; a prefix may end in the middle of a segment.
///
/// # Errors
/// As [`check_key`].
pub fn check_prefix(prefix: &str) -> Result<()> {
    let trimmed = prefix.strip_suffix('/').unwrap_or(prefix);
    if prefix.is_empty() { Ok(()) } else { check_key(trimmed) }
}

/// `NotFound` for `key`, worded the same on every back-end.
pub(crate) fn not_found_error(key: &str) -> Error {
    Error::not_found(format!("the store holds nothing under {key}"))
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
    fn keys_that_leave_the_store_are_refused() {
        for key in ["", "/", "/a", "a/", "a//b", "..", "a/../b", ".", "a/./b", ".tmp/x", "a b", "a\\b", "a\0", "hồ", "a\n"] {
            assert_eq!(check_key(key).unwrap_err().kind(), ErrorKind::Invalid, "{key:?}");
        }
        for key in ["a", "a/b.c", "ocfl/0=ocfl_1.1", "a/%20b", "a..b"] {
            assert!(check_key(key).is_ok(), "{key:?}");
        }
    }

    #[test]
    fn long_names_are_refused() {
        assert!(check_key(&"a".repeat(255)).is_ok());
        assert_eq!(check_key(&"a".repeat(256)).unwrap_err().kind(), ErrorKind::Limit);
        assert_eq!(check_key(&"a/".repeat(600)).unwrap_err().kind(), ErrorKind::Limit);
    }

    #[test]
    fn prefixes_may_be_empty_or_end_anywhere_but_not_climb() {
        for prefix in ["", "a", "a/", "a/b", "a/0=oc"] {
            assert!(check_prefix(prefix).is_ok(), "{prefix:?}");
        }
        for prefix in ["/", "../", "a/../", "/a", "a//"] {
            assert!(check_prefix(prefix).is_err(), "{prefix:?}");
        }
    }
}
