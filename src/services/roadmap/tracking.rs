//! The digitisation roadmap: taken from a workbook, followed, and told.

use crate::archive::Archive;
use rayon::iter::{IntoParallelRefIterator, ParallelIterator};
use rayon::slice::ParallelSliceMut;
use schemars::JsonSchema;
use serde::Serialize;
use sohoa_base::error::{Error, ErrorKind, Result, ResultExt};
use sohoa_base::model::account::{Identity, Right, UnitScope};
use sohoa_base::model::calendar::Day;
use sohoa_base::model::roadmap::plan::{Adjustment, ItemCounts, ProgressStep, Roadmap, Target, TargetLedger};
use sohoa_base::text::numbers;
use sohoa_catalog::{DailyProgress, TargetProgressMap, find_target, rfc3339};
use sohoa_file_worker::client::FileWorker;
use sohoa_formats::tables::spreadsheet_writer;
use sohoa_roadmap::adjustment;
use sohoa_roadmap::indicators;
use sohoa_roadmap::indicators::ScoredIndicator;
use sohoa_roadmap::progress::{self, FinishForecast, ProgressCalculator};
use sohoa_roadmap::workbook;
use sohoa_roadmap::workbook::{CellError, Sheet};
use sohoa_storage::key;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

pub use sohoa_roadmap::progress::{GroupProgress, TargetProgress, TargetState};

/// What came of a workbook.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[schemars(rename = "Imported")]
pub struct ImportResult {
    /// Number of the decision.
    pub decision: String,
    /// Version that it made; of a trial, that it would make.
    pub version: u32,
    /// Lines in it.
    #[serde(rename = "lines")]
    pub targets: usize,
    /// What it changes in the version before.
    pub changes: Vec<String>,
    /// Cells that cannot be taken; where there are any, nothing was kept.
    #[serde(rename = "wrong")]
    pub cell_errors: Vec<CellError>,
}

/// Why a roadmap is changed.
#[derive(Debug, Clone, Copy, Default)]
pub struct AdjustmentReason<'a> {
    /// Number of the decision that allows the change.
    pub decision: &'a str,
    /// In words.
    pub text: &'a str,
}

/// How a roadmap stands.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[schemars(rename = "Status")]
pub struct RoadmapProgress {
    /// Number of the decision.
    pub decision: String,
    /// Who decided.
    pub authority: String,
    /// Version in force.
    pub version: u32,
    /// The day for which this is told.
    pub as_of: Day,
    /// First day of the roadmap.
    pub from: Day,
    /// Last day of it.
    pub to: Day,
    /// All lines together.
    pub whole: GroupProgress,
    /// By unit, ranked within blocks.
    pub units: Vec<GroupProgress>,
    /// By phase.
    pub phases: Vec<GroupProgress>,
    /// Points by the set of criteria in force.
    pub criteria: Vec<ScoredIndicator>,
    /// How the roadmap was changed, the newest last.
    pub adjustments: Vec<Adjustment>,
    /// Every line; those that need somebody most come first.
    #[serde(rename = "lines")]
    pub targets: Vec<TargetProgress>,
}

/// What was done day by day for a line, with what was planned.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct BurnUp {
    /// The line.
    #[serde(rename = "line")]
    pub target: TargetProgress,
    /// Days in order: the first and last of its time, and each on which something was done.
    pub days: Vec<BurnUpDay>,
}

/// One day of a [`BurnUp`]; amounts in all until then, in the line's measure.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, JsonSchema)]
pub struct BurnUpDay {
    /// The day.
    pub day: Day,
    /// To be done by then, at an even pace over the working days.
    pub planned: f64,
    /// Stored; none for days to come.
    pub stored: Option<f64>,
    /// Accepted; none for days to come.
    pub accepted: Option<f64>,
}

