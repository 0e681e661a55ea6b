//! Running a pipeline over a delivery: to the end, or only queued for workers elsewhere.

use crate::archive::Archive;
use crate::intake::delivery_lists;
use crate::intake::ingest;
use crate::intake::ingest::Delivery;
use crate::roadmap::tracking;
use crate::runs::scan_quality;
use serde::Serialize;
use sha2::{Digest, Sha256};
use sohoa_base::cpu_time::cpu_time_ms;
use sohoa_base::error::{ErrorKind, Result, ResultExt};
use sohoa_base::model::batch::{Balance, Batch, BatchState, StageCosts};
use sohoa_base::model::pipeline_plan::PipelinePlan;
use sohoa_base::model::roadmap::attachment::TargetAttachment;
use sohoa_catalog::{AttachmentRequest, NewBatch};
use sohoa_pipeline::worker::{self, CancellationToken, Scope};
use sohoa_storage::key;
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// What was received.
#[derive(Debug, Clone, Serialize)]
pub struct Receipt {
    /// The batch's identifier.
    pub batch: String,
    /// Whether an unfinished run over the same input was continued.
    pub continued: bool,
    /// Whether somebody stopped it before its end.
    pub interrupted: bool,
    /// Where every file and page is; pages are known once their files are opened.
    #[serde(flatten)]
    pub balance: Balance,
    /// The line of a roadmap to which it belongs, with everything that is wrong with those that lists name.
    pub attachment: TargetAttachment,
    /// Lists that came beside the scans: kept in the store, not yet compared with what came.
    #[serde(rename = "manifests")]
    pub delivery_lists: Vec<String>,
    /// What was left out by rule.
    pub ignored: Vec<String>,
}

/// What a run came to.
#[derive(Debug, Clone, Serialize)]
pub struct RunOutcome {
    /// What was received, and where it is.
    #[serde(flatten)]
    pub receipt: Receipt,
    /// Pages to be scanned again: `desk::quality` names them.
    pub rescan: u64,
    /// Processor time by stage, reading processes only.
    pub stages: StageCosts,
    /// Wall-clock seconds.
    pub seconds: f64,
    /// Processor seconds of this process and its reading processes, user and system.
    pub cpu_seconds: f64,
    /// Highest resident memory of this process and of any reading process, MiB.
    pub peak_mib: PeakMemory,
}

/// Highest resident memory, MiB.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct PeakMemory {
    /// Of the main process.
    pub main: u64,
    /// Of any reading process.
    pub reader: u64,
}

/// How far a run is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RunProgress {
    /// Files received, and files to receive.
    pub files: (u64, u64),
    /// Pages that are known, and those that are read or refused.
    pub pages: (u64, u64),
    /// Pages that have reached their end.
    pub finished_pages: u64,
}

/// Runs `plan` over `inputs` as one batch until every page has reached an end. A run that was cut off is
/// continued where it stopped.
///
/// # Errors
/// `Invalid` for inputs that cannot be read; `Unavailable` when store or catalogue do not answer;
/// `NotFound` when reading processes cannot start.
pub async fn run_batch(
    archive: &Archive,
    inputs: &[PathBuf],
    pipeline: &str,
    plan: &PipelinePlan,
    stop: &CancellationToken,
    tell: &(dyn Fn(RunProgress) + Sync),
) -> Result<RunOutcome> {
    let began = Instant::now();
    let cpu_before = cpu_time_ms();
    archive.catalog.reclaim_dead_leases(is_alive).await?;
    let (delivery, batch, continued) = open_or_resume_batch(archive, &archive.config.unit, inputs, pipeline, plan).await?;
    let work = run_workers(archive, Scope::Batch(&batch.id), stop);
    receive_while_working(archive, &batch, plan, &delivery, work, stop, tell).await?;
    if !stop.is_cancelled() {
        finalize_batch(archive, &batch).await?;
    }
    let peak = PeakMemory { main: peak_memory_mib(), reader: archive.pool.peak_kib().div_ceil(1024) };
    let cpu_ms = cpu_time_ms() - cpu_before + archive.pool.cpu_ms();
    Ok(RunOutcome {
        rescan: scan_quality::batch_quality(archive, Some(&batch.id), true).await?.summary.rescan,
        receipt: build_receipt(archive, &batch, continued, delivery, stop).await?,
        stages: archive.catalog.costs(&batch.id).await?,
        seconds: began.elapsed().as_secs_f64(),
        cpu_seconds: Duration::from_millis(cpu_ms).as_secs_f64(),
        peak_mib: peak,
    })
}

