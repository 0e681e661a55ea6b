//! Failed tasks: what cannot be done is parked with class and reason until a person retries or cancels it. Its dossier waits; all
//! other work goes on.

use crate::queue::claims::Claim;
use crate::rows::{bind_refusal, fetch_by_ids, file_from_row, message_from_row, refusal_columns, refusal_from_row};
use crate::sql::{self, SqlValue, WriteTx, dynamic_query, get, get_enum, get_u32, retrying};
use crate::{Catalog, rfc3339};
use serde::Serialize;
use serde_json::json;
use sohoa_base::error::{Error, Result};
use sohoa_base::messages::runs;
use sohoa_base::model::account::UnitScope;
use sohoa_base::model::batch::FailedItem;
use sohoa_base::model::dossier::Item;
use sohoa_base::model::refusal::{Refusal, RefusalClass};
use sqlx::AnyConnection;
use sqlx::any::AnyRow;
use std::collections::{BTreeMap, BTreeSet};

/// Lists failed tasks; `{of}` is the condition.
const FAILED_SQL: &str = "SELECT t.*, d.fonds, d.code, d.title, p.number AS page, COALESCE(p.file, f.id) AS file_id, o.number AS document
     FROM failed_tasks t JOIN dossiers d ON d.id = t.dossier
     LEFT JOIN pages p ON t.level = 'page' AND p.id = t.item
     LEFT JOIN files f ON t.level = 'file' AND f.id = t.item
     LEFT JOIN documents o ON t.level = 'document' AND o.id = t.item
     WHERE {of} ORDER BY t.failed_at, t.id";

/// A failed task with its dossier.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct FailedTask {
    /// Identifier of the task.
    pub id: String,
    /// Batch whose pipeline it belongs to.
    pub batch: String,
    /// Unit of its dossier.
    pub unit: String,
    /// Title of its dossier.
    pub title: String,
    /// Time of the failure, RFC 3339.
    pub failed_at: String,
    /// Item, class and reason.
    #[serde(flatten)]
    pub item: FailedItem,
}

/// What a claimed task is, as its row says.
pub(crate) struct ClaimedTask<'a> {
    pub(crate) id: &'a str,
    pub(crate) attempt: u32,
    pub(crate) batch: &'a str,
    pub(crate) dossier: &'a str,
    pub(crate) group: i64,
    pub(crate) level: &'a str,
    pub(crate) item: &'a str,
}

impl Catalog {
    /// Parks a claimed task that cannot be done, with the processor time that each stage took (name, milliseconds). Its dossier gets
    /// no further dossier-level task until the failure is retried or cancelled.
    ///
    /// # Errors
    /// `Conflict` if the lease was lost.
    pub async fn fail_task(&self, claim: &Claim, refusal: &Refusal, costs: &[(String, u64)]) -> Result<()> {
        let (level, item) = match &claim.item {
            Item::File { file, .. } => ("file", file.id.as_str()),
            Item::Page { page, .. } => ("page", page.id.as_str()),
            Item::Document { document, .. } => ("document", document.as_str()),
            Item::Dossier(_) => ("dossier", claim.dossier.as_str()),
        };
        let (batch, dossier, group) = (claim.batch.as_str(), claim.dossier.as_str(), sql::to_i64(claim.group));
        let task = ClaimedTask { id: &claim.task, attempt: claim.attempt, batch, dossier, group, level, item };
        retrying!(self.fail_task_once(&task, refusal, costs))
    }

    /// As [`Catalog::fail_task`], for a task whose item cannot be loaded.
    pub(crate) async fn fail_unloadable_task(&self, row: &AnyRow, error: &Error) -> Result<()> {
        let text = |column: &str| get::<String>(row, column);
        let (id, batch, dossier, level, item) = (text("id")?, text("batch")?, text("dossier")?, text("level")?, text("item")?);
        let task = ClaimedTask {
            id: &id,
            attempt: get_u32(row, "attempts")?,
            batch: &batch,
            dossier: &dossier,
            group: get(row, "stage_group")?,
            level: &level,
            item: &item,
        };
        retrying!(self.fail_task_once(&task, &Refusal::from(error), &[]))
    }

