//! The catalogue: what is known, in SQL (SQLite or PostgreSQL); the queue; the one place that writes facts.
//!
//! One set of queries serves both engines (TEXT and BIGINT columns, JSON as TEXT, times in epoch
//! milliseconds). Only the claim's row lock differs. Several processes may share one catalogue.
//!
//! Locks are taken in one order, so that commits do not wait for each other in a circle: the task, its
//! dossiers by name, batches by identifier, costs, the chain of events, lines of roadmaps.

mod accounts;
mod batches;
mod clock;
mod events;
mod facts;
mod migrations;
mod queue;
mod review;
mod roadmap;
mod rows;
mod sql;
mod uploads;

pub use accounts::mfa_and_oidc::{ExternalAccount, OidcLoginState};
pub use accounts::users_and_keys::{KeyPurpose, NewKey, UserCredentials};
pub use batches::balance::PageProgress;
pub use batches::failures::{Failure, FailureFilter, FailureGroup, LevelCount};
pub use batches::lifecycle::NewBatch;
pub use batches::timeline::{MAX_TIMELINE_POINTS, Timeline, TimelinePoint};
pub use clock::{Clock, rfc3339};
pub use events::Event;
pub use facts::dossier_queries::DossierSummary;
pub use facts::rebuild::{BatchLedger, LedgerFile, REBUILT_BATCH};
pub use facts::receive_files::ReceivedFile;
pub use queue::monitoring::{EventCursor, QueueLevel};
pub use queue::tasks::{Claim, MAX_FAILURES, OpenTasks, ReleaseOutcome};
pub use review::document_decisions::{DecisionOutcome, NewDecision};
pub use review::quarantine::{HeldDigests, HeldDossier, HeldPage, QuarantineDecision};
pub use review::review_queue::{WaitingDocument, WaitingFilter};
pub use roadmap::attachment::AttachmentRequest;
pub use roadmap::one_stop_cases::StoredCaseDocument;
pub use roadmap::progress_cache::TargetProgressMap;
pub use roadmap::roadmaps::{DailyProgress, find_target};
pub use uploads::files::{NewUploadFile, UploadFileKind, UploadVerdict};
pub use uploads::lifecycle::NewUpload;
pub use uploads::lists::{ListedFile, NewUploadList, UploadList};

use crate::migrations::MIGRATIONS;
use sohoa_base::error::{Error, Result, ResultExt};
use sohoa_base::model::pipeline_plan::PipelinePlan;
use sohoa_base::model::roadmap::plan::Roadmap;
use sohoa_base::text::percent_encoding;
use sql::WriteTx;
use sqlx::any::{AnyConnectOptions, AnyPoolOptions};
use sqlx::pool::PoolConnection;
use sqlx::{Any, AnyPool, ConnectOptions};
use std::collections::BTreeMap;
use std::str::FromStr;
use std::sync::{Arc, Mutex as PlainMutex, Once};
use std::time::Duration;
use tokio::sync::Mutex;

/// How many plans are kept parsed.
const MAX_CACHED_PLANS: usize = 64;

/// How often opening is tried while other processes open the same catalogue for the first time.
const MAX_OPEN_ATTEMPTS: u32 = 5;

/// An open catalogue. Cheap to clone; clones share their connections.
#[derive(Clone, Debug)]
pub struct Catalog {
    pool: AnyPool,
    engine: Engine,
    clock: Clock,
    writer_lock: Arc<Mutex<()>>,
    plan_cache: Arc<PlainMutex<BTreeMap<String, Arc<PipelinePlan>>>>,
    roadmap_cache: Arc<PlainMutex<BTreeMap<String, Arc<Roadmap>>>>,
    progress_cache: Arc<PlainMutex<BTreeMap<String, Arc<TargetProgressMap>>>>,
    /// Who parses a roadmap: one at a time, and who comes meanwhile waits for what it found.
    roadmap_parse_lock: Arc<Mutex<()>>,
    /// Who reads what was done for all lines of a roadmap: likewise.
    progress_read_lock: Arc<Mutex<()>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Engine {
    Sqlite,
    Postgres,
}

impl Catalog {
    /// Opens the catalogue at `sqlite:PATH` (made where absent) or `postgres://…`, and brings its tables to
    /// the newest form.
    ///
    /// # Errors
    /// `Invalid` for another address, `Unavailable` where the database does not answer, `Corrupt` where the
    /// file is not a catalogue.
    pub async fn open(url: &str) -> Result<Self> {
        Self::open_with(url, Clock::system()).await
    }

