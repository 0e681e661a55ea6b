//! Removal of a dossier in quarantine from the archive, with the archives that contain its files.

use crate::events::count_unblankable_events;
use crate::facts::withholding::{FactsOf, load_content_facts};
use crate::outbox_fact::OutboxFact;
use crate::review::quarantine::{QuarantineDecision, dossier_busy, unread_files};
use crate::rows::{bind_refusal, dossier_from_row, fetch_by_ids};
use crate::sql::{self, MAX_IN_LIST, bind_all, dynamic_query, get, get_json, placeholders, retrying};
use crate::{Catalog, rfc3339};
use sohoa_base::error::Result;
use sohoa_base::messages::{decisions, secrecy};
use sohoa_base::model::delivered_file::DeliveredName;
use sohoa_base::model::dossier::{DossierName, FileState};
use sohoa_base::model::refusal::{Refusal, RefusalClass};
use sqlx::AnyConnection;
use std::collections::{BTreeMap, BTreeSet};

/// What a removal of a dossier in quarantine deletes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RemovalPlan {
    /// SHA-256 of bytes that leave the archive: of the dossier's files that are in no object, and of all archives that contain them.
    pub digests: BTreeSet<String>,
    /// SHA-256 of bytes that stay, because another dossier has them.
    pub shared: BTreeSet<String>,
    /// Dossiers whose objects may have some of these bytes.
    pub deposited: Vec<DossierName>,
    /// Folders of the files, each with its batch: the lists beside them go too.
    pub folders: BTreeSet<(String, String)>,
    /// Documents of the dossier that no object has; their parts may wait for a deposit.
    pub documents: Vec<String>,
    /// Events of earlier versions of the program that keep what they say of the dossier's content.
    pub unblankable_events: u64,
    files: Vec<String>,
    containers: Vec<String>,
    /// Whether nothing of the dossier stays.
    is_whole: bool,
    locked: BTreeSet<String>,
}

impl Catalog {
    /// What a removal of the dossier deletes. Archives are followed upwards, in every dossier where the same bytes arrived.
    ///
    /// # Errors
    /// `Conflict` if a page was deposited before its stamp was found, since deposits are never withdrawn, and while a dossier concerned
    /// has open tasks.
    pub async fn removal_plan(&self, dossier: &str) -> Result<RemovalPlan> {
        removal_plan(&mut *self.read().await?, dossier).await
    }

    /// Marks the files of a dossier in quarantine, and the archives that contain them, as removed from the archive; returns the
    /// batches whose balance changed.
    ///
    /// # Errors
    /// `NotFound` if the dossier has nothing in quarantine; else as [`Catalog::removal_plan`].
    pub async fn remove_dossier(&self, dossier: &str, decision: QuarantineDecision<'_>) -> Result<BTreeSet<String>> {
        retrying!(self.remove_dossier_once(dossier, decision))
    }

