//! Balance and costs of a batch, computed by query from the facts and never stored beside them.

use crate::Catalog;
use crate::batches::lifecycle::unknown_batch;
use crate::queue::failed_tasks::failed_items;
use crate::rows::refusal_from_row;
use crate::sql::{self, get, get_enum, get_json, get_u64};
use sohoa_base::error::Result;
use sohoa_base::messages::runs;
use sohoa_base::model::batch::{Balance, FileBalance, PageBalance, RefusedItem, StageCost, StageCosts, WarnedItem};
use sohoa_base::model::delivered_file::DeliveredName;
use sohoa_base::model::dossier::PageState;
use sohoa_base::model::refusal::{Refusal, Warning};
use sqlx::AnyConnection;
use sqlx::any::AnyRow;
use std::collections::BTreeMap;

/// Query over the pages of the files of a batch; a duplicate counts with the pages of the file that it duplicates.
macro_rules! pages_of_batch {
    ($columns:literal, $rest:literal) => {
        concat!("SELECT ", $columns, " FROM files f JOIN pages p ON p.file = COALESCE(f.duplicate_of, f.id) WHERE f.batch = $1 ", $rest)
    };
}

/// Query over pages with their state in the balance: an unfinished page of a dossier that waits for a failed task is `failed`.
macro_rules! page_states {
    ($first:literal, $condition:literal, $rest:literal) => {
        concat!(
            "SELECT ",
            $first,
            "s.state, count(*) AS n FROM (
                 SELECT f.batch, CASE WHEN p.state IN ('waiting', 'read') AND d.open_tasks = 0
                     AND EXISTS (SELECT 1 FROM failed_tasks t WHERE t.dossier = p.dossier) THEN 'failed' ELSE p.state END AS state
                 FROM files f JOIN pages p ON p.file = COALESCE(f.duplicate_of, f.id) JOIN dossiers d ON d.id = p.dossier WHERE ",
            $condition,
            ") s GROUP BY ",
            $rest
        )
    };
}

/// State of a page in the balance that is not stored with the page.
const FAILED: &str = "failed";

/// Progress of a batch in pages.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PageProgress {
    /// Pages identified so far.
    pub total: u64,
    /// Of them: not read yet.
    pub unread: u64,
    /// Of them: stored, in review, refused, in quarantine or failed.
    pub done: u64,
}

impl Catalog {
    /// The current balance of a batch.
    ///
    /// # Errors
    /// `NotFound` for an unknown batch, `Unavailable` where the catalogue does not answer.
    pub async fn balance(&self, batch: &str) -> Result<Balance> {
        // One transaction, so that all counts describe the same moment.
        let mut transaction = self.pool.begin().await.map_err(|error| sql::db_error(error, "the catalogue does not answer"))?;
        if self.engine == crate::Engine::Postgres {
            let statement = sqlx::query("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY");
            sql::execute(&mut transaction, statement, "cannot begin counting").await?;
        }
        let balance = balance(&mut transaction, batch).await?;
        transaction.rollback().await.map_err(|error| sql::db_error(error, "the catalogue does not answer"))?;
        Ok(balance)
    }

    /// Page balance of a batch.
    ///
    /// # Errors
    /// `Unavailable` where the catalogue does not answer.
    pub async fn page_balance(&self, batch: &str) -> Result<PageBalance> {
        page_balance(&mut *self.read().await?, batch).await
    }

    /// Page balances by batch; a batch without pages is not included.
    ///
    /// # Errors
    /// `Unavailable` where the catalogue does not answer.
    pub async fn page_balances(&self, batches: &[String]) -> Result<BTreeMap<String, PageBalance>> {
        let mut connection = self.read().await?;
        let mut balances: BTreeMap<String, PageBalance> = BTreeMap::new();
        for chunk in batches.chunks(sql::MAX_IN_LIST) {
            let statement = sql::dynamic_query(format!(
                page_states!("s.batch, ", "f.batch IN ({})", "s.batch, s.state"),
                sql::placeholders(1, chunk.len())
            ));
            for row in &sql::fetch_all(&mut connection, sql::bind_all(statement, chunk), "cannot count pages").await? {
                add_pages(balances.entry(get(row, "batch")?).or_default(), row)?;
            }
        }
        Ok(balances)
    }

