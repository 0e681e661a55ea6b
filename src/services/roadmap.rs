//! The digitisation roadmap: taken from a workbook, followed, and told.

use crate::archive::Archive;
use rayon::iter::{IntoParallelRefIterator, ParallelIterator};
use rayon::slice::ParallelSliceMut;
use schemars::JsonSchema;
use serde::Serialize;
use sohoa_base::error::{Error, Kind, Result, ResultExt};
use sohoa_base::model::account::{Identity, Right, Units};
use sohoa_base::model::day::Day;
use sohoa_base::model::roadmap::{Adjustment, Amount, Line, Roadmap, Step, Work};
use sohoa_base::text::numbers;
use sohoa_catalog::{Fact, WorkOfLines, line_of, rfc3339};
use sohoa_file_worker::client::FileWorker;
use sohoa_formats::spreadsheet;
use sohoa_roadmap::adjustment;
use sohoa_roadmap::criteria::{self, Scored};
use sohoa_roadmap::plan::{self, Sheet, WrongCell};
use sohoa_roadmap::progress::{self, Finish, Reckoning};
use sohoa_storage::key;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

pub use sohoa_roadmap::progress::{LineProgress, State, Together};

/// What came of a workbook.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Imported {
    /// Number of the decision.
    pub decision: String,
    /// Version that it made; of a trial, that it would make.
    pub version: u32,
    /// Lines in it.
    pub lines: usize,
    /// What it changes in the version before.
    pub changes: Vec<String>,
    /// Cells that cannot be taken; where there are any, nothing was kept.
    pub wrong: Vec<WrongCell>,
}

/// Why a roadmap is changed.
#[derive(Debug, Clone, Copy, Default)]
pub struct Reason<'a> {
    /// Number of the decision that allows the change.
    pub decision: &'a str,
    /// In words.
    pub words: &'a str,
}

/// How a roadmap stands.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Status {
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
    pub whole: Together,
    /// By unit, ranked within blocks.
    pub units: Vec<Together>,
    /// By phase.
    pub phases: Vec<Together>,
    /// Points by the set of criteria in force.
    pub criteria: Vec<Scored>,
    /// How the roadmap was changed, the newest last.
    pub adjustments: Vec<Adjustment>,
    /// Every line; those that need somebody most come first.
    pub lines: Vec<LineProgress>,
}

/// What was done day by day for a line, with what was planned.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct BurnUp {
    /// The line.
    pub line: LineProgress,
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
pub async fn import(archive: &Archive, by: &str, file: &Path, reason: Reason<'_>, is_trial: bool) -> Result<Imported> {
    let sheets = sheets(archive, file).await?;
    let known = archive.catalog.roadmaps().await?;
    // A workbook of lines alone is about the one roadmap that there is.
    let only = match known.as_slice() {
        [only] => Some(only.as_ref()),
        _ => None,
    };
    let mut roadmap = match plan::read(&sheets, only) {
        Ok(roadmap) => roadmap,
        Err(wrong) => return Ok(Imported { decision: String::new(), version: 0, lines: 0, changes: Vec::new(), wrong }),
    };
    let before = known.iter().find(|known| known.decision == roadmap.decision);
    let told = |before: &Arc<Roadmap>| adjustment::changes(before, &roadmap).iter().map(ToString::to_string).collect::<Vec<_>>();
    let changes = before.map(told).unwrap_or_default();
    if before.is_some() && changes.is_empty() {
        return Err(Error::invalid(format!("roadmap {} is kept in this form already", roadmap.decision)));
    }
    let version = before.map_or(0, |before| before.version()) + 1;
    roadmap.adjustments = before.map(|before| before.adjustments.clone()).unwrap_or_default();
    roadmap.adjustments.push(Adjustment {
        version,
        at: rfc3339(archive.catalog.now()),
        by: by.to_owned(),
        decision: reason.decision.to_owned(),
        reason: reason.words.to_owned(),
        changes: changes.clone(),
    });
    let imported = Imported { decision: roadmap.decision.clone(), version, lines: roadmap.lines.len(), changes, wrong: Vec::new() };
    if is_trial {
        return Ok(imported);
    }
    let work = archive.catalog.work(&roadmap.decision).await?;
    archive.catalog.keep_roadmap(&roadmap, &weights(&roadmap, &work, archive.catalog.today())).await?;
    let json = serde_json::to_vec_pretty(&roadmap).or_error(Kind::Internal, || "the roadmap has no JSON form".to_owned())?;
    archive.store.put(&key::roadmap(&roadmap.decision, version), json).await?;
    Ok(imported)
}