    async fn remove_dossier_once(&self, dossier: &str, decision: QuarantineDecision<'_>) -> Result<BTreeSet<String>> {
        // What is not sealed yet cannot be blanked.
        self.seal_events().await?;
        let mut write = self.write().await?;
        let expected = removal_plan(write.connection(), dossier).await?;
        write.lock_dossiers_by_id(expected.locked.into_iter().collect()).await?;
        write.lock_held_dossier(dossier).await?;
        let plan = removal_plan(write.connection(), dossier).await?;
        let by = sql::replace_nul(decision.by);
        let note = decision.cleaned_note();
        let at = rfc3339(write.now);
        let removed_by = match &note {
            Some(note) => secrecy::removed_with_note(&by, &at, note),
            None => secrecy::removed(&by, &at),
        };
        let refusal = Refusal::new(RefusalClass::Secret, &removed_by);
        let refusal_of_containers = Refusal::new(RefusalClass::Secret, &secrecy::container_of_removed(removed_by));
        let mut removed: BTreeMap<String, Vec<(String, serde_json::Value)>> = BTreeMap::new();
        for (files, refusal, contains) in [(&plan.files, &refusal, false), (&plan.containers, &refusal_of_containers, true)] {
            for chunk in files.chunks(MAX_IN_LIST) {
                let text = format!(
                    "UPDATE files SET state = 'removed', class = $1, reason = $2, message = $3, withheld = 0 WHERE id IN ({})
                     RETURNING id, batch, dossier, path, sha256",
                    placeholders(4, chunk.len())
                );
                let statement = bind_refusal(dynamic_query(text), refusal)?;
                for row in &sql::fetch_all(write.connection(), bind_all(statement, chunk), "cannot remove files").await? {
                    let file = get_json::<DeliveredName>(row, "path")?.display;
                    let mut body = serde_json::json!({
                        "by": by, "note": note, "operator": sql::replace_nul(decision.operator), "file": file,
                        "sha256": get::<String>(row, "sha256")?,
                    });
                    if contains && let Some(body) = body.as_object_mut() {
                        body.insert("contains_removed".to_owned(), true.into());
                    }
                    removed.entry(get(row, "batch")?).or_default().push((get(row, "dossier")?, body));
                }
                // Only pages with a stamp keep a class: the same bytes as those of the others may be in other dossiers.
                let text = format!(
                    "UPDATE pages SET state = 'refused', class = CASE WHEN state = 'held' AND reason IS NOT NULL THEN $1 END,
                            reason = CASE WHEN state = 'held' AND reason IS NOT NULL THEN $2 END,
                            message = CASE WHEN state = 'held' AND reason IS NOT NULL THEN $3 END WHERE file IN ({})",
                    placeholders(4, chunk.len())
                );
                let statement = bind_refusal(dynamic_query(text), refusal)?;
                sql::execute(write.connection(), bind_all(statement, chunk), "cannot remove pages").await?;
            }
        }
        for (batch, files) in &removed {
            let events: Vec<_> = files.iter().map(|(dossier, body)| (dossier.as_str(), "file-removed", body.clone())).collect();
            write.append_events(batch, &events).await?;
            write.mark_due(OutboxFact::Batch(batch.clone()), None);
        }
        let dossiers: BTreeSet<(&String, &String)> =
            removed.iter().flat_map(|(batch, files)| files.iter().map(move |(dossier, _)| (dossier, batch))).collect();
        let files = [plan.files.as_slice(), plan.containers.as_slice()].concat();
        for (of, batch) in dossiers {
            let whole = of == dossier && plan.is_whole;
            write.blank_events(batch, of, if whole { None } else { Some(&files) }).await?;
        }
        write.commit().await?;
        Ok(removed.into_keys().collect())
    }
}

