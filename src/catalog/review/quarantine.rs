//! Quarantine (cách ly): dossiers with a secrecy stamp, and the decisions of an officer about them.

use crate::queue::dossier_scheduler::NewTask;
use crate::rows::message_from_row;
use crate::sql::{
    self, MAX_IN_LIST, WriteTx, bind_all, dynamic_query, get, get_json, get_u32, placeholders, retrying, to_json, unit_condition,
};
use crate::{Catalog, rfc3339};
use sohoa_base::error::{Error, Result};
use sohoa_base::messages::StoredMessage;
use sohoa_base::messages::decisions;
use sohoa_base::model::account::UnitScope;
use sohoa_base::model::delivered_file::DeliveredName;
use sohoa_base::model::dossier::{Dossier, QuarantineRelease};
use sohoa_base::model::pipeline_plan::{PipelinePlan, StageLevel};
use sohoa_base::model::refusal::RefusalClass;
use sqlx::AnyConnection;
use sqlx::any::AnyRow;
use std::collections::BTreeMap;

/// Files and pages that could not be read and whose originals therefore wait: what was refused for a reason that says nothing about
/// the content, and damaged pages among readable ones.
const UNREAD_SQL: &str = "(
    SELECT f.id, f.batch, f.dossier, f.path, CAST(NULL AS BIGINT) AS number, f.reason, f.message FROM files f
    WHERE f.state = 'refused' AND f.deposited = 0 AND f.released IS NULL AND f.duplicate_of IS NULL AND f.sha256 <> ''
      AND f.class IN ('limit', 'outage', 'bug')
    UNION ALL
    SELECT f.id, f.batch, f.dossier, f.path, p.number, p.reason, p.message FROM pages p JOIN files f ON f.id = p.file
    WHERE p.state = 'refused' AND p.released IS NULL AND f.state NOT IN ('refused', 'removed') AND f.deposited = 0
      AND (p.class IN ('limit', 'outage', 'bug', 'secret') OR (p.class = 'input' AND EXISTS (
           SELECT 1 FROM pages o WHERE o.file = f.id AND o.state IN ('read', 'stored', 'review')))))";

const EVERY_CLASS: [RefusalClass; 5] =
    [RefusalClass::Input, RefusalClass::Limit, RefusalClass::Secret, RefusalClass::Outage, RefusalClass::Bug];

/// A dossier in quarantine, or with originals that wait because they could not be read.
#[derive(Debug, Clone, PartialEq)]
pub struct HeldDossier {
    /// The dossier.
    pub dossier: Dossier,
    /// Pages in quarantine, sorted by file and number.
    pub pages: Vec<HeldPage>,
    /// Files and pages that could not be read, so that nobody knows whether they bear a stamp.
    pub unread: Vec<UnreadItem>,
    /// Arrival of the last of these files, RFC 3339; none: not known any more.
    pub received: Option<String>,
}

/// A file or page that could not be read. Its original waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnreadItem {
    /// Path of the file in the delivery.
    pub file: String,
    /// Number of the page, from 1; none: the whole file.
    pub page: Option<u32>,
    /// Reason of the refusal, in English.
    pub reason: String,
    /// Its code and values.
    pub message: Option<StoredMessage>,
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
    /// Its code and values.
    pub message: Option<StoredMessage>,
}

/// Decision of an officer about a dossier in quarantine.
#[derive(Debug, Clone, Copy)]
pub struct QuarantineDecision<'a> {
    /// Name of the officer.
    pub by: &'a str,
    /// Note of the officer.
    pub note: Option<&'a str>,
    /// Account of the operating system under which the decision was given on the command line, or that of the archive in a browser.
    pub operator: &'a str,
}

impl QuarantineDecision<'_> {
    pub(crate) fn cleaned_note(&self) -> Option<String> {
        self.note.map(sql::replace_nul).filter(|note| !note.is_empty())
    }
}

impl Catalog {
    /// Dossiers of these units in quarantine, and those with originals that could not be read, sorted by fonds and code.
    ///
    /// # Errors
    /// `Unavailable` where the catalogue does not answer.
    pub async fn held_dossiers(&self, units: &UnitScope) -> Result<Vec<HeldDossier>> {
        let mut connection = self.read().await?;
        let mut held: BTreeMap<(String, String), HeldDossier> = BTreeMap::new();
        let (only, names) = unit_condition(units, "d.fonds", 1);
        let text = format!(
            "SELECT d.*, f.path AS file_path, p.number AS page_number, p.reason AS page_reason, p.message AS page_message, b.created AS received
             FROM pages p JOIN files f ON f.id = p.file JOIN dossiers d ON d.id = p.dossier LEFT JOIN batches b ON b.id = f.batch
             WHERE p.state = 'held' AND {only} ORDER BY d.fonds, d.code, f.path, p.number"
        );
        let statement = bind_all(dynamic_query(text), &names);
        for row in &sql::fetch_all(&mut connection, statement, "cannot read what is in quarantine").await? {
            let page = HeldPage {
                file: get_json::<DeliveredName>(row, "file_path")?.display,
                number: get_u32(row, "page_number")?,
                reason: get(row, "page_reason")?,
                message: message_from_row(row, "page_message")?,
            };
            held_dossier(&mut held, row)?.pages.push(page);
        }
        let text = format!(
            "SELECT d.*, u.path AS file_path, u.number AS page_number, u.reason AS page_reason, u.message AS page_message, b.created AS received
             FROM {UNREAD_SQL} u JOIN dossiers d ON d.id = u.dossier LEFT JOIN batches b ON b.id = u.batch
             WHERE d.open_tasks = 0 AND {only} ORDER BY u.path, u.number"
        );
        let statement = bind_all(dynamic_query(text), &names);
        for row in &sql::fetch_all(&mut connection, statement, "cannot read what could not be read").await? {
            let item = UnreadItem {
                file: get_json::<DeliveredName>(row, "file_path")?.display,
                page: get::<Option<i64>>(row, "page_number")?.and_then(|number| u32::try_from(number).ok()),
                reason: get::<Option<String>>(row, "page_reason")?.unwrap_or_default(),
                message: message_from_row(row, "page_message")?,
            };
            held_dossier(&mut held, row)?.unread.push(item);
        }
        Ok(held.into_values().collect())
    }