    async fn fail_task_once(&self, task: &ClaimedTask<'_>, refusal: &Refusal, costs: &[(String, u64)]) -> Result<()> {
        let mut write = self.write().await?;
        let statement = sqlx::query("DELETE FROM tasks WHERE id = $1 AND attempts = $2 AND worker IS NOT NULL")
            .bind(task.id.to_owned())
            .bind(i64::from(task.attempt));
        if sql::execute(write.connection(), statement, "cannot end a task").await? == 0 {
            return Err(runs::task_lease_lost(task.id));
        }
        write.lock_dossiers_by_id(vec![task.dossier.to_owned()]).await?;
        let [class, reason, message] = refusal_columns(Some(refusal))?;
        let row = vec![
            task.id.into(),
            task.batch.into(),
            task.dossier.into(),
            SqlValue::Int(task.group),
            task.level.into(),
            task.item.into(),
            SqlValue::Int(i64::from(task.attempt)),
            SqlValue::NullableText(class),
            SqlValue::NullableText(reason),
            SqlValue::NullableText(message),
            SqlValue::Int(write.now),
        ];
        let insert = "INSERT INTO failed_tasks (id, batch, dossier, stage_group, level, item, attempts, class, reason, message, failed_at)
                      VALUES";
        sql::bulk_insert(write.connection(), insert, vec![row], "", "cannot park a task").await?;
        self.complete_tasks(&mut write, task.dossier, 1).await?;
        write.add_costs(task.batch, costs).await?;
        let body =
            json!({ "level": task.level, "item": task.item, "class": refusal.class, "reason": refusal.reason, "message": refusal.message });
        write.append_events(task.batch, &[(task.dossier, "task-failed", body)]).await?;
        write.commit().await
    }

    /// Failed tasks in dossiers of these units, of one batch or of all, the oldest first; at most `limit`.
    ///
    /// # Errors
    /// `Unavailable` where the catalogue does not answer.
    pub async fn failed_tasks(&self, units: &UnitScope, batch: Option<&str>, limit: usize) -> Result<Vec<FailedTask>> {
        let mut connection = self.read().await?;
        let (only, names) = sql::unit_condition(units, "d.fonds", 3);
        let of = format!("(CAST($1 AS TEXT) IS NULL OR {OF_BATCH_SQL}) AND {only}");
        let text = format!("{} LIMIT $2", FAILED_SQL.replace("{of}", &of));
        let statement = sql::bind_all(dynamic_query(text).bind(batch.map(str::to_owned)).bind(sql::to_i64(limit)), &names);
        let rows = sql::fetch_all(&mut connection, statement, "cannot read failed tasks").await?;
        let items = failed_items_from_rows(&mut connection, &rows).await?;
        rows.iter()
            .zip(items)
            .map(|(row, item)| {
                Ok(FailedTask {
                    id: get(row, "id")?,
                    batch: get(row, "batch")?,
                    unit: get(row, "fonds")?,
                    title: get(row, "title")?,
                    failed_at: rfc3339(get(row, "failed_at")?),
                    item,
                })
            })
            .collect()
    }

    /// Numbers of failed tasks in the dossiers of each of these batches; a batch without any is not included.
    ///
    /// # Errors
    /// `Unavailable` where the catalogue does not answer.
    pub async fn failed_task_counts(&self, batches: &[String]) -> Result<BTreeMap<String, u64>> {
        let mut connection = self.read().await?;
        let mut counts = BTreeMap::new();
        for chunk in batches.chunks(sql::MAX_IN_LIST) {
            let text = format!(
                "SELECT v.batch, count(*) AS n FROM failed_tasks t JOIN deliveries v ON v.dossier = t.dossier
                 WHERE v.batch IN ({}) GROUP BY v.batch",
                sql::placeholders(1, chunk.len())
            );
            for row in &sql::fetch_all(&mut connection, sql::bind_all(dynamic_query(text), chunk), "cannot count failed tasks").await? {
                counts.insert(get(row, "batch")?, sql::get_u64(row, "n")?);
            }
        }
        Ok(counts)
    }

