//! Cache of the progress of targets: read completely once, and then only for changed targets.

use crate::sql::{self, get, get_json};
use crate::{Catalog, Engine};
use sohoa_base::error::Result;
use sohoa_base::messages::{program, roadmap};
use sohoa_base::model::roadmap::ledger::TargetLedger;
use sohoa_base::model::roadmap::plan::Roadmap;
use std::collections::HashMap;
use std::sync::Arc;

/// Targets aggregated in one row of a query.
const TARGETS_PER_ROW: usize = 500;

/// Number of changed targets above which all targets are read again.
const MAX_INCREMENTAL_TARGETS: usize = 5000;

/// Progress of the targets of one roadmap.
#[derive(Debug, Clone, Default)]
pub struct TargetProgressMap {
    /// Version of the roadmap: the change counter of a target that leaves it and returns starts again at 0.
    roadmap_version: i64,
    /// By code, with the change counter of the target.
    targets: HashMap<Arc<str>, (i64, Arc<TargetLedger>)>,
}

impl TargetProgressMap {
    /// Progress of a target; `None` if there is none.
    #[must_use]
    pub fn get(&self, target: &str) -> Option<&TargetLedger> {
        self.targets.get(target).map(|(_, work)| work.as_ref())
    }

    /// Targets with progress.
    pub fn targets(&self) -> impl Iterator<Item = (&str, &TargetLedger)> {
        self.targets.iter().map(|(code, (_, work))| (code.as_ref(), work.as_ref()))
    }
}

impl Catalog {
    /// Roadmaps in force, each with the progress of its targets.
    ///
    /// # Errors
    /// As [`Catalog::roadmaps`].
    pub async fn roadmaps_with_progress(&self) -> Result<Vec<(Arc<Roadmap>, Arc<TargetProgressMap>)>> {
        // Uncached roadmaps and progress are read in parallel.
        let (roadmaps, ()) = tokio::try_join!(self.roadmaps(), self.preload_progress())?;
        let mut all = Vec::with_capacity(roadmaps.len());
        for roadmap in roadmaps {
            let work = self.roadmap_progress(&roadmap.decision).await?;
            all.push((roadmap, work));
        }
        Ok(all)
    }

    /// Loads the progress of roadmaps that are not in the cache.
    async fn preload_progress(&self) -> Result<()> {
        let statement = sqlx::query("SELECT decision FROM roadmaps");
        for row in &sql::fetch_all(&mut *self.read().await?, statement, "cannot read roadmaps").await? {
            let decision: String = get(row, "decision")?;
            if self.progress_cache.lock().is_ok_and(|cached| !cached.contains_key(&decision)) {
                self.roadmap_progress(&decision).await?;
            }
        }
        Ok(())
    }

    /// Progress of the targets of a roadmap.
    ///
    /// # Errors
    /// `Unavailable` where the catalogue does not answer.
    pub async fn roadmap_progress(&self, decision: &str) -> Result<Arc<TargetProgressMap>> {
        let mut connection = self.read().await?;
        let changes = self.progress_versions(&mut connection, decision).await?;
        let mut work = self.cached_progress(decision, changes.roadmap_version);
        let mut changed = changes.changed_since(&work);
        let mut guard = None;
        if changed.len() > MAX_INCREMENTAL_TARGETS {
            // Concurrent callers wait here and then use the cached result.
            guard = Some(self.progress_read_lock.lock().await);
            work = self.cached_progress(decision, changes.roadmap_version);
            changed = changes.changed_since(&work);
        }
        if changed.is_empty() {
            return Ok(work);
        }
        let now = Arc::make_mut(&mut work);
        if changed.len() > MAX_INCREMENTAL_TARGETS {
            let text = format!(
                "SELECT {} AS entries FROM targets WHERE decision = $1 AND ledger_version > 0
                 GROUP BY position_in_roadmap / {TARGETS_PER_ROW}",
                self.string_agg_expr(&["code", "ledger_version", "ledger"])
            );
            let rows =
                sql::fetch_all(&mut connection, sql::dynamic_query(text).bind(decision.to_owned()), "cannot read what was done").await?;
            // Parsing takes most of the time, so it runs on all cores.
            let mut parts = Vec::with_capacity(rows.len());
            for row in rows {
                let lines: String = get(&row, "entries")?;
                parts.push(tokio::task::spawn_blocking(move || parse_progress(&lines)));
            }
            for part in parts {
                now.targets.extend(part.await.map_err(|error| program::bug("catalogue: progress of targets").caused_by(error))??);
            }
        } else {
            for chunk in changed.chunks(sql::MAX_IN_LIST) {
                let text = format!(
                    "SELECT {} AS entries FROM targets WHERE code IN ({})",
                    self.string_agg_expr(&["code", "ledger_version", "ledger"]),
                    sql::placeholders(1, chunk.len())
                );
                let row = sql::fetch_one(&mut connection, sql::bind_all(sql::dynamic_query(text), chunk), "what was done").await?;
                now.targets.extend(parse_progress(&get::<Option<String>>(&row, "entries")?.unwrap_or_default())?);
            }
        }
        if let Ok(mut cached) = self.progress_cache.lock() {
            cached.insert(decision.to_owned(), Arc::clone(&work));
        }
        drop(guard);
        Ok(work)
    }