async fn removal_plan(connection: &mut AnyConnection, dossier: &str) -> Result<RemovalPlan> {
    let statement =
        sqlx::query("SELECT f.deposited, p.document FROM pages p JOIN files f ON f.id = p.file WHERE p.dossier = $1 AND p.state = 'held'")
            .bind(dossier.to_owned());
    let held = sql::fetch_all(connection, statement, "cannot read pages in quarantine").await?;
    for row in &held {
        if get::<i64>(row, "deposited")? != 0 || get::<Option<String>>(row, "document")?.is_some() {
            return Err(decisions::removal_page_stored_before());
        }
    }
    let unread: BTreeSet<String> = unread_files(connection, dossier).await?.into_iter().collect();
    let statement = sqlx::query(
        "SELECT f.id, f.batch, f.path, f.sha256, f.duplicate_of FROM files f
         WHERE f.dossier = $1 AND f.deposited = 0 AND f.state <> 'removed'
           AND NOT EXISTS (SELECT 1 FROM pages p WHERE p.file = f.id AND p.document IS NOT NULL)",
    )
    .bind(dossier.to_owned());
    let rows = sql::fetch_all(connection, statement, "cannot read files in quarantine").await?;
    let is_removed = |id: &str| !held.is_empty() || unread.contains(id);
    let mut originals = BTreeSet::new();
    for row in &rows {
        let id: String = get(row, "id")?;
        if get::<Option<String>>(row, "duplicate_of")?.is_none() && is_removed(&id) {
            originals.insert(id);
        }
    }
    if originals.is_empty() && !unread.is_empty() {
        return Err(decisions::removal_pages_in_documents());
    }
    let unblankable_events = count_unblankable_events(connection, dossier).await?;
    let statement = sqlx::query("SELECT version FROM dossiers WHERE id = $1").bind(dossier.to_owned());
    let version: i64 = get(&sql::fetch_one(connection, statement, "dossier in quarantine").await?, "version")?;
    let is_whole = !held.is_empty() && version == 0;
    let mut plan = RemovalPlan { unblankable_events, is_whole, ..RemovalPlan::default() };
    let mut own = BTreeSet::new();
    for row in &rows {
        let (id, repeats): (String, Option<String>) = (get(row, "id")?, get(row, "duplicate_of")?);
        if !originals.contains(repeats.as_ref().unwrap_or(&id)) {
            continue;
        }
        let sha256: String = get(row, "sha256")?;
        own.extend(Some(sha256).filter(|sha256| !sha256.is_empty()));
        let path = get_json::<DeliveredName>(row, "path")?.display;
        let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder).to_owned();
        plan.folders.insert((get(row, "batch")?, folder));
        plan.files.push(id);
    }
    let facts = load_content_facts(connection, FactsOf::Digests(&own.iter().cloned().collect::<Vec<_>>())).await?;
    let elsewhere = |state: FileState| !matches!(state, FileState::Removed | FileState::Expanded);
    let shared = facts.files().iter().filter(|file| own.contains(&file.sha256) && file.dossier != dossier && elsewhere(file.state));
    plan.shared = shared.map(|file| file.sha256.clone()).collect();
    let mut containers: BTreeSet<&str> = BTreeSet::new();
    for file in facts.files().iter().filter(|file| own.contains(&file.sha256)) {
        // Where another dossier keeps the bytes, its archives stay too.
        if (file.dossier == dossier || !plan.shared.contains(&file.sha256))
            && let Some(container) = &file.container
        {
            containers.insert(container);
            containers.extend(facts.containers(container));
        }
    }
    plan.locked.insert(dossier.to_owned());
    let mut with_bytes = BTreeSet::new();
    for file in facts.files() {
        let is_container = containers.contains(file.sha256.as_str());
        if is_container || own.contains(&file.sha256) && !plan.shared.contains(&file.sha256) {
            with_bytes.insert(file.dossier.clone());
        }
        if is_container && !file.deposited && file.state != FileState::Removed && !plan.files.contains(&file.id) {
            plan.containers.push(file.id.clone());
            plan.locked.insert(file.dossier.clone());
        }
    }
    if plan.locked.iter().any(|id| facts.dossier(id).open) {
        return Err(dossier_busy());
    }
    for row in &fetch_by_ids(connection, "dossiers", &with_bytes.into_iter().collect::<Vec<_>>()).await? {
        let found = dossier_from_row(row)?;
        if found.version > 0 {
            plan.deposited.push(found.name);
        }
    }
    plan.digests = containers.into_iter().map(str::to_owned).collect();
    plan.digests.extend(own.into_iter().filter(|sha256| !plan.shared.contains(sha256)));
    let statement = sqlx::query("SELECT id FROM documents WHERE dossier = $1 AND stored = 0").bind(dossier.to_owned());
    let rows = sql::fetch_all(connection, statement, "cannot read documents").await?;
    plan.documents = rows.iter().map(|row| get(row, "id")).collect::<Result<_>>()?;
    Ok(plan)
}
