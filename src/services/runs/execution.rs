//! Runs a pipeline over a delivery: to its end, or only queued for workers elsewhere.

use crate::archive::Archive;
use crate::intake::delivery_lists;
use crate::intake::ingest;
use crate::intake::ingest::Delivery;
use crate::loop_health::LoopHealth;
use crate::maintenance::index_follower::wait_until_indexed;
use crate::maintenance::leftovers::run_sweeper;
use crate::maintenance::log_followers::LogFollowers;
use crate::outbox;
use crate::roadmap::target_weights::update_target_weights;
use crate::runs::instances::{Instance, reclaim_dead_leases};
use crate::runs::monitoring::check_priority;
use crate::runs::scan_quality;
use serde::Serialize;
use sha2::{Digest, Sha256};
use sohoa_base::cpu_time::cpu_time_ms;
use sohoa_base::error::{ErrorKind, Result};
use sohoa_base::messages::program;
use sohoa_base::model::batch::{Balance, Batch, StageCosts};
use sohoa_base::model::pipeline_plan::PipelinePlan;
use sohoa_base::model::roadmap::attachment::TargetAttachment;
use sohoa_catalog::{AttachmentRequest, NewBatch};
use sohoa_pipeline::outage::{retry_through_outages, sleep_unless_stopped};
use sohoa_pipeline::worker::{self, CancellationToken, Scope};
use sohoa_storage::counted::OperationUsage;
use sohoa_storage::key;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::task::JoinSet;

/// Result of receiving a delivery.
#[derive(Debug, Clone, Serialize)]
pub struct Receipt {
    /// Identifier of the batch.
    pub batch: String,
    /// Whether an unfinished run over the same input was continued.
    pub continued: bool,
    /// Whether it was interrupted.
    pub interrupted: bool,
    /// Balance of files and pages; pages are counted once their files are opened.
    #[serde(flatten)]
    pub balance: Balance,
    /// The target to which it belongs, with the findings about targets that delivery lists name.
    pub attachment: TargetAttachment,
    /// Delivery lists beside the scans: copied to the store, not yet compared with the files.
    pub delivery_lists: Vec<String>,
    /// Files ignored by rule.
    pub ignored: Vec<String>,
}

/// Result of a run.
#[derive(Debug, Clone, Serialize)]
pub struct RunOutcome {
    /// The delivery and its balance.
    #[serde(flatten)]
    pub receipt: Receipt,
    /// Number of pages to be scanned again; [`scan_quality::batch_quality`] lists them.
    pub rescan: u64,
    /// Processor time by stage, reading processes only.
    pub stages: StageCosts,
    /// Wall-clock seconds.
    pub seconds: f64,
    /// Processor seconds of this process and its reading processes, user and system.
    pub cpu_seconds: f64,
    /// Highest resident memory of this process and of any reading process, MiB.
    pub peak_mib: PeakMemory,
    /// Calls and bytes of the store since this process started, by operation.
    pub store: BTreeMap<&'static str, OperationUsage>,
    /// Whether everything that was deposited is in the search index; else it soon will be.
    pub findable: bool,
}

/// Highest resident memory, MiB.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct PeakMemory {
    /// Of the main process.
    pub main: u64,
    /// Of any reading process.
    pub reader: u64,
}

/// Progress of a run.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RunProgress {
    /// Files received, and files in all.
    pub files: (u64, u64),
    /// Pages counted so far, and those read or refused.
    pub pages: (u64, u64),
    /// Pages in a final state.
    pub finished_pages: u64,
}

/// What is delivered as one batch, and how it is processed.
#[derive(Debug, Clone, Copy)]
pub struct DeliveryRequest<'a> {
    /// Code of the unit or fonds that delivers.
    pub unit: &'a str,
    /// Folders, files and archives.
    pub inputs: &'a [PathBuf],
    /// Text of the pipeline.
    pub pipeline: &'a str,
    /// Plan of the pipeline.
    pub plan: &'a PipelinePlan,
    /// Priority, from -100 to 100; none: 0, or what the batch that is continued has.
    pub priority: Option<i64>,
}

