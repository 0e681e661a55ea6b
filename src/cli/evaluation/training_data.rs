//! `sohoa training-data`: draws what networks are trained on.

use crate::global_args::GlobalArgs;
use crate::output;
use clap::{Args, Subcommand};
use sohoa_base::error::Result;
use sohoa_base::messages::arguments;
use sohoa_engine::networks::models::models_dir;
use sohoa_engine::networks::runtime::Runtime;
use sohoa_evaluation::training::stamp_dataset::{StampDataset, write_stamp_dataset};
use std::path::{Path, PathBuf};

/// Pages between two lines of progress.
const PROGRESS_PAGES: usize = 100;

/// Arguments of `training-data`.
#[derive(Debug, Args)]
pub struct TrainingData {
    /// For which networks.
    #[command(subcommand)]
    pub networks: TrainingNetworks,
}

/// For which networks.
#[derive(Debug, Subcommand)]
pub enum TrainingNetworks {
    /// Strips and tiles of drawn pages for the stamp networks; `train.py` in src/evaluation/training reads them.
    Stamps(StampTrainingData),
}

/// Arguments of `training-data stamps`.
#[derive(Debug, Args)]
pub struct StampTrainingData {
    /// Folder to write to.
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
    /// Everything follows from it, from the fonts and from the networks.
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// Strips to write; the last page may add some more.
    #[arg(long, value_name = "N", default_value_t = 1000)]
    pub count: usize,
    /// File that names a font file a line, in which stamps are cut [default: Tinos, Arimo and Cousine].
    #[arg(long, value_name = "FILE")]
    pub fonts: Option<PathBuf>,
}

impl TrainingData {
    /// Writes the data and returns the exit code.
    ///
    /// # Errors
    /// When fonts are missing, a network fails or the folder cannot be written.
    pub fn execute(&self, global: &GlobalArgs) -> Result<u8> {
        let TrainingNetworks::Stamps(stamps) = &self.networks;
        let config = global.load_config(toml::Table::new())?;
        let fonts = stamps.fonts.as_deref().map(read_font_list).transpose()?.unwrap_or_default();
        let runtime = Runtime::open(&models_dir(config.models.as_deref()))?;
        let is_quiet = global.quiet || global.json;
        let mut tell = |dataset: &StampDataset| {
            let is_due = dataset.pages.is_multiple_of(PROGRESS_PAGES);
            if is_due && !is_quiet { output::print_line(&format_dataset(dataset)) } else { Ok(()) }
        };
        let written = write_stamp_dataset(&stamps.out, stamps.seed, stamps.count, fonts, &runtime, &mut tell)?;
        if global.json {
            output::print_json(&written)?;
        } else {
            output::print_line(&format_dataset(&written))?;
        }
        Ok(0)
    }
}

fn format_dataset(dataset: &StampDataset) -> String {
    format!("{} pages, {} strips, {} tiles", dataset.pages, dataset.strips, dataset.tiles)
}

/// The font files that a file names, one a line.
fn read_font_list(file: &Path) -> Result<Vec<PathBuf>> {
    let text = std::fs::read_to_string(file).map_err(|error| arguments::input_unreadable(file.display()).caused_by(error))?;
    Ok(text.lines().map(str::trim).filter(|line| !line.is_empty()).map(PathBuf::from).collect())
}
