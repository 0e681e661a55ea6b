//! The SQL catalogue (SQLite or PostgreSQL): facts, task queue, review, uploads, roadmaps, accounts and the event log.
//! [`Catalog::commit`] is the only writer of stage results.
//!
//! The same queries run on both engines (TEXT and BIGINT columns, JSON as TEXT, times in epoch milliseconds); only the row lock of
//! a claim differs. Several processes may share one catalogue.
//!
//! Transactions take their locks in one order, so that they cannot deadlock: units, the task, its dossiers by name, batches by identifier,
//! targets of roadmaps, the outbox. Only the sealer of the event log takes the lock of its head.

mod accounts;
mod batches;
mod clock;
mod events;
mod facts;
mod identity;
mod migrations;
mod outbox_fact;
mod queue;
mod review;
mod roadmap;
mod rows;
mod sql;
mod uploads;

pub use accounts::backup::{BackupTables, BackupValue};
pub use accounts::keys::{KeyPurpose, NewKey};
pub use accounts::mfa_and_oidc::{ExternalAccount, OidcLoginState};
pub use accounts::users::UserCredentials;
pub use batches::balance::PageProgress;
pub use batches::control::BatchControl;
pub use batches::failures::{Failure, FailureFilter, FailureGroup, LevelCount};
pub use batches::folder_deliveries::{FOLDER_BATCH_KEY_PREFIX, FolderDelivery, FolderDeliveryState};
pub use batches::lifecycle::NewBatch;
pub use batches::timeline::{MAX_TIMELINE_POINTS, Timeline, TimelinePoint};
pub use clock::{Clock, rfc3339};
pub use events::{ChainPosition, ChainReport, Event, SealedEvent, with_acting_key};
pub use facts::batch_ledger::{BatchLedger, LedgerFile};
pub use facts::dossier_queries::{DossierSummary, WaitingOriginal};
pub use facts::outbox::OutboxClaim;
pub use facts::rebuild::REBUILT_BATCH;
pub use facts::receive_files::ReceivedFile;
pub use outbox_fact::OutboxFact;
pub use queue::claims::Claim;
pub use queue::failed_tasks::FailedTask;
pub use queue::leases::{MAX_FAILURES, MAX_LOST_CLAIMS, ReleaseOutcome};
pub use queue::monitoring::{EventCursor, OpenTasks, QueueLevel};
pub use review::document_decisions::{DecisionOutcome, NewDecision};
pub use review::quarantine::{HeldDossier, HeldPage, QuarantineDecision, UnreadItem};
pub use review::removal::RemovalPlan;
pub use review::review_queue::{WaitingDocument, WaitingFilter};
pub use roadmap::attachment::AttachmentRequest;
pub use roadmap::one_stop_cases::StoredCaseDocument;
pub use roadmap::progress::DailyProgress;
pub use roadmap::progress_cache::TargetProgressMap;
pub use roadmap::roadmaps::find_target;
pub use uploads::files::{NewUploadFile, UploadFileKind, UploadVerdict};
pub use uploads::lifecycle::NewUpload;
pub use uploads::lists::{ListedFile, NewUploadList, UploadList};

use crate::events::ReadSpool;
use crate::migrations::MIGRATIONS;
use sohoa_base::error::{ErrorKind, Result};
use sohoa_base::messages::catalogue;
use sohoa_base::model::pipeline_plan::PipelinePlan;
use sohoa_base::model::roadmap::plan::Roadmap;
use sohoa_base::text::percent_encoding;
use sql::WriteTx;
use sqlx::any::{AnyConnectOptions, AnyPoolOptions};
use sqlx::pool::PoolConnection;
use sqlx::{Any, AnyPool, ConnectOptions};
use std::collections::BTreeMap;
use std::path::Path;
use std::str::FromStr;
use std::sync::{Arc, Mutex as PlainMutex, Once};
use std::time::Duration;
use tokio::sync::Mutex;

/// Number of parsed plans in the cache; when it is full, the cache is emptied.
const MAX_CACHED_PLANS: usize = 64;

