//! Queries for dossiers and their contents, and for intake copies that may be deleted.

use crate::Catalog;
use crate::facts::withholding::{FactsOf, load_content_facts};
use crate::rows::{dossier_from_row, load_contents};
use crate::sql::{self, MAX_IN_LIST, bind_all, dynamic_query, get, get_u64, placeholders};
use sohoa_base::error::Result;
use sohoa_base::model::account::UnitScope;
use sohoa_base::model::delivered_file::DeliveredName;
use sohoa_base::model::dossier::{Dossier, DossierName, DossierSnapshot};
use std::collections::BTreeSet;

/// A dossier of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DossierSummary {
    /// The dossier.
    pub dossier: Dossier,
    /// Number of documents.
    pub documents: u64,
    /// Number of pages.
    pub pages: u64,
    /// Number of pages that wait for review.
    pub review: u64,
    /// Number of open tasks; 0: idle.
    pub open_tasks: u64,
}

/// An original that is not deposited yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WaitingOriginal {
    /// Identifier of the file.
    pub file: String,
    /// Its dossier.
    pub dossier: DossierName,
    /// SHA-256, lower-case hexadecimal.
    pub sha256: String,
    /// Path in the delivery.
    pub path: String,
}

impl Catalog {
    /// A dossier with its files, pages and documents from all batches.
    ///
    /// # Errors
    /// `NotFound` for an unknown dossier, `Unavailable` where the catalogue does not answer.
    pub async fn contents(&self, dossier: &str) -> Result<DossierSnapshot> {
        load_contents(&mut *self.read().await?, dossier).await
    }

    /// The dossier of this fonds and code.
    ///
    /// # Errors
    /// `Unavailable` where the catalogue does not answer.
    pub async fn dossier_by_name(&self, fonds: &str, code: &str) -> Result<Option<Dossier>> {
        let mut connection = self.read().await?;
        let statement =
            sqlx::query("SELECT * FROM dossiers WHERE fonds = $1 AND code = $2").bind(sql::replace_nul(fonds)).bind(sql::replace_nul(code));
        sql::fetch_optional(&mut connection, statement, "cannot read a dossier").await?.as_ref().map(dossier_from_row).transpose()
    }

    /// Names of deposited dossiers of this code in these units, by fonds, at most `limit`.
    ///
    /// # Errors
    /// `Unavailable` where the catalogue does not answer.
    pub async fn dossiers_with_code(&self, units: &UnitScope, code: &str, limit: usize) -> Result<Vec<DossierName>> {
        let mut connection = self.read().await?;
        let (only, names) = sql::unit_condition(units, "fonds", 3);
        let text = format!("SELECT * FROM dossiers WHERE code = $1 AND version > 0 AND {only} ORDER BY fonds LIMIT $2");
        let statement = sql::dynamic_query(text).bind(sql::replace_nul(code)).bind(sql::to_i64(limit));
        let rows = sql::fetch_all(&mut connection, sql::bind_all(statement, &names), "cannot read dossiers").await?;
        rows.iter().map(|row| Ok(dossier_from_row(row)?.name)).collect()
    }

    /// Dossiers sorted by fonds and code, after the name `after`, at most `limit`; optionally of one fonds or one batch.
    ///
    /// # Errors
    /// `Unavailable` where the catalogue does not answer.
    pub async fn dossiers(
        &self,
        fonds: Option<&str>,
        batch: Option<&str>,
        limit: usize,
        after: Option<&DossierName>,
    ) -> Result<Vec<DossierSummary>> {
        let mut connection = self.read().await?;
        let statement = sqlx::query(
            "SELECT d.id, d.fonds, d.code, d.title, d.version, d.open_tasks, d.list_findings,
                    (SELECT count(*) FROM documents t WHERE t.dossier = d.id) AS documents,
                    (SELECT count(*) FROM pages p WHERE p.dossier = d.id) AS pages,
                    (SELECT count(*) FROM pages p WHERE p.dossier = d.id AND p.state = 'review') AS review
             FROM dossiers d
             WHERE (CAST($1 AS TEXT) IS NULL OR d.fonds = $1)
               AND (CAST($2 AS TEXT) IS NULL OR d.id IN (SELECT dossier FROM deliveries WHERE batch = $2))
               AND (CAST($3 AS TEXT) IS NULL OR (d.fonds, d.code) > ($3, $4))
             ORDER BY d.fonds, d.code LIMIT $5",
        )
        .bind(fonds.map(sql::replace_nul))
        .bind(batch.map(str::to_owned))
        .bind(after.map(|name| sql::replace_nul(&name.fonds)))
        .bind(after.map(|name| sql::replace_nul(&name.code)))
        .bind(sql::to_i64(limit));
        let rows = sql::fetch_all(&mut connection, statement, "cannot read dossiers").await?;
        rows.iter()
            .map(|row| {
                Ok(DossierSummary {
                    dossier: dossier_from_row(row)?,
                    documents: get_u64(row, "documents")?,
                    pages: get_u64(row, "pages")?,
                    review: get_u64(row, "review")?,
                    open_tasks: get_u64(row, "open_tasks")?,
                })
            })
            .collect()
    }

