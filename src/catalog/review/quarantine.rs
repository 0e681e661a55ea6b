//! Quarantine (cách ly): dossiers with a secrecy stamp, and the decisions of an officer about them.

use crate::queue::dossier_scheduler::NewTask;
use crate::sql::{self, MAX_IN_LIST, WriteTx, bind_all, dynamic_query, get, get_json, get_u32, placeholders, retrying, to_json};
use crate::{Catalog, rfc3339};
use sohoa_base::error::{Error, Result};
use sohoa_base::model::delivered_file::{Container, DeliveredName};
use sohoa_base::model::dossier::{Dossier, QuarantineRelease};
use sohoa_base::model::pipeline_plan::{PipelinePlan, StageLevel};
use sohoa_base::model::refusal::RefusalClass;
use std::collections::{BTreeMap, BTreeSet};

/// A dossier in quarantine.
#[derive(Debug, Clone, PartialEq)]
pub struct HeldDossier {
    /// The dossier.
    pub dossier: Dossier,
    /// Pages in quarantine, sorted by file and number.
    pub pages: Vec<HeldPage>,
}

/// A page in quarantine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeldPage {
    /// Path of its file in the delivery.
    pub file: String,
    /// Number in the file, from 1.
    pub number: u32,
    /// Stamp that was found; none if the page is held because of another page.
    pub reason: Option<String>,
}

/// SHA-256 of the bytes of a dossier in quarantine, lower-case hexadecimal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeldDigests {
    /// Digests that no other dossier has.
    pub exclusive: BTreeSet<String>,
    /// Digests that another dossier has too.
    pub shared: BTreeSet<String>,
}

/// Decision of an officer about a dossier in quarantine.
#[derive(Debug, Clone, Copy)]
pub struct QuarantineDecision<'a> {
    /// Name of the officer.
    pub by: &'a str,
    /// Note of the officer.
    pub note: Option<&'a str>,
}

impl QuarantineDecision<'_> {
    fn cleaned_note(&self) -> Option<String> {
        self.note.map(sql::replace_nul).filter(|note| !note.is_empty())
    }
}

impl Catalog {
    /// Dossiers in quarantine, sorted by fonds and code.
    ///
    /// # Errors
    /// `Unavailable` where the catalogue does not answer.
    pub async fn held_dossiers(&self) -> Result<Vec<HeldDossier>> {
        let mut connection = self.read().await?;
        let statement = sqlx::query(
            "SELECT d.*, f.path AS file_path, p.number AS page_number, p.reason AS page_reason
             FROM pages p JOIN files f ON f.id = p.file JOIN dossiers d ON d.id = p.dossier
             WHERE p.state = 'held' ORDER BY d.fonds, d.code, f.path, p.number",
        );
        let mut held: Vec<HeldDossier> = Vec::new();
        for row in &sql::fetch_all(&mut connection, statement, "cannot read what is in quarantine").await? {
            let dossier = crate::rows::dossier_from_row(row)?;
            let page = HeldPage {
                file: get_json::<DeliveredName>(row, "file_path")?.display,
                number: get_u32(row, "page_number")?,
                reason: get(row, "page_reason")?,
            };
            match held.last_mut() {
                Some(last) if last.dossier.id == dossier.id => last.pages.push(page),
                _ => held.push(HeldDossier { dossier, pages: vec![page] }),
            }
        }
        Ok(held)
    }

    /// Releases a dossier: enqueues its pages in quarantine; secrecy stamps on them do not hold it any more. Returns the batch of
    /// the tasks. `given` is the pipeline as text and its plan, used if the dossier's own is not known any more.
    ///
    /// # Errors
    /// `NotFound` if the dossier has nothing in quarantine; `Conflict` while it has open tasks.
    pub async fn release_dossier(&self, dossier: &str, decision: QuarantineDecision<'_>, given: (&str, &PipelinePlan)) -> Result<String> {
        retrying!(self.release_dossier_once(dossier, decision, given))
    }

