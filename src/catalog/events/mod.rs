//! Event log: what happened, append-only and in a hash chain, so that a changed or missing event is detected.
//!
//! Transactions only insert into `pending_events`, so that none waits for another one. The sealer ([`Catalog::seal_events`]) gives
//! what is committed its number and its place in the chain. Followers read the numbered events: none with a lower number can come
//! later.

mod backup;
mod blanking;
mod read_spool;
mod sealing;
mod verification;

pub use backup::SealedEvent;
pub(crate) use blanking::count_unblankable_events;
pub(crate) use read_spool::ReadSpool;
pub use verification::{ChainPosition, ChainReport};

use crate::sql::{self, SqlValue, WriteTx, get};
use crate::{Catalog, rfc3339};
use serde::Serialize;
use serde_json::Value;
use sohoa_base::error::Result;
use sqlx::Any;
use sqlx::any::AnyRow;
use sqlx::pool::PoolConnection;

/// An event of the log.
#[derive(Debug, Clone, PartialEq, Serialize, schemars::JsonSchema)]
pub struct Event {
    /// Position in the chain, from 1, without gaps.
    pub seq: u64,
    /// Time, RFC 3339.
    pub at: String,
    /// Identifier of the batch, or empty.
    pub batch: String,
    /// Identifier of the dossier, or empty.
    pub dossier: String,
    /// Stable kind: the name of the change, or the action on the batch.
    pub kind: String,
    /// Details, by kind; `null` where they were blanked.
    pub body: Value,
    /// SHA-256 of the previous event's hash and this event's content, lower-case hexadecimal.
    pub hash: String,
}

tokio::task_local! {
    /// Identifier of the key with which a program acts.
    static ACTING_KEY: String;
}

/// Runs `work` for a program that acts with this key: every event that `work` writes names the key as `by_key`.
pub async fn with_acting_key<F: Future>(key: String, work: F) -> F::Output {
    ACTING_KEY.scope(key, work).await
}

/// The body of an event, with the key of the program that causes it.
fn body_with_key(body: &Value) -> String {
    let key = ACTING_KEY.try_with(Clone::clone).ok();
    match (key, body.as_object()) {
        (Some(key), Some(object)) => {
            let mut object = object.clone();
            object.insert("by_key".to_owned(), Value::String(key));
            Value::Object(object).to_string()
        }
        _ => body.to_string(),
    }
}

/// A committed event without a number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, serde::Deserialize)]
struct PendingEvent {
    /// UUIDv7: pending events are sealed in the order of their identifiers.
    id: String,
    /// Epoch milliseconds.
    at: i64,
    batch: String,
    dossier: String,
    kind: String,
    /// JSON.
    body: String,
}

impl WriteTx {
    /// Appends events `(dossier, kind, body)` of a batch.
    pub(crate) async fn append_events(&mut self, batch: &str, events: &[(&str, &str, Value)]) -> Result<()> {
        let at = self.now;
        let pending = events.iter().map(|(dossier, kind, body)| PendingEvent {
            id: sql::new_id(),
            at,
            batch: batch.to_owned(),
            dossier: (*dossier).to_owned(),
            kind: (*kind).to_owned(),
            body: body_with_key(body),
        });
        self.insert_pending_events(pending.collect()).await
    }

    async fn insert_pending_events(&mut self, events: Vec<PendingEvent>) -> Result<()> {
        let rows = events
            .into_iter()
            .map(|event| {
                let texts = [event.batch, event.dossier, event.kind, event.body].map(SqlValue::Text);
                [SqlValue::Text(event.id), SqlValue::Int(event.at)].into_iter().chain(texts).collect()
            })
            .collect();
        let insert = "INSERT INTO pending_events (id, at, batch, dossier, kind, body) VALUES";
        sql::bulk_insert(self.connection(), insert, rows, "", "cannot write events").await.map(|_| ())
    }
}

impl Catalog {
    /// Appends one event of a batch; with an empty `batch`, of none.
    ///
    /// # Errors
    /// `Unavailable` where the catalogue does not answer.
    pub async fn append_event(&self, batch: &str, dossier: &str, kind: &str, body: Value) -> Result<()> {
        let mut write = self.write().await?;
        write.append_events(batch, &[(dossier, kind, body)]).await?;
        write.commit().await
    }

    /// Records that something was read. Does not wait for other writers: on SQLite the event goes to a spool file, which the sealer
    /// imports.
    ///
    /// # Errors
    /// `Unavailable` where it cannot be written; what was read must not be shown then.
    pub async fn append_read_event(&self, batch: &str, dossier: &str, kind: &str, body: Value) -> Result<()> {
        let Some(spool) = &self.read_spool else { return self.append_event(batch, dossier, kind, body).await };
        spool.append(&PendingEvent {
            id: sql::new_id(),
            at: self.clock.now(),
            batch: batch.to_owned(),
            dossier: dossier.to_owned(),
            kind: kind.to_owned(),
            body: body_with_key(&body),
        })
    }

    /// Events after `after` in order, at most `limit`.
    ///
    /// # Errors
    /// `Unavailable` where the catalogue does not answer.
    pub async fn events(&self, after: u64, limit: usize) -> Result<Vec<Event>> {
        let mut connection = self.read_sealed().await?;
        let statement =
            sqlx::query("SELECT * FROM events WHERE seq > $1 ORDER BY seq LIMIT $2").bind(sql::to_i64(after)).bind(sql::to_i64(limit));
        sql::fetch_all(&mut connection, statement, "cannot read events").await?.iter().map(event_from_row).collect()
    }

    /// Events of one batch after `after` in order, at most `limit`. `text` filters by kind or body, ignoring case; empty: all
    /// events.
    ///
    /// # Errors
    /// `Unavailable` where the catalogue does not answer.
    pub async fn batch_events(&self, batch: &str, after: u64, text: &str, limit: usize) -> Result<Vec<Event>> {
        let mut connection = self.read_sealed().await?;
        let like = format!("%{}%", text.to_lowercase().replace(['\\', '%', '_'], "_"));
        let statement = sqlx::query(
            "SELECT * FROM events WHERE batch = $1 AND seq > $2 AND (lower(kind) LIKE $3 OR lower(body) LIKE $3) ORDER BY seq LIMIT $4",
        )
        .bind(batch.to_owned())
        .bind(sql::to_i64(after))
        .bind(sql::replace_nul(&like))
        .bind(sql::to_i64(limit));
        sql::fetch_all(&mut connection, statement, "cannot read events").await?.iter().map(event_from_row).collect()
    }

    /// A connection for reading the log, after everything committed so far was sealed.
    pub(crate) async fn read_sealed(&self) -> Result<PoolConnection<Any>> {
        self.seal_events().await?;
        self.read().await
    }
}

fn event_from_row(row: &AnyRow) -> Result<Event> {
    Ok(Event {
        seq: sql::get_u64(row, "seq")?,
        at: rfc3339(get(row, "at")?),
        batch: get(row, "batch")?,
        dossier: get(row, "dossier")?,
        kind: get(row, "kind")?,
        body: sql::get_json(row, "body")?,
        hash: get(row, "hash")?,
    })
}
