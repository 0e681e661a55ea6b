//! Report on one-stop dossiers (hồ sơ một cửa): how many are digitised, counted as Decision 766/QĐ-TTg prescribes, and how many were
//! resolved in time.

use crate::reports::layout::{Columns, build_table, report_letterhead};
use crate::reports::request::ReportContext;
use crate::roadmap::one_stop;
use sohoa_base::error::Result;
use sohoa_base::text::numbers;
use sohoa_formats::report::model::{Alignment, Column, Report, Table};
use sohoa_roadmap::one_stop::{OneStopReport, UnitSummary};
use sohoa_texts::Language;
use sohoa_texts::labels::Label;

/// Index of the table of digitised dossiers, which alone is written as CSV.
const CSV_TABLE: usize = 0;

/// Counts the dossiers of the requested period and renders the report.
pub(crate) async fn write(context: ReportContext<'_>) -> Result<Vec<u8>> {
    let request = context.request;
    let period = one_stop::report_period(context.archive.today(), request.from, request.to)?;
    let counted = one_stop::summarize(context.archive, request.units, period).await?;
    context.format.render(&counted, || build_report(&counted, &context), CSV_TABLE)
}

fn build_report(counted: &OneStopReport, context: &ReportContext<'_>) -> Report {
    let language = context.language;
    let word = |word: Label| word.text(language);
    let all = &counted.total.digitisation;
    let (from, to) = (counted.period.from.format_dmy(), counted.period.to.format_dmy());
    let dossiers = |count: String| format!("{count} {}", word(Label::Dossiers).to_lowercase());
    let mut paragraphs = vec![format!(
        "{} {from} {} {to}: {} {}; {} {} ({}); {} {}; {} {} ({}).",
        word(Label::OneStopBasis),
        word(Label::ToDay),
        word(Label::CasesReceived).to_lowercase(),
        dossiers(numbers::format_integer(all.received)),
        word(Label::ComponentsStored),
        dossiers(numbers::format_integer(all.with_components)),
        numbers::format_percent(all.with_components, all.received, 1),
        word(Label::CasesResolved).to_lowercase(),
        dossiers(count_or_dash(all.resolved)),
        word(Label::ResultsStored),
        dossiers(count_or_dash(all.with_result)),
        percent_or_dash(all.with_result, all.resolved),
    )];
    for (count, label) in [(all.not_handed_in, Label::NotHandedIn), (all.reuse_unknown, Label::ReuseUnsaid)] {
        if count > 0 {
            paragraphs.push(format!("{} {}.", numbers::format_integer(count), word(label)));
        }
    }
    paragraphs.push(word(Label::DashMeans).to_owned());
    let mut tables = vec![digitised_table(counted, language)];
    if counted.total.timeliness.is_some() {
        tables.push(timeliness_table(counted, language));
    }
    let subject = format!("{} ({from} – {to})", context.label_text());
    Report { paragraphs, tables, ..report_letterhead(context.issuer(), "", context.archive.today(), subject) }
}

/// A count, or a dash where no office handed in the figures for it.
fn count_or_dash(count: Option<u64>) -> String {
    count.map_or_else(|| "—".to_owned(), numbers::format_integer)
}

/// A share in per cent, or a dash where one of the counts is unknown.
fn percent_or_dash(part: Option<u64>, whole: Option<u64>) -> String {
    part.zip(whole).map_or_else(|| "—".to_owned(), |(part, whole)| numbers::format_percent(part, whole, 1))
}

fn unit_name(unit: &UnitSummary, language: Language) -> String {
    if unit.unit.is_empty() { Label::Together.text(language).to_owned() } else { unit.unit.clone() }
}