/// Settings of every SQLite connection. A commit is on the disk when it returns: originals are moved away after it.
const SQLITE_SETTINGS: &[&str] = &["PRAGMA busy_timeout = 15000", "PRAGMA journal_mode = WAL", "PRAGMA synchronous = FULL"];

/// Settings of every PostgreSQL connection, by name, where the address does not set them itself. No forgotten transaction and no dead
/// machine may hold a lock for ever.
const POSTGRES_SETTINGS: &[(&str, &str)] = &[
    ("lock_timeout", "SET lock_timeout = '20s'"),
    ("statement_timeout", "SET statement_timeout = '300s'"),
    ("idle_in_transaction_session_timeout", "SET idle_in_transaction_session_timeout = '60s'"),
    ("tcp_keepalives_idle", "SET tcp_keepalives_idle = 30"),
    ("tcp_keepalives_interval", "SET tcp_keepalives_interval = 10"),
    ("tcp_keepalives_count", "SET tcp_keepalives_count = 3"),
    ("tcp_user_timeout", "SET tcp_user_timeout = '60s'"),
];

/// Attempts to migrate when several processes open a new catalogue at the same time.
const MAX_OPEN_ATTEMPTS: u32 = 5;

/// An open catalogue. Cheap to clone; clones share the connection pool and the caches.
#[derive(Clone, Debug)]
pub struct Catalog {
    pool: AnyPool,
    engine: Engine,
    clock: Clock,
    writer_lock: Arc<Mutex<()>>,
    plan_cache: Arc<PlainMutex<BTreeMap<String, Arc<PipelinePlan>>>>,
    roadmap_cache: Arc<PlainMutex<BTreeMap<String, Arc<Roadmap>>>>,
    progress_cache: Arc<PlainMutex<BTreeMap<String, Arc<TargetProgressMap>>>>,
    /// Held while a roadmap is parsed; other callers wait and then use the cached result.
    roadmap_parse_lock: Arc<Mutex<()>>,
    /// Held while the progress of all targets of a roadmap is read; other callers wait and then use the cached result.
    progress_read_lock: Arc<Mutex<()>>,
    /// Where audited reads wait for the sealer on SQLite; none on PostgreSQL, whose writers do not wait for one another.
    read_spool: Option<Arc<ReadSpool>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Engine {
    Sqlite,
    Postgres,
}

impl Catalog {
    /// Opens the catalogue at `sqlite:PATH` (created if absent) or `postgres://…`, and migrates its tables to the newest version.
    ///
    /// # Errors
    /// `Invalid` for any other address, `Unavailable` if the database does not answer, `Corrupt` if the file is not a catalogue.
    pub async fn open(url: &str) -> Result<Self> {
        Self::open_with(url, Clock::system()).await
    }

    /// As [`Catalog::open`], with the given clock; tests pass one that they can set.
    ///
    /// # Errors
    /// As [`Catalog::open`].
    pub async fn open_with(url: &str, clock: Clock) -> Result<Self> {
        static DRIVERS: Once = Once::new();
        DRIVERS.call_once(sqlx::any::install_default_drivers);
        let (engine, address) = parse_url(url)?;
        let redacted_url = without_password(url);
        // SQLite gives the files beside it the same rights. What is wrong with the path is told when it is opened.
        if let Some(file) = sqlite_path(url) {
            let _ = sohoa_base::private_files::create_file(Path::new(file));
        }
        let settings: Vec<&'static str> = match engine {
            Engine::Sqlite => SQLITE_SETTINGS.to_vec(),
            Engine::Postgres => POSTGRES_SETTINGS.iter().filter(|(name, _)| !url.contains(name)).map(|(_, setting)| *setting).collect(),
        };
        let options = AnyConnectOptions::from_str(&address)
            .map_err(|error| catalogue::catalogue_address_invalid(&redacted_url).caused_by(error))?
            .disable_statement_logging();
        let pool = AnyPoolOptions::new()
            .max_connections(if engine == Engine::Sqlite { 6 } else { 12 })
            .acquire_timeout(Duration::from_secs(20))
            .test_before_acquire(engine == Engine::Postgres)
            .after_connect(move |connection, _| {
                let settings = settings.clone();
                Box::pin(async move {
                    for setting in settings {
                        sqlx::raw_sql(setting).execute(&mut *connection).await?;
                    }
                    Ok(())
                })
            })
            .connect_with(options)
            .await
            .map_err(|error| {
                let failed = sql::db_error(error, "open");
                if failed.kind() == ErrorKind::Unavailable {
                    catalogue::catalogue_not_openable(&redacted_url).caused_by(failed)
                } else {
                    failed
                }
            })?;
        let mut attempts = 0;
        while let Err(error) = MIGRATIONS.run(&pool).await {
            attempts += 1;
            if attempts >= MAX_OPEN_ATTEMPTS {
                let is_execution = matches!(error, sqlx::migrate::MigrateError::Execute(_));
                let explain = if is_execution { catalogue::catalogue_not_migratable } else { catalogue::catalogue_of_other_version };
                return Err(explain(redacted_url).caused_by(error));
            }
            tokio::time::sleep(Duration::from_millis(50 << attempts)).await;
        }
        let catalog = Self {
            pool,
            engine,
            clock,
            writer_lock: Arc::default(),
            plan_cache: Arc::default(),
            roadmap_cache: Arc::default(),
            progress_cache: Arc::default(),
            roadmap_parse_lock: Arc::default(),
            progress_read_lock: Arc::default(),
            read_spool: sqlite_path(url).map(|path| Arc::new(ReadSpool::beside(Path::new(path)))),
        };
        catalog.register_used_units().await?;
        Ok(catalog)
    }

