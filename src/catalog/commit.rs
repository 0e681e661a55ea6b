//! The one writer of facts: a claim's changes, its costs, the events and the next tasks in one transaction.

use crate::Catalog;
use crate::advance::{NewTask, Standing};
use crate::sql::{self, Write, get, retrying};
use crate::tasks::{Claim, lost};
use serde_json::Value;
use sohoa_base::error::{Error, Result};
use sohoa_base::model::change::Change;
use sohoa_base::model::holding::DossierName;
use sohoa_base::model::plan::Level;
use std::collections::BTreeMap;

/// What is at hand while changes are applied.
pub(crate) struct Applying<'a> {
    pub(crate) claim: &'a Claim,
    /// The claim's own dossier, as it stood when it was locked.
    pub(crate) own: Standing,
    /// Every dossier that the changes touch, by fonds and code.
    pub(crate) dossiers: BTreeMap<(String, String), Standing>,
}

impl Catalog {
    /// Writes the changes that a claimed task decided, with what each stage cost (its name and the
    /// processor's milliseconds), and moves the dossier on as [`sohoa_base::model::plan::Plan`] says.
    ///
    /// # Errors
    /// `Conflict` where the lease was lost: nothing was written. `Unavailable` where the catalogue does not
    /// answer, or stayed too busy: nothing was written, or all of it, and the same call says which by
    /// `Conflict`. `Internal` where a change names what its dossier does not hold.
    pub async fn commit(&self, claim: &Claim, changes: &[Change], costs: &[(String, u64)]) -> Result<()> {
        retrying!(self.commit_once(claim, changes, costs))
    }

    async fn commit_once(&self, claim: &Claim, changes: &[Change], costs: &[(String, u64)]) -> Result<()> {
        let mut write = self.write().await?;
        let statement = sqlx::query("DELETE FROM tasks WHERE id = $1 AND attempts = $2 AND worker IS NOT NULL")
            .bind(claim.task.clone())
            .bind(i64::from(claim.attempt));
        if sql::execute(write.connection(), statement, "cannot end a task").await? == 0 {
            return Err(lost(claim));
        }
        let applying = self.lock_for(&mut write, claim, changes).await?;
        let mut events: Vec<(String, Value)> = Vec::with_capacity(changes.len());
        for change in changes {
            self.apply(&mut write, &applying, change).await?;
            let mut body = serde_json::to_value(change).map_err(|error| Error::internal("a change cannot be written").caused_by(error))?;
            let kind = body.as_object_mut().and_then(|object| object.remove("change"));
            events.push((kind.as_ref().and_then(Value::as_str).unwrap_or("change").to_owned(), body));
        }
        self.repeat_stale(&mut write, claim).await?;
        self.settle(&mut write, &claim.dossier, 1).await?;
        write.add_costs(&claim.batch, costs).await?;
        let events: Vec<(&str, &str, Value)> =
            events.iter().map(|(kind, body)| (claim.dossier.as_str(), kind.as_str(), body.clone())).collect();
        write.record(&claim.batch, &events).await?;
        write.commit().await
    }

    /// Locks the claim's dossier, and those that members of an archive go to, in the order of their names.
    async fn lock_for<'a>(&self, write: &mut Write, claim: &'a Claim, changes: &[Change]) -> Result<Applying<'a>> {
        let statement = sqlx::query("SELECT fonds, code, title FROM dossiers WHERE id = $1").bind(claim.dossier.clone());
        let row = sql::one(write.connection(), statement, "dossier of a task").await?;
        let own = DossierName { fonds: get(&row, "fonds")?, code: get(&row, "code")?, title: get(&row, "title")? };
        let key = (own.fonds.clone(), own.code.clone());
        let mut names = vec![own];
        for change in changes {
            if let Change::FileExpanded { members, .. } = change {
                names.extend(members.iter().map(|(name, _)| name.clone()));
            }
        }
        let dossiers = write.lock_dossiers(&names, &claim.batch).await?;
        let own = dossiers.get(&key).cloned().ok_or_else(|| Error::internal("the dossier of a task was not locked"))?;
        Ok(Applying { claim, own, dossiers })
    }

    /// Documents with a page that was read again pass their group once more: after the dossier-level group
    /// just before it.
    async fn repeat_stale(&self, write: &mut Write, claim: &Claim) -> Result<()> {
        let next = claim.group + 1;
        let Some(group) = claim.plan.group_of(Level::Document, next) else { return Ok(()) };
        let is_dossier = claim.plan.groups.get(claim.group).is_some_and(|own| own.level == Level::Dossier);
        if !is_dossier || claim.plan.group_of(Level::Dossier, next).is_some_and(|later| later < group) {
            return Ok(());
        }
        let statement = sqlx::query("UPDATE documents SET stale = 0, stored = 0 WHERE dossier = $1 AND stale = 1 RETURNING id")
            .bind(claim.dossier.clone());
        let rows = sql::all(write.connection(), statement, "cannot repeat documents").await?;
        let mut items = rows.iter().map(|row| get::<String>(row, "id")).collect::<Result<Vec<_>>>()?;
        items.sort();
        let tasks: Vec<NewTask> =
            items.into_iter().map(|item| NewTask { dossier: claim.dossier.clone(), group, level: Level::Document, item }).collect();
        write.add_tasks(&claim.batch, &tasks, false).await
    }
}

impl Write {
    async fn add_costs(&mut self, batch: &str, costs: &[(String, u64)]) -> Result<()> {
        let mut sums: BTreeMap<&str, (i64, i64)> = BTreeMap::new();
        for (stage, cpu_ms) in costs {
            let sum = sums.entry(stage).or_default();
            *sum = (sum.0 + 1, sum.1.saturating_add(sql::big(*cpu_ms)));
        }
        for (stage, (items, cpu_ms)) in sums {
            let statement = sqlx::query(
                "INSERT INTO costs (batch, stage, items, cpu_ms) VALUES ($1, $2, $3, $4)
                 ON CONFLICT (batch, stage) DO UPDATE SET items = costs.items + excluded.items, cpu_ms = costs.cpu_ms + excluded.cpu_ms",
            )
            .bind(batch.to_owned())
            .bind(stage.to_owned())
            .bind(items)
            .bind(cpu_ms);
            sql::execute(self.connection(), statement, "cannot add costs").await?;
        }
        Ok(())
    }
}