    /// Whether a file with these bytes is already deposited in the dossier.
    ///
    /// # Errors
    /// `Unavailable` where the catalogue does not answer.
    pub async fn is_deposited(&self, dossier: &DossierName, sha256: &str) -> Result<bool> {
        let mut connection = self.read().await?;
        let statement = sqlx::query(
            "SELECT 1 AS one FROM files f JOIN dossiers d ON d.id = f.dossier
             WHERE d.fonds = $1 AND d.code = $2 AND f.sha256 = $3 AND f.deposited = 1 AND d.open_tasks = 0 LIMIT 1",
        )
        .bind(sql::replace_nul(&dossier.fonds))
        .bind(sql::replace_nul(&dossier.code))
        .bind(sha256.to_owned());
        Ok(sql::fetch_optional(&mut connection, statement, "cannot look for a file").await?.is_some())
    }

    /// Originals that are not deposited, so that intake must have their bytes: the dossier, SHA-256 and path of up to `limit` files after
    /// the identifier `after`, with the last identifier.
    ///
    /// # Errors
    /// `Unavailable` where the catalogue does not answer.
    pub async fn waiting_originals(&self, after: &str, limit: usize) -> Result<Vec<WaitingOriginal>> {
        let mut connection = self.read().await?;
        let statement = sqlx::query(
            "SELECT f.id AS file_id, f.sha256, f.path, d.fonds, d.code, d.title FROM files f JOIN dossiers d ON d.id = f.dossier
             WHERE f.id > $1 AND f.deposited = 0 AND f.sha256 <> '' AND f.state NOT IN ('removed', 'duplicate', 'expanded')
             ORDER BY f.id LIMIT $2",
        );
        let statement = statement.bind(after.to_owned()).bind(sql::to_i64(limit));
        let rows = sql::fetch_all(&mut connection, statement, "cannot read waiting originals").await?;
        rows.iter()
            .map(|row| {
                Ok(WaitingOriginal {
                    file: get(row, "file_id")?,
                    dossier: DossierName { fonds: get(row, "fonds")?, code: get(row, "code")?, title: get(row, "title")? },
                    sha256: get(row, "sha256")?,
                    path: sql::get_json::<DeliveredName>(row, "path")?.display,
                })
            })
            .collect()
    }

    /// Those of the given SHA-256 sums whose intake copy can be deleted: the catalogue has files with this content, each of them
    /// is deposited in its dossier or removed, or is an archive whose members are, none of these dossiers has an open task, and the
    /// bytes might leave intake. Unknown sums are not included, since their files may be about to be received.
    ///
    /// # Errors
    /// `Unavailable` where the catalogue does not answer.
    pub async fn deletable_intake_blobs(&self, sums: &[String]) -> Result<BTreeSet<String>> {
        let mut connection = self.read().await?;
        let mut ready = BTreeSet::new();
        for chunk in sums.chunks(MAX_IN_LIST) {
            let text = format!(
                "SELECT f.sha256 AS sum FROM files f JOIN dossiers d ON d.id = f.dossier WHERE f.sha256 IN ({})
                 GROUP BY f.sha256 HAVING max(d.open_tasks) = 0
                 AND min(CASE WHEN f.duplicate_of IS NOT NULL OR f.state = 'removed' OR f.deposited = 1 THEN 1
                     WHEN f.state = 'expanded' AND f.warnings = '[]' AND NOT EXISTS (
                         SELECT 1 FROM files m WHERE m.container_sha256 = f.sha256 AND m.duplicate_of IS NULL AND m.deposited = 0
                         AND m.state NOT IN ('expanded', 'removed')) THEN 1
                     ELSE 0 END) = 1",
                placeholders(1, chunk.len())
            );
            let rows = sql::fetch_all(&mut connection, bind_all(dynamic_query(text), chunk), "cannot look for files in use").await?;
            let sums = rows.iter().map(|row| get(row, "sum")).collect::<Result<Vec<String>>>()?;
            let facts = load_content_facts(&mut connection, FactsOf::Digests(&sums)).await?;
            ready.extend(sums.into_iter().filter(|sum| facts.may_forget(sum)));
        }
        Ok(ready)
    }
}
