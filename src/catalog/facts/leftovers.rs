//! Which parts of the store outside the objects are still needed, for the search for left-overs.

use crate::Catalog;
use crate::sql::{self, MAX_IN_LIST, bind_all, dynamic_query, get, placeholders};
use sohoa_base::error::Result;
use std::collections::{BTreeMap, BTreeSet};

impl Catalog {
    /// Those of the given SHA-256 sums that files of the catalogue have, each with whether one of their batches is unfinished.
    ///
    /// # Errors
    /// `Unavailable` where the catalogue does not answer.
    pub async fn received_digests(&self, sums: &[String]) -> Result<BTreeMap<String, bool>> {
        let mut connection = self.read().await?;
        let mut known = BTreeMap::new();
        for chunk in sums.chunks(MAX_IN_LIST) {
            let text = format!(
                "SELECT f.sha256, max(CASE WHEN b.state <> 'finished' THEN 1 ELSE 0 END) AS unfinished
                 FROM files f JOIN batches b ON b.id = f.batch WHERE f.sha256 IN ({}) GROUP BY f.sha256",
                placeholders(1, chunk.len())
            );
            for row in &sql::fetch_all(&mut connection, bind_all(dynamic_query(text), chunk), "cannot look for files in use").await? {
                known.insert(get(row, "sha256")?, get::<i64>(row, "unfinished")? != 0);
            }
        }
        Ok(known)
    }

    /// Those of the given documents whose parts may wait for a deposit.
    ///
    /// # Errors
    /// `Unavailable` where the catalogue does not answer.
    pub async fn documents_before_deposit(&self, documents: &[String]) -> Result<BTreeSet<String>> {
        let condition = "(o.stored = 0 OR d.open_tasks > 0 OR EXISTS (SELECT 1 FROM failed_tasks t WHERE t.dossier = d.id))";
        self.existing_ids(
            &format!("SELECT o.id FROM documents o JOIN dossiers d ON d.id = o.dossier WHERE {condition} AND o.id"),
            documents,
        )
        .await
    }

    /// Those of the given batches that exist.
    ///
    /// # Errors
    /// `Unavailable` where the catalogue does not answer.
    pub async fn existing_batches(&self, batches: &[String]) -> Result<BTreeSet<String>> {
        self.existing_ids("SELECT id FROM batches WHERE id", batches).await
    }

    /// `select` ends in the column that is compared.
    async fn existing_ids(&self, select: &str, ids: &[String]) -> Result<BTreeSet<String>> {
        let mut connection = self.read().await?;
        let mut found = BTreeSet::new();
        for chunk in ids.chunks(MAX_IN_LIST) {
            let text = format!("{select} IN ({})", placeholders(1, chunk.len()));
            for row in &sql::fetch_all(&mut connection, bind_all(dynamic_query(text), chunk), "cannot look for parts in use").await? {
                found.insert(get(row, "id")?);
            }
        }
        Ok(found)
    }
}
