//! Refused files and pages: one by one, grouped by class and reason, and counted by level.

use crate::Catalog;
use crate::batches::balance::refused_item_from_row;
use crate::facts::withholding::{FactsOf, load_content_facts};
use crate::rows::{dossier_from_row, file_from_row, message_from_row};
use crate::sql::{self, Statement, get, get_u32, get_u64};
use serde::Serialize;
use sohoa_base::error::Result;
use sohoa_base::messages::{StoredMessage, runs};
use sohoa_base::model::account::UnitScope;
use sohoa_base::model::batch::RefusedItem;
use sohoa_base::model::dossier::{Dossier, DossierName, File};
use sohoa_base::model::pipeline_plan::StageLevel;
use sohoa_base::model::refusal::RefusalClass;
use sohoa_base::model::withholding::Destination;
use std::collections::BTreeMap;

/// A refused file or page with its location.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Failure {
    /// Batch that delivered it.
    pub batch: String,
    /// Dossier of the file.
    pub dossier: DossierName,
    /// Identifier of the file.
    pub file_id: String,
    /// Size of the file, bytes.
    pub bytes: u64,
    /// Media type of the file detected from its content; empty if unknown.
    pub media_type: String,
    /// Whether its original may be viewed: nobody may look at what is in quarantine or was removed as secret, at what lies beside or
    /// in it, at what an outage or a limit kept unread, or at anything of a dossier with open tasks.
    pub may_be_seen: bool,
    /// First page of the same file that was read; none if there is no such page.
    pub readable_page: Option<u32>,
    /// Path, page, class and reason.
    #[serde(flatten)]
    pub item: RefusedItem,
}

/// Refusals with the same class and reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct FailureGroup {
    /// Class of the refusal, by who can resolve it.
    pub class: RefusalClass,
    /// Reason of the refusal, in English.
    pub reason: String,
    /// Its code and values.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<StoredMessage>,
    /// Number of files and pages.
    pub count: u64,
}

/// Filter of refusals; `None` does not filter.
#[derive(Debug, Clone, Copy, Default)]
pub struct FailureFilter<'a> {
    /// Batch.
    pub batch: Option<&'a str>,
    /// Class.
    pub class: Option<RefusalClass>,
    /// Level: whole files or pages. Nothing is refused at other levels.
    pub level: Option<StageLevel>,
    /// Reason.
    pub reason: Option<&'a str>,
}

/// Counts at one level of a batch.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct LevelCount {
    /// Number of all items.
    pub all: u64,
    /// Number of finished items.
    pub done: u64,
    /// Number of refused items.
    pub failed: u64,
}

/// Refused files, and refused pages of files that were not refused as a whole.
const REFUSED_SQL: &str = "(
        SELECT f.id AS file_id, f.batch, f.dossier, f.path, f.sha256, f.bytes, f.media_type, f.state AS file_state, CAST(NULL AS BIGINT) AS number,
               f.class, f.reason, f.message, 'file' AS level
        FROM files f WHERE f.state IN ('refused', 'removed')
        UNION ALL
        SELECT f.id, f.batch, f.dossier, f.path, f.sha256, f.bytes, f.media_type, f.state, p.number, p.class, p.reason, p.message, 'page'
        FROM pages p JOIN files f ON f.id = p.file WHERE p.state = 'refused' AND f.state NOT IN ('refused', 'removed')
    ) r JOIN dossiers d ON d.id = r.dossier
    WHERE (CAST($1 AS TEXT) IS NULL OR r.batch = $1) AND (CAST($2 AS TEXT) IS NULL OR r.class = $2)
      AND (CAST($3 AS TEXT) IS NULL OR r.level = $3) AND (CAST($4 AS TEXT) IS NULL OR r.reason = $4)";

fn bind_filter<'q>(statement: Statement<'q>, wanted: &FailureFilter<'_>) -> Statement<'q> {
    statement
        .bind(wanted.batch.map(str::to_owned))
        .bind(wanted.class.map(|class| class.as_str().to_owned()))
        .bind(wanted.level.map(|level| level.as_str().to_owned()))
        .bind(wanted.reason.map(sql::replace_nul))
}

