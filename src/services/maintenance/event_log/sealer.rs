//! Seals the event log in the background: one thread per process.

use super::checkpoint::{self, write_checkpoint};
use crate::archive::Archive;
use sohoa_base::error::{ErrorKind, Result};
use sohoa_base::messages::{arguments, maintenance};
use sohoa_catalog::ChainPosition;
use sohoa_pipeline::outage::sleep_unless_stopped;
use sohoa_pipeline::worker::CancellationToken;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Interval at which committed events are sealed.
const SEAL_INTERVAL: Duration = Duration::from_millis(300);

/// Interval at which a checkpoint is signed, where there are new events.
const CHECKPOINT_INTERVAL: Duration = Duration::from_secs(600);

/// Longest pause after an error.
const MAX_PAUSE: Duration = Duration::from_secs(30);

/// A running sealer; when it is dropped, it seals and signs what is left, and ends.
#[derive(Debug)]
pub struct EventSealer {
    stop: CancellationToken,
    thread: Option<std::thread::JoinHandle<()>>,
}

impl EventSealer {
    /// Starts the thread.
    ///
    /// # Errors
    /// `Unavailable` where no thread can start.
    pub fn start(archive: &Arc<Archive>) -> Result<Self> {
        // Connections stay in the pool after this thread has ended, so they must not belong to a runtime of its own.
        let runtime = archive.worker_threads()?;
        let (archive, stop) = (Arc::clone(archive), CancellationToken::new());
        let token = stop.clone();
        let seal = move || runtime.block_on(seal_until_stopped(&archive, &token));
        let thread = std::thread::Builder::new().name("event-sealer".to_owned()).spawn(seal);
        let thread = thread.map_err(|error| arguments::threads_unavailable().caused_by(error))?;
        Ok(Self { stop, thread: Some(thread) })
    }
}

impl Drop for EventSealer {
    fn drop(&mut self) {
        self.stop.cancel();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

async fn seal_until_stopped(archive: &Archive, stop: &CancellationToken) {
    let (mut last, mut signed, mut pause) = (None, Instant::now(), SEAL_INTERVAL);
    while sleep_unless_stopped(pause, stop).await {
        let sealed = archive.catalog.seal_events().await;
        pause = next_pause(pause, &sealed);
        report(sealed);
        if signed.elapsed() >= CHECKPOINT_INTERVAL {
            signed = Instant::now();
            report(sign(archive, &mut last).await);
        }
    }
    report(sign(archive, &mut last).await);
}

fn next_pause(pause: Duration, sealed: &Result<()>) -> Duration {
    if sealed.is_ok() { SEAL_INTERVAL } else { (pause * 2).min(MAX_PAUSE) }
}

fn report(done: Result<()>) {
    match done {
        Err(error) if error.kind() == ErrorKind::Corrupt => {
            tracing::error!(error = %error.chain(), "the event log was changed, run `sohoa audit verify`");
        }
        Err(error) => tracing::warn!(error = %error.chain(), "the event log is not sealed"),
        Ok(()) => {}
    }
}

/// Signs a checkpoint of what was sealed since the newest one in the store.
async fn sign(archive: &Archive, last: &mut Option<ChainPosition>) -> Result<()> {
    archive.catalog.seal_events().await?;
    let start = match last.take() {
        Some(position) => position,
        None => newest_position(archive).await?,
    };
    *last = Some(write_checkpoint(archive, &start).await?);
    Ok(())
}

/// The position of the newest checkpoint in the store.
async fn newest_position(archive: &Archive) -> Result<ChainPosition> {
    let Some(key) = checkpoint::checkpoint_keys(archive).await?.own.pop() else { return Ok(ChainPosition::default()) };
    match checkpoint::read_checkpoint(archive, &key).await? {
        Some(checkpoint) if checkpoint.is_signed() => Ok(checkpoint.position()),
        _ => Err(maintenance::checkpoint_unsigned(key)),
    }
}