    /// The cached progress of this version of a roadmap, or an empty one.
    fn cached_progress(&self, decision: &str, roadmap: i64) -> Arc<TargetProgressMap> {
        let cached = self.progress_cache.lock().ok().and_then(|cached| cached.get(decision).cloned());
        cached
            .filter(|cached| cached.roadmap_version == roadmap)
            .unwrap_or_else(|| Arc::new(TargetProgressMap { roadmap_version: roadmap, ..TargetProgressMap::default() }))
    }

    /// Progress of one target; empty for an unknown one.
    ///
    /// # Errors
    /// `Unavailable` where the catalogue does not answer.
    pub async fn target_progress(&self, target: &str) -> Result<TargetLedger> {
        let mut connection = self.read().await?;
        let statement = sqlx::query("SELECT ledger FROM targets WHERE code = $1").bind(target.to_owned());
        let row = sql::fetch_optional(&mut connection, statement, "cannot read what was done").await?;
        row.map_or(Ok(TargetLedger::default()), |row| get_json(&row, "ledger"))
    }

    /// Present weight of each target in the sharing of workers, by code.
    pub(crate) async fn target_weights(&self) -> Result<HashMap<String, u32>> {
        let text = format!(
            "SELECT {} AS entries FROM targets GROUP BY position_in_roadmap / {TARGETS_PER_ROW}",
            self.string_agg_expr(&["code", "weight"])
        );
        let mut connection = self.read().await?;
        let mut weights = HashMap::new();
        for row in &sql::fetch_all(&mut connection, sql::dynamic_query(text), "cannot read the weights of lines").await? {
            let lines: String = get(row, "entries")?;
            let entries = lines.split('\u{1e}').filter_map(|entry| entry.split_once('\u{1f}'));
            weights.extend(entries.filter_map(|(code, weight)| Some((code.to_owned(), weight.parse().ok()?))));
        }
        Ok(weights)
    }

    /// Change counters of the targets of a roadmap.
    async fn progress_versions(&self, connection: &mut sqlx::AnyConnection, decision: &str) -> Result<ProgressVersions> {
        let text = format!(
            "SELECT {} AS entries, (SELECT version FROM roadmaps WHERE decision = $1) AS version
             FROM targets WHERE decision = $1 AND ledger_version > 0 GROUP BY position_in_roadmap / {TARGETS_PER_ROW}",
            self.string_agg_expr(&["code", "ledger_version"])
        );
        let rows = sql::fetch_all(connection, sql::dynamic_query(text).bind(decision.to_owned()), "cannot read what was done").await?;
        let mut changes = ProgressVersions::default();
        for row in &rows {
            changes.roadmap_version = get(row, "version")?;
            changes.chunks.push(get(row, "entries")?);
        }
        Ok(changes)
    }

    /// SQL expression that joins columns of several rows into one text (U+001F between columns, U+001E between rows, which no code
    /// contains), since the cost of a row exceeds that of its data.
    fn string_agg_expr(&self, columns: &[&str]) -> String {
        match self.engine {
            Engine::Sqlite => format!("group_concat({}, char(30))", columns.join(" || char(31) || ")),
            Engine::Postgres => format!("string_agg({}, chr(30))", columns.join(" || chr(31) || ")),
        }
    }
}

/// Change counters of the targets of a roadmap, as joined texts.
#[derive(Default)]
struct ProgressVersions {
    roadmap_version: i64,
    chunks: Vec<String>,
}

impl ProgressVersions {
    /// Codes of the targets that differ from the cached ones.
    fn changed_since(&self, cached: &TargetProgressMap) -> Vec<String> {
        let lines = self.chunks.iter().flat_map(|lines| lines.split('\u{1e}'));
        let entries = lines.filter_map(|entry| entry.split_once('\u{1f}'));
        let changed = entries.filter(|(code, version)| cached.targets.get(*code).is_none_or(|(cached, _)| version.parse() != Ok(*cached)));
        changed.map(|(code, _)| code.to_owned()).collect()
    }
}

/// Code of a target, its change counter, and its progress.
type ProgressEntry = (Arc<str>, (i64, Arc<TargetLedger>));

/// Parses entries joined by [`Catalog::string_agg_expr`]: code, change counter and progress.
fn parse_progress(lines: &str) -> Result<Vec<ProgressEntry>> {
    let broken = || roadmap::target_progress_unreadable();
    let parse_entry = |entry: &str| {
        let mut parts = entry.splitn(3, '\u{1f}');
        let (Some(code), Some(version), Some(work)) = (parts.next(), parts.next(), parts.next()) else { return Err(broken()) };
        let version = version.parse().map_err(|error| broken().caused_by(error))?;
        let work = serde_json::from_str(work).map_err(|error| broken().caused_by(error))?;
        Ok((code.into(), (version, Arc::new(work))))
    };
    lines.split('\u{1e}').filter(|entry| !entry.is_empty()).map(parse_entry).collect()
}
