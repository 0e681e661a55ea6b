//! Deposits in the order of the event log, for those who follow it.
//!
//! Events get their numbers from the sealer, which sees only what is committed: whoever reads up to a number has seen all before it.

use crate::Catalog;
use crate::rows::{dossier_from_row, fetch_by_ids};
use crate::sql::{self, get, get_u64};
use sohoa_base::error::Result;
use sohoa_base::model::dossier::{Dossier, DossierName};

impl Catalog {
    /// Numbers of the events after `event` that deposited or restored a dossier, with its identifier, in order; at most `limit`.
    ///
    /// # Errors
    /// `Unavailable` where the catalogue does not answer.
    pub async fn deposits_after(&self, event: u64, limit: usize) -> Result<Vec<(u64, String)>> {
        let mut connection = self.read_sealed().await?;
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

    /// Dossiers in whose objects a file with this SHA-256 was deposited; at most `limit`.
    ///
    /// # Errors
    /// `Unavailable` where the catalogue does not answer.
    pub async fn dossiers_with_deposit(&self, sha256: &str, limit: usize) -> Result<Vec<DossierName>> {
        let mut connection = self.read().await?;
        let statement = sqlx::query(
            "SELECT * FROM dossiers WHERE id IN (SELECT dossier FROM files WHERE sha256 = $1 AND deposited = 1) ORDER BY id LIMIT $2",
        )
        .bind(sha256.to_owned())
        .bind(sql::to_i64(limit));
        let rows = sql::fetch_all(&mut connection, statement, "cannot look for deposited bytes").await?;
        rows.iter().map(|row| Ok(dossier_from_row(row)?.name)).collect()
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
