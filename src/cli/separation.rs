//! `sohoa eval --separation DIR`: how well piles are cut.

use super::{eval_table, print};
use sohoa_base::error::Result;
use sohoa_base::text::numbers;
use sohoa_evaluation::benchmarks::separation::{Kinds, Separation};

/// A row for each kind of pile, and what went wrong.
pub(super) fn table(found: &Separation) -> Result<()> {
    let (documents, pages, piles) = (found.documents, found.pages, found.piles);
    print::line(&format!("{documents} documents of {pages} pages in {piles} piles of each kind"))?;
    print::line(&format!("separator sheets decoded: {} of {}", found.sheets.decoded, found.sheets.read))?;
    print::line(&format!("{:34} {:>9} {:>9} {:>9} {:>9}", "starts of documents", "precision", "recall", "F1", "exact"))?;
    for kind in &found.kinds {
        let shares = [kind.precision, kind.recall, kind.f1, kind.exactness].map(|share| format!("{:>9}", numbers::decimal(share, 4)));
        print::line(&format!("{:34} {}", name(kind), shares.join(" ")))?;
    }
    for kind in &found.kinds {
        for (mistake, piles) in &kind.mistakes {
            print::line(&format!("{}: {}, {piles} piles", name(kind), print::plain(mistake)))?;
        }
    }
    eval_table::field_rows(&found.fields, &found.differing, &found.calibration)?;
    for failure in &found.failures {
        print::line(&print::plain(failure))?;
    }
    Ok(())
}

fn name(kind: &Kinds) -> String {
    format!("{}, {} sheets", if kind.one_file { "one file" } else { "loose pictures" }, if kind.with_sheets { "with" } else { "without" })
}
