//! Queues of the targets of roadmaps, which share the workers by weight (stride scheduling: Waldspurger and Weihl, 1995).

use crate::sql::{self, WriteTx};
use sohoa_base::error::Result;

/// Turns of a queue that the sealer has not added up yet.
const PENDING_TURNS_SQL: &str =
    "COALESCE((SELECT CAST(SUM(t.pass_value) AS BIGINT) FROM pending_turns t WHERE t.target = queues.target), 0)";

impl WriteTx {
    /// Creates the queue of a target that has tasks again, with the lowest present pass value, so that it gains nothing by having
    /// been idle. No transaction can delete the queue until this one ends: see [`WriteTx::drop_idle_queue`].
    pub(crate) async fn ensure_queue(&mut self, target: &str) -> Result<()> {
        let lock = if self.writer_guard.is_none() { "FOR KEY SHARE" } else { "" };
        let cached = format!("SELECT 1 AS one FROM queues WHERE target = $1 {lock}");
        let statement = sql::dynamic_query(cached.clone()).bind(target.to_owned());
        if sql::fetch_optional(self.connection(), statement, "cannot look for a queue").await?.is_some() {
            return Ok(());
        }
        let text = format!(
            "INSERT INTO queues (target, pass_value)
             SELECT $1, COALESCE(MIN(pass_value + {PENDING_TURNS_SQL}), 0) FROM queues WHERE target <> $1
             ON CONFLICT (target) DO NOTHING"
        );
        let statement = sql::dynamic_query(text).bind(target.to_owned());
        if sql::execute(self.connection(), statement, "cannot wake a queue").await? == 0 {
            // Another transaction created it meanwhile.
            sql::fetch_one(self.connection(), sql::dynamic_query(cached).bind(target.to_owned()), "a queue").await?;
        }
        Ok(())
    }

    /// Adds a turn to the pass value of a queue. Claims of one queue do not wait for one another: the sealer adds their turns up.
    pub(crate) async fn count_turn(&mut self, target: &str, served: i64) -> Result<()> {
        let statement = sqlx::query("INSERT INTO pending_turns (id, target, pass_value) VALUES ($1, $2, $3)")
            .bind(sql::new_id())
            .bind(target.to_owned())
            .bind(served);
        sql::execute(self.connection(), statement, "cannot count a turn").await.map(|_| ())
    }

    /// Raises the pass value of queues that had nothing to claim to that of the served one, so that they do not accumulate turns.
    pub(crate) async fn skip_queues(&mut self, targets: &[String], pass_value: i64) -> Result<()> {
        for chunk in targets.chunks(sql::MAX_IN_LIST) {
            let text = format!(
                "UPDATE queues SET pass_value = $1 - {PENDING_TURNS_SQL}
                 WHERE pass_value + {PENDING_TURNS_SQL} < $1 AND target IN ({})",
                sql::placeholders(2, chunk.len())
            );
            sql::execute(self.connection(), sql::bind_all(sql::dynamic_query(text).bind(pass_value), chunk), "cannot pass a line over")
                .await?;
        }
        Ok(())
    }

    /// Deletes the queue of a target without tasks.
    pub(crate) async fn drop_idle_queue(&mut self, target: &str) -> Result<()> {
        if self.writer_guard.is_none() {
            // A transaction that adds tasks holds this row; after its commit, the next statement sees its tasks.
            let statement = sqlx::query("SELECT 1 AS one FROM queues WHERE target = $1 FOR UPDATE SKIP LOCKED").bind(target.to_owned());
            if sql::fetch_optional(self.connection(), statement, "cannot lock a queue").await?.is_none() {
                return Ok(());
            }
        }
        let text = "DELETE FROM queues WHERE target = $1 AND NOT EXISTS (SELECT 1 FROM tasks WHERE target = $1)";
        if sql::execute(self.connection(), sqlx::query(text).bind(target.to_owned()), "cannot end a queue").await? > 0 {
            let statement = sqlx::query("DELETE FROM pending_turns WHERE target = $1").bind(target.to_owned());
            sql::execute(self.connection(), statement, "cannot end a queue").await?;
        }
        Ok(())
    }
}
