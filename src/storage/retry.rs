//! Bounded repetition of store operations that fail with a transient error.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;

use crate::blob_store::{BlobEntry, BlobStore};
use sohoa_base::error::Result;

/// Number of attempts and delays between them: the delay doubles from `initial_delay` up to `max_delay`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RetryPolicy {
    /// Total number of attempts; 0 counts as 1.
    pub attempts: u32,
    /// Delay after the first failure.
    pub initial_delay: Duration,
    /// Maximum delay.
    pub max_delay: Duration,
}

impl Default for RetryPolicy {
    /// Five attempts within about three seconds; longer outages are left to the retries of the task queue.
    fn default() -> Self {
        Self { attempts: 5, initial_delay: Duration::from_millis(200), max_delay: Duration::from_secs(5) }
    }
}

impl RetryPolicy {
    /// `attempts` attempts without delay.
    #[must_use]
    pub fn immediate(attempts: u32) -> Self {
        Self { attempts, initial_delay: Duration::ZERO, max_delay: Duration::ZERO }
    }

    /// Calls `work` until it succeeds, fails permanently, or the attempts are used up.
    ///
    /// # Errors
    /// The last error of `work`.
    pub async fn run<T, F: Future<Output = Result<T>>>(self, mut work: impl FnMut() -> F) -> Result<T> {
        let mut delay = self.initial_delay.min(self.max_delay);
        for attempt in 1..self.attempts {
            match work().await {
                Err(error) if error.kind().is_transient() => {
                    tracing::warn!(
                        attempt,
                        wait_ms = delay.as_millis() as u64,
                        error = error.chain(),
                        "store does not answer, trying again"
                    );
                }
                done => return done,
            }
            if !delay.is_zero() {
                tokio::time::sleep(delay).await;
            }
            delay = delay.saturating_mul(2).min(self.max_delay);
        }
        work().await
    }
}

/// Store that repeats operations by a [`RetryPolicy`]. This is safe for all of them, because every write is atomic
/// and idempotent.
pub struct RetryingStore {
    inner: Arc<dyn BlobStore>,
    policy: RetryPolicy,
}

impl RetryingStore {
    /// Wraps `inner`.
    #[must_use]
    pub fn new(inner: Arc<dyn BlobStore>, policy: RetryPolicy) -> Self {
        Self { inner, policy }
    }
}

impl std::fmt::Debug for RetryingStore {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.inner.fmt(f)
    }
}

#[async_trait]
impl BlobStore for RetryingStore {
    async fn put(&self, key: &str, bytes: Vec<u8>) -> Result<()> {
        self.policy.run(|| self.inner.put(key, bytes.clone())).await
    }

    async fn put_file(&self, key: &str, file: &Path) -> Result<()> {
        self.policy.run(|| self.inner.put_file(key, file)).await
    }

    async fn get(&self, key: &str) -> Result<Vec<u8>> {
        self.policy.run(|| self.inner.get(key)).await
    }

    async fn get_file(&self, key: &str, file: &Path) -> Result<()> {
        self.policy.run(|| self.inner.get_file(key, file)).await
    }

    async fn stat(&self, key: &str) -> Result<Option<u64>> {
        self.policy.run(|| self.inner.stat(key)).await
    }

    async fn list(&self, prefix: &str) -> Result<Vec<BlobEntry>> {
        self.policy.run(|| self.inner.list(prefix)).await
    }

    async fn delete(&self, key: &str) -> Result<()> {
        self.policy.run(|| self.inner.delete(key)).await
    }

    async fn delete_many(&self, keys: &[String]) -> Result<()> {
        self.policy.run(|| self.inner.delete_many(keys)).await
    }

    async fn copy(&self, from: &str, to: &str) -> Result<()> {
        self.policy.run(|| self.inner.copy(from, to)).await
    }

    async fn supports_conditional_put(&self, scratch_key: &str) -> Result<Option<bool>> {
        self.policy.run(|| self.inner.supports_conditional_put(scratch_key)).await
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::cell::Cell;

    use super::*;
    use sohoa_base::error::ErrorKind;
    use sohoa_base::messages::storage;

    async fn run_with_failures(policy: RetryPolicy, failures: u32, kind: ErrorKind) -> (u32, Result<()>) {
        let tries = Cell::new(0);
        let result = policy
            .run(|| {
                tries.set(tries.get() + 1);
                let fails = tries.get() <= failures;
                async move {
                    if fails {
                        Err(if kind == ErrorKind::Unavailable { storage::s3_timed_out("x") } else { storage::s3_forbidden("x") })
                    } else {
                        Ok(())
                    }
                }
            })
            .await;
        (tries.get(), result)
    }

    #[tokio::test]
    async fn only_transient_failures_are_retried() {
        let policy = RetryPolicy::immediate(4);
        let (tries, result) = run_with_failures(policy, 3, ErrorKind::Unavailable).await;
        assert!(tries == 4 && result.is_ok());
        let (tries, result) = run_with_failures(policy, 9, ErrorKind::Unavailable).await;
        assert!(tries == 4 && result.is_err());
        let (tries, result) = run_with_failures(policy, 9, ErrorKind::AccessRefused).await;
        assert!(tries == 1 && result.is_err());
        let (tries, result) = run_with_failures(RetryPolicy::immediate(0), 9, ErrorKind::Unavailable).await;
        assert!(tries == 1 && result.is_err());
    }
}
