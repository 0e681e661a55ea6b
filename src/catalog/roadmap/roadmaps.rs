//! Roadmaps: storage, attachment of batches to targets by a person or by rule, weights of targets.

use crate::Catalog;
use crate::batches::lifecycle::unknown_batch;
use crate::outbox_fact::OutboxFact;
use crate::sql::{self, SqlValue, WriteTx, get, get_json, retrying, to_json};
use sohoa_base::error::Result;
use sohoa_base::messages::{program, roadmap};
use sohoa_base::model::calendar::Day;
use sohoa_base::model::roadmap::attachment::AttachmentSource;
use sohoa_base::model::roadmap::plan::{Roadmap, Target};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Weight in the sharing of workers: of a target without a weight of its own, and of batches outside every roadmap.
const DEFAULT_WEIGHT: i64 = 10;

impl Catalog {
    /// Saves a roadmap as the newest version of its decision. Targets that it does not have any more are deleted, and their batches
    /// are detached.
    ///
    /// # Errors
    /// `Conflict` if another roadmap has a target with the same code, if this or a newer version is already saved, or for a new unit
    /// that differs from another only in case, marks or spaces.
    pub async fn save_roadmap(&self, roadmap: &Roadmap, weights: &BTreeMap<String, u32>) -> Result<()> {
        retrying!(self.save_roadmap_once(roadmap, weights, true))
    }

    /// As [`Catalog::save_roadmap`], without weights of its targets, for a version that the store has already.
    ///
    /// # Errors
    /// As [`Catalog::save_roadmap`].
    pub async fn restore_roadmap(&self, roadmap: &Roadmap) -> Result<()> {
        retrying!(self.save_roadmap_once(roadmap, &BTreeMap::new(), false))
    }

