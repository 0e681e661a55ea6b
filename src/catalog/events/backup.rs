//! The event log as it is, for a backup, and its restoration.

use super::PendingEvent;
use super::sealing::{hash_body, hash_event};
use crate::Catalog;
use crate::Engine;
use crate::sql::{self, SqlValue, WriteTx, dynamic_query, get, get_u64};
use serde::{Deserialize, Serialize};
use sohoa_base::error::Result;
use sohoa_base::messages::maintenance;
use sqlx::any::AnyRow;
use std::collections::BTreeMap;

/// Events moved per statement.
const CHUNK: usize = 500;

/// An event with all that the verification of the chain needs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SealedEvent {
    /// Position in the chain, from 1.
    pub seq: u64,
    /// Epoch milliseconds.
    pub at: i64,
    /// Identifier of the batch, or empty.
    pub batch: String,
    /// Identifier of the dossier, or empty.
    pub dossier: String,
    /// Stable kind.
    pub kind: String,
    /// JSON; `null` where it was blanked.
    pub body: String,
    /// Hash of the event and its predecessors.
    pub hash: String,
    /// Salt of the digest of the body; empty where the body was blanked, and in events of before sealing.
    pub salt: String,
    /// Digest of salt and body; empty in events of before sealing.
    pub body_hash: String,
}

impl SealedEvent {
    fn from_row(row: &AnyRow) -> Result<Self> {
        Ok(Self {
            seq: get_u64(row, "seq")?,
            at: get(row, "at")?,
            batch: get(row, "batch")?,
            dossier: get(row, "dossier")?,
            kind: get(row, "kind")?,
            body: get(row, "body")?,
            hash: get(row, "hash")?,
            salt: get(row, "salt")?,
            body_hash: get(row, "body_hash")?,
        })
    }

    /// Whether it follows an event with this number and hash, and is what was sealed.
    fn follows(&self, seq: u64, hash: &str) -> Result<bool> {
        let is_blank = self.salt.is_empty() && self.body == "null";
        let is_same_body = self.body_hash.is_empty() || is_blank || hash_body(&self.salt, &self.body) == self.body_hash;
        let content = if self.body_hash.is_empty() { &self.body } else { &self.body_hash };
        let expected = hash_event(hash, sql::to_i64(self.seq), self.at, [&self.batch, &self.dossier, &self.kind, content])?;
        Ok(self.seq == seq + 1 && is_same_body && expected == self.hash)
    }
}

impl Catalog {
    /// Sealed events after `after` in order, at most `limit`; what is committed so far is sealed first.
    ///
    /// # Errors
    /// `Unavailable` where the catalogue does not answer.
    pub async fn sealed_events(&self, after: u64, limit: usize) -> Result<Vec<SealedEvent>> {
        let mut connection = self.read_sealed().await?;
        let statement =
            sqlx::query("SELECT * FROM events WHERE seq > $1 ORDER BY seq LIMIT $2").bind(sql::to_i64(after)).bind(sql::to_i64(limit));
        sql::fetch_all(&mut connection, statement, "cannot read events").await?.iter().map(SealedEvent::from_row).collect()
    }