/// Receives `inputs` of a unit as one batch and leaves the reading to [`work`], here or on other machines.
///
/// # Errors
/// As [`run`], without what concerns reading processes.
pub async fn submit(
    archive: &Archive,
    unit: &str,
    inputs: &[PathBuf],
    pipeline: &str,
    plan: &PipelinePlan,
    stop: &CancellationToken,
    tell: &(dyn Fn(RunProgress) + Sync),
) -> Result<Receipt> {
    let (delivery, batch, continued) = open_or_resume_batch(archive, unit, inputs, pipeline, plan).await?;
    receive_while_working(archive, &batch, plan, &delivery, async { Ok(()) }, stop, tell).await?;
    if !stop.is_cancelled() {
        finalize_batch(archive, &batch).await?;
    }
    build_receipt(archive, &batch, continued, delivery, stop).await
}

/// Most findings about lines that a receipt tells.
const MAX_TARGET_FINDINGS: usize = 1_000;

async fn build_receipt(archive: &Archive, batch: &Batch, continued: bool, delivery: Delivery, stop: &CancellationToken) -> Result<Receipt> {
    Ok(Receipt {
        batch: batch.id.clone(),
        continued,
        interrupted: stop.is_cancelled(),
        balance: archive.catalog.balance(&batch.id).await?,
        attachment: archive.catalog.attachment(&batch.id, MAX_TARGET_FINDINGS).await?.0,
        delivery_lists: delivery.delivery_lists.into_iter().map(|(_, path)| path).collect(),
        ignored: delivery.ignored,
    })
}

/// How often a serving process looks for batches that have come to their end.
const CLOSE_INTERVAL: Duration = Duration::from_secs(2);

/// How many of the newest batches it looks at.
const RECENT_BATCHES: usize = 100;

/// Works on every batch of the catalogue that is not paused and closes those that end; `until_empty`: only
/// until nothing is left to do. Any number of processes and machines may do so at the same time.
///
/// # Errors
/// As [`run`].
pub async fn work_on_batches(archive: &Archive, until_empty: bool, stop: &CancellationToken) -> Result<()> {
    archive.catalog.reclaim_dead_leases(is_alive).await?;
    let scope = if until_empty { Scope::AllUntilEmpty } else { Scope::All };
    let mut ledgers = BatchCloser::default();
    ledgers.finalize_finished(archive).await?;
    tracking::update_target_weights(archive).await?;
    let closing = async {
        let mut weighed = archive.catalog.today();
        loop {
            tokio::time::sleep(CLOSE_INTERVAL).await;
            // What lines need changes with every day that passes.
            if weighed != archive.catalog.today() {
                weighed = archive.catalog.today();
                if let Err(error) = tracking::update_target_weights(archive).await {
                    break error;
                }
            }
            if let Err(error) = ledgers.finalize_finished(archive).await {
                break error;
            }
        }
    };
    tokio::select! {
        done = run_workers(archive, scope, stop) => done?,
        failed = closing => return Err(failed),
    }
    ledgers.finalize_finished(archive).await
}

/// Which batches need their ledger written: those that were seen open, and those that ended without one.
#[derive(Default)]
struct BatchCloser {
    /// Batches seen open: a ledger of theirs, as of before a retry, is out of date when they end.
    seen_open: BTreeSet<String>,
    /// Batches whose ledger is known to be as it should.
    finalized: BTreeSet<String>,
}

impl BatchCloser {
    /// Closes the batches that have come to their end.
    async fn finalize_finished(&mut self, archive: &Archive) -> Result<()> {
        for batch in archive.catalog.batches(RECENT_BATCHES).await? {
            if batch.state != BatchState::Finished {
                self.finalized.remove(&batch.id);
                self.seen_open.insert(batch.id);
                continue;
            }
            if self.finalized.contains(&batch.id) {
                continue;
            }
            if self.seen_open.contains(&batch.id) || archive.store.stat(&key::batch(&batch.id)).await?.is_none() {
                finalize_batch(archive, &batch).await?;
            }
            self.seen_open.remove(&batch.id);
            self.finalized.insert(batch.id);
        }
        Ok(())
    }
}

