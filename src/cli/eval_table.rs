//! Error rates as tables for people.

use super::print;
use sohoa_base::error::Result;
use sohoa_base::text::numbers;
use sohoa_evaluation::benchmarks::eval::{EvaluatedPage, Evaluation, Scored, ScoredPage};
use sohoa_evaluation::calibration::Calibration;
use sohoa_evaluation::classes::{CLASSES, Classes};
use sohoa_evaluation::fields::{Differing, Tally};
use sohoa_evaluation::score::TotalScore;
use std::collections::BTreeMap;

/// One pipeline: a row for each page, then totals, classes of error and fields.
pub(super) fn single(found: &Evaluation) -> Result<()> {
    print::line(&format!("{:32} {:>7} {:>7} {:>7} {:>7}", "page", "CER %", "WER %", "CERn %", "CPU s"))?;
    for page in &found.pages {
        print::line(&format!("{} {:>7}", rates(&page.scored), seconds(page)))?;
    }
    print::line(&format!("{} {:>7}", total_rates(&found.total), numbers::decimal(found.cpu_seconds_per_page, 2)))?;
    class_rows(&[&found.classes])?;
    field_rows(&found.fields, &found.differing, &found.calibration)?;
    for step in found.words.iter().filter(|step| step.words > 0) {
        print::line(&format!("words of confidence from {:<9} {}/{} right", step.from, step.right, step.words))?;
    }
    print::line(&format!("peak memory of the reading process: {} MiB", found.peak_mib))?;
    for failure in &found.failures {
        print::line(&print::plain(failure))?;
    }
    Ok(())
}

/// Fields, and whether their confidences hold.
pub(super) fn field_rows(fields: &BTreeMap<String, Tally>, differing: &[Differing], calibration: &Calibration) -> Result<()> {
    for (field, tally) in fields {
        print::line(&format!("{field:32} {}/{} right, {} absent", tally.right, tally.right + tally.wrong + tally.absent, tally.absent))?;
    }
    for Differing { of, compared } in differing {
        let shown = |value: &Option<String>| value.as_deref().map_or_else(|| "–".to_owned(), print::plain);
        print::line(&format!(
            "  {} {}: {} read, {} expected",
            print::plain(of),
            compared.field,
            shown(&compared.found),
            shown(&compared.expected)
        ))?;
    }
    for step in &calibration.steps {
        let (expected, actual) = (numbers::decimal(100.0 * step.expected, 0), numbers::decimal(100.0 * step.actual, 0));
        print::line(&format!(
            "confidence from {:<16} {}/{} right: {actual} % of {expected} % expected",
            step.from, step.right, step.values
        ))?;
    }
    if let Some(passing) = calibration.passing {
        print::line(&format!("{} of the fields pass from {} on, {} of them wrong", passing.values, passing.confidence, passing.wrong))?;
    }
    Ok(())
}

/// Another program's texts.
pub(super) fn scored(scored: &Scored) -> Result<()> {
    print::line(&format!("{:32} {:>7} {:>7} {:>7}", "page", "CER %", "WER %", "CERn %"))?;
    for page in &scored.pages {
        print::line(&rates(page))?;
    }
    print::line(&total_rates(&scored.total))?;
    class_rows(&[&scored.classes])
}

/// Several pipelines side by side: CER of each page, then totals, classes of error and fields.
pub(super) fn side_by_side(found: &[(String, Evaluation)]) -> Result<()> {
    row("page, CER %", found.iter().map(|(name, _)| print::plain(name)))?;
    let Some((_, first)) = found.first() else { return Ok(()) };
    // Every evaluation read the same folder, so its pages are the same in the same order.
    for (at, page) in first.pages.iter().enumerate() {
        let cells = found.iter().map(|(_, one)| {
            one.pages.get(at).map_or_else(String::new, |page| share(page.scored.score.char_errors, page.scored.score.chars))
        });
        row(&page.scored.id, cells)?;
    }
    let totals = |name: &str, of: fn(&Evaluation) -> String| row(name, found.iter().map(|(_, one)| of(one)));
    totals("pages", |one| one.total.pages.to_string())?;
    totals("CER %", |one| numbers::decimal(one.total.cer, 3))?;
    totals("WER %", |one| numbers::decimal(one.total.wer, 3))?;
    totals("CERn %", |one| numbers::decimal(one.total.cer_order_free, 3))?;
    totals("CPU s a page", |one| numbers::decimal(one.cpu_seconds_per_page, 2))?;
    totals("peak memory, MiB", |one| one.peak_mib.to_string())?;
    class_rows(&found.iter().map(|(_, one)| &one.classes).collect::<Vec<_>>())?;
    for field in first.fields.keys() {
        let right = |one: &Evaluation| {
            one.fields.get(field).map_or_else(String::new, |tally| format!("{}/{}", tally.right, tally.right + tally.wrong + tally.absent))
        };
        row(&format!("{field}, right"), found.iter().map(|(_, one)| right(one)))?;
    }
    for (name, one) in found {
        for failure in &one.failures {
            print::line(&print::plain(&format!("{name}: {failure}")))?;
        }
    }
    Ok(())
}

/// Errors by class with their share of all character errors, a column for each.
fn class_rows(of: &[&Classes]) -> Result<()> {
    let cell = |text: String| format!(" {text:>20}");
    print::line(&format!("{:32}{}", "character errors by class", cell("errors, share".to_owned()).repeat(of.len())))?;
    for class in CLASSES {
        let cells = of.iter().map(|classes| {
            let count = classes.get(&class).copied().unwrap_or_default();
            cell(format!("{} {:>7}", numbers::whole(count.errors), format!("{} %", numbers::decimal(count.share, 1))))
        });
        print::line(&format!("  {:30}{}", class.in_words(), cells.collect::<String>()))?;
    }
    Ok(())
}

fn row(name: &str, cells: impl Iterator<Item = String>) -> Result<()> {
    print::line(&format!("{:32}{}", print::plain(name), cells.map(|cell| format!(" {cell:>20}")).collect::<String>()))
}

fn rates(page: &ScoredPage) -> String {
    let score = &page.score;
    format!(
        "{:32} {:>7} {:>7} {:>7}",
        print::plain(&page.id),
        share(score.char_errors, score.chars),
        share(score.word_errors, score.words),
        share(score.order_free_errors, score.line_chars),
    )
}

fn total_rates(total: &TotalScore) -> String {
    format!(
        "{:32} {:>7} {:>7} {:>7}",
        format!("{} pages", total.pages),
        numbers::decimal(total.cer, 3),
        numbers::decimal(total.wer, 3),
        numbers::decimal(total.cer_order_free, 3),
    )
}

fn share(errors: u64, of: u64) -> String {
    numbers::decimal(if of == 0 { 0.0 } else { 100.0 * errors as f64 / of as f64 }, 2)
}

fn seconds(page: &EvaluatedPage) -> String {
    numbers::decimal(page.cpu_ms.values().sum::<u64>() as f64 / 1000.0, 2)
}