/// Takes a roadmap out of a workbook (XLSX, ODS, CSV of the lines alone); `is_trial`: nothing is kept.
///
/// # Errors
/// `Invalid` where the same roadmap is kept already; `Conflict` where a line belongs to another; those of reading processes for
/// what is no workbook. Wrong cells are told in the answer.
pub async fn import(archive: &Archive, by: &str, file: &Path, reason: AdjustmentReason<'_>, is_trial: bool) -> Result<ImportResult> {
    let sheets = read_workbook(archive, file).await?;
    let known = archive.catalog.roadmaps().await?;
    // A workbook of lines alone is about the one roadmap that there is.
    let only = match known.as_slice() {
        [only] => Some(only.as_ref()),
        _ => None,
    };
    let mut roadmap = match workbook::read_roadmap(&sheets, only) {
        Ok(roadmap) => roadmap,
        Err(wrong) => return Ok(ImportResult { decision: String::new(), version: 0, targets: 0, changes: Vec::new(), cell_errors: wrong }),
    };
    let before = known.iter().find(|known| known.decision == roadmap.decision);
    let told = |before: &Arc<Roadmap>| adjustment::diff_roadmaps(before, &roadmap).iter().map(ToString::to_string).collect::<Vec<_>>();
    let changes = before.map(told).unwrap_or_default();
    if before.is_some() && changes.is_empty() {
        return Err(Error::invalid(format!("roadmap {} is kept in this form already", roadmap.decision)));
    }
    let version = before.map_or(0, |before| before.version()) + 1;
    roadmap.adjustments = before.map(|before| before.adjustments.clone()).unwrap_or_default();
    roadmap.adjustments.push(Adjustment {
        version,
        at: rfc3339(archive.catalog.now_ms()),
        by: by.to_owned(),
        decision: reason.decision.to_owned(),
        reason: reason.text.to_owned(),
        changes: changes.clone(),
    });
    let imported =
        ImportResult { decision: roadmap.decision.clone(), version, targets: roadmap.targets.len(), changes, cell_errors: Vec::new() };
    if is_trial {
        return Ok(imported);
    }
    let work = archive.catalog.roadmap_progress(&roadmap.decision).await?;
    archive.catalog.save_roadmap(&roadmap, &target_weights(&roadmap, &work, archive.catalog.today())).await?;
    let json = serde_json::to_vec_pretty(&roadmap).or_error(ErrorKind::Internal, || "the roadmap has no JSON form".to_owned())?;
    archive.store.put(&key::roadmap(&roadmap.decision, version), json).await?;
    Ok(imported)
}

pub(crate) async fn read_workbook(archive: &Archive, file: &Path) -> Result<Vec<Sheet>> {
    let shown = file.display().to_string();
    let bytes = std::fs::metadata(file).or_error(ErrorKind::Invalid, || format!("cannot find {shown}; check the path"))?.len();
    let most = archive.config.limits.file_mib << 20;
    if bytes > most {
        return Err(Error::limit(format!("{shown} is larger than {} MiB", most >> 20)));
    }
    match FileWorker::open(&archive.pool, &shown, file).await?.sheets().await {
        Ok(sheets) => Ok(sheets),
        // Nothing of ours is damaged: somebody sent something else.
        Err(error) if error.kind() == ErrorKind::Corrupt => {
            Err(Error::invalid("the file is no workbook; save the plan as XLSX").caused_by(error))
        }
        Err(error) => Err(error),
    }
}

/// The roadmap of a decision, or the only one, as a workbook that [`import`] takes again.
///
/// # Errors
/// `NotFound` where there is none, or several and none is named.
pub async fn export(archive: &Archive, decision: Option<&str>) -> Result<Vec<u8>> {
    let roadmap = choose_roadmap(archive, decision).await?;
    spreadsheet_writer::write_workbook(&workbook::write_roadmap(&roadmap), parse_number_cell)
}

/// An empty workbook with the columns of a roadmap, one example of each.
///
/// # Errors
/// `Internal` when it cannot be written.
pub fn template() -> Result<Vec<u8>> {
    let example = include_str!("../../roadmap/example.json");
    let roadmap: Roadmap = serde_json::from_str(example).or_error(ErrorKind::Internal, || "the example is no roadmap".to_owned())?;
    spreadsheet_writer::write_workbook(&workbook::write_roadmap(&roadmap), parse_number_cell)
}

/// A cell that is a number; names of lines and years stay text.
fn parse_number_cell(cell: &str) -> Option<f64> {
    let is_plain = cell.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.' || byte == b',') && !cell.starts_with('0');
    numbers::parse_number(cell).filter(|_| is_plain || cell == "0")
}

