//! Monitoring and control of runs.

use crate::archive::Archive;
use crate::roadmap::at_risk_targets;
use crate::roadmap::at_risk_targets::{AtRiskCache, AtRiskSummary};
use crate::runs::run_summary::{RunStatus, RunSummary, run_status, summarize_runs};
use schemars::JsonSchema;
use serde::Serialize;
use sohoa_base::error::Result;
use sohoa_base::messages::{Value, program, runs};
use sohoa_base::model::account::UnitScope;
use sohoa_base::model::batch::{Balance, Batch, StageCosts};
use sohoa_base::model::pipeline_plan::StageLevel;
use sohoa_base::model::refusal::RefusalClass;
use sohoa_base::model::roadmap::attachment::TargetAttachment;
pub use sohoa_catalog::{Event as EventLine, EventCursor, QueueLevel, Timeline, TimelinePoint};
use sohoa_catalog::{FailureFilter, FailureGroup, LevelCount, OpenTasks};
use sohoa_pipeline::pipeline_file;
use sohoa_texts::Language;
use std::collections::BTreeMap;
use time::OffsetDateTime;

/// Runs, the newest first.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Runs {
    /// The runs.
    pub items: Vec<RunSummary>,
    /// What to give as `before` for the next ones; none: there are no more.
    pub next: Option<String>,
}

/// One run.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Run {
    /// The batch that it runs over.
    pub batch: Batch,
    /// Where the run stands, pauses and failures included.
    pub status: RunStatus,
    /// Whether it is paused.
    pub paused: bool,
    /// Priority; runs of a higher one come first, 0 is the default.
    pub priority: i64,
    /// Balance of its files and pages.
    pub balance: Balance,
    /// Processor time by stage.
    pub stages: StageCosts,
}

impl Run {
    /// Where it stands, in words.
    #[must_use]
    pub fn status_text(&self, language: Language) -> String {
        let (status, failures) = run_status(&self.batch, self.paused, &self.balance);
        status.text(failures, language)
    }
}

/// Action on a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RunAction {
    /// Start no new task of it.
    Pause,
    /// Continue a paused run.
    Resume,
    /// Refuse all open items.
    Cancel,
    /// Retry refused items; of one class, and of one file by its path, where given.
    Retry(Option<RefusalClass>, Option<String>),
    /// Priority; runs of a higher one come first, 0 is the default.
    Priority(i64),
}

/// The newest runs of these units before the one named, at most `limit`.
///
/// # Errors
/// `Unavailable` when the catalogue does not answer.
pub async fn list_runs(archive: &Archive, units: &UnitScope, before: Option<&str>, limit: usize) -> Result<Runs> {
    let mut batches = archive.catalog.batches_before(units, before, limit + 1).await?;
    let next = (batches.len() > limit).then(|| batches.get(limit.saturating_sub(1)).map(|batch| batch.id.clone())).flatten();
    batches.truncate(limit);
    Ok(Runs { items: summarize_runs(archive, batches).await?, next })
}

/// Most runs listed for a target.
const MAX_RUNS_OF_TARGET: usize = 50;

/// The newest runs of these units that belong to a target.
///
/// # Errors
/// `Unavailable` when the catalogue does not answer.
pub async fn runs_of_target(archive: &Archive, units: &UnitScope, target: &str) -> Result<Vec<RunSummary>> {
    summarize_runs(archive, archive.catalog.batches_of_target(units, target, MAX_RUNS_OF_TARGET).await?).await
}

/// One run of these units.
///
/// # Errors
/// `NotFound` for an unknown one, or one of another unit.
pub async fn show_run(archive: &Archive, units: &UnitScope, id: &str) -> Result<Run> {
    let batch = authorized_run(archive, units, id).await?;
    let catalog = &archive.catalog;
    let (paused, balance) = (catalog.is_paused(id).await?, catalog.balance(id).await?);
    let (status, _) = run_status(&batch, paused, &balance);
    Ok(Run { status, paused, priority: catalog.priority(id).await?, balance, stages: catalog.costs(id).await?, batch })
}

/// A run with its progress, as shown on its page.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct RunOverview {
    /// The run and its balance.
    #[serde(flatten)]
    pub summary: RunSummary,
    /// Target to which it belongs, with the first [`MAX_FAILURE_GROUPS`] findings.
    pub attachment: TargetAttachment,
    /// Number of findings about targets.
    pub target_findings: u64,
    /// Files received.
    pub files: u64,
    /// Progress of its stage groups, in the order of the pipeline.
    pub groups: Vec<StageGroupProgress>,
    /// Processor time by stage.
    pub stages: StageCosts,
    /// Refusals by class and reason, the most frequent first; at most [`MAX_FAILURE_GROUPS`].
    pub failures: Vec<FailureGroup>,
}

