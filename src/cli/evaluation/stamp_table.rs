//! What a measurement of stamps of secrecy found, as a table for people.

use crate::output;
use sohoa_base::error::Result;
use sohoa_base::text::numbers;
use sohoa_evaluation::benchmarks::stamps::{FoundShare, StampResult};

/// Shares found, then by feature, then what was judged wrongly.
pub(crate) fn print_table(told: &StampResult) -> Result<()> {
    print_row("stamps of secrecy found", told.stamped)?;
    print_row("  of these with the right level", told.right_level)?;
    print_row("false alarms on drawn pages", told.harmless)?;
    print_row("stamps found on pages of the folder", told.scans)?;
    for (feature, share) in &told.by {
        print_row(feature, *share)?;
    }
    output::print_line(&format!("{:40} {:>8} ms", "CPU a page", numbers::format_decimal(told.cpu_ms_per_page, 1)))?;
    for (file, page, stamps) in &told.found_on_scans {
        let said: Vec<String> = stamps.iter().map(|stamp| format!("{} {}", stamp.level.as_stamped(), stamp.confidence)).collect();
        output::print_line(&format!("{} page {page}: {}", output::sanitize_terminal(file), said.join(", ")))?;
    }
    for wrong in &told.wrong {
        let Some(stamp) = &wrong.drawn.stamp else {
            output::print_line(&format!("page {} without a stamp: one found", wrong.number))?;
            continue;
        };
        let said = if wrong.found.is_empty() { "not found" } else { "taken for one of secrecy" };
        output::print_line(&format!("page {} “{}” {said}", wrong.number, stamp.words))?;
    }
    for failure in &told.failures {
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
