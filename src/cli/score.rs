//! `sohoa score`: texts of another program, by the same measure.

use super::options::GlobalArgs;
use super::{eval_table, print};
use clap::Args;
use sohoa_base::error::Result;
use sohoa_evaluation::benchmarks::eval;
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
    /// As [`eval::score_texts`].
    pub fn execute(&self, place: &GlobalArgs) -> Result<u8> {
        let scored = eval::score_texts(&self.truths, &self.texts)?;
        if place.json {
            print::print_json(&scored)?;
        } else {
            eval_table::print_scored(&scored)?;
        }
        Ok(0)
    }
}
