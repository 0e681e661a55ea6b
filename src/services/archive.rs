//! Opens the archive: the one place that picks back-ends.

use sha2::{Digest, Sha256};
use sohoa_base::config::{Config, Limits};
use sohoa_base::error::{ErrorKind, Result, ResultExt};
use sohoa_base::model::calendar::Day;
use sohoa_catalog::Catalog;
use sohoa_engine::networks::models;
use sohoa_extraction::evidence::trained_model::TrainedModel;
use sohoa_pipeline::worker::Resources;
use sohoa_sandbox::pool::{Pool, SpawnConfig};
use sohoa_search::index::SearchIndex;
use sohoa_storage::blob_store::BlobStore;
use sohoa_storage::key;
use sohoa_storage::open as open_blobs;
use sohoa_storage::s3::s3_store::S3Options;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokio::sync::Semaphore;

/// Everything that an opened archive consists of.
#[derive(Debug)]
pub struct Archive {
    /// Settings it was opened with.
    pub config: Config,
    /// Object storage: the truth.
    pub store: Arc<dyn BlobStore>,
    /// What is known, rebuilt from the store when lost.
    pub catalog: Catalog,
    /// What can be found, rebuilt from the store when lost.
    pub index: Arc<SearchIndex>,
    /// Turns of those who search: as many at once as there are processors.
    pub search_permits: Semaphore,
    /// Reading processes.
    pub pool: Pool,
    /// Processes that show pages: apart from those that read, so that nobody waits for a run to see a page.
    pub viewers: Pool,
    /// How a process that opens an archive file is started.
    pub expander: SpawnConfig,
    /// Folder for temporary files.
    pub scratch: PathBuf,
    /// What people's decisions taught.
    pub trained_model: TrainedModel,
    /// SHA-256 of it, lower-case hexadecimal; none where nothing was learned.
    pub trained_model_sha256: Option<String>,
}

/// Processes that show pages at once.
const VIEWERS: usize = 2;

impl Archive {
    /// Opens store, catalogue and index, and makes what does not exist.
    ///
    /// # Errors
    /// `Unavailable` when one of them does not answer; `Invalid` for an address of unknown form.
    pub async fn open(config: Config, program: &Path) -> Result<Self> {
        let home = &config.home;
        let scratch = home.join("tmp");
        std::fs::create_dir_all(&scratch).or_error(ErrorKind::Unavailable, || format!("cannot make the folder {}", scratch.display()))?;
        let store = open_blobs::open(&config.store_url(), &s3_options(&config)).await?;
        let catalog = Catalog::open(&config.catalog_url()).await?;
        let index = Arc::new(SearchIndex::open(&config.index_folder())?);
        let pool = pool(&config, program, config.job_count());
        let viewers = Pool::new(SpawnConfig { arguments: arguments("show", &config, None), ..pool_launch(&config, program) }, VIEWERS);
        let (learned, learned_sha256) = load_trained_model(store.as_ref()).await?;
        let expander = SpawnConfig { arguments: arguments("expand", &config, None), ..pool_launch(&config, program) };
        let searches = Semaphore::new(std::thread::available_parallelism().map_or(1, usize::from));
        Ok(Self {
            store,
            catalog,
            index,
            search_permits: searches,
            pool,
            viewers,
            expander,
            scratch,
            trained_model: learned,
            trained_model_sha256: learned_sha256,
            config,
        })
    }

    /// Today's date in Việt Nam.
    #[must_use]
    pub fn today(&self) -> Day {
        self.catalog.today()
    }

    /// What workers use of it.
    #[must_use]
    pub fn resources(&self) -> Resources<'_> {
        Resources {
            catalog: &self.catalog,
            store: self.store.as_ref(),
            pool: &self.pool,
            expander: &self.expander,
            index: &self.index,
            temp_dir: &self.scratch,
            trained_model: &self.trained_model,
            trained_model_sha256: self.trained_model_sha256.as_deref(),
            max_archive_depth: self.config.limits.archive_depth,
            max_file_bytes: self.config.limits.file_mib << 20,
        }
    }
}

/// What was learned, out of the store: every machine that works on the archive knows the same.
async fn load_trained_model(store: &dyn BlobStore) -> Result<(TrainedModel, Option<String>)> {
    match store.get(key::TRAINED_MODEL).await {
        Ok(json) => Ok((TrainedModel::from_json(&json)?, Some(hex::encode(Sha256::digest(&json))))),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok((TrainedModel::default(), None)),
        Err(error) => Err(error),
    }
}

/// Reading processes alone, for commands that need no archive.
#[must_use]
pub fn pool(config: &Config, program: &Path, size: usize) -> Pool {
    Pool::new(pool_launch(config, program), size)
}

fn pool_launch(config: &Config, program: &Path) -> SpawnConfig {
    SpawnConfig {
        program: program.to_path_buf(),
        arguments: arguments("read", config, config.tessdata.as_deref()),
        wall_seconds: config.limits.wall_seconds,
    }
}

/// Arguments of the hidden command that is a reading process.
fn arguments(role: &str, config: &Config, tessdata: Option<&Path>) -> Vec<String> {
    let limits = serde_json::to_string(&config.limits).unwrap_or_default();
    let models = models::models_dir(config.models.as_deref()).to_string_lossy().into_owned();
    let mut arguments = ["reader", role, "--limits", &limits, "--models", &models].map(str::to_owned).to_vec();
    if let Some(folder) = tessdata {
        arguments.extend(["--tessdata".to_owned(), folder.to_string_lossy().into_owned()]);
    }
    arguments.push("--".to_owned());
    arguments
}

/// Limits in the form that readers of formats take.
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

/// How to reach the configured S3 server.
pub(crate) fn s3_options(config: &Config) -> S3Options {
    S3Options {
        endpoint: config.s3.endpoint.clone(),
        region: config.s3.region.clone(),
        access_key: config.s3.access_key.clone(),
        secret_key: config.s3.secret_key.clone(),
        path_style: config.s3.path_style,
    }
}