    async fn release_dossier_once(&self, dossier: &str, decision: QuarantineDecision<'_>, given: (&str, &PipelinePlan)) -> Result<String> {
        let mut write = self.write().await?;
        let active_batch = write.lock_held_dossier(dossier).await?;
        let release = QuarantineRelease { by: sql::replace_nul(decision.by), at: rfc3339(write.now), note: decision.cleaned_note() };
        let statement = sqlx::query(
            "UPDATE pages SET state = 'waiting', class = NULL, reason = NULL, released = $2
             WHERE dossier = $1 AND state = 'held' RETURNING id",
        )
        .bind(dossier.to_owned())
        .bind(to_json(&release)?);
        let rows = sql::fetch_all(write.connection(), statement, "cannot release pages").await?;
        let mut items = rows.iter().map(|row| get::<String>(row, "id")).collect::<Result<Vec<_>>>()?;
        items.sort();
        let text = "UPDATE documents SET stale = 1
                    WHERE id IN (SELECT document FROM pages WHERE dossier = $1 AND state = 'waiting' AND document IS NOT NULL)";
        sql::execute(write.connection(), sqlx::query(text).bind(dossier.to_owned()), "cannot mark documents").await?;
        let (batch, group) = self.open_decision_batch(&mut write, (dossier, &active_batch), StageLevel::Page, given).await?;
        let pages = items.len();
        let tasks: Vec<NewTask> =
            items.into_iter().map(|item| NewTask { dossier: dossier.to_owned(), group, level: StageLevel::Page, item }).collect();
        write.enqueue_tasks(&batch, &tasks, true).await?;
        write.append_events(&batch, &[(dossier, "dossier-released", serde_json::json!({ "release": release, "pages": pages }))]).await?;
        write.commit().await?;
        Ok(batch)
    }

    /// Digests of the files that a removal of the dossier deletes from the archive: its files in quarantine, and the archives that
    /// contained them.
    ///
    /// # Errors
    /// `Conflict` if a page was deposited before its stamp was found, since deposits are never withdrawn, and while the dossier has
    /// open tasks.
    pub async fn held_digests(&self, dossier: &str) -> Result<HeldDigests> {
        let mut connection = self.read().await?;
        let statement = sqlx::query(
            "SELECT f.sha256, f.container, p.document FROM files f JOIN pages p ON p.file = f.id WHERE p.dossier = $1 AND p.state = 'held'",
        )
        .bind(dossier.to_owned());
        let worked_on = sqlx::query("SELECT 1 AS one FROM dossiers WHERE id = $1 AND open_tasks > 0").bind(dossier.to_owned());
        if sql::fetch_optional(&mut connection, worked_on, "dossier in quarantine").await?.is_some() {
            return Err(dossier_busy());
        }
        let mut own = BTreeSet::new();
        for row in &sql::fetch_all(&mut connection, statement, "cannot read files in quarantine").await? {
            if get::<Option<String>>(row, "document")?.is_some() {
                return Err(Error::conflict("a page of it was stored before the stamp was seen; earlier versions of the dossier keep it"));
            }
            own.insert(get::<String>(row, "sha256")?);
            if let Some(container) = get::<Option<String>>(row, "container")? {
                own.insert(sql::from_json::<Container>(&container, "container of a file")?.sha256);
            }
        }
        let mut shared = BTreeSet::new();
        for chunk in own.iter().cloned().collect::<Vec<String>>().chunks(MAX_IN_LIST) {
            let text = format!(
                "SELECT DISTINCT sha256 FROM files WHERE dossier <> $1 AND state NOT IN ('removed', 'expanded') AND sha256 IN ({})",
                placeholders(2, chunk.len())
            );
            let statement = bind_all(dynamic_query(text).bind(dossier.to_owned()), chunk);
            for row in &sql::fetch_all(&mut connection, statement, "cannot look for files in use").await? {
                shared.insert(get::<String>(row, "sha256")?);
            }
        }
        own.retain(|sha256| !shared.contains(sha256));
        Ok(HeldDigests { exclusive: own, shared })
    }