    /// Restores the log `log` from the parts that `next_part` returns, in order, until it returns none. Events that the catalogue has
    /// already stay; those that it has instead of restored ones follow them in the chain, with new numbers. Returns the number of events
    /// that were restored.
    ///
    /// # Errors
    /// `Corrupt` if the parts are no unbroken chain; nothing is restored then. Those of `next_part`.
    pub async fn restore_events(&self, log: &str, mut next_part: impl AsyncFnMut() -> Result<Option<Vec<SealedEvent>>>) -> Result<u64> {
        self.seal_events().await?;
        let mut write = self.write().await?;
        let lock = if self.engine == Engine::Postgres { "FOR UPDATE" } else { "" };
        let statement = dynamic_query(format!("SELECT seq FROM event_log_head WHERE name = 'events' {lock}"));
        let own = get_u64(&sql::fetch_one(write.connection(), statement, "head of the event log").await?, "seq")?;
        let (mut seq, mut hash, mut restored, mut differs) = (0, String::new(), 0, false);
        while let Some(part) = next_part().await? {
            for events in part.chunks(CHUNK) {
                for event in events {
                    if !event.follows(seq, &hash)? {
                        return Err(maintenance::backup_event_changed(seq + 1));
                    }
                    seq = event.seq;
                    hash.clone_from(&event.hash);
                }
                let known = if differs { 0 } else { write.count_known(events).await? };
                let new = events.get(known..).unwrap_or_default();
                if let Some(first) = new.first() {
                    if !differs && first.seq <= own {
                        write.unseal_events(first.seq - 1).await?;
                    }
                    differs = true;
                    write.insert_sealed_events(new).await?;
                    restored += new.len() as u64;
                }
            }
        }
        if differs {
            let statement =
                sqlx::query("UPDATE event_log_head SET seq = $1, head = $2 WHERE name = 'events'").bind(sql::to_i64(seq)).bind(hash);
            sql::execute(write.connection(), statement, "cannot write the head of the event log").await?;
        }
        let statement = sqlx::query(
            "INSERT INTO identities (name, value) VALUES ('event-log', $1) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        )
        .bind(log.to_owned());
        sql::execute(write.connection(), statement, "cannot keep the identity of the log").await?;
        write.commit().await?;
        Ok(restored)
    }
}

impl WriteTx {
    /// Number of these events, from the first one on, that the catalogue has under their numbers.
    async fn count_known(&mut self, events: &[SealedEvent]) -> Result<usize> {
        let (Some(first), Some(last)) = (events.first(), events.last()) else { return Ok(0) };
        let statement = sqlx::query("SELECT seq, hash FROM events WHERE seq BETWEEN $1 AND $2")
            .bind(sql::to_i64(first.seq))
            .bind(sql::to_i64(last.seq));
        let mut own = BTreeMap::new();
        for row in &sql::fetch_all(self.connection(), statement, "cannot read events").await? {
            own.insert(get_u64(row, "seq")?, get::<String>(row, "hash")?);
        }
        Ok(events.iter().take_while(|event| own.get(&event.seq) == Some(&event.hash)).count())
    }

    /// Makes the events after `seq` pending again, in their order.
    async fn unseal_events(&mut self, mut seq: u64) -> Result<()> {
        let first = seq;
        loop {
            let statement =
                sqlx::query("SELECT * FROM events WHERE seq > $1 ORDER BY seq LIMIT $2").bind(sql::to_i64(seq)).bind(sql::to_i64(CHUNK));
            let rows = sql::fetch_all(self.connection(), statement, "cannot read events").await?;
            let events = rows.iter().map(SealedEvent::from_row).collect::<Result<Vec<_>>>()?;
            let Some(last) = events.last() else { break };
            seq = last.seq;
            let pending = events.into_iter().map(|event| PendingEvent {
                id: sql::new_id(),
                at: event.at,
                batch: event.batch,
                dossier: event.dossier,
                kind: event.kind,
                body: event.body,
            });
            self.insert_pending_events(pending.collect()).await?;
        }
        let statement = sqlx::query("DELETE FROM events WHERE seq > $1").bind(sql::to_i64(first));
        sql::execute(self.connection(), statement, "cannot move events").await?;
        Ok(())
    }

    async fn insert_sealed_events(&mut self, events: &[SealedEvent]) -> Result<()> {
        let rows = events.iter().map(|event| {
            let texts = [&event.batch, &event.dossier, &event.kind, &event.body, &event.hash, &event.salt, &event.body_hash];
            let numbers = [SqlValue::Int(sql::to_i64(event.seq)), SqlValue::Int(event.at)];
            numbers.into_iter().chain(texts.map(|text| SqlValue::Text(text.clone()))).collect()
        });
        let insert = "INSERT INTO events (seq, at, batch, dossier, kind, body, hash, salt, body_hash) VALUES";
        sql::bulk_insert(self.connection(), insert, rows.collect(), "", "cannot restore events").await.map(|_| ())
    }
}
