//! What a measurement of personal data found, as a table for people.

use crate::output;
use sohoa_base::error::Result;
use sohoa_base::text::numbers;
use sohoa_evaluation::benchmarks::personal_data::{FoundShare, PersonalDataResult};

/// Shares found by kind, then what was missed.
pub(crate) fn print_table(told: &PersonalDataResult) -> Result<()> {
    for (kind, share) in &told.kinds {
        print_row(kind.as_str(), *share)?;
    }
    print_row("personal data", told.total)?;
    output::print_line(&format!("{:20} {:>8}", "marks on other words", told.false_marks))?;
    for missed in &told.missed {
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
