//! Pool of worker processes: started when first needed, leased one at a time, replaced after a crash.

use crate::frames::{Message, Reply};
use crate::process::{Process, classify_exit};
use crate::spawn_config::SpawnConfig;
use serde::{Serialize, de::DeserializeOwned};
use sohoa_base::error::{Error, ErrorKind, Result, ResultExt};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::sync::{OnceCell, OwnedSemaphorePermit, Semaphore};

/// Worker processes, started when first needed.
#[derive(Debug)]
pub struct Pool {
    config: SpawnConfig,
    permits: Arc<Semaphore>,
    idle: Mutex<Vec<Process>>,
    models: OnceCell<BTreeMap<String, String>>,
    peak_kib: AtomicU64,
    cpu_ms: AtomicU64,
    started: AtomicU64,
}

/// Exclusive use of one worker process: it returns to the pool when dropped, unless it has ended.
#[derive(Debug)]
pub struct WorkerLease<'a> {
    pool: &'a Pool,
    process: Option<Process>,
    spent_ms: u64,
    _permit: OwnedSemaphorePermit,
}

impl Pool {
    /// A pool of at most `size` processes.
    #[must_use]
    pub fn new(config: SpawnConfig, size: usize) -> Self {
        Self {
            config,
            permits: Arc::new(Semaphore::new(size)),
            idle: Mutex::new(Vec::new()),
            models: OnceCell::new(),
            peak_kib: AtomicU64::new(0),
            cpu_ms: AtomicU64::new(0),
            started: AtomicU64::new(0),
        }
    }

    /// Leases a worker process, preferably one that has `source` loaded already. Waits for a free one.
    ///
    /// # Errors
    /// `Unavailable` when no process can be started; `DependencyMissing` with its last line of standard error when it ends before
    /// it is ready.
    pub async fn lease(&self, source: &str) -> Result<WorkerLease<'_>> {
        let permit = self
            .permits
            .clone()
            .acquire_owned()
            .await
            .or_error(ErrorKind::Internal, || "the pool of reading processes is closed".to_owned())?;
        let idle = {
            let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
            let place = idle.iter().position(|process| process.loaded == source);
            place.map(|place| idle.swap_remove(place)).or_else(|| idle.pop())
        };
        let process = match idle {
            Some(process) => process,
            None => self.start().await?,
        };
        Ok(WorkerLease { pool: self, process: Some(process), spent_ms: 0, _permit: permit })
    }

    /// SHA-256 of each model file that the worker processes use, by model name.
    ///
    /// # Errors
    /// As [`Pool::lease`].
    pub async fn models(&self) -> Result<&BTreeMap<String, String>> {
        let fetch = || async {
            let lease = self.lease("").await?;
            Ok(lease.process.as_ref().map(|process| process.models.clone()).unwrap_or_default())
        };
        self.models.get_or_try_init(fetch).await
    }

    /// Highest resident memory of any worker process so far, KiB.
    #[must_use]
    pub fn peak_kib(&self) -> u64 {
        self.peak_kib.load(Ordering::Relaxed)
    }

    /// Processor time of all worker processes so far, user and system, milliseconds.
    #[must_use]
    pub fn cpu_ms(&self) -> u64 {
        self.cpu_ms.load(Ordering::Relaxed)
    }

    /// Number of worker processes started so far.
    #[must_use]
    pub fn started(&self) -> u64 {
        self.started.load(Ordering::Relaxed)
    }

    async fn start(&self) -> Result<Process> {
        let (process, spent_ms) = Process::start(&self.config).await?;
        self.started.fetch_add(1, Ordering::Relaxed);
        self.cpu_ms.fetch_add(spent_ms, Ordering::Relaxed);
        Ok(process)
    }
}

