//! Ledgers of batches: kept in the store, so that [`Catalog::rebuild_batch`] can restore a batch.

use crate::Catalog;
use crate::batches::lifecycle::{batch_from_row, unknown_batch};
use crate::roadmap::progress::DailyProgress;
use crate::rows::{file_from_row, refusal_from_row};
use crate::sql::{self, get};
use serde::{Deserialize, Serialize};
use sohoa_base::error::Result;
use sohoa_base::model::batch::{Balance, Batch, StageCosts};
use sohoa_base::model::delivered_file::DeliveredFile;
use sohoa_base::model::dossier::{DossierName, FileState, PageState};
use sohoa_base::model::pipeline_plan::PipelinePlan;
use sohoa_base::model::record::ListFinding;
use sohoa_base::model::refusal::{Refusal, Warning};
use sqlx::AnyConnection;
use std::collections::BTreeMap;

/// Ledger of a batch, kept in the store beside the dossiers: its files with their states, and its balance.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BatchLedger {
    /// The batch.
    pub batch: Batch,
    /// Time of creation, epoch milliseconds.
    pub created_ms: i64,
    /// Plan of the batch.
    pub plan: PipelinePlan,
    /// Files in order of arrival.
    pub files: Vec<LedgerFile>,
    /// Costs of the stages.
    pub costs: StageCosts,
    /// Balance at the time of writing.
    pub balance: Balance,
    /// Priority of its tasks.
    #[serde(default)]
    pub priority: i64,
    /// Whether it is paused.
    #[serde(default)]
    pub paused: bool,
    /// Code of the target of a roadmap to which it is attached.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<String>,
    /// Requested targets to which the batch could not be attached.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub line_findings: Vec<ListFinding>,
    /// Progress of the batch by day.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub progress: Vec<DailyProgress>,
}

/// A file of a [`BatchLedger`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LedgerFile {
    /// File as delivered.
    #[serde(flatten)]
    pub new: DeliveredFile,
    /// Dossier that received it.
    pub dossier: DossierName,
    /// State at the time of writing.
    pub state: FileState,
    /// Whether the dossier already had a file with the same bytes.
    pub repeated: bool,
    /// Media type found by content.
    pub media_type: String,
    /// Reason of its refusal.
    pub refusal: Option<Refusal>,
    /// Warnings about the file.
    pub warnings: Vec<Warning>,
    /// Pages of a file that is in quarantine or was removed from it, since no record lists them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pages: Vec<LedgerPage>,
}

/// A page that no record lists.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LedgerPage {
    /// Number in the file, from 1.
    pub number: u32,
    /// State at the time of writing.
    pub state: PageState,
    /// Stamp that was found, or reason of its removal.
    pub refusal: Option<Refusal>,
}

impl Catalog {
    /// Ledger of a batch for the store.
    ///
    /// # Errors
    /// `NotFound` for an unknown batch, `Unavailable` where the catalogue does not answer.
    pub async fn batch_ledger(&self, batch: &str) -> Result<BatchLedger> {
        let mut connection = self.read().await?;
        let statement = sqlx::query("SELECT * FROM batches WHERE id = $1").bind(batch.to_owned());
        let row = sql::fetch_optional(&mut connection, statement, "cannot read a batch").await?.ok_or_else(|| unknown_batch(batch))?;
        let statement = sqlx::query(
            "SELECT f.*, d.fonds, d.code, d.title FROM files f JOIN dossiers d ON d.id = f.dossier WHERE f.batch = $1 ORDER BY f.id",
        )
        .bind(batch.to_owned());
        let rows = sql::fetch_all(&mut connection, statement, "cannot read files").await?;
        let mut pages = pages_without_record(&mut connection, batch).await?;
        let mut files = Vec::new();
        for row in &rows {
            let file = file_from_row(row)?;
            files.push(LedgerFile {
                new: file.delivered,
                dossier: DossierName { fonds: get(row, "fonds")?, code: get(row, "code")?, title: get(row, "title")? },
                state: file.state,
                repeated: file.duplicate_of.is_some(),
                media_type: file.media_type,
                refusal: file.refusal,
                warnings: file.warnings,
                pages: pages.remove(&file.id).unwrap_or_default(),
            });
        }
        drop(connection);
        Ok(BatchLedger {
            batch: batch_from_row(&row)?,
            created_ms: get(&row, "created")?,
            plan: sql::get_json(&row, "plan")?,
            files,
            costs: self.costs(batch).await?,
            balance: self.balance(batch).await?,
            priority: get(&row, "priority")?,
            paused: get::<String>(&row, "control")? == "paused",
            line: get(&row, "target")?,
            line_findings: self.attachment(batch, usize::MAX >> 1).await?.0.findings,
            progress: self.daily_progress_of_batch(batch).await?,
        })
    }
}

/// Pages of files that are in quarantine or were removed from it, by file.
async fn pages_without_record(connection: &mut AnyConnection, batch: &str) -> Result<BTreeMap<String, Vec<LedgerPage>>> {
    let statement = sqlx::query(
        "SELECT p.file, p.number, p.state, p.class, p.reason, p.message FROM pages p JOIN files f ON f.id = p.file
         WHERE f.batch = $1 AND p.document IS NULL
         AND (f.state = 'removed' OR EXISTS (SELECT 1 FROM pages h WHERE h.file = f.id AND h.state = 'held'))
         ORDER BY p.file, p.number",
    )
    .bind(batch.to_owned());
    let mut pages: BTreeMap<String, Vec<LedgerPage>> = BTreeMap::new();
    for row in &sql::fetch_all(connection, statement, "cannot read pages in quarantine").await? {
        let page =
            LedgerPage { number: sql::get_u32(row, "number")?, state: sql::get_enum(row, "state")?, refusal: refusal_from_row(row)? };
        pages.entry(get(row, "file")?).or_default().push(page);
    }
    Ok(pages)
}
