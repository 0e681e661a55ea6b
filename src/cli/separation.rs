//! `sohoa eval --separation DIR`: how well piles are cut.

use super::{eval_table, print};
use sohoa_base::error::Result;
use sohoa_base::text::numbers;
use sohoa_evaluation::benchmarks::separation::{SeparationResult, StackKindResult};

/// A row for each kind of pile, and what went wrong.
pub(super) fn print_table(found: &SeparationResult) -> Result<()> {
    let (documents, pages, piles) = (found.documents, found.pages, found.piles);
    print::print_line(&format!("{documents} documents of {pages} pages in {piles} piles of each kind"))?;
    print::print_line(&format!("separator sheets decoded: {} of {}", found.sheets.decoded, found.sheets.read))?;
    print::print_line(&format!("{:34} {:>9} {:>9} {:>9} {:>9}", "starts of documents", "precision", "recall", "F1", "exact"))?;
    for kind in &found.kinds {
        let shares =
            [kind.precision, kind.recall, kind.f1, kind.exactness].map(|share| format!("{:>9}", numbers::format_decimal(share, 4)));
        print::print_line(&format!("{:34} {}", stack_kind_name(kind), shares.join(" ")))?;
    }
    for kind in &found.kinds {
        for (mistake, piles) in &kind.mistakes {
            print::print_line(&format!("{}: {}, {piles} piles", stack_kind_name(kind), print::sanitize_terminal(mistake)))?;
        }
    }
    eval_table::print_fields(&found.fields, &found.differing, &found.calibration)?;
    for failure in &found.failures {
        print::print_line(&print::sanitize_terminal(failure))?;
    }
    Ok(())
}

fn stack_kind_name(kind: &StackKindResult) -> String {
    format!("{}, {} sheets", if kind.one_file { "one file" } else { "loose pictures" }, if kind.with_sheets { "with" } else { "without" })
}
