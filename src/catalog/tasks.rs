//! The queue: tasks are claimed under a lease, renewed, given back.
//!
//! A lease is fenced by the number of the claim: whoever was slow and lost the task to another cannot
//! commit. Finished tasks are gone; what they did stands in the facts and in the events.

use crate::rows::{by_id, contents, dossier_of, file_of, page_of};
use crate::sql::{self, Write, get, get_u32, get_u64, retrying};
use crate::{Catalog, Engine};
use sohoa_base::error::{Error, Result};
use sohoa_base::model::holding::{Contents, Dossier, File, Item, Page};
use sohoa_base::model::plan::Plan;
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
    pub plan: Arc<Plan>,
    /// What to work on.
    pub item: Item,
}

/// What became of a task that was given back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Released {
    /// It will be claimable again.
    Waiting,
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
const CLAIM: &str = "WITH ready AS MATERIALIZED (
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
struct Asked<'a> {
    worker: &'a str,
    lease: Duration,
    limit: usize,
}

/// Of which tasks.
#[derive(Clone, Copy)]
enum Which<'a> {
    Batch(&'a str),
    /// Of those that go before all others.
    Urgent,
    Line(&'a str),
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
        self.load(&mut connection, &rows).await
    }

    async fn claim_rows(&self, worker: &str, lease: Duration, limit: usize, batch: Option<&str>) -> Result<Vec<AnyRow>> {
        if self.engine == Engine::Sqlite && !self.anything_ready().await? {
            return Ok(Vec::new());
        }
        let mut write = self.write().await?;
        let asked = Asked { worker, lease, limit };
        let rows = match batch {
            Some(batch) => self.claim_of(&mut write, asked, Which::Batch(batch)).await?,
            None => {
                let urgent = self.claim_of(&mut write, asked, Which::Urgent).await?;
                if urgent.is_empty() { self.claim_in_turn(&mut write, asked).await? } else { urgent }
            }
        };
        write.commit().await?;
        Ok(rows)
    }

    /// Claims tasks of the line that was served least for its weight, or of the next one that has any: each gets its share
    /// of the workers, and none waits for ever. (Stride scheduling: Waldspurger and Weihl, 1995.)
    async fn claim_in_turn(&self, write: &mut Write, asked: Asked<'_>) -> Result<Vec<AnyRow>> {
        let statement = sqlx::query(
            "SELECT q.line, q.pass, COALESCE(l.weight, 10) AS weight FROM queues q LEFT JOIN roadmap_lines l ON l.code = q.line ORDER BY q.pass, q.line",
        );
        let mut skipped = Vec::new();
        for queue in &sql::all(write.connection(), statement, "cannot read queues").await? {
            let (line, weight, pass): (String, i64, i64) = (get(queue, "line")?, get(queue, "weight")?, get(queue, "pass")?);
            let rows = self.claim_of(write, asked, Which::Line(&line)).await?;
            if !rows.is_empty() {
                let served = sql::big(rows.len()) * STRIDE / weight.max(1);
                let statement = sqlx::query("UPDATE queues SET pass = pass + $2 WHERE line = $1").bind(line).bind(served);
                sql::execute(write.connection(), statement, "cannot count a turn").await?;
                write.pass_over(&skipped, pass).await?;
                return Ok(rows);
            }
            write.end_queue(&line).await?;
            skipped.push(line);
        }
        Ok(Vec::new())
    }

    async fn claim_of(&self, write: &mut Write, asked: Asked<'_>, which: Which<'_>) -> Result<Vec<AnyRow>> {
        let lock = if self.engine == Engine::Postgres { "FOR UPDATE OF t SKIP LOCKED" } else { "" };
        let (of, order, name) = match which {
            Which::Batch(batch) => ("t.batch = $5", "t.grp DESC, t.priority DESC, t.id", batch),
            Which::Urgent => ("t.priority > 0 AND CAST($5 AS TEXT) = ''", "t.priority DESC, t.grp DESC, t.id", ""),
            Which::Line(line) => ("t.line = $5", "t.grp DESC, t.priority DESC, t.id", line),
        };
        let text = CLAIM.replace("{lock}", lock).replace("{of}", of).replace("{order}", order);
        let statement = sqlx::query(AssertSqlSafe(text))
            .bind(write.now)
            .bind(asked.worker.to_owned())
            .bind(write.now.saturating_add(sql::big(asked.lease.as_millis())))
            .bind(sql::big(asked.limit))
            .bind(name.to_owned());
        sql::all(write.connection(), statement, "cannot claim tasks").await
    }

    /// A look without the write lock, so that idle workers do not keep the busy ones waiting.
    async fn anything_ready(&self) -> Result<bool> {
        let now = self.clock.now();
        let mut connection = self.read().await?;
        let statement = sqlx::query("SELECT 1 AS one FROM tasks WHERE ready_at <= $1 LIMIT 1").bind(now);
        Ok(sql::optional(&mut connection, statement, "cannot look for tasks").await?.is_some())
    }

    /// Whether any batch that is not paused has an open task, in hand or not.
    ///
    /// # Errors
    /// `Unavailable` where the catalogue does not answer.
    pub async fn has_work(&self) -> Result<bool> {
        let mut connection = self.read().await?;
        let statement = sqlx::query("SELECT 1 AS one FROM tasks t JOIN batches b ON b.id = t.batch WHERE b.control = 'run' LIMIT 1");
        Ok(sql::optional(&mut connection, statement, "cannot look for tasks").await?.is_some())
    }

    /// Loads the items of claimed tasks; each dossier once.
    async fn load(&self, connection: &mut AnyConnection, rows: &[AnyRow]) -> Result<Vec<Claim>> {
        let mut items: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for row in rows {
            items.entry(get(row, "level")?).or_default().push(get(row, "item")?);
        }
        let ids = |level: &str| items.get(level).cloned().unwrap_or_default();
        let pages: BTreeMap<String, Page> = keyed(by_id(connection, "pages", &ids("page")).await?.iter().map(page_of), |page| &page.id)?;
        let mut wanted = ids("file");
        wanted.extend(pages.values().map(|page| page.file.clone()));
        wanted.sort();
        wanted.dedup();
        let files: BTreeMap<String, File> = keyed(by_id(connection, "files", &wanted).await?.iter().map(file_of), |file| &file.id)?;
        let mut wanted: Vec<String> = files.values().map(|file| file.dossier.clone()).collect();
        wanted.sort();
        wanted.dedup();
        let dossiers: BTreeMap<String, Dossier> =
            keyed(by_id(connection, "dossiers", &wanted).await?.iter().map(dossier_of), |dossier| &dossier.id)?;
        let mut whole: BTreeMap<String, Contents> = BTreeMap::new();
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
                        whole.insert(dossier.clone(), contents(connection, &dossier).await?);
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
                .bind(write.now.saturating_add(sql::big(lease.as_millis())));
            if sql::execute(write.connection(), statement, "cannot renew a lease").await? == 0 {
                return Err(lost(claim));
            }
            write.commit().await
        })
    }

    /// Gives a task back after a passing error, to be tried again after `wait`.
    ///
    /// # Errors
    /// `Conflict` where the lease was lost.
    pub async fn release(&self, claim: &Claim, wait: Duration, error: &Error) -> Result<Released> {
        if claim.failures + 1 >= MAX_FAILURES {
            return Ok(Released::Exhausted);
        }
        self.put_back(claim, wait, 1, Some(sql::clean(&error.chain()))).await?;
        Ok(Released::Waiting)
    }

    /// Gives a task back untouched, as a worker does that is asked to stop; not counted as a failure.
    ///
    /// # Errors
    /// `Conflict` where the lease was lost.
    pub async fn give_back(&self, claim: &Claim) -> Result<()> {
        self.put_back(claim, Duration::ZERO, 0, claim.last_error.clone()).await
    }

    async fn put_back(&self, claim: &Claim, wait: Duration, failures: i64, error: Option<String>) -> Result<()> {
        retrying!(async {
            let mut write = self.write().await?;
            let statement = sqlx::query(
                "UPDATE tasks SET worker = NULL, ready_at = $3, failures = failures + $4, error = $5
                 WHERE id = $1 AND attempts = $2 AND worker IS NOT NULL",
            )
            .bind(claim.task.clone())
            .bind(i64::from(claim.attempt))
            .bind(write.now.saturating_add(sql::big(wait.as_millis())))
            .bind(failures)
            .bind(error.clone());
            if sql::execute(write.connection(), statement, "cannot give a task back").await? == 0 {
                return Err(lost(claim));
            }
            write.commit().await
        })
    }

    /// Makes the tasks of workers that are gone claimable at once, so that nobody waits for their leases.
    ///
    /// # Errors
    /// `Unavailable` where the catalogue does not answer.
    pub async fn take_over(&self, is_alive: impl Fn(&str) -> bool) -> Result<u64> {
        let statement = sqlx::query("SELECT DISTINCT worker FROM tasks WHERE worker IS NOT NULL");
        let rows = sql::all(&mut *self.read().await?, statement, "cannot read workers").await?;
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
        sql::get_u64(&sql::one(&mut connection, statement, "count of tasks").await?, "n")
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
        let rows = sql::all(&mut connection, statement, "cannot count open tasks").await?;
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

pub(crate) fn lost(claim: &Claim) -> Error {
    Error::conflict(format!("the lease of task {} was lost to another worker", claim.task))
}

fn keyed<T>(items: impl Iterator<Item = Result<T>>, key: impl Fn(&T) -> &String) -> Result<BTreeMap<String, T>> {
    items.map(|item| item.map(|item| (key(&item).clone(), item))).collect()
}
