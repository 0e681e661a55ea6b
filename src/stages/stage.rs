//! The `Stage` trait, its context, and the state of one task.

use crate::recent_readings::RecentReadings;
use async_trait::async_trait;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use sohoa_base::error::{Error, Result};
use sohoa_base::messages::{pipelines, program};
use sohoa_base::model::change::Change;
use sohoa_base::model::dossier::{DossierName, Item};
use sohoa_base::model::pipeline_plan::{PipelinePlan, StageLevel};
use sohoa_base::model::record::Description;
use sohoa_extraction::evidence::trained_model::TrainedModel;
use sohoa_sandbox::pool::Pool;
use sohoa_sandbox::spawn_config::SpawnConfig;
use sohoa_storage::blob_store::BlobStore;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

/// Knows where bytes were deposited.
#[async_trait]
pub trait Deposits: Send + Sync {
    /// Dossiers in whose objects a file with this SHA-256 was deposited.
    ///
    /// # Errors
    /// `Unavailable` where the catalogue does not answer.
    async fn dossiers_with(&self, sha256: &str) -> Result<Vec<DossierName>>;
}

/// What stages may use. The catalogue is not in it.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    /// Object storage.
    pub store: &'a dyn BlobStore,
    /// Where bytes were deposited.
    pub deposits: &'a dyn Deposits,
    /// Readings of this process that were used last.
    pub recent_readings: &'a RecentReadings,
    /// Reading processes.
    pub pool: &'a Pool,
    /// How a process that opens an archive is started; the archive's name is appended.
    pub expander: &'a SpawnConfig,
    /// Folder for temporary files.
    pub temp_dir: &'a Path,
    /// Model trained on people's decisions.
    pub trained_model: &'a TrainedModel,
    /// SHA-256 of it, lower-case hexadecimal; none where nothing was learned.
    pub trained_model_sha256: Option<&'a str>,
    /// Archives inside archives.
    pub max_archive_depth: u32,
    /// Largest size of a file other than an archive, bytes.
    pub max_file_bytes: u64,
}

/// One task's way through its group of stages.
#[derive(Debug)]
pub struct TaskState {
    /// What the task works on, as it was before this task.
    pub item: Item,
    /// The pipeline that runs.
    pub plan: Arc<PipelinePlan>,
    /// Facts decided so far.
    pub changes: Vec<Change>,
    /// Processor milliseconds by stage, of reading processes.
    pub cpu_ms: BTreeMap<String, u64>,
    /// Kind and fields of the document of this task, computed once for the stages that each decide a part of them.
    pub description: Option<Description>,
    /// Options of the option groups of this task's stages, by the group's name.
    pub option_groups: BTreeMap<&'static str, Value>,
}

impl TaskState {
    /// Work on `item` by `plan` that has not begun.
    #[must_use]
    pub fn new(item: Item, plan: Arc<PipelinePlan>) -> Self {
        Self { item, plan, changes: Vec::new(), cpu_ms: BTreeMap::new(), description: None, option_groups: BTreeMap::new() }
    }

    /// The description that a stage of this task decided; else the one that the document has from an earlier task.
    #[must_use]
    pub fn decided_description(&self) -> Option<&Description> {
        let decided = self.changes.iter().rev().find_map(|change| match change {
            Change::DocumentDescribed { description, .. } => Some(description),
            _ => None,
        });
        let Item::Document { document, contents } = &self.item else { return decided };
        decided.or_else(|| contents.document(document)?.description.as_ref())
    }

    /// Options of an option group in their own type; the defaults where the pipeline does not name the group.
    ///
    /// # Errors
    /// `Invalid` for an unknown option or a value of another type.
    pub fn group_options<T: DeserializeOwned>(&self, group: &OptionGroup) -> Result<T> {
        let none = Value::Object(Map::new());
        options_of(self.option_groups.get(group.name).unwrap_or(&none))
    }

    /// Adds processor time of `stage`.
    pub fn add_cpu_time(&mut self, stage: &str, milliseconds: u64) {
        *self.cpu_ms.entry(stage.to_owned()).or_default() += milliseconds;
    }
}

/// One stage of a pipeline.
#[async_trait]
pub trait Stage: Send + Sync {
    /// Name in pipelines: a verb.
    fn name(&self) -> &'static str;

    /// Version of its behaviour: a higher number makes cached results of lower ones unused.
    fn version(&self) -> u32 {
        1
    }

    /// What it works on.
    fn level(&self) -> StageLevel;

    /// Its options.
    fn options(&self) -> StageOptions {
        StageOptions::of::<NoOptions>()
    }

