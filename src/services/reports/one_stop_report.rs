//! The report of one-stop dossiers: what of them is digitised, as Decision 766/QĐ-TTg counts it, and whether they were in time.

use crate::reports::writer::{Columns, build_table, report_letterhead};
use sohoa_base::model::calendar::Day;
use sohoa_base::text::numbers;
use sohoa_formats::report::model::{Alignment, Column, Report, Table};
use sohoa_roadmap::one_stop::{OneStopReport, UnitSummary};
use sohoa_texts::Language;
use sohoa_texts::labels::Word;

/// The report of a period, of the office `unit`, written `today`.
pub(crate) fn build_report(counted: &OneStopReport, unit: &str, today: Day, language: Language) -> Report {
    let word = |word: Word| word.in_language(language);
    let all = &counted.total.digitisation;
    let (from, to) = (counted.period.from.format_dmy(), counted.period.to.format_dmy());
    let dossiers = |count: String| format!("{count} {}", word(Word::Dossiers).to_lowercase());
    let mut paragraphs = vec![format!(
        "{} {from} {} {to}: {} {}; {} {} ({}); {} {}; {} {} ({}).",
        word(Word::OneStopBasis),
        word(Word::ToDay),
        word(Word::CasesReceived).to_lowercase(),
        dossiers(numbers::format_integer(all.received)),
        word(Word::ComponentsStored),
        dossiers(numbers::format_integer(all.with_components)),
        numbers::format_percent(all.with_components, all.received, 1),
        word(Word::CasesResolved).to_lowercase(),
        dossiers(count_or_dash(all.resolved)),
        word(Word::ResultsStored),
        dossiers(count_or_dash(all.with_result)),
        percent_or_dash(all.with_result, all.resolved),
    )];
    for (count, says) in [(all.not_handed_in, Word::NotHandedIn), (all.reuse_unknown, Word::ReuseUnsaid)] {
        if count > 0 {
            paragraphs.push(format!("{} {}.", numbers::format_integer(count), word(says)));
        }
    }
    paragraphs.push(word(Word::DashMeans).to_owned());
    let mut tables = vec![digitised_table(counted, language)];
    if counted.total.timeliness.is_some() {
        tables.push(timeliness_table(counted, language));
    }
    Report { paragraphs, tables, ..report_letterhead(unit, "", today, format!("{} ({from} – {to})", word(Word::OneStopOf))) }
}

/// A count, or a dash where nobody handed in what it is made of.
fn count_or_dash(count: Option<u64>) -> String {
    count.map_or_else(|| "—".to_owned(), numbers::format_integer)
}

/// A share, or a dash where either is not known or the whole is nothing.
fn percent_or_dash(part: Option<u64>, whole: Option<u64>) -> String {
    part.zip(whole).map_or_else(|| "—".to_owned(), |(part, whole)| numbers::format_percent(part, whole, 1))
}

fn unit_name(unit: &UnitSummary, language: Language) -> String {
    if unit.unit.is_empty() { Word::Together.in_language(language).to_owned() } else { unit.unit.clone() }
}

fn digitised_table(counted: &OneStopReport, language: Language) -> Table {
    let word = |word: Word| word.in_language(language);
    let column = |name: Word| Column::new(word(name), 8, Alignment::Right);
    let columns = Columns::<UnitSummary>::new()
        .row_numbers(Column::new("STT", 4, Alignment::Middle))
        .column(Column::new(word(Word::Unit), 16, Alignment::Left), |unit| unit_name(unit, language))
        .column(column(Word::CasesReceived), |unit| numbers::format_integer(unit.digitisation.received))
        .column(column(Word::NotYetDigitised).in_group(word(Word::Components)), |unit| {
            numbers::format_integer(unit.digitisation.without_components)
        })
        .column(column(Word::IsDigitised).in_group(word(Word::Components)), |unit| {
            numbers::format_integer(unit.digitisation.with_components)
        })
        .column(column(Word::Share).in_group(word(Word::Components)), |unit| {
            numbers::format_percent(unit.digitisation.with_components, unit.digitisation.received, 1)
        })
        .column(column(Word::ReusedAtAll).in_group(word(Word::Reused)), |unit| count_or_dash(unit.digitisation.reused))
        .column(column(Word::FromPortal).in_group(word(Word::Reused)), |unit| count_or_dash(unit.digitisation.from_portal))
        .column(column(Word::CasesResolved), |unit| count_or_dash(unit.digitisation.resolved))
        .column(column(Word::NotYetDigitised).in_group(word(Word::CaseResults)), |unit| count_or_dash(unit.digitisation.without_result))
        .column(column(Word::IsDigitised).in_group(word(Word::CaseResults)), |unit| count_or_dash(unit.digitisation.with_result))
        .column(column(Word::Share).in_group(word(Word::CaseResults)), |unit| {
            percent_or_dash(unit.digitisation.with_result, unit.digitisation.resolved)
        });
    build_table(format!("1. {}", word(Word::DigitisationOfCases)), columns, &counted.units, Some(&counted.total))
}

fn timeliness_table(counted: &OneStopReport, language: Language) -> Table {
    let word = |word: Word| word.in_language(language);
    let column = |name: Word| Column::new(word(name), 8, Alignment::Right);
    let in_time = |unit: &UnitSummary| {
        let timely = unit.timeliness.unwrap_or_default();
        numbers::format_percent(timely.early + timely.in_time, timely.resolved(), 1)
    };
    let columns = Columns::<UnitSummary>::new()
        .row_numbers(Column::new("STT", 4, Alignment::Middle))
        .column(Column::new(word(Word::Unit), 16, Alignment::Left), |unit| unit_name(unit, language))
        .column(column(Word::CarriedOver), |unit| count_or_dash(unit.timeliness.map(|timely| timely.carried_over)))
        .column(column(Word::ReceivedInPeriod), |unit| count_or_dash(unit.timeliness.map(|timely| timely.received)))
        .column(column(Word::BeforeDue).in_group(word(Word::CasesResolved)), |unit| {
            count_or_dash(unit.timeliness.map(|timely| timely.early))
        })
        .column(column(Word::OnDue).in_group(word(Word::CasesResolved)), |unit| count_or_dash(unit.timeliness.map(|timely| timely.in_time)))
        .column(column(Word::LinesOverdue).in_group(word(Word::CasesResolved)), |unit| {
            count_or_dash(unit.timeliness.map(|timely| timely.late))
        })
        .column(column(Word::OnDue).in_group(word(Word::CasesOpen)), |unit| {
            count_or_dash(unit.timeliness.map(|timely| timely.open_in_time))
        })
        .column(column(Word::LinesOverdue).in_group(word(Word::CasesOpen)), |unit| {
            count_or_dash(unit.timeliness.map(|timely| timely.open_late))
        })
        .column(column(Word::WithoutDue), |unit| count_or_dash(unit.timeliness.map(|timely| timely.without_due)))
        .column(column(Word::ShareInTime), in_time);
    let caption = format!("2. {} ({} {})", word(Word::CasesInTime), word(Word::AsOf), counted.as_of.format_dmy());
    build_table(caption, columns, &counted.units, Some(&counted.total))
}
