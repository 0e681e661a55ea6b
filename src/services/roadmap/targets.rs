//! Targets (chỉ tiêu) of the roadmaps: look-up, and attachment of runs to them.

use crate::archive::Archive;
use crate::outbox;
use sohoa_base::error::Result;
use sohoa_base::messages::{roadmap, runs};
use sohoa_base::model::account::{Identity, Right, UnitScope};
use sohoa_base::model::roadmap::plan::{Roadmap, Target};
use sohoa_catalog::find_target;
use std::sync::Arc;

/// Attaches a run to a target, or detaches it; the caller needs the right to manage runs of its unit.
///
/// # Errors
/// `NotFound` for an unknown run or target, or a run of another unit; `Invalid` for a target of another unit than the run's.
pub async fn attach_run(archive: &Archive, by: &Identity, run: &str, target: Option<&str>) -> Result<()> {
    let batch = archive.catalog.batch(run).await?;
    if !by.units_with(Right::ManageRuns).contains(&batch.unit) {
        return Err(runs::run_not_visible(run));
    }
    archive.catalog.attach_batch(run, target, &by.user.name).await?;
    outbox::write_ledger_soon(archive, run).await;
    Ok(())
}

/// Code of the target to which a run belongs, and code and name of each target of its unit.
///
/// # Errors
/// `Unavailable` where the catalogue does not answer.
pub async fn targets_for_run(archive: &Archive, run: &str, unit: &str) -> Result<(Option<String>, Vec<(String, String)>)> {
    let target = archive.catalog.targets_of_batches(&[run.to_owned()]).await?.remove(run);
    let known = archive.catalog.roadmaps().await?;
    let own = known.iter().flat_map(|roadmap| &roadmap.targets).filter(|target| target.unit == unit);
    Ok((target, own.map(|target| (target.code.clone(), target.name.clone())).collect()))
}

/// Code and name of the targets of these units, in the order of their plans; at most `limit`, and whether there are more.
///
/// # Errors
/// `Unavailable` where the catalogue does not answer.
pub async fn targets_of_units(archive: &Archive, units: &UnitScope, limit: usize) -> Result<(Vec<(String, String)>, bool)> {
    let known = archive.catalog.roadmaps().await?;
    let mut own = known.iter().flat_map(|roadmap| &roadmap.targets).filter(|target| units.contains(&target.unit));
    let first: Vec<(String, String)> = own.by_ref().take(limit).map(|target| (target.code.clone(), target.name.clone())).collect();
    Ok((first, own.next().is_some()))
}

/// A target of these units with its roadmap.
///
/// # Errors
/// `NotFound` for an unknown one, or one of another unit.
pub async fn authorized_target(archive: &Archive, units: &UnitScope, code: &str) -> Result<(Arc<Roadmap>, Target)> {
    let known = archive.catalog.roadmaps().await?;
    let found = find_target(&known, code).filter(|(_, target)| units.contains(&target.unit));
    found.map(|(roadmap, target)| (Arc::clone(roadmap), target.clone())).ok_or_else(|| roadmap::target_not_visible(code))
}
