//! Scheduling weights: the share of the workers that the runs of each target get.

use crate::archive::Archive;
use rayon::iter::{IntoParallelRefIterator, ParallelIterator};
use sohoa_base::error::Result;
use sohoa_base::model::calendar::Day;
use sohoa_base::model::roadmap::ledger::TargetLedger;
use sohoa_base::model::roadmap::plan::{Roadmap, Target};
use sohoa_catalog::TargetProgressMap;
use sohoa_roadmap::progress::{self, ProgressCalculator};
use std::collections::BTreeMap;

/// Scheduling weight of each target, by code.
pub(crate) fn target_weights(roadmap: &Roadmap, work: &TargetProgressMap, today: Day) -> BTreeMap<String, u32> {
    let calculator = ProgressCalculator::as_of(today, roadmap);
    let nothing = TargetLedger::default();
    let weight = |target: &Target| {
        progress::scheduling_weight(&calculator.target_progress(roadmap, target, work.get(&target.code).unwrap_or(&nothing)))
    };
    roadmap.targets.par_iter().map(|target| (target.code.clone(), weight(target))).collect()
}

/// Recomputes the scheduling weights of all targets as of today.
///
/// # Errors
/// `Unavailable` where the catalogue does not answer.
pub async fn update_target_weights(archive: &Archive) -> Result<()> {
    for (roadmap, work) in archive.catalog.roadmaps_with_progress().await? {
        archive.catalog.set_target_weights(&target_weights(&roadmap, &work, archive.catalog.today())).await?;
    }
    Ok(())
}
