//! Sealing: numbers and chains committed events, and adds up what commits leave beside shared rows (costs, turns of queues).

use super::PendingEvent;
use crate::sql::{self, MAX_IN_LIST, SqlValue, WriteTx, bind_all, dynamic_query, get, placeholders, retrying};
use crate::{Catalog, Engine};
use sha2::{Digest, Sha256};
use sohoa_base::error::Result;
use sohoa_base::messages::program;
use sqlx::AnyConnection;
use sqlx::any::AnyRow;

/// Rows of each kind that one transaction seals.
const SEAL_CHUNK: usize = MAX_IN_LIST;

/// Whether anything waits for the sealer.
const HAS_PENDING_SQL: &str = "SELECT 1 AS one WHERE EXISTS (SELECT 1 FROM pending_events) OR EXISTS (SELECT 1 FROM pending_costs)
    OR EXISTS (SELECT 1 FROM pending_turns)";

impl Catalog {
    /// Gives every committed event its number and its place in the chain. Several processes may call this at once.
    ///
    /// # Errors
    /// `Unavailable` where the catalogue does not answer.
    pub async fn seal_events(&self) -> Result<()> {
        self.import_read_spools().await?;
        while self.has_pending().await? && retrying!(self.seal_chunk())? {}
        Ok(())
    }

    async fn has_pending(&self) -> Result<bool> {
        let mut connection = self.read().await?;
        Ok(sql::fetch_optional(&mut connection, sqlx::query(HAS_PENDING_SQL), "cannot look for events").await?.is_some())
    }

    /// Seals one chunk; returns whether there may be more.
    async fn seal_chunk(&self) -> Result<bool> {
        let mut write = self.write().await?;
        // The lock of the head makes this the only sealer; what was committed before is visible to the next statements.
        let lock = if self.engine == Engine::Postgres { "FOR UPDATE" } else { "" };
        let statement = dynamic_query(format!("SELECT seq, head FROM event_log_head WHERE name = 'events' {lock}"));
        let row = sql::fetch_one(write.connection(), statement, "cannot lock the head of the event log").await?;
        let events = write.seal_pending_events(get(&row, "seq")?, get(&row, "head")?).await?;
        let costs = write.fold_pending_costs().await?;
        let turns = write.fold_pending_turns().await?;
        write.commit().await?;
        Ok([events, costs, turns].contains(&SEAL_CHUNK))
    }
}

impl WriteTx {
    async fn seal_pending_events(&mut self, mut seq: i64, mut head: String) -> Result<usize> {
        let rows = take_pending(self.connection(), "pending_events").await?;
        if rows.is_empty() {
            return Ok(0);
        }
        let mut pending = rows.iter().map(pending_event).collect::<Result<Vec<_>>>()?;
        pending.sort_by(|a, b| a.id.cmp(&b.id));
        let mut sealed = Vec::with_capacity(pending.len());
        for event in pending {
            seq += 1;
            let salt = new_salt()?;
            let body_hash = hash_body(&salt, &event.body);
            head = hash_event(&head, seq, event.at, [&event.batch, &event.dossier, &event.kind, &body_hash])?;
            let texts = [event.batch, event.dossier, event.kind, event.body, head.clone(), salt, body_hash].map(SqlValue::Text);
            sealed.push([SqlValue::Int(seq), SqlValue::Int(event.at)].into_iter().chain(texts).collect());
        }
        let insert = "INSERT INTO events (seq, at, batch, dossier, kind, body, hash, salt, body_hash) VALUES";
        sql::bulk_insert(self.connection(), insert, sealed, "", "cannot seal events").await?;
        let statement = sqlx::query("UPDATE event_log_head SET seq = $1, head = $2 WHERE name = 'events'").bind(seq).bind(head);
        sql::execute(self.connection(), statement, "cannot write the head of the event log").await?;
        Ok(rows.len())
    }

