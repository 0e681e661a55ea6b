//! Outages: while store, catalogue, disk or reading processes do not answer, the work of this process waits.
//!
//! An error of that kind says nothing about the item that was worked on. Whoever meets one calls
//! [`OutageMonitor::wait_until_available`]: the dependencies are probed, by one caller at a time, until all of them answer.

use sohoa_base::error::{Error, ErrorKind, Result};
use sohoa_base::messages::{maintenance, reading};
use sohoa_catalog::Catalog;
use sohoa_stages::stage::Context;
use sohoa_storage::key;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio_util::sync::CancellationToken;

/// Pause after the first failed probe; it doubles with every further one.
const FIRST_PAUSE: Duration = Duration::from_millis(500);

/// Longest pause between two probes.
const MAX_PAUSE: Duration = Duration::from_secs(10);

/// A probe that takes longer counts as failed.
const PROBE_TIMEOUT: Duration = Duration::from_secs(30);

/// Size of the probe's blob, bytes: enough to notice a full disk.
const PROBE_BYTES: usize = 64 << 10;

/// Interval at which a lasting outage is logged again.
const LOG_INTERVAL: Duration = Duration::from_secs(60);

/// What workers use: the catalogue, what stages may use, and the outage that this process has noticed.
#[derive(Clone, Copy)]
pub struct Resources<'a> {
    /// The queue and the facts.
    pub catalog: &'a Catalog,
    /// What stages may use.
    pub stages: Context<'a>,
    /// The present outage.
    pub outages: &'a OutageMonitor,
}

/// A present outage.
#[derive(Debug)]
pub struct Outage {
    /// What does not answer: `catalogue`, `store`, `disk` or `reading-processes`.
    pub dependency: &'static str,
    /// The error, with the next step.
    pub error: Arc<Error>,
    /// Seconds since it was noticed.
    pub seconds: u64,
}

/// What an error turned out to be.
#[derive(Debug)]
pub enum Verdict {
    /// All dependencies answered the first probe: the error belongs to the item after all.
    Available,
    /// There was an outage, and it is over.
    Recovered,
    /// A stop was requested while waiting.
    Stopped,
    /// No reading process has started so far, and none can: waiting does not help.
    CannotStart(Error),
}

/// The outage that this process has noticed, if any; shared by everything that works in it.
#[derive(Debug, Default)]
pub struct OutageMonitor {
    current: Mutex<Option<(Instant, &'static str, Arc<Error>)>>,
    /// Held by the one caller that probes.
    probing: tokio::sync::Mutex<()>,
}

impl OutageMonitor {
    /// The present outage.
    #[must_use]
    pub fn current(&self) -> Option<Outage> {
        let current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
        let (since, dependency, error) = current.as_ref()?;
        Some(Outage { dependency, error: Arc::clone(error), seconds: since.elapsed().as_secs() })
    }

    /// Waits until every dependency answers a probe, or a stop is requested. `cause` is the kind of the error that was met.
    pub async fn wait_until_available(&self, resources: &Resources<'_>, cause: ErrorKind, stop: &CancellationToken) -> Verdict {
        let noticed_elsewhere = self.current().is_some();
        let _turn = self.probing.lock().await;
        let (mut pause, mut logged) = (FIRST_PAUSE, None::<Instant>);
        let mut verdict = if noticed_elsewhere { Verdict::Recovered } else { Verdict::Available };
        loop {
            match probe(resources, cause).await {
                Ok(()) => {
                    self.end();
                    return verdict;
                }
                Err((_, error)) if error.kind() == ErrorKind::DependencyMissing && resources.stages.pool.started() == 0 => {
                    return Verdict::CannotStart(error);
                }
                Err((dependency, error)) => {
                    verdict = Verdict::Recovered;
                    let error = Arc::new(error);
                    self.begin(dependency, &error);
                    if logged.is_none_or(|at| at.elapsed() >= LOG_INTERVAL) {
                        tracing::warn!(dependency, error = %error.chain(), "does not answer; work waits and goes on by itself");
                        logged = Some(Instant::now());
                    }
                }
            }
            if !sleep_unless_stopped(pause, stop).await {
                return Verdict::Stopped;
            }
            pause = (pause * 2).min(MAX_PAUSE);
        }
    }

