//! Store in memory, for tests and trials.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, PoisonError, RwLock};

use async_trait::async_trait;

use crate::blob_store::{BlobEntry, BlobStore, check_key, check_prefix, not_found_error};
use sohoa_base::error::Result;
use sohoa_base::messages::storage;

/// Store in the memory of the process.
#[derive(Default)]
pub struct MemoryStore {
    objects: RwLock<BTreeMap<String, Arc<[u8]>>>,
}

impl MemoryStore {
    /// Creates an empty store.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    fn find(&self, key: &str) -> Result<Arc<[u8]>> {
        check_key(key)?;
        let objects = self.objects.read().unwrap_or_else(PoisonError::into_inner);
        objects.get(key).cloned().ok_or_else(|| not_found_error(key))
    }

    fn set(&self, key: &str, bytes: Arc<[u8]>) -> Result<()> {
        check_key(key)?;
        self.objects.write().unwrap_or_else(PoisonError::into_inner).insert(key.to_owned(), bytes);
        Ok(())
    }
}

impl std::fmt::Debug for MemoryStore {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("memory:")
    }
}

#[async_trait]
impl BlobStore for MemoryStore {
    async fn put(&self, key: &str, bytes: Vec<u8>) -> Result<()> {
        self.set(key, bytes.into())
    }

    async fn put_file(&self, key: &str, file: &Path) -> Result<()> {
        check_key(key)?;
        let bytes = tokio::fs::read(file).await.map_err(|error| storage::file_to_store_unreadable(file.display()).caused_by(error))?;
        self.set(key, bytes.into())
    }

    async fn get(&self, key: &str) -> Result<Vec<u8>> {
        Ok(self.find(key)?.to_vec())
    }

    async fn get_file(&self, key: &str, file: &Path) -> Result<()> {
        let bytes = self.find(key)?;
        let written = tokio::fs::write(file, &*bytes).await;
        written.map_err(|error| storage::local_file_unwritable(file.display()).caused_by(error))
    }

    async fn stat(&self, key: &str) -> Result<Option<u64>> {
        check_key(key)?;
        let objects = self.objects.read().unwrap_or_else(PoisonError::into_inner);
        Ok(objects.get(key).map(|bytes| bytes.len() as u64))
    }

    async fn list(&self, prefix: &str) -> Result<Vec<BlobEntry>> {
        check_prefix(prefix)?;
        let objects = self.objects.read().unwrap_or_else(PoisonError::into_inner);
        let from_prefix = objects.range(prefix.to_owned()..).take_while(|(key, _)| key.starts_with(prefix));
        Ok(from_prefix.map(|(key, bytes)| BlobEntry { key: key.clone(), bytes: bytes.len() as u64, modified_ms: 0 }).collect())
    }

    async fn delete(&self, key: &str) -> Result<()> {
        check_key(key)?;
        self.objects.write().unwrap_or_else(PoisonError::into_inner).remove(key);
        Ok(())
    }

    async fn copy(&self, from: &str, to: &str) -> Result<()> {
        check_key(to)?;
        let bytes = self.find(from)?;
        self.set(to, bytes)
    }
}