async fn choose_roadmap(archive: &Archive, decision: Option<&str>) -> Result<Arc<Roadmap>> {
    let mut known = archive.catalog.roadmaps().await?;
    match decision {
        Some(decision) => {
            let found = known.into_iter().find(|roadmap| roadmap.decision == decision);
            found.ok_or_else(|| Error::not_found(format!("there is no roadmap {decision}")))
        }
        None if known.len() == 1 => known.pop().ok_or_else(|| Error::internal("a roadmap is gone")),
        None if known.is_empty() => Err(Error::not_found("there is no roadmap yet; `sohoa roadmap import PLAN.xlsx` takes one")),
        None => {
            let names: Vec<&str> = known.iter().map(|roadmap| roadmap.decision.as_str()).collect();
            Err(Error::not_found(format!("there are several roadmaps, name one: {}", names.join(", "))))
        }
    }
}

/// How every roadmap stands, for lines of these units.
///
/// # Errors
/// `Unavailable` where the catalogue does not answer.
pub async fn load_progress(archive: &Archive, units: &UnitScope) -> Result<Vec<RoadmapProgress>> {
    let today = archive.catalog.today();
    let mut all = Vec::new();
    for (roadmap, work) in archive.catalog.roadmaps_with_progress().await? {
        let found = compute_progress(&roadmap, &work, units, today);
        if !found.targets.is_empty() {
            all.push(found);
        }
    }
    Ok(all)
}

/// How a roadmap stands on a day.
#[must_use]
pub fn compute_progress(roadmap: &Roadmap, work: &TargetProgressMap, units: &UnitScope, today: Day) -> RoadmapProgress {
    let reckoning = ProgressCalculator::as_of(today, roadmap);
    let nothing = TargetLedger::default();
    // Every core reckons a part of them.
    let own = roadmap.targets.par_iter().filter(|line| units.contains(&line.unit));
    let lines: Vec<TargetProgress> =
        own.map(|line| reckoning.target_progress(roadmap, line, work.get(&line.code).unwrap_or(&nothing))).collect();
    let mut whole = progress::group_progress(&lines, |_| "").pop().unwrap_or_default();
    whole.name.clone_from(&roadmap.decision);
    let units = progress::group_progress(&lines, |line| &line.unit);
    let mut phases = progress::group_progress(&lines, |line| &line.phase);
    phases.sort_by(|one, other| one.name.cmp(&other.name));
    let criteria = indicators::indicator_set_in_force("digitisation", today)
        .map(|set| indicators::score_indicators(set, &indicator_inputs(&whole, &lines, roadmap, work)));
    // A line is large: of many, boxes are moved more cheaply.
    let mut boxed: Vec<Box<TargetProgress>> = lines.into_iter().map(Box::new).collect();
    boxed.par_sort_by(|one, other| one.cmp_urgency(other));
    RoadmapProgress {
        decision: roadmap.decision.clone(),
        authority: roadmap.authority.clone(),
        version: roadmap.version(),
        as_of: today,
        from: roadmap.from,
        to: roadmap.to,
        whole,
        units,
        phases,
        criteria: criteria.unwrap_or_default(),
        adjustments: roadmap.adjustments.clone(),
        targets: boxed.into_iter().map(|line| *line).collect(),
    }
}

/// The figures of which indicators are made.
#[allow(clippy::cast_precision_loss)]
fn indicator_inputs(whole: &GroupProgress, lines: &[TargetProgress], roadmap: &Roadmap, work: &TargetProgressMap) -> BTreeMap<String, f64> {
    let own = || lines.iter().filter_map(|line| work.get(&line.code));
    let returned: i64 = own().map(|work| work.total(ProgressStep::Returned).pages).sum();
    let accepted: i64 = own().map(|work| work.total(ProgressStep::Accepted).pages).sum();
    [
        ("done_pages", whole.done_pages),
        ("target_pages", whole.target_pages),
        ("expected_pages", whole.target_pages * whole.share_elapsed),
        ("lines", f64::from(whole.targets)),
        ("lines_done", f64::from(whole.done_targets)),
        ("lines_overdue", f64::from(whole.overdue)),
        ("lines_not_overdue", f64::from(whole.targets - whole.overdue)),
        ("lines_near", f64::from(whole.near_deadline)),
        ("returned_pages", returned as f64),
        ("judged_pages", (returned + accepted) as f64),
        ("budget", whole.budget as f64),
        ("phases", roadmap.phases.len() as f64),
    ]
    .into_iter()
    .map(|(name, figure)| (name.to_owned(), figure))
    .collect()
}

