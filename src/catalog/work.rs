//! What was done for the lines of roadmaps, as it is told: read once, and then only where it has changed.

use crate::sql::{self, get, get_json};
use crate::{Catalog, Engine};
use sohoa_base::error::{Error, Kind, Result, ResultExt};
use sohoa_base::model::roadmap::{Roadmap, Work};
use std::collections::HashMap;
use std::sync::Arc;

/// How many lines of a roadmap are read as one row.
const LINES_A_ROW: usize = 500;

/// Of more changed lines than this everything is read anew.
const FEW: usize = 5000;

/// What was done for the lines of one roadmap.
#[derive(Debug, Clone, Default)]
pub struct WorkOfLines {
    /// Version of the roadmap: a line that leaves it and comes back begins to count its changes anew.
    roadmap: i64,
    /// By code, with how often it was changed.
    lines: HashMap<Arc<str>, (i64, Arc<Work>)>,
}

impl WorkOfLines {
    /// What was done for a line; `None` where nothing was.
    #[must_use]
    pub fn get(&self, line: &str) -> Option<&Work> {
        self.lines.get(line).map(|(_, work)| work.as_ref())
    }

    /// Lines for which something was done.
    pub fn lines(&self) -> impl Iterator<Item = (&str, &Work)> {
        self.lines.iter().map(|(code, (_, work))| (code.as_ref(), work.as_ref()))
    }
}

impl Catalog {
    /// Roadmaps in force, each with what was done for its lines.
    ///
    /// # Errors
    /// As [`Catalog::roadmaps`].
    pub async fn roadmaps_with_work(&self) -> Result<Vec<(Arc<Roadmap>, Arc<WorkOfLines>)>> {
        // What is not known yet is read side by side.
        let (roadmaps, ()) = tokio::try_join!(self.roadmaps(), self.read_work())?;
        let mut all = Vec::with_capacity(roadmaps.len());
        for roadmap in roadmaps {
            let work = self.work(&roadmap.decision).await?;
            all.push((roadmap, work));
        }
        Ok(all)
    }

    /// Reads what was done for the lines of roadmaps of which nothing was read before.
    async fn read_work(&self) -> Result<()> {
        let statement = sqlx::query("SELECT decision FROM roadmaps");
        for row in &sql::all(&mut *self.read().await?, statement, "cannot read roadmaps").await? {
            let decision: String = get(row, "decision")?;
            if self.work.lock().is_ok_and(|known| !known.contains_key(&decision)) {
                self.work(&decision).await?;
            }
        }
        Ok(())
    }

    /// What was done for the lines of a roadmap.
    ///
    /// # Errors
    /// `Unavailable` where the catalogue does not answer.
    pub async fn work(&self, decision: &str) -> Result<Arc<WorkOfLines>> {
        let mut connection = self.read().await?;
        let changes = self.changes(&mut connection, decision).await?;
        let mut work = self.known_work(decision, changes.roadmap);
        let mut changed = changes.after(&work);
        let mut turn = None;
        if changed.len() > FEW {
            // Who else wants to know it meanwhile waits for what is read here.
            turn = Some(self.reading.lock().await);
            work = self.known_work(decision, changes.roadmap);
            changed = changes.after(&work);
        }
        if changed.is_empty() {
            return Ok(work);
        }
        let now = Arc::make_mut(&mut work);
        if changed.len() > FEW {
            let text = format!(
                "SELECT {} AS lines FROM roadmap_lines WHERE decision = $1 AND work_version > 0 GROUP BY place / {LINES_A_ROW}",
                self.joined(&["code", "work_version", "work"])
            );
            let rows = sql::all(&mut connection, sql::built(text).bind(decision.to_owned()), "cannot read what was done").await?;
            // Most of the time goes into the parsing, on which every core works.
            let mut parts = Vec::with_capacity(rows.len());
            for row in rows {
                let lines: String = get(&row, "lines")?;
                parts.push(tokio::task::spawn_blocking(move || done_for(&lines)));
            }
            for part in parts {
                now.lines.extend(part.await.or_error(Kind::Internal, || "what was done cannot be read".to_owned())??);
            }
        } else {
            for chunk in changed.chunks(sql::NAMES) {
                let text = format!(
                    "SELECT {} AS lines FROM roadmap_lines WHERE code IN ({})",
                    self.joined(&["code", "work_version", "work"]),
                    sql::places(1, chunk.len())
                );
                let row = sql::one(&mut connection, sql::bind_all(sql::built(text), chunk), "what was done").await?;
                now.lines.extend(done_for(&get::<Option<String>>(&row, "lines")?.unwrap_or_default())?);
            }
        }
        if let Ok(mut known) = self.work.lock() {
            known.insert(decision.to_owned(), Arc::clone(&work));
        }
        drop(turn);
        Ok(work)
    }

