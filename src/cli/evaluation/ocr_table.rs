//! Tables of error rates.

use crate::output;
use sohoa_base::error::Result;
use sohoa_base::text::numbers;
use sohoa_evaluation::benchmarks::ocr::{EvaluatedPage, Evaluation, ScoredPage, ScoredTexts};
use sohoa_evaluation::calibration::Calibration;
use sohoa_evaluation::error_taxonomy::{ERROR_CLASSES, ErrorClassCounts};
use sohoa_evaluation::field_accuracy::{FieldDifference, FieldTally};
use sohoa_evaluation::text_scores::TotalScore;
use std::collections::BTreeMap;

/// Prints one pipeline: a row for each page, then totals, classes of error and fields.
pub(crate) fn print_single(found: &Evaluation) -> Result<()> {
    output::print_line(&format!("{:32} {:>7} {:>7} {:>7} {:>7}", "page", "CER %", "WER %", "CERn %", "CPU s"))?;
    for page in &found.pages {
        output::print_line(&format!("{} {:>7}", format_rates(&page.scored), format_cpu_seconds(page)))?;
    }
    output::print_line(&format!("{} {:>7}", format_total_rates(&found.total), numbers::format_decimal(found.cpu_seconds_per_page, 2)))?;
    print_error_classes(&[&found.classes])?;
    print_fields(&found.fields, &found.differing, &found.calibration)?;
    for step in found.words.iter().filter(|step| step.words > 0) {
        output::print_line(&format!("words of confidence from {:<9} {}/{} right", step.from, step.right, step.words))?;
    }
    output::print_line(&format!("peak memory of the reading process: {} MiB", found.peak_mib))?;
    for failure in &found.failures {
        output::print_line(&output::sanitize_terminal(failure))?;
    }
    Ok(())
}

/// Prints the accuracy of fields, and the calibration of their confidences.
pub(crate) fn print_fields(fields: &BTreeMap<String, FieldTally>, differing: &[FieldDifference], calibration: &Calibration) -> Result<()> {
    for (field, tally) in fields {
        output::print_line(&format!(
            "{field:32} {}/{} right, {} absent",
            tally.right,
            tally.right + tally.wrong + tally.absent,
            tally.absent
        ))?;
    }
    for FieldDifference { of, compared } in differing {
        let display = |value: &Option<String>| value.as_deref().map_or_else(|| "–".to_owned(), output::sanitize_terminal);
        output::print_line(&format!(
            "  {} {}: {} read, {} expected",
            output::sanitize_terminal(of),
            compared.field,
            display(&compared.found),
            display(&compared.expected)
        ))?;
    }
    for step in &calibration.steps {
        let (expected, actual) = (numbers::format_decimal(100.0 * step.expected, 0), numbers::format_decimal(100.0 * step.actual, 0));
        output::print_line(&format!(
            "confidence from {:<16} {}/{} right: {actual} % of {expected} % expected",
            step.from, step.right, step.values
        ))?;
    }
    if let Some(passing) = calibration.passing {
        output::print_line(&format!(
            "{} of the fields pass from {} on, {} of them wrong",
            passing.values, passing.confidence, passing.wrong
        ))?;
    }
    Ok(())
}

/// Prints the scores of another program's texts.
pub(crate) fn print_scored(scored: &ScoredTexts) -> Result<()> {
    output::print_line(&format!("{:32} {:>7} {:>7} {:>7}", "page", "CER %", "WER %", "CERn %"))?;
    for page in &scored.pages {
        output::print_line(&format_rates(page))?;
    }
    output::print_line(&format_total_rates(&scored.total))?;
    print_error_classes(&[&scored.classes])
}

/// Prints several pipelines side by side: CER of each page, then totals, classes of error and fields.
pub(crate) fn print_side_by_side(found: &[(String, Evaluation)]) -> Result<()> {
    print_row("page, CER %", found.iter().map(|(name, _)| output::sanitize_terminal(name)))?;
    let Some((_, first)) = found.first() else { return Ok(()) };
    // Every evaluation read the same folder, so its pages are the same in the same order.
    for (at, page) in first.pages.iter().enumerate() {
        let cells = found.iter().map(|(_, one)| {
            one.pages.get(at).map_or_else(String::new, |page| format_percent(page.scored.score.char_errors, page.scored.score.chars))
        });
        print_row(&page.scored.id, cells)?;
    }
    let totals = |name: &str, of: fn(&Evaluation) -> String| print_row(name, found.iter().map(|(_, one)| of(one)));
    totals("pages", |one| one.total.pages.to_string())?;
    totals("CER %", |one| numbers::format_decimal(one.total.cer, 3))?;
    totals("WER %", |one| numbers::format_decimal(one.total.wer, 3))?;
    totals("CERn %", |one| numbers::format_decimal(one.total.cer_order_free, 3))?;
    totals("CPU s a page", |one| numbers::format_decimal(one.cpu_seconds_per_page, 2))?;
    totals("peak memory, MiB", |one| one.peak_mib.to_string())?;
    print_error_classes(&found.iter().map(|(_, one)| &one.classes).collect::<Vec<_>>())?;
    for field in first.fields.keys() {
        let right = |one: &Evaluation| {
            one.fields.get(field).map_or_else(String::new, |tally| format!("{}/{}", tally.right, tally.right + tally.wrong + tally.absent))
        };
        print_row(&format!("{field}, right"), found.iter().map(|(_, one)| right(one)))?;
    }
    for (name, one) in found {
        for failure in &one.failures {
            output::print_line(&output::sanitize_terminal(&format!("{name}: {failure}")))?;
        }
    }
    Ok(())
}

/// Errors by class with their share of all character errors, a column for each.
fn print_error_classes(of: &[&ErrorClassCounts]) -> Result<()> {
    let cell = |text: String| format!(" {text:>20}");
    output::print_line(&format!("{:32}{}", "character errors by class", cell("errors, share".to_owned()).repeat(of.len())))?;
    for class in ERROR_CLASSES {
        let cells = of.iter().map(|classes| {
            let count = classes.get(&class).copied().unwrap_or_default();
            cell(format!("{} {:>7}", numbers::format_integer(count.errors), format!("{} %", numbers::format_decimal(count.share, 1))))
        });
        output::print_line(&format!("  {:30}{}", class.label(), cells.collect::<String>()))?;
    }
    Ok(())
}

fn print_row(name: &str, cells: impl Iterator<Item = String>) -> Result<()> {
    output::print_line(&format!("{:32}{}", output::sanitize_terminal(name), cells.map(|cell| format!(" {cell:>20}")).collect::<String>()))
}

fn format_rates(page: &ScoredPage) -> String {
    let score = &page.score;
    format!(
        "{:32} {:>7} {:>7} {:>7}",
        output::sanitize_terminal(&page.id),
        format_percent(score.char_errors, score.chars),
        format_percent(score.word_errors, score.words),
        format_percent(score.order_free_errors, score.line_chars),
    )
}

fn format_total_rates(total: &TotalScore) -> String {
    format!(
        "{:32} {:>7} {:>7} {:>7}",
        format!("{} pages", total.pages),
        numbers::format_decimal(total.cer, 3),
        numbers::format_decimal(total.wer, 3),
        numbers::format_decimal(total.cer_order_free, 3),
    )
}

fn format_percent(errors: u64, of: u64) -> String {
    numbers::format_decimal(if of == 0 { 0.0 } else { 100.0 * errors as f64 / of as f64 }, 2)
}

fn format_cpu_seconds(page: &EvaluatedPage) -> String {
    numbers::format_decimal(page.cpu_ms.values().sum::<u64>() as f64 / 1000.0, 2)
}