    /// Number of failed tasks of all batches.
    ///
    /// # Errors
    /// `Unavailable` where the catalogue does not answer.
    pub async fn failed_task_count(&self) -> Result<u64> {
        let mut connection = self.read().await?;
        let statement = sqlx::query("SELECT count(*) AS n FROM failed_tasks");
        sql::get_u64(&sql::fetch_one(&mut connection, statement, "count of failed tasks").await?, "n")
    }
}

/// Condition that a failed task `t` concerns a dossier of the batch `$1`.
const OF_BATCH_SQL: &str = "t.dossier IN (SELECT v.dossier FROM deliveries v WHERE v.batch = $1)";

/// Failed tasks in the dossiers of a batch, the oldest first.
pub(crate) async fn failed_items(connection: &mut AnyConnection, batch: &str) -> Result<Vec<FailedItem>> {
    let statement = dynamic_query(FAILED_SQL.replace("{of}", OF_BATCH_SQL)).bind(batch.to_owned());
    let rows = sql::fetch_all(connection, statement, "cannot read failed tasks").await?;
    failed_items_from_rows(connection, &rows).await
}

async fn failed_items_from_rows(connection: &mut AnyConnection, rows: &[AnyRow]) -> Result<Vec<FailedItem>> {
    let ids: BTreeSet<String> = rows.iter().filter_map(|row| get::<Option<String>>(row, "file_id").ok().flatten()).collect();
    let mut names: BTreeMap<String, String> = BTreeMap::new();
    for row in &fetch_by_ids(connection, "files", &ids.into_iter().collect::<Vec<_>>()).await? {
        let file = file_from_row(row)?;
        names.insert(file.id, file.delivered.path.display);
    }
    rows.iter()
        .map(|row| {
            let number = |column| -> Result<Option<u32>> { Ok(get::<Option<i64>>(row, column)?.and_then(|n| u32::try_from(n).ok())) };
            let file: Option<String> = get(row, "file_id")?;
            Ok(FailedItem {
                dossier: get(row, "code")?,
                level: get_enum(row, "level")?,
                file: file.and_then(|id| names.get(&id).cloned()),
                page: number("page")?,
                document: number("document")?,
                class: RefusalClass::parse_or_bug(&get::<String>(row, "class")?),
                reason: get(row, "reason")?,
                message: message_from_row(row, "message")?,
                tries: get_u32(row, "attempts")?,
            })
        })
        .collect()
}

impl WriteTx {
    /// Whether a task of the dossier is parked.
    pub(crate) async fn has_failed_tasks(&mut self, dossier: &str) -> Result<bool> {
        let statement = sqlx::query("SELECT 1 AS one FROM failed_tasks WHERE dossier = $1 LIMIT 1").bind(dossier.to_owned());
        Ok(sql::fetch_optional(self.connection(), statement, "cannot look for failed tasks").await?.is_some())
    }

    /// Dossiers of a batch with failed tasks.
    pub(crate) async fn dossiers_with_failed_tasks(&mut self, batch: &str) -> Result<BTreeSet<String>> {
        let text = format!("SELECT DISTINCT t.dossier FROM failed_tasks t WHERE {OF_BATCH_SQL}");
        let rows = sql::fetch_all(self.connection(), dynamic_query(text).bind(batch.to_owned()), "cannot read failed tasks").await?;
        rows.iter().map(|row| get(row, "dossier")).collect()
    }

    /// Puts failed tasks of a locked dossier back into the queue, of one class or of all; returns their number.
    pub(crate) async fn requeue_failed_tasks(&mut self, dossier: &str, class: Option<RefusalClass>) -> Result<u64> {
        self.requeue_failed(dossier, "(CAST($2 AS TEXT) IS NULL OR class = $2)", class).await
    }

