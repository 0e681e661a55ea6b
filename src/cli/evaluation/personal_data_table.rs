//! Table of a measurement of personal data.

use crate::output;
use sohoa_base::error::Result;
use sohoa_base::text::numbers;
use sohoa_evaluation::benchmarks::found_share::FoundShare;
use sohoa_evaluation::benchmarks::personal_data::PersonalDataResult;

/// Prints the shares found by kind, then the missed ones.
pub(crate) fn print_table(result: &PersonalDataResult) -> Result<()> {
    for (kind, share) in &result.kinds {
        print_row(kind.as_str(), *share)?;
    }
    print_row("personal data", result.total)?;
    output::print_line(&format!("{:20} {:>8}", "marks on other words", result.false_marks))?;
    for missed in &result.missed {
        output::print_line(&format!(
            "page {} {}: {}",
            missed.page,
            missed.datum.kind.as_str(),
            output::sanitize_terminal(&missed.datum.text)
        ))?;
    }
    Ok(())
}

fn print_row(name: &str, share: FoundShare) -> Result<()> {
    let percent = numbers::format_decimal(share.found as f64 / share.of.max(1) as f64 * 100.0, 2);
    output::print_line(&format!("{name:20} {percent:>8} %  {}/{}", share.found, share.of))
}
