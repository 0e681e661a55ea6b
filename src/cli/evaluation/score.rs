//! `sohoa score`: scores texts of another program by the same measure.

use crate::evaluation::ocr_table;
use crate::global_args::GlobalArgs;
use crate::output;
use clap::Args;
use sohoa_base::error::Result;
use sohoa_evaluation::benchmarks::ocr;
use std::path::PathBuf;

/// Arguments of `score`.
#[derive(Debug, Args)]
pub struct Score {
    /// Folder with ground truth, <id>.gt.txt.
    pub truths: PathBuf,
    /// Folder with what was read, <id>.txt.
    pub texts: PathBuf,
}

impl Score {
    /// Scores, prints and returns the exit code.
    ///
    /// # Errors
    /// As [`ocr::score_texts`].
    pub fn execute(&self, global: &GlobalArgs) -> Result<u8> {
        let scored = ocr::score_texts(&self.truths, &self.texts)?;
        if global.json {
            output::print_json(&scored)?;
        } else {
            ocr_table::print_scored(&scored)?;
        }
        Ok(0)
    }
}