fn digitised_table(counted: &OneStopReport, language: Language) -> Table {
    let word = |word: Label| word.text(language);
    let column = |name: Label| Column::new(word(name), 8, Alignment::Right);
    let columns = Columns::<UnitSummary>::new()
        .row_numbers(Column::new("STT", 4, Alignment::Middle))
        .column(Column::new(word(Label::Unit), 16, Alignment::Left), |unit| unit_name(unit, language))
        .column(column(Label::CasesReceived), |unit| numbers::format_integer(unit.digitisation.received))
        .column(column(Label::NotYetDigitised).in_group(word(Label::Components)), |unit| {
            numbers::format_integer(unit.digitisation.without_components)
        })
        .column(column(Label::IsDigitised).in_group(word(Label::Components)), |unit| {
            numbers::format_integer(unit.digitisation.with_components)
        })
        .column(column(Label::Share).in_group(word(Label::Components)), |unit| {
            numbers::format_percent(unit.digitisation.with_components, unit.digitisation.received, 1)
        })
        .column(column(Label::ReusedAtAll).in_group(word(Label::Reused)), |unit| count_or_dash(unit.digitisation.reused))
        .column(column(Label::FromPortal).in_group(word(Label::Reused)), |unit| count_or_dash(unit.digitisation.from_portal))
        .column(column(Label::CasesResolved), |unit| count_or_dash(unit.digitisation.resolved))
        .column(column(Label::NotYetDigitised).in_group(word(Label::CaseResults)), |unit| count_or_dash(unit.digitisation.without_result))
        .column(column(Label::IsDigitised).in_group(word(Label::CaseResults)), |unit| count_or_dash(unit.digitisation.with_result))
        .column(column(Label::Share).in_group(word(Label::CaseResults)), |unit| {
            percent_or_dash(unit.digitisation.with_result, unit.digitisation.resolved)
        });
    build_table(format!("1. {}", word(Label::DigitisationOfCases)), columns, &counted.units, Some(&counted.total))
}

fn timeliness_table(counted: &OneStopReport, language: Language) -> Table {
    let word = |word: Label| word.text(language);
    let column = |name: Label| Column::new(word(name), 8, Alignment::Right);
    let in_time = |unit: &UnitSummary| {
        let timely = unit.timeliness.unwrap_or_default();
        numbers::format_percent(timely.early + timely.in_time, timely.resolved(), 1)
    };
    let columns = Columns::<UnitSummary>::new()
        .row_numbers(Column::new("STT", 4, Alignment::Middle))
        .column(Column::new(word(Label::Unit), 16, Alignment::Left), |unit| unit_name(unit, language))
        .column(column(Label::CarriedOver), |unit| count_or_dash(unit.timeliness.map(|timely| timely.carried_over)))
        .column(column(Label::ReceivedInPeriod), |unit| count_or_dash(unit.timeliness.map(|timely| timely.received)))
        .column(column(Label::BeforeDue).in_group(word(Label::CasesResolved)), |unit| {
            count_or_dash(unit.timeliness.map(|timely| timely.early))
        })
        .column(column(Label::OnDue).in_group(word(Label::CasesResolved)), |unit| {
            count_or_dash(unit.timeliness.map(|timely| timely.in_time))
        })
        .column(column(Label::LinesOverdue).in_group(word(Label::CasesResolved)), |unit| {
            count_or_dash(unit.timeliness.map(|timely| timely.late))
        })
        .column(column(Label::OnDue).in_group(word(Label::CasesOpen)), |unit| {
            count_or_dash(unit.timeliness.map(|timely| timely.open_in_time))
        })
        .column(column(Label::LinesOverdue).in_group(word(Label::CasesOpen)), |unit| {
            count_or_dash(unit.timeliness.map(|timely| timely.open_late))
        })
        .column(column(Label::WithoutDue), |unit| count_or_dash(unit.timeliness.map(|timely| timely.without_due)))
        .column(column(Label::ShareInTime), in_time);
    let caption = format!("2. {} ({} {})", word(Label::CasesInTime), word(Label::AsOf), counted.as_of.format_dmy());
    build_table(caption, columns, &counted.units, Some(&counted.total))
}