    /// Does the work and adds what it decided to `work.changes`.
    ///
    /// # Errors
    /// `Unavailable` is retried; a refused item is a change, not an error.
    async fn run(&self, context: &Context<'_>, options: &Value, work: &mut TaskState) -> Result<()>;

    /// Called after the changes were committed: deletes what is no longer needed.
    ///
    /// # Errors
    /// None of them undoes the commit; what stays is deleted later.
    async fn cleanup(&self, context: &Context<'_>, work: &TaskState) -> Result<()> {
        let _ = (context, work);
        Ok(())
    }
}

/// Options of one stage under a name of their own in pipeline files: checked, versioned and recorded like a stage, while the
/// named stage does the work.
pub struct OptionGroup {
    /// Name in pipelines.
    pub name: &'static str,
    /// Name of the stage that follows the options.
    pub stage: &'static str,
    /// Level of that stage.
    pub level: StageLevel,
    /// Version of the behaviour that the options set: a higher number makes cached results of lower ones unused.
    pub version: u32,
    /// The options.
    pub options: StageOptions,
}

/// An entry of the table of stages.
#[derive(Clone, Copy)]
pub enum PipelineEntry {
    /// A stage.
    Stage(&'static dyn Stage),
    /// Options of a stage.
    Options(&'static OptionGroup),
}

impl PipelineEntry {
    /// Name in pipelines.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Stage(stage) => stage.name(),
            Self::Options(group) => group.name,
        }
    }

    /// Version of its behaviour.
    #[must_use]
    pub fn version(self) -> u32 {
        match self {
            Self::Stage(stage) => stage.version(),
            Self::Options(group) => group.version,
        }
    }

    /// What it works on.
    #[must_use]
    pub fn level(self) -> StageLevel {
        match self {
            Self::Stage(stage) => stage.level(),
            Self::Options(group) => group.level,
        }
    }

    /// Its options.
    #[must_use]
    pub fn options(self) -> StageOptions {
        match self {
            Self::Stage(stage) => stage.options(),
            Self::Options(group) => group.options,
        }
    }
}

/// Which options a stage has.
#[derive(Clone, Copy)]
pub struct StageOptions {
    check: fn(&Value) -> Result<()>,
    defaults: fn() -> Value,
    recorded_names: &'static [(&'static str, &'static str)],
}

impl StageOptions {
    /// The options that the type `T` holds.
    #[must_use]
    pub const fn of<T: DeserializeOwned + Serialize + Default>() -> Self {
        Self {
            check: |options| options_of::<T>(options).map(|_| ()),
            defaults: || serde_json::to_value(T::default()).unwrap_or_default(),
            recorded_names: &[],
        }
    }

    /// The same options, some of which have another name in plans and records: (name in pipeline files, recorded name).
    #[must_use]
    pub const fn recorded_as(self, recorded_names: &'static [(&'static str, &'static str)]) -> Self {
        Self { recorded_names, ..self }
    }

    /// Checks the options of a pipeline file; returns them under their recorded names. An option can also be given under its
    /// recorded name.
    ///
    /// # Errors
    /// `Invalid`, naming the option, for an unknown option, for a value of another type, and for an option under both names.
    pub fn check(self, mut given: Map<String, Value>) -> Result<Value> {
        if let Some((name, recorded)) = self.recorded_names.iter().find(|(name, old)| given.contains_key(*name) && given.contains_key(*old))
        {
            return Err(pipelines::stage_option_repeated(*name, *recorded));
        }
        (self.check)(&Value::Object(given.clone()))?;
        for (name, recorded) in self.recorded_names {
            if let Some(value) = given.remove(*name) {
                given.insert((*recorded).to_owned(), value);
            }
        }
        Ok(Value::Object(given))
    }

    /// Every option with its default, named as in pipeline files.
    #[must_use]
    pub fn defaults(self) -> Map<String, Value> {
        let Value::Object(mut defaults) = (self.defaults)() else { return Map::new() };
        for (name, recorded) in self.recorded_names {
            if let Some(value) = defaults.remove(*recorded) {
                defaults.insert((*name).to_owned(), value);
            }
        }
        defaults
    }
}

/// Options of a stage that has none.
#[derive(Debug, Default, Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NoOptions {}

/// Options in their own type.
///
/// # Errors
/// `Invalid` for an unknown option or a value of another type.
pub fn options_of<T: DeserializeOwned>(options: &Value) -> Result<T> {
    serde_json::from_value(options.clone()).map_err(pipelines::stage_options_invalid)
}

/// The error for a task that got an item of another level.
#[must_use]
pub fn unexpected_item(stage: &str) -> Error {
    program::bug(format!("stage {stage}: item of another level"))
}