impl Catalog {
    /// Refused files and pages of these units, sorted by batch and path, at most `limit`.
    ///
    /// # Errors
    /// `Unavailable` where the catalogue does not answer.
    pub async fn failures(&self, units: &UnitScope, wanted: &FailureFilter<'_>, limit: usize) -> Result<Vec<Failure>> {
        let (only, names) = sql::unit_condition(units, "d.fonds", 6);
        let mut connection = self.read().await?;
        let statement = sql::dynamic_query(format!(
            "SELECT r.*, d.fonds, d.code, d.title,
                    (SELECT min(o.number) FROM pages o WHERE o.file = r.file_id AND o.state IN ('read', 'stored', 'review')) AS readable
             FROM {REFUSED_SQL} AND {only} ORDER BY r.batch, r.path, r.number LIMIT $5",
        ));
        let statement = sql::bind_all(bind_filter(statement, wanted).bind(sql::to_i64(limit)), &names);
        let rows = sql::fetch_all(&mut connection, statement, "cannot read failures").await?;
        let sums = rows.iter().map(|row| get(row, "sha256")).collect::<Result<Vec<String>>>()?;
        let facts = load_content_facts(&mut connection, FactsOf::Digests(&sums)).await?;
        rows.iter()
            .map(|row| {
                let item = refused_item_from_row(row)?;
                let (sha256, dossier): (String, String) = (get(row, "sha256")?, get(row, "dossier")?);
                let is_there = !sha256.is_empty() && get::<String>(row, "file_state")? != "removed";
                let obstacle = facts.obstacle(&sha256, &dossier, Destination::Preview);
                Ok(Failure {
                    batch: get(row, "batch")?,
                    dossier: DossierName { fonds: get(row, "fonds")?, code: get(row, "code")?, title: get(row, "title")? },
                    file_id: get(row, "file_id")?,
                    bytes: get_u64(row, "bytes")?,
                    media_type: get(row, "media_type")?,
                    may_be_seen: is_there && item.class != RefusalClass::Secret && obstacle.is_none(),
                    readable_page: get::<Option<i64>>(row, "readable")?.and_then(|page| u32::try_from(page).ok()),
                    item,
                })
            })
            .collect()
    }

    /// Refusals of these units grouped by class and reason, the most frequent first, at most `limit`.
    ///
    /// # Errors
    /// `Unavailable` where the catalogue does not answer.
    pub async fn failure_groups(&self, units: &UnitScope, wanted: &FailureFilter<'_>, limit: usize) -> Result<Vec<FailureGroup>> {
        let (only, names) = sql::unit_condition(units, "d.fonds", 6);
        let mut connection = self.read().await?;
        let statement = sql::dynamic_query(format!(
            "SELECT r.class, r.reason, MAX(r.message) AS message, count(*) AS n FROM {REFUSED_SQL} AND {only}
             GROUP BY r.class, r.reason ORDER BY n DESC, r.class, r.reason LIMIT $5",
        ));
        let statement = sql::bind_all(bind_filter(statement, wanted).bind(sql::to_i64(limit)), &names);
        let rows = sql::fetch_all(&mut connection, statement, "cannot read failures").await?;
        rows.iter()
            .map(|row| {
                let class: Option<String> = get(row, "class")?;
                let reason: Option<String> = get(row, "reason")?;
                let class = RefusalClass::parse_or_bug(class.as_deref().unwrap_or_default());
                let message = message_from_row(row, "message")?;
                Ok(FailureGroup { class, reason: reason.unwrap_or_default(), message, count: get_u64(row, "n")? })
            })
            .collect()
    }

