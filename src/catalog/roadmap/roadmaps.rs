//! Roadmaps: what is planned, which batch belongs to which line, and what was done, counted where it is done.

use crate::Catalog;
use crate::batches::lifecycle::unknown_batch;
use crate::sql::{self, SqlValue, WriteTx, get, get_json, retrying, to_json};
use sohoa_base::error::{Error, ErrorKind, Result, ResultExt};
use sohoa_base::model::calendar::Day;
use sohoa_base::model::roadmap::attachment::AttachmentSource;
use sohoa_base::model::roadmap::plan::{ItemCounts, ProgressStep, Roadmap, Target, TargetLedger};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Share of the workers of what belongs to no line.
const DEFAULT_WEIGHT: i64 = 10;

/// What was done on one day at one step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct DailyProgress {
    /// The day.
    pub day: Day,
    /// The step.
    pub step: ProgressStep,
    /// How much.
    #[serde(flatten)]
    pub amount: ItemCounts,
}

impl Catalog {
    /// Keeps a roadmap as the newest form of its decision; lines that it does not have any more are gone, and their batches
    /// outside the plan.
    ///
    /// # Errors
    /// `Conflict` where another roadmap has a line of the same code, or where a newer version is kept already.
    pub async fn save_roadmap(&self, roadmap: &Roadmap, weights: &BTreeMap<String, u32>) -> Result<()> {
        retrying!(self.save_roadmap_once(roadmap, weights))
    }

    async fn save_roadmap_once(&self, roadmap: &Roadmap, weights: &BTreeMap<String, u32>) -> Result<()> {
        let mut write = self.write().await?;
        let decision = sql::replace_nul(&roadmap.decision);
        let statement = sqlx::query(
            "INSERT INTO roadmaps (decision, version, body) VALUES ($1, $2, $3)
             ON CONFLICT (decision) DO UPDATE SET version = excluded.version, body = excluded.body WHERE roadmaps.version < excluded.version",
        )
        .bind(decision.clone())
        .bind(i64::from(roadmap.version()))
        .bind(to_json(roadmap)?);
        if sql::execute(write.connection(), statement, "cannot keep a roadmap").await? == 0 {
            return Err(Error::conflict(format!("roadmap {decision} was changed by somebody else; read it again")));
        }
        let statement = sqlx::query("UPDATE roadmap_lines SET place = -1 WHERE decision = $1").bind(decision.clone());
        sql::execute(write.connection(), statement, "cannot keep lines").await?;
        let mut rows = Vec::with_capacity(roadmap.targets.len());
        for (place, line) in (0_i64..).zip(&roadmap.targets) {
            rows.push(vec![
                SqlValue::Text(sql::replace_nul(&line.code)),
                SqlValue::Text(decision.clone()),
                SqlValue::Text(sql::replace_nul(&line.unit)),
                SqlValue::Int(place),
                SqlValue::Text(to_json(&line.dossier_prefixes)?),
                SqlValue::Int(weights.get(&line.code).map_or(DEFAULT_WEIGHT, |weight| i64::from(*weight))),
            ]);
        }
        let count = rows.len();
        let kept = sql::bulk_insert(
            write.connection(),
            "INSERT INTO roadmap_lines (code, decision, unit, place, dossiers, weight) VALUES",
            rows,
            "ON CONFLICT (code) DO UPDATE SET unit = excluded.unit, place = excluded.place, dossiers = excluded.dossiers,
                weight = excluded.weight WHERE roadmap_lines.decision = excluded.decision RETURNING code",
            "cannot keep lines",
        )
        .await?;
        if kept.len() != count {
            let kept = kept.iter().map(|row| get(row, "code")).collect::<Result<Vec<String>>>()?;
            let other = roadmap.targets.iter().find(|line| !kept.contains(&line.code)).map_or("", |line| line.code.as_str());
            return Err(Error::conflict(format!("line {other} belongs to another roadmap; give it another code")));
        }
        let gone = "SELECT code FROM roadmap_lines WHERE decision = $1 AND place = -1";
        for text in [
            format!("UPDATE tasks SET line = '' WHERE line IN ({gone})"),
            format!("UPDATE batches SET line = NULL, attached = NULL WHERE line IN ({gone})"),
            "DELETE FROM roadmap_lines WHERE decision = $1 AND place = -1".to_owned(),
        ] {
            sql::execute(write.connection(), sql::dynamic_query(text).bind(decision.clone()), "cannot drop lines").await?;
        }
        // Tasks of lines that are gone wait among those outside the plan, who may have had none until now.
        write.ensure_queue("").await?;
        let body = serde_json::json!({ "decision": decision, "version": roadmap.version(), "lines": count });
        write.append_events("", &[("", "roadmap-kept", body)]).await?;
        write.commit().await
    }

