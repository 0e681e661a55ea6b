//! Deposits in the order of the event log, for those who follow it.
//!
//! Events get their numbers under the lock of the head of the log, so that none with a lower number is committed after one with a
//! higher number: whoever reads up to a number has seen all before it.

use crate::Catalog;
use crate::rows::{dossier_from_row, fetch_by_ids};
use crate::sql::{self, get, get_u64};
use sohoa_base::error::Result;
use sohoa_base::model::dossier::Dossier;

impl Catalog {
    /// Numbers of the events after `event` that deposited or restored a dossier, with its identifier, in order; at most `limit`.
    ///
    /// # Errors
    /// `Unavailable` where the catalogue does not answer.
    pub async fn deposits_after(&self, event: u64, limit: usize) -> Result<Vec<(u64, String)>> {
        let mut connection = self.read().await?;
        let statement = sqlx::query(
            "SELECT seq, dossier FROM events WHERE seq > $1 AND kind IN ('dossier-deposited', 'dossier-restored') ORDER BY seq LIMIT $2",
        )
        .bind(sql::to_i64(event))
        .bind(sql::to_i64(limit));
        let rows = sql::fetch_all(&mut connection, statement, "cannot read deposits").await?;
        rows.iter().map(|row| Ok((get_u64(row, "seq")?, get(row, "dossier")?))).collect()
    }

    /// Deposited dossiers in the order of their identifiers, after `id`; at most `limit`.
    ///
    /// # Errors
    /// `Unavailable` where the catalogue does not answer.
    pub async fn deposited_dossiers(&self, after: &str, limit: usize) -> Result<Vec<Dossier>> {
        let mut connection = self.read().await?;
        let statement = sqlx::query("SELECT * FROM dossiers WHERE id > $1 AND version > 0 ORDER BY id LIMIT $2")
            .bind(after.to_owned())
            .bind(sql::to_i64(limit));
        sql::fetch_all(&mut connection, statement, "cannot read dossiers").await?.iter().map(dossier_from_row).collect()
    }

    /// The dossiers with these identifiers.
    ///
    /// # Errors
    /// `Unavailable` where the catalogue does not answer.
    pub async fn dossiers_by_id(&self, ids: &[String]) -> Result<Vec<Dossier>> {
        let mut connection = self.read().await?;
        fetch_by_ids(&mut connection, "dossiers", ids).await?.iter().map(dossier_from_row).collect()
    }
}