    /// As [`Catalog::open`], with a clock of one's own.
    ///
    /// # Errors
    /// As [`Catalog::open`].
    pub async fn open_with(url: &str, clock: Clock) -> Result<Self> {
        static DRIVERS: Once = Once::new();
        DRIVERS.call_once(sqlx::any::install_default_drivers);
        let (engine, address) = parse_url(url)?;
        let shown = without_password(url);
        let options = AnyConnectOptions::from_str(&address)
            .or_error(sohoa_base::error::ErrorKind::Invalid, || {
                format!("catalogue address {shown} cannot be read, write sqlite:PATH or postgres://…")
            })?
            .disable_statement_logging();
        let pool = AnyPoolOptions::new()
            .max_connections(if engine == Engine::Sqlite { 6 } else { 12 })
            .acquire_timeout(Duration::from_secs(20))
            .test_before_acquire(engine == Engine::Postgres)
            .after_connect(move |connection, _| {
                Box::pin(async move {
                    if engine == Engine::Sqlite {
                        for pragma in ["PRAGMA busy_timeout = 15000", "PRAGMA journal_mode = WAL", "PRAGMA synchronous = NORMAL"] {
                            sqlx::raw_sql(pragma).execute(&mut *connection).await?;
                        }
                    }
                    Ok(())
                })
            })
            .connect_with(options)
            .await
            .map_err(|error| {
                sql::db_error(error, &format!("catalogue {shown} cannot be opened, check the address and that it is running"))
            })?;
        let mut tries = 0;
        while let Err(error) = MIGRATIONS.run(&pool).await {
            tries += 1;
            if tries >= MAX_OPEN_ATTEMPTS {
                let kind = if matches!(error, sqlx::migrate::MigrateError::Execute(_)) {
                    sohoa_base::error::ErrorKind::Unavailable
                } else {
                    sohoa_base::error::ErrorKind::Invalid
                };
                return Err(Error::new(kind, format!("the tables of catalogue {shown} cannot be brought up to date")).caused_by(error));
            }
            tokio::time::sleep(Duration::from_millis(50 << tries)).await;
        }
        Ok(Self {
            pool,
            engine,
            clock,
            writer_lock: Arc::default(),
            plan_cache: Arc::default(),
            roadmap_cache: Arc::default(),
            progress_cache: Arc::default(),
            roadmap_parse_lock: Arc::default(),
            progress_read_lock: Arc::default(),
        })
    }

    /// Closes all connections; the catalogue cannot be used after.
    pub async fn close(&self) {
        self.pool.close().await;
    }

    /// Begins a writing transaction; on SQLite it holds the write lock from the start.
    async fn write(&self) -> Result<WriteTx> {
        let (turn, begin) = match self.engine {
            Engine::Sqlite => (Some(Arc::clone(&self.writer_lock).lock_owned().await), "BEGIN IMMEDIATE"),
            Engine::Postgres => (None, "BEGIN"),
        };
        let transaction =
            self.pool.begin_with(begin).await.map_err(|error| sql::db_error(error, "the catalogue does not begin a change"))?;
        Ok(WriteTx { transaction, now: self.clock.now(), writer_guard: turn, progress_delta: BTreeMap::new() })
    }

    /// A connection to read with.
    async fn read(&self) -> Result<PoolConnection<Any>> {
        self.pool.acquire().await.map_err(|error| sql::db_error(error, "the catalogue does not answer"))
    }

    /// The plan of a batch. A batch never changes its plan, so it is parsed once.
    async fn plan(&self, connection: &mut sqlx::AnyConnection, batch: &str) -> Result<Arc<PipelinePlan>> {
        if let Some(plan) = self.plan_cache.lock().ok().and_then(|plans| plans.get(batch).cloned()) {
            return Ok(plan);
        }
        let statement = sqlx::query("SELECT plan FROM batches WHERE id = $1").bind(batch.to_owned());
        let row = sql::fetch_one(connection, statement, "plan of a batch").await?;
        let plan: Arc<PipelinePlan> = Arc::new(sql::get_json(&row, "plan")?);
        if let Ok(mut plans) = self.plan_cache.lock() {
            if plans.len() >= MAX_CACHED_PLANS {
                plans.clear();
            }
            plans.insert(batch.to_owned(), Arc::clone(&plan));
        }
        Ok(plan)
    }
}

/// The engine, and the address as its driver wants it.
fn parse_url(url: &str) -> Result<(Engine, String)> {
    if url.starts_with("postgres://") || url.starts_with("postgresql://") {
        return Ok((Engine::Postgres, url.to_owned()));
    }
    let path = url.strip_prefix("sqlite:").map(|path| path.strip_prefix("//").unwrap_or(path)).filter(|path| !path.is_empty());
    let Some(path) = path else {
        return Err(Error::invalid(format!(
            "catalogue address {} cannot be read, write sqlite:PATH or postgres://…",
            without_password(url)
        )));
    };
    // A path may hold `?`, `#` and `%`, which mean something else in an address.
    let encoded = percent_encoding::encode_path(path);
    Ok((Engine::Sqlite, format!("sqlite:{encoded}?mode=rwc")))
}

/// The address without a password.
fn without_password(url: &str) -> String {
    match (url.find("://"), url.rfind('@')) {
        (Some(start), Some(end)) if start < end => {
            let (scheme, host) = (url.get(..start).unwrap_or(""), url.get(end + 1..).unwrap_or(""));
            format!("{scheme}://…@{host}")
        }
        _ => url.to_owned(),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_told_apart_and_passwords_hidden() {
        assert_eq!(parse_url("sqlite:/a b/100%?.db").unwrap(), (Engine::Sqlite, "sqlite:/a%20b/100%25%3F.db?mode=rwc".to_owned()));
        assert_eq!(parse_url("postgres://h/d").unwrap().0, Engine::Postgres);
        assert!(parse_url("mysql://h/d").is_err());
        assert!(parse_url("sqlite:").is_err());
        assert_eq!(without_password("postgres://me:secret@host/db"), "postgres://…@host/db");
    }
}