    /// Releases a dossier: enqueues its pages in quarantine, and what could not be read; secrecy stamps on them do not hold it any
    /// more, and originals that still cannot be read are deposited. Returns the batch of the tasks. `given` is the
    /// pipeline as text and its plan, used if the dossier's own is not known any more.
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
            "UPDATE pages SET state = 'waiting', class = NULL, reason = NULL, message = NULL, released = $2
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
        let unread = unread_files(write.connection(), dossier).await?;
        for (table, column) in [("pages", "file"), ("files", "id")] {
            for chunk in unread.chunks(MAX_IN_LIST) {
                let text = format!(
                    "UPDATE {table} SET released = $1 WHERE state = 'refused' AND released IS NULL AND {column} IN ({})",
                    placeholders(2, chunk.len())
                );
                let statement = bind_all(dynamic_query(text).bind(to_json(&release)?), chunk);
                sql::execute(write.connection(), statement, "cannot release what could not be read").await?;
            }
        }
        let (batch, group) = self.open_decision_batch(&mut write, (dossier, &active_batch), StageLevel::Page, given).await?;
        let pages = items.len();
        self.requeue_refused(&mut write, &batch, &unread, &EVERY_CLASS).await?;
        let tasks: Vec<NewTask> =
            items.into_iter().map(|item| NewTask { dossier: dossier.to_owned(), group, level: StageLevel::Page, item }).collect();
        write.enqueue_tasks(&batch, &tasks, true).await?;
        let body = serde_json::json!({
            "release": release, "pages": pages, "unread_files": unread.len(), "operator": sql::replace_nul(decision.operator),
        });
        write.append_events(&batch, &[(dossier, "dossier-released", body)]).await?;
        write.commit().await?;
        Ok(batch)
    }
}

/// The entry of the dossier of a row.
fn held_dossier<'a>(held: &'a mut BTreeMap<(String, String), HeldDossier>, row: &AnyRow) -> Result<&'a mut HeldDossier> {
    let dossier = crate::rows::dossier_from_row(row)?;
    let key = (dossier.name.fonds.clone(), dossier.name.code.clone());
    let received = get::<Option<i64>>(row, "received")?.map(rfc3339);
    let entry = held.entry(key).or_insert_with(|| HeldDossier { dossier, pages: Vec::new(), unread: Vec::new(), received: None });
    // All are in UTC, so that the later one is the greater text.
    entry.received = entry.received.take().max(received);
    Ok(entry)
}

/// Files of a dossier that could not be read, wholly or in part, and that no officer has released.
pub(crate) async fn unread_files(connection: &mut AnyConnection, dossier: &str) -> Result<Vec<String>> {
    let text = format!("SELECT DISTINCT u.id FROM {UNREAD_SQL} u WHERE u.dossier = $1");
    let rows = sql::fetch_all(connection, dynamic_query(text).bind(dossier.to_owned()), "cannot read what could not be read").await?;
    let mut files = rows.iter().map(|row| get(row, "id")).collect::<Result<Vec<String>>>()?;
    files.sort();
    Ok(files)
}

impl WriteTx {
    /// Locks a dossier that is in quarantine, or has originals that could not be read, and has no open tasks; returns its active
    /// batch.
    pub(crate) async fn lock_held_dossier(&mut self, dossier: &str) -> Result<String> {
        self.lock_dossiers_by_id(vec![dossier.to_owned()]).await?;
        let statement = sqlx::query(
            "SELECT active_batch, open_tasks, (SELECT count(*) FROM pages WHERE dossier = $1 AND state = 'held') AS held
             FROM dossiers WHERE id = $1",
        )
        .bind(dossier.to_owned());
        let row = sql::fetch_one(self.connection(), statement, "dossier in quarantine").await?;
        if get::<i64>(&row, "held")? == 0 && unread_files(self.connection(), dossier).await?.is_empty() {
            return Err(decisions::quarantine_empty());
        }
        if get::<i64>(&row, "open_tasks")? > 0 {
            return Err(dossier_busy());
        }
        get(&row, "active_batch")
    }
}

pub(crate) fn dossier_busy() -> Error {
    decisions::dossier_busy()
}
