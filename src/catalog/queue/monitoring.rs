//! Figures for monitoring: open tasks, workers, latest event.

use crate::sql::{self, get, get_u64};
use crate::{Catalog, rfc3339};
use serde::Serialize;
use sohoa_base::error::Result;
use sohoa_base::model::account::UnitScope;
use std::collections::BTreeMap;

/// Open tasks of one level.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct QueueLevel {
    /// Level: `dossier`, `document`, `page` and so on.
    pub level: String,
    /// Number of open tasks.
    pub open: u64,
    /// Of them: leased to a worker.
    pub taken: u64,
    /// Creation time of the oldest, RFC 3339.
    pub oldest: String,
}

/// Position in the event log; it changes with every change of the catalogue.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct EventCursor {
    /// Sequence number of the last event.
    pub event: u64,
}

/// Open tasks of one group of a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OpenTasks {
    /// Index of the group in the plan.
    pub group: usize,
    /// Tasks that can be claimed now.
    pub ready: u64,
    /// Tasks leased to a worker.
    pub leased: u64,
    /// Tasks that wait for their next attempt.
    pub waiting: u64,
}

impl Catalog {
    /// Checks that the catalogue can be written.
    ///
    /// # Errors
    /// `Unavailable` or `AccessRefused` where it cannot.
    pub async fn check_writable(&self) -> Result<()> {
        let mut write = self.write().await?;
        let statement = sqlx::query("UPDATE identities SET value = value WHERE name = 'write-check'");
        sql::execute(write.connection(), statement, "cannot write").await?;
        write.commit().await
    }

    /// Open tasks of these units by level.
    ///
    /// # Errors
    /// `Unavailable` where the catalogue does not answer.
    pub async fn queue_levels(&self, units: &UnitScope) -> Result<Vec<QueueLevel>> {
        let mut connection = self.read().await?;
        let (only, names) = sql::dossier_condition(units, "tasks.dossier", 2);
        let text = format!(
            "SELECT level, count(*) AS open, count(CASE WHEN worker IS NOT NULL AND ready_at > $1 THEN 1 END) AS taken, min(id) AS oldest
             FROM tasks WHERE {only} GROUP BY level ORDER BY level"
        );
        let statement = sql::bind_all(sql::dynamic_query(text).bind(self.clock.now()), &names);
        let rows = sql::fetch_all(&mut connection, statement, "cannot count open tasks").await?;
        rows.iter()
            .map(|row| {
                let oldest: String = get(row, "oldest")?;
                let oldest = uuid_timestamp_ms(&oldest).map_or_else(String::new, rfc3339);
                Ok(QueueLevel { level: get(row, "level")?, open: get_u64(row, "open")?, taken: get_u64(row, "taken")?, oldest })
            })
            .collect()
    }

    /// Number of leased tasks of these units by process (`host/process.instance`).
    ///
    /// # Errors
    /// `Unavailable` where the catalogue does not answer.
    pub async fn leased_by_process(&self, units: &UnitScope) -> Result<BTreeMap<String, u64>> {
        let mut connection = self.read().await?;
        let (only, names) = sql::dossier_condition(units, "tasks.dossier", 2);
        let text = format!("SELECT worker, count(*) AS n FROM tasks WHERE worker IS NOT NULL AND ready_at > $1 AND {only} GROUP BY worker");
        let statement = sql::bind_all(sql::dynamic_query(text).bind(self.clock.now()), &names);
        let mut workers = BTreeMap::new();
        for row in &sql::fetch_all(&mut connection, statement, "cannot read workers").await? {
            let name: String = get(row, "worker")?;
            // The last part of the name distinguishes the workers of one process.
            let process = name.rsplit_once('/').map_or(name.as_str(), |(process, _)| process).to_owned();
            *workers.entry(process).or_default() += get_u64(row, "n")?;
        }
        Ok(workers)
    }