    /// Marks the files of a dossier in quarantine as removed from the archive; returns the batches whose balance changed.
    ///
    /// # Errors
    /// `NotFound` if the dossier has nothing in quarantine; `Conflict` while it has open tasks.
    pub async fn remove_dossier(&self, dossier: &str, decision: QuarantineDecision<'_>) -> Result<BTreeSet<String>> {
        retrying!(self.remove_dossier_once(dossier, decision))
    }

    async fn remove_dossier_once(&self, dossier: &str, decision: QuarantineDecision<'_>) -> Result<BTreeSet<String>> {
        let mut write = self.write().await?;
        write.lock_held_dossier(dossier).await?;
        let by = sql::replace_nul(decision.by);
        let note = decision.cleaned_note();
        let why = note.as_ref().map(|note| format!(": {note}")).unwrap_or_default();
        let reason = format!("taken out of quarantine and out of the archive by {by} at {}{why}", rfc3339(write.now));
        let own = "SELECT file FROM pages WHERE dossier = $1 AND state = 'held'";
        let text = format!(
            "UPDATE files SET state = 'removed', class = $2, reason = $3 WHERE id IN ({own}) OR duplicate_of IN ({own})
             RETURNING id, batch, path, sha256"
        );
        let statement = dynamic_query(text).bind(dossier.to_owned()).bind(RefusalClass::Secret.as_str()).bind(reason.clone());
        let rows = sql::fetch_all(write.connection(), statement, "cannot remove files").await?;
        let mut removed: BTreeMap<String, Vec<serde_json::Value>> = BTreeMap::new();
        for row in &rows {
            let file = get_json::<DeliveredName>(row, "path")?.display;
            let body = serde_json::json!({ "by": by, "note": note, "file": file, "sha256": get::<String>(row, "sha256")? });
            removed.entry(get(row, "batch")?).or_default().push(body);
        }
        let statement = sqlx::query(
            "UPDATE pages SET state = 'refused', class = $2, reason = $3
             WHERE file IN (SELECT id FROM files WHERE dossier = $1 AND state = 'removed')",
        )
        .bind(dossier.to_owned())
        .bind(RefusalClass::Secret.as_str())
        .bind(reason);
        sql::execute(write.connection(), statement, "cannot remove pages").await?;
        for (batch, files) in &removed {
            let events: Vec<_> = files.iter().map(|body| (dossier, "file-removed", body.clone())).collect();
            write.append_events(batch, &events).await?;
        }
        write.commit().await?;
        Ok(removed.into_keys().collect())
    }
}

impl WriteTx {
    /// Locks a dossier that is in quarantine and has no open tasks; returns its active batch.
    async fn lock_held_dossier(&mut self, dossier: &str) -> Result<String> {
        self.lock_dossiers_by_id(vec![dossier.to_owned()]).await?;
        let statement = sqlx::query(
            "SELECT active_batch, open_tasks, (SELECT count(*) FROM pages WHERE dossier = $1 AND state = 'held') AS held
             FROM dossiers WHERE id = $1",
        )
        .bind(dossier.to_owned());
        let row = sql::fetch_one(self.connection(), statement, "dossier in quarantine").await?;
        if get::<i64>(&row, "held")? == 0 {
            return Err(Error::not_found("nothing of this dossier is in quarantine; `sohoa quarantine list` shows what is"));
        }
        if get::<i64>(&row, "open_tasks")? > 0 {
            return Err(dossier_busy());
        }
        get(&row, "active_batch")
    }
}

fn dossier_busy() -> Error {
    Error::conflict("the dossier is being worked on; decide again when its run has ended")
}