/// What share of the workers each line gets.
fn target_weights(roadmap: &Roadmap, work: &TargetProgressMap, today: Day) -> BTreeMap<String, u32> {
    let reckoning = ProgressCalculator::as_of(today, roadmap);
    let nothing = TargetLedger::default();
    let weight =
        |line: &Target| progress::scheduling_weight(&reckoning.target_progress(roadmap, line, work.get(&line.code).unwrap_or(&nothing)));
    roadmap.targets.par_iter().map(|line| (line.code.clone(), weight(line))).collect()
}

/// Gives every line its share of the workers as of today.
///
/// # Errors
/// `Unavailable` where the catalogue does not answer.
pub async fn update_target_weights(archive: &Archive) -> Result<()> {
    for (roadmap, work) in archive.catalog.roadmaps_with_progress().await? {
        archive.catalog.set_target_weights(&target_weights(&roadmap, &work, archive.catalog.today())).await?;
    }
    Ok(())
}

/// Attaches a run to a line, or to none, for a person who may steer runs of its unit.
///
/// # Errors
/// `NotFound` for an unknown run or line, or one of another unit; `Invalid` for a line of another unit than the run's.
pub async fn attach_run(archive: &Archive, by: &Identity, run: &str, line: Option<&str>) -> Result<()> {
    let batch = archive.catalog.batch(run).await?;
    if !by.units_with(Right::ManageRuns).contains(&batch.unit) {
        return Err(Error::not_found(format!("there is no run {run}")));
    }
    archive.catalog.attach_batch(run, line, &by.user.name).await?;
    save_ledger(archive, run).await
}

/// The line to which a run belongs, and the lines of its unit to which it could.
///
/// # Errors
/// `Unavailable` where the catalogue does not answer.
pub async fn targets_for_run(archive: &Archive, run: &str, unit: &str) -> Result<(Option<String>, Vec<(String, String)>)> {
    let line = archive.catalog.targets_of_batches(&[run.to_owned()]).await?.remove(run);
    let known = archive.catalog.roadmaps().await?;
    let own = known.iter().flat_map(|roadmap| &roadmap.targets).filter(|line| line.unit == unit);
    Ok((line, own.map(|line| (line.code.clone(), line.name.clone())).collect()))
}

/// Lines of these units, by code and name, in the order of their plans; at most `limit`, and whether there are more.
///
/// # Errors
/// `Unavailable` where the catalogue does not answer.
pub async fn targets_of_units(archive: &Archive, units: &UnitScope, limit: usize) -> Result<(Vec<(String, String)>, bool)> {
    let known = archive.catalog.roadmaps().await?;
    let mut own = known.iter().flat_map(|roadmap| &roadmap.targets).filter(|line| units.contains(&line.unit));
    let first: Vec<(String, String)> = own.by_ref().take(limit).map(|line| (line.code.clone(), line.name.clone())).collect();
    Ok((first, own.next().is_some()))
}

/// The ledger in the store says to which line a batch belongs.
pub(crate) async fn save_ledger(archive: &Archive, batch: &str) -> Result<()> {
    crate::runs::execution::finalize_batch(archive, &archive.catalog.batch(batch).await?).await
}

/// A line of these units with its roadmap.
///
/// # Errors
/// `NotFound` for an unknown one, or one of another unit.
pub async fn authorized_target(archive: &Archive, units: &UnitScope, code: &str) -> Result<(Arc<Roadmap>, Target)> {
    let known = archive.catalog.roadmaps().await?;
    let found = find_target(&known, code).filter(|(_, line)| units.contains(&line.unit));
    found.map(|(roadmap, line)| (Arc::clone(roadmap), line.clone())).ok_or_else(|| Error::not_found(format!("there is no line {code}")))
}