    /// File balances by batch; a batch without files is not included.
    ///
    /// # Errors
    /// `Unavailable` where the catalogue does not answer.
    pub async fn file_balances(&self, batches: &[String]) -> Result<BTreeMap<String, FileBalance>> {
        let mut connection = self.read().await?;
        let mut balances = BTreeMap::new();
        for chunk in batches.chunks(sql::MAX_IN_LIST) {
            balances.append(&mut file_balances(&mut connection, chunk).await?);
        }
        Ok(balances)
    }

    /// Number of received files and page progress of a batch. Fast enough for several calls per second.
    ///
    /// # Errors
    /// `Unavailable` where the catalogue does not answer.
    pub async fn batch_progress(&self, batch: &str) -> Result<(u64, PageProgress)> {
        let mut connection = self.read().await?;
        let statement = sqlx::query("SELECT count(*) AS n FROM files WHERE batch = $1").bind(batch.to_owned());
        let files = get_u64(&sql::fetch_one(&mut connection, statement, "count of files").await?, "n")?;
        let statement = sqlx::query(page_states!("", "f.batch = $1", "s.state")).bind(batch.to_owned());
        let mut pages = PageProgress::default();
        for row in &sql::fetch_all(&mut connection, statement, "cannot count pages").await? {
            let n = get_u64(row, "n")?;
            pages.total += n;
            if get::<String>(row, "state")? == FAILED {
                pages.done += n;
                continue;
            }
            match get_enum::<PageState>(row, "state")? {
                PageState::Waiting => pages.unread += n,
                PageState::Read => {}
                PageState::Stored | PageState::Review | PageState::Refused | PageState::Held => pages.done += n,
            }
        }
        Ok((files, pages))
    }

    /// Costs of a batch by stage.
    ///
    /// # Errors
    /// `Unavailable` where the catalogue does not answer.
    pub async fn costs(&self, batch: &str) -> Result<StageCosts> {
        let mut connection = self.read().await?;
        let statement = sqlx::query(
            "SELECT stage, CAST(SUM(executions) AS BIGINT) AS executions, CAST(SUM(cpu_ms) AS BIGINT) AS cpu_ms FROM (
                 SELECT stage, executions, cpu_ms FROM costs WHERE batch = $1
                 UNION ALL SELECT stage, executions, cpu_ms FROM pending_costs WHERE batch = $1) counted
             GROUP BY stage",
        )
        .bind(batch.to_owned());
        let rows = sql::fetch_all(&mut connection, statement, "cannot read costs").await?;
        rows.iter()
            .map(|row| Ok((get(row, "stage")?, StageCost { executions: get_u64(row, "executions")?, cpu_ms: get_u64(row, "cpu_ms")? })))
            .collect()
    }
}

pub(crate) async fn balance(connection: &mut AnyConnection, batch: &str) -> Result<Balance> {
    let statement = sqlx::query("SELECT 1 AS one FROM batches WHERE id = $1").bind(batch.to_owned());
    if sql::fetch_optional(connection, statement, "cannot read a batch").await?.is_none() {
        return Err(unknown_batch(batch));
    }
    let count = |row: &AnyRow| get_u64(row, "n");
    let of_batch = |text: &'static str| sqlx::query(text).bind(batch.to_owned());
    let files = file_balances(connection, &[batch.to_owned()]).await?.remove(batch).unwrap_or_default();
    let pages = page_balance(connection, batch).await?;
    let statement = of_batch("SELECT count(*) AS n FROM deliveries WHERE batch = $1");
    let dossiers = count(&sql::fetch_one(connection, statement, "count of dossiers").await?)?;
    let statement = of_batch(pages_of_batch!("count(DISTINCT p.document) AS n", ""));
    let documents = count(&sql::fetch_one(connection, statement, "count of documents").await?)?;
    let (refusals, warnings) = (refusals(connection, batch).await?, warnings(connection, batch).await?);
    let failures = failed_items(connection, batch).await?;
    Ok(Balance { files, pages, dossiers, documents, refusals, failures, warnings })
}

