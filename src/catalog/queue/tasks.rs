//! The queue: tasks are claimed under a lease, renewed, given back.
//!
//! A lease is fenced by the number of the claim: whoever was slow and lost the task to another cannot
//! commit. Finished tasks are gone; what they did stands in the facts and in the events.

use crate::rows::{dossier_from_row, fetch_by_ids, file_from_row, load_contents, page_from_row};
use crate::sql::{self, WriteTx, get, get_u32, get_u64, retrying};
use crate::{Catalog, Engine};
use sohoa_base::error::{Error, Result};
use sohoa_base::model::dossier::{Dossier, DossierSnapshot, File, Item, Page};
use sohoa_base::model::pipeline_plan::PipelinePlan;
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, AssertSqlSafe};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

/// After so many failures a task is not given back any more: its item must be refused.
pub const MAX_FAILURES: u32 = 5;

/// A task in hand.
#[derive(Debug, Clone, PartialEq)]
pub struct Claim {
    /// The task.
    pub task: String,
    /// Number of this claim of the task, from 1: the fence.
    pub attempt: u32,
    /// Claims before this one that ended in a passing error or in the loss of the worker. At
    /// [`MAX_FAILURES`] or more the item should be refused instead of tried.
    pub failures: u32,
    /// Why the last try failed, where it said so.
    pub last_error: Option<String>,
    /// Batch that the task belongs to.
    pub batch: String,
    /// Identifier of the dossier that the task belongs to.
    pub dossier: String,
    /// Index of the group of the plan.
    pub group: usize,
    /// The batch's plan.
    pub plan: Arc<PipelinePlan>,
    /// What to work on.
    pub item: Item,
}

/// What became of a task that was given back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReleaseOutcome {
    /// It will be claimable again.
    Requeued,
    /// It failed [`MAX_FAILURES`] times: the lease is kept, and the caller commits a refusal.
    Exhausted,
}

/// Open tasks of one group of a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OpenTasks {
    /// Index of the group of the plan.
    pub group: usize,
    /// Claimable now.
    pub ready: u64,
    /// In somebody's hands.
    pub leased: u64,
    /// Waiting for its next try.
    pub waiting: u64,
}

/// The claim. Groups that come later go first, so that dossiers are ended before new ones are begun.
/// `ready_at` is the end of the lease or of the backoff: a task in hand is not claimable before it.
const CLAIM_SQL: &str = "WITH ready AS MATERIALIZED (
        SELECT t.id FROM tasks t JOIN batches b ON b.id = t.batch
        WHERE t.ready_at <= $1 AND b.control = 'run' AND {of}
        ORDER BY {order} LIMIT $4 {lock}
    )
    UPDATE tasks SET worker = $2, ready_at = $3, attempts = attempts + 1,
        failures = failures + CASE WHEN worker IS NULL THEN 0 ELSE 1 END
    WHERE id IN (SELECT id FROM ready)
    RETURNING id, batch, dossier, grp, level, item, priority, attempts, failures, error";

/// What one task of a line of weight 1 adds to what it was served.
const STRIDE: i64 = 1_000_000;

/// Who claims, for how long, and how many.
#[derive(Clone, Copy)]
struct ClaimRequest<'a> {
    worker: &'a str,
    lease: Duration,
    limit: usize,
}

