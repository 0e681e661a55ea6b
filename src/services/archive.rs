//! Opens the archive: the one place that picks back-ends.

use crate::runs::trial_slots::TrialSlots;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use sohoa_base::config::{Config, Limits};
use sohoa_base::error::{ErrorKind, Result};
use sohoa_base::messages::{arguments, maintenance, program};
use sohoa_base::model::calendar::Day;
use sohoa_base::private_files;
use sohoa_catalog::Catalog;
use sohoa_engine::networks::models;
use sohoa_extraction::evidence::trained_model::TrainedModel;
use sohoa_pipeline::deposits::CatalogDeposits;
use sohoa_pipeline::outage::{OutageMonitor, Resources};
use sohoa_sandbox::pool::Pool;
use sohoa_sandbox::spawn_config::SpawnConfig;
use sohoa_search::index::SearchIndex;
use sohoa_stages::recent_readings::RecentReadings;
use sohoa_stages::stage::Context;
use sohoa_storage::blob_store::BlobStore;
pub use sohoa_storage::counted::OperationUsage;
use sohoa_storage::counted::{CountedStore, StoreUsage};
use sohoa_storage::key;
use sohoa_storage::open as open_blobs;
use sohoa_storage::s3::client::S3Options;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};
use tokio::runtime::{Builder, Handle, Runtime};
use tokio::sync::Semaphore;

/// Readings of pages kept in memory.
const RECENT_READINGS: NonZeroUsize = NonZeroUsize::new(96).unwrap();

/// An opened archive: store, catalogue, index, and the processes that read files.
#[derive(Debug)]
pub struct Archive {
    /// Settings that it was opened with.
    pub config: Config,
    /// Object storage, the source of truth.
    pub store: Arc<dyn BlobStore>,
    /// Calls of the store and the bytes that they moved.
    pub store_usage: StoreUsage,
    /// Readings that were used last.
    pub recent_readings: RecentReadings,
    /// SQL catalogue; rebuilt from the store when lost.
    pub catalog: Catalog,
    /// Search index; rebuilt from the store when lost.
    pub index: Arc<SearchIndex>,
    /// Permits for searches: as many at a time as there are processors.
    pub search_permits: Semaphore,
    /// Sandboxed processes that read pages.
    pub pool: Pool,
    /// Sandboxed processes that render pages for viewing and read tables; separate from `pool`, so that viewing does not wait for a run.
    pub viewers: Pool,
    /// Configuration of the process that expands archive files.
    pub expander: SpawnConfig,
    /// The present outage of a back-end.
    pub outages: OutageMonitor,
    /// Folder for temporary files.
    pub scratch: PathBuf,
    /// Model trained on review decisions.
    pub trained_model: TrainedModel,
    /// SHA-256 of its JSON, lower-case hexadecimal; none where nothing was trained.
    pub trained_model_sha256: Option<String>,
    /// Trials of pipelines that go on.
    pub trials: TrialSlots,
    deposits: CatalogDeposits,
    worker_threads: OnceLock<WorkerThreads>,
}

/// Threads on which workers run, apart from those that answer requests.
#[derive(Debug)]
struct WorkerThreads(Option<Runtime>);

