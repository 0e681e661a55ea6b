//! Commit of a claimed task: its changes, costs, events and the next tasks in one transaction.

use crate::Catalog;
use crate::queue::claims::Claim;
use crate::queue::dossier_scheduler::{DossierState, NewTask};
use crate::queue::leases::lease_lost;
use crate::sql::{self, SqlValue, WriteTx, get, retrying};
use serde_json::Value;
use sohoa_base::error::Result;
use sohoa_base::messages::program;
use sohoa_base::model::change::Change;
use sohoa_base::model::dossier::DossierName;
use sohoa_base::model::pipeline_plan::StageLevel;
use std::collections::BTreeMap;

/// Locked rows that the application of changes needs.
pub(crate) struct CommitContext<'a> {
    pub(crate) claim: &'a Claim,
    /// Dossier of the claim, as read when it was locked.
    pub(crate) own_dossier: DossierState,
    /// All dossiers that the changes affect, by fonds and code.
    pub(crate) dossiers: BTreeMap<(String, String), DossierState>,
}

impl Catalog {
    /// Writes the changes of a claimed task and the CPU time of each stage (name, milliseconds), and enqueues the next task of the
    /// dossier by its [`sohoa_base::model::pipeline_plan::PipelinePlan`].
    ///
    /// # Errors
    /// `Conflict` if the lease was lost; nothing was written. `Unavailable` if the catalogue does not answer or stayed too busy:
    /// either nothing or everything was written; in the second case a repeated call returns `Conflict`. `Internal` if a change
    /// names an item that its dossier does not have.
    pub async fn commit(&self, claim: &Claim, changes: &[Change], costs: &[(String, u64)]) -> Result<()> {
        retrying!(self.commit_once(claim, changes, costs))
    }

    async fn commit_once(&self, claim: &Claim, changes: &[Change], costs: &[(String, u64)]) -> Result<()> {
        let mut write = self.write().await?;
        let statement = sqlx::query("DELETE FROM tasks WHERE id = $1 AND attempts = $2 AND worker IS NOT NULL")
            .bind(claim.task.clone())
            .bind(i64::from(claim.attempt));
        if sql::execute(write.connection(), statement, "cannot end a task").await? == 0 {
            return Err(lease_lost(claim));
        }
        let context = self.lock_for_commit(&mut write, claim, changes).await?;
        let mut events: Vec<(String, Value)> = Vec::with_capacity(changes.len());
        for change in changes {
            self.apply_change(&mut write, &context, change).await?;
            let mut body = serde_json::to_value(change).map_err(|error| program::bug("catalogue: change as JSON").caused_by(error))?;
            let kind = body.as_object_mut().and_then(|object| object.remove("change"));
            events.push((kind.as_ref().and_then(Value::as_str).unwrap_or("change").to_owned(), body));
        }
        self.requeue_stale_documents(&mut write, claim).await?;
        self.complete_tasks(&mut write, &claim.dossier, 1).await?;
        write.add_costs(&claim.batch, costs).await?;
        let events: Vec<(&str, &str, Value)> =
            events.iter().map(|(kind, body)| (claim.dossier.as_str(), kind.as_str(), body.clone())).collect();
        write.append_events(&claim.batch, &events).await?;
        write.commit().await
    }

    /// Locks the dossier of the claim and the dossiers that receive members of an archive, in the order of their names.
    async fn lock_for_commit<'a>(&self, write: &mut WriteTx, claim: &'a Claim, changes: &[Change]) -> Result<CommitContext<'a>> {
        let statement = sqlx::query("SELECT fonds, code, title FROM dossiers WHERE id = $1").bind(claim.dossier.clone());
        let row = sql::fetch_one(write.connection(), statement, "dossier of a task").await?;
        let own = DossierName { fonds: get(&row, "fonds")?, code: get(&row, "code")?, title: get(&row, "title")? };
        let key = (own.fonds.clone(), own.code.clone());
        let mut names = vec![own];
        for change in changes {
            if let Change::FileExpanded { members, .. } = change {
                names.extend(members.iter().map(|(name, _)| name.clone()));
            }
        }
        let dossiers = write.lock_or_create_dossiers(&names, &claim.batch).await?;
        let own = dossiers.get(&key).cloned().ok_or_else(|| program::bug("catalogue: dossier not locked"))?;
        Ok(CommitContext { claim, own_dossier: own, dossiers })
    }

    /// Enqueues the documents with a page that was read again for their document-level group, after the dossier-level group just
    /// before it.
    async fn requeue_stale_documents(&self, write: &mut WriteTx, claim: &Claim) -> Result<()> {
        let next = claim.group + 1;
        let Some(group) = claim.plan.next_group(StageLevel::Document, next) else { return Ok(()) };
        let is_dossier = claim.plan.groups.get(claim.group).is_some_and(|own| own.level == StageLevel::Dossier);
        if !is_dossier || claim.plan.next_group(StageLevel::Dossier, next).is_some_and(|later| later < group) {
            return Ok(());
        }
        let statement = sqlx::query("UPDATE documents SET stale = 0, stored = 0 WHERE dossier = $1 AND stale = 1 RETURNING id")
            .bind(claim.dossier.clone());
        let rows = sql::fetch_all(write.connection(), statement, "cannot repeat documents").await?;
        let mut items = rows.iter().map(|row| get::<String>(row, "id")).collect::<Result<Vec<_>>>()?;
        items.sort();
        let tasks: Vec<NewTask> =
            items.into_iter().map(|item| NewTask { dossier: claim.dossier.clone(), group, level: StageLevel::Document, item }).collect();
        write.enqueue_tasks(&claim.batch, &tasks, false).await
    }
}

impl WriteTx {
    /// Adds the CPU time (milliseconds) of stages to the costs of a batch. The sealer adds the rows up: see [`Catalog::seal_events`].
    pub(crate) async fn add_costs(&mut self, batch: &str, costs: &[(String, u64)]) -> Result<()> {
        let rows = costs.iter().map(|(stage, cpu_ms)| {
            let (id, cpu_ms) = (SqlValue::Text(sql::new_id()), SqlValue::Int(sql::to_i64(*cpu_ms)));
            vec![id, batch.into(), stage.as_str().into(), SqlValue::Int(1), cpu_ms]
        });
        let insert = "INSERT INTO pending_costs (id, batch, stage, executions, cpu_ms) VALUES";
        sql::bulk_insert(self.connection(), insert, rows.collect(), "", "cannot add costs").await.map(|_| ())
    }
}