    /// Before a dossier runs through its dossier-level groups again: failed tasks of those groups are done again in any case, failed
    /// documents are marked to be done again, and failed files and pages go back into the queue.
    pub(crate) async fn supersede_failed_tasks(&mut self, dossier: &str) -> Result<()> {
        if !self.has_failed_tasks(dossier).await? {
            return Ok(());
        }
        let statement = sqlx::query(
            "UPDATE documents SET stale = 1 WHERE id IN (SELECT item FROM failed_tasks WHERE dossier = $1 AND level = 'document')",
        );
        sql::execute(self.connection(), statement.bind(dossier.to_owned()), "cannot mark documents").await?;
        let statement = sqlx::query("DELETE FROM failed_tasks WHERE dossier = $1 AND level IN ('document', 'dossier')");
        sql::execute(self.connection(), statement.bind(dossier.to_owned()), "cannot end failed tasks").await?;
        self.requeue_failed(dossier, "CAST($2 AS TEXT) IS NULL", None).await.map(|_| ())
    }

    async fn requeue_failed(&mut self, dossier: &str, condition: &str, class: Option<RefusalClass>) -> Result<u64> {
        let text = format!(
            "INSERT INTO tasks (id, batch, dossier, stage_group, level, item, priority, ready_at, attempts, target)
             SELECT t.id, t.batch, t.dossier, t.stage_group, t.level, t.item, b.priority, $3, t.attempts, COALESCE(b.target, '')
             FROM failed_tasks t JOIN batches b ON b.id = t.batch WHERE t.dossier = $1 AND {condition}
             RETURNING target, batch"
        );
        let statement = dynamic_query(text).bind(dossier.to_owned()).bind(class.map(|class| class.as_str().to_owned())).bind(self.now);
        let rows = sql::fetch_all(self.connection(), statement, "cannot retry failed tasks").await?;
        if rows.is_empty() {
            return Ok(0);
        }
        for target in rows.iter().map(|row| get::<String>(row, "target")).collect::<Result<BTreeSet<_>>>()? {
            self.ensure_queue(&target).await?;
        }
        let statement = sqlx::query("DELETE FROM failed_tasks WHERE dossier = $1 AND id IN (SELECT id FROM tasks WHERE dossier = $1)");
        sql::execute(self.connection(), statement.bind(dossier.to_owned()), "cannot end failed tasks").await?;
        self.add_open_tasks(dossier, sql::to_i64(rows.len())).await?;
        for batch in rows.iter().map(|row| get::<String>(row, "batch")).collect::<Result<BTreeSet<_>>>()? {
            self.reopen_batch(&batch).await?;
        }
        Ok(rows.len() as u64)
    }

    /// Ends the failed tasks of a locked dossier without doing them: what they were about to finish is refused for the same reason.
    /// The originals are kept. Returns the number of refused files and pages, and whether the dossier may go on without them.
    pub(crate) async fn cancel_failed_tasks(&mut self, dossier: &str) -> Result<(u64, bool)> {
        let statement = sqlx::query("DELETE FROM failed_tasks WHERE dossier = $1 RETURNING level, item, class, reason, message")
            .bind(dossier.to_owned());
        let rows = sql::fetch_all(self.connection(), statement, "cannot cancel failed tasks").await?;
        let (mut refused, mut goes_on) = (0, true);
        for row in &rows {
            let (level, item): (String, String) = (get(row, "level")?, get(row, "item")?);
            let text = match level.as_str() {
                "file" => "UPDATE files SET state = 'refused', class = $2, reason = $3, message = $4 WHERE id = $1 AND state = 'received'",
                "page" => {
                    "UPDATE pages SET state = 'refused', class = $2, reason = $3, message = $4 WHERE id = $1 AND state IN ('waiting', 'read')"
                }
                "document" => {
                    "UPDATE pages SET state = 'refused', class = $2, reason = $3, message = $4 WHERE document = $1 AND state IN ('waiting', 'read')"
                }
                _ => {
                    "UPDATE pages SET state = 'refused', class = $2, reason = $3, message = $4 WHERE dossier = $1 AND state IN ('waiting', 'read')"
                }
            };
            let Some(refusal) = refusal_from_row(row)? else { continue };
            let statement = bind_refusal(sqlx::query(text).bind(item.clone()), &refusal)?;
            refused += sql::execute(self.connection(), statement, "cannot refuse what was cancelled").await?;
            goes_on &= level != "dossier";
            if level == "file" {
                self.refuse_duplicates(&[item], &refusal).await?;
            }
        }
        Ok((refused, goes_on))
    }
}