impl Drop for WorkerThreads {
    fn drop(&mut self) {
        // A runtime that is dropped inside another one would panic.
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}

/// Names by which a folder is known as the home of an archive.
const HOME_MARKS: &[&str] = &["catalog.db", "store", "index", "tmp", "sohoa.toml", "secret.key"];

/// Number of processes that render pages for viewing.
const VIEWERS: usize = 2;

impl Archive {
    /// Opens store, catalogue and index, and creates those that do not exist.
    ///
    /// # Errors
    /// `Unavailable` when one of them does not answer; `Invalid` for a malformed URL.
    pub async fn open(config: Config, program: &Path) -> Result<Arc<Self>> {
        if config.scripted_engine.is_some() {
            tracing::warn!("no page is read: the scripted engine says the same words for every line (--scripted-engine, for tests only)");
        }
        let home = &config.home;
        let scratch = home.join("tmp");
        let failed = |folder: &Path| maintenance::folder_not_creatable(folder.display());
        private_files::claim_folder(home, HOME_MARKS).map_err(|error| failed(home).caused_by(error))?;
        private_files::create_folder(&scratch).map_err(|error| failed(&scratch).caused_by(error))?;
        let (store, store_usage) = CountedStore::new(open_blobs::open(&config.store_url(), &s3_options(&config)).await?);
        let store: Arc<dyn BlobStore> = Arc::new(store);
        let catalog = Catalog::open(&config.catalog_url()).await?;
        check_identity(store.as_ref(), &catalog, &config).await?;
        let index = Arc::new(SearchIndex::open(&config.index_folder())?);
        let pool = pool(&config, program, config.job_count());
        let viewers = viewing_pool(&config, program, VIEWERS);
        let (learned, learned_sha256) = load_trained_model(store.as_ref()).await?;
        let expander = SpawnConfig { arguments: arguments("expand", &config, None), ..pool_launch(&config, program) };
        let searches = Semaphore::new(std::thread::available_parallelism().map_or(1, usize::from));
        Ok(Arc::new(Self {
            store,
            store_usage,
            recent_readings: RecentReadings::new(RECENT_READINGS),
            index,
            search_permits: searches,
            pool,
            viewers,
            expander,
            outages: OutageMonitor::default(),
            scratch,
            trained_model: learned,
            trained_model_sha256: learned_sha256,
            deposits: CatalogDeposits(catalog.clone()),
            catalog,
            trials: TrialSlots::default(),
            worker_threads: OnceLock::new(),
            config,
        }))
    }

    /// Handle of the threads of workers, which start at the first call.
    pub(crate) fn worker_threads(&self) -> Result<Handle> {
        if self.worker_threads.get().is_none() {
            let runtime = Builder::new_multi_thread().worker_threads(self.config.job_count()).thread_name("worker").enable_all().build();
            let runtime = runtime.map_err(|error| arguments::threads_unavailable().caused_by(error))?;
            // Of two threads that come here at once, one keeps its runtime, and the other's is dropped.
            let _ = self.worker_threads.set(WorkerThreads(Some(runtime)));
        }
        let runtime = self.worker_threads.get().and_then(|threads| threads.0.as_ref());
        runtime.map(|runtime| runtime.handle().clone()).ok_or_else(|| program::bug("archive: no worker threads"))
    }

    /// Today's date in Việt Nam.
    #[must_use]
    pub fn today(&self) -> Day {
        self.catalog.today()
    }

    /// The parts that workers use.
    #[must_use]
    pub fn resources(&self) -> Resources<'_> {
        Resources {
            catalog: &self.catalog,
            outages: &self.outages,
            stages: Context {
                recent_readings: &self.recent_readings,
                store: self.store.as_ref(),
                deposits: &self.deposits,
                pool: &self.pool,
                expander: &self.expander,
                temp_dir: &self.scratch,
                trained_model: &self.trained_model,
                trained_model_sha256: self.trained_model_sha256.as_deref(),
                max_archive_depth: self.config.limits.archive_depth,
                max_file_bytes: self.config.limits.file_mib << 20,
            },
        }
    }
}