    /// The roadmaps in force, by decision.
    ///
    /// # Errors
    /// `Unavailable` where the catalogue does not answer.
    pub async fn roadmaps(&self) -> Result<Vec<Arc<Roadmap>>> {
        let mut connection = self.read().await?;
        let versions = sqlx::query("SELECT decision, version FROM roadmaps ORDER BY decision");
        let rows = sql::fetch_all(&mut connection, versions, "cannot read roadmaps").await?;
        let mut found = Vec::with_capacity(rows.len());
        for row in &rows {
            let (decision, version): (String, i64) = (get(row, "decision")?, get(row, "version")?);
            if let Some(known) = self.cached_roadmap(&decision, version) {
                found.push(known);
                continue;
            }
            let _turn = self.roadmap_parse_lock.lock().await;
            if let Some(known) = self.cached_roadmap(&decision, version) {
                found.push(known);
                continue;
            }
            let statement = sqlx::query("SELECT body FROM roadmaps WHERE decision = $1").bind(decision.clone());
            let row = sql::fetch_one(&mut connection, statement, "a roadmap").await?;
            // A plan of many lines takes long to parse.
            let parsed = tokio::task::spawn_blocking(move || get_json::<Roadmap>(&row, "body")).await;
            let read = Arc::new(parsed.or_error(ErrorKind::Internal, || "a roadmap cannot be read".to_owned())??);
            if let Ok(mut known) = self.roadmap_cache.lock() {
                known.insert(decision, Arc::clone(&read));
            }
            found.push(read);
        }
        Ok(found)
    }

    /// A roadmap that was read before in that version.
    fn cached_roadmap(&self, decision: &str, version: i64) -> Option<Arc<Roadmap>> {
        let known = self.roadmap_cache.lock().ok()?.get(decision).cloned();
        known.filter(|known| i64::from(known.version()) == version)
    }

    /// What was done on each day for a line, or, without one, for nothing that is planned; in order.
    ///
    /// # Errors
    /// `Unavailable` where the catalogue does not answer.
    pub async fn daily_progress(&self, line: Option<&str>) -> Result<Vec<DailyProgress>> {
        fetch_daily_progress(&mut *self.read().await?, "b.line", line).await
    }

    /// What was done on each day with a batch, in order.
    ///
    /// # Errors
    /// `Unavailable` where the catalogue does not answer.
    pub async fn daily_progress_of_batch(&self, batch: &str) -> Result<Vec<DailyProgress>> {
        fetch_daily_progress(&mut *self.read().await?, "b.id", Some(batch)).await
    }

    /// The line of each of these batches that has one.
    ///
    /// # Errors
    /// `Unavailable` where the catalogue does not answer.
    pub async fn targets_of_batches(&self, batches: &[String]) -> Result<BTreeMap<String, String>> {
        let mut connection = self.read().await?;
        let mut lines = BTreeMap::new();
        for chunk in batches.chunks(sql::MAX_IN_LIST) {
            let text = format!("SELECT id, line FROM batches WHERE line IS NOT NULL AND id IN ({})", sql::placeholders(1, chunk.len()));
            for row in &sql::fetch_all(&mut connection, sql::bind_all(sql::dynamic_query(text), chunk), "cannot read lines").await? {
                lines.insert(get(row, "id")?, get(row, "line")?);
            }
        }
        Ok(lines)
    }

    /// Attaches a batch to a line, or to none; what was done with it counts there from the beginning.
    ///
    /// # Errors
    /// `NotFound` for an unknown batch or line; `Invalid` for a line of another unit.
    pub async fn attach_batch(&self, batch: &str, line: Option<&str>, by: &str) -> Result<()> {
        retrying!(self.attach_batch_once(batch, line, by))
    }

