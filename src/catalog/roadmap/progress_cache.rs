//! What was done for the lines of roadmaps, as it is told: read once, and then only where it has changed.

use crate::sql::{self, get, get_json};
use crate::{Catalog, Engine};
use sohoa_base::error::{Error, ErrorKind, Result, ResultExt};
use sohoa_base::model::roadmap::plan::{Roadmap, TargetLedger};
use std::collections::HashMap;
use std::sync::Arc;

/// How many lines of a roadmap are read as one row.
const TARGETS_PER_ROW: usize = 500;

/// Of more changed lines than this everything is read anew.
const MAX_INCREMENTAL_TARGETS: usize = 5000;

/// What was done for the lines of one roadmap.
#[derive(Debug, Clone, Default)]
pub struct TargetProgressMap {
    /// Version of the roadmap: a line that leaves it and comes back begins to count its changes anew.
    roadmap_version: i64,
    /// By code, with how often it was changed.
    targets: HashMap<Arc<str>, (i64, Arc<TargetLedger>)>,
}

impl TargetProgressMap {
    /// What was done for a line; `None` where nothing was.
    #[must_use]
    pub fn get(&self, line: &str) -> Option<&TargetLedger> {
        self.targets.get(line).map(|(_, work)| work.as_ref())
    }

    /// Lines for which something was done.
    pub fn targets(&self) -> impl Iterator<Item = (&str, &TargetLedger)> {
        self.targets.iter().map(|(code, (_, work))| (code.as_ref(), work.as_ref()))
    }
}

impl Catalog {
    /// Roadmaps in force, each with what was done for its lines.
    ///
    /// # Errors
    /// As [`Catalog::roadmaps`].
    pub async fn roadmaps_with_progress(&self) -> Result<Vec<(Arc<Roadmap>, Arc<TargetProgressMap>)>> {
        // What is not known yet is read side by side.
        let (roadmaps, ()) = tokio::try_join!(self.roadmaps(), self.preload_progress())?;
        let mut all = Vec::with_capacity(roadmaps.len());
        for roadmap in roadmaps {
            let work = self.roadmap_progress(&roadmap.decision).await?;
            all.push((roadmap, work));
        }
        Ok(all)
    }

    /// Reads what was done for the lines of roadmaps of which nothing was read before.
    async fn preload_progress(&self) -> Result<()> {
        let statement = sqlx::query("SELECT decision FROM roadmaps");
        for row in &sql::fetch_all(&mut *self.read().await?, statement, "cannot read roadmaps").await? {
            let decision: String = get(row, "decision")?;
            if self.progress_cache.lock().is_ok_and(|known| !known.contains_key(&decision)) {
                self.roadmap_progress(&decision).await?;
            }
        }
        Ok(())
    }

    /// What was done for the lines of a roadmap.
    ///
    /// # Errors
    /// `Unavailable` where the catalogue does not answer.
    pub async fn roadmap_progress(&self, decision: &str) -> Result<Arc<TargetProgressMap>> {
        let mut connection = self.read().await?;
        let changes = self.progress_versions(&mut connection, decision).await?;
        let mut work = self.cached_progress(decision, changes.roadmap_version);
        let mut changed = changes.changed_since(&work);
        let mut turn = None;
        if changed.len() > MAX_INCREMENTAL_TARGETS {
            // Who else wants to know it meanwhile waits for what is read here.
            turn = Some(self.progress_read_lock.lock().await);
            work = self.cached_progress(decision, changes.roadmap_version);
            changed = changes.changed_since(&work);
        }
        if changed.is_empty() {
            return Ok(work);
        }
        let now = Arc::make_mut(&mut work);
        if changed.len() > MAX_INCREMENTAL_TARGETS {
            let text = format!(
                "SELECT {} AS lines FROM roadmap_lines WHERE decision = $1 AND work_version > 0 GROUP BY place / {TARGETS_PER_ROW}",
                self.string_agg_expr(&["code", "work_version", "work"])
            );
            let rows =
                sql::fetch_all(&mut connection, sql::dynamic_query(text).bind(decision.to_owned()), "cannot read what was done").await?;
            // Most of the time goes into the parsing, on which every core works.
            let mut parts = Vec::with_capacity(rows.len());
            for row in rows {
                let lines: String = get(&row, "lines")?;
                parts.push(tokio::task::spawn_blocking(move || parse_progress(&lines)));
            }
            for part in parts {
                now.targets.extend(part.await.or_error(ErrorKind::Internal, || "what was done cannot be read".to_owned())??);
            }
        } else {
            for chunk in changed.chunks(sql::MAX_IN_LIST) {
                let text = format!(
                    "SELECT {} AS lines FROM roadmap_lines WHERE code IN ({})",
                    self.string_agg_expr(&["code", "work_version", "work"]),
                    sql::placeholders(1, chunk.len())
                );
                let row = sql::fetch_one(&mut connection, sql::bind_all(sql::dynamic_query(text), chunk), "what was done").await?;
                now.targets.extend(parse_progress(&get::<Option<String>>(&row, "lines")?.unwrap_or_default())?);
            }
        }
        if let Ok(mut known) = self.progress_cache.lock() {
            known.insert(decision.to_owned(), Arc::clone(&work));
        }
        drop(turn);
        Ok(work)
    }

