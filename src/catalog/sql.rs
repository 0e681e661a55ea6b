//! SQL helpers shared by all queries: transactions, retries, bulk inserts, column access, error mapping.

use crate::outbox_fact::OutboxFact;
use serde::Serialize;
use serde::de::DeserializeOwned;
use sohoa_base::error::{Error, Result};
use sohoa_base::messages::{Message, catalogue, program, runs};
use sohoa_base::model::account::UnitScope;
use sohoa_base::model::pipeline_plan::StageLevel;
use sohoa_base::model::roadmap::ledger::{ItemCounts, ProgressStep};
use sqlx::any::{AnyArguments, AnyRow};
use sqlx::query::Query;
use sqlx::{Any, AnyConnection, AssertSqlSafe, Decode, Row, Transaction, Type};
use std::collections::BTreeMap;
use std::time::Duration;
use tokio::sync::OwnedMutexGuard;

/// A query with its bound arguments.
pub(crate) type Statement<'q> = Query<'q, Any, AnyArguments>;

/// Maximum number of values bound in one statement. SQLite searches numbered parameters linearly, so the cost of a statement grows
/// with the square of their number.
const MAX_BIND_PARAMS: usize = 1_200;

/// Maximum number of values in one `IN` list.
pub(crate) const MAX_IN_LIST: usize = 500;

/// Attempts of a transaction that fails because of lock contention.
const MAX_ATTEMPTS: u32 = 12;

/// A write transaction. Dropped without [`WriteTx::commit`], it is rolled back.
pub(crate) struct WriteTx {
    pub(crate) transaction: Transaction<'static, Any>,
    /// Time of the transaction, epoch milliseconds: the same for everything that it writes.
    pub(crate) now: i64,
    /// Lock among the writers of one process on SQLite, so that they queue instead of polling the file lock. `None` on PostgreSQL.
    pub(crate) writer_guard: Option<OwnedMutexGuard<()>>,
    /// Progress made in this transaction, by batch and step: see [`WriteTx::record_progress`].
    pub(crate) progress_delta: BTreeMap<(String, ProgressStep), ItemCounts>,
    /// Facts changed in this transaction that the store must get, with the content of those that never change: see
    /// [`WriteTx::mark_due`].
    pub(crate) due_facts: BTreeMap<OutboxFact, Option<String>>,
}

impl WriteTx {
    pub(crate) fn connection(&mut self) -> &mut AnyConnection {
        &mut self.transaction
    }

    pub(crate) async fn commit(mut self) -> Result<()> {
        self.flush_progress().await?;
        self.flush_due_facts().await?;
        let done = self.transaction.commit().await.map_err(|error| db_error(error, "cannot commit to the catalogue"));
        drop(self.writer_guard);
        done
    }
}

/// Repeats the transaction `$body` while it fails because of lock contention, at most `MAX_ATTEMPTS` times.
macro_rules! retrying {
    ($body:expr) => {{
        let mut tries = 0;
        loop {
            match $body.await {
                Err(error) if $crate::sql::should_retry(&error, &mut tries).await => {}
                other => break other,
            }
        }
    }};
}
pub(crate) use retrying;

/// Whether the failed transaction should be repeated. Sleeps for the backoff before it returns `true`.
pub(crate) async fn should_retry(error: &Error, tries: &mut u32) -> bool {
    let source = std::error::Error::source(error).and_then(|source| source.downcast_ref::<FailedStatement>());
    let met =
        source.and_then(|failed| database_code(&failed.source)).is_some_and(|code| is_contention(&code) || is_unique_violation(&code));
    *tries += 1;
    if !met || *tries >= MAX_ATTEMPTS {
        return false;
    }
    // The process identifier adds a small offset, so that two processes that collided do not collide again.
    let spread = u64::from(std::process::id() % 7);
    tokio::time::sleep(Duration::from_millis((1 << (*tries).min(7)) + spread)).await;
    true
}

fn database_code(error: &sqlx::Error) -> Option<String> {
    match error {
        sqlx::Error::Database(database) => database.code().map(|code| code.into_owned()),
        _ => None,
    }
}