    /// Closes all connections. Later calls fail with `Unavailable`.
    pub async fn close(&self) {
        self.pool.close().await;
    }

    /// Begins a write transaction. On SQLite it takes the write lock at once (`BEGIN IMMEDIATE`).
    async fn write(&self) -> Result<WriteTx> {
        let (guard, begin) = match self.engine {
            Engine::Sqlite => (Some(Arc::clone(&self.writer_lock).lock_owned().await), "BEGIN IMMEDIATE"),
            Engine::Postgres => (None, "BEGIN"),
        };
        let transaction =
            self.pool.begin_with(begin).await.map_err(|error| sql::db_error(error, "the catalogue does not begin a change"))?;
        Ok(WriteTx { transaction, now: self.clock.now(), writer_guard: guard, progress_delta: BTreeMap::new(), due_facts: BTreeMap::new() })
    }

    /// Takes a connection for reading from the pool.
    async fn read(&self) -> Result<PoolConnection<Any>> {
        self.pool.acquire().await.map_err(|error| sql::db_error(error, "the catalogue does not answer"))
    }

    /// The plan of a batch, parsed once, since a batch never changes its plan.
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

/// The engine, and the address in the form that its driver expects.
fn parse_url(url: &str) -> Result<(Engine, String)> {
    if url.starts_with("postgres://") || url.starts_with("postgresql://") {
        return Ok((Engine::Postgres, url.to_owned()));
    }
    let Some(path) = sqlite_path(url) else {
        return Err(catalogue::catalogue_address_invalid(without_password(url)));
    };
    // A path may contain `?`, `#` and `%`, which are special characters in an address.
    let encoded = percent_encoding::encode_path(path);
    Ok((Engine::Sqlite, format!("sqlite:{encoded}?mode=rwc")))
}

/// The file of the catalogue at `sqlite:PATH`.
fn sqlite_path(url: &str) -> Option<&str> {
    url.strip_prefix("sqlite:").map(|path| path.strip_prefix("//").unwrap_or(path)).filter(|path| !path.is_empty())
}

/// The address with user and password replaced, for error texts.
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
    fn database_url_selects_engine_and_password_is_masked() {
        assert_eq!(parse_url("sqlite:/a b/100%?.db").unwrap(), (Engine::Sqlite, "sqlite:/a%20b/100%25%3F.db?mode=rwc".to_owned()));
        assert_eq!(parse_url("postgres://h/d").unwrap().0, Engine::Postgres);
        assert!(parse_url("mysql://h/d").is_err());
        assert!(parse_url("sqlite:").is_err());
        assert_eq!(without_password("postgres://me:secret@host/db"), "postgres://…@host/db");
    }
}
