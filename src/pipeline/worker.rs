//! The worker: claims a task, runs its stages, commits what they decided.

use crate::outage::{Resources, Verdict, retry_through_outages, sleep_unless_stopped};
use futures_util::FutureExt;
use sohoa_base::error::{Error, ErrorKind, Result};
use sohoa_base::messages::{pipelines, program, reading};
use sohoa_base::model::batch::BatchState;
use sohoa_base::model::change::Change;
use sohoa_base::model::dossier::Item;
use sohoa_base::model::refusal::Refusal;
use sohoa_catalog::{Claim, MAX_LOST_CLAIMS, ReleaseOutcome};
use sohoa_stages as stages;
use sohoa_stages::stage::{Context, PipelineEntry, Stage, TaskState};
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::{Duration, Instant};
pub use tokio_util::sync::CancellationToken;

/// How long a claimed task stays with its worker unless renewed.
const LEASE_DURATION: Duration = Duration::from_secs(60);

/// Pause before the second try of a task that failed; it grows fourfold with every further one.
const FIRST_RETRY_PAUSE: Duration = Duration::from_millis(500);

/// Longest pause between two claims of a worker of one batch when there is no task.
const MAX_BATCH_POLL_INTERVAL: Duration = Duration::from_millis(50);

/// The same for a worker that serves all batches and may wait for days.
const MAX_POLL_INTERVAL: Duration = Duration::from_secs(1);

/// Batches from which a worker claims tasks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scope {
    /// One batch, to its end.
    Batch(String),
    /// Every batch that is not paused, until a stop is requested.
    All,
    /// Every batch that is not paused, until none of them has an open task.
    AllUntilEmpty,
}

impl Scope {
    fn batch(&self) -> Option<&str> {
        match self {
            Self::Batch(batch) => Some(batch),
            Self::All | Self::AllUntilEmpty => None,
        }
    }

    async fn is_done(&self, resources: &Resources<'_>) -> Result<bool> {
        match self {
            Self::Batch(batch) => Ok(resources.catalog.batch(batch).await?.state == BatchState::Finished),
            Self::All => Ok(false),
            Self::AllUntilEmpty => Ok(!resources.catalog.has_open_tasks().await?),
        }
    }
}

/// Claims and runs tasks of `scope` until there are none or a stop is requested. Waits through outages; what cannot be done is refused
/// or parked, so that no task ends the worker.
///
/// # Errors
/// `DependencyMissing` where no reading process can start; `Corrupt` or `Internal` where the catalogue has no usable tables.
pub async fn run_worker(resources: &Resources<'_>, scope: &Scope, name: &str, stop: &CancellationToken) -> Result<()> {
    let longest = if scope.batch().is_some() { MAX_BATCH_POLL_INTERVAL } else { MAX_POLL_INTERVAL };
    let mut pause = Duration::from_millis(2);
    while !stop.is_cancelled() {
        let claim = || resources.catalog.claim(name, LEASE_DURATION, 1, scope.batch());
        let claims = match retry_through_outages(resources, stop, claim).await {
            Ok(Some(claims)) => claims,
            Ok(None) => return Ok(()),
            Err(error) if error.kind() != ErrorKind::DependencyMissing && error.kind().is_outage() => {
                tracing::warn!(error = %error.chain(), "no task could be claimed; trying again");
                sleep_unless_stopped(MAX_POLL_INTERVAL, stop).await;
                continue;
            }
            Err(error) => return Err(error),
        };
        if claims.is_empty() {
            if retry_through_outages(resources, stop, || scope.is_done(resources)).await? != Some(false) {
                return Ok(());
            }
            sleep_unless_stopped(pause, stop).await;
            pause = (pause * 2).min(longest);
            continue;
        }
        pause = Duration::from_millis(2);
        for claim in claims {
            process_task(resources, &claim, stop).await?;
        }
    }
    Ok(())
}

/// What became of the stages of a task.
enum Outcome {
    Done,
    Failed(Error),
    /// Another worker has the task: its lease could not be renewed in time.
    LeaseLost,
}

