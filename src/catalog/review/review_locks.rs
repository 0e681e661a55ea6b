//! Review locks: two people do not review the same document unknowingly. Also counts of review work.

use crate::Catalog;
use crate::sql::{self, get};
use sohoa_base::error::Result;
use sohoa_base::model::account::UnitScope;
use sohoa_base::model::decision::{Decision, DecisionKind};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

impl Catalog {
    /// Acquires or extends the lock of the document with this identifier for `lifetime`, unless another user has it; returns the user who
    /// has it.
    ///
    /// # Errors
    /// `Unavailable` where the catalogue does not answer.
    pub async fn acquire_review_lock(&self, document: &str, user: &str, lifetime: Duration) -> Result<String> {
        let mut write = self.write().await?;
        let until = write.now + sql::to_i64(lifetime.as_millis());
        let statement = sqlx::query(
            "INSERT INTO review_locks (document, user_name, until) VALUES ($1, $2, $3)
             ON CONFLICT (document) DO UPDATE SET
                 until = CASE WHEN review_locks.user_name = $2 OR review_locks.until <= $4 THEN $3 ELSE review_locks.until END,
                 user_name = CASE WHEN review_locks.until <= $4 THEN $2 ELSE review_locks.user_name END
             RETURNING user_name",
        )
        .bind(document.to_owned())
        .bind(user.to_owned())
        .bind(until)
        .bind(write.now);
        let holder = get(&sql::fetch_one(write.connection(), statement, "cannot hold a document").await?, "user_name")?;
        write.commit().await?;
        Ok(holder)
    }

    /// Releases the lock of a user on a document.
    ///
    /// # Errors
    /// `Unavailable` where the catalogue does not answer.
    pub async fn release_review_lock(&self, document: &str, user: &str) -> Result<()> {
        let mut write = self.write().await?;
        let statement = sqlx::query("DELETE FROM review_locks WHERE (document = $1 AND user_name = $2) OR until <= $3")
            .bind(document.to_owned())
            .bind(user.to_owned())
            .bind(write.now);
        sql::execute(write.connection(), statement, "cannot let a document go").await?;
        write.commit().await
    }

    /// Users by identifier of the locked document.
    ///
    /// # Errors
    /// `Unavailable` where the catalogue does not answer.
    pub async fn review_locks(&self) -> Result<BTreeMap<String, String>> {
        let mut connection = self.read().await?;
        let statement = sqlx::query("SELECT document, user_name FROM review_locks WHERE until > $1").bind(self.clock.now());
        let rows = sql::fetch_all(&mut connection, statement, "cannot read who holds what").await?;
        rows.iter().map(|row| Ok((get(row, "document")?, get(row, "user_name")?))).collect()
    }

    /// Number of events of this kind since a moment (epoch milliseconds), of dossiers of these units.
    ///
    /// # Errors
    /// `Unavailable` where the catalogue does not answer.
    pub async fn count_events(&self, units: &UnitScope, kind: &str, since: i64) -> Result<u64> {
        let mut connection = self.read_sealed().await?;
        let (only, names) = sql::dossier_condition(units, "events.dossier", 3);
        let text = format!("SELECT count(*) AS n FROM events WHERE at >= $1 AND kind = $2 AND {only}");
        let statement = sql::bind_all(sql::dynamic_query(text).bind(since).bind(kind.to_owned()), &names);
        sql::get_u64(&sql::fetch_one(&mut connection, statement, "count of events").await?, "n")
    }

    /// Number of documents that a user accepted or rejected since a moment (epoch milliseconds).
    ///
    /// # Errors
    /// `Unavailable` where the catalogue does not answer.
    pub async fn count_decided_by(&self, user: &str, since: i64) -> Result<u64> {
        let mut connection = self.read_sealed().await?;
        let statement = sqlx::query("SELECT dossier, body FROM events WHERE at >= $1 AND kind = 'document-decided'").bind(since);
        let mut documents = BTreeSet::new();
        for row in &sql::fetch_all(&mut connection, statement, "cannot read decisions").await? {
            let DecisionEvent { document, decision } = sql::get_json(row, "body")?;
            if decision.author == user && matches!(decision.kind, DecisionKind::Accept | DecisionKind::Reject) {
                documents.insert((get::<String>(row, "dossier")?, document));
            }
        }
        Ok(documents.len() as u64)
    }
}

#[derive(serde::Deserialize)]
struct DecisionEvent {
    document: u32,
    decision: Decision,
}