    /// What was read before of that version of a roadmap.
    fn cached_progress(&self, decision: &str, roadmap: i64) -> Arc<TargetProgressMap> {
        let known = self.progress_cache.lock().ok().and_then(|known| known.get(decision).cloned());
        known
            .filter(|known| known.roadmap_version == roadmap)
            .unwrap_or_else(|| Arc::new(TargetProgressMap { roadmap_version: roadmap, ..TargetProgressMap::default() }))
    }

    /// What was done for one line; nothing for a line that is not known.
    ///
    /// # Errors
    /// `Unavailable` where the catalogue does not answer.
    pub async fn target_progress(&self, line: &str) -> Result<TargetLedger> {
        let mut connection = self.read().await?;
        let statement = sqlx::query("SELECT work FROM roadmap_lines WHERE code = $1").bind(line.to_owned());
        let row = sql::fetch_optional(&mut connection, statement, "cannot read what was done").await?;
        row.map_or(Ok(TargetLedger::default()), |row| get_json(&row, "work"))
    }

    /// What share of the workers each line gets now.
    pub(crate) async fn target_weights(&self) -> Result<HashMap<String, u32>> {
        let text =
            format!("SELECT {} AS lines FROM roadmap_lines GROUP BY place / {TARGETS_PER_ROW}", self.string_agg_expr(&["code", "weight"]));
        let mut connection = self.read().await?;
        let mut weights = HashMap::new();
        for row in &sql::fetch_all(&mut connection, sql::dynamic_query(text), "cannot read the weights of lines").await? {
            let lines: String = get(row, "lines")?;
            let told = lines.split('\u{1e}').filter_map(|line| line.split_once('\u{1f}'));
            weights.extend(told.filter_map(|(code, weight)| Some((code.to_owned(), weight.parse().ok()?))));
        }
        Ok(weights)
    }

    /// How often each line of a roadmap was changed.
    async fn progress_versions(&self, connection: &mut sqlx::AnyConnection, decision: &str) -> Result<ProgressVersions> {
        let text = format!(
            "SELECT {} AS lines, (SELECT version FROM roadmaps WHERE decision = $1) AS version
             FROM roadmap_lines WHERE decision = $1 AND work_version > 0 GROUP BY place / {TARGETS_PER_ROW}",
            self.string_agg_expr(&["code", "work_version"])
        );
        let rows = sql::fetch_all(connection, sql::dynamic_query(text).bind(decision.to_owned()), "cannot read what was done").await?;
        let mut changes = ProgressVersions::default();
        for row in &rows {
            changes.roadmap_version = get(row, "version")?;
            changes.chunks.push(get(row, "lines")?);
        }
        Ok(changes)
    }

    /// Columns of several rows as one text: a row costs more than what stands in it. No code holds the signs between them.
    fn string_agg_expr(&self, columns: &[&str]) -> String {
        match self.engine {
            Engine::Sqlite => format!("group_concat({}, char(30))", columns.join(" || char(31) || ")),
            Engine::Postgres => format!("string_agg({}, chr(30))", columns.join(" || chr(31) || ")),
        }
    }
}

/// How often lines of a roadmap were changed, as it was read.
#[derive(Default)]
struct ProgressVersions {
    roadmap_version: i64,
    chunks: Vec<String>,
}

impl ProgressVersions {
    /// Codes of the lines that are not as they were known.
    fn changed_since(&self, known: &TargetProgressMap) -> Vec<String> {
        let lines = self.chunks.iter().flat_map(|lines| lines.split('\u{1e}'));
        let told = lines.filter_map(|line| line.split_once('\u{1f}'));
        let changed = told.filter(|(code, version)| known.targets.get(*code).is_none_or(|(known, _)| version.parse() != Ok(*known)));
        changed.map(|(code, _)| code.to_owned()).collect()
    }
}

/// The code of a line, how often what was done for it was changed, and what was done.
type ProgressEntry = (Arc<str>, (i64, Arc<TargetLedger>));

/// What was done for lines as [`Catalog::joined`] writes their code, how often they were changed, and what was done.
fn parse_progress(lines: &str) -> Result<Vec<ProgressEntry>> {
    let broken = || Error::corrupt("what was done for a line of the roadmap cannot be read; run `sohoa rebuild`");
    let of_line = |line: &str| {
        let mut parts = line.splitn(3, '\u{1f}');
        let (Some(code), Some(version), Some(work)) = (parts.next(), parts.next(), parts.next()) else { return Err(broken()) };
        let version = version.parse().map_err(|error| broken().caused_by(error))?;
        let work = serde_json::from_str(work).map_err(|error| broken().caused_by(error))?;
        Ok((code.into(), (version, Arc::new(work))))
    };
    lines.split('\u{1e}').filter(|line| !line.is_empty()).map(of_line).collect()
}
