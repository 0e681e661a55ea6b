//! A store that counts the calls of another one and the bytes that they move, for run outcomes and metrics.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use async_trait::async_trait;
use serde::Serialize;

use crate::blob_store::{BlobEntry, BlobStore};
use sohoa_base::error::Result;

/// Operation of a store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Operation {
    Put,
    Get,
    Stat,
    List,
    Delete,
    Copy,
}

const OPERATIONS: [(Operation, &str); 6] = [
    (Operation::Put, "put"),
    (Operation::Get, "get"),
    (Operation::Stat, "stat"),
    (Operation::List, "list"),
    (Operation::Delete, "delete"),
    (Operation::Copy, "copy"),
];

/// Calls of one operation and the bytes that they moved between this process and the store.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct OperationUsage {
    /// Calls, whatever came of them.
    pub calls: u64,
    /// Bytes of those that succeeded; copies within the store move none.
    pub bytes: u64,
}

#[derive(Debug, Default)]
struct Counters {
    calls: [AtomicU64; OPERATIONS.len()],
    bytes: [AtomicU64; OPERATIONS.len()],
}

/// Usage of a store so far.
#[derive(Debug, Clone, Default)]
pub struct StoreUsage(Arc<Counters>);

impl StoreUsage {
    /// Calls and bytes by operation.
    #[must_use]
    pub fn by_operation(&self) -> BTreeMap<&'static str, OperationUsage> {
        let read = |counters: &[AtomicU64], place: usize| counters.get(place).map_or(0, |count| count.load(Ordering::Relaxed));
        let usage = |place| OperationUsage { calls: read(&self.0.calls, place), bytes: read(&self.0.bytes, place) };
        OPERATIONS.iter().enumerate().map(|(place, (_, name))| (*name, usage(place))).collect()
    }

    fn count_call(&self, operation: Operation) {
        if let Some(count) = self.0.calls.get(operation as usize) {
            count.fetch_add(1, Ordering::Relaxed);
        }
    }

    fn count_bytes(&self, operation: Operation, bytes: u64) {
        if let Some(count) = self.0.bytes.get(operation as usize) {
            count.fetch_add(bytes, Ordering::Relaxed);
        }
    }
}

/// Passes every call on and counts it.
#[derive(Debug)]
pub struct CountedStore {
    inner: Arc<dyn BlobStore>,
    usage: StoreUsage,
}

impl CountedStore {
    /// Counts the calls of `inner`; the usage goes on with every call.
    #[must_use]
    pub fn new(inner: Arc<dyn BlobStore>) -> (Self, StoreUsage) {
        let usage = StoreUsage::default();
        (Self { inner, usage: usage.clone() }, usage)
    }

    fn call(&self, operation: Operation) -> &dyn BlobStore {
        self.usage.count_call(operation);
        self.inner.as_ref()
    }
}

async fn file_bytes(file: &Path) -> u64 {
    tokio::fs::metadata(file).await.map_or(0, |metadata| metadata.len())
}

#[async_trait]
impl BlobStore for CountedStore {
    async fn put(&self, key: &str, bytes: Vec<u8>) -> Result<()> {
        let count = bytes.len() as u64;
        self.call(Operation::Put).put(key, bytes).await?;
        self.usage.count_bytes(Operation::Put, count);
        Ok(())
    }

    async fn put_file(&self, key: &str, file: &Path) -> Result<()> {
        self.call(Operation::Put).put_file(key, file).await?;
        self.usage.count_bytes(Operation::Put, file_bytes(file).await);
        Ok(())
    }

    async fn get(&self, key: &str) -> Result<Vec<u8>> {
        let bytes = self.call(Operation::Get).get(key).await?;
        self.usage.count_bytes(Operation::Get, bytes.len() as u64);
        Ok(bytes)
    }

    async fn get_file(&self, key: &str, file: &Path) -> Result<()> {
        self.call(Operation::Get).get_file(key, file).await?;
        self.usage.count_bytes(Operation::Get, file_bytes(file).await);
        Ok(())
    }

    async fn stat(&self, key: &str) -> Result<Option<u64>> {
        self.call(Operation::Stat).stat(key).await
    }

    async fn list(&self, prefix: &str) -> Result<Vec<BlobEntry>> {
        self.call(Operation::List).list(prefix).await
    }

    async fn delete(&self, key: &str) -> Result<()> {
        self.call(Operation::Delete).delete(key).await
    }

    async fn delete_many(&self, keys: &[String]) -> Result<()> {
        if keys.is_empty() {
            return Ok(());
        }
        self.call(Operation::Delete).delete_many(keys).await
    }

    async fn copy(&self, from: &str, to: &str) -> Result<()> {
        self.call(Operation::Copy).copy(from, to).await
    }

    async fn supports_conditional_put(&self, scratch_key: &str) -> Result<Option<bool>> {
        self.call(Operation::Put).supports_conditional_put(scratch_key).await
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use super::*;
    use crate::memory::MemoryStore;

    #[test]
    fn operations_are_counted_at_their_places() {
        for (place, (operation, name)) in OPERATIONS.iter().enumerate() {
            assert_eq!(*operation as usize, place, "{name}");
        }
    }

    #[tokio::test]
    async fn every_call_counts_and_bytes_only_of_those_that_succeed() {
        let (store, usage) = CountedStore::new(Arc::new(MemoryStore::new()));
        let file = tempfile::NamedTempFile::new().unwrap();
        store.put("a", vec![1, 2, 3]).await.unwrap();
        assert_eq!(store.get("a").await.unwrap().len(), 3);
        assert!(store.get("b").await.is_err() && store.stat("a").await.unwrap() == Some(3));
        store.get_file("a", file.path()).await.unwrap();
        store.put_file("c", file.path()).await.unwrap();
        store.copy("a", "d").await.unwrap();
        let found = usage.by_operation();
        assert_eq!(found["put"], OperationUsage { calls: 2, bytes: 6 });
        assert_eq!(found["get"], OperationUsage { calls: 3, bytes: 6 });
        assert_eq!((found["stat"].calls, found["copy"], found["delete"].calls), (1, OperationUsage { calls: 1, bytes: 0 }, 0));
    }
}
