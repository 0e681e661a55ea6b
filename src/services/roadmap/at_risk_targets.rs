//! Targets at risk, and pages accepted today against the pages needed today.
//!
//! With 100,000 targets the computation takes most of a second, so the result is cached by unit and filtered for each user. It is
//! recomputed on a new day, and after any event that can change it.

use crate::archive::Archive;
use schemars::JsonSchema;
use serde::Serialize;
use sohoa_base::error::Result;
use sohoa_base::model::account::UnitScope;
use sohoa_base::model::calendar::Day;
use sohoa_base::model::roadmap::ledger::TargetLedger;
use sohoa_roadmap::progress::{ProgressCalculator, TargetProgress};
use std::collections::BTreeMap;
use tokio::sync::Mutex;

/// Most targets at risk in a summary.
pub const MAX_TARGETS: usize = 10;

/// Events that can change the summary: new plans, attachment of batches, judgements of lots, restored ledgers.
const INVALIDATING_EVENTS: [&str; 4] = ["roadmap-kept", "batch-attached", "lot-judged", "batch-restored"];

/// Above this number of new events, recomputing is cheaper than searching them.
const MAX_EVENTS_SCANNED: u64 = 20_000;

/// Targets at risk, and today's pages.
#[derive(Debug, Clone, Default, PartialEq, Serialize, JsonSchema)]
pub struct AtRiskSummary {
    /// Targets of all roadmaps.
    pub targets: u64,
    /// Of them: overdue, late, or at risk of being late.
    pub at_risk: u64,
    /// The first [`MAX_TARGETS`] of those at risk, the most urgent first.
    pub most_urgent: Vec<TargetProgress>,
    /// Pages accepted today.
    pub accepted_pages: f64,
    /// Pages that must be accepted today for every started target to meet its deadline; without overdue targets and those whose measure
    /// has no conversion to pages. 0 on days off.
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

/// Cache of the last computation.
#[derive(Debug, Default)]
pub struct AtRiskCache(Mutex<Option<CachedAtRisk>>);

#[derive(Debug)]
struct CachedAtRisk {
    /// Last event included.
    last_event: u64,
    today: Day,
    units: BTreeMap<String, AtRiskSummary>,
}

/// Summary for the targets of these units.
///
/// # Errors
/// `Unavailable` where the catalogue does not answer.
pub async fn at_risk_summary(archive: &Archive, cache: &AtRiskCache, units: &UnitScope) -> Result<AtRiskSummary> {
    // Concurrent callers wait for one computation instead of repeating it.
    let mut cache = cache.0.lock().await;
    let today = archive.catalog.today();
    let event = archive.catalog.event_cursor().await?.event;
    let still_holds = match cache.as_mut() {
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
        // The cursor was read before the figures, so an event in between causes a recomputation and is not missed.
        *cache = Some(CachedAtRisk { last_event: event, today, units: summarize_by_unit(archive, today).await? });
    }
    let mut whole = AtRiskSummary::default();
    let own = cache.iter().flat_map(|found| &found.units).filter(|(unit, _)| units.contains(unit));
    own.for_each(|(_, found)| whole.add(found));
    Ok(whole)
}

async fn summarize_by_unit(archive: &Archive, today: Day) -> Result<BTreeMap<String, AtRiskSummary>> {
    let mut units: BTreeMap<String, AtRiskSummary> = BTreeMap::new();
    let nothing = TargetLedger::default();
    for (roadmap, work) in archive.catalog.roadmaps_with_progress().await? {
        let calculator = ProgressCalculator::as_of(today, &roadmap);
        for target in &roadmap.targets {
            let done = work.get(&target.code).unwrap_or(&nothing);
            let progress = calculator.target_progress(&roadmap, target, done);
            let unit = units.entry(target.unit.clone()).or_default();
            let (accepted, needed) = calculator.today_progress(&progress, done);
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
