//! What the roadmap asks of today: lines at risk, and pages accepted today beside those that today needs.
//!
//! With a hundred thousand lines it costs most of a second to find out, so it is kept: by unit, and told to each person of the
//! units that are theirs. It is found out anew on another day, and after any event by which it can change.

use crate::archive::Archive;
use schemars::JsonSchema;
use serde::Serialize;
use sohoa_base::error::Result;
use sohoa_base::model::account::UnitScope;
use sohoa_base::model::calendar::Day;
use sohoa_base::model::roadmap::plan::TargetLedger;
use sohoa_roadmap::progress::{ProgressCalculator, TargetProgress};
use std::collections::BTreeMap;
use tokio::sync::Mutex;

/// Most lines at risk that are told.
pub const MAX_TARGETS: usize = 10;

/// Events after which lines may stand otherwise: plans, whose work is whose, judgements of lots, and what comes back from ledgers.
const INVALIDATING_EVENTS: [&str; 4] = ["roadmap-kept", "batch-attached", "lot-judged", "batch-restored"];

/// After more events than this it is cheaper to find out anew than to look through them.
const MAX_EVENTS_SCANNED: u64 = 20_000;

/// What the roadmap asks of today.
#[derive(Debug, Clone, Default, PartialEq, Serialize, JsonSchema)]
pub struct AtRiskSummary {
    /// Lines of all roadmaps.
    #[serde(rename = "lines")]
    pub targets: u64,
    /// Of them: overdue, late, or at risk of being late.
    pub at_risk: u64,
    /// The first [`MOST_LINES`] of those at risk, the most pressing first.
    #[serde(rename = "most")]
    pub most_urgent: Vec<TargetProgress>,
    /// Pages accepted today.
    pub accepted_pages: f64,
    /// Pages that must be accepted today for every line that has begun to reach its target in time; overdue lines, and those
    /// of which no conversion says how many pages they are, are left out. Nothing on days off.
    pub needed_pages: f64,
}

impl AtRiskSummary {
    fn add(&mut self, other: &Self) {
        self.targets += other.targets;
        self.at_risk += other.at_risk;
        self.accepted_pages += other.accepted_pages;
        self.needed_pages += other.needed_pages;
        self.most_urgent.extend(other.most_urgent.iter().cloned());
        self.sort_and_truncate();
    }

    fn sort_and_truncate(&mut self) {
        self.most_urgent.sort_by(TargetProgress::cmp_urgency);
        self.most_urgent.truncate(MAX_TARGETS);
    }
}

/// What was found out last.
#[derive(Debug, Default)]
pub struct AtRiskCache(Mutex<Option<CachedAtRisk>>);

#[derive(Debug)]
struct CachedAtRisk {
    /// All events until this one are in it.
    last_event: u64,
    today: Day,
    units: BTreeMap<String, AtRiskSummary>,
}

/// What the roadmap asks today of lines of these units.
///
/// # Errors
/// `Unavailable` where the catalogue does not answer.
pub async fn at_risk_summary(archive: &Archive, kept: &AtRiskCache, units: &UnitScope) -> Result<AtRiskSummary> {
    // Whoever comes while it is found out waits for it, and does not do the same beside it.
    let mut kept = kept.0.lock().await;
    let today = archive.catalog.today();
    let event = archive.catalog.event_cursor().await?.event;
    let still_holds = match kept.as_mut() {
        Some(found) if found.today == today => {
            let holds = event == found.last_event
                || (event.checked_sub(found.last_event).is_some_and(|more| more <= MAX_EVENTS_SCANNED)
                    && !archive.catalog.has_events_between(found.last_event, event, &INVALIDATING_EVENTS).await?);
            found.last_event = if holds { event } else { found.last_event };
            holds
        }
        _ => false,
    };
    if !still_holds {
        // Which events are in it was asked before: what comes meanwhile makes it be found out anew, never left out.
        *kept = Some(CachedAtRisk { last_event: event, today, units: summarize_by_unit(archive, today).await? });
    }
    let mut whole = AtRiskSummary::default();
    let own = kept.iter().flat_map(|found| &found.units).filter(|(unit, _)| units.contains(unit));
    own.for_each(|(_, found)| whole.add(found));
    Ok(whole)
}

async fn summarize_by_unit(archive: &Archive, today: Day) -> Result<BTreeMap<String, AtRiskSummary>> {
    let mut units: BTreeMap<String, AtRiskSummary> = BTreeMap::new();
    let nothing = TargetLedger::default();
    for (roadmap, work) in archive.catalog.roadmaps_with_progress().await? {
        let reckoning = ProgressCalculator::as_of(today, &roadmap);
        for line in &roadmap.targets {
            let done = work.get(&line.code).unwrap_or(&nothing);
            let progress = reckoning.target_progress(&roadmap, line, done);
            let unit = units.entry(line.unit.clone()).or_default();
            let (accepted, needed) = reckoning.today_progress(&progress, done);
            unit.targets += 1;
            unit.accepted_pages += accepted;
            unit.needed_pages += needed;
            if progress.state.needs_attention() {
                unit.at_risk += 1;
                unit.most_urgent.push(progress);
                if unit.most_urgent.len() >= MAX_TARGETS * 4 {
                    unit.sort_and_truncate();
                }
            }
        }
    }
    units.values_mut().for_each(AtRiskSummary::sort_and_truncate);
    Ok(units)
}