impl WorkerLease<'_> {
    /// Processor time used under this lease so far, milliseconds.
    #[must_use]
    pub fn spent_ms(&self) -> u64 {
        self.spent_ms
    }

    /// Whether `source` is the current source of the process.
    #[must_use]
    pub fn has(&self, source: &str) -> bool {
        self.process.as_ref().is_some_and(|process| process.loaded == source)
    }

    /// Makes the bytes of a local file the current source under the name `source`; they are streamed.
    ///
    /// # Errors
    /// As [`WorkerLease::request`]; `Unavailable` when the file cannot be read.
    pub async fn load(&mut self, source: &str, file: &Path) -> Result<()> {
        let cannot = || format!("cannot read {}", file.display());
        let payload = tokio::fs::File::open(file).await.or_error(ErrorKind::Unavailable, cannot)?;
        let bytes = payload.metadata().await.or_error(ErrorKind::Unavailable, cannot)?.len();
        self.exchange::<(), ()>(&Message::Load { source: source.to_owned() }, payload.take(bytes), bytes).await?;
        if let Some(process) = &mut self.process {
            source.clone_into(&mut process.loaded);
        }
        Ok(())
    }

    /// Sends one request and waits for its response and payload.
    ///
    /// # Errors
    /// The error that the process replied; `Limit` when it ran out of memory, processor time, stack or waiting time;
    /// `Internal` when it crashed otherwise. The process is then gone: further requests under this lease are `Unavailable`, and
    /// the next lease starts a new one.
    pub async fn request<Q: Serialize, A: DeserializeOwned>(&mut self, request: &Q) -> Result<(A, Vec<u8>)> {
        match self.exchange(&Message::Request(request), tokio::io::empty(), 0).await? {
            (Reply::Answer(answer), payload) => Ok((answer, payload)),
            _ => Err(Error::internal("the reading process answered something else")),
        }
    }

    async fn exchange<Q: Serialize, A: DeserializeOwned>(
        &mut self,
        message: &Message<Q>,
        payload: impl AsyncRead + Unpin,
        bytes: u64,
    ) -> Result<(Reply<A>, Vec<u8>)> {
        let mut process = self.process.take().ok_or_else(|| Error::unavailable("the reading process died in an earlier request"))?;
        let wait = Duration::from_secs(self.pool.config.wall_seconds);
        let exchange = async {
            process.send(message, payload, bytes).await?;
            process.receive().await
        };
        let outcome = tokio::time::timeout(wait, exchange).await;
        if let Some(peak) = process.resident_peak_kib() {
            self.pool.peak_kib.fetch_max(peak, Ordering::Relaxed);
        }
        let spent = process.spend();
        self.spent_ms += spent;
        self.pool.cpu_ms.fetch_add(spent, Ordering::Relaxed);
        match outcome {
            Ok(Ok((Reply::Failed(failure), _))) => {
                self.process = Some(process);
                Err(failure.into())
            }
            Ok(Ok(answer)) => {
                self.process = Some(process);
                Ok(answer)
            }
            Ok(Err(_)) => {
                let status = tokio::time::timeout(Duration::from_secs(5), process.child.wait()).await;
                let status = status.ok().and_then(std::result::Result::ok);
                let _ = process.child.start_kill();
                Err(classify_exit(status, &process.last_stderr_line().await))
            }
            Err(_) => {
                let _ = process.child.start_kill();
                let _ = process.child.wait().await;
                Err(Error::limit(format!("reading took more than {} seconds; the page was given up", wait.as_secs())))
            }
        }
    }
}

impl Drop for WorkerLease<'_> {
    fn drop(&mut self) {
        if let Some(process) = self.process.take() {
            self.pool.idle.lock().unwrap_or_else(PoisonError::into_inner).push(process);
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn pool(script: &str) -> Pool {
        let config = SpawnConfig { program: "/bin/sh".into(), arguments: vec!["-c".into(), script.into()], wall_seconds: 2 };
        Pool::new(config, 1)
    }

    /// Start of a shell script that replies `Ready`.
    const READY: &str = r#"printf '\036\000\000\000\000\000\000\000\000\000\000\000{"ready":{"models":{"m":"1"}}}'; "#;

    /// Error of a request to a process that runs `then` after it is ready.
    async fn request_error(then: &str) -> Error {
        let pool = pool(&format!("{READY}{then}"));
        let mut lease = pool.lease("").await.unwrap();
        let error = lease.request::<_, ()>(&1).await.unwrap_err();
        assert!(lease.request::<_, ()>(&1).await.is_err(), "a dead process must not be asked again");
        error
    }

    #[tokio::test]
    async fn worker_exit_maps_to_error_kind() {
        assert_eq!(request_error("echo 'memory allocation of 9 bytes failed' >&2; kill -ABRT $$").await.kind(), ErrorKind::Limit);
        assert_eq!(
            request_error("printf 'memory allocation of 9 bytes failed\\nnote: a hint\\n' >&2; kill -ABRT $$").await.kind(),
            ErrorKind::Limit
        );
        assert_eq!(request_error("echo 'thread has overflowed its stack' >&2; kill -ABRT $$").await.kind(), ErrorKind::Limit);
        assert_eq!(request_error("kill -XCPU $$").await.kind(), ErrorKind::Limit);
        assert_eq!(request_error("kill -SEGV $$").await.kind(), ErrorKind::Internal);
        assert_eq!(request_error("exit 1").await.kind(), ErrorKind::Internal);
        assert_eq!(request_error("exec tail -f /dev/null").await.kind(), ErrorKind::Limit, "silence is a time limit");
    }

    #[tokio::test]
    async fn startup_failure_reports_worker_stderr() {
        let error = pool("echo 'no language data' >&2; exit 4").lease("").await.unwrap_err();
        assert!(error.context().contains("no language data"), "{error}");
    }

    #[tokio::test]
    async fn models_are_read_from_ready_frame() {
        let pool = pool(&format!("{READY}cat >/dev/null"));
        assert_eq!(pool.models().await.unwrap().get("m").map(String::as_str), Some("1"));
        assert_eq!(pool.started(), 1);
    }
}