/// Of which tasks.
#[derive(Clone, Copy)]
enum ClaimFilter<'a> {
    Batch(&'a str),
    /// Of those that go before all others.
    Urgent,
    Target(&'a str),
}

impl Catalog {
    /// Claims up to `limit` tasks for `lease` with their items: of one batch; or of all that are not paused, those of urgent
    /// batches first and then of the lines of roadmaps in turn.
    ///
    /// # Errors
    /// `Unavailable` where the catalogue does not answer.
    pub async fn claim(&self, worker: &str, lease: Duration, limit: usize, batch: Option<&str>) -> Result<Vec<Claim>> {
        let rows = retrying!(self.claim_rows(worker, lease, limit, batch))?;
        if rows.is_empty() {
            return Ok(Vec::new());
        }
        let mut connection = self.read().await?;
        self.load_claims(&mut connection, &rows).await
    }

    async fn claim_rows(&self, worker: &str, lease: Duration, limit: usize, batch: Option<&str>) -> Result<Vec<AnyRow>> {
        if self.engine == Engine::Sqlite && !self.has_ready_tasks().await? {
            return Ok(Vec::new());
        }
        let mut write = self.write().await?;
        let asked = ClaimRequest { worker, lease, limit };
        let rows = match batch {
            Some(batch) => self.claim_matching(&mut write, asked, ClaimFilter::Batch(batch)).await?,
            None => {
                let urgent = self.claim_matching(&mut write, asked, ClaimFilter::Urgent).await?;
                if urgent.is_empty() { self.claim_fair_share(&mut write, asked).await? } else { urgent }
            }
        };
        write.commit().await?;
        Ok(rows)
    }

    /// Claims tasks of the line that was served least for its weight, or of the next one that has any: each gets its share
    /// of the workers, and none waits for ever. (Stride scheduling: Waldspurger and Weihl, 1995.)
    async fn claim_fair_share(&self, write: &mut WriteTx, asked: ClaimRequest<'_>) -> Result<Vec<AnyRow>> {
        let statement = sqlx::query(
            "SELECT q.line, q.pass, COALESCE(l.weight, 10) AS weight FROM queues q LEFT JOIN roadmap_lines l ON l.code = q.line ORDER BY q.pass, q.line",
        );
        let mut skipped = Vec::new();
        for queue in &sql::fetch_all(write.connection(), statement, "cannot read queues").await? {
            let (line, weight, pass): (String, i64, i64) = (get(queue, "line")?, get(queue, "weight")?, get(queue, "pass")?);
            let rows = self.claim_matching(write, asked, ClaimFilter::Target(&line)).await?;
            if !rows.is_empty() {
                let served = sql::to_i64(rows.len()) * STRIDE / weight.max(1);
                let statement = sqlx::query("UPDATE queues SET pass = pass + $2 WHERE line = $1").bind(line).bind(served);
                sql::execute(write.connection(), statement, "cannot count a turn").await?;
                write.skip_queues(&skipped, pass).await?;
                return Ok(rows);
            }
            write.drop_idle_queue(&line).await?;
            skipped.push(line);
        }
        Ok(Vec::new())
    }

    async fn claim_matching(&self, write: &mut WriteTx, asked: ClaimRequest<'_>, which: ClaimFilter<'_>) -> Result<Vec<AnyRow>> {
        let lock = if self.engine == Engine::Postgres { "FOR UPDATE OF t SKIP LOCKED" } else { "" };
        let (of, order, name) = match which {
            ClaimFilter::Batch(batch) => ("t.batch = $5", "t.grp DESC, t.priority DESC, t.id", batch),
            ClaimFilter::Urgent => ("t.priority > 0 AND CAST($5 AS TEXT) = ''", "t.priority DESC, t.grp DESC, t.id", ""),
            ClaimFilter::Target(line) => ("t.line = $5", "t.grp DESC, t.priority DESC, t.id", line),
        };
        let text = CLAIM_SQL.replace("{lock}", lock).replace("{of}", of).replace("{order}", order);
        let statement = sqlx::query(AssertSqlSafe(text))
            .bind(write.now)
            .bind(asked.worker.to_owned())
            .bind(write.now.saturating_add(sql::to_i64(asked.lease.as_millis())))
            .bind(sql::to_i64(asked.limit))
            .bind(name.to_owned());
        sql::fetch_all(write.connection(), statement, "cannot claim tasks").await
    }

    /// A look without the write lock, so that idle workers do not keep the busy ones waiting.
    async fn has_ready_tasks(&self) -> Result<bool> {
        let now = self.clock.now();
        let mut connection = self.read().await?;
        let statement = sqlx::query("SELECT 1 AS one FROM tasks WHERE ready_at <= $1 LIMIT 1").bind(now);
        Ok(sql::fetch_optional(&mut connection, statement, "cannot look for tasks").await?.is_some())
    }

    /// Whether any batch that is not paused has an open task, in hand or not.
    ///
    /// # Errors
    /// `Unavailable` where the catalogue does not answer.
    pub async fn has_open_tasks(&self) -> Result<bool> {
        let mut connection = self.read().await?;
        let statement = sqlx::query("SELECT 1 AS one FROM tasks t JOIN batches b ON b.id = t.batch WHERE b.control = 'run' LIMIT 1");
        Ok(sql::fetch_optional(&mut connection, statement, "cannot look for tasks").await?.is_some())
    }

    /// Loads the items of claimed tasks; each dossier once.
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
            let missing = || Error::internal(format!("{level} {id} of a task does not exist"));
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
            let (group, priority, task): (i64, i64, String) = (get(row, "grp")?, get(row, "priority")?, get(row, "id")?);
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

    /// Keeps a task for another `lease` from now.
    ///
    /// # Errors
    /// `Conflict` where the lease was lost.
    pub async fn renew(&self, claim: &Claim, lease: Duration) -> Result<()> {
        retrying!(async {
            let mut write = self.write().await?;
            let statement = sqlx::query("UPDATE tasks SET ready_at = $3 WHERE id = $1 AND attempts = $2 AND worker IS NOT NULL")
                .bind(claim.task.clone())
                .bind(i64::from(claim.attempt))
                .bind(write.now.saturating_add(sql::to_i64(lease.as_millis())));
            if sql::execute(write.connection(), statement, "cannot renew a lease").await? == 0 {
                return Err(lease_lost(claim));
            }
            write.commit().await
        })
    }

    /// Gives a task back after a passing error, to be tried again after `wait`.
    ///
    /// # Errors
    /// `Conflict` where the lease was lost.
    pub async fn release(&self, claim: &Claim, wait: Duration, error: &Error) -> Result<ReleaseOutcome> {
        if claim.failures + 1 >= MAX_FAILURES {
            return Ok(ReleaseOutcome::Exhausted);
        }
        self.end_lease(claim, wait, 1, Some(sql::replace_nul(&error.chain()))).await?;
        Ok(ReleaseOutcome::Requeued)
    }

    /// Gives a task back untouched, as a worker does that is asked to stop; not counted as a failure.
    ///
    /// # Errors
    /// `Conflict` where the lease was lost.
    pub async fn release_unchanged(&self, claim: &Claim) -> Result<()> {
        self.end_lease(claim, Duration::ZERO, 0, claim.last_error.clone()).await
    }

    async fn end_lease(&self, claim: &Claim, wait: Duration, failures: i64, error: Option<String>) -> Result<()> {
        retrying!(async {
            let mut write = self.write().await?;
            let statement = sqlx::query(
                "UPDATE tasks SET worker = NULL, ready_at = $3, failures = failures + $4, error = $5
                 WHERE id = $1 AND attempts = $2 AND worker IS NOT NULL",
            )
            .bind(claim.task.clone())
            .bind(i64::from(claim.attempt))
            .bind(write.now.saturating_add(sql::to_i64(wait.as_millis())))
            .bind(failures)
            .bind(error.clone());
            if sql::execute(write.connection(), statement, "cannot give a task back").await? == 0 {
                return Err(lease_lost(claim));
            }
            write.commit().await
        })
    }

    /// Makes the tasks of workers that are gone claimable at once, so that nobody waits for their leases.
    ///
    /// # Errors
    /// `Unavailable` where the catalogue does not answer.
    pub async fn reclaim_dead_leases(&self, is_alive: impl Fn(&str) -> bool) -> Result<u64> {
        let statement = sqlx::query("SELECT DISTINCT worker FROM tasks WHERE worker IS NOT NULL");
        let rows = sql::fetch_all(&mut *self.read().await?, statement, "cannot read workers").await?;
        let mut taken = 0;
        for row in &rows {
            let worker: String = get(row, "worker")?;
            if is_alive(&worker) {
                continue;
            }
            taken += retrying!(async {
                let mut write = self.write().await?;
                let statement = sqlx::query("UPDATE tasks SET ready_at = $2 WHERE worker = $1").bind(worker.clone()).bind(write.now);
                let rows = sql::execute(write.connection(), statement, "cannot take over tasks").await?;
                write.commit().await?;
                Ok(rows)
            })?;
        }
        Ok(taken)
    }

    /// How many tasks are open, over all batches.
    ///
    /// # Errors
    /// `Unavailable` where the catalogue does not answer.
    pub async fn open_task_count(&self) -> Result<u64> {
        let mut connection = self.read().await?;
        let statement = sqlx::query("SELECT count(*) AS n FROM tasks");
        sql::get_u64(&sql::fetch_one(&mut connection, statement, "count of tasks").await?, "n")
    }

    /// Open tasks of a batch by group. Tasks of its dossiers that another batch drives are not among them.
    ///
    /// # Errors
    /// `Unavailable` where the catalogue does not answer.
    pub async fn open_tasks(&self, batch: &str) -> Result<Vec<OpenTasks>> {
        let mut connection = self.read().await?;
        let statement = sqlx::query(
            "SELECT grp, count(CASE WHEN ready_at <= $2 THEN 1 END) AS ready,
                    count(CASE WHEN ready_at > $2 AND worker IS NOT NULL THEN 1 END) AS leased,
                    count(CASE WHEN ready_at > $2 AND worker IS NULL THEN 1 END) AS waiting
             FROM tasks WHERE batch = $1 GROUP BY grp ORDER BY grp",
        )
        .bind(batch.to_owned())
        .bind(self.clock.now());
        let rows = sql::fetch_all(&mut connection, statement, "cannot count open tasks").await?;
        rows.iter()
            .map(|row| {
                Ok(OpenTasks {
                    group: usize::try_from(get::<i64>(row, "grp")?).unwrap_or(usize::MAX),
                    ready: get_u64(row, "ready")?,
                    leased: get_u64(row, "leased")?,
                    waiting: get_u64(row, "waiting")?,
                })
            })
            .collect()
    }
}

pub(crate) fn lease_lost(claim: &Claim) -> Error {
    Error::conflict(format!("the lease of task {} was lost to another worker", claim.task))
}

fn index_by_key<T>(items: impl Iterator<Item = Result<T>>, key: impl Fn(&T) -> &String) -> Result<BTreeMap<String, T>> {
    items.map(|item| item.map(|item| (key(&item).clone(), item))).collect()
}