/// Runs one claimed task to its commit. An error is written to the task: it is tried again, refused or parked.
///
/// # Errors
/// `DependencyMissing` where no reading process can start.
async fn process_task(resources: &Resources<'_>, claim: &Claim, stop: &CancellationToken) -> Result<()> {
    if claim.failures >= MAX_LOST_CLAIMS {
        let error = reading::worker_lost_repeatedly(claim.failures);
        park(resources, claim, &error, &[], stop).await;
        return Ok(());
    }
    let mut task = TaskState::new(claim.item.clone(), Arc::clone(&claim.plan));
    let outcome = run_with_lease(resources, claim, &mut task).await;
    let costs: Vec<(String, u64)> = task.cpu_ms.iter().map(|(stage, spent)| (stage.clone(), *spent)).collect();
    let failed = match outcome {
        Outcome::Done => match commit(resources, claim, &task.changes, &costs, stop).await {
            Ok(true) => {
                cleanup(resources, claim, &task).await;
                return Ok(());
            }
            Ok(false) => return Ok(()),
            Err(error) => error,
        },
        Outcome::LeaseLost => return Ok(()),
        Outcome::Failed(error) => error,
    };
    if failed.kind().is_outage() {
        match resources.outages.wait_until_available(resources, failed.kind(), stop).await {
            Verdict::Available => release_or_park(resources, claim, &failed, &costs, stop).await,
            // Nothing is known against the item: the task is given back as it was.
            verdict => {
                log_release_failure(claim, resources.catalog.release_unchanged(claim).await.err());
                if let Verdict::CannotStart(error) = verdict {
                    return Err(error);
                }
            }
        }
        return Ok(());
    }
    if failed.kind() == ErrorKind::Conflict {
        release_or_park(resources, claim, &failed, &costs, stop).await;
        return Ok(());
    }
    let changes = refusal_changes(&claim.item, &failed);
    if changes.is_empty() {
        park(resources, claim, &failed, &costs, stop).await;
        return Ok(());
    }
    tracing::warn!(task = claim.task, error = %failed.chain(), "refused");
    if let Err(error) = commit(resources, claim, &changes, &costs, stop).await {
        park(resources, claim, &error, &costs, stop).await;
    }
    Ok(())
}

/// Runs the stages and renews the lease meanwhile.
async fn run_with_lease(resources: &Resources<'_>, claim: &Claim, task: &mut TaskState) -> Outcome {
    // A panic is a bug met by this item; the worker and all other tasks go on.
    let stages = AssertUnwindSafe(run_stages(&resources.stages, claim, task)).catch_unwind();
    let stages = stages.map(|done| done.unwrap_or_else(|panic| Err(reading::program_panicked(panic_text(&panic)))));
    let renewal = async {
        let mut renewed = Instant::now();
        loop {
            tokio::time::sleep(LEASE_DURATION / 3).await;
            match resources.catalog.renew(claim, LEASE_DURATION).await {
                Ok(()) => renewed = Instant::now(),
                // The commit is fenced, so working on past the lease costs time at most.
                Err(error) if error.kind().is_outage() && renewed.elapsed() < LEASE_DURATION * 10 => {}
                Err(error) => break error,
            }
        }
    };
    tokio::select! {
        done = stages => done.map_or_else(Outcome::Failed, |()| Outcome::Done),
        lost = renewal => {
            tracing::warn!(task = claim.task, error = %lost.chain(), "the lease was lost");
            Outcome::LeaseLost
        }
    }
}

fn panic_text(panic: &Box<dyn std::any::Any + Send>) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("without a message")
}

/// Commits through outages. `false`: the lease was lost, or a stop was requested; the task is done again.
///
/// # Errors
/// When the changes cannot be written although the catalogue answers.
async fn commit(
    resources: &Resources<'_>,
    claim: &Claim,
    changes: &[Change],
    costs: &[(String, u64)],
    stop: &CancellationToken,
) -> Result<bool> {
    let done = retry_through_outages(resources, stop, || resources.catalog.commit(claim, changes, costs)).await;
    match done {
        Ok(done) => Ok(done.is_some()),
        Err(error) if error.kind() == ErrorKind::Conflict => {
            tracing::warn!(task = claim.task, "the lease was lost; another worker has the task");
            Ok(false)
        }
        Err(error) => Err(error),
    }
}