/// File balances of at most [`sql::MAX_IN_LIST`] batches; a batch without files is not included.
async fn file_balances(connection: &mut AnyConnection, batches: &[String]) -> Result<BTreeMap<String, FileBalance>> {
    let mut balances: BTreeMap<String, FileBalance> = BTreeMap::new();
    let these = sql::placeholders(1, batches.len());
    let text = format!("SELECT batch, state, count(*) AS n FROM files WHERE batch IN ({these}) GROUP BY batch, state");
    for row in &sql::fetch_all(connection, sql::bind_all(sql::dynamic_query(text), batches), "cannot count files").await? {
        let (files, n) = (balances.entry(get(row, "batch")?).or_default(), get_u64(row, "n")?);
        files.received += n;
        match get::<String>(row, "state")?.as_str() {
            "duplicate" => files.duplicate += n,
            "refused" | "removed" => files.refused += n,
            "received" => files.open += n,
            _ => {}
        }
    }
    let text = format!(
        "SELECT f.batch, count(*) AS n FROM failed_tasks t JOIN files f ON f.id = t.item
         WHERE t.level = 'file' AND f.state = 'received' AND f.batch IN ({these}) GROUP BY f.batch"
    );
    for row in &sql::fetch_all(connection, sql::bind_all(sql::dynamic_query(text), batches), "cannot count failed files").await? {
        let files = balances.entry(get(row, "batch")?).or_default();
        files.failed = get_u64(row, "n")?;
        files.open = files.open.saturating_sub(files.failed);
    }
    Ok(balances)
}

async fn page_balance(connection: &mut AnyConnection, batch: &str) -> Result<PageBalance> {
    let mut pages = PageBalance::default();
    let statement = sqlx::query(page_states!("", "f.batch = $1", "s.state")).bind(batch.to_owned());
    for row in &sql::fetch_all(connection, statement, "cannot count pages").await? {
        add_pages(&mut pages, row)?;
    }
    Ok(pages)
}

/// Adds a row of pages in one state (`state`, `n`).
fn add_pages(pages: &mut PageBalance, row: &AnyRow) -> Result<()> {
    let n = get_u64(row, "n")?;
    pages.received += n;
    if get::<String>(row, "state")? == FAILED {
        pages.failed += n;
        return Ok(());
    }
    match get_enum::<PageState>(row, "state")? {
        PageState::Waiting | PageState::Read => pages.open += n,
        PageState::Stored => pages.stored += n,
        PageState::Review => pages.review += n,
        PageState::Refused => pages.refused += n,
        PageState::Held => pages.held += n,
    }
    Ok(())
}

async fn refusals(connection: &mut AnyConnection, batch: &str) -> Result<Vec<RefusedItem>> {
    let files = "SELECT path, CAST(NULL AS BIGINT) AS number, class, reason, message FROM files WHERE batch = $1 AND state IN ('refused', 'removed')";
    let pages = pages_of_batch!(
        "f.path, p.number, p.class, p.reason, p.message",
        "AND p.state = 'refused' AND f.state NOT IN ('refused', 'removed')"
    );
    let mut refusals = Vec::new();
    for text in [files, pages] {
        let statement = sqlx::query(text).bind(batch.to_owned());
        for row in &sql::fetch_all(connection, statement, "cannot read refusals").await? {
            refusals.push(refused_item_from_row(row)?);
        }
    }
    refusals.sort();
    Ok(refusals)
}

async fn warnings(connection: &mut AnyConnection, batch: &str) -> Result<Vec<WarnedItem>> {
    // A duplicate has the warnings of the original file, under its own path.
    let files = "SELECT f.path, CAST(NULL AS BIGINT) AS number, o.warnings FROM files f
                 JOIN files o ON o.id = COALESCE(f.duplicate_of, f.id) WHERE f.batch = $1 AND o.warnings <> '[]'";
    let pages = pages_of_batch!("f.path, p.number, p.warnings", "AND p.warnings <> '[]'");
    let mut warnings = Vec::new();
    for text in [files, pages] {
        let statement = sqlx::query(text).bind(batch.to_owned());
        for row in &sql::fetch_all(connection, statement, "cannot read warnings").await? {
            let (file, page) = item_location(row)?;
            for warning in get_json::<Vec<Warning>>(row, "warnings")? {
                warnings.push(WarnedItem { file: file.clone(), page, warning });
            }
        }
    }
    warnings.sort();
    Ok(warnings)
}

fn item_location(row: &AnyRow) -> Result<(String, Option<u32>)> {
    let path: DeliveredName = get_json(row, "path")?;
    let number: Option<i64> = get(row, "number")?;
    Ok((path.display, number.and_then(|number| u32::try_from(number).ok())))
}

pub(crate) fn refused_item_from_row(row: &AnyRow) -> Result<RefusedItem> {
    let (file, page) = item_location(row)?;
    let Refusal { class, reason, message } = refusal_from_row(row)?.ok_or_else(|| runs::refusal_without_class(&file))?;
    Ok(RefusedItem { file, page, class, reason, message: message.map(|message| *message) })
}
