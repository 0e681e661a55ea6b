//! Event log: append-only rows in a hash chain, so that a changed or missing row is detected.

use crate::sql::{self, SqlValue, WriteTx, get};
use crate::{Catalog, rfc3339};
use serde::Serialize;
use serde_json::Value;
use sha2::{Digest, Sha256};
use sohoa_base::error::{Error, Result};
use sqlx::any::AnyRow;

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
    /// Details, by kind.
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

/// Events read per query while the chain is verified.
const VERIFY_PAGE_SIZE: u64 = 500;

impl WriteTx {
    /// Appends events `(dossier, kind, body)` of a batch. The row of the chain is locked last but for the targets of roadmaps.
    pub(crate) async fn append_events(&mut self, batch: &str, events: &[(&str, &str, Value)]) -> Result<()> {
        if events.is_empty() {
            return Ok(());
        }
        let count = sql::to_i64(events.len());
        let statement = sqlx::query("UPDATE event_log_head SET seq = seq + $1 WHERE name = 'events' RETURNING seq, head").bind(count);
        let row = sql::fetch_one(self.connection(), statement, "cannot lock the chain of events").await?;
        let (last, mut head): (i64, String) = (get(&row, "seq")?, get(&row, "head")?);
        let at = self.now;
        let mut rows = Vec::with_capacity(events.len());
        for (seq, (dossier, kind, body)) in (last - count + 1..).zip(events) {
            let body = body_with_key(body);
            head = chain_hash(&head, seq, at, batch, dossier, kind, &body)?;
            rows.push(vec![
                SqlValue::Int(seq),
                SqlValue::Int(at),
                batch.into(),
                (*dossier).into(),
                (*kind).into(),
                SqlValue::Text(body),
                SqlValue::Text(head.clone()),
            ]);
        }
        let insert = "INSERT INTO events (seq, at, batch, dossier, kind, body, hash) VALUES";
        sql::bulk_insert(self.connection(), insert, rows, "", "cannot write events").await?;
        let statement = sqlx::query("UPDATE event_log_head SET head = $1 WHERE name = 'events'").bind(head);
        sql::execute(self.connection(), statement, "cannot write the head of the chain").await?;
        Ok(())
    }
}

/// The hash of an event: SHA-256 of the previous hash and the content as one JSON array.
fn chain_hash(previous: &str, seq: i64, at: i64, batch: &str, dossier: &str, kind: &str, body: &str) -> Result<String> {
    Ok(hex::encode(Sha256::digest(sql::to_json(&(previous, seq, at, batch, dossier, kind, body))?)))
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

    /// Events after `after` in order, at most `limit`.
    ///
    /// # Errors
    /// `Unavailable` where the catalogue does not answer.
    pub async fn events(&self, after: u64, limit: usize) -> Result<Vec<Event>> {
        self.fetch_event_rows(after, limit).await?.iter().map(event_from_row).collect()
    }

    /// Events of one batch after `after` in order, at most `limit`. `text` filters by kind or body, ignoring case; empty: all
    /// events.
    ///
    /// # Errors
    /// `Unavailable` where the catalogue does not answer.
    pub async fn batch_events(&self, batch: &str, after: u64, text: &str, limit: usize) -> Result<Vec<Event>> {
        let mut connection = self.read().await?;
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

    async fn fetch_event_rows(&self, after: u64, limit: usize) -> Result<Vec<AnyRow>> {
        let mut connection = self.read().await?;
        let statement =
            sqlx::query("SELECT * FROM events WHERE seq > $1 ORDER BY seq LIMIT $2").bind(sql::to_i64(after)).bind(sql::to_i64(limit));
        sql::fetch_all(&mut connection, statement, "cannot read events").await
    }

    /// Verifies the whole event chain and returns the number of events. Events appended during the check are not included.
    ///
    /// # Errors
    /// `Corrupt` with the number of the first event that is missing or was changed.
    pub async fn verify_events(&self) -> Result<u64> {
        let mut connection = self.read().await?;
        let statement = sqlx::query("SELECT seq, head FROM event_log_head WHERE name = 'events'");
        let end = sql::fetch_one(&mut connection, statement, "head of the chain of events").await?;
        drop(connection);
        let (count, expected) = (sql::get_u64(&end, "seq")?, get::<String>(&end, "head")?);
        let (mut seen, mut head) = (0, String::new());
        while seen < count {
            let limit = usize::try_from(VERIFY_PAGE_SIZE.min(count - seen)).unwrap_or(1);
            let rows = self.fetch_event_rows(seen, limit).await?;
            if rows.is_empty() {
                break;
            }
            for row in &rows {
                seen += 1;
                let seq: i64 = get(row, "seq")?;
                let (batch, dossier, kind, body): (String, String, String, String) =
                    (get(row, "batch")?, get(row, "dossier")?, get(row, "kind")?, get(row, "body")?);
                head = chain_hash(&head, seq, get(row, "at")?, &batch, &dossier, &kind, &body)?;
                if seq != sql::to_i64(seen) || head != get::<String>(row, "hash")? {
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