    fn begin(&self, dependency: &'static str, error: &Arc<Error>) {
        let mut current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
        let since = current.as_ref().map_or_else(Instant::now, |(since, ..)| *since);
        *current = Some((since, dependency, Arc::clone(error)));
    }

    fn end(&self) {
        let ended = self.current.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some((since, dependency, _)) = ended {
            tracing::warn!(dependency, seconds = since.elapsed().as_secs(), "answers again; work goes on");
        }
    }
}

/// Repeats `operation` through outages: returns its result, or `None` when a stop was requested while waiting.
///
/// # Errors
/// An error that is no outage; an error that stays although every dependency answers.
pub async fn retry_through_outages<T, F: Future<Output = Result<T>>>(
    resources: &Resources<'_>,
    stop: &CancellationToken,
    mut operation: impl FnMut() -> F,
) -> Result<Option<T>> {
    const MAX_TRIES: u32 = 5;
    let mut tries = 0;
    loop {
        let error = match operation().await {
            Ok(done) => return Ok(Some(done)),
            Err(error) if error.kind().is_outage() => error,
            Err(error) => return Err(error),
        };
        match resources.outages.wait_until_available(resources, error.kind(), stop).await {
            Verdict::Stopped => return Ok(None),
            Verdict::CannotStart(error) => return Err(error),
            Verdict::Recovered => tries = 0,
            Verdict::Available => {
                tries += 1;
                if tries >= MAX_TRIES {
                    return Err(error);
                }
                if !sleep_unless_stopped(FIRST_PAUSE * 2_u32.pow(tries), stop).await {
                    return Ok(None);
                }
            }
        }
    }
}

/// Sleeps; `false` when a stop was requested meanwhile.
pub async fn sleep_unless_stopped(pause: Duration, stop: &CancellationToken) -> bool {
    tokio::select! {
        () = stop.cancelled() => false,
        () = tokio::time::sleep(pause) => true,
    }
}

/// Asks every dependency for an answer; the first that gives none, with its error.
async fn probe(resources: &Resources<'_>, cause: ErrorKind) -> std::result::Result<(), (&'static str, Error)> {
    let catalogue = async { resources.catalog.check_writable().await };
    let disk = async {
        let file = tempfile::NamedTempFile::new_in(resources.stages.temp_dir);
        let file = file.map_err(sohoa_stages::originals::temp_file_failure)?;
        std::fs::write(file.path(), vec![0; PROBE_BYTES]).map_err(sohoa_stages::originals::temp_file_failure)
    };
    let processes = async { resources.stages.pool.lease(None, "").await.map(|_| ()) };
    within("disk", disk).await?;
    within("catalogue", catalogue).await?;
    within("store", probe_store(resources)).await?;
    // All of them may be busy: they are asked only when one could not start.
    if cause == ErrorKind::DependencyMissing {
        within("reading-processes", processes).await?;
    }
    Ok(())
}

/// Writes, reads and deletes a blob.
async fn probe_store(resources: &Resources<'_>) -> Result<()> {
    let store = resources.stages.store;
    if store.stat(key::IDENTITY).await?.is_none() {
        return Err(maintenance::store_identity_gone(key::IDENTITY));
    }
    let place = key::probe(&uuid::Uuid::now_v7().to_string());
    store.put(&place, vec![0; PROBE_BYTES]).await?;
    let read = store.get(&place).await;
    let deleted = store.delete(&place).await;
    match read {
        Ok(bytes) if bytes.len() == PROBE_BYTES => deleted,
        Ok(_) => Err(reading::store_answers_differently()),
        Err(error) if error.kind() == ErrorKind::NotFound => Err(reading::store_loses_objects()),
        Err(error) => Err(error),
    }
}

async fn within(dependency: &'static str, work: impl Future<Output = Result<()>>) -> std::result::Result<(), (&'static str, Error)> {
    let done = tokio::time::timeout(PROBE_TIMEOUT, work).await;
    let done = done.unwrap_or_else(|_| Err(reading::probe_timed_out(PROBE_TIMEOUT.as_secs())));
    done.map_err(|error| (dependency, error))
}