/// Runs a delivery as one batch until every page has reached a final state. An interrupted run is continued where it stopped.
///
/// # Errors
/// `Invalid` for inputs that cannot be read; `Unavailable` when store or catalogue do not answer;
/// `DependencyMissing` when reading processes cannot start.
pub async fn run_batch(
    archive: &Arc<Archive>,
    delivered: DeliveryRequest<'_>,
    stop: &CancellationToken,
    on_progress: &(dyn Fn(RunProgress) + Sync),
) -> Result<RunOutcome> {
    let began = Instant::now();
    let cpu_before = cpu_time_ms();
    retry_through_outages(&archive.resources(), stop, || reclaim_dead_leases(archive)).await?;
    let plan = delivered.plan;
    let (delivery, batch, continued) = open_or_resume_batch(archive, delivered).await?;
    let followers = LogFollowers::start(archive)?;
    let work = run_workers(archive, Scope::Batch(batch.id.clone()), stop);
    receive_while_working(archive, &batch, plan, &delivery, work, stop, on_progress).await?;
    if !stop.is_cancelled() {
        retry_through_outages(&archive.resources(), stop, || outbox::write_ledger(archive, &batch.id)).await?;
    }
    let findable = wait_until_indexed(archive, stop).await;
    drop(followers);
    let peak = PeakMemory { main: peak_memory_mib(), reader: archive.pool.peak_kib().div_ceil(1024) };
    let cpu_ms = cpu_time_ms() - cpu_before + archive.pool.cpu_ms();
    Ok(RunOutcome {
        rescan: scan_quality::batch_quality(archive, Some(&batch.id), true).await?.summary.rescan,
        receipt: build_receipt(archive, &batch, continued, delivery, stop).await?,
        stages: archive.catalog.costs(&batch.id).await?,
        seconds: began.elapsed().as_secs_f64(),
        cpu_seconds: Duration::from_millis(cpu_ms).as_secs_f64(),
        peak_mib: peak,
        store: archive.store_usage.by_operation(),
        findable,
    })
}

/// Receives a delivery as one batch and leaves the work to [`work_on_batches`], here or on other machines.
///
/// # Errors
/// As [`run_batch`], except those of reading processes.
pub async fn submit(
    archive: &Archive,
    delivered: DeliveryRequest<'_>,
    stop: &CancellationToken,
    on_progress: &(dyn Fn(RunProgress) + Sync),
) -> Result<Receipt> {
    let (delivery, batch, continued) = open_or_resume_batch(archive, delivered).await?;
    receive_while_working(archive, &batch, delivered.plan, &delivery, async { Ok(()) }, stop, on_progress).await?;
    if !stop.is_cancelled() {
        retry_through_outages(&archive.resources(), stop, || outbox::write_ledger(archive, &batch.id)).await?;
    }
    build_receipt(archive, &batch, continued, delivery, stop).await
}

/// Most findings about targets in a receipt.
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

/// Interval at which a server looks for finished batches.
const CLOSE_INTERVAL: Duration = Duration::from_secs(2);

/// Works on every batch of the catalogue that is not paused and puts their ledgers into the store; `until_empty`: only until no
/// task is left. Any number of processes and machines may do so at the same time.
///
/// # Errors
/// As [`run_batch`].
pub async fn work_on_batches(archive: &Arc<Archive>, until_empty: bool, stop: &CancellationToken) -> Result<()> {
    let (closer, sweeper, ended) = (LoopHealth::new("batch-closer"), LoopHealth::new("sweeper"), CancellationToken::new());
    let scope = if until_empty { Scope::AllUntilEmpty } else { Scope::All };
    let work = async {
        let done = work_in_scope(archive, scope, stop).await;
        ended.cancel();
        done
    };
    // The loops end by themselves: cut off, one would leave its claim of a fact behind.
    let (done, (), ()) = tokio::join!(work, close_batches(archive, &closer, &ended), run_sweeper(archive, &sweeper, &ended));
    done?;
    if until_empty {
        wait_until_indexed(archive, stop).await;
    }
    if until_empty { outbox::write_all_facts(archive).await } else { outbox::write_due_facts(archive).await }
}

