//! The worker: claims a task, runs its stages, commits what they decided.

use sohoa_base::error::{Error, ErrorKind, Result};
use sohoa_base::model::batch::BatchState;
use sohoa_base::model::change::Change;
use sohoa_base::model::dossier::Item;
use sohoa_base::model::refusal::Refusal;
use sohoa_catalog::{Catalog, Claim, MAX_FAILURES, ReleaseOutcome};
use sohoa_extraction::evidence::trained_model::TrainedModel;
use sohoa_sandbox::pool::Pool;
use sohoa_sandbox::spawn_config::SpawnConfig;
use sohoa_search::index::SearchIndex;
use sohoa_stages as stages;
use sohoa_stages::stage::{Context, PipelineEntry, TaskState};
use sohoa_storage::blob_store::BlobStore;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// How long a claimed task stays with its worker unless renewed.
const LEASE_DURATION: Duration = Duration::from_secs(60);

/// Longest pause between two claims of a worker of one batch when there is no task.
const MAX_BATCH_POLL_INTERVAL: Duration = Duration::from_millis(50);

/// The same for a worker that serves all batches and may wait for days.
const MAX_POLL_INTERVAL: Duration = Duration::from_secs(1);

/// The opened back-ends that workers use, and the limits of what they take in.
#[derive(Clone, Copy)]
pub struct Resources<'a> {
    /// The queue and the facts.
    pub catalog: &'a Catalog,
    /// Object storage.
    pub store: &'a dyn BlobStore,
    /// Reading processes.
    pub pool: &'a Pool,
    /// How a process that opens an archive is started.
    pub expander: &'a SpawnConfig,
    /// The search index.
    pub index: &'a SearchIndex,
    /// Folder for temporary files.
    pub temp_dir: &'a Path,
    /// Model trained on people's decisions.
    pub trained_model: &'a TrainedModel,
    /// SHA-256 of it, lower-case hexadecimal; none where nothing was learned.
    pub trained_model_sha256: Option<&'a str>,
    /// Archives inside archives.
    pub max_archive_depth: u32,
    /// Largest size of a file other than an archive, bytes.
    pub max_file_bytes: u64,
}

/// Batches from which a worker claims tasks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope<'a> {
    /// One batch, to its end.
    Batch(&'a str),
    /// Every batch that is not paused, until a stop is requested.
    All,
    /// Every batch that is not paused, until none of them has an open task.
    AllUntilEmpty,
}

impl Scope<'_> {
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

/// Asks all workers of this process to stop after their current task.
#[derive(Debug, Default)]
pub struct CancellationToken(AtomicBool);

impl CancellationToken {
    /// From now on no task is begun.
    pub fn cancel(&self) {
        self.0.store(true, Ordering::SeqCst);
    }

    /// Whether a stop was requested.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.0.load(Ordering::SeqCst)
    }
}

/// Claims and runs tasks of `scope` until there are none or a stop is requested.
///
/// # Errors
/// When the catalogue cannot be reached, or reading processes cannot start: the run cannot go on.
pub async fn run_worker(resources: &Resources<'_>, scope: Scope<'_>, name: &str, stop: &CancellationToken) -> Result<()> {
    let longest = if scope.batch().is_some() { MAX_BATCH_POLL_INTERVAL } else { MAX_POLL_INTERVAL };
    let mut pause = Duration::from_millis(2);
    while !stop.is_cancelled() {
        let claims = resources.catalog.claim(name, LEASE_DURATION, 1, scope.batch()).await?;
        if claims.is_empty() {
            if scope.is_done(resources).await? {
                return Ok(());
            }
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(longest);
            continue;
        }
        pause = Duration::from_millis(2);
        for claim in claims {
            if let Err(error) = process_task(resources, &claim).await {
                stop.cancel();
                return Err(error);
            }
        }
    }
    Ok(())
}

