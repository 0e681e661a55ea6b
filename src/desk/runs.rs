//! Running a pipeline over a delivery, to the end.

use crate::archive::Archive;
use crate::blobs::key;
use crate::catalog::NewBatch;
use crate::desk::intake::{self, Delivery};
use crate::error::{Kind, Result, ResultExt};
use crate::model::batch::{Balance, Batch, BatchState, Costs};
use crate::model::plan::Plan;
use crate::pipeline::worker::{self, Stop};
use crate::sandbox::jail::cpu_time_ms;
use serde::Serialize;
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// What a run came to.
#[derive(Debug, Clone, Serialize)]
pub struct Outcome {
    /// The batch's identifier.
    pub batch: String,
    /// Whether an unfinished run over the same input was continued.
    pub continued: bool,
    /// Whether somebody stopped it before its end.
    pub interrupted: bool,
    /// Where every file and page is.
    #[serde(flatten)]
    pub balance: Balance,
    /// Lists that came beside the scans.
    pub manifests: Vec<String>,
    /// What was left out by rule.
    pub ignored: Vec<String>,
    /// Processor time by stage, reading processes only.
    pub stages: Costs,
    /// Wall-clock seconds.
    pub seconds: f64,
    /// Processor seconds of this process and its reading processes, user and system.
    pub cpu_seconds: f64,
    /// Highest resident memory of this process and of any reading process, MiB.
    pub peak_mib: Peaks,
}

/// Highest resident memory, MiB.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Peaks {
    /// Of the main process.
    pub main: u64,
    /// Of any reading process.
    pub reader: u64,
}

/// How far a run is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Progress {
    /// Files received, and files to receive.
    pub files: (u64, u64),
    /// Pages that are known, and those that are read or refused.
    pub pages: (u64, u64),
    /// Pages that have reached their end.
    pub ended: u64,
}

/// Runs `plan` over `inputs` as one batch until every page has reached an end. A run that was cut off is
/// continued where it stopped.
///
/// # Errors
/// `Invalid` for inputs that cannot be read; `Unavailable` when store or catalogue do not answer;
/// `NotFound` when reading processes cannot start.
pub async fn run(
    archive: &Archive,
    inputs: &[PathBuf],
    pipeline: &str,
    plan: &Plan,
    stop: &Stop,
    tell: &(dyn Fn(Progress) + Sync),
) -> Result<Outcome> {
    let began = Instant::now();
    let cpu_before = cpu_time_ms();
    let delivery = intake::list(inputs, &archive.config.unit)?;
    let key = batch_key(inputs, &archive.config.unit, pipeline);
    let new = NewBatch { key: &key, unit: &archive.config.unit, pipeline, plan, priority: 0 };
    let worker_name = worker_name();
    archive.catalog.take_over(is_alive).await?;
    let (batch, continued) = archive.catalog.open_batch(&new).await?;
    drive(archive, &batch, plan, &delivery, &worker_name, stop, tell).await?;
    if !stop.asked() {
        close(archive, &batch).await?;
    }
    let peak = Peaks { main: peak_mib(), reader: archive.pool.peak_kib().div_ceil(1024) };
    let cpu_ms = cpu_time_ms() - cpu_before + archive.pool.cpu_ms();
    Ok(Outcome {
        batch: batch.id.clone(),
        continued,
        interrupted: stop.asked(),
        balance: archive.catalog.balance(&batch.id).await?,
        manifests: delivery.manifests,
        ignored: delivery.ignored,
        stages: archive.catalog.costs(&batch.id).await?,
        seconds: began.elapsed().as_secs_f64(),
        cpu_seconds: Duration::from_millis(cpu_ms).as_secs_f64(),
        peak_mib: peak,
    })
}

