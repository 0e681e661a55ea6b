//! `sohoa eval DIR`

use super::options::Place;
use super::print;
use super::run::{read_pipeline, this_program};
use crate::desk::eval::{self, Evaluation};
use crate::error::Result;
use crate::text::numbers;
use clap::Args;
use std::path::PathBuf;

/// Arguments of `eval`.
#[derive(Debug, Args)]
#[command(after_help = "\
DIR holds pictures <id>.jpg|png|tif|pdf with <id>.gt.txt (exact text) and, where known, <id>.meta.json
(kind and fields). One reading process works, so that processor seconds are those of one thread.

  sohoa eval pages/ --write /tmp/read --json")]
pub struct Eval {
    /// Folder with pages and ground truth.
    pub folder: PathBuf,
    /// Pipeline file [default: the built-in administrative.toml].
    #[arg(long, value_name = "FILE")]
    pub pipeline: Option<PathBuf>,
    /// Leave <id>.txt and <id>.json (the reading) in this folder.
    #[arg(long, value_name = "DIR")]
    pub write: Option<PathBuf>,
}

impl Eval {
    /// Reads, scores, prints and returns the exit code.
    ///
    /// # Errors
    /// As [`eval::evaluate`].
    pub async fn execute(&self, place: &Place) -> Result<u8> {
        let config = place.configure(toml::Table::new())?;
        let (_, plan) = read_pipeline(self.pipeline.as_deref().or(config.pipeline.as_deref()))?;
        let found = eval::evaluate(&config, &this_program()?, &self.folder, &plan, self.write.as_deref()).await?;
        if place.json {
            print::json(&found)?;
        } else {
            table(&found)?;
        }
        Ok(if found.failures.is_empty() { 0 } else { 3 })
    }
}

fn table(found: &Evaluation) -> Result<()> {
    print::line(&format!("{:32} {:>7} {:>7} {:>7} {:>7}", "page", "CER %", "WER %", "CERn %", "CPU s"))?;
    let share = |errors: u64, of: u64| numbers::decimal(if of == 0 { 0.0 } else { 100.0 * errors as f64 / of as f64 }, 2);
    for page in &found.pages {
        let score = &page.score;
        print::line(&format!(
            "{:32} {:>7} {:>7} {:>7} {:>7}",
            print::plain(&page.id),
            share(score.char_errors, score.chars),
            share(score.word_errors, score.words),
            share(score.order_free_errors, score.line_chars),
            numbers::decimal(page.cpu_ms.values().sum::<u64>() as f64 / 1000.0, 2),
        ))?;
    }
    let total = &found.total;
    print::line(&format!(
        "{:32} {:>7} {:>7} {:>7} {:>7}",
        format!("{} pages", total.pages),
        numbers::decimal(total.cer, 3),
        numbers::decimal(total.wer, 3),
        numbers::decimal(total.cer_order_free, 3),
        numbers::decimal(found.cpu_seconds_per_page, 2),
    ))?;
    for (field, tally) in &found.fields {
        print::line(&format!("{field:32} {}/{} right, {} absent", tally.right, tally.right + tally.wrong + tally.absent, tally.absent))?;
    }
    print::line(&format!("peak memory of the reading process: {} MiB", found.peak_mib))?;
    for failure in &found.failures {
        print::line(&print::plain(failure))?;
    }
    Ok(())
}
