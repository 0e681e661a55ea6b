//! Table of a measurement of stamps of secrecy.

use crate::output;
use sohoa_base::error::Result;
use sohoa_base::text::numbers;
use sohoa_evaluation::benchmarks::found_share::FoundShare;
use sohoa_evaluation::benchmarks::stamps::StampResult;

/// Prints the shares found in all and by feature, then the wrong ones.
pub(crate) fn print_table(result: &StampResult) -> Result<()> {
    print_row("stamps of secrecy found", result.stamped)?;
    print_row("  of these with the right level", result.right_level)?;
    print_row("false alarms on drawn pages", result.harmless)?;
    print_row("stamps found on pages of the folder", result.scans)?;
    for (feature, share) in &result.by {
        print_row(feature, *share)?;
    }
    output::print_line(&format!("{:40} {:>8} ms", "CPU a page", numbers::format_decimal(result.cpu_ms_per_page, 1)))?;
    for (file, page, stamps) in &result.found_on_scans {
        let labels: Vec<String> = stamps.iter().map(|stamp| format!("{} {}", stamp.level.as_stamped(), stamp.confidence)).collect();
        output::print_line(&format!("{} page {page}: {}", output::sanitize_terminal(file), labels.join(", ")))?;
    }
    for wrong in &result.wrong {
        let Some(stamp) = &wrong.drawn.stamp else {
            output::print_line(&format!("page {} without a stamp: one found", wrong.number))?;
            continue;
        };
        let mistake = if wrong.found.is_empty() { "not found" } else { "taken for one of secrecy" };
        output::print_line(&format!("page {} “{}” {mistake}", wrong.number, stamp.words))?;
    }
    for failure in &result.failures {
        output::print_line(&output::sanitize_terminal(failure))?;
    }
    Ok(())
}

fn print_row(name: &str, share: FoundShare) -> Result<()> {
    if share.of == 0 {
        return Ok(());
    }
    let percent = numbers::format_decimal(share.found as f64 / share.of as f64 * 100.0, 2);
    output::print_line(&format!("{name:40} {percent:>8} %  {}/{}", share.found, share.of))
}