    /// Whether an event of one of these kinds follows event `after`, up to event `until`.
    ///
    /// # Errors
    /// `Unavailable` where the catalogue does not answer.
    pub async fn has_events_between(&self, after: u64, until: u64, kinds: &[&str]) -> Result<bool> {
        let mut connection = self.read().await?;
        let kinds: Vec<String> = kinds.iter().map(|kind| (*kind).to_owned()).collect();
        let text =
            format!("SELECT 1 AS one FROM events WHERE seq > $1 AND seq <= $2 AND kind IN ({}) LIMIT 1", sql::placeholders(3, kinds.len()));
        let statement = sql::bind_all(sql::dynamic_query(text).bind(sql::to_i64(after)).bind(sql::to_i64(until)), &kinds);
        Ok(sql::fetch_optional(&mut connection, statement, "cannot look for events").await?.is_some())
    }

    /// Current position in the event log, without events that are not sealed yet. Fast enough for a call every second.
    ///
    /// # Errors
    /// `Unavailable` where the catalogue does not answer.
    pub async fn event_cursor(&self) -> Result<EventCursor> {
        let mut connection = self.read().await?;
        let statement = sqlx::query("SELECT seq FROM event_log_head WHERE name = 'events'");
        let row = sql::fetch_one(&mut connection, statement, "head of the chain of events").await?;
        Ok(EventCursor { event: get_u64(&row, "seq")? })
    }

    /// Whether any batch that is not paused has an open task, leased or not.
    ///
    /// # Errors
    /// `Unavailable` where the catalogue does not answer.
    pub async fn has_open_tasks(&self) -> Result<bool> {
        let mut connection = self.read().await?;
        let statement = sqlx::query("SELECT 1 AS one FROM tasks t JOIN batches b ON b.id = t.batch WHERE b.control = 'run' LIMIT 1");
        Ok(sql::fetch_optional(&mut connection, statement, "cannot look for tasks").await?.is_some())
    }

    /// Number of open tasks of all batches.
    ///
    /// # Errors
    /// `Unavailable` where the catalogue does not answer.
    pub async fn open_task_count(&self) -> Result<u64> {
        let mut connection = self.read().await?;
        let statement = sqlx::query("SELECT count(*) AS n FROM tasks");
        sql::get_u64(&sql::fetch_one(&mut connection, statement, "count of tasks").await?, "n")
    }

    /// Open tasks of a batch by group. Tasks of its dossiers under another batch are not included.
    ///
    /// # Errors
    /// `Unavailable` where the catalogue does not answer.
    pub async fn open_tasks(&self, batch: &str) -> Result<Vec<OpenTasks>> {
        let mut connection = self.read().await?;
        let statement = sqlx::query(
            "SELECT stage_group, count(CASE WHEN ready_at <= $2 THEN 1 END) AS ready,
                    count(CASE WHEN ready_at > $2 AND worker IS NOT NULL THEN 1 END) AS leased,
                    count(CASE WHEN ready_at > $2 AND worker IS NULL THEN 1 END) AS waiting
             FROM tasks WHERE batch = $1 GROUP BY stage_group ORDER BY stage_group",
        )
        .bind(batch.to_owned())
        .bind(self.clock.now());
        let rows = sql::fetch_all(&mut connection, statement, "cannot count open tasks").await?;
        rows.iter()
            .map(|row| {
                Ok(OpenTasks {
                    group: usize::try_from(get::<i64>(row, "stage_group")?).unwrap_or(usize::MAX),
                    ready: get_u64(row, "ready")?,
                    leased: get_u64(row, "leased")?,
                    waiting: get_u64(row, "waiting")?,
                })
            })
            .collect()
    }
}

/// Creation time of an identifier (UUIDv7), epoch milliseconds.
fn uuid_timestamp_ms(id: &str) -> Option<i64> {
    let (seconds, nanoseconds) = uuid::Uuid::parse_str(id).ok()?.get_timestamp()?.to_unix();
    i64::try_from(seconds * 1000 + u64::from(nanoseconds) / 1_000_000).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uuid_timestamp_is_extracted() {
        assert_eq!(uuid_timestamp_ms("017f22e2-79b0-7cc3-98c4-dc0c0c07398f"), Some(1_645_557_742_000));
        assert_eq!(uuid_timestamp_ms("no identifier"), None);
    }
}