    async fn save_roadmap_once(&self, roadmap: &Roadmap, weights: &BTreeMap<String, u32>, is_new: bool) -> Result<()> {
        let mut write = self.write().await?;
        write.register_units(roadmap.targets.iter().map(|target| target.unit.as_str())).await?;
        let decision = sql::replace_nul(&roadmap.decision);
        let statement = sqlx::query(
            "INSERT INTO roadmaps (decision, version, body) VALUES ($1, $2, $3)
             ON CONFLICT (decision) DO UPDATE SET version = excluded.version, body = excluded.body WHERE roadmaps.version < excluded.version",
        )
        .bind(decision.clone())
        .bind(i64::from(roadmap.version()))
        .bind(to_json(roadmap)?);
        if sql::execute(write.connection(), statement, "cannot keep a roadmap").await? == 0 {
            return Err(roadmap::roadmap_changed(decision));
        }
        let statement = sqlx::query("UPDATE targets SET position_in_roadmap = -1 WHERE decision = $1").bind(decision.clone());
        sql::execute(write.connection(), statement, "cannot keep lines").await?;
        let mut rows = Vec::with_capacity(roadmap.targets.len());
        for (place, target) in (0_i64..).zip(&roadmap.targets) {
            rows.push(vec![
                SqlValue::Text(sql::replace_nul(&target.code)),
                SqlValue::Text(decision.clone()),
                SqlValue::Text(sql::replace_nul(&target.unit)),
                SqlValue::Int(place),
                SqlValue::Text(to_json(&target.dossier_prefixes)?),
                SqlValue::Int(weights.get(&target.code).map_or(DEFAULT_WEIGHT, |weight| i64::from(*weight))),
            ]);
        }
        let count = rows.len();
        let saved = sql::bulk_insert(
            write.connection(),
            "INSERT INTO targets (code, decision, unit, position_in_roadmap, dossier_prefixes, weight) VALUES",
            rows,
            "ON CONFLICT (code) DO UPDATE SET unit = excluded.unit, position_in_roadmap = excluded.position_in_roadmap,
                dossier_prefixes = excluded.dossier_prefixes,
                weight = excluded.weight WHERE targets.decision = excluded.decision RETURNING code",
            "cannot keep lines",
        )
        .await?;
        if saved.len() != count {
            let saved = saved.iter().map(|row| get(row, "code")).collect::<Result<Vec<String>>>()?;
            let other = roadmap.targets.iter().find(|target| !saved.contains(&target.code)).map_or("", |target| target.code.as_str());
            return Err(roadmap::target_of_other_roadmap(other));
        }
        let removed = "SELECT code FROM targets WHERE decision = $1 AND position_in_roadmap = -1";
        for text in [
            format!("UPDATE tasks SET target = '' WHERE target IN ({removed})"),
            format!("UPDATE batches SET target = NULL, attachment_source = NULL WHERE target IN ({removed})"),
            "DELETE FROM targets WHERE decision = $1 AND position_in_roadmap = -1".to_owned(),
        ] {
            sql::execute(write.connection(), sql::dynamic_query(text).bind(decision.clone()), "cannot drop lines").await?;
        }
        // Tasks of deleted targets move to the queue without a target, which may not exist yet.
        write.ensure_queue("").await?;
        let body = serde_json::json!({ "decision": decision, "version": roadmap.version(), "lines": count });
        write.append_events("", &[("", "roadmap-kept", body)]).await?;
        if is_new {
            let fact = OutboxFact::Roadmap { decision: roadmap.decision.clone(), version: roadmap.version() };
            write.mark_due(fact, Some(to_json(roadmap)?));
        }
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
            if let Some(cached) = self.cached_roadmap(&decision, version) {
                found.push(cached);
                continue;
            }
            let _turn = self.roadmap_parse_lock.lock().await;
            if let Some(cached) = self.cached_roadmap(&decision, version) {
                found.push(cached);
                continue;
            }
            let statement = sqlx::query("SELECT body FROM roadmaps WHERE decision = $1").bind(decision.clone());
            let row = sql::fetch_one(&mut connection, statement, "a roadmap").await?;
            // Parsing a roadmap with many targets takes long.
            let parsed = tokio::task::spawn_blocking(move || get_json::<Roadmap>(&row, "body")).await;
            let read = Arc::new(parsed.map_err(|error| program::bug("catalogue: roadmap").caused_by(error))??);
            if let Ok(mut cached) = self.roadmap_cache.lock() {
                cached.insert(decision, Arc::clone(&read));
            }
            found.push(read);
        }
        Ok(found)
    }

    /// The cached roadmap of this version.
    fn cached_roadmap(&self, decision: &str, version: i64) -> Option<Arc<Roadmap>> {
        let cached = self.roadmap_cache.lock().ok()?.get(decision).cloned();
        cached.filter(|cached| i64::from(cached.version()) == version)
    }

    /// Targets by batch; detached batches are not included.
    ///
    /// # Errors
    /// `Unavailable` where the catalogue does not answer.
    pub async fn targets_of_batches(&self, batches: &[String]) -> Result<BTreeMap<String, String>> {
        let mut connection = self.read().await?;
        let mut lines = BTreeMap::new();
        for chunk in batches.chunks(sql::MAX_IN_LIST) {
            let text = format!("SELECT id, target FROM batches WHERE target IS NOT NULL AND id IN ({})", sql::placeholders(1, chunk.len()));
            for row in &sql::fetch_all(&mut connection, sql::bind_all(sql::dynamic_query(text), chunk), "cannot read lines").await? {
                lines.insert(get(row, "id")?, get(row, "target")?);
            }
        }
        Ok(lines)
    }

    /// Attaches a batch to a target, or detaches it; all its past progress then counts there.
    ///
    /// # Errors
    /// `NotFound` for an unknown batch or target; `Invalid` for a target of another unit.
    pub async fn attach_batch(&self, batch: &str, target: Option<&str>, by: &str) -> Result<()> {
        retrying!(self.attach_batch_once(batch, target, by))
    }

    async fn attach_batch_once(&self, batch: &str, target: Option<&str>, by: &str) -> Result<()> {
        let mut write = self.write().await?;
        let statement = sqlx::query("SELECT unit, target FROM batches WHERE id = $1").bind(batch.to_owned());
        let row = sql::fetch_optional(write.connection(), statement, "cannot read a batch").await?.ok_or_else(|| unknown_batch(batch))?;
        let (unit, before): (String, Option<String>) = (get(&row, "unit")?, get(&row, "target")?);
        if let Some(target) = target {
            let statement = sqlx::query("SELECT unit FROM targets WHERE code = $1").bind(target.to_owned());
            let row = sql::fetch_optional(write.connection(), statement, "cannot read a line").await?;
            let row = row.ok_or_else(|| roadmap::target_not_visible(target))?;
            let own: String = get(&row, "unit")?;
            if own != unit {
                return Err(roadmap::target_of_other_unit(target, own, unit));
            }
        }
        write.set_batch_target(batch, target, AttachmentSource::Person).await?;
        let body = serde_json::json!({ "by": by, "line": target, "before": before });
        write.append_events(batch, &[("", "batch-attached", body)]).await?;
        for target in [before.as_deref(), target].into_iter().flatten() {
            write.recount_target(target).await?;
        }
        write.commit().await
    }

    /// Sets the weights of targets in the sharing of workers.
    ///
    /// # Errors
    /// `Unavailable` where the catalogue does not answer.
    pub async fn set_target_weights(&self, weights: &BTreeMap<String, u32>) -> Result<()> {
        let cached = self.target_weights().await?;
        let changed: Vec<_> = weights.iter().filter(|(target, weight)| cached.get(target.as_str()) != Some(*weight)).collect();
        if changed.is_empty() {
            return Ok(());
        }
        let mut write = self.write().await?;
        for (target, weight) in changed {
            let statement = sqlx::query("UPDATE targets SET weight = $2 WHERE code = $1").bind(target.clone()).bind(i64::from(*weight));
            sql::execute(write.connection(), statement, "cannot weigh lines").await?;
        }
        write.commit().await
    }

    /// Time of the catalogue's clock, epoch milliseconds.
    #[must_use]
    pub fn now_ms(&self) -> i64 {
        self.clock.now()
    }

    /// Day in Vietnam by the catalogue's clock.
    #[must_use]
    pub fn today(&self) -> Day {
        Day::from_epoch_ms(self.clock.now())
    }
}