/// Receives and works at the same time, and tells how far it is.
async fn drive(
    archive: &Archive,
    batch: &Batch,
    plan: &Plan,
    delivery: &Delivery,
    worker_name: &str,
    stop: &Stop,
    tell: &(dyn Fn(Progress) + Sync),
) -> Result<()> {
    let receive = async {
        for (dossier, files) in &delivery.dossiers {
            if stop.asked() {
                return Ok(());
            }
            intake::receive(archive, &batch.id, plan, dossier, files).await?;
        }
        archive.catalog.finish_receiving(&batch.id).await.map(|_| ())
    };
    let workers = async {
        let mut all = Vec::new();
        for number in 0..archive.config.job_count() * 2 {
            let name = format!("{worker_name}/{number}");
            all.push(async move { worker::work(archive, Some(&batch.id), &name, stop).await });
        }
        join(all).await
    };
    let report = async {
        loop {
            let (files, pages) = archive.catalog.progress(&batch.id).await?;
            let read = pages.came - pages.waiting;
            tell(Progress { files: (files, delivery.files() as u64), pages: (pages.came, read), ended: pages.ended });
            tokio::time::sleep(Duration::from_millis(300)).await;
        }
    };
    let work = async {
        let (received, worked) = tokio::join!(
            async {
                let received = receive.await;
                if received.is_err() {
                    stop.ask();
                }
                received
            },
            workers
        );
        received.and(worked)
    };
    tokio::select! {
        done = work => done,
        failed = report => failed,
    }
}

/// Waits for all; the first error wins.
async fn join(all: Vec<impl Future<Output = Result<()>>>) -> Result<()> {
    let mut all: Vec<_> = all.into_iter().map(Box::pin).collect();
    let mut outcome = Ok(());
    std::future::poll_fn(|context| {
        all.retain_mut(|future| match future.as_mut().poll(context) {
            std::task::Poll::Ready(done) => {
                if outcome.is_ok() {
                    outcome = done;
                }
                false
            }
            std::task::Poll::Pending => true,
        });
        if all.is_empty() { std::task::Poll::Ready(()) } else { std::task::Poll::Pending }
    })
    .await;
    outcome
}

/// Writes the batch's ledger to the store and deletes what waited there for deposit.
async fn close(archive: &Archive, batch: &Batch) -> Result<()> {
    if archive.catalog.batch(&batch.id).await?.state != BatchState::Finished {
        return Ok(());
    }
    let ledger = archive.catalog.ledger(&batch.id).await?;
    let json = serde_json::to_vec_pretty(&ledger).or_error(Kind::Internal, || "the ledger has no JSON form".to_owned())?;
    archive.store.put(&key::batch(&batch.id), json).await?;
    let sums: BTreeSet<String> = ledger.files.iter().map(|file| file.new.sha256.clone()).collect();
    let sums: Vec<String> = sums.into_iter().collect();
    for sha256 in archive.catalog.ready_to_forget(&sums).await? {
        archive.store.delete(&key::intake(&sha256)).await?;
    }
    Ok(())
}

/// What makes two runs the same: inputs, unit and pipeline.
fn batch_key(inputs: &[PathBuf], unit: &str, pipeline: &str) -> String {
    let mut hash = Sha256::new();
    for input in inputs {
        let full = input.canonicalize().unwrap_or_else(|_| input.clone());
        hash.update(full.as_os_str().as_encoded_bytes());
        hash.update([0]);
    }
    hash.update(unit);
    hash.update([0]);
    hash.update(pipeline);
    hex::encode(hash.finalize())
}

/// Host and process, so that the tasks of a dead process can be told from those of a living one.
fn worker_name() -> String {
    format!("{}/{}", host(), std::process::id())
}

fn host() -> String {
    std::fs::read_to_string("/proc/sys/kernel/hostname").map_or_else(|_| "localhost".to_owned(), |name| name.trim().to_owned())
}

/// Whether the worker's process may still live: of another machine it may.
fn is_alive(worker: &str) -> bool {
    let mut parts = worker.split('/');
    let (worker_host, process) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    worker_host != host() || (process != std::process::id().to_string() && std::path::Path::new(&format!("/proc/{process}")).exists())
}

fn peak_mib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let kib =
        status.lines().find_map(|line| line.strip_prefix("VmHWM:")).and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
    kib.unwrap_or(0).div_ceil(1024)
}
