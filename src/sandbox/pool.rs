//! Pool of worker processes: started when first needed, leased one at a time, each for files of one unit, replaced after a crash and
//! after many requests.

use crate::frames::{FrameLimits, Message, Reply};
use crate::process::{Process, ReadyState, classify_exit};
use crate::spawn_config::SpawnConfig;
use serde::{Serialize, de::DeserializeOwned};
use sohoa_base::config::Limits;
use sohoa_base::error::{ErrorKind, Result};
use sohoa_base::messages::{program, reading, storage};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::sync::{OnceCell, OwnedSemaphorePermit, Semaphore};

/// Most requests to one process: what a file may have left in it lasts no longer.
const MAX_REQUESTS: u32 = 500;

/// Worker processes, started when first needed.
#[derive(Debug)]
pub struct Pool {
    config: SpawnConfig,
    permits: Arc<Semaphore>,
    /// Processes that nobody uses, the one that has waited longest first.
    idle: Mutex<Vec<Process>>,
    ready: OnceCell<ReadyState>,
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
            ready: OnceCell::new(),
            peak_kib: AtomicU64::new(0),
            cpu_ms: AtomicU64::new(0),
            started: AtomicU64::new(0),
        }
    }

    /// Leases a worker process, preferably one that has `source` loaded already. Waits for a free one. It has served files of `unit`
    /// alone, or none; with no unit it is a new one, which ends with the lease.
    ///
    /// # Errors
    /// `Unavailable` when no process can be started; `DependencyMissing` with its last line of standard error when it ends before
    /// it is ready.
    pub async fn lease(&self, unit: Option<&str>, source: &str) -> Result<WorkerLease<'_>> {
        let permit = self.permit().await?;
        let idle = {
            let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
            let place = choose_idle(idle.iter().map(|process| (process.unit.as_deref(), process.loaded.as_str())), unit, source);
            let chosen = place.map(|place| idle.remove(place));
            // A new process takes the place of one of another unit.
            while chosen.is_none() && idle.len() > self.permits.available_permits() {
                idle.remove(0);
            }
            chosen
        };
        let mut process = match idle {
            Some(process) => process,
            None => self.start().await?,
        };
        process.unit = unit.map(str::to_owned);
        Ok(WorkerLease { pool: self, process: Some(process), spent_ms: 0, _permit: permit })
    }

    /// The limits that the processes were told.
    #[must_use]
    pub fn limits(&self) -> &Limits {
        &self.config.limits
    }

    /// SHA-256 of each model file that the worker processes use, by model name.
    ///
    /// # Errors
    /// As [`Pool::lease`].
    pub async fn models(&self) -> Result<&BTreeMap<String, String>> {
        Ok(&self.ready_state().await?.models)
    }

    /// Whether the kernel restricts the files that worker processes may open (landlock).
    ///
    /// # Errors
    /// As [`Pool::lease`].
    pub async fn has_landlock(&self) -> Result<bool> {
        Ok(self.ready_state().await?.has_landlock)
    }

    /// What the first process said, before it saw a file.
    async fn ready_state(&self) -> Result<&ReadyState> {
        let fetch = || async {
            let _permit = self.permit().await?;
            let process = self.start().await?;
            let ready = process.ready.clone();
            let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
            if idle.len() <= self.permits.available_permits() {
                idle.push(process);
            }
            Ok(ready)
        };
        self.ready.get_or_try_init(fetch).await
    }

    async fn permit(&self) -> Result<OwnedSemaphorePermit> {
        let permit = self.permits.clone().acquire_owned().await;
        permit.map_err(|error| program::bug("pool of reading processes closed").caused_by(error))
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
        // Fails where it is set already, or by the caller.
        let _ = self.ready.set(process.ready.clone());
        Ok(process)
    }
}

/// Place of the idle process to lease, of which each has a unit and a source: one of this unit, of these one with this source; else one
/// that has served nobody. For no unit only the last.
fn choose_idle<'p>(idle: impl Iterator<Item = (Option<&'p str>, &'p str)>, unit: Option<&str>, source: &str) -> Option<usize> {
    let usable = idle.enumerate().filter(|(_, (owner, _))| owner.is_none() || *owner == unit);
    usable.max_by_key(|(_, (owner, loaded))| (owner.is_some(), *loaded == source)).map(|(place, _)| place)
}

