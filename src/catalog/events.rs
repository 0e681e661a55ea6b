//! The record of what happened: append-only rows, chained by hash, so that a changed or missing row shows.

use crate::sql::{self, Cell, Write, get};
use crate::{Catalog, rfc3339};
use serde::Serialize;
use serde_json::Value;
use sha2::{Digest, Sha256};
use sohoa_base::error::{Error, Result};
use sqlx::any::AnyRow;

/// One thing that happened.
#[derive(Debug, Clone, PartialEq, Serialize, schemars::JsonSchema)]
pub struct Event {
    /// Place in the chain, from 1, without gaps.
    pub seq: u64,
    /// When, RFC 3339.
    pub at: String,
    /// The batch, or empty.
    pub batch: String,
    /// The dossier, or empty.
    pub dossier: String,
    /// A stable word: the change's name, or what was done to the batch.
    pub kind: String,
    /// What exactly.
    pub body: Value,
    /// SHA-256 of the previous event's hash and this event's content, lower-case hexadecimal.
    pub hash: String,
}

/// How many events are read at once while the chain is checked.
const CHUNK: u64 = 500;

impl Write {
    /// Appends events `(dossier, kind, body)` of a batch. The chain's row is the last lock of a transaction.
    pub(crate) async fn record(&mut self, batch: &str, events: &[(&str, &str, Value)]) -> Result<()> {
        if events.is_empty() {
            return Ok(());
        }
        let count = sql::big(events.len());
        let statement = sqlx::query("UPDATE chain SET seq = seq + $1 WHERE name = 'events' RETURNING seq, head").bind(count);
        let row = sql::one(self.connection(), statement, "cannot lock the chain of events").await?;
        let (last, mut head): (i64, String) = (get(&row, "seq")?, get(&row, "head")?);
        let at = self.now;
        let mut rows = Vec::with_capacity(events.len());
        for (seq, (dossier, kind, body)) in (last - count + 1..).zip(events) {
            let body = body.to_string();
            head = chained(&head, seq, at, batch, dossier, kind, &body)?;
            rows.push(vec![
                Cell::Int(seq),
                Cell::Int(at),
                batch.into(),
                (*dossier).into(),
                (*kind).into(),
                Cell::Text(body),
                Cell::Text(head.clone()),
            ]);
        }
        let insert = "INSERT INTO events (seq, at, batch, dossier, kind, body, hash) VALUES";
        sql::in_bulk(self.connection(), insert, rows, "", "cannot write events").await?;
        let statement = sqlx::query("UPDATE chain SET head = $1 WHERE name = 'events'").bind(head);
        sql::execute(self.connection(), statement, "cannot write the head of the chain").await?;
        Ok(())
    }
}

/// The hash of an event: SHA-256 of the previous hash and the content as one JSON array.
fn chained(previous: &str, seq: i64, at: i64, batch: &str, dossier: &str, kind: &str, body: &str) -> Result<String> {
    Ok(hex::encode(Sha256::digest(sql::to_json(&(previous, seq, at, batch, dossier, kind, body))?)))
}

impl Catalog {
    /// Appends one event of a batch, or of none.
    ///
    /// # Errors
    /// `Unavailable` where the catalogue does not answer.
    pub async fn note(&self, batch: &str, dossier: &str, kind: &str, body: Value) -> Result<()> {
        let mut write = self.write().await?;
        write.record(batch, &[(dossier, kind, body)]).await?;
        write.commit().await
    }

    /// Events after `after` in order, at most `limit`.
    ///
    /// # Errors
    /// `Unavailable` where the catalogue does not answer.
    pub async fn events(&self, after: u64, limit: usize) -> Result<Vec<Event>> {
        self.event_rows(after, limit).await?.iter().map(event_of).collect()
    }

    /// Events of one batch after `after` in order, at most `limit`; only those whose kind or body holds `text`.
    ///
    /// # Errors
    /// `Unavailable` where the catalogue does not answer.
    pub async fn events_of(&self, batch: &str, after: u64, text: &str, limit: usize) -> Result<Vec<Event>> {
        let mut connection = self.read().await?;
        let like = format!("%{}%", text.to_lowercase().replace(['\\', '%', '_'], "_"));
        let statement = sqlx::query(
            "SELECT * FROM events WHERE batch = $1 AND seq > $2 AND (lower(kind) LIKE $3 OR lower(body) LIKE $3) ORDER BY seq LIMIT $4",
        )
        .bind(batch.to_owned())
        .bind(sql::big(after))
        .bind(sql::clean(&like))
        .bind(sql::big(limit));
        sql::all(&mut connection, statement, "cannot read events").await?.iter().map(event_of).collect()
    }

    async fn event_rows(&self, after: u64, limit: usize) -> Result<Vec<AnyRow>> {
        let mut connection = self.read().await?;
        let statement =
            sqlx::query("SELECT * FROM events WHERE seq > $1 ORDER BY seq LIMIT $2").bind(sql::big(after)).bind(sql::big(limit));
        sql::all(&mut connection, statement, "cannot read events").await
    }

    /// Follows the whole chain of events; how many there are. Events that are appended meanwhile are left out.
    ///
    /// # Errors
    /// `Corrupt` that names the first event that is missing or was changed.
    pub async fn verify_events(&self) -> Result<u64> {
        let mut connection = self.read().await?;
        let statement = sqlx::query("SELECT seq, head FROM chain WHERE name = 'events'");
        let end = sql::one(&mut connection, statement, "head of the chain of events").await?;
        drop(connection);
        let (count, expected) = (sql::get_u64(&end, "seq")?, get::<String>(&end, "head")?);
        let (mut seen, mut head) = (0, String::new());
        while seen < count {
            let limit = usize::try_from(CHUNK.min(count - seen)).unwrap_or(1);
            let rows = self.event_rows(seen, limit).await?;
            if rows.is_empty() {
                break;
            }
            for row in &rows {
                seen += 1;
                let seq: i64 = get(row, "seq")?;
                let (batch, dossier, kind, body): (String, String, String, String) =
                    (get(row, "batch")?, get(row, "dossier")?, get(row, "kind")?, get(row, "body")?);
                head = chained(&head, seq, get(row, "at")?, &batch, &dossier, &kind, &body)?;
                if seq != sql::big(seen) || head != get::<String>(row, "hash")? {
                    return Err(Error::corrupt(format!("event {seen} was changed or removed after it was written")));
                }
            }
        }
        if seen != count || head != expected {
            return Err(Error::corrupt(format!("the last events are missing: {seen} of {count} are there")));
        }
        Ok(count)
    }
}

fn event_of(row: &AnyRow) -> Result<Event> {
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