    /// What was read before of that version of a roadmap.
    fn known_work(&self, decision: &str, roadmap: i64) -> Arc<WorkOfLines> {
        let known = self.work.lock().ok().and_then(|known| known.get(decision).cloned());
        known.filter(|known| known.roadmap == roadmap).unwrap_or_else(|| Arc::new(WorkOfLines { roadmap, ..WorkOfLines::default() }))
    }

    /// What was done for one line; nothing for a line that is not known.
    ///
    /// # Errors
    /// `Unavailable` where the catalogue does not answer.
    pub async fn work_of(&self, line: &str) -> Result<Work> {
        let mut connection = self.read().await?;
        let statement = sqlx::query("SELECT work FROM roadmap_lines WHERE code = $1").bind(line.to_owned());
        let row = sql::optional(&mut connection, statement, "cannot read what was done").await?;
        row.map_or(Ok(Work::default()), |row| get_json(&row, "work"))
    }

    /// What share of the workers each line gets now.
    pub(super) async fn weights(&self) -> Result<HashMap<String, u32>> {
        let text = format!("SELECT {} AS lines FROM roadmap_lines GROUP BY place / {LINES_A_ROW}", self.joined(&["code", "weight"]));
        let mut connection = self.read().await?;
        let mut weights = HashMap::new();
        for row in &sql::all(&mut connection, sql::built(text), "cannot read the weights of lines").await? {
            let lines: String = get(row, "lines")?;
            let told = lines.split('\u{1e}').filter_map(|line| line.split_once('\u{1f}'));
            weights.extend(told.filter_map(|(code, weight)| Some((code.to_owned(), weight.parse().ok()?))));
        }
        Ok(weights)
    }

    /// How often each line of a roadmap was changed.
    async fn changes(&self, connection: &mut sqlx::AnyConnection, decision: &str) -> Result<Changes> {
        let text = format!(
            "SELECT {} AS lines, (SELECT version FROM roadmaps WHERE decision = $1) AS version
             FROM roadmap_lines WHERE decision = $1 AND work_version > 0 GROUP BY place / {LINES_A_ROW}",
            self.joined(&["code", "work_version"])
        );
        let rows = sql::all(connection, sql::built(text).bind(decision.to_owned()), "cannot read what was done").await?;
        let mut changes = Changes::default();
        for row in &rows {
            changes.roadmap = get(row, "version")?;
            changes.lines.push(get(row, "lines")?);
        }
        Ok(changes)
    }

    /// Columns of several rows as one text: a row costs more than what stands in it. No code holds the signs between them.
    fn joined(&self, columns: &[&str]) -> String {
        match self.engine {
            Engine::Sqlite => format!("group_concat({}, char(30))", columns.join(" || char(31) || ")),
            Engine::Postgres => format!("string_agg({}, chr(30))", columns.join(" || chr(31) || ")),
        }
    }
}

/// How often lines of a roadmap were changed, as it was read.
#[derive(Default)]
struct Changes {
    roadmap: i64,
    lines: Vec<String>,
}

impl Changes {
    /// Codes of the lines that are not as they were known.
    fn after(&self, known: &WorkOfLines) -> Vec<String> {
        let lines = self.lines.iter().flat_map(|lines| lines.split('\u{1e}'));
        let told = lines.filter_map(|line| line.split_once('\u{1f}'));
        let changed = told.filter(|(code, version)| known.lines.get(*code).is_none_or(|(known, _)| version.parse() != Ok(*known)));
        changed.map(|(code, _)| code.to_owned()).collect()
    }
}

/// The code of a line, how often what was done for it was changed, and what was done.
type LineWork = (Arc<str>, (i64, Arc<Work>));

/// What was done for lines as [`Catalog::joined`] writes their code, how often they were changed, and what was done.
fn done_for(lines: &str) -> Result<Vec<LineWork>> {
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
