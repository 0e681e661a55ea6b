//! Claims: workers take tasks from the queue under a lease.

use crate::rows::{dossier_from_row, fetch_by_ids, file_from_row, load_contents, page_from_row};
use crate::sql::{self, WriteTx, get, get_u32, retrying};
use crate::{Catalog, Engine};
use sohoa_base::error::Result;
use sohoa_base::messages::program;
use sohoa_base::model::dossier::{Dossier, DossierSnapshot, File, Item, Page};
use sohoa_base::model::pipeline_plan::PipelinePlan;
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, AssertSqlSafe};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

/// A claimed task with its item.
#[derive(Debug, Clone, PartialEq)]
pub struct Claim {
    /// Identifier of the task.
    pub task: String,
    /// Number of this claim of the task, from 1; the fencing token.
    pub attempt: u32,
    /// Earlier claims that ended in a transient error or in the loss of the worker. At [`crate::MAX_LOST_CLAIMS`] or more the task should
    /// be parked instead of tried.
    pub failures: u32,
    /// Error of the last attempt, if it was recorded.
    pub last_error: Option<String>,
    /// Identifier of the batch.
    pub batch: String,
    /// Identifier of the dossier.
    pub dossier: String,
    /// Index of the group in the plan.
    pub group: usize,
    /// Plan of the batch.
    pub plan: Arc<PipelinePlan>,
    /// Item to work on.
    pub item: Item,
}

/// Statement of a claim. Later groups are claimed first, so that dossiers are finished before new ones are begun. `ready_at` is the
/// end of the lease or of the backoff; before it a task cannot be claimed.
const CLAIM_SQL: &str = "WITH ready AS MATERIALIZED (
        SELECT t.id FROM tasks t JOIN batches b ON b.id = t.batch
        WHERE t.ready_at <= $1 AND b.control = 'run' AND {of}
        ORDER BY {order} LIMIT $4 {lock}
    )
    UPDATE tasks SET worker = $2, ready_at = $3, attempts = attempts + 1,
        failures = failures + CASE WHEN worker IS NULL THEN 0 ELSE 1 END
    WHERE id IN (SELECT id FROM ready)
    RETURNING id, batch, dossier, stage_group, level, item, priority, attempts, failures, error";

/// Stride scheduling: pass value that one task adds for a target of weight 1.
const STRIDE: i64 = 1_000_000;

/// Worker, lease and maximum number of tasks of a claim.
#[derive(Clone, Copy)]
struct ClaimRequest<'a> {
    worker: &'a str,
    lease: Duration,
    limit: usize,
}

