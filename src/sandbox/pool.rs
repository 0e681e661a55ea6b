//! The parent's side: starts reading processes, hands out one at a time, buries the dead.

use crate::protocol::{Answer, Ask, decode, encode, error_from, frame_lengths, lengths_of};
use crate::start::start;
use sohoa_base::error::{Error, Kind, Result, ResultExt};
use std::collections::BTreeMap;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};
use tokio::process::{Child, ChildStderr, ChildStdin, ChildStdout, Command};
use tokio::sync::{OnceCell, OwnedSemaphorePermit, Semaphore};
use tokio::task::JoinHandle;

/// How reading processes are started.
#[derive(Debug, Clone)]
pub struct Launch {
    /// The program: normally this one.
    pub program: PathBuf,
    /// Its arguments up to the limits.
    pub arguments: Vec<String>,
    /// Seconds to wait for one answer.
    pub wall_seconds: u64,
}

/// Reading processes, started when first needed.
#[derive(Debug)]
pub struct Pool {
    launch: Launch,
    permits: Arc<Semaphore>,
    idle: Mutex<Vec<Process>>,
    models: OnceCell<BTreeMap<String, String>>,
    peak_kib: AtomicU64,
    cpu_ms: AtomicU64,
    started: AtomicU64,
}

/// A reading process on loan: returned to the pool when dropped, unless it died.
#[derive(Debug)]
pub struct Reader<'a> {
    pool: &'a Pool,
    process: Option<Process>,
    spent_ms: u64,
    _permit: OwnedSemaphorePermit,
}

#[derive(Debug)]
struct Process {
    child: Child,
    input: ChildStdin,
    output: ChildStdout,
    errors: Arc<Mutex<Vec<u8>>>,
    listener: JoinHandle<()>,
    loaded: String,
    models: BTreeMap<String, String>,
    cpu_ms: u64,
}

impl Pool {
    /// A pool of at most `size` processes.
    #[must_use]
    pub fn new(launch: Launch, size: usize) -> Self {
        Self {
            launch,
            permits: Arc::new(Semaphore::new(size)),
            idle: Mutex::new(Vec::new()),
            models: OnceCell::new(),
            peak_kib: AtomicU64::new(0),
            cpu_ms: AtomicU64::new(0),
            started: AtomicU64::new(0),
        }
    }

    /// A reading process, preferably one that has `source` loaded already. Waits for a free one.
    ///
    /// # Errors
    /// `Unavailable` when the process cannot be started; what it said when it cannot open its engine.
    pub async fn reader(&self, source: &str) -> Result<Reader<'_>> {
        let permit =
            self.permits.clone().acquire_owned().await.or_error(Kind::Internal, || "the pool of reading processes is closed".to_owned())?;
        let idle = {
            let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
            let place = idle.iter().position(|process| process.loaded == source);
            place.map(|place| idle.swap_remove(place)).or_else(|| idle.pop())
        };
        let process = match idle {
            Some(process) => process,
            None => self.start().await?,
        };
        Ok(Reader { pool: self, process: Some(process), spent_ms: 0, _permit: permit })
    }

    /// Models that the reading processes use: name and SHA-256 of the file.
    ///
    /// # Errors
    /// As [`Pool::reader`].
    pub async fn models(&self) -> Result<&BTreeMap<String, String>> {
        let ask = || async {
            let reader = self.reader("").await?;
            Ok(reader.process.as_ref().map(|process| process.models.clone()).unwrap_or_default())
        };
        self.models.get_or_try_init(ask).await
    }

    /// Highest resident memory of any reading process so far, KiB.
    #[must_use]
    pub fn peak_kib(&self) -> u64 {
        self.peak_kib.load(Ordering::Relaxed)
    }

    /// Processor time of all reading processes so far, user and system, milliseconds.
    #[must_use]
    pub fn cpu_ms(&self) -> u64 {
        self.cpu_ms.load(Ordering::Relaxed)
    }

    /// Processes started so far.
    #[must_use]
    pub fn started(&self) -> u64 {
        self.started.load(Ordering::Relaxed)
    }

    async fn start(&self) -> Result<Process> {
        let mut command = Command::new(&self.launch.program);
        command
            .args(&self.launch.arguments)
            .env_clear()
            .env("OMP_THREAD_LIMIT", "1")
            .env("MALLOC_ARENA_MAX", "1")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        for name in ["TESSDATA_PREFIX", "PATH", "LANG"] {
            if let Some(value) = std::env::var_os(name) {
                command.env(name, value);
            }
        }
        let mut child = start(command)
            .await
            .or_error(Kind::Unavailable, || format!("cannot start the reading process {}", self.launch.program.display()))?;
        let (Some(input), Some(output), Some(stderr)) = (child.stdin.take(), child.stdout.take(), child.stderr.take()) else {
            return Err(Error::internal("the reading process has no pipes"));
        };
        let errors = Arc::new(Mutex::new(Vec::new()));
        let listener = tokio::spawn(keep_last_words(stderr, errors.clone()));
        let mut process = Process { child, input, output, errors, listener, loaded: String::new(), models: BTreeMap::new(), cpu_ms: 0 };
        self.started.fetch_add(1, Ordering::Relaxed);
        let ready = tokio::time::timeout(Duration::from_secs(self.launch.wall_seconds), process.receive()).await;
        match ready {
            Ok(Ok((Answer::Ready { models }, _))) => {
                process.models = models;
                self.cpu_ms.fetch_add(process.spend(), Ordering::Relaxed);
                Ok(process)
            }
            _ => {
                let _ = process.child.start_kill();
                let _ = process.child.wait().await;
                let words = process.last_words().await;
                Err(Error::new(Kind::NotFound, format!("the reading process does not start: {words}; run `sohoa doctor`")))
            }
        }
    }
}

