//! What a measurement of personal data found, as a table for people.

use super::print;
use sohoa_base::error::Result;
use sohoa_base::text::numbers;
use sohoa_evaluation::benchmarks::personal::{Measured, Share};

/// Shares found by kind, then what was missed.
pub(super) fn table(told: &Measured) -> Result<()> {
    for (kind, share) in &told.kinds {
        row(kind.name(), *share)?;
    }
    row("personal data", told.total)?;
    print::line(&format!("{:20} {:>8}", "marks on other words", told.false_marks))?;
    for missed in &told.missed {
        print::line(&format!("page {} {}: {}", missed.page, missed.datum.kind.name(), print::plain(&missed.datum.text)))?;
    }
    Ok(())
}

fn row(name: &str, share: Share) -> Result<()> {
    let percent = numbers::decimal(share.found as f64 / share.of.max(1) as f64 * 100.0, 2);
    print::line(&format!("{name:20} {percent:>8} %  {}/{}", share.found, share.of))
}
