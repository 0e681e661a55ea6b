//! Fixity of everything: every object of the store, the audit trail, and that the catalogue's dossiers exist.

use crate::archive::Archive;
use serde::Serialize;
use sohoa_base::error::{ErrorKind, Result};
use sohoa_stages::object_names;
use sohoa_storage::ocfl::ocfl_object;
use sohoa_storage::ocfl::verify as fixity;
use std::collections::BTreeSet;

/// Dossiers asked for at once.
const DOSSIER_CHUNK: usize = 1000;

/// What was checked, and what is wrong.
#[derive(Debug, Serialize)]
pub struct VerifyReport {
    /// Dossier objects checked.
    pub objects: u64,
    /// Events of the audit trail checked.
    pub events: u64,
    /// Everything that differs.
    pub problems: Vec<Problem>,
}

/// One difference.
#[derive(Debug, Serialize)]
pub struct Problem {
    /// Object, or `catalog`.
    pub object: String,
    /// Path inside it.
    pub path: String,
    /// What is wrong.
    pub problem: String,
    /// Whether bytes are lost or changed; else remains of a deposit that was cut off, which the next mends.
    pub damage: bool,
}

/// Checks every object of the store and the catalogue against it.
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
    let events = match archive.catalog.verify_events().await {
        Ok(events) => events,
        Err(error) if error.kind() == ErrorKind::Corrupt => {
            problems.push(Problem { object: "catalog".to_owned(), path: "events".to_owned(), problem: error.chain(), damage: true });
            0
        }
        Err(error) => return Err(error),
    };
    Ok(VerifyReport { objects: objects.len() as u64, events, problems })
}