/// Works on every batch until stopped, and leaves their ledgers to [`close_batches`].
///
/// # Errors
/// As [`run_batch`].
pub async fn work_until_stopped(archive: &Arc<Archive>, stop: &CancellationToken) -> Result<()> {
    work_in_scope(archive, Scope::All, stop).await
}

async fn work_in_scope(archive: &Arc<Archive>, scope: Scope, stop: &CancellationToken) -> Result<()> {
    retry_through_outages(&archive.resources(), stop, || reclaim_dead_leases(archive)).await?;
    run_workers(archive, scope, stop).await
}

/// Puts into the store what the outbox of the catalogue notes, such as ledgers of batches, and the weights of the targets once a day, until stopped.
pub async fn close_batches(archive: &Archive, health: &LoopHealth, stop: &CancellationToken) {
    let mut weights_of = None;
    loop {
        // The weight of a target depends on the days left.
        let today = archive.catalog.today();
        let mut round = Ok(());
        if weights_of != Some(today) {
            round = update_target_weights(archive).await.inspect(|()| weights_of = Some(today));
        }
        health.note(
            "ledgers, lots or plans in the store, or weights of targets, are not up to date",
            round.and(outbox::write_due_facts(archive).await),
        );
        if !sleep_unless_stopped(CLOSE_INTERVAL, stop).await {
            return;
        }
    }
}

/// Puts into the store what is due by now, such as ledgers of batches that have finished.
///
/// # Errors
/// `Unavailable` when store or catalogue do not answer.
pub async fn close_finished_batches(archive: &Archive) -> Result<()> {
    outbox::write_due_facts(archive).await
}

/// Lists the inputs, opens their batch (or the unfinished one of the same inputs) and copies the delivery lists to the store.
async fn open_or_resume_batch(archive: &Archive, delivered: DeliveryRequest<'_>) -> Result<(Delivery, Batch, bool)> {
    let DeliveryRequest { unit, inputs, pipeline, plan, priority } = delivered;
    let priority = priority.map(check_priority).transpose()?;
    let mut delivery = ingest::list_inputs(inputs, unit)?;
    let key = batch_key(inputs, unit, pipeline);
    let new = NewBatch { key: &key, unit, pipeline, plan, priority: priority.unwrap_or(0) };
    let (batch, continued) = archive.catalog.open_batch(&new).await?;
    if let Some(priority) = priority.filter(|_| continued) {
        archive.catalog.set_priority(&batch.id, priority).await?;
    }
    prepare_batch(archive, &batch, &mut delivery).await?;
    Ok((delivery, batch, continued))
}

/// Attaches an open batch by what its delivery lists name, and copies the lists to the store. A list that cannot be read is refused.
pub(crate) async fn prepare_batch(archive: &Archive, batch: &Batch, delivery: &mut Delivery) -> Result<()> {
    let mut readable = Vec::with_capacity(delivery.delivery_lists.len());
    for (place, path) in std::mem::take(&mut delivery.delivery_lists) {
        match ingest::hash_file(&place).await {
            Ok(_) => readable.push((place, path)),
            Err(error) if error.kind() == ErrorKind::Invalid => delivery.refuse(&batch.unit, &path, &error),
            Err(error) => return Err(error),
        }
    }
    delivery.delivery_lists = readable;
    let lists = delivery_lists::targets_of_delivery(archive, &batch.unit, delivery).await?;
    archive.catalog.attach_by_request(&batch.id, &AttachmentRequest { person: None, lists: &lists }).await?;
    for (place, path) in &delivery.delivery_lists {
        archive.store.put_file(&key::manifest(&batch.id, path), place).await?;
    }
    Ok(())
}

