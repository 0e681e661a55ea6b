//! Progress of groups of targets, with ranks: by unit, by phase.

use crate::progress::{TargetProgress, TargetState, ratio};
use schemars::JsonSchema;
use serde::Serialize;
use std::collections::HashMap;

/// Progress of several targets together, in pages of A4.
#[derive(Debug, Clone, Default, PartialEq, Serialize, JsonSchema)]
pub struct GroupProgress {
    /// Common unit or phase.
    pub name: String,
    /// Group in which units are ranked.
    pub unit_group: String,
    /// Number of targets.
    pub targets: u32,
    /// Number of targets that are reached.
    pub done_targets: u32,
    /// Number of targets that are overdue.
    pub overdue: u32,
    /// Number of targets near their deadline.
    pub near_deadline: u32,
    /// Total pages; targets without a conversion are left out.
    pub target_pages: f64,
    /// Pages done.
    pub done_pages: f64,
    /// Share done, 0 to 1.
    pub share_done: f64,
    /// Elapsed share of time, weighted by total pages, 0 to 1.
    pub share_elapsed: f64,
    /// Rank within the group of units, from 1; equal shares have one rank.
    pub rank: u32,
    /// Budget, đồng.
    pub budget: u64,
}

/// Groups targets by `name`, and ranks the groups within their groups of units.
#[must_use]
pub fn group_progress<'a>(
    targets: impl IntoIterator<Item = &'a TargetProgress>,
    name: impl Fn(&'a TargetProgress) -> &'a str,
) -> Vec<GroupProgress> {
    let mut all: HashMap<&str, (GroupProgress, f64)> = HashMap::new();
    for target in targets {
        let name = name(target);
        let (sum, elapsed) = all.entry(name).or_default();
        if sum.targets == 0 {
            name.clone_into(&mut sum.name);
        }
        if sum.unit_group.is_empty() {
            sum.unit_group.clone_from(&target.unit_group);
        }
        sum.targets += 1;
        sum.done_targets += u32::from(target.state == TargetState::Done);
        sum.overdue += u32::from(target.state == TargetState::Overdue);
        sum.near_deadline += u32::from(target.is_near_deadline);
        sum.budget += target.budget;
        if let Some((planned, done)) = target.pages {
            sum.target_pages += planned;
            // Surplus of one target does not make up for another.
            sum.done_pages += done.min(planned);
            *elapsed += target.share_elapsed * planned;
        }
    }
    let mut all: Vec<GroupProgress> = all
        .into_values()
        .map(|(mut sum, elapsed)| {
            sum.share_done = ratio(sum.done_pages, sum.target_pages);
            sum.share_elapsed = if sum.target_pages > 0.0 { elapsed / sum.target_pages } else { 0.0 };
            sum
        })
        .collect();
    all.sort_by(|one, other| {
        one.unit_group
            .cmp(&other.unit_group)
            .then_with(|| other.share_done.total_cmp(&one.share_done))
            .then_with(|| one.name.cmp(&other.name))
    });
    let mut before: Option<(String, f64, u32)> = None;
    let mut place = 0;
    for one in &mut all {
        let is_same_block = before.as_ref().is_some_and(|(block, ..)| *block == one.unit_group);
        place = if is_same_block { place + 1 } else { 1 };
        one.rank = match &before {
            Some((_, share, rank)) if is_same_block && share.total_cmp(&one.share_done).is_eq() => *rank,
            _ => place,
        };
        before = Some((one.unit_group.clone(), one.share_done, one.rank));
    }
    all
}