    async fn attach_batch_once(&self, batch: &str, line: Option<&str>, by: &str) -> Result<()> {
        let mut write = self.write().await?;
        let statement = sqlx::query("SELECT unit, line FROM batches WHERE id = $1").bind(batch.to_owned());
        let row = sql::fetch_optional(write.connection(), statement, "cannot read a batch").await?.ok_or_else(|| unknown_batch(batch))?;
        let (unit, before): (String, Option<String>) = (get(&row, "unit")?, get(&row, "line")?);
        if let Some(line) = line {
            let statement = sqlx::query("SELECT unit FROM roadmap_lines WHERE code = $1").bind(line.to_owned());
            let row = sql::fetch_optional(write.connection(), statement, "cannot read a line").await?;
            let row = row.ok_or_else(|| Error::not_found(format!("no roadmap has a line {line}; `sohoa roadmap status` lists them")))?;
            let own: String = get(&row, "unit")?;
            if own != unit {
                return Err(Error::invalid(format!("line {line} is one of unit {own}, and the batch was delivered by {unit}")));
            }
        }
        write.set_batch_target(batch, line, AttachmentSource::Person).await?;
        let body = serde_json::json!({ "by": by, "line": line, "before": before });
        write.append_events(batch, &[("", "batch-attached", body)]).await?;
        for line in [before.as_deref(), line].into_iter().flatten() {
            write.recount_target(line).await?;
        }
        write.commit().await
    }

    /// Sets what share of the workers lines get.
    ///
    /// # Errors
    /// `Unavailable` where the catalogue does not answer.
    pub async fn set_target_weights(&self, weights: &BTreeMap<String, u32>) -> Result<()> {
        let known = self.target_weights().await?;
        let changed: Vec<_> = weights.iter().filter(|(line, weight)| known.get(line.as_str()) != Some(*weight)).collect();
        if changed.is_empty() {
            return Ok(());
        }
        let mut write = self.write().await?;
        for (line, weight) in changed {
            let statement = sqlx::query("UPDATE roadmap_lines SET weight = $2 WHERE code = $1").bind(line.clone()).bind(i64::from(*weight));
            sql::execute(write.connection(), statement, "cannot weigh lines").await?;
        }
        write.commit().await
    }

    /// Now by the catalogue's clock, epoch milliseconds.
    #[must_use]
    pub fn now_ms(&self) -> i64 {
        self.clock.now()
    }

    /// The day in Vietnam by the catalogue's clock.
    #[must_use]
    pub fn today(&self) -> Day {
        Day::from_epoch_ms(self.clock.now())
    }
}

async fn fetch_daily_progress(connection: &mut sqlx::AnyConnection, column: &str, value: Option<&str>) -> Result<Vec<DailyProgress>> {
    let condition = if value.is_some() { format!("{column} = $1") } else { format!("{column} IS NULL AND CAST($1 AS TEXT) IS NULL") };
    let statement = sql::dynamic_query(format!(
        "SELECT p.day, p.step, CAST(SUM(p.pages) AS BIGINT) AS pages, CAST(SUM(p.documents) AS BIGINT) AS documents,
                CAST(SUM(p.dossiers) AS BIGINT) AS dossiers
         FROM progress p JOIN batches b ON b.id = p.batch WHERE {condition} GROUP BY p.day, p.step ORDER BY p.day, p.step"
    ));
    let rows = sql::fetch_all(connection, statement.bind(value.map(str::to_owned)), "cannot read progress").await?;
    let mut found = Vec::with_capacity(rows.len());
    for row in &rows {
        let word: String = get(row, "step")?;
        let step = ProgressStep::parse(&word).ok_or_else(|| Error::corrupt(format!("progress has an unknown step {word:?}")))?;
        let day: i64 = get(row, "day")?;
        let amount = ItemCounts { pages: get(row, "pages")?, documents: get(row, "documents")?, dossiers: get(row, "dossiers")? };
        found.push(DailyProgress { day: Day(i32::try_from(day).unwrap_or(0)), step, amount });
    }
    Ok(found)
}

impl WriteTx {
    /// Counts what is done with a batch today; it is written with the rest of the transaction.
    pub(crate) fn record_progress(&mut self, batch: &str, step: ProgressStep, amount: ItemCounts) {
        if !amount.is_zero() {
            *self.progress_delta.entry((batch.to_owned(), step)).or_default() += amount;
        }
    }

