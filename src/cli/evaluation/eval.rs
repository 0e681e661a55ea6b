//! `sohoa eval DIR`

use crate::evaluation::ocr_table;
use crate::evaluation::personal_data_table;
use crate::evaluation::separation_table;
use crate::evaluation::stamp_table;
use crate::global_args::GlobalArgs;
use crate::output;
use crate::startup::{current_program, read_pipeline};
use clap::Args;
use serde::Serialize;
use sohoa_base::error::Result;
use sohoa_base::messages::arguments;
use sohoa_evaluation::benchmarks::ocr;
use sohoa_evaluation::benchmarks::ocr::Evaluation;
use sohoa_evaluation::benchmarks::personal_data;
use sohoa_evaluation::benchmarks::separation::{StackOptions, evaluate};
use sohoa_evaluation::benchmarks::stamps;
use std::path::PathBuf;

/// Arguments of `eval`.
#[derive(Debug, Args)]
#[command(after_help = "\
DIR holds pictures <id>.jpg|png|tif|pdf with <id>.gt.txt (exact text) and, where known, <id>.meta.json
(kind and fields). One reading process works, so that processor seconds are those of one thread.

  sohoa eval pages/ --write /tmp/read --json
  sohoa eval --stamps 2000 scans/                                          the check for stamps of secrecy
  sohoa eval --personal 200                                                the check for personal data
  sohoa eval pages/ --pipeline administrative.toml --pipeline fast.toml    compare two pipelines
  sohoa eval --separation scans/      are piles of these PDF and TIFF files, each one document, cut right?")]
pub struct Eval {
    /// Folder with pages and ground truth; with --stamps, of scans without stamps of secrecy.
    #[arg(required_unless_present_any = ["stamps", "personal"])]
    pub folder: Option<PathBuf>,
    /// Instead: draw N first pages with stamps of secrecy and N with harmless stamps or none, a half of them on
    /// scans of the folder, and look for stamps on them and on every page of the folder.
    #[arg(long, value_name = "N", conflicts_with_all = ["pipeline", "separation"])]
    pub stamps: Option<usize>,
    /// Instead: draw N pages with personal data and with numbers that are none, read them, and look for the data.
    #[arg(long, value_name = "N", conflicts_with_all = ["stamps", "separation", "folder", "write"])]
    pub personal: Option<usize>,
    /// Pipeline file [default: the built-in administrative.toml]; several are shown side by side.
    #[arg(long, value_name = "FILE")]
    pub pipeline: Vec<PathBuf>,
    /// Leave <id>.txt and <id>.json (the reading) in this folder; of several pipelines, in a folder for each;
    /// with --stamps, the drawn pages that were judged wrongly.
    #[arg(long, value_name = "DIR")]
    pub write: Option<PathBuf>,
    /// Every file of the folder is one document: lay them into piles and see whether those are cut right.
    #[arg(long)]
    pub separation: bool,
    /// Piles of each kind.
    #[arg(long, value_name = "N", default_value_t = 10, requires = "separation")]
    pub piles: u16,
    /// What is drawn with --stamps and --personal and the order of the piles follow from it.
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
}

/// Several pipelines on the same pages.
#[derive(Serialize)]
struct Profiles {
    profiles: Vec<Profile>,
}

/// One of several pipelines.
#[derive(Serialize)]
struct Profile {
    pipeline: String,
    #[serde(flatten)]
    evaluation: Evaluation,
}

impl Eval {
    /// Reads, scores, prints and returns the exit code.
    ///
    /// # Errors
    /// As [`ocr::evaluate`].
    pub async fn execute(&self, global: &GlobalArgs) -> Result<u8> {
        let config = global.load_config(toml::Table::new())?;
        let program = current_program()?;
        if let Some(count) = self.stamps {
            let result = stamps::measure(&config, &program, count, self.seed, self.folder.as_deref(), self.write.as_deref()).await?;
            if global.json {
                output::print_json(&result)?;
            } else {
                stamp_table::print_table(&result)?;
            }
            return Ok(if result.failures.is_empty() { 0 } else { 3 });
        }
        if let Some(count) = self.personal {
            let (_, plan) = read_pipeline(self.pipeline.first().or(config.pipeline.as_ref()).map(PathBuf::as_path))?;
            let result = personal_data::measure(&config, &program, count, self.seed, &plan).await?;
            if global.json {
                output::print_json(&result)?
            } else {
                personal_data_table::print_table(&result)?
            }
            return Ok(0);
        }
        let Some(folder) = &self.folder else { return Err(arguments::evaluation_folder_missing()) };
        if self.separation {
            let (_, plan) = read_pipeline(self.pipeline.first().or(config.pipeline.as_ref()).map(PathBuf::as_path))?;
            let piles = StackOptions { count: self.piles, seed: self.seed };
            let found = evaluate(&config, &program, folder, &plan, piles, self.write.as_deref()).await?;
            if global.json {
                output::print_json(&found)?
            } else {
                separation_table::print_table(&found)?
            }
            return Ok(if found.failures.is_empty() { 0 } else { 3 });
        }
        if let [] | [_] = self.pipeline.as_slice() {
            let (_, plan) = read_pipeline(self.pipeline.first().or(config.pipeline.as_ref()).map(PathBuf::as_path))?;
            let found = ocr::evaluate(&config, &program, folder, &plan, self.write.as_deref()).await?;
            if global.json {
                output::print_json(&found)?;
            } else {
                ocr_table::print_single(&found)?;
            }
            return Ok(exit_code(&found));
        }
        // All files are checked before the first page is read.
        let plans = self.pipeline.iter().map(|file| Ok(read_pipeline(Some(file))?.1)).collect::<Result<Vec<_>>>()?;
        let names = unique_names(plans.iter().map(|plan| plan.name.as_str()));
        let mut all = Vec::new();
        for (name, plan) in names.into_iter().zip(&plans) {
            let write = self.write.as_ref().map(|folder| folder.join(&name));
            let found = ocr::evaluate(&config, &program, folder, plan, write.as_deref()).await?;
            all.push((name, found));
        }
        let code = all.iter().map(|(_, found)| exit_code(found)).max().unwrap_or(0);
        if global.json {
            let profiles = all.into_iter().map(|(pipeline, evaluation)| Profile { pipeline, evaluation }).collect();
            output::print_json(&Profiles { profiles })?;
        } else {
            ocr_table::print_side_by_side(&all)?;
        }
        Ok(code)
    }
}

fn exit_code(found: &Evaluation) -> u8 {
    if found.failures.is_empty() { 0 } else { 3 }
}

/// Names of pipelines as folders and headings; repeated and empty names get their position on the command line.
fn unique_names<'a>(names: impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut distinct: Vec<String> = Vec::new();
    for (position, name) in (1..).zip(names) {
        let safe: String = name.chars().map(|c| if c.is_alphanumeric() || matches!(c, '-' | '_' | ' ') { c } else { '-' }).collect();
        let taken = safe.is_empty() || distinct.contains(&safe);
        distinct.push(if taken { format!("{safe}-{position}") } else { safe });
    }
    distinct
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pipeline_names_are_unique_and_path_safe() {
        assert_eq!(unique_names(["fast", "fast", "../x", ""].into_iter()), ["fast", "fast-2", "---x", "-4"]);
    }
}
