//! Watching runs, and steering them.

use crate::archive::Archive;
use crate::pressing::{self, Kept, Pressing};
use schemars::JsonSchema;
use serde::Serialize;
use sohoa_base::error::{Error, Result};
use sohoa_base::model::account::Units;
use sohoa_base::model::attachment::Attachment;
use sohoa_base::model::batch::{Balance, Batch, BatchState, Costs, PageBalance};
use sohoa_base::model::plan::Level;
use sohoa_base::model::refusal::Class;
pub use sohoa_catalog::{Event as EventLine, Pulse, QueueLine, Timeline, TimelinePoint};
use sohoa_catalog::{FailureFilter, FailureGroup, LevelCount, OpenTasks};
use sohoa_pipeline::plan;
use std::collections::BTreeMap;
use time::OffsetDateTime;

/// A run in a list.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct RunLine {
    /// The batch that it runs over.
    #[serde(flatten)]
    pub batch: Batch,
    /// What people call the delivery, and who sent it; none where it did not come through the browser.
    pub delivery: Option<Delivery>,
    /// Whether it is paused.
    pub paused: bool,
    /// Where its pages are.
    pub pages: PageBalance,
}

/// What people call a delivery, and who sent it.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Delivery {
    /// Its name.
    pub name: String,
    /// Who sent it.
    pub by: String,
}

/// The runs over these batches.
async fn lines(archive: &Archive, batches: Vec<Batch>) -> Result<Vec<RunLine>> {
    let ids: Vec<String> = batches.iter().map(|batch| batch.id.clone()).collect();
    let mut names = archive.catalog.delivery_names(&ids).await?;
    let mut balances = archive.catalog.page_balances(&ids).await?;
    let paused = archive.catalog.paused_of(&ids).await?;
    let line = |batch: Batch| RunLine {
        delivery: names.remove(&batch.id).map(|(name, by)| Delivery { name, by }),
        paused: paused.contains(&batch.id),
        pages: balances.remove(&batch.id).unwrap_or_default(),
        batch,
    };
    Ok(batches.into_iter().map(line).collect())
}

impl RunLine {
    /// Where the run stands: `receiving`, `running`, `paused` or `finished`.
    #[must_use]
    pub fn state(&self) -> &'static str {
        match self.batch.state {
            BatchState::Finished => "finished",
            _ if self.paused => "paused",
            BatchState::Receiving => "receiving",
            BatchState::Running => "running",
        }
    }
}

/// The newest batches.
///
/// # Errors
/// When the catalogue fails.
pub async fn newest(archive: &Archive, limit: usize) -> Result<Vec<Batch>> {
    archive.catalog.batches(limit).await
}

/// One batch with its balance and what it cost.
#[derive(Debug)]
pub struct BatchBalance {
    /// The batch.
    pub batch: Batch,
    /// Where its files and pages are.
    pub balance: Balance,
    /// Processor time by stage.
    pub costs: Costs,
}

/// The balance of one batch.
///
/// # Errors
/// `NotFound` for an unknown batch.
pub async fn balance(archive: &Archive, batch: &str) -> Result<BatchBalance> {
    let catalog = &archive.catalog;
    Ok(BatchBalance { batch: catalog.batch(batch).await?, balance: catalog.balance(batch).await?, costs: catalog.costs(batch).await? })
}

/// Runs, the newest first.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Runs {
    /// The runs.
    pub items: Vec<RunLine>,
    /// What to give as `before` for the next ones; none: there are no more.
    pub next: Option<String>,
}

/// One run.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Run {
    /// The batch that it runs over.
    pub batch: Batch,
    /// Whether it is paused.
    pub paused: bool,
    /// Where every file and page is.
    pub balance: Balance,
    /// Processor time by stage.
    pub stages: Costs,
}

/// What is done to a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Act {
    /// Begin no new task of it.
    Pause,
    /// Go on.
    Resume,
    /// Refuse what is still open.
    Cancel,
    /// Try what was refused again; of one class, and of one file by its path, where given.
    Retry(Option<Class>, Option<String>),
    /// Higher ones come first; 0 is usual.
    Priority(i64),
}

/// The newest runs of these units before the one named, at most `limit`.
///
/// # Errors
/// `Unavailable` when the catalogue does not answer.
pub async fn runs(archive: &Archive, units: &Units, before: Option<&str>, limit: usize) -> Result<Runs> {
    let mut batches = archive.catalog.batches_before(units, before, limit + 1).await?;
    let next = (batches.len() > limit).then(|| batches.get(limit.saturating_sub(1)).map(|batch| batch.id.clone())).flatten();
    batches.truncate(limit);
    Ok(Runs { items: lines(archive, batches).await?, next })
}

/// Newest runs of a line that are listed.
const OF_LINE: usize = 50;

/// The newest runs of these units that belong to a line of a roadmap.
///
/// # Errors
/// `Unavailable` when the catalogue does not answer.
pub async fn runs_of_line(archive: &Archive, units: &Units, line: &str) -> Result<Vec<RunLine>> {
    lines(archive, archive.catalog.batches_of_line(units, line, OF_LINE).await?).await
}

