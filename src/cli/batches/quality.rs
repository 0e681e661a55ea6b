//! `sohoa quality`

use crate::global_args::GlobalArgs;
use crate::output;
use crate::startup::current_program;
use clap::Args;
use sohoa_base::error::Result;
use sohoa_base::model::page::reading::ScanQuality;
use sohoa_base::text::numbers;
use sohoa_services::archive::Archive;
use sohoa_services::runs::scan_quality;
use sohoa_services::runs::scan_quality::{PageQuality, QualityReport, QualitySummary};
use sohoa_texts::{Language, Message, localize};

/// Arguments of `quality`.
#[derive(Debug, Args)]
#[command(after_help = "\
One row a page; ! marks a page to be scanned again. Sharpness is 100 where edges are as steep as dots allow, and
below 20 too soft; bleed is the share of the paper on which the back shines through; wrong is the share of
characters that are most likely read wrongly, as far as the words' confidences tell.

  sohoa quality                  every page of the newest batch
  sohoa quality --rescan         only pages to be scanned again, the worst first, with the reasons
  sohoa quality --by-batch       one row a batch")]
pub struct Quality {
    /// Of this batch [default: the newest].
    #[arg(long)]
    pub batch: Option<String>,
    /// Only pages to be scanned again, the worst first, with the reasons.
    #[arg(long)]
    pub rescan: bool,
    /// The newest batches, one row each.
    #[arg(long, conflicts_with_all = ["batch", "rescan"])]
    pub by_batch: bool,
    /// How many batches.
    #[arg(long, default_value_t = 20, requires = "by_batch")]
    pub limit: usize,
}

impl Quality {
    /// Prints and returns the exit code.
    ///
    /// # Errors
    /// `NotFound` for an unknown batch.
    pub async fn execute(&self, global: &GlobalArgs) -> Result<u8> {
        let config = global.load_config(toml::Table::new())?;
        let language = Language::from_code(&config.language);
        let archive = Archive::open(config, &current_program()?).await?;
        if self.by_batch {
            let reports = scan_quality::newest_batches_quality(&archive, self.limit).await?;
            if global.json {
                return output::print_json(&reports).map(|()| 0);
            }
            for report in reports {
                output::print_line(&format!("{}  {}", report.batch, format_summary(&report.summary, language)))?;
            }
            return Ok(0);
        }
        let report = scan_quality::batch_quality(&archive, self.batch.as_deref(), self.rescan).await?;
        if global.json {
            return output::print_json(&report).map(|()| 0);
        }
        if self.rescan {
            print_rescans(&report, language)?
        } else {
            print_table(&report, language)?
        }
        output::print_line(&format_summary(&report.summary, language))?;
        Ok(0)
    }
}

/// Prints one row per page, under the names of the columns.
fn print_table(report: &QualityReport, language: Language) -> Result<()> {
    let head = localize(language, Message::QualityColumns);
    let heads: Vec<&str> = head.split('\t').collect();
    let mut rows = vec![heads.iter().map(|&head| head.to_owned()).collect::<Vec<String>>()];
    rows.extend(report.pages.iter().map(|page| page_cells(page, language)));
    let width = |column: usize| rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..heads.len()).map(width).collect();
    let marks = std::iter::once(' ').chain(report.pages.iter().map(|page| if page.rescan.is_empty() { ' ' } else { '!' }));
    for (row, mark) in rows.iter().zip(marks) {
        // Numbers are right-aligned; the last column, the page, is not padded.
        let (last, numbers) = row.split_last().map_or(("", &[][..]), |(last, numbers)| (last.as_str(), numbers));
        let numbers: Vec<String> = numbers.iter().zip(&widths).map(|(cell, width)| format!("{cell:>width$}")).collect();
        output::print_line(&format!("{mark} {}  {last}", numbers.join("  ")))?;
    }
    Ok(())
}

/// Cells of one page for the columns of [`Message::QualityColumns`].
fn page_cells(page: &PageQuality, language: Language) -> Vec<String> {
    let place = localize(language, Message::PageLocation { file: output::sanitize_terminal(&page.file), page: Some(page.page) });
    let unknown = || "–".to_owned();
    let scan = page.quality.scan;
    let cell = |of: &dyn Fn(ScanQuality) -> String| scan.map_or_else(unknown, of);
    // A blank page has no print to measure.
    let print = |of: &dyn Fn(ScanQuality) -> String| if page.blank { unknown() } else { cell(of) };
    let cut = scan.map_or_else(String::new, |scan| localize(language, Message::ClippedSides { cut: scan.clipped_sides }));
    vec![
        cell(&|scan| scan.dpi.to_string()),
        print(&|scan| numbers::format_decimal(f64::from(scan.skew_centidegrees) / 100.0, 2)),
        print(&|_| page.quality.sharpness.to_string()),
        print(&|_| page.quality.contrast.to_string()),
        cell(&|scan| scan.noise.to_string()),
        cell(&|scan| scan.bleed_permille.to_string()),
        print(&|scan| numbers::format_decimal(f64::from(scan.expected_error_permille) / 10.0, 1)),
        if cut.is_empty() || page.blank { unknown() } else { cut },
        place,
    ]
}

/// Prints pages and files to be scanned again, one per line, with the reasons.
fn print_rescans(report: &QualityReport, language: Language) -> Result<()> {
    for refused in &report.refused {
        let place = localize(language, Message::PageLocation { file: output::sanitize_terminal(&refused.file), page: refused.page });
        output::print_line(&format!("{place}: {}", output::sanitize_terminal(&refused.reason)))?;
    }
    for page in &report.pages {
        let place = localize(language, Message::PageLocation { file: output::sanitize_terminal(&page.file), page: Some(page.page) });
        let describe = |reason: &_| localize(language, Message::Rescan { reason: *reason, quality: &page.quality });
        output::print_line(&format!("{place}: {}", page.rescan.iter().map(describe).collect::<Vec<_>>().join("; ")))?;
    }
    Ok(())
}

fn format_summary(summary: &QualitySummary, language: Language) -> String {
    let QualitySummary { pages, blank, unmeasured, rescan, expected_error_permille: error_permille, .. } = *summary;
    localize(language, Message::QualityPages { pages, blank, unmeasured, rescan, error_permille })
}
