//! Verifies the fixity of every object in the store, the audit trail, and that every dossier of the catalogue exists in the store.

use super::event_log::audit::{AuditProblem, verify_log};
use crate::archive::Archive;
use crate::maintenance::leftovers::{self, Leftover};
use serde::Serialize;
use sohoa_base::error::Result;
use sohoa_base::messages::reading::ORIGINAL_LOST;
use sohoa_stages::{object_names, originals};
use sohoa_storage::ocfl::ocfl_object;
use sohoa_storage::ocfl::verify as fixity;
use std::collections::BTreeSet;

/// Dossiers read from the catalogue at a time.
const DOSSIER_CHUNK: usize = 1000;

/// Result of a verification.
#[derive(Debug, Serialize)]
pub struct VerifyReport {
    /// Dossier objects checked.
    pub objects: u64,
    /// Events of the log checked.
    pub events: u64,
    /// Problems of the event log.
    pub log_problems: Vec<AuditProblem>,
    /// Problems found.
    pub problems: Vec<Problem>,
    /// What nothing refers to: warnings.
    pub leftovers: Vec<Leftover>,
}

/// A problem.
#[derive(Debug, Serialize)]
pub struct Problem {
    /// Object name, or `catalog`.
    pub object: String,
    /// Path inside it.
    pub path: String,
    /// Description of the problem.
    pub problem: String,
    /// Whether bytes are lost or changed; if not, the remains of an interrupted deposit, which the next deposit repairs.
    pub damage: bool,
}

/// Verifies every object of the store, and the catalogue against the store.
///
/// # Errors
/// `Unavailable` when store or catalogue do not answer.
pub async fn verify_all(archive: &Archive) -> Result<VerifyReport> {
    let objects = ocfl_object::list_objects(archive.store.as_ref()).await?;
    let mut problems = Vec::new();
    for object in &objects {
        for finding in fixity::verify(archive.store.as_ref(), object).await? {
            problems.push(Problem { object: object.clone(), path: finding.path, problem: finding.problem, damage: finding.is_damage });
        }
    }
    let found: BTreeSet<&str> = objects.iter().map(String::as_str).collect();
    let mut after = None;
    loop {
        let dossiers = archive.catalog.dossiers(None, None, DOSSIER_CHUNK, after.as_ref()).await?;
        for summary in &dossiers {
            let object = object_names::dossier_object(&summary.dossier.name);
            if summary.dossier.version > 0 && !found.contains(object.as_str()) {
                problems.push(Problem {
                    object,
                    path: String::new(),
                    problem: "the catalogue knows this dossier, the store does not".to_owned(),
                    damage: true,
                });
            }
        }
        match dossiers.into_iter().next_back() {
            Some(last) => after = Some(last.dossier.name),
            None => break,
        }
    }
    find_lost_originals(archive, &mut problems).await?;
    let log = verify_log(archive, &[]).await?;
    let leftovers = leftovers::find_leftovers(archive, leftovers::MIN_AGE).await?;
    Ok(VerifyReport { objects: objects.len() as u64, events: log.events, log_problems: log.problems, problems, leftovers })
}

/// Originals that wait for their deposit and whose bytes are in no place where they are looked for.
async fn find_lost_originals(archive: &Archive, problems: &mut Vec<Problem>) -> Result<()> {
    let mut after = String::new();
    loop {
        let waiting = archive.catalog.waiting_originals(&after, DOSSIER_CHUNK).await?;
        let Some(last) = waiting.last() else { return Ok(()) };
        after.clone_from(&last.file);
        for original in waiting {
            match originals::locate_original_in(archive.store.as_ref(), &original.dossier, &original.sha256).await {
                Ok(_) => {}
                Err(error) if error.code() == ORIGINAL_LOST => problems.push(Problem {
                    object: object_names::dossier_object(&original.dossier),
                    path: original.path,
                    problem: "the bytes of this original are gone; deliver the file again".to_owned(),
                    damage: true,
                }),
                Err(error) => return Err(error),
            }
        }
    }
}