/// Progress of stages that run together in one task for each item.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct StageGroupProgress {
    /// The stages, in order.
    pub stages: Vec<String>,
    /// Level of the tasks: `file`, `page`, `document` or `dossier`.
    pub level: String,
    /// Tasks ready to be leased.
    pub ready: u64,
    /// Tasks leased by workers.
    pub taken: u64,
    /// Tasks waiting for a retry.
    pub delayed: u64,
    /// Items done.
    pub done: u64,
    /// Items refused; only files and pages can be.
    pub failed: u64,
    /// Processor time of each stage and each measured part of a stage.
    pub costs: StageCosts,
}

/// Parts of stages whose processor time is counted separately, with their stage.
const MEASURED_PARTS: [(&str, &str); 2] = [("decode", "prepare"), ("stamps", "read")];

/// Progress of the stage groups of a run, in the order of its pipeline.
async fn stage_group_progress(archive: &Archive, batch: &Batch) -> Result<Vec<StageGroupProgress>> {
    let groups = pipeline_file::parse(&batch.pipeline, "").map(|plan| plan.groups).unwrap_or_default();
    let open = archive.catalog.open_tasks(&batch.id).await?;
    let counts = archive.catalog.level_counts(&batch.id).await?;
    let dossiers = archive.catalog.dossiers_by_group(&batch.id).await?;
    let mut costs = archive.catalog.costs(&batch.id).await?;
    let mut progress = Vec::with_capacity(groups.len());
    for (place, group) in groups.iter().enumerate() {
        let stages: Vec<String> = group.stages.iter().map(|step| step.stage.clone()).collect();
        let own = open.iter().find(|tasks| tasks.group == place).copied();
        let OpenTasks { ready, leased, waiting, .. } = own.unwrap_or(OpenTasks { group: place, ready: 0, leased: 0, waiting: 0 });
        let unfinished = ready + leased + waiting;
        let LevelCount { all, done, failed } = counts.get(&group.level).copied().unwrap_or_default();
        let done = match group.level {
            StageLevel::File | StageLevel::Page => done,
            StageLevel::Document => all.saturating_sub(unfinished),
            StageLevel::Dossier => {
                let reached = |at: &u32| usize::try_from(*at).is_ok_and(|at| at >= place);
                let reached: u64 = dossiers.iter().filter(|(at, _)| reached(at)).map(|(_, count)| count).sum();
                reached.saturating_sub(unfinished)
            }
        };
        let parts = MEASURED_PARTS.iter().filter(|(_, of)| stages.iter().any(|stage| stage == of)).map(|(part, _)| (*part).to_owned());
        let names: Vec<String> = parts.chain(stages.iter().cloned()).collect();
        let spent = names.into_iter().filter_map(|name| costs.remove_entry(&name)).collect();
        let level = group.level.as_str().to_owned();
        progress.push(StageGroupProgress { stages, level, ready, taken: leased, delayed: waiting, done, failed, costs: spent });
    }
    Ok(progress)
}

/// Most groups of failures in an answer.
pub const MAX_FAILURE_GROUPS: usize = 50;

/// Overview of a run of these units; only counts, so that its size does not grow with the run.
///
/// # Errors
/// `NotFound` for an unknown one, or one of another unit.
pub async fn run_overview(archive: &Archive, units: &UnitScope, id: &str) -> Result<RunOverview> {
    let batch = authorized_run(archive, units, id).await?;
    let groups = stage_group_progress(archive, &batch).await?;
    let summary = summarize_runs(archive, vec![batch]).await?.pop().ok_or_else(|| program::bug("runs: a run without summary"))?;
    // Read before the attachment, so that a run with files is never shown without the target they name.
    let files = archive.catalog.batch_progress(id).await?.0;
    let (attachment, target_findings) = archive.catalog.attachment(id, MAX_FAILURE_GROUPS).await?;
    Ok(RunOverview {
        summary,
        groups,
        attachment,
        target_findings,
        files,
        stages: archive.catalog.costs(id).await?,
        failures: archive
            .catalog
            .failure_groups(units, &FailureFilter { batch: Some(id), ..FailureFilter::default() }, MAX_FAILURE_GROUPS)
            .await?,
    })
}

/// Dashboard (toàn cảnh): queue, workers, failures, targets at risk.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Dashboard {
    /// Open tasks by level.
    pub queue: Vec<QueueLevel>,
    /// Pages read since midnight in Vietnam.
    pub pages_today: u64,
    /// Leased tasks by process.
    pub workers: BTreeMap<String, u64>,
    /// Refusals by class and reason, the most frequent first; at most [`MAX_FAILURE_GROUPS`].
    pub failures: Vec<FailureGroup>,
    /// Targets at risk, and today's pages.
    pub roadmap: AtRiskSummary,
    /// Error of store or catalogue in the reader's language, where one does not answer.
    pub problem: Option<String>,
}