/// The SQLite primary error code (low byte); `None` for the five-character codes (SQLSTATE) of PostgreSQL.
fn sqlite_code(code: &str) -> Option<i32> {
    if code.len() == 5 { None } else { code.parse::<i32>().ok().map(|code| code & 0xff) }
}

fn is_contention(code: &str) -> bool {
    // SQLite: SQLITE_BUSY, SQLITE_LOCKED. PostgreSQL: serialization failure, deadlock, lock not available.
    matches!(sqlite_code(code), Some(5 | 6)) || matches!(code, "40001" | "40P01" | "55P03")
}

fn is_unique_violation(code: &str) -> bool {
    matches!(code, "1555" | "2067" | "23505")
}

/// A statement that failed, as the cause of an [`Error`].
#[derive(Debug)]
pub(crate) struct FailedStatement {
    /// What it was to do, for the log.
    what: String,
    source: sqlx::Error,
}

impl std::fmt::Display for FailedStatement {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.what)
    }
}

impl std::error::Error for FailedStatement {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.source)
    }
}

/// Converts a database error into an [`Error`]; `what` says for the log what was to be done.
pub(crate) fn db_error(error: sqlx::Error, what: &str) -> Error {
    let explained = explain(&error);
    explained.caused_by(FailedStatement { what: what.to_owned(), source: error })
}

/// PostgreSQL: the lock was not to be had within `lock_timeout`. It is no reason to try again at once: the whole `lock_timeout` was
/// waited for.
const LOCK_NOT_AVAILABLE: &str = "55P03";

fn explain(error: &sqlx::Error) -> Error {
    match error {
        sqlx::Error::Io(_) | sqlx::Error::Tls(_) | sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed | sqlx::Error::WorkerCrashed => {
            catalogue::catalogue_not_answering()
        }
        // No answer of PostgreSQL: the connection broke off while it was opened, as behind a proxy whose server is away.
        sqlx::Error::Protocol(_) => catalogue::catalogue_not_answering(),
        sqlx::Error::ColumnDecode { .. } | sqlx::Error::Decode(_) => catalogue::catalogue_damaged(),
        sqlx::Error::Configuration(_) => catalogue::catalogue_settings_invalid(),
        sqlx::Error::Database(_) => match database_code(error) {
            Some(code) if code == LOCK_NOT_AVAILABLE => catalogue::catalogue_locked(),
            Some(code) if is_contention(&code) => catalogue::catalogue_locked(),
            Some(code) if is_unique_violation(&code) => catalogue::catalogue_value_exists(),
            Some(code) => match sqlite_code(&code) {
                // SQLITE_READONLY, IOERR, FULL, CANTOPEN concern the disk; CORRUPT and NOTADB the file.
                Some(8 | 10 | 13 | 14) => catalogue::catalogue_not_answering(),
                Some(11 | 26) => catalogue::catalogue_damaged(),
                Some(_) => catalogue::catalogue_statement_failed(),
                // SQLSTATE classes 08 connection, 53 resources, 57 operator intervention (also start and stop of the server), 58
                // system error.
                None if ["08", "53", "57", "58"].iter().any(|class| code.starts_with(class)) => catalogue::catalogue_not_answering(),
                // 25P03: the server ended a transaction that did nothing for too long.
                None if code == "25P03" => catalogue::catalogue_not_answering(),
                // No such user, database or right.
                None if code.starts_with("28") || code.starts_with("3D") || code == "42501" => catalogue::catalogue_access_refused(),
                None => catalogue::catalogue_statement_failed(),
            },
            None => catalogue::catalogue_statement_failed(),
        },
        _ => catalogue::catalogue_statement_failed(),
    }
}

/// The items of a level, in the reader's language.
pub(crate) fn level_message(level: StageLevel) -> Message {
    match level {
        StageLevel::File => runs::level_file(),
        StageLevel::Page => runs::level_page(),
        StageLevel::Document => runs::level_document(),
        StageLevel::Dossier => runs::level_dossier(),
    }
}