/// Lists the inputs, opens their batch (or the unfinished one of the same inputs) and keeps the lists that
/// came beside the scans.
async fn open_or_resume_batch(
    archive: &Archive,
    unit: &str,
    inputs: &[PathBuf],
    pipeline: &str,
    plan: &PipelinePlan,
) -> Result<(Delivery, Batch, bool)> {
    let delivery = ingest::list_inputs(inputs, unit)?;
    let key = batch_key(inputs, unit, pipeline);
    let new = NewBatch { key: &key, unit, pipeline, plan, priority: 0 };
    let (batch, continued) = archive.catalog.open_batch(&new).await?;
    let lists = delivery_lists::targets_of_delivery(archive, &delivery).await?;
    archive.catalog.attach_by_request(&batch.id, &AttachmentRequest { person: None, lists: &lists }).await?;
    for (place, path) in &delivery.delivery_lists {
        archive.store.put_file(&key::manifest(&batch.id, path), place).await?;
    }
    Ok((delivery, batch, continued))
}

/// As many workers as keep the reading processes busy while others store and index.
async fn run_workers(archive: &Archive, scope: Scope<'_>, stop: &CancellationToken) -> Result<()> {
    let process = worker_name();
    let mut all = Vec::new();
    for number in 0..archive.config.job_count() * 2 {
        let name = format!("{process}/{number}");
        all.push(async move { worker::run_worker(&archive.resources(), scope, &name, stop).await });
    }
    join_all(all).await
}

/// Receives while `work` goes on, and tells how far both are.
async fn receive_while_working(
    archive: &Archive,
    batch: &Batch,
    plan: &PipelinePlan,
    delivery: &Delivery,
    work: impl Future<Output = Result<()>>,
    stop: &CancellationToken,
    tell: &(dyn Fn(RunProgress) + Sync),
) -> Result<()> {
    let receive = async {
        for (dossier, files) in &delivery.dossiers {
            if stop.is_cancelled() {
                return Ok(());
            }
            ingest::receive_dossier(archive, &batch.id, plan, dossier, files).await.inspect_err(|_| stop.cancel())?;
        }
        archive.catalog.finish_receiving(&batch.id).await.map(|_| ()).inspect_err(|_| stop.cancel())
    };
    let report = async {
        loop {
            let (files, pages) = archive.catalog.batch_progress(&batch.id).await?;
            let read = pages.total - pages.unread;
            tell(RunProgress { files: (files, delivery.file_count() as u64), pages: (pages.total, read), finished_pages: pages.done });
            tokio::time::sleep(Duration::from_millis(300)).await;
        }
    };
    let both = async {
        let (received, worked) = tokio::join!(receive, work);
        received.and(worked)
    };
    tokio::select! {
        done = both => done,
        failed = report => failed,
    }
}

/// Waits for all; the first error wins.
async fn join_all(all: Vec<impl Future<Output = Result<()>>>) -> Result<()> {
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

/// Works on one batch until nothing of it is open, and closes it.
pub(crate) async fn finish_batch(archive: &Archive, batch: &str, stop: &CancellationToken) -> Result<()> {
    run_workers(archive, Scope::Batch(batch), stop).await?;
    finalize_batch(archive, &archive.catalog.batch(batch).await?).await
}

/// Writes the batch's ledger to the store and deletes what waited there for deposit.
pub(crate) async fn finalize_batch(archive: &Archive, batch: &Batch) -> Result<()> {
    if archive.catalog.batch(&batch.id).await?.state != BatchState::Finished {
        return Ok(());
    }
    let ledger = archive.catalog.batch_ledger(&batch.id).await?;
    let json = serde_json::to_vec_pretty(&ledger).or_error(ErrorKind::Internal, || "the ledger has no JSON form".to_owned())?;
    archive.store.put(&key::batch(&batch.id), json).await?;
    let sums: BTreeSet<String> = ledger.files.iter().map(|file| file.new.sha256.clone()).collect();
    let sums: Vec<String> = sums.into_iter().collect();
    for sha256 in archive.catalog.deletable_intake_blobs(&sums).await? {
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
    format!("{}/{}", host_name(), std::process::id())
}

fn host_name() -> String {
    std::fs::read_to_string("/proc/sys/kernel/hostname").map_or_else(|_| "localhost".to_owned(), |name| name.trim().to_owned())
}

/// Whether the worker's process may still live: of another machine it may.
fn is_alive(worker: &str) -> bool {
    let mut parts = worker.split('/');
    let (worker_host, process) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    worker_host != host_name() || (process != std::process::id().to_string() && std::path::Path::new(&format!("/proc/{process}")).exists())
}

fn peak_memory_mib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let kib =
        status.lines().find_map(|line| line.strip_prefix("VmHWM:")).and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
    kib.unwrap_or(0).div_ceil(1024)
}
