//! `sohoa reader`: the sandboxed process that other commands start.

use clap::{Args, ValueEnum};
use sohoa_base::config::Limits;
use sohoa_base::error::Result;
use sohoa_base::messages::program;
use sohoa_engine::composite::CompositeEngine;
use sohoa_engine::engine::Engine;
use sohoa_engine::fake::{FakeBehaviour, FakeEngine};
use sohoa_engine::tesseract::recognizer;
use sohoa_file_worker::archive_expander;
use sohoa_file_worker::handler::FileHandler;
use sohoa_sandbox::worker_process::{SandboxLimits, serve};
use sohoa_services::archive::format_limits;
use std::path::{Path, PathBuf};

/// Arguments of `reader`.
#[derive(Debug, Args)]
pub struct SandboxWorker {
    /// What to serve.
    #[arg(value_enum)]
    pub role: WorkerMode,
    /// Limits as JSON.
    #[arg(long)]
    pub limits: String,
    /// Folder of language data.
    #[arg(long)]
    pub tessdata: Option<PathBuf>,
    /// Folder of neural models.
    #[arg(long)]
    pub models: PathBuf,
    /// Instead of reading: `crash`, `hang`, `swell`, or words to say. For trying the limits.
    #[arg(long)]
    pub scripted: Option<String>,
    /// Name of the archive to open.
    #[arg(default_value = "")]
    pub name: String,
}

/// What a reading process serves.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum WorkerMode {
    /// Requests about files and pages.
    Read,
    /// Requests for pictures of pages; nothing can be read.
    Show,
    /// The members of the archive that is its standard input.
    Expand,
}

impl SandboxWorker {
    /// Serves until the parent process ends.
    ///
    /// # Errors
    /// When the engine cannot be opened or the process cannot be limited.
    pub fn execute(&self) -> Result<u8> {
        let limits: Limits =
            serde_json::from_str(&self.limits).map_err(|error| program::bug("limits of the reading process").caused_by(error))?;
        match self.role {
            WorkerMode::Expand => archive_expander::serve(limits.memory_mib, limits.cpu_seconds, &format_limits(&limits), &self.name)?,
            WorkerMode::Read | WorkerMode::Show => {
                let is_reading = matches!(self.role, WorkerMode::Read);
                let sandbox = SandboxLimits { memory_mib: limits.memory_mib, cpu_seconds: limits.cpu_seconds };
                let input = format_limits(&limits);
                let (tessdata, models, scripted) = (self.tessdata.clone(), self.models.clone(), self.scripted.clone());
                serve(sandbox, &self.readable_paths(), move || -> Result<FileHandler> {
                    let engine: Box<dyn Engine> = match scripted {
                        Some(act) => Box::new(FakeEngine(FakeBehaviour::parse(&act))),
                        None if !is_reading => Box::new(FakeEngine(FakeBehaviour::parse(""))),
                        None => Box::new(CompositeEngine::open(tessdata.as_deref(), &models)?),
                    };
                    Ok(FileHandler::new(engine, input))
                })?;
            }
        }
        Ok(0)
    }

    /// Folders of the models and the language data, which are read before the first file.
    fn readable_paths(&self) -> Vec<PathBuf> {
        let data = recognizer::find_language_data(self.tessdata.as_deref()).ok();
        let data = data.as_deref().and_then(Path::parent).map(Path::to_path_buf);
        match self.role {
            WorkerMode::Read => data.into_iter().chain([self.models.clone()]).collect(),
            WorkerMode::Show | WorkerMode::Expand => Vec::new(),
        }
    }
}
