//! Progress of a roadmap: its targets, units and phases on a day, with the points of the indicator set in force.

use crate::archive::Archive;
use rayon::iter::{IntoParallelRefIterator, ParallelIterator};
use rayon::slice::ParallelSliceMut;
use schemars::JsonSchema;
use serde::Serialize;
use sohoa_base::error::Result;
use sohoa_base::model::account::UnitScope;
use sohoa_base::model::calendar::Day;
use sohoa_base::model::roadmap::ledger::{ProgressStep, TargetLedger};
use sohoa_base::model::roadmap::plan::{Adjustment, Roadmap};
use sohoa_catalog::TargetProgressMap;
use sohoa_roadmap::group_progress::group_progress;
use sohoa_roadmap::indicators;
use sohoa_roadmap::indicators::ScoredIndicator;
use sohoa_roadmap::progress::ProgressCalculator;
use std::collections::{BTreeMap, BTreeSet};

pub use sohoa_roadmap::group_progress::GroupProgress;
pub use sohoa_roadmap::progress::{TargetProgress, TargetState};

/// Progress of a roadmap on a day.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct RoadmapProgress {
    /// Number of the decision.
    pub decision: String,
    /// Authority that issued it.
    pub authority: String,
    /// Version in force.
    pub version: u32,
    /// Day of the figures.
    pub as_of: Day,
    /// First day of the roadmap.
    pub from: Day,
    /// Last day of the roadmap.
    pub to: Day,
    /// All targets together.
    pub whole: GroupProgress,
    /// By unit, ranked within unit groups (khối).
    pub units: Vec<GroupProgress>,
    /// By phase.
    pub phases: Vec<GroupProgress>,
    /// Points by the indicator set in force.
    pub criteria: Vec<ScoredIndicator>,
    /// Adjustments of the roadmap, the newest last, with what they changed about targets of these units and about the whole.
    pub adjustments: Vec<Adjustment>,
    /// Every target, the most urgent first.
    pub targets: Vec<TargetProgress>,
}

/// Progress of every roadmap, for targets of these units; roadmaps without such targets are left out.
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

/// Computes the progress of a roadmap on the day `today`, for targets of these units.
#[must_use]
pub fn compute_progress(roadmap: &Roadmap, work: &TargetProgressMap, units: &UnitScope, today: Day) -> RoadmapProgress {
    let calculator = ProgressCalculator::as_of(today, roadmap);
    let nothing = TargetLedger::default();
    // In parallel: a plan may have 100 000 targets.
    let own = roadmap.targets.par_iter().filter(|target| units.contains(&target.unit));
    let targets: Vec<TargetProgress> =
        own.map(|target| calculator.target_progress(roadmap, target, work.get(&target.code).unwrap_or(&nothing))).collect();
    let mut whole = group_progress(&targets, |_| "").pop().unwrap_or_default();
    whole.name.clone_from(&roadmap.decision);
    let adjustments = visible_adjustments(roadmap, units);
    let units = group_progress(&targets, |target| &target.unit);
    let mut phases = group_progress(&targets, |target| &target.phase);
    phases.sort_by(|one, other| one.name.cmp(&other.name));
    let criteria = indicators::indicator_set_in_force("digitisation", today)
        .map(|set| indicators::score_indicators(set, &indicator_inputs(&whole, &targets, roadmap, work)));
    // Sorted as boxes: moving many of these large values would cost more.
    let mut boxed: Vec<Box<TargetProgress>> = targets.into_iter().map(Box::new).collect();
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
        adjustments,
        targets: boxed.into_iter().map(|target| *target).collect(),
    }
}

/// Adjustments with those of their changes that concern the whole roadmap or a target of these units.
fn visible_adjustments(roadmap: &Roadmap, units: &UnitScope) -> Vec<Adjustment> {
    let mut adjustments = roadmap.adjustments.clone();
    if *units == UnitScope::All {
        return adjustments;
    }
    let own = roadmap.targets.iter().filter(|target| units.contains(&target.unit));
    let own: BTreeSet<&str> = own.map(|target| target.code.as_str()).collect();
    // As `PlanChange` writes them: `+code`, `-code`, `code: …`, or what was changed about the whole.
    let is_visible = |change: &String| match (change.strip_prefix(['+', '-']), change.split_once(": ")) {
        (Some(code), _) | (None, Some((code, _))) => own.contains(code),
        (None, None) => true,
    };
    for adjustment in &mut adjustments {
        adjustment.changes.retain(is_visible);
    }
    adjustments
}

/// Figures that the indicators are computed from.
#[allow(clippy::cast_precision_loss)]
fn indicator_inputs(
    whole: &GroupProgress,
    targets: &[TargetProgress],
    roadmap: &Roadmap,
    work: &TargetProgressMap,
) -> BTreeMap<String, f64> {
    let own = || targets.iter().filter_map(|target| work.get(&target.code));
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
