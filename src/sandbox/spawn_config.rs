//! How worker processes are started.

use sohoa_base::config::Limits;
use std::path::PathBuf;

/// Program, arguments and limits of worker processes.
#[derive(Debug, Clone)]
pub struct SpawnConfig {
    /// Program to start: normally the running one.
    pub program: PathBuf,
    /// Its arguments, the limits included.
    pub arguments: Vec<String>,
    /// Limits that it was told, for the parent to check what it answers.
    pub limits: Limits,
}