    /// Writes what was counted: as facts of the day, and to the lines of the batches, whose rows are locked after the chain of
    /// events.
    pub(crate) async fn flush_progress(&mut self) -> Result<()> {
        let counted = std::mem::take(&mut self.progress_delta);
        let today = Day::from_epoch_ms(self.now);
        let mut by_batch: BTreeMap<String, Vec<(ProgressStep, ItemCounts)>> = BTreeMap::new();
        for ((batch, step), amount) in counted {
            by_batch.entry(batch).or_default().push((step, amount));
        }
        let mut by_line: BTreeMap<String, Vec<(ProgressStep, ItemCounts)>> = BTreeMap::new();
        for (batch, steps) in by_batch {
            let mut rows = Vec::with_capacity(steps.len());
            for (step, amount) in &steps {
                rows.push(vec![
                    SqlValue::Text(batch.clone()),
                    SqlValue::Int(i64::from(today.0)),
                    step.as_str().into(),
                    SqlValue::Int(amount.pages),
                    SqlValue::Int(amount.documents),
                    SqlValue::Int(amount.dossiers),
                ]);
            }
            let add = "ON CONFLICT (batch, day, step) DO UPDATE SET pages = progress.pages + excluded.pages,
                documents = progress.documents + excluded.documents, dossiers = progress.dossiers + excluded.dossiers";
            let insert = "INSERT INTO progress (batch, day, step, pages, documents, dossiers) VALUES";
            sql::bulk_insert(self.connection(), insert, rows, add, "cannot write progress").await?;
            let statement = sqlx::query("SELECT line FROM batches WHERE id = $1 AND line IS NOT NULL").bind(batch);
            if let Some(row) = sql::fetch_optional(self.connection(), statement, "cannot read the line of a batch").await? {
                by_line.entry(get(&row, "line")?).or_default().extend(steps);
            }
        }
        for (line, steps) in by_line {
            // The update takes the row's lock before the row is read, on both engines.
            let statement = sqlx::query("UPDATE roadmap_lines SET place = place WHERE code = $1 RETURNING work").bind(line.clone());
            let Some(row) = sql::fetch_optional(self.connection(), statement, "cannot read what was done").await? else { continue };
            let mut work: TargetLedger = get_json(&row, "work")?;
            for (step, amount) in steps {
                work.add(today, step, amount);
            }
            self.set_target_progress(&line, &work).await?;
        }
        Ok(())
    }

    async fn set_target_progress(&mut self, line: &str, work: &TargetLedger) -> Result<()> {
        let statement = sqlx::query("UPDATE roadmap_lines SET work = $2, work_version = work_version + 1 WHERE code = $1")
            .bind(line.to_owned())
            .bind(to_json(work)?);
        sql::execute(self.connection(), statement, "cannot write what was done").await?;
        Ok(())
    }

    /// Counts what was done for a line anew from the facts.
    pub(crate) async fn recount_target(&mut self, line: &str) -> Result<()> {
        let mut work = TargetLedger::default();
        for fact in fetch_daily_progress(self.connection(), "b.line", Some(line)).await? {
            work.add(fact.day, fact.step, fact.amount);
        }
        self.set_target_progress(line, &work).await
    }

    /// Sets the line of a batch and of its open tasks. Who says that it has none is not corrected by the rule.
    pub(crate) async fn set_batch_target(&mut self, batch: &str, line: Option<&str>, how: AttachmentSource) -> Result<()> {
        let statement = sqlx::query("UPDATE batches SET line = $2, attached = $3 WHERE id = $1")
            .bind(batch.to_owned())
            .bind(line.map(str::to_owned))
            .bind(how.as_str());
        sql::execute(self.connection(), statement, "cannot attach a batch").await?;
        let statement =
            sqlx::query("UPDATE tasks SET line = $2 WHERE batch = $1").bind(batch.to_owned()).bind(line.unwrap_or_default().to_owned());
        if sql::execute(self.connection(), statement, "cannot attach tasks").await? > 0 {
            self.ensure_queue(line.unwrap_or_default()).await?;
        }
        Ok(())
    }

