//! Readings that this process used last, so that the stages of a dossier need not fetch and decode them again.

use lru::LruCache;
use serde::{Deserialize, Serialize};
use sohoa_base::model::page::reading::Reading;
use sohoa_base::model::refusal::Warning;
use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// A page's reading as kept in the cache.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CachedReading {
    /// The reading.
    pub reading: Reading,
    /// Warnings about the page.
    pub warnings: Vec<Warning>,
}

/// The readings by their keys in the cache.
#[derive(Debug)]
pub struct RecentReadings(Mutex<LruCache<String, Arc<CachedReading>>>);

impl RecentReadings {
    /// Remembers up to `pages` readings; one takes about 0.3 MiB.
    #[must_use]
    pub fn new(pages: NonZeroUsize) -> Self {
        Self(Mutex::new(LruCache::new(pages)))
    }

    pub(crate) fn get(&self, key: &str) -> Option<Arc<CachedReading>> {
        self.lock().get(key).cloned()
    }

    pub(crate) fn put(&self, key: &str, reading: Arc<CachedReading>) {
        self.lock().put(key.to_owned(), reading);
    }

    pub(crate) fn forget(&self, key: &str) {
        self.lock().pop(key);
    }

    fn lock(&self) -> MutexGuard<'_, LruCache<String, Arc<CachedReading>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