    /// A refused file, or a file with a refused page, and its dossier, if its original may be viewed by [`Failure::may_be_seen`].
    /// `page` must be a page of the file if its pages are known.
    ///
    /// # Errors
    /// `NotFound` if there is no such file.
    pub async fn viewable_failed_file(&self, file: &str, page: u32) -> Result<(Dossier, File)> {
        let unknown = || runs::failed_page_not_visible(file, page);
        let mut connection = self.read().await?;
        let statement = sqlx::query(
            "SELECT f.* FROM files f WHERE f.id = $1 AND f.state <> 'removed' AND f.sha256 <> '' AND COALESCE(f.class, '') <> 'secret'
               AND (f.state = 'refused' OR EXISTS (SELECT 1 FROM pages p WHERE p.file = f.id AND p.state = 'refused'))
               AND (NOT EXISTS (SELECT 1 FROM pages p WHERE p.file = f.id) OR EXISTS (
                    SELECT 1 FROM pages p WHERE p.file = f.id AND p.number = $2 AND COALESCE(p.class, '') <> 'secret'))",
        )
        .bind(file.to_owned())
        .bind(i64::from(page));
        let row = sql::fetch_optional(&mut connection, statement, "cannot read a refused file").await?.ok_or_else(unknown)?;
        let file = file_from_row(&row)?;
        let facts = load_content_facts(&mut connection, FactsOf::Digests(std::slice::from_ref(&file.delivered.sha256))).await?;
        if facts.obstacle(&file.delivered.sha256, &file.dossier, Destination::Preview).is_some() {
            return Err(unknown());
        }
        let statement = sqlx::query("SELECT * FROM dossiers WHERE id = $1").bind(file.dossier.clone());
        let row = sql::fetch_optional(&mut connection, statement, "cannot read a dossier").await?.ok_or_else(unknown)?;
        Ok((dossier_from_row(&row)?, file))
    }

    /// Counts of the files, pages and documents of a batch by level. Duplicates count with the pages of the original file.
    ///
    /// # Errors
    /// `Unavailable` where the catalogue does not answer.
    pub async fn level_counts(&self, batch: &str) -> Result<BTreeMap<StageLevel, LevelCount>> {
        let mut connection = self.read().await?;
        let statement = sqlx::query(
            "SELECT 'file' AS level, count(*) AS n, count(CASE WHEN state NOT IN ('received', 'refused', 'removed') THEN 1 END) AS done,
                    count(CASE WHEN state IN ('refused', 'removed') THEN 1 END) AS failed FROM files WHERE batch = $1
             UNION ALL
             SELECT 'page', count(*), count(CASE WHEN p.state NOT IN ('waiting', 'refused') THEN 1 END),
                    count(CASE WHEN p.state = 'refused' AND f.duplicate_of IS NULL AND f.state NOT IN ('refused', 'removed') THEN 1 END)
             FROM files f JOIN pages p ON p.file = COALESCE(f.duplicate_of, f.id) WHERE f.batch = $1
             UNION ALL
             SELECT 'document', count(DISTINCT p.document), 0, 0
             FROM files f JOIN pages p ON p.file = COALESCE(f.duplicate_of, f.id) WHERE f.batch = $1",
        )
        .bind(batch.to_owned());
        let mut counts = BTreeMap::new();
        for row in &sql::fetch_all(&mut connection, statement, "cannot count what was done").await? {
            let level = match get::<String>(row, "level")?.as_str() {
                "file" => StageLevel::File,
                "page" => StageLevel::Page,
                _ => StageLevel::Document,
            };
            counts.insert(level, LevelCount { all: get_u64(row, "n")?, done: get_u64(row, "done")?, failed: get_u64(row, "failed")? });
        }
        Ok(counts)
    }

    /// Number of dossiers of a batch by the last dossier-level group for which they got a task. Dossiers whose active
    /// batch is another one are counted under [`u32::MAX`]; dossiers without such a task are not included.
    ///
    /// # Errors
    /// `Unavailable` where the catalogue does not answer.
    pub async fn dossiers_by_group(&self, batch: &str) -> Result<BTreeMap<u32, u64>> {
        let mut connection = self.read().await?;
        let statement = sqlx::query(
            "SELECT CASE WHEN d.active_batch = $1 THEN d.last_group ELSE 4294967295 END AS stage_group, count(*) AS n
             FROM deliveries v JOIN dossiers d ON d.id = v.dossier
             WHERE v.batch = $1 AND (d.active_batch <> $1 OR d.last_group >= 0) GROUP BY 1",
        )
        .bind(batch.to_owned());
        let rows = sql::fetch_all(&mut connection, statement, "cannot count dossiers").await?;
        rows.iter().map(|row| Ok((get_u32(row, "stage_group")?, get_u64(row, "n")?))).collect()
    }
}