/// Makes sure that store and catalogue belong together: they carry one identity, written at their first use. A store that lost it is not
/// the one that the catalogue describes, such as the empty folder of a disk that is not mounted.
async fn check_identity(store: &dyn BlobStore, catalog: &Catalog, config: &Config) -> Result<()> {
    let stored = match store.get(key::IDENTITY).await {
        Ok(json) => {
            let identity: StoreIdentity =
                serde_json::from_slice(&json).map_err(|error| maintenance::stored_file_invalid(key::IDENTITY).caused_by(error))?;
            Some(identity.archive)
        }
        Err(error) if error.kind() == ErrorKind::NotFound => None,
        Err(error) => return Err(error),
    };
    let place = config.store_url();
    match (stored, catalog.archive_id().await?) {
        (Some(stored), Some(known)) if stored == known => Ok(()),
        (Some(stored), None) => catalog.set_archive_id(&stored).await.map(|_| ()),
        (None, None) => {
            let archive = catalog.set_archive_id(&uuid::Uuid::now_v7().to_string()).await?;
            write_identity(store, archive).await
        }
        (Some(_), Some(_)) => Err(maintenance::store_of_other_archive(place)),
        (None, Some(archive)) if catalog.deposited_dossiers("", 1).await?.is_empty() && catalog.batches(1).await?.is_empty() => {
            write_identity(store, archive).await
        }
        (None, Some(_)) => Err(maintenance::store_identity_missing(place, key::IDENTITY)),
    }
}

async fn write_identity(store: &dyn BlobStore, archive: String) -> Result<()> {
    let json = serde_json::to_vec_pretty(&StoreIdentity { archive });
    store.put(key::IDENTITY, json.map_err(|error| program::bug("archive: JSON of the identity").caused_by(error))?).await
}

/// The identity in the store.
#[derive(Debug, Serialize, Deserialize)]
struct StoreIdentity {
    archive: String,
}

/// Loads the trained model from the store, so that every machine uses the same one.
async fn load_trained_model(store: &dyn BlobStore) -> Result<(TrainedModel, Option<String>)> {
    match store.get(key::TRAINED_MODEL).await {
        Ok(json) => Ok((TrainedModel::from_json(&json)?, Some(hex::encode(Sha256::digest(&json))))),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok((TrainedModel::default(), None)),
        Err(error) => Err(error),
    }
}

/// A pool of reading processes, for commands that need no archive.
#[must_use]
pub fn pool(config: &Config, program: &Path, size: usize) -> Pool {
    Pool::new(pool_launch(config, program), size)
}

/// A pool of processes that decode pages and tables, and read no text.
#[must_use]
pub fn viewing_pool(config: &Config, program: &Path, size: usize) -> Pool {
    Pool::new(SpawnConfig { arguments: arguments("show", config, None), ..pool_launch(config, program) }, size)
}

fn pool_launch(config: &Config, program: &Path) -> SpawnConfig {
    SpawnConfig { program: program.to_path_buf(), arguments: arguments("read", config, config.tessdata.as_deref()), limits: config.limits }
}

/// Arguments of the hidden command that runs a sandboxed process in this role.
fn arguments(role: &str, config: &Config, tessdata: Option<&Path>) -> Vec<String> {
    let limits = serde_json::to_string(&config.limits).unwrap_or_default();
    let models = models::models_dir(config.models.as_deref()).to_string_lossy().into_owned();
    let mut arguments = ["reader", role, "--limits", &limits, "--models", &models].map(str::to_owned).to_vec();
    if let Some(folder) = tessdata {
        arguments.extend(["--tessdata".to_owned(), folder.to_string_lossy().into_owned()]);
    }
    if let Some(words) = config.scripted_engine.as_ref().filter(|_| role == "read") {
        arguments.push(format!("--scripted={words}"));
    }
    arguments.push("--".to_owned());
    arguments
}

/// Converts the configured limits for the readers of file formats.
#[must_use]
pub fn format_limits(limits: &Limits) -> sohoa_formats::limits::Limits {
    sohoa_formats::limits::Limits {
        max_pixels: limits.megapixels * 1_000_000,
        max_pages: limits.pages,
        max_unpacked_bytes: limits.archive_mib << 20,
        max_members: limits.archive_members,
        ..Default::default()
    }
}

/// Connection options of the configured S3 server.
pub(crate) fn s3_options(config: &Config) -> S3Options {
    S3Options {
        endpoint: config.s3.endpoint.clone(),
        region: config.s3.region.clone(),
        access_key: config.s3.access_key.clone(),
        secret_key: config.s3.secret_key.clone(),
        path_style: config.s3.path_style,
    }
}