/// Keeps the last kilobytes of what a process writes to its standard error.
async fn keep_last_words(mut stderr: ChildStderr, errors: Arc<Mutex<Vec<u8>>>) {
    const KEPT: usize = 4096;
    let mut chunk = [0; 1024];
    while let Ok(read) = stderr.read(&mut chunk).await {
        if read == 0 {
            break;
        }
        let mut kept = errors.lock().unwrap_or_else(PoisonError::into_inner);
        kept.extend_from_slice(chunk.get(..read).unwrap_or_default());
        let excess = kept.len().saturating_sub(KEPT);
        kept.drain(..excess);
    }
}

impl Process {
    async fn send(&mut self, ask: &Ask, mut payload: impl AsyncRead + Unpin, bytes: u64) -> Result<()> {
        let head = encode(ask)?;
        let lengths = frame_lengths(&head, bytes)?;
        let gone = || "the reading process closed its pipe".to_owned();
        self.input.write_all(&lengths).await.or_error(Kind::Unavailable, gone)?;
        self.input.write_all(&head).await.or_error(Kind::Unavailable, gone)?;
        tokio::io::copy(&mut payload, &mut self.input).await.or_error(Kind::Unavailable, gone)?;
        self.input.flush().await.or_error(Kind::Unavailable, gone)
    }

    async fn receive(&mut self) -> Result<(Answer, Vec<u8>)> {
        let gone = || "the reading process closed its pipe".to_owned();
        let mut lengths = [0; 12];
        self.output.read_exact(&mut lengths).await.or_error(Kind::Unavailable, gone)?;
        let (head_length, payload_length) = lengths_of(lengths)?;
        let mut head = vec![0; head_length];
        self.output.read_exact(&mut head).await.or_error(Kind::Unavailable, gone)?;
        let mut payload = vec![0; payload_length];
        self.output.read_exact(&mut payload).await.or_error(Kind::Unavailable, gone)?;
        Ok((decode(&head)?, payload))
    }

    /// The last line that a dead process wrote to its standard error, hints of the runtime left out.
    async fn last_words(&mut self) -> String {
        let _ = tokio::time::timeout(Duration::from_secs(1), &mut self.listener).await;
        let words = self.errors.lock().unwrap_or_else(PoisonError::into_inner);
        let text = String::from_utf8_lossy(&words);
        let last = text.lines().map(str::trim).rfind(|line| !line.is_empty() && !line.starts_with("note:"));
        last.unwrap_or("it said nothing").chars().take(300).collect()
    }

    /// Processor time since the last call, milliseconds, in the kernel's steps of 10.
    fn spend(&mut self) -> u64 {
        const TICK_MS: u64 = 10;
        let total = self.child.id().and_then(|id| {
            let stat = std::fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
            let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
            Some((fields.get(11)?.parse::<u64>().ok()? + fields.get(12)?.parse::<u64>().ok()?) * TICK_MS)
        });
        let total = total.unwrap_or(self.cpu_ms).max(self.cpu_ms);
        let spent = total - self.cpu_ms;
        self.cpu_ms = total;
        spent
    }

    /// Highest resident memory, KiB, as the kernel counts it.
    fn resident_peak_kib(&self) -> Option<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()?)).ok()?;
        status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?.split_whitespace().next()?.parse().ok()
    }
}