/// Runs a statement and returns the number of affected rows.
pub(crate) async fn execute(connection: &mut AnyConnection, statement: Statement<'_>, what: &str) -> Result<u64> {
    Ok(statement.execute(connection).await.map_err(|error| db_error(error, what))?.rows_affected())
}

/// All rows of a query.
pub(crate) async fn fetch_all(connection: &mut AnyConnection, statement: Statement<'_>, what: &str) -> Result<Vec<AnyRow>> {
    statement.fetch_all(connection).await.map_err(|error| db_error(error, what))
}

/// The first row of a query, if there is one.
///
/// All rows are fetched: stopping early would leave an `UPDATE … RETURNING` half executed.
pub(crate) async fn fetch_optional(connection: &mut AnyConnection, statement: Statement<'_>, what: &str) -> Result<Option<AnyRow>> {
    Ok(fetch_all(connection, statement, what).await?.into_iter().next())
}

/// The first row of a query that always returns one.
pub(crate) async fn fetch_one(connection: &mut AnyConnection, statement: Statement<'_>, what: &str) -> Result<AnyRow> {
    fetch_optional(connection, statement, what).await?.ok_or_else(|| catalogue::catalogue_row_missing().caused_by(what.to_owned()))
}

/// Value of a column.
pub(crate) fn get<'r, T: Decode<'r, Any> + Type<Any>>(row: &'r AnyRow, column: &str) -> Result<T> {
    row.try_get(column).map_err(|error| catalogue::catalogue_column_invalid(column).caused_by(error))
}

/// Value of a column with counts or sizes.
pub(crate) fn get_u64(row: &AnyRow, column: &str) -> Result<u64> {
    let value: i64 = get(row, column)?;
    u64::try_from(value).map_err(|_| catalogue::catalogue_column_invalid(column))
}

/// Value of a column with small counts.
pub(crate) fn get_u32(row: &AnyRow, column: &str) -> Result<u32> {
    let value: i64 = get(row, column)?;
    u32::try_from(value).map_err(|_| catalogue::catalogue_column_invalid(column))
}

/// Parsed value of a JSON column.
pub(crate) fn get_json<T: DeserializeOwned>(row: &AnyRow, column: &str) -> Result<T> {
    let text: String = get(row, column)?;
    from_json(&text, column)
}

/// Parses JSON that was read from the catalogue; `what` names it in the error.
pub(crate) fn from_json<T: DeserializeOwned>(text: &str, what: &str) -> Result<T> {
    serde_json::from_str(text).map_err(|error| catalogue::catalogue_value_invalid(what).caused_by(error))
}

/// Serialises a value as JSON.
pub(crate) fn to_json(value: &impl Serialize) -> Result<String> {
    serde_json::to_string(value).map_err(|error| program::bug("catalogue: value as JSON").caused_by(error))
}

/// The serde name of an enum variant, as stored in TEXT columns.
pub(crate) fn enum_str(value: &impl Serialize) -> Result<String> {
    Ok(to_json(value)?.trim_matches('"').to_owned())
}

/// The enum variant whose serde name the column contains.
pub(crate) fn get_enum<T: DeserializeOwned>(row: &AnyRow, column: &str) -> Result<T> {
    let word: String = get(row, column)?;
    serde_json::from_value(serde_json::Value::String(word)).map_err(|error| catalogue::catalogue_column_invalid(column).caused_by(error))
}

/// A count as BIGINT; saturates.
pub(crate) fn to_i64(value: impl TryInto<i64>) -> i64 {
    value.try_into().unwrap_or(i64::MAX)
}

/// A duration in milliseconds for a BIGINT column; saturates.
pub(crate) fn duration_ms(duration: Duration) -> i64 {
    to_i64(duration.as_millis())
}

/// Replaces U+0000, which PostgreSQL cannot store, by U+FFFD.
pub(crate) fn replace_nul(text: &str) -> String {
    text.replace('\0', "\u{fffd}")
}