/// Tasks from which a claim selects.
#[derive(Clone, Copy)]
enum ClaimFilter<'a> {
    Batch(&'a str),
    /// Tasks with a priority above 0.
    Urgent,
    Target(&'a str),
}

impl Catalog {
    /// Claims up to `limit` tasks for `lease` with their items: of one batch; or of all batches that are not paused, urgent ones
    /// first and then by the fair shares of the targets of roadmaps.
    ///
    /// # Errors
    /// `Unavailable` where the catalogue does not answer.
    pub async fn claim(&self, worker: &str, lease: Duration, limit: usize, batch: Option<&str>) -> Result<Vec<Claim>> {
        let rows = retrying!(self.claim_rows(worker, lease, limit, batch))?;
        if rows.is_empty() {
            return Ok(Vec::new());
        }
        match self.load_claims(&mut *self.read().await?, &rows).await {
            Err(error) if !error.kind().is_outage() => {}
            loaded => return loaded,
        }
        // One of the items cannot be loaded: its task is parked, the others are done.
        let mut claims = Vec::with_capacity(rows.len());
        for row in rows {
            let loaded = self.load_claims(&mut *self.read().await?, std::slice::from_ref(&row)).await;
            match loaded {
                Ok(loaded) => claims.extend(loaded),
                Err(error) if error.kind().is_outage() => return Err(error),
                Err(error) => self.fail_unloadable_task(&row, &error).await?,
            }
        }
        Ok(claims)
    }

    async fn claim_rows(&self, worker: &str, lease: Duration, limit: usize, batch: Option<&str>) -> Result<Vec<AnyRow>> {
        if self.engine == Engine::Sqlite && !self.has_ready_tasks().await? {
            return Ok(Vec::new());
        }
        let mut write = self.write().await?;
        let request = ClaimRequest { worker, lease, limit };
        let rows = match batch {
            Some(batch) => self.claim_matching(&mut write, request, ClaimFilter::Batch(batch)).await?,
            None => {
                let urgent = self.claim_matching(&mut write, request, ClaimFilter::Urgent).await?;
                if urgent.is_empty() { self.claim_fair_share(&mut write, request).await? } else { urgent }
            }
        };
        write.commit().await?;
        Ok(rows)
    }

    /// Claims tasks of the target with the lowest pass value, or of the next one that has any. Each target gets its share of the
    /// workers, and none starves (stride scheduling: Waldspurger and Weihl, 1995).
    async fn claim_fair_share(&self, write: &mut WriteTx, request: ClaimRequest<'_>) -> Result<Vec<AnyRow>> {
        let statement = sqlx::query(
            "SELECT q.target, q.pass_value + COALESCE(p.turns, 0) AS pass_value, COALESCE(l.weight, 10) AS weight
             FROM queues q LEFT JOIN targets l ON l.code = q.target
             LEFT JOIN (SELECT target, CAST(SUM(pass_value) AS BIGINT) AS turns FROM pending_turns GROUP BY target) p ON p.target = q.target
             ORDER BY 2, 1",
        );
        let mut skipped = Vec::new();
        for queue in &sql::fetch_all(write.connection(), statement, "cannot read queues").await? {
            let (target, weight, pass_value): (String, i64, i64) =
                (get(queue, "target")?, get(queue, "weight")?, get(queue, "pass_value")?);
            let rows = self.claim_matching(write, request, ClaimFilter::Target(&target)).await?;
            if !rows.is_empty() {
                let served = sql::to_i64(rows.len()) * STRIDE / weight.max(1);
                write.count_turn(&target, served).await?;
                write.skip_queues(&skipped, pass_value).await?;
                return Ok(rows);
            }
            write.drop_idle_queue(&target).await?;
            skipped.push(target);
        }
        Ok(Vec::new())
    }

    async fn claim_matching(&self, write: &mut WriteTx, request: ClaimRequest<'_>, filter: ClaimFilter<'_>) -> Result<Vec<AnyRow>> {
        let lock = if self.engine == Engine::Postgres { "FOR UPDATE OF t SKIP LOCKED" } else { "" };
        let (of, order, name) = match filter {
            ClaimFilter::Batch(batch) => ("t.batch = $5", "t.stage_group DESC, t.priority DESC, t.id", batch),
            ClaimFilter::Urgent => ("t.priority > 0 AND CAST($5 AS TEXT) = ''", "t.priority DESC, t.stage_group DESC, t.id", ""),
            ClaimFilter::Target(target) => ("t.target = $5", "t.stage_group DESC, t.priority DESC, t.id", target),
        };
        let text = CLAIM_SQL.replace("{lock}", lock).replace("{of}", of).replace("{order}", order);
        let statement = sqlx::query(AssertSqlSafe(text))
            .bind(write.now)
            .bind(request.worker.to_owned())
            .bind(write.now.saturating_add(sql::to_i64(request.lease.as_millis())))
            .bind(sql::to_i64(request.limit))
            .bind(name.to_owned());
        sql::fetch_all(write.connection(), statement, "cannot claim tasks").await
    }

    /// Checks for ready tasks without the write lock, so that idle workers do not delay busy ones.
    async fn has_ready_tasks(&self) -> Result<bool> {
        let now = self.clock.now();
        let mut connection = self.read().await?;
        let statement = sqlx::query("SELECT 1 AS one FROM tasks WHERE ready_at <= $1 LIMIT 1").bind(now);
        Ok(sql::fetch_optional(&mut connection, statement, "cannot look for tasks").await?.is_some())
    }

    /// Loads the items of claimed tasks; each dossier is loaded once.
    async fn load_claims(&self, connection: &mut AnyConnection, rows: &[AnyRow]) -> Result<Vec<Claim>> {
        let mut items: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for row in rows {
            items.entry(get(row, "level")?).or_default().push(get(row, "item")?);
        }
        let ids = |level: &str| items.get(level).cloned().unwrap_or_default();
        let pages: BTreeMap<String, Page> =
            index_by_key(fetch_by_ids(connection, "pages", &ids("page")).await?.iter().map(page_from_row), |page| &page.id)?;
        let mut wanted = ids("file");
        wanted.extend(pages.values().map(|page| page.file.clone()));
        wanted.sort();
        wanted.dedup();
        let files: BTreeMap<String, File> =
            index_by_key(fetch_by_ids(connection, "files", &wanted).await?.iter().map(file_from_row), |file| &file.id)?;
        let mut wanted: Vec<String> = files.values().map(|file| file.dossier.clone()).collect();
        wanted.sort();
        wanted.dedup();
        let dossiers: BTreeMap<String, Dossier> =
            index_by_key(fetch_by_ids(connection, "dossiers", &wanted).await?.iter().map(dossier_from_row), |dossier| &dossier.id)?;
        let mut whole: BTreeMap<String, DossierSnapshot> = BTreeMap::new();
        let mut claims = Vec::with_capacity(rows.len());
        for row in rows {
            let (level, id, dossier): (String, String, String) = (get(row, "level")?, get(row, "item")?, get(row, "dossier")?);
            let missing = || program::bug(format!("catalogue: {level} {id} of a task does not exist"));
            let item = match level.as_str() {
                "file" => {
                    let file = files.get(&id).cloned().ok_or_else(missing)?;
                    Item::File { dossier: dossiers.get(&file.dossier).cloned().ok_or_else(missing)?, file }
                }
                "page" => {
                    let page = pages.get(&id).cloned().ok_or_else(missing)?;
                    let file = files.get(&page.file).cloned().ok_or_else(missing)?;
                    Item::Page { dossier: dossiers.get(&file.dossier).cloned().ok_or_else(missing)?, file, page }
                }
                _ => {
                    if !whole.contains_key(&dossier) {
                        whole.insert(dossier.clone(), load_contents(connection, &dossier).await?);
                    }
                    let contents = Box::new(whole.get(&dossier).cloned().ok_or_else(missing)?);
                    if level == "document" { Item::Document { document: id.clone(), contents } } else { Item::Dossier(contents) }
                }
            };
            let batch: String = get(row, "batch")?;
            let (group, priority, task): (i64, i64, String) = (get(row, "stage_group")?, get(row, "priority")?, get(row, "id")?);
            let claim = Claim {
                task,
                attempt: get_u32(row, "attempts")?,
                failures: get_u32(row, "failures")?,
                last_error: get(row, "error")?,
                plan: self.plan(connection, &batch).await?,
                batch,
                dossier,
                group: usize::try_from(group).unwrap_or(usize::MAX),
                item,
            };
            claims.push(((-group, -priority, claim.task.clone()), claim));
        }
        claims.sort_by(|a, b| a.0.cmp(&b.0));
        Ok(claims.into_iter().map(|(_, claim)| claim).collect())
    }
}

fn index_by_key<T>(items: impl Iterator<Item = Result<T>>, key: impl Fn(&T) -> &String) -> Result<BTreeMap<String, T>> {
    items.map(|item| item.map(|item| (key(&item).clone(), item))).collect()
}