impl Reader<'_> {
    /// Processor time that this loan has cost so far, milliseconds.
    #[must_use]
    pub fn spent_ms(&self) -> u64 {
        self.spent_ms
    }

    /// Whether `source` is the current source.
    #[must_use]
    pub fn has(&self, source: &str) -> bool {
        self.process.as_ref().is_some_and(|process| process.loaded == source)
    }

    /// Makes the bytes of a local file the current source under the name `source`; they are streamed.
    ///
    /// # Errors
    /// As [`Reader::ask`]; `Unavailable` when the file cannot be read.
    pub async fn load(&mut self, source: &str, file: &Path) -> Result<()> {
        let cannot = || format!("cannot read {}", file.display());
        let payload = tokio::fs::File::open(file).await.or_error(Kind::Unavailable, cannot)?;
        let bytes = payload.metadata().await.or_error(Kind::Unavailable, cannot)?.len();
        self.exchange(&Ask::Load { source: source.to_owned() }, payload.take(bytes), bytes).await?;
        if let Some(process) = &mut self.process {
            source.clone_into(&mut process.loaded);
        }
        Ok(())
    }

    /// Sends one request and waits for its answer.
    ///
    /// # Errors
    /// The error that the process answered; `Limit` when it ran out of memory, processor time, stack or the
    /// time to wait; `Internal` when it crashed otherwise. After a death the next loan starts a new process.
    pub async fn ask(&mut self, ask: &Ask) -> Result<(Answer, Vec<u8>)> {
        self.exchange(ask, tokio::io::empty(), 0).await
    }

    async fn exchange(&mut self, ask: &Ask, payload: impl AsyncRead + Unpin, bytes: u64) -> Result<(Answer, Vec<u8>)> {
        let mut process = self.process.take().ok_or_else(|| Error::unavailable("the reading process died in an earlier request"))?;
        let wait = Duration::from_secs(self.pool.launch.wall_seconds);
        let exchange = async {
            process.send(ask, payload, bytes).await?;
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
            Ok(Ok((Answer::Failed { kind, message }, _))) => {
                self.process = Some(process);
                Err(error_from(&kind, &message))
            }
            Ok(Ok(answer)) => {
                self.process = Some(process);
                Ok(answer)
            }
            Ok(Err(_)) => {
                let status = tokio::time::timeout(Duration::from_secs(5), process.child.wait()).await;
                let status = status.ok().and_then(std::result::Result::ok);
                let _ = process.child.start_kill();
                Err(cause_of_death(status, &process.last_words().await))
            }
            Err(_) => {
                let _ = process.child.start_kill();
                let _ = process.child.wait().await;
                Err(Error::limit(format!("reading took more than {} seconds; the page was given up", wait.as_secs())))
            }
        }
    }
}

impl Drop for Reader<'_> {
    fn drop(&mut self) {
        if let Some(process) = self.process.take() {
            self.pool.idle.lock().unwrap_or_else(PoisonError::into_inner).push(process);
        }
    }
}

/// Which limit or fault ended a process.
fn cause_of_death(status: Option<ExitStatus>, words: &str) -> Error {
    let signal = status.and_then(|status| status.signal());
    if words.contains("memory allocation of") || words.contains("bad_alloc") || words.contains("out of memory") {
        return Error::limit("reading needs more memory than one page may take; scan it at a lower resolution or split the file");
    }
    if words.contains("overflowed its stack") {
        return Error::limit("the file is nested too deeply to be read; export it again");
    }
    match signal {
        Some(libc::SIGXCPU | libc::SIGKILL) => Error::limit("reading took more processor time or memory than one page may take"),
        Some(signal) => {
            Error::internal(format!("the reading process crashed (signal {signal}: {words}); the original is kept, report this file"))
        }
        None => Error::internal(format!("the reading process ended early ({words}); the original is kept, report this file")),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn pool(script: &str) -> Pool {
        let launch = Launch { program: "/bin/sh".into(), arguments: vec!["-c".into(), script.into()], wall_seconds: 2 };
        Pool::new(launch, 1)
    }

    /// A shell that answers `Ready` and then does what the script says.
    const READY: &str = r#"printf '\045\000\000\000\000\000\000\000\000\000\000\000{"answer":"ready","models":{"m":"1"}}'; "#;

    async fn fate(then: &str) -> Error {
        let pool = pool(&format!("{READY}{then}"));
        let mut reader = pool.reader("").await.unwrap();
        let error = reader.ask(&Ask::PdfEnd).await.unwrap_err();
        assert!(reader.ask(&Ask::PdfEnd).await.is_err(), "a dead process must not be asked again");
        error
    }

    #[tokio::test]
    async fn every_death_has_its_class() {
        assert_eq!(fate("echo 'memory allocation of 9 bytes failed' >&2; kill -ABRT $$").await.kind(), Kind::Limit);
        assert_eq!(fate("printf 'memory allocation of 9 bytes failed\\nnote: a hint\\n' >&2; kill -ABRT $$").await.kind(), Kind::Limit);
        assert_eq!(fate("echo 'thread has overflowed its stack' >&2; kill -ABRT $$").await.kind(), Kind::Limit);
        assert_eq!(fate("kill -XCPU $$").await.kind(), Kind::Limit);
        assert_eq!(fate("kill -SEGV $$").await.kind(), Kind::Internal);
        assert_eq!(fate("exit 1").await.kind(), Kind::Internal);
        assert_eq!(fate("exec tail -f /dev/null").await.kind(), Kind::Limit, "silence is a time limit");
    }

    #[tokio::test]
    async fn a_process_that_never_gets_ready_says_why() {
        let error = pool("echo 'no language data' >&2; exit 4").reader("").await.unwrap_err();
        assert!(error.context().contains("no language data"), "{error}");
    }

    #[tokio::test]
    async fn models_come_with_the_first_frame() {
        let pool = pool(&format!("{READY}cat >/dev/null"));
        assert_eq!(pool.models().await.unwrap().get("m").map(String::as_str), Some("1"));
        assert_eq!(pool.started(), 1);
    }
}