impl WorkerLease<'_> {
    /// Number of the process in the system; none once it has ended.
    #[must_use]
    pub fn process_id(&self) -> Option<u32> {
        self.process.as_ref()?.child.id()
    }

    /// Ends the process: what it answered cannot be, so nothing else that it says is believed.
    pub fn discard(&mut self) {
        // Dropping it kills it.
        self.process = None;
    }

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
        let unreadable = |error| storage::local_file_unreadable(file.display()).caused_by(error);
        let payload = tokio::fs::File::open(file).await.map_err(unreadable)?;
        let bytes = payload.metadata().await.map_err(unreadable)?.len();
        let message = Message::<()>::Load { source: source.to_owned() };
        self.exchange::<(), ()>(&message, payload.take(bytes), bytes, FrameLimits::SHORT).await?;
        if let Some(process) = &mut self.process {
            source.clone_into(&mut process.loaded);
        }
        Ok(())
    }

    /// Sends one request and waits for its response and payload, which are within `limits`.
    ///
    /// # Errors
    /// The error that the process replied; `Limit` when it ran out of memory, processor time, stack or waiting time, or answered more
    /// than `limits`; `Corrupt` when its answer is none; `Internal` when it crashed otherwise. The process is then gone: further requests under this lease are `Unavailable`, and
    /// the next lease starts a new one.
    pub async fn request<Q: Serialize, A: DeserializeOwned>(&mut self, request: &Q, limits: FrameLimits) -> Result<(A, Vec<u8>)> {
        match self.exchange(&Message::Request(request), tokio::io::empty(), 0, limits).await? {
            (Reply::Answer(answer), payload) => Ok((answer, payload)),
            _ => Err(reading::reading_answer_impossible()),
        }
    }

    async fn exchange<Q: Serialize, A: DeserializeOwned>(
        &mut self,
        message: &Message<Q>,
        payload: impl AsyncRead + Unpin,
        bytes: u64,
        limits: FrameLimits,
    ) -> Result<(Reply<A>, Vec<u8>)> {
        let mut process = self.process.take().ok_or_else(reading::reading_process_lost)?;
        let wait = Duration::from_secs(self.pool.config.limits.wall_seconds);
        process.requests += 1;
        let exchange = async {
            process.send(message, payload, bytes).await?;
            process.receive(limits).await
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
            // What it sent is no answer; dropping the process kills it.
            Ok(Err(error)) if error.kind() != ErrorKind::Unavailable => Err(error),
            Ok(Err(_)) => {
                let status = tokio::time::timeout(Duration::from_secs(5), process.child.wait()).await;
                let status = status.ok().and_then(std::result::Result::ok);
                let _ = process.child.start_kill();
                Err(classify_exit(status, &process.last_stderr_line().await))
            }
            Err(_) => {
                let _ = process.child.start_kill();
                let _ = process.child.wait().await;
                Err(reading::reading_timed_out(wait.as_secs()))
            }
        }
    }
}

