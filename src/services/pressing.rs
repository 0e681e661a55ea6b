//! What the roadmap asks of today: lines at risk, and pages accepted today beside those that today needs.
//!
//! With a hundred thousand lines it costs most of a second to find out, so it is kept: by unit, and told to each person of the
//! units that are theirs. It is found out anew on another day, and after any event by which it can change.

use crate::archive::Archive;
use schemars::JsonSchema;
use serde::Serialize;
use sohoa_base::error::Result;
use sohoa_base::model::account::Units;
use sohoa_base::model::day::Day;
use sohoa_base::model::roadmap::Work;
use sohoa_roadmap::progress::{LineProgress, Reckoning};
use std::collections::BTreeMap;
use tokio::sync::Mutex;

/// Most lines at risk that are told.
pub const MOST_LINES: usize = 10;

/// Events after which lines may stand otherwise: plans, whose work is whose, judgements of lots, and what comes back from ledgers.
const CHANGING: [&str; 4] = ["roadmap-kept", "batch-attached", "lot-judged", "batch-restored"];

/// After more events than this it is cheaper to find out anew than to look through them.
const LOOKED_THROUGH: u64 = 20_000;

/// What the roadmap asks of today.
#[derive(Debug, Clone, Default, PartialEq, Serialize, JsonSchema)]
pub struct Pressing {
    /// Lines of all roadmaps.
    pub lines: u64,
    /// Of them: overdue, late, or at risk of being late.
    pub at_risk: u64,
    /// The first [`MOST_LINES`] of those at risk, the most pressing first.
    pub most: Vec<LineProgress>,
    /// Pages accepted today.
    pub accepted_pages: f64,
    /// Pages that must be accepted today for every line that has begun to reach its target in time; overdue lines, and those
    /// of which no conversion says how many pages they are, are left out. Nothing on days off.
    pub needed_pages: f64,
}

impl Pressing {
    fn add(&mut self, other: &Self) {
        self.lines += other.lines;
        self.at_risk += other.at_risk;
        self.accepted_pages += other.accepted_pages;
        self.needed_pages += other.needed_pages;
        self.most.extend(other.most.iter().cloned());
        self.sort();
    }

    fn sort(&mut self) {
        self.most.sort_by(LineProgress::by_need);
        self.most.truncate(MOST_LINES);
    }
}

/// What was found out last.
#[derive(Debug, Default)]
pub struct Kept(Mutex<Option<Found>>);

#[derive(Debug)]
struct Found {
    /// All events until this one are in it.
    event: u64,
    today: Day,
    units: BTreeMap<String, Pressing>,
}

/// What the roadmap asks today of lines of these units.
///
/// # Errors
/// `Unavailable` where the catalogue does not answer.
pub async fn pressing(archive: &Archive, kept: &Kept, units: &Units) -> Result<Pressing> {
    // Whoever comes while it is found out waits for it, and does not do the same beside it.
    let mut kept = kept.0.lock().await;
    let today = archive.catalog.today();
    let event = archive.catalog.pulse().await?.event;
    let still_holds = match kept.as_mut() {
        Some(found) if found.today == today => {
            let holds = event == found.event
                || (event.checked_sub(found.event).is_some_and(|more| more <= LOOKED_THROUGH)
                    && !archive.catalog.happened_between(found.event, event, &CHANGING).await?);
            found.event = if holds { event } else { found.event };
            holds
        }
        _ => false,
    };
    if !still_holds {
        // Which events are in it was asked before: what comes meanwhile makes it be found out anew, never left out.
        *kept = Some(Found { event, today, units: by_unit(archive, today).await? });
    }
    let mut whole = Pressing::default();
    let own = kept.iter().flat_map(|found| &found.units).filter(|(unit, _)| units.contains(unit));
    own.for_each(|(_, found)| whole.add(found));
    Ok(whole)
}

async fn by_unit(archive: &Archive, today: Day) -> Result<BTreeMap<String, Pressing>> {
    let mut units: BTreeMap<String, Pressing> = BTreeMap::new();
    let nothing = Work::default();
    for (roadmap, work) in archive.catalog.roadmaps_with_work().await? {
        let reckoning = Reckoning::on(today, &roadmap);
        for line in &roadmap.lines {
            let done = work.get(&line.code).unwrap_or(&nothing);
            let progress = reckoning.line(&roadmap, line, done);
            let unit = units.entry(line.unit.clone()).or_default();
            let (accepted, needed) = reckoning.today(&progress, done);
            unit.lines += 1;
            unit.accepted_pages += accepted;
            unit.needed_pages += needed;
            if progress.state.is_pressing() {
                unit.at_risk += 1;
                unit.most.push(progress);
                if unit.most.len() >= MOST_LINES * 4 {
                    unit.sort();
                }
            }
        }
    }
    units.values_mut().for_each(Pressing::sort);
    Ok(units)
}
