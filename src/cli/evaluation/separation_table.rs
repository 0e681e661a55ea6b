//! `sohoa eval --separation DIR`: table of the separation of piles into documents.

use crate::evaluation::ocr_table;
use crate::output;
use sohoa_base::error::Result;
use sohoa_base::text::numbers;
use sohoa_evaluation::benchmarks::separation::{SeparationResult, StackKindResult};

/// Prints a row for each kind of pile, and the mistakes.
pub(crate) fn print_table(found: &SeparationResult) -> Result<()> {
    let (documents, pages, piles) = (found.documents, found.pages, found.piles);
    output::print_line(&format!("{documents} documents of {pages} pages in {piles} piles of each kind"))?;
    output::print_line(&format!("separator sheets decoded: {} of {}", found.sheets.decoded, found.sheets.read))?;
    output::print_line(&format!("{:34} {:>9} {:>9} {:>9} {:>9}", "starts of documents", "precision", "recall", "F1", "exact"))?;
    for kind in &found.kinds {
        let shares =
            [kind.precision, kind.recall, kind.f1, kind.exactness].map(|share| format!("{:>9}", numbers::format_decimal(share, 4)));
        output::print_line(&format!("{:34} {}", stack_kind_name(kind), shares.join(" ")))?;
    }
    for kind in &found.kinds {
        for (mistake, piles) in &kind.mistakes {
            output::print_line(&format!("{}: {}, {piles} piles", stack_kind_name(kind), output::sanitize_terminal(mistake)))?;
        }
    }
    ocr_table::print_fields(&found.fields, &found.differing, &found.calibration)?;
    for failure in &found.failures {
        output::print_line(&output::sanitize_terminal(failure))?;
    }
    Ok(())
}

fn stack_kind_name(kind: &StackKindResult) -> String {
    format!("{}, {} sheets", if kind.one_file { "one file" } else { "loose pictures" }, if kind.with_sheets { "with" } else { "without" })
}