/// A new identifier (UUIDv7). Identifiers of one process sort in the order of creation.
pub(crate) fn new_id() -> String {
    uuid::Uuid::now_v7().to_string()
}

/// `count` numbered placeholders from `$first` on, separated by commas.
pub(crate) fn placeholders(first: usize, count: usize) -> String {
    (first..first + count).map(|place| format!("${place}")).collect::<Vec<_>>().join(",")
}

/// A query with text assembled at run time. The text must consist of constants and [`placeholders`] only.
pub(crate) fn dynamic_query<'q>(text: String) -> Statement<'q> {
    sqlx::query(AssertSqlSafe(text)).persistent(false)
}

/// Binds all values in order.
pub(crate) fn bind_all<'q>(mut statement: Statement<'q>, names: &[String]) -> Statement<'q> {
    for name in names {
        statement = statement.bind(name.clone());
    }
    statement
}

/// A value of a row for [`bulk_insert`].
#[derive(Debug, Clone)]
pub(crate) enum SqlValue {
    Text(String),
    NullableText(Option<String>),
    Int(i64),
    NullableInt(Option<i64>),
}

impl From<&str> for SqlValue {
    fn from(text: &str) -> Self {
        SqlValue::Text(text.to_owned())
    }
}

/// The tuples `($1,$2),($3,$4)…` for `rows` rows of `width` values.
pub(crate) fn value_tuples(rows: usize, width: usize) -> String {
    (0..rows).map(|row| format!("({})", placeholders(row * width + 1, width))).collect::<Vec<_>>().join(",")
}

/// Runs `head` + tuples + `tail` for the rows, many rows per statement, and returns the rows of `RETURNING`.
pub(crate) async fn bulk_insert(
    connection: &mut AnyConnection,
    head: &str,
    rows: Vec<Vec<SqlValue>>,
    tail: &str,
    what: &str,
) -> Result<Vec<AnyRow>> {
    let Some(width) = rows.first().map(Vec::len) else { return Ok(Vec::new()) };
    let mut returned = Vec::new();
    for chunk in rows.chunks((MAX_BIND_PARAMS / width.max(1)).clamp(1, 1000)) {
        let mut statement = dynamic_query(format!("{head} {} {tail}", value_tuples(chunk.len(), width)));
        for cell in chunk.iter().flatten() {
            statement = match cell {
                SqlValue::Text(text) => statement.bind(text.clone()),
                SqlValue::NullableText(text) => statement.bind(text.clone()),
                SqlValue::Int(number) => statement.bind(*number),
                SqlValue::NullableInt(number) => statement.bind(*number),
            };
        }
        returned.extend(fetch_all(connection, statement, what).await?);
    }
    Ok(returned)
}

/// A condition that `column` is one of these units, and the values to bind from placeholder `first` on.
pub(crate) fn unit_condition(units: &UnitScope, column: &str, first: usize) -> (String, Vec<String>) {
    match units {
        UnitScope::All => ("1 = 1".to_owned(), Vec::new()),
        // No unit has an empty name.
        UnitScope::Only(names) if names.is_empty() => (format!("{column} = ''"), Vec::new()),
        UnitScope::Only(names) => {
            (format!("{column} IN ({})", placeholders(first, names.len())), names.iter().map(|name| replace_nul(name)).collect())
        }
    }
}

/// A condition that the dossier whose identifier `column` holds is of one of these units, and the values to bind from placeholder
/// `first` on.
pub(crate) fn dossier_condition(units: &UnitScope, column: &str, first: usize) -> (String, Vec<String>) {
    let (only, names) = unit_condition(units, "d.fonds", first);
    match units {
        UnitScope::All => (only, names),
        UnitScope::Only(_) => (format!("EXISTS (SELECT 1 FROM dossiers d WHERE d.id = {column} AND {only})"), names),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connection_that_broke_off_while_it_was_opened_is_an_outage() {
        let error = sqlx::Error::Protocol("unexpected response from SSLRequest: 0x00".into());
        assert!(db_error(error, "the catalogue does not answer").kind().is_outage());
    }
}
