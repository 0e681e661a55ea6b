//! Startup of commands: pipeline, path of this program, stop signals.

use crate::global_args::GlobalArgs;
use sohoa_base::error::Result;
use sohoa_base::messages::arguments;
use sohoa_base::model::pipeline_plan::PipelinePlan;
use sohoa_engine::networks::models;
use sohoa_pipeline::pipeline_file;
use sohoa_pipeline::worker::CancellationToken;
use sohoa_services::archive::Archive;
use sohoa_texts::{Language, Message, localize};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Warns on stderr where neural models are missing.
pub(crate) fn warn_missing_models(archive: &Archive, global: &GlobalArgs) {
    if !global.quiet && !models::all_installed(archive.config.models.as_deref()) {
        eprintln!("{}", localize(Language::from_code(&archive.config.language), Message::ModelsMissing));
    }
}

/// Reads a pipeline file, or the built-in pipeline; returns its text and plan.
///
/// # Errors
/// `Invalid` when it cannot be read or is wrong.
pub fn read_pipeline(file: Option<&Path>) -> Result<(String, PipelinePlan)> {
    let (text, origin) = match file {
        None => (pipeline_file::ADMINISTRATIVE.to_owned(), "administrative (built in)".to_owned()),
        Some(file) => {
            let text =
                std::fs::read_to_string(file).map_err(|error| arguments::pipeline_file_unreadable(file.display()).caused_by(error))?;
            (text, file.display().to_string())
        }
    };
    let plan = pipeline_file::parse(&text, &origin)?;
    Ok((text, plan))
}

/// Path of this program, with which reading processes are started.
///
/// # Errors
/// `Unavailable` when the system does not report it.
pub fn current_program() -> Result<PathBuf> {
    std::env::current_exe().map_err(|error| arguments::program_path_unknown().caused_by(error))
}

/// Token that Ctrl-C or SIGTERM cancels.
pub(crate) fn stop_on_signal() -> Arc<CancellationToken> {
    let stop = Arc::new(CancellationToken::default());
    let token = stop.clone();
    tokio::spawn(async move {
        let terminated = async {
            match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
                Ok(mut signal) => signal.recv().await,
                Err(_) => std::future::pending().await,
            }
        };
        tokio::select! {
            _ = tokio::signal::ctrl_c() => {}
            _ = terminated => {}
        }
        token.cancel();
    });
    stop
}