impl WriteTx {
    /// Sets the target of a batch and of its open tasks. The rule does not change the attachment afterwards, even to no target.
    pub(crate) async fn set_batch_target(&mut self, batch: &str, target: Option<&str>, source: AttachmentSource) -> Result<()> {
        let statement = sqlx::query("UPDATE batches SET target = $2, attachment_source = $3 WHERE id = $1")
            .bind(batch.to_owned())
            .bind(target.map(str::to_owned))
            .bind(source.as_str());
        sql::execute(self.connection(), statement, "cannot attach a batch").await?;
        self.mark_due(OutboxFact::Batch(batch.to_owned()), None);
        let statement =
            sqlx::query("UPDATE tasks SET target = $2 WHERE batch = $1").bind(batch.to_owned()).bind(target.unwrap_or_default().to_owned());
        if sql::execute(self.connection(), statement, "cannot attach tasks").await? > 0 {
            self.ensure_queue(target.unwrap_or_default()).await?;
        }
        Ok(())
    }

    /// Attaches a batch without attachment by the code of a dossier: the target of its unit with the longest matching prefix wins.
    pub(crate) async fn attach_by_rule(&mut self, batch: &str, dossier: &str) -> Result<()> {
        let statement = sqlx::query(
            "SELECT l.code, l.dossier_prefixes FROM batches b JOIN targets l ON l.unit = b.unit
             WHERE b.id = $1 AND b.target IS NULL AND b.attachment_source IS NULL AND l.dossier_prefixes <> '[]'",
        )
        .bind(batch.to_owned());
        let rows = sql::fetch_all(self.connection(), statement, "cannot read lines").await?;
        let mut best: Option<(usize, String)> = None;
        for row in &rows {
            let (code, prefixes): (String, Vec<String>) = (get(row, "code")?, get_json(row, "dossier_prefixes")?);
            let longest = prefixes.iter().filter(|prefix| dossier.starts_with(prefix.as_str())).map(String::len).max();
            if let Some(length) = longest.filter(|length| best.as_ref().is_none_or(|(best, _)| length > best)) {
                best = Some((length, code));
            }
        }
        let Some((_, target)) = best else { return Ok(()) };
        self.set_batch_target(batch, Some(&target), AttachmentSource::Rule).await?;
        self.append_events(batch, &[("", "batch-attached", serde_json::json!({ "by": "rule", "line": target }))]).await?;
        self.recount_target(&target).await
    }
}

/// The target with this code and its roadmap.
#[must_use]
pub fn find_target<'a>(roadmaps: &'a [Arc<Roadmap>], code: &str) -> Option<(&'a Arc<Roadmap>, &'a Target)> {
    roadmaps.iter().find_map(|roadmap| Some((roadmap, roadmap.targets.iter().find(|target| target.code == code)?)))
}