    async fn fold_pending_costs(&mut self) -> Result<usize> {
        let rows = take_pending(self.connection(), "pending_costs").await?;
        let mut sums: std::collections::BTreeMap<(String, String), (i64, i64)> = std::collections::BTreeMap::new();
        for row in &rows {
            let sum = sums.entry((get(row, "batch")?, get(row, "stage")?)).or_default();
            *sum = (sum.0.saturating_add(get(row, "executions")?), sum.1.saturating_add(get(row, "cpu_ms")?));
        }
        for ((batch, stage), (executions, cpu_ms)) in sums {
            let statement = sqlx::query(
                "INSERT INTO costs (batch, stage, executions, cpu_ms) VALUES ($1, $2, $3, $4)
                 ON CONFLICT (batch, stage) DO UPDATE SET executions = costs.executions + excluded.executions,
                        cpu_ms = costs.cpu_ms + excluded.cpu_ms",
            )
            .bind(batch)
            .bind(stage)
            .bind(executions)
            .bind(cpu_ms);
            sql::execute(self.connection(), statement, "cannot add costs").await?;
        }
        Ok(rows.len())
    }

    async fn fold_pending_turns(&mut self) -> Result<usize> {
        let rows = take_pending(self.connection(), "pending_turns").await?;
        let mut sums: std::collections::BTreeMap<String, i64> = std::collections::BTreeMap::new();
        for row in &rows {
            let sum = sums.entry(get(row, "target")?).or_default();
            *sum = sum.saturating_add(get(row, "pass_value")?);
        }
        for (target, served) in sums {
            let statement = sqlx::query("UPDATE queues SET pass_value = pass_value + $2 WHERE target = $1").bind(target).bind(served);
            sql::execute(self.connection(), statement, "cannot count turns").await?;
        }
        Ok(rows.len())
    }
}

/// Removes the oldest rows of a table of pending rows, at most [`SEAL_CHUNK`], and returns them.
async fn take_pending(connection: &mut AnyConnection, table: &str) -> Result<Vec<AnyRow>> {
    let statement = dynamic_query(format!("SELECT * FROM {table} ORDER BY id LIMIT {SEAL_CHUNK}"));
    let rows = sql::fetch_all(connection, statement, "cannot read what is to be sealed").await?;
    let ids = rows.iter().map(|row| get(row, "id")).collect::<Result<Vec<String>>>()?;
    if !ids.is_empty() {
        let text = format!("DELETE FROM {table} WHERE id IN ({})", placeholders(1, ids.len()));
        sql::execute(connection, bind_all(dynamic_query(text), &ids), "cannot take what is to be sealed").await?;
    }
    Ok(rows)
}

fn pending_event(row: &AnyRow) -> Result<PendingEvent> {
    Ok(PendingEvent {
        id: get(row, "id")?,
        at: get(row, "at")?,
        batch: get(row, "batch")?,
        dossier: get(row, "dossier")?,
        kind: get(row, "kind")?,
        body: get(row, "body")?,
    })
}

/// 16 random bytes in hexadecimal.
fn new_salt() -> Result<String> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(|error| program::bug("no random numbers from the system").caused_by(error))?;
    Ok(hex::encode(bytes))
}

/// SHA-256 of salt and body: without the salt, a blanked body cannot be guessed from its digest.
pub(super) fn hash_body(salt: &str, body: &str) -> String {
    hex::encode(Sha256::new().chain_update(salt).chain_update(body).finalize())
}

/// The hash of an event: SHA-256 of the previous hash and the content as one JSON array. The content is the batch, the dossier, the
/// kind, and the digest of the body; in events of before sealing, the body itself.
pub(super) fn hash_event(previous: &str, seq: i64, at: i64, content: [&str; 4]) -> Result<String> {
    let [batch, dossier, kind, body] = content;
    Ok(hex::encode(Sha256::digest(sql::to_json(&(previous, seq, at, batch, dossier, kind, body))?)))
}