/// One run of these units.
///
/// # Errors
/// `NotFound` for an unknown one, or one of another unit.
pub async fn run(archive: &Archive, units: &Units, id: &str) -> Result<Run> {
    let batch = own(archive, units, id).await?;
    Ok(Run {
        paused: archive.catalog.paused(id).await?,
        balance: archive.catalog.balance(id).await?,
        stages: archive.catalog.costs(id).await?,
        batch,
    })
}

/// A run as pages show it while it goes on.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Overview {
    /// The run, and where its pages are.
    #[serde(flatten)]
    pub line: RunLine,
    /// Higher ones come first; 0 is usual.
    pub priority: i64,
    /// The line of a roadmap to which it belongs; of what is wrong with those that were told, the first [`MOST_GROUPS`].
    pub attachment: Attachment,
    /// How much is wrong with the lines that were told.
    pub line_findings: u64,
    /// Files received.
    pub files: u64,
    /// How far its stages are, by those that run together, in the order of the pipeline.
    pub groups: Vec<StageGroup>,
    /// Processor time by stage.
    pub stages: Costs,
    /// What was refused by class and reason, the most frequent first, at most [`MOST_GROUPS`].
    pub failures: Vec<FailureGroup>,
}

/// Stages that run together, as one task for each item: how far they are.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct StageGroup {
    /// The stages, in order.
    pub stages: Vec<String>,
    /// What each task works on: `file`, `page`, `document` or `dossier`.
    pub level: String,
    /// Tasks that a worker may take.
    pub ready: u64,
    /// Tasks that a worker has.
    pub taken: u64,
    /// Tasks that wait before they are tried again.
    pub delayed: u64,
    /// Items that are through.
    pub done: u64,
    /// Items that were refused here; only files and pages are.
    pub failed: u64,
    /// Processor time of each stage and part of a stage that was measured.
    pub costs: Costs,
}

/// Parts of stages whose processor time is counted by itself, and the stage that they belong to.
const PARTS: [(&str, &str); 2] = [("decode", "prepare"), ("stamps", "read")];

/// How far the stages of a run are, in the order of its pipeline.
async fn stage_groups(archive: &Archive, batch: &Batch) -> Result<Vec<StageGroup>> {
    let groups = plan::parse(&batch.pipeline, "").map(|plan| plan.groups).unwrap_or_default();
    let open = archive.catalog.open_tasks(&batch.id).await?;
    let counts = archive.catalog.level_counts(&batch.id).await?;
    let dossiers = archive.catalog.dossiers_by_group(&batch.id).await?;
    let mut costs = archive.catalog.costs(&batch.id).await?;
    let mut told = Vec::with_capacity(groups.len());
    for (place, group) in groups.iter().enumerate() {
        let stages: Vec<String> = group.steps.iter().map(|step| step.stage.clone()).collect();
        let own = open.iter().find(|tasks| tasks.group == place).copied();
        let OpenTasks { ready, leased, waiting, .. } = own.unwrap_or(OpenTasks { group: place, ready: 0, leased: 0, waiting: 0 });
        let unfinished = ready + leased + waiting;
        let LevelCount { all, done, failed } = counts.get(&group.level).copied().unwrap_or_default();
        let done = match group.level {
            Level::File | Level::Page => done,
            Level::Document => all.saturating_sub(unfinished),
            Level::Dossier => {
                let reached = |at: &u32| usize::try_from(*at).is_ok_and(|at| at >= place);
                let reached: u64 = dossiers.iter().filter(|(at, _)| reached(at)).map(|(_, count)| count).sum();
                reached.saturating_sub(unfinished)
            }
        };
        let parts = PARTS.iter().filter(|(_, of)| stages.iter().any(|stage| stage == of)).map(|(part, _)| (*part).to_owned());
        let names: Vec<String> = parts.chain(stages.iter().cloned()).collect();
        let spent = names.into_iter().filter_map(|name| costs.remove_entry(&name)).collect();
        let level = group.level.as_str().to_owned();
        told.push(StageGroup { stages, level, ready, taken: leased, delayed: waiting, done, failed, costs: spent });
    }
    Ok(told)
}

/// Most groups of failures that are shown.
pub const MOST_GROUPS: usize = 50;

/// One run of these units as pages show it: counts alone, however large it is.
///
/// # Errors
/// `NotFound` for an unknown one, or one of another unit.
pub async fn overview(archive: &Archive, units: &Units, id: &str) -> Result<Overview> {
    let batch = own(archive, units, id).await?;
    let groups = stage_groups(archive, &batch).await?;
    let line = lines(archive, vec![batch]).await?.pop().ok_or_else(|| Error::internal("the run has no line"))?;
    // Before the attachment: a run whose files are seen here is shown with the line that they brought along.
    let files = archive.catalog.progress(id).await?.0;
    let (attachment, line_findings) = archive.catalog.attachment(id, MOST_GROUPS).await?;
    Ok(Overview {
        line,
        groups,
        attachment,
        line_findings,
        priority: archive.catalog.priority(id).await?,
        files,
        stages: archive.catalog.costs(id).await?,
        failures: archive
            .catalog
            .failure_groups(units, &FailureFilter { batch: Some(id), ..FailureFilter::default() }, MOST_GROUPS)
            .await?,
    })
}