/// A line day by day.
///
/// # Errors
/// As [`line`].
pub async fn burn_up(archive: &Archive, units: &UnitScope, code: &str) -> Result<BurnUp> {
    let (roadmap, line) = authorized_target(archive, units, code).await?;
    let facts = archive.catalog.daily_progress(Some(code)).await?;
    Ok(compute_burn_up(&roadmap, &line, &facts, archive.catalog.today()))
}

fn compute_burn_up(roadmap: &Roadmap, line: &Target, facts: &[DailyProgress], today: Day) -> BurnUp {
    let mut work = TargetLedger::default();
    let mut by_day: BTreeMap<Day, (ItemCounts, ItemCounts)> = BTreeMap::new();
    let from = roadmap.first_day(line);
    for day in [from, today, line.deadline] {
        by_day.entry(day).or_default();
    }
    for fact in facts {
        work.add(fact.day, fact.step, fact.amount);
        let entry = by_day.entry(fact.day).or_default();
        match fact.step {
            ProgressStep::Stored => entry.0 += fact.amount,
            ProgressStep::Accepted => entry.1 += fact.amount,
            ProgressStep::Received | ProgressStep::Read | ProgressStep::Returned => {}
        }
    }
    let reckoning = ProgressCalculator::as_of(today, roadmap);
    let in_measure = roadmap.measure_converter(line);
    let amount = |amount: ItemCounts| in_measure(amount).unwrap_or(0.0);
    let (mut stored, mut accepted) = (ItemCounts::default(), ItemCounts::default());
    let days = by_day.into_iter().map(|(day, (more_stored, more_accepted))| {
        stored += more_stored;
        accepted += more_accepted;
        let known = |sum: ItemCounts| (day <= today).then(|| line.baseline + amount(sum));
        let planned = line.baseline + (line.quantity - line.baseline) * reckoning.share_elapsed(from, line.deadline, day);
        BurnUpDay { day, planned, stored: known(stored), accepted: known(accepted) }
    });
    BurnUp { days: days.collect(), target: reckoning.target_progress(roadmap, line, &work) }
}

/// What another pace or deadline would come to.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct WhatIf {
    /// The line as it is.
    #[serde(rename = "line")]
    pub target: TargetProgress,
    /// Pace at which it is told, of its measure on a working day.
    pub pace: f64,
    /// Deadline for which it is told.
    pub deadline: Day,
    /// When it would be reached; none: at no day that can be told.
    pub finish: Option<FinishForecast>,
    /// To be done on each working day left; none: it is reached, or there is none left.
    pub required_pace: Option<f64>,
    /// By how much the pace must grow to reach it in time; none: it cannot be told.
    pub needed_factor: Option<f64>,
    /// Whether it would be reached in time.
    pub in_time: bool,
}

/// What if: `factor` times as many workers and scanners, and another deadline.
///
/// # Errors
/// As [`line`]; `Invalid` for a factor that is none.
pub async fn what_if(archive: &Archive, units: &UnitScope, code: &str, factor: f64, deadline: Option<Day>) -> Result<WhatIf> {
    if !(0.01..=100.0).contains(&factor) {
        return Err(Error::invalid("the factor must lie between 0.01 and 100"));
    }
    let (roadmap, mut line) = authorized_target(archive, units, code).await?;
    let work = archive.catalog.target_progress(code).await?;
    let reckoning = ProgressCalculator::as_of(archive.catalog.today(), &roadmap);
    let now = reckoning.target_progress(&roadmap, &line, &work);
    line.deadline = deadline.unwrap_or(line.deadline);
    let pace = reckoning.pace(&roadmap, &line, &work).scaled_by(factor);
    let finish = reckoning.forecast_finish((now.quantity - now.done).max(0.0), pace);
    let required_pace = reckoning.target_progress(&roadmap, &line, &work).required_pace;
    Ok(WhatIf {
        pace: pace.daily,
        deadline: line.deadline,
        needed_factor: required_pace.filter(|_| now.pace > 0.0).map(|required| required / now.pace),
        in_time: now.state == TargetState::Done || finish.is_some_and(|finish| finish.day <= line.deadline),
        finish,
        required_pace,
        target: now,
    })
}