/// Dashboard of these units alone; pages are counted since `midnight`, `cache` holds the targets at risk.
///
/// # Errors
/// `Unavailable` when the catalogue does not answer.
pub async fn dashboard(
    archive: &Archive,
    cache: &AtRiskCache,
    units: &UnitScope,
    midnight: OffsetDateTime,
    language: Language,
) -> Result<Dashboard> {
    Ok(Dashboard {
        pages_today: archive.catalog.count_events(units, "page-read", midnight.unix_timestamp() * 1000).await?,
        queue: archive.catalog.queue_levels(units).await?,
        workers: archive.catalog.leased_by_process(units).await?,
        failures: archive.catalog.failure_groups(units, &FailureFilter::default(), MAX_FAILURE_GROUPS).await?,
        roadmap: at_risk_targets::at_risk_summary(archive, cache, units).await?,
        problem: check_ready(archive).await.err().map(|error| error.text(language)),
    })
}

/// Name of the pipeline of a batch; empty where its text cannot be parsed.
#[must_use]
pub fn pipeline_name(batch: &Batch) -> String {
    pipeline_file::parse(&batch.pipeline, "").map(|plan| plan.name).unwrap_or_default()
}

/// Cursor of the event log: changes with every event.
///
/// # Errors
/// `Unavailable` when the catalogue does not answer.
pub async fn event_cursor(archive: &Archive) -> Result<EventCursor> {
    archive.catalog.event_cursor().await
}

/// Applies an action to a run of these units; returns the number of changed files and pages.
///
/// # Errors
/// `NotFound` for an unknown run, or one of another unit; `Invalid` for a priority out of bounds.
pub async fn apply_action(archive: &Archive, units: &UnitScope, id: &str, act: RunAction, by: &str) -> Result<u64> {
    if let RunAction::Priority(priority) = act {
        check_priority(priority)?;
    }
    authorized_run(archive, units, id).await?;
    archive.catalog.append_event(id, "", "steered", serde_json::json!({ "by": by, "act": format!("{act:?}").to_lowercase() })).await?;
    match act {
        RunAction::Pause => archive.catalog.pause(id).await.map(|()| 0),
        RunAction::Resume => archive.catalog.resume(id).await.map(|()| 0),
        RunAction::Cancel => archive.catalog.cancel(id).await,
        RunAction::Retry(class, file) => archive.catalog.retry_refused(id, class, file.as_deref()).await,
        RunAction::Priority(priority) => archive.catalog.set_priority(id, priority).await.map(|()| 0),
    }
}

/// Highest priority of a run; the lowest is its negative.
const MAX_PRIORITY: i64 = 100;

/// Checks a priority that a person gives.
///
/// # Errors
/// `Invalid` for one beyond -100 to 100.
pub fn check_priority(priority: i64) -> Result<i64> {
    if (-MAX_PRIORITY..=MAX_PRIORITY).contains(&priority) { Ok(priority) } else { Err(runs::run_priority_invalid(MAX_PRIORITY)) }
}

async fn authorized_run(archive: &Archive, units: &UnitScope, id: &str) -> Result<Batch> {
    let batch = archive.catalog.batch(id).await?;
    if units.contains(&batch.unit) { Ok(batch) } else { Err(runs::run_not_visible(id)) }
}

/// Timeline of a run of these units, from its beginning to its end or now.
///
/// # Errors
/// `NotFound` for an unknown run, or one of another unit.
pub async fn run_timeline(archive: &Archive, units: &UnitScope, run: &str) -> Result<Timeline> {
    authorized_run(archive, units, run).await?;
    archive.catalog.timeline(run).await
}

/// Events of a run of these units after event `after`, in order; only those that contain `text`.
///
/// # Errors
/// `NotFound` for an unknown run, or one of another unit.
pub async fn run_events(archive: &Archive, units: &UnitScope, run: &str, after: u64, text: &str, limit: usize) -> Result<Vec<EventLine>> {
    authorized_run(archive, units, run).await?;
    archive.catalog.batch_events(run, after, text, limit).await
}

/// Events after event `after`, in order.
///
/// # Errors
/// `Unavailable` when the catalogue does not answer.
pub async fn events_after(archive: &Archive, after: u64, limit: usize) -> Result<Vec<EventLine>> {
    archive.catalog.events(after, limit).await
}

/// Numbers of open and of failed tasks of all runs.
///
/// # Errors
/// `Unavailable` when the catalogue does not answer.
pub async fn count_tasks(archive: &Archive) -> Result<(u64, u64)> {
    Ok((archive.catalog.open_task_count().await?, archive.catalog.failed_task_count().await?))
}

/// Checks that the store answers and that the catalogue can be written.
///
/// # Errors
/// `Unavailable` when one of them does not.
pub async fn check_ready(archive: &Archive) -> Result<()> {
    if let Some(outage) = archive.outages.current() {
        let dependency = match outage.dependency {
            "catalogue" => runs::dependency_catalogue().into(),
            "store" => runs::dependency_store().into(),
            "disk" => runs::dependency_disk().into(),
            "reading-processes" => runs::dependency_reading_processes().into(),
            other => Value::from(other),
        };
        return Err(runs::dependency_not_answering(dependency).caused_by(outage.error.copied()));
    }
    archive.catalog.check_writable().await?;
    archive.store.stat(sohoa_storage::key::TRAINED_MODEL).await.map(|_| ())
}
