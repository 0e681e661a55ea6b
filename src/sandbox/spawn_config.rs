//! How worker processes are started.

use std::path::PathBuf;

/// Program, arguments and time limit of worker processes.
#[derive(Debug, Clone)]
pub struct SpawnConfig {
    /// Program to start: normally the running one.
    pub program: PathBuf,
    /// Its arguments, the limits included.
    pub arguments: Vec<String>,
    /// Longest wait for one reply, seconds.
    pub wall_seconds: u64,
}