/// Runs one claimed task to its commit, renewing its lease meanwhile.
async fn process_task(resources: &Resources<'_>, claim: &Claim) -> Result<()> {
    if claim.failures >= MAX_FAILURES {
        let error = Error::internal(format!("its worker was lost {} times; report this file", claim.failures));
        return fail_task(resources, claim, &error, &[]).await;
    }
    let context = Context {
        store: resources.store,
        pool: resources.pool,
        expander: resources.expander,
        index: resources.index,
        temp_dir: resources.temp_dir,
        plan: &claim.plan,
        trained_model: resources.trained_model,
        trained_model_sha256: resources.trained_model_sha256,
        max_archive_depth: resources.max_archive_depth,
        max_file_bytes: resources.max_file_bytes,
    };
    let mut item = TaskState::new(claim.item.clone());
    let outcome = {
        let stages = run_stages(&context, claim, &mut item);
        let renewal = async {
            loop {
                tokio::time::sleep(LEASE_DURATION / 3).await;
                if let Err(error) = resources.catalog.renew(claim, LEASE_DURATION).await {
                    break error;
                }
            }
        };
        tokio::select! {
            outcome = stages => outcome,
            lost = renewal => Err(lost),
        }
    };
    let costs: Vec<(String, u64)> = item.cpu_ms.iter().map(|(stage, spent)| (stage.clone(), *spent)).collect();
    match outcome {
        Ok(()) => match resources.catalog.commit(claim, &item.changes, &costs).await {
            Ok(()) => cleanup(&context, claim, &item).await,
            Err(error) if error.kind() == ErrorKind::Conflict => {
                tracing::warn!(task = claim.task, "the lease was lost; another worker has the task");
                Ok(())
            }
            Err(error) => Err(error),
        },
        Err(error) if error.kind() == ErrorKind::NotFound => Err(error),
        Err(error) if error.kind() == ErrorKind::Conflict => Ok(()),
        Err(error) if error.kind().is_transient() => {
            let pause = Duration::from_millis(200 * 2_u64.pow(claim.failures.min(8)));
            match resources.catalog.release(claim, pause, &error).await? {
                ReleaseOutcome::Requeued => {
                    tracing::warn!(task = claim.task, failures = claim.failures, error = %error.chain(), "task is tried again later");
                    Ok(())
                }
                ReleaseOutcome::Exhausted => fail_task(resources, claim, &error, &costs).await,
            }
        }
        Err(error) => fail_task(resources, claim, &error, &costs).await,
    }
}

/// Ends a task that cannot be done: its item is refused. What has no refusal (a dossier, a document) stops the
/// run, so that nothing is passed over.
async fn fail_task(resources: &Resources<'_>, claim: &Claim, error: &Error, costs: &[(String, u64)]) -> Result<()> {
    tracing::error!(task = claim.task, failures = claim.failures, most = MAX_FAILURES, error = %error.chain(), "task failed");
    let changes = refusal_changes(&claim.item, error);
    if changes.is_empty() {
        return Err(Error::new(error.kind(), format!("a task of dossier {} failed: {}", claim.dossier, error.chain())));
    }
    resources.catalog.commit(claim, &changes, costs).await
}

async fn run_stages(context: &Context<'_>, claim: &Claim, work: &mut TaskState) -> Result<()> {
    for (entry, options) in entries_of_task(claim)? {
        match entry {
            PipelineEntry::Options(group) => drop(work.option_groups.insert(group.name, options.clone())),
            PipelineEntry::Stage(stage) => {
                let began = Instant::now();
                stage.run(context, options, work).await?;
                tracing::debug!(task = claim.task, stage = stage.name(), milliseconds = began.elapsed().as_millis(), "stage done");
            }
        }
    }
    Ok(())
}

/// Deletes what the committed task no longer needs; what cannot be deleted now is only space.
async fn cleanup(context: &Context<'_>, claim: &Claim, work: &TaskState) -> Result<()> {
    for (entry, _) in entries_of_task(claim)? {
        let PipelineEntry::Stage(stage) = entry else { continue };
        if let Err(error) = stage.cleanup(context, work).await {
            tracing::warn!(task = claim.task, stage = stage.name(), error = %error.chain(), "left-overs stay");
        }
    }
    Ok(())
}

/// Entries of the task's stage group with their options, in order.
fn entries_of_task(claim: &Claim) -> Result<Vec<(PipelineEntry, &serde_json::Value)>> {
    let group = claim.plan.groups.get(claim.group).ok_or_else(|| Error::internal("the task's group is not in its pipeline"))?;
    group
        .stages
        .iter()
        .map(|step| {
            let entry =
                stages::by_name(&step.stage).ok_or_else(|| Error::invalid(format!("this program has no stage {:?}", step.stage)))?;
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