/// Receives a delivery into its open batch and closes the receipt, through outages; `false` when it was stopped before the end.
pub(crate) async fn receive_delivery(
    archive: &Archive,
    batch: &Batch,
    plan: &PipelinePlan,
    delivery: &Delivery,
    stop: &CancellationToken,
) -> Result<bool> {
    let resources = archive.resources();
    for (dossier, files) in &delivery.dossiers {
        let receive = || ingest::receive_dossier(archive, &batch.id, plan, dossier, files);
        if stop.is_cancelled() || retry_through_outages(&resources, stop, receive).await?.is_none() {
            return Ok(false);
        }
    }
    for (dossier, files) in &delivery.unreadable {
        let refuse = || archive.catalog.refuse_unreadable_files(&batch.id, dossier, files);
        if retry_through_outages(&resources, stop, refuse).await?.is_none() {
            return Ok(false);
        }
    }
    let finished = retry_through_outages(&resources, stop, || archive.catalog.finish_receiving(&batch.id)).await?;
    // From here on a rebuild finds the delivery, also while it is processed.
    outbox::write_ledger_soon(archive, &batch.id).await;
    Ok(finished.is_some())
}

/// Runs two workers per reading process, so that one reads while the other stores. They run on threads of their own, so that their
/// work does not hold up requests; the first error ends them all.
async fn run_workers(archive: &Arc<Archive>, scope: Scope, stop: &CancellationToken) -> Result<()> {
    let instance = Instance::begin(&archive.config.home)?;
    let group = stop.child_token();
    let threads = archive.worker_threads()?;
    let mut workers = JoinSet::new();
    for number in 0..archive.config.job_count() * 2 {
        let (archive, scope, stop) = (Arc::clone(archive), scope.clone(), group.clone());
        let name = instance.worker_name(number);
        workers.spawn_on(async move { worker::run_worker(&archive.resources(), &scope, &name, &stop).await }, &threads);
    }
    let mut outcome = Ok(());
    while let Some(ended) = workers.join_next().await {
        let ended = ended.unwrap_or_else(|error| Err(program::bug("runs: a worker ended early").caused_by(error)));
        if ended.is_err() && outcome.is_ok() {
            group.cancel();
            outcome = ended;
        }
    }
    if outcome.is_ok() {
        instance.end();
    }
    outcome
}

/// Receives while `work` goes on, and reports the progress of both.
async fn receive_while_working(
    archive: &Archive,
    batch: &Batch,
    plan: &PipelinePlan,
    delivery: &Delivery,
    work: impl Future<Output = Result<()>>,
    stop: &CancellationToken,
    on_progress: &(dyn Fn(RunProgress) + Sync),
) -> Result<()> {
    let receive = async { receive_delivery(archive, batch, plan, delivery, stop).await.map(|_| ()) };
    let report = async {
        loop {
            // A catalogue that does not answer is reported by the workers.
            if let Ok((files, pages)) = archive.catalog.batch_progress(&batch.id).await {
                let read = pages.total - pages.unread;
                on_progress(RunProgress {
                    files: (files, delivery.file_count() as u64),
                    pages: (pages.total, read),
                    finished_pages: pages.done,
                });
            }
            tokio::time::sleep(Duration::from_millis(300)).await;
        }
    };
    tokio::select! {
        done = async { tokio::try_join!(receive, work).map(|_| ()) } => done,
        () = report => Ok(()),
    }
}

/// Works on one batch until no task of it is open, and writes its ledger.
pub(crate) async fn finish_batch(archive: &Arc<Archive>, batch: &str, stop: &CancellationToken) -> Result<()> {
    run_workers(archive, Scope::Batch(batch.to_owned()), stop).await?;
    outbox::write_ledger(archive, batch).await
}

/// Key of a batch: hash of inputs, unit and pipeline. A run with the same key continues the same batch.
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

/// Peak resident memory of this process, MiB.
fn peak_memory_mib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let kib =
        status.lines().find_map(|line| line.strip_prefix("VmHWM:")).and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
    kib.unwrap_or(0).div_ceil(1024)
}
