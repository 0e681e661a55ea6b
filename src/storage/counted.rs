//! A store that counts the calls of another one, for the metrics.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use async_trait::async_trait;

use crate::blob_store::{BlobEntry, BlobStore};
use sohoa_base::error::Result;

/// Passes every call on and counts it, whatever comes of it.
#[derive(Debug)]
pub struct CountedStore {
    inner: Arc<dyn BlobStore>,
    calls: Arc<AtomicU64>,
}

impl CountedStore {
    /// Counts the calls of `inner`; the counter goes on with every call.
    #[must_use]
    pub fn new(inner: Arc<dyn BlobStore>) -> (Self, Arc<AtomicU64>) {
        let calls = Arc::new(AtomicU64::new(0));
        (Self { inner, calls: Arc::clone(&calls) }, calls)
    }

    fn count(&self) -> &dyn BlobStore {
        self.calls.fetch_add(1, Ordering::Relaxed);
        self.inner.as_ref()
    }
}

#[async_trait]
impl BlobStore for CountedStore {
    async fn put(&self, key: &str, bytes: Vec<u8>) -> Result<()> {
        self.count().put(key, bytes).await
    }

    async fn put_file(&self, key: &str, file: &Path) -> Result<()> {
        self.count().put_file(key, file).await
    }

    async fn get(&self, key: &str) -> Result<Vec<u8>> {
        self.count().get(key).await
    }

    async fn get_file(&self, key: &str, file: &Path) -> Result<()> {
        self.count().get_file(key, file).await
    }

    async fn stat(&self, key: &str) -> Result<Option<u64>> {
        self.count().stat(key).await
    }

    async fn list(&self, prefix: &str) -> Result<Vec<BlobEntry>> {
        self.count().list(prefix).await
    }

    async fn delete(&self, key: &str) -> Result<()> {
        self.count().delete(key).await
    }

    async fn copy(&self, from: &str, to: &str) -> Result<()> {
        self.count().copy(from, to).await
    }

    async fn supports_conditional_put(&self, scratch_key: &str) -> Result<Option<bool>> {
        self.count().supports_conditional_put(scratch_key).await
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::memory::MemoryStore;

    #[tokio::test]
    async fn every_call_counts_also_one_that_fails() {
        let (store, calls) = CountedStore::new(Arc::new(MemoryStore::new()));
        store.put("a", vec![1]).await.unwrap();
        assert_eq!(store.get("a").await.unwrap(), [1]);
        assert!(store.get("b").await.is_err());
        assert_eq!((store.stat("a").await.unwrap(), calls.load(Ordering::Relaxed)), (Some(1), 4));
    }
}
