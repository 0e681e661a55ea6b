//! Outbox of the store: facts that live in the catalogue and in the store are noted here in their own transaction, so that the store
//! gets the newest state of each, whatever ends in between.
//!
//! One writer at a time claims a row, puts the state that the catalogue has then, and deletes the row unless the fact changed
//! meanwhile. A writer that lost its claim before it ended may have put an older state over a newer one: it notes the fact again.

use crate::Catalog;
use crate::outbox_fact::OutboxFact;
use crate::sql::{self, SqlValue, WriteTx, get, retrying};
use sohoa_base::error::Result;
use sqlx::any::AnyRow;
use std::time::Duration;

/// How long a writer has for one put.
const CLAIM_DURATION: Duration = Duration::from_secs(30);

/// A claimed fact: its holder alone may put it into the store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutboxClaim {
    /// The fact.
    pub fact: OutboxFact,
    /// JSON of a fact that never changes; `None`: the catalogue's tables have its state.
    pub content: Option<String>,
    version: i64,
    writer: String,
}

impl WriteTx {
    /// Notes that the store must get a fact that this transaction changes; written when the transaction commits. `content`: JSON of a
    /// fact that never changes.
    pub(crate) fn mark_due(&mut self, fact: OutboxFact, content: Option<String>) {
        self.due_facts.insert(fact, content);
    }

    /// Writes the noted facts, in order. Their rows are locked last of all.
    pub(crate) async fn flush_due_facts(&mut self) -> Result<()> {
        let due = std::mem::take(&mut self.due_facts);
        let rows = due
            .into_iter()
            .map(|(fact, content)| vec![fact.kind().into(), SqlValue::Text(fact.id()), SqlValue::Int(1), SqlValue::NullableText(content)]);
        let again = "ON CONFLICT (kind, id) DO UPDATE SET version = store_outbox.version + 1, content = excluded.content";
        let insert = "INSERT INTO store_outbox (kind, id, version, content) VALUES";
        sql::bulk_insert(self.connection(), insert, rows.collect(), again, "cannot note what the store must get").await.map(|_| ())
    }
}

impl Catalog {
    /// Facts that the store must get, in order, after `after`; at most `limit`. With each: whether another writer has claimed it.
    ///
    /// # Errors
    /// `Unavailable` where the catalogue does not answer.
    pub async fn due_facts(&self, after: Option<&OutboxFact>, limit: usize) -> Result<Vec<(OutboxFact, bool)>> {
        let mut connection = self.read().await?;
        let statement = sqlx::query(
            "SELECT kind, id, CASE WHEN claimed_until > $4 THEN 1 ELSE 0 END AS claimed FROM store_outbox
             WHERE kind > $1 OR (kind = $1 AND id > $2) ORDER BY kind, id LIMIT $3",
        )
        .bind(after.map_or("", OutboxFact::kind))
        .bind(after.map_or_else(String::new, OutboxFact::id))
        .bind(sql::to_i64(limit))
        .bind(self.clock.now());
        let rows = sql::fetch_all(&mut connection, statement, "cannot read what the store must get").await?;
        rows.iter()
            .map(|row| Ok((OutboxFact::parse(&get::<String>(row, "kind")?, &get::<String>(row, "id")?)?, get::<i64>(row, "claimed")? != 0)))
            .collect()
    }

    /// Claims a fact that is due; `None` where it is not, or where another writer has it.
    ///
    /// # Errors
    /// `Unavailable` where the catalogue does not answer.
    pub async fn claim_due_fact(&self, fact: &OutboxFact) -> Result<Option<OutboxClaim>> {
        retrying!(self.claim_due_fact_once(fact))
    }

    async fn claim_due_fact_once(&self, fact: &OutboxFact) -> Result<Option<OutboxClaim>> {
        let mut write = self.write().await?;
        let writer = sql::new_id();
        let statement = sqlx::query(
            "UPDATE store_outbox SET writer = $3, claimed_until = $4
             WHERE kind = $1 AND id = $2 AND claimed_until <= $5 RETURNING version, content",
        )
        .bind(fact.kind())
        .bind(fact.id())
        .bind(writer.clone())
        .bind(write.now + sql::duration_ms(CLAIM_DURATION))
        .bind(write.now);
        let row = sql::fetch_optional(write.connection(), statement, "cannot claim what the store must get").await?;
        write.commit().await?;
        let claim =
            |row: &AnyRow| Ok(OutboxClaim { fact: fact.clone(), content: get(row, "content")?, version: get(row, "version")?, writer });
        row.as_ref().map(claim).transpose()
    }

    /// Ends a claim whose state the store has. Returns whether the fact is due again, because it changed since it was claimed, or because
    /// the claim was lost and another writer may have put a newer state before.
    ///
    /// # Errors
    /// `Unavailable` where the catalogue does not answer.
    pub async fn finish_due_fact(&self, claim: &OutboxClaim) -> Result<bool> {
        retrying!(self.finish_due_fact_once(claim))
    }

    async fn finish_due_fact_once(&self, claim: &OutboxClaim) -> Result<bool> {
        let mut write = self.write().await?;
        let own = |text: &'static str| sqlx::query(text).bind(claim.fact.kind()).bind(claim.fact.id()).bind(claim.writer.clone());
        let statement = own("DELETE FROM store_outbox WHERE kind = $1 AND id = $2 AND writer = $3 AND version = $4").bind(claim.version);
        let is_done = sql::execute(write.connection(), statement, "cannot note what the store has").await? > 0;
        if !is_done {
            let statement = own("UPDATE store_outbox SET writer = '', claimed_until = 0 WHERE kind = $1 AND id = $2 AND writer = $3");
            if sql::execute(write.connection(), statement, "cannot give a claim back").await? == 0 {
                write.mark_due(claim.fact.clone(), claim.content.clone());
            }
        }
        write.commit().await?;
        Ok(!is_done)
    }

    /// Gives a claim back whose state the store did not get: the fact stays due.
    ///
    /// # Errors
    /// `Unavailable` where the catalogue does not answer; the claim ends by itself then.
    pub async fn release_due_fact(&self, claim: &OutboxClaim) -> Result<()> {
        retrying!(async {
            let mut write = self.write().await?;
            let statement =
                sqlx::query("UPDATE store_outbox SET writer = '', claimed_until = 0 WHERE kind = $1 AND id = $2 AND writer = $3")
                    .bind(claim.fact.kind())
                    .bind(claim.fact.id())
                    .bind(claim.writer.clone());
            sql::execute(write.connection(), statement, "cannot give a claim back").await?;
            write.commit().await
        })
    }
}
