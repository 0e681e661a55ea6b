//! One worker process as its parent sees it: start, exchange of frames, accounting, and cause of its end.

use crate::frames::{FrameLimits, Message, Reply, encode, frame_lengths, receive_frame};
use crate::spawn_config::SpawnConfig;
use crate::spawner;
use serde::{Serialize, de::DeserializeOwned};
use sohoa_base::error::{Error, Result};
use sohoa_base::messages::{program, reading};
use std::collections::BTreeMap;
use std::os::unix::process::ExitStatusExt;
use std::process::{ExitStatus, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};
use tokio::process::{Child, ChildStderr, ChildStdin, ChildStdout, Command};
use tokio::task::JoinHandle;

/// A running worker process.
#[derive(Debug)]
pub(crate) struct Process {
    pub(crate) child: Child,
    input: ChildStdin,
    output: ChildStdout,
    /// End of its standard error.
    stderr_tail: Arc<Mutex<Vec<u8>>>,
    stderr_task: JoinHandle<()>,
    /// Unit whose files it serves; none before its first lease.
    pub(crate) unit: Option<String>,
    /// Number of requests so far.
    pub(crate) requests: u32,
    /// SHA-256 of the current source, or empty.
    pub(crate) loaded: String,
    /// What it said when it was ready.
    pub(crate) ready: ReadyState,
    /// Processor time at the last call of [`Self::spend`], milliseconds.
    cpu_ms: u64,
}

/// What a worker process says when it is ready.
#[derive(Debug, Clone, Default)]
pub(crate) struct ReadyState {
    /// SHA-256 of each model file, by model name.
    pub(crate) models: BTreeMap<String, String>,
    /// Whether the kernel restricts the files that it may open (landlock).
    pub(crate) has_landlock: bool,
}

impl Process {
    /// Starts a process and waits until it is ready. Returns it with the processor time that this took, milliseconds.
    ///
    /// # Errors
    /// `Unavailable` when it cannot be started; `DependencyMissing` with its last line of standard error when it does not become
    /// ready.
    pub(crate) async fn start(config: &SpawnConfig) -> Result<(Self, u64)> {
        let mut command = Command::new(&config.program);
        command
            .args(&config.arguments)
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
        let mut child = spawner::start(command)
            .await
            .map_err(|error| reading::reading_process_not_startable(config.program.display()).caused_by(error))?;
        let (Some(input), Some(output), Some(stderr)) = (child.stdin.take(), child.stdout.take(), child.stderr.take()) else {
            return Err(program::bug("reading process without pipes"));
        };
        let stderr_tail = Arc::new(Mutex::new(Vec::new()));
        let stderr_task = tokio::spawn(drain_stderr(stderr, stderr_tail.clone()));
        let mut process = Process {
            child,
            input,
            output,
            stderr_tail,
            stderr_task,
            unit: None,
            requests: 0,
            loaded: String::new(),
            ready: ReadyState::default(),
            cpu_ms: 0,
        };
        let ready = tokio::time::timeout(Duration::from_secs(config.limits.wall_seconds), process.receive(FrameLimits::SHORT)).await;
        match ready {
            Ok(Ok((Reply::<()>::Ready { models, landlock }, _))) => {
                process.ready = ReadyState { models, has_landlock: landlock };
                let spent_ms = process.spend();
                Ok((process, spent_ms))
            }
            _ => {
                let _ = process.child.start_kill();
                let _ = process.child.wait().await;
                let message = process.last_stderr_line().await;
                Err(reading::reading_process_not_ready(message))
            }
        }
    }

    /// Sends one frame; `bytes` is the size of the payload.
    pub(crate) async fn send<Q: Serialize>(&mut self, message: &Message<Q>, mut payload: impl AsyncRead + Unpin, bytes: u64) -> Result<()> {
        let head = encode(message)?;
        let lengths = frame_lengths(&head, bytes)?;
        let gone = |error| reading::reading_process_lost().caused_by(error);
        self.input.write_all(&lengths).await.map_err(gone)?;
        self.input.write_all(&head).await.map_err(gone)?;
        tokio::io::copy(&mut payload, &mut self.input).await.map_err(gone)?;
        self.input.flush().await.map_err(gone)
    }

    /// Waits for one frame.
    pub(crate) async fn receive<A: DeserializeOwned>(&mut self, limits: FrameLimits) -> Result<(Reply<A>, Vec<u8>)> {
        receive_frame(&mut self.output, limits).await
    }

    /// Last line that an ended process wrote to its standard error, without `note:` lines of the Rust runtime.
    pub(crate) async fn last_stderr_line(&mut self) -> String {
        let _ = tokio::time::timeout(Duration::from_secs(1), &mut self.stderr_task).await;
        let tail = self.stderr_tail.lock().unwrap_or_else(PoisonError::into_inner);
        let text = String::from_utf8_lossy(&tail);
        let last = text.lines().map(str::trim).rfind(|line| !line.is_empty() && !line.starts_with("note:"));
        last.unwrap_or("it said nothing").chars().take(300).collect()
    }

    /// Processor time since the last call, milliseconds. The kernel counts in ticks of 10 ms.
    pub(crate) fn spend(&mut self) -> u64 {
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

    /// Highest resident memory so far (`VmHWM` of proc(5)), KiB.
    pub(crate) fn resident_peak_kib(&self) -> Option<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()?)).ok()?;
        status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?.split_whitespace().next()?.parse().ok()
    }
}

/// Reads the standard error of a process to its end and keeps the last 4 KiB.
async fn drain_stderr(mut stderr: ChildStderr, tail: Arc<Mutex<Vec<u8>>>) {
    const MAX_BYTES: usize = 4096;
    let mut chunk = [0; 1024];
    while let Ok(read) = stderr.read(&mut chunk).await {
        if read == 0 {
            break;
        }
        let mut tail = tail.lock().unwrap_or_else(PoisonError::into_inner);
        tail.extend_from_slice(chunk.get(..read).unwrap_or_default());
        let excess = tail.len().saturating_sub(MAX_BYTES);
        tail.drain(..excess);
    }
}

/// Error for a process that ended during a request, by its exit status and its last line of standard error.
pub(crate) fn classify_exit(status: Option<ExitStatus>, message: &str) -> Error {
    let signal = status.and_then(|status| status.signal());
    let message = message.replace(char::is_control, " ");
    if message.contains("memory allocation of") || message.contains("bad_alloc") || message.contains("out of memory") {
        return reading::reading_memory_exceeded();
    }
    if message.contains("overflowed its stack") {
        return reading::file_nested_too_deeply();
    }
    match signal {
        Some(libc::SIGXCPU | libc::SIGKILL) => reading::reading_cpu_exceeded(),
        Some(signal) => reading::reading_process_crashed(format!("signal {signal}: {message}")),
        None => reading::reading_process_crashed(message),
    }
}
