//! `sohoa samples`: makes the fictional dossiers.

use clap::Args;
use sohoa_base::error::Result;
use std::path::PathBuf;

/// Arguments of `samples`.
#[derive(Debug, Args)]
pub struct Samples {
    /// Folder to write to.
    #[arg(long, value_name = "DIR", default_value = "samples")]
    pub out: PathBuf,
    /// Everything follows from it.
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
}

impl Samples {
    /// Writes the dossiers and returns the exit code.
    ///
    /// # Errors
    /// When fonts are missing or the folder cannot be written.
    pub fn execute(&self) -> Result<u8> {
        sohoa_synthetic::generate(&self.out, self.seed)?;
        Ok(0)
    }
}