    /// Attaches a batch that belongs to no line yet by the code of a dossier: the longest beginning that a line of its unit
    /// gives wins.
    pub(crate) async fn attach_by_rule(&mut self, batch: &str, dossier: &str) -> Result<()> {
        let statement = sqlx::query(
            "SELECT l.code, l.dossiers FROM batches b JOIN roadmap_lines l ON l.unit = b.unit
             WHERE b.id = $1 AND b.line IS NULL AND b.attached IS NULL AND l.dossiers <> '[]'",
        )
        .bind(batch.to_owned());
        let rows = sql::fetch_all(self.connection(), statement, "cannot read lines").await?;
        let mut best: Option<(usize, String)> = None;
        for row in &rows {
            let (code, beginnings): (String, Vec<String>) = (get(row, "code")?, get_json(row, "dossiers")?);
            let longest = beginnings.iter().filter(|beginning| dossier.starts_with(beginning.as_str())).map(String::len).max();
            if let Some(length) = longest.filter(|length| best.as_ref().is_none_or(|(best, _)| length > best)) {
                best = Some((length, code));
            }
        }
        let Some((_, line)) = best else { return Ok(()) };
        self.set_batch_target(batch, Some(&line), AttachmentSource::Rule).await?;
        self.append_events(batch, &[("", "batch-attached", serde_json::json!({ "by": "rule", "line": line }))]).await?;
        self.recount_target(&line).await
    }

    /// A line has tasks again: it stands with those that were served least, and gains nothing by having waited. Until the
    /// transaction ends nobody can take its queue away: see [`Write::end_queue`].
    pub(crate) async fn ensure_queue(&mut self, line: &str) -> Result<()> {
        let lock = if self.writer_guard.is_none() { "FOR KEY SHARE" } else { "" };
        let known = format!("SELECT 1 AS one FROM queues WHERE line = $1 {lock}");
        let statement = sql::dynamic_query(known.clone()).bind(line.to_owned());
        if sql::fetch_optional(self.connection(), statement, "cannot look for a queue").await?.is_some() {
            return Ok(());
        }
        let statement = sqlx::query(
            "INSERT INTO queues (line, pass) SELECT $1, COALESCE(MIN(pass), 0) FROM queues WHERE line <> $1 ON CONFLICT (line) DO NOTHING",
        )
        .bind(line.to_owned());
        if sql::execute(self.connection(), statement, "cannot wake a queue").await? == 0 {
            // Another made it meanwhile.
            sql::fetch_one(self.connection(), sql::dynamic_query(known).bind(line.to_owned()), "a queue").await?;
        }
        Ok(())
    }

    /// Lines whose turn it was and that had nothing to claim do not save their turns up.
    pub(crate) async fn skip_queues(&mut self, lines: &[String], pass: i64) -> Result<()> {
        for chunk in lines.chunks(sql::MAX_IN_LIST) {
            let text = format!("UPDATE queues SET pass = $1 WHERE pass < $1 AND line IN ({})", sql::placeholders(2, chunk.len()));
            sql::execute(self.connection(), sql::bind_all(sql::dynamic_query(text).bind(pass), chunk), "cannot pass a line over").await?;
        }
        Ok(())
    }

    /// A line without any task stands in no queue.
    pub(crate) async fn drop_idle_queue(&mut self, line: &str) -> Result<()> {
        if self.writer_guard.is_none() {
            // Who adds tasks holds the row; what he commits before it is locked here, the next statement sees.
            let statement = sqlx::query("SELECT 1 AS one FROM queues WHERE line = $1 FOR UPDATE SKIP LOCKED").bind(line.to_owned());
            if sql::fetch_optional(self.connection(), statement, "cannot lock a queue").await?.is_none() {
                return Ok(());
            }
        }
        let text = "DELETE FROM queues WHERE line = $1 AND NOT EXISTS (SELECT 1 FROM tasks WHERE line = $1)";
        sql::execute(self.connection(), sqlx::query(text).bind(line.to_owned()), "cannot end a queue").await?;
        Ok(())
    }
}

/// A line of one of these roadmaps.
#[must_use]
pub fn find_target<'a>(roadmaps: &'a [Arc<Roadmap>], code: &str) -> Option<(&'a Arc<Roadmap>, &'a Target)> {
    roadmaps.iter().find_map(|roadmap| Some((roadmap, roadmap.targets.iter().find(|line| line.code == code)?)))
}
