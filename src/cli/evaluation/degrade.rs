//! `sohoa degrade`: clean pages degraded in three strengths.

use crate::global_args::GlobalArgs;
use crate::output;
use crate::startup::current_program;
use clap::Args;
use sohoa_base::error::Result;
use sohoa_evaluation::benchmarks::degraded_pages::{DegradedPage, degrade_folder};
use std::path::PathBuf;

/// Arguments of `degrade`.
#[derive(Debug, Args)]
#[command(after_help = "\
DIR holds clean pictures <id>.png|jpg|tif|pdf with <id>.gt.txt. Every page is written as <id>.light.jpg,
<id>.medium.jpg and <id>.heavy.jpg with its text beside it; `sohoa eval` reads the result.

  sohoa degrade clean/ --out worn/ --seed 1 --limit 10")]
pub struct Degrade {
    /// Folder of clean pages with ground truth.
    pub folder: PathBuf,
    /// Folder to write to.
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
    /// Everything follows from it.
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// Take only so many clean pages, evenly spread over the folder.
    #[arg(long, value_name = "N")]
    pub limit: Option<usize>,
}

impl Degrade {
    /// Writes the degraded pages, prints the faults of each, and returns the exit code.
    ///
    /// # Errors
    /// As [`degrade_folder`].
    pub async fn execute(&self, global: &GlobalArgs) -> Result<u8> {
        let (config, program) = (global.load_config(toml::Table::new())?, current_program()?);
        let mut report = |page: &DegradedPage| if global.json { Ok(()) } else { output::print_line(&format_row(page)) };
        let written = degrade_folder((&config, &program), &self.folder, &self.out, self.seed, self.limit, &mut report).await?;
        if global.json {
            output::print_json(&written)?;
        }
        Ok(0)
    }
}

/// Row of a page with its faults and their amounts.
fn format_row(page: &DegradedPage) -> String {
    let wear = &page.degradation;
    let faults = [
        wear.fade.map(|share| format!("fade {share:.2}")),
        wear.seal.map(|ink| format!("seal {ink:.2}")),
        wear.bleed.map(|share| format!("bleed {share:.2}")),
        wear.skew.map(|degrees| format!("skew {degrees:.2}°")),
        wear.blur.map(|rounds| format!("blur {rounds}")),
        wear.noise.map(|deviation| format!("noise {deviation:.0}")),
        wear.jpeg.map(|quality| format!("jpeg {quality}")),
    ];
    format!("{:32} {}", output::sanitize_terminal(&page.id), faults.into_iter().flatten().collect::<Vec<_>>().join(", "))
}