impl Drop for WorkerLease<'_> {
    fn drop(&mut self) {
        if let Some(process) = self.process.take().filter(|process| process.unit.is_some() && process.requests < MAX_REQUESTS) {
            self.pool.idle.lock().unwrap_or_else(PoisonError::into_inner).push(process);
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use sohoa_base::error::Error;

    fn pool(script: &str) -> Pool {
        sized_pool(script, 1)
    }

    fn sized_pool(script: &str, size: usize) -> Pool {
        let limits = Limits { wall_seconds: 2, ..Limits::default() };
        Pool::new(SpawnConfig { program: "/bin/sh".into(), arguments: vec!["-c".into(), script.into()], limits }, size)
    }

    /// Process of a lease for a file of `unit`.
    async fn process_for(pool: &Pool, unit: Option<&str>) -> Option<u32> {
        pool.lease(unit, "").await.unwrap().process_id()
    }

    /// Start of a shell script that replies `Ready`.
    const READY: &str = r#"printf '\036\000\000\000\000\000\000\000\000\000\000\000{"ready":{"models":{"m":"1"}}}'; "#;

    /// Error of a request to a process that runs `then` after it is ready.
    async fn request_error(then: &str) -> Error {
        let pool = pool(&format!("{READY}{then}"));
        let mut lease = pool.lease(Some("a"), "").await.unwrap();
        let error = lease.request::<_, ()>(&1, FrameLimits::SHORT).await.unwrap_err();
        assert!(lease.request::<_, ()>(&1, FrameLimits::SHORT).await.is_err(), "a dead process must not be asked again");
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
        let error = pool("echo 'no language data' >&2; exit 4").lease(None, "").await.unwrap_err();
        assert!(error.context().contains("no language data"), "{error}");
    }

    #[tokio::test]
    async fn models_are_read_from_ready_frame() {
        let pool = pool(&format!("{READY}cat >/dev/null"));
        assert_eq!(pool.models().await.unwrap().get("m").map(String::as_str), Some("1"));
        assert_eq!(pool.started(), 1);
        // That process has seen no file, so that any unit may have it.
        let _lease = pool.lease(Some("a"), "").await.unwrap();
        assert_eq!(pool.started(), 1);
    }

    #[tokio::test]
    async fn process_serves_files_of_one_unit_alone() {
        let pool = pool(&format!("{READY}cat >/dev/null"));
        let first = process_for(&pool, Some("H24.16")).await;
        assert!(first.is_some());
        assert_eq!(process_for(&pool, Some("H24.16")).await, first);
        let other = process_for(&pool, Some("H24.17")).await;
        assert_ne!(other, first);
        assert_ne!(process_for(&pool, Some("H24.16")).await, other, "one place, so that the first process had to go");
        let alone = process_for(&pool, None).await;
        assert_ne!(process_for(&pool, None).await, alone, "without a unit each lease has a process of its own");
    }

    #[tokio::test]
    async fn units_keep_their_processes_while_there_is_room() {
        let pool = sized_pool(&format!("{READY}cat >/dev/null"), 2);
        let (one, two) = (process_for(&pool, Some("a")).await, process_for(&pool, Some("b")).await);
        assert_eq!((process_for(&pool, Some("a")).await, process_for(&pool, Some("b")).await), (one, two));
        process_for(&pool, Some("c")).await;
        // The process of `a` had waited longest.
        assert_eq!(process_for(&pool, Some("b")).await, two);
        assert_eq!((pool.started(), pool.idle.lock().unwrap().len()), (3, 2));
    }

    #[tokio::test]
    async fn process_is_replaced_after_many_requests() {
        let pool = pool(&format!("{READY}cat >/dev/null"));
        let first = process_for(&pool, Some("a")).await;
        let mut lease = pool.lease(Some("a"), "").await.unwrap();
        lease.process.as_mut().unwrap().requests = MAX_REQUESTS;
        drop(lease);
        assert_ne!(process_for(&pool, Some("a")).await, first);
    }

    #[tokio::test]
    async fn answers_beyond_their_limits_end_the_process() {
        // Heads of 4 GiB, a payload that was not asked for, and a head that is no JSON; all without an end of the pipe.
        let endless = "; exec tail -f /dev/null";
        for (answer, kind) in [
            (r"printf '\377\377\377\377\000\000\000\000\000\000\000\000'", ErrorKind::Limit),
            (r"printf '\002\000\000\000\001\000\000\000\000\000\000\000{}x'", ErrorKind::Limit),
            (r"printf '\002\000\000\000\000\000\000\000\000\000\000\000]['", ErrorKind::Corrupt),
        ] {
            assert_eq!(request_error(&format!("{answer}{endless}")).await.kind(), kind, "{answer}");
        }
    }

    #[tokio::test]
    async fn process_inherits_no_file_that_this_program_opened() {
        let held = std::fs::File::open("/etc/passwd").unwrap();
        let error = pool("ls -l /proc/self/fd | grep -c /etc/passwd >&2").lease(Some("a"), "").await.unwrap_err();
        assert!(error.context().contains("does not start (0)"), "{error}");
        drop(held);
    }
}