/// Gives a task back to be tried again later, and parks it after [`MAX_FAILURES`] tries.
async fn release_or_park(resources: &Resources<'_>, claim: &Claim, error: &Error, costs: &[(String, u64)], stop: &CancellationToken) {
    let pause = FIRST_RETRY_PAUSE * 4_u32.pow(claim.failures.min(5));
    match resources.catalog.release(claim, pause, error).await {
        Ok(ReleaseOutcome::Requeued) => {
            tracing::warn!(task = claim.task, failures = claim.failures, error = %error.chain(), "task is tried again later");
        }
        Ok(ReleaseOutcome::Exhausted) => park(resources, claim, error, costs, stop).await,
        // The lease ends by itself.
        Err(failed) => log_release_failure(claim, Some(failed)),
    }
}

/// Parks a task that cannot be done: its dossier waits for a person, everything else goes on.
async fn park(resources: &Resources<'_>, claim: &Claim, error: &Error, costs: &[(String, u64)], stop: &CancellationToken) {
    tracing::error!(task = claim.task, dossier = claim.dossier, failures = claim.failures, error = %error.chain(), "task failed");
    let refusal = Refusal::from(error);
    let parked = retry_through_outages(resources, stop, || resources.catalog.fail_task(claim, &refusal, costs)).await;
    log_release_failure(claim, parked.err());
}

fn log_release_failure(claim: &Claim, error: Option<Error>) {
    if let Some(error) = error {
        tracing::warn!(task = claim.task, error = %error.chain(), "the task's lease ends by itself");
    }
}

async fn run_stages(context: &Context<'_>, claim: &Claim, work: &mut TaskState) -> Result<()> {
    for (entry, options) in entries_of_task(claim)? {
        match entry {
            PipelineEntry::Options(group) => drop(work.option_groups.insert(group.name, options.clone())),
            PipelineEntry::Stage(stage) => {
                let began = Instant::now();
                run_stage(context, stage, options, work).await?;
                tracing::debug!(task = claim.task, stage = stage.name(), milliseconds = began.elapsed().as_millis(), "stage done");
            }
        }
    }
    Ok(())
}

/// Passes of one stage: while somebody deletes the cache, readings that were made again may be gone again.
const MAX_PASSES: u32 = 10;

/// Runs one stage. Readings that are gone from the cache are made again, and the stage runs anew.
///
/// # Errors
/// Those of the stage; `Conflict`, so that the task is tried again later, while the cache does not keep what is put there.
async fn run_stage(context: &Context<'_>, stage: &dyn Stage, options: &serde_json::Value, work: &mut TaskState) -> Result<()> {
    let before = work.changes.len();
    for _ in 0..MAX_PASSES {
        match stage.run(context, options, work).await {
            Err(error) if error.kind() == ErrorKind::NotFound => {
                work.changes.truncate(before);
                if stages::readings::restore_lost(context, work).await? == 0 {
                    return Err(error);
                }
            }
            done => return done,
        }
    }
    Err(reading::readings_deleted_at_once())
}

/// Deletes what the committed task no longer needs; what cannot be deleted now is only space.
async fn cleanup(resources: &Resources<'_>, claim: &Claim, work: &TaskState) {
    for (entry, _) in entries_of_task(claim).unwrap_or_default() {
        let PipelineEntry::Stage(stage) = entry else { continue };
        if let Err(error) = stage.cleanup(&resources.stages, work).await {
            tracing::warn!(task = claim.task, stage = stage.name(), error = %error.chain(), "left-overs stay");
        }
    }
}

/// Entries of the task's stage group with their options, in order.
fn entries_of_task(claim: &Claim) -> Result<Vec<(PipelineEntry, &serde_json::Value)>> {
    let group = claim.plan.groups.get(claim.group).ok_or_else(|| program::bug("group of a task is not in its pipeline"))?;
    group
        .stages
        .iter()
        .filter(|step| !stages::RETIRED_STAGES.contains(&step.stage.as_str()))
        .map(|step| {
            let entry = stages::by_name(&step.stage).ok_or_else(|| pipelines::stage_unknown_to_version(&step.stage))?;
            Ok((entry, &step.options))
        })
        .collect()
}

/// Changes that record the failure of a task for its item; none for a dossier or document.
fn refusal_changes(item: &Item, error: &Error) -> Vec<Change> {
    let refusal = Refusal::from(error);
    match item {
        Item::File { file, .. } => vec![Change::FileRefused { file: file.id.clone(), media_type: String::new(), refusal }],
        Item::Page { page, .. } => vec![Change::PageRefused { page: page.id.clone(), refusal }],
        Item::Document { .. } | Item::Dossier(_) => Vec::new(),
    }
}