/// The plant (toàn cảnh): what is queued, who works, what failed.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Plant {
    /// Open tasks by level.
    pub queue: Vec<QueueLine>,
    /// Pages read since midnight in Vietnam.
    pub pages_today: u64,
    /// Tasks in hand by process.
    pub workers: BTreeMap<String, u64>,
    /// What was refused by class and reason, the most frequent first, at most [`MOST_GROUPS`].
    pub failures: Vec<FailureGroup>,
    /// What the roadmap asks of today.
    pub roadmap: Pressing,
    /// Whether store and catalogue answer, and what they say where they do not.
    pub trouble: Option<String>,
}

/// The plant as seen from these units; pages are counted since `midnight`, `kept` is what was found out of lines.
///
/// # Errors
/// `Unavailable` when the catalogue does not answer.
pub async fn plant(archive: &Archive, kept: &Kept, units: &Units, midnight: OffsetDateTime) -> Result<Plant> {
    Ok(Plant {
        pages_today: archive.catalog.happened("page-read", midnight.unix_timestamp() * 1000).await?,
        queue: archive.catalog.queue().await?,
        workers: archive.catalog.workers().await?,
        failures: archive.catalog.failure_groups(units, &FailureFilter::default(), MOST_GROUPS).await?,
        roadmap: pressing::pressing(archive, kept, units).await?,
        trouble: ready(archive).await.err().map(|error| error.context().to_owned()),
    })
}

/// Name of the pipeline of a run, as its text has it; empty where it has none.
#[must_use]
pub fn pipeline_name(batch: &Batch) -> String {
    plan::parse(&batch.pipeline, "").map(|plan| plan.name).unwrap_or_default()
}

/// What changes whenever anything does.
///
/// # Errors
/// `Unavailable` when the catalogue does not answer.
pub async fn pulse(archive: &Archive) -> Result<Pulse> {
    archive.catalog.pulse().await
}

/// Steers a run of these units; how many files and pages it changed.
///
/// # Errors
/// `NotFound` for an unknown run, or one of another unit.
pub async fn act(archive: &Archive, units: &Units, id: &str, act: Act, by: &str) -> Result<u64> {
    own(archive, units, id).await?;
    archive.catalog.note(id, "", "steered", serde_json::json!({ "by": by, "act": format!("{act:?}").to_lowercase() })).await?;
    match act {
        Act::Pause => archive.catalog.pause(id).await.map(|()| 0),
        Act::Resume => archive.catalog.resume(id).await.map(|()| 0),
        Act::Cancel => archive.catalog.cancel(id).await,
        Act::Retry(class, file) => archive.catalog.retry_refused(id, class, file.as_deref()).await,
        Act::Priority(priority) => archive.catalog.prioritise(id, priority).await.map(|()| 0),
    }
}

async fn own(archive: &Archive, units: &Units, id: &str) -> Result<Batch> {
    let batch = archive.catalog.batch(id).await?;
    if units.contains(&batch.unit) { Ok(batch) } else { Err(Error::not_found(format!("batch {id} does not exist"))) }
}

/// How a run of these units went, from its beginning to its end or now.
///
/// # Errors
/// `NotFound` for an unknown run, or one of another unit.
pub async fn timeline(archive: &Archive, units: &Units, run: &str) -> Result<Timeline> {
    own(archive, units, run).await?;
    archive.catalog.timeline(run).await
}

/// What happened to a run of these units after event `after`, in order; only what holds `text`.
///
/// # Errors
/// `NotFound` for an unknown run, or one of another unit.
pub async fn events_of(archive: &Archive, units: &Units, run: &str, after: u64, text: &str, limit: usize) -> Result<Vec<EventLine>> {
    own(archive, units, run).await?;
    archive.catalog.events_of(run, after, text, limit).await
}

/// What happened after event `after`, in order.
///
/// # Errors
/// `Unavailable` when the catalogue does not answer.
pub async fn events(archive: &Archive, after: u64, limit: usize) -> Result<Vec<EventLine>> {
    archive.catalog.events(after, limit).await
}

/// Tasks that are open, over all runs.
///
/// # Errors
/// `Unavailable` when the catalogue does not answer.
pub async fn open_tasks(archive: &Archive) -> Result<u64> {
    archive.catalog.open_task_count().await
}

/// Whether store and catalogue answer.
///
/// # Errors
/// `Unavailable` when one of them does not.
pub async fn ready(archive: &Archive) -> Result<()> {
    archive.catalog.open_task_count().await?;
    archive.store.stat(sohoa_storage::key::LEARNED).await.map(|_| ())
}
