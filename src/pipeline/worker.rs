//! The worker: claims a task, runs its stages, commits what they decided.

use sohoa_base::error::{Error, Kind, Result};
use sohoa_base::model::batch::BatchState;
use sohoa_base::model::change::Change;
use sohoa_base::model::holding::Item;
use sohoa_base::model::refusal::Refusal;
use sohoa_catalog::{Catalog, Claim, MAX_FAILURES, Released};
use sohoa_extraction::learned::Learned;
use sohoa_sandbox::pool::{Pool, SpawnConfig};
use sohoa_search::index::SearchIndex;
use sohoa_stages as stages;
use sohoa_stages::contract::{Context, Stage, Work};
use sohoa_storage::store::BlobStore;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// How long a claimed task stays with its worker unless renewed.
const LEASE: Duration = Duration::from_secs(60);

/// Longest pause between looks for work of one batch when there is none.
const IDLE: Duration = Duration::from_millis(50);

/// The same for a worker that serves all batches and may wait for days.
const IDLE_LONG: Duration = Duration::from_secs(1);

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
    pub scratch: &'a Path,
    /// What people's decisions taught.
    pub learned: &'a Learned,
    /// SHA-256 of it, lower-case hexadecimal; none where nothing was learned.
    pub learned_sha256: Option<&'a str>,
    /// Archives inside archives.
    pub archive_depth: u32,
    /// Size of the largest file that is no archive, bytes.
    pub file_bytes: u64,
}

/// What a worker takes tasks of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope<'a> {
    /// One batch, to its end.
    Batch(&'a str),
    /// Every batch that is not paused, until it is asked to stop.
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
            Self::AllUntilEmpty => Ok(!resources.catalog.has_work().await?),
        }
    }
}

/// Asks all workers of this process to stop after their current task.
#[derive(Debug, Default)]
pub struct Stop(AtomicBool);

impl Stop {
    /// From now on no task is begun.
    pub fn ask(&self) {
        self.0.store(true, Ordering::SeqCst);
    }

    /// Whether somebody asked.
    #[must_use]
    pub fn asked(&self) -> bool {
        self.0.load(Ordering::SeqCst)
    }
}

/// Works on what `scope` says, until asked to stop.
///
/// # Errors
/// When the catalogue cannot be reached, or reading processes cannot start: the run cannot go on.
pub async fn work(resources: &Resources<'_>, scope: Scope<'_>, name: &str, stop: &Stop) -> Result<()> {
    let longest = if scope.batch().is_some() { IDLE } else { IDLE_LONG };
    let mut pause = Duration::from_millis(2);
    while !stop.asked() {
        let claims = resources.catalog.claim(name, LEASE, 1, scope.batch()).await?;
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
            if let Err(error) = one_task(resources, &claim).await {
                stop.ask();
                return Err(error);
            }
        }
    }
    Ok(())
}

/// Runs one claimed task to its commit, renewing its lease meanwhile.
async fn one_task(resources: &Resources<'_>, claim: &Claim) -> Result<()> {
    if claim.failures >= MAX_FAILURES {
        let error = Error::internal(format!("its worker was lost {} times; report this file", claim.failures));
        return give_up(resources, claim, &error, &[]).await;
    }
    let context = Context {
        store: resources.store,
        pool: resources.pool,
        expander: resources.expander,
        index: resources.index,
        scratch: resources.scratch,
        plan: &claim.plan,
        learned: resources.learned,
        learned_sha256: resources.learned_sha256,
        archive_depth: resources.archive_depth,
        file_bytes: resources.file_bytes,
    };
    let mut item = Work::new(claim.item.clone());
    let outcome = {
        let stages = run_stages(&context, claim, &mut item);
        let renewal = async {
            loop {
                tokio::time::sleep(LEASE / 3).await;
                if let Err(error) = resources.catalog.renew(claim, LEASE).await {
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
            Ok(()) => tidy(&context, claim, &item).await,
            Err(error) if error.kind() == Kind::Conflict => {
                tracing::warn!(task = claim.task, "the lease was lost; another worker has the task");
                Ok(())
            }
            Err(error) => Err(error),
        },
        Err(error) if error.kind() == Kind::NotFound => Err(error),
        Err(error) if error.kind() == Kind::Conflict => Ok(()),
        Err(error) if error.kind().is_passing() => {
            let pause = Duration::from_millis(200 * 2_u64.pow(claim.failures.min(8)));
            match resources.catalog.release(claim, pause, &error).await? {
                Released::Waiting => {
                    tracing::warn!(task = claim.task, failures = claim.failures, error = %error.chain(), "task is tried again later");
                    Ok(())
                }
                Released::Exhausted => give_up(resources, claim, &error, &costs).await,
            }
        }
        Err(error) => give_up(resources, claim, &error, &costs).await,
    }
}

/// Ends a task that cannot be done: its item is refused. What has no refusal (a dossier, a document) stops the
/// run, so that nothing is passed over.
async fn give_up(resources: &Resources<'_>, claim: &Claim, error: &Error, costs: &[(String, u64)]) -> Result<()> {
    tracing::error!(task = claim.task, failures = claim.failures, most = MAX_FAILURES, error = %error.chain(), "task failed");
    let changes = refuse(&claim.item, error);
    if changes.is_empty() {
        return Err(Error::new(error.kind(), format!("a task of dossier {} failed: {}", claim.dossier, error.chain())));
    }
    resources.catalog.commit(claim, &changes, costs).await
}

async fn run_stages(context: &Context<'_>, claim: &Claim, work: &mut Work) -> Result<()> {
    for (stage, options) in stages_of(claim)? {
        let began = Instant::now();
        stage.run(context, options, work).await?;
        tracing::debug!(task = claim.task, stage = stage.name(), milliseconds = began.elapsed().as_millis(), "stage done");
    }
    Ok(())
}

/// Deletes what the committed task no longer needs; what cannot be deleted now is only space.
async fn tidy(context: &Context<'_>, claim: &Claim, work: &Work) -> Result<()> {
    for (stage, _) in stages_of(claim)? {
        if let Err(error) = stage.tidy(context, work).await {
            tracing::warn!(task = claim.task, stage = stage.name(), error = %error.chain(), "left-overs stay");
        }
    }
    Ok(())
}

type StepsOf<'a> = Vec<(&'static dyn Stage, &'a serde_json::Value)>;

fn stages_of(claim: &Claim) -> Result<StepsOf<'_>> {
    let group = claim.plan.groups.get(claim.group).ok_or_else(|| Error::internal("the task's group is not in its pipeline"))?;
    group
        .steps
        .iter()
        .map(|step| {
            let stage =
                stages::by_name(&step.stage).ok_or_else(|| Error::invalid(format!("this program has no stage {:?}", step.stage)))?;
            Ok((stage, &step.options))
        })
        .collect()
}

/// What a task that cannot be done means for its item. A document that cannot be packaged waits for a person.
fn refuse(item: &Item, error: &Error) -> Vec<Change> {
    let refusal = Refusal::from(error);
    match item {
        Item::File { file, .. } => vec![Change::FileRefused { file: file.id.clone(), media_type: String::new(), refusal }],
        Item::Page { page, .. } => vec![Change::PageRefused { page: page.id.clone(), refusal }],
        Item::Document { .. } | Item::Dossier(_) => Vec::new(),
    }
}