pub(super) async fn sheets(archive: &Archive, file: &Path) -> Result<Vec<Sheet>> {
    let shown = file.display().to_string();
    let bytes = std::fs::metadata(file).or_error(Kind::Invalid, || format!("cannot find {shown}; check the path"))?.len();
    let most = archive.config.limits.file_mib << 20;
    if bytes > most {
        return Err(Error::limit(format!("{shown} is larger than {} MiB", most >> 20)));
    }
    match FileWorker::open(&archive.pool, &shown, file).await?.sheets().await {
        Ok(sheets) => Ok(sheets),
        // Nothing of ours is damaged: somebody sent something else.
        Err(error) if error.kind() == Kind::Corrupt => {
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
    let roadmap = chosen(archive, decision).await?;
    spreadsheet::workbook(&plan::write(&roadmap), number)
}

/// An empty workbook with the columns of a roadmap, one example of each.
///
/// # Errors
/// `Internal` when it cannot be written.
pub fn template() -> Result<Vec<u8>> {
    let example = include_str!("../roadmap/example.json");
    let roadmap: Roadmap = serde_json::from_str(example).or_error(Kind::Internal, || "the example is no roadmap".to_owned())?;
    spreadsheet::workbook(&plan::write(&roadmap), number)
}

/// A cell that is a number; names of lines and years stay text.
fn number(cell: &str) -> Option<f64> {
    let is_plain = cell.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.' || byte == b',') && !cell.starts_with('0');
    numbers::parse(cell).filter(|_| is_plain || cell == "0")
}

async fn chosen(archive: &Archive, decision: Option<&str>) -> Result<Arc<Roadmap>> {
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
pub async fn status(archive: &Archive, units: &Units) -> Result<Vec<Status>> {
    let today = archive.catalog.today();
    let mut all = Vec::new();
    for (roadmap, work) in archive.catalog.roadmaps_with_work().await? {
        let found = standing(&roadmap, &work, units, today);
        if !found.lines.is_empty() {
            all.push(found);
        }
    }
    Ok(all)
}

/// How a roadmap stands on a day.
#[must_use]
pub fn standing(roadmap: &Roadmap, work: &WorkOfLines, units: &Units, today: Day) -> Status {
    let reckoning = Reckoning::on(today, roadmap);
    let nothing = Work::default();
    // Every core reckons a part of them.
    let own = roadmap.lines.par_iter().filter(|line| units.contains(&line.unit));
    let lines: Vec<LineProgress> = own.map(|line| reckoning.line(roadmap, line, work.get(&line.code).unwrap_or(&nothing))).collect();
    let mut whole = progress::together(&lines, |_| "").pop().unwrap_or_default();
    whole.name.clone_from(&roadmap.decision);
    let units = progress::together(&lines, |line| &line.unit);
    let mut phases = progress::together(&lines, |line| &line.phase);
    phases.sort_by(|one, other| one.name.cmp(&other.name));
    let criteria = criteria::in_force("digitisation", today).map(|set| criteria::score(set, &figures(&whole, &lines, roadmap, work)));
    // A line is large: of many, boxes are moved more cheaply.
    let mut boxed: Vec<Box<LineProgress>> = lines.into_iter().map(Box::new).collect();
    boxed.par_sort_by(|one, other| one.by_need(other));
    Status {
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
        lines: boxed.into_iter().map(|line| *line).collect(),
    }
}

/// The figures of which indicators are made.
#[allow(clippy::cast_precision_loss)]
fn figures(whole: &Together, lines: &[LineProgress], roadmap: &Roadmap, work: &WorkOfLines) -> BTreeMap<String, f64> {
    let own = || lines.iter().filter_map(|line| work.get(&line.code));
    let returned: i64 = own().map(|work| work.of(Step::Returned).pages).sum();
    let accepted: i64 = own().map(|work| work.of(Step::Accepted).pages).sum();
    [
        ("done_pages", whole.done_pages),
        ("target_pages", whole.target_pages),
        ("expected_pages", whole.target_pages * whole.share_elapsed),
        ("lines", f64::from(whole.lines)),
        ("lines_done", f64::from(whole.done_lines)),
        ("lines_overdue", f64::from(whole.overdue)),
        ("lines_not_overdue", f64::from(whole.lines - whole.overdue)),
        ("lines_near", f64::from(whole.near)),
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
fn weights(roadmap: &Roadmap, work: &WorkOfLines, today: Day) -> BTreeMap<String, u32> {
    let reckoning = Reckoning::on(today, roadmap);
    let nothing = Work::default();
    let weight = |line: &Line| progress::weight(&reckoning.line(roadmap, line, work.get(&line.code).unwrap_or(&nothing)));
    roadmap.lines.par_iter().map(|line| (line.code.clone(), weight(line))).collect()
}

/// Gives every line its share of the workers as of today.
///
/// # Errors
/// `Unavailable` where the catalogue does not answer.
pub async fn weigh(archive: &Archive) -> Result<()> {
    for (roadmap, work) in archive.catalog.roadmaps_with_work().await? {
        archive.catalog.weigh(&weights(&roadmap, &work, archive.catalog.today())).await?;
    }
    Ok(())
}

/// Attaches a run to a line, or to none, for a person who may steer runs of its unit.
///
/// # Errors
/// `NotFound` for an unknown run or line, or one of another unit; `Invalid` for a line of another unit than the run's.
pub async fn attach(archive: &Archive, by: &Identity, run: &str, line: Option<&str>) -> Result<()> {
    let batch = archive.catalog.batch(run).await?;
    if !by.units(Right::Steer).contains(&batch.unit) {
        return Err(Error::not_found(format!("there is no run {run}")));
    }
    archive.catalog.attach(run, line, &by.user.name).await?;
    keep_ledger(archive, run).await
}

/// The line to which a run belongs, and the lines of its unit to which it could.
///
/// # Errors
/// `Unavailable` where the catalogue does not answer.
pub async fn lines_for(archive: &Archive, run: &str, unit: &str) -> Result<(Option<String>, Vec<(String, String)>)> {
    let line = archive.catalog.lines_of(&[run.to_owned()]).await?.remove(run);
    let known = archive.catalog.roadmaps().await?;
    let own = known.iter().flat_map(|roadmap| &roadmap.lines).filter(|line| line.unit == unit);
    Ok((line, own.map(|line| (line.code.clone(), line.name.clone())).collect()))
}

/// Lines of these units, by code and name, in the order of their plans; at most `limit`, and whether there are more.
///
/// # Errors
/// `Unavailable` where the catalogue does not answer.
pub async fn lines_of(archive: &Archive, units: &Units, limit: usize) -> Result<(Vec<(String, String)>, bool)> {
    let known = archive.catalog.roadmaps().await?;
    let mut own = known.iter().flat_map(|roadmap| &roadmap.lines).filter(|line| units.contains(&line.unit));
    let first: Vec<(String, String)> = own.by_ref().take(limit).map(|line| (line.code.clone(), line.name.clone())).collect();
    Ok((first, own.next().is_some()))
}

/// The ledger in the store says to which line a batch belongs.
pub(super) async fn keep_ledger(archive: &Archive, batch: &str) -> Result<()> {
    super::runs::close(archive, &archive.catalog.batch(batch).await?).await
}

/// A line of these units with its roadmap.
///
/// # Errors
/// `NotFound` for an unknown one, or one of another unit.
pub async fn line(archive: &Archive, units: &Units, code: &str) -> Result<(Arc<Roadmap>, Line)> {
    let known = archive.catalog.roadmaps().await?;
    let found = line_of(&known, code).filter(|(_, line)| units.contains(&line.unit));
    found.map(|(roadmap, line)| (Arc::clone(roadmap), line.clone())).ok_or_else(|| Error::not_found(format!("there is no line {code}")))
}

/// A line day by day.
///
/// # Errors
/// As [`line`].
pub async fn burn_up(archive: &Archive, units: &Units, code: &str) -> Result<BurnUp> {
    let (roadmap, line) = line(archive, units, code).await?;
    let facts = archive.catalog.facts(Some(code)).await?;
    Ok(burned(&roadmap, &line, &facts, archive.catalog.today()))
}

fn burned(roadmap: &Roadmap, line: &Line, facts: &[Fact], today: Day) -> BurnUp {
    let mut work = Work::default();
    let mut by_day: BTreeMap<Day, (Amount, Amount)> = BTreeMap::new();
    let from = roadmap.first_day(line);
    for day in [from, today, line.deadline] {
        by_day.entry(day).or_default();
    }
    for fact in facts {
        work.add(fact.day, fact.step, fact.amount);
        let entry = by_day.entry(fact.day).or_default();
        match fact.step {
            Step::Stored => entry.0 += fact.amount,
            Step::Accepted => entry.1 += fact.amount,
            Step::Received | Step::Read | Step::Returned => {}
        }
    }
    let reckoning = Reckoning::on(today, roadmap);
    let in_measure = roadmap.in_measure(line);
    let amount = |amount: Amount| in_measure(amount).unwrap_or(0.0);
    let (mut stored, mut accepted) = (Amount::default(), Amount::default());
    let days = by_day.into_iter().map(|(day, (more_stored, more_accepted))| {
        stored += more_stored;
        accepted += more_accepted;
        let known = |sum: Amount| (day <= today).then(|| line.baseline + amount(sum));
        let planned = line.baseline + (line.target - line.baseline) * reckoning.share_elapsed(from, line.deadline, day);
        BurnUpDay { day, planned, stored: known(stored), accepted: known(accepted) }
    });
    BurnUp { days: days.collect(), line: reckoning.line(roadmap, line, &work) }
}

/// What another pace or deadline would come to.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct WhatIf {
    /// The line as it is.
    pub line: LineProgress,
    /// Pace at which it is told, of its measure on a working day.
    pub pace: f64,
    /// Deadline for which it is told.
    pub deadline: Day,
    /// When it would be reached; none: at no day that can be told.
    pub finish: Option<Finish>,
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
pub async fn what_if(archive: &Archive, units: &Units, code: &str, factor: f64, deadline: Option<Day>) -> Result<WhatIf> {
    if !(0.01..=100.0).contains(&factor) {
        return Err(Error::invalid("the factor must lie between 0.01 and 100"));
    }
    let (roadmap, mut line) = line(archive, units, code).await?;
    let work = archive.catalog.work_of(code).await?;
    let reckoning = Reckoning::on(archive.catalog.today(), &roadmap);
    let now = reckoning.line(&roadmap, &line, &work);
    line.deadline = deadline.unwrap_or(line.deadline);
    let pace = reckoning.pace(&roadmap, &line, &work).times(factor);
    let finish = reckoning.finish((now.target - now.done).max(0.0), pace);
    let required_pace = reckoning.line(&roadmap, &line, &work).required_pace;
    Ok(WhatIf {
        pace: pace.daily,
        deadline: line.deadline,
        needed_factor: required_pace.filter(|_| now.pace > 0.0).map(|required| required / now.pace),
        in_time: now.state == State::Done || finish.is_some_and(|finish| finish.day <= line.deadline),
        finish,
        required_pace,
        line: now,
    })
}
