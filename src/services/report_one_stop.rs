//! The report of one-stop dossiers: what of them is digitised, as Decision 766/QĐ-TTg counts it, and whether they were in time.

use super::reports::{Columns, paper, table};
use sohoa_base::model::day::Day;
use sohoa_base::text::numbers;
use sohoa_formats::report::{Column, Report, Side, Table};
use sohoa_roadmap::one_stop::{OneStop, UnitCount};
use sohoa_texts::Language;
use sohoa_texts::words::Word;

/// The report of a period, of the office `unit`, written `today`.
pub(super) fn report(counted: &OneStop, unit: &str, today: Day, language: Language) -> Report {
    let word = |word: Word| word.in_language(language);
    let all = &counted.whole.digitised;
    let (from, to) = (counted.period.from.numeric(), counted.period.to.numeric());
    let dossiers = |count: String| format!("{count} {}", word(Word::Dossiers).to_lowercase());
    let mut paragraphs = vec![format!(
        "{} {from} {} {to}: {} {}; {} {} ({}); {} {}; {} {} ({}).",
        word(Word::OneStopBasis),
        word(Word::ToDay),
        word(Word::CasesReceived).to_lowercase(),
        dossiers(numbers::whole(all.received)),
        word(Word::ComponentsStored),
        dossiers(numbers::whole(all.with_components)),
        numbers::percent(all.with_components, all.received, 1),
        word(Word::CasesResolved).to_lowercase(),
        dossiers(number(all.resolved)),
        word(Word::ResultsStored),
        dossiers(number(all.with_result)),
        of(all.with_result, all.resolved),
    )];
    for (count, says) in [(all.not_handed_in, Word::NotHandedIn), (all.reuse_unsaid, Word::ReuseUnsaid)] {
        if count > 0 {
            paragraphs.push(format!("{} {}.", numbers::whole(count), word(says)));
        }
    }
    paragraphs.push(word(Word::DashMeans).to_owned());
    let mut tables = vec![digitised_table(counted, language)];
    if counted.whole.timely.is_some() {
        tables.push(timely_table(counted, language));
    }
    Report { paragraphs, tables, ..paper(unit, "", today, format!("{} ({from} – {to})", word(Word::OneStopOf))) }
}

/// A count, or a dash where nobody handed in what it is made of.
fn number(count: Option<u64>) -> String {
    count.map_or_else(|| "—".to_owned(), numbers::whole)
}

/// A share, or a dash where either is not known or the whole is nothing.
fn of(part: Option<u64>, whole: Option<u64>) -> String {
    part.zip(whole).map_or_else(|| "—".to_owned(), |(part, whole)| numbers::percent(part, whole, 1))
}

fn unit_name(unit: &UnitCount, language: Language) -> String {
    if unit.unit.is_empty() { Word::Together.in_language(language).to_owned() } else { unit.unit.clone() }
}

fn digitised_table(counted: &OneStop, language: Language) -> Table {
    let word = |word: Word| word.in_language(language);
    let column = |name: Word| Column::new(word(name), 8, Side::Right);
    let columns = Columns::<UnitCount>::new()
        .numbered(Column::new("STT", 4, Side::Middle))
        .told(Column::new(word(Word::Unit), 16, Side::Left), |unit| unit_name(unit, language))
        .told(column(Word::CasesReceived), |unit| numbers::whole(unit.digitised.received))
        .told(column(Word::NotYetDigitised).under(word(Word::Components)), |unit| numbers::whole(unit.digitised.without_components))
        .told(column(Word::IsDigitised).under(word(Word::Components)), |unit| numbers::whole(unit.digitised.with_components))
        .told(column(Word::Share).under(word(Word::Components)), |unit| {
            numbers::percent(unit.digitised.with_components, unit.digitised.received, 1)
        })
        .told(column(Word::ReusedAtAll).under(word(Word::Reused)), |unit| number(unit.digitised.reused))
        .told(column(Word::FromPortal).under(word(Word::Reused)), |unit| number(unit.digitised.from_portal))
        .told(column(Word::CasesResolved), |unit| number(unit.digitised.resolved))
        .told(column(Word::NotYetDigitised).under(word(Word::CaseResults)), |unit| number(unit.digitised.without_result))
        .told(column(Word::IsDigitised).under(word(Word::CaseResults)), |unit| number(unit.digitised.with_result))
        .told(column(Word::Share).under(word(Word::CaseResults)), |unit| of(unit.digitised.with_result, unit.digitised.resolved));
    table(format!("1. {}", word(Word::DigitisationOfCases)), columns, &counted.units, Some(&counted.whole))
}

fn timely_table(counted: &OneStop, language: Language) -> Table {
    let word = |word: Word| word.in_language(language);
    let column = |name: Word| Column::new(word(name), 8, Side::Right);
    let in_time = |unit: &UnitCount| {
        let timely = unit.timely.unwrap_or_default();
        numbers::percent(timely.early + timely.in_time, timely.resolved(), 1)
    };
    let columns = Columns::<UnitCount>::new()
        .numbered(Column::new("STT", 4, Side::Middle))
        .told(Column::new(word(Word::Unit), 16, Side::Left), |unit| unit_name(unit, language))
        .told(column(Word::CarriedOver), |unit| number(unit.timely.map(|timely| timely.carried_over)))
        .told(column(Word::ReceivedInPeriod), |unit| number(unit.timely.map(|timely| timely.received)))
        .told(column(Word::BeforeDue).under(word(Word::CasesResolved)), |unit| number(unit.timely.map(|timely| timely.early)))
        .told(column(Word::OnDue).under(word(Word::CasesResolved)), |unit| number(unit.timely.map(|timely| timely.in_time)))
        .told(column(Word::LinesOverdue).under(word(Word::CasesResolved)), |unit| number(unit.timely.map(|timely| timely.late)))
        .told(column(Word::OnDue).under(word(Word::CasesOpen)), |unit| number(unit.timely.map(|timely| timely.open_in_time)))
        .told(column(Word::LinesOverdue).under(word(Word::CasesOpen)), |unit| number(unit.timely.map(|timely| timely.open_late)))
        .told(column(Word::WithoutDue), |unit| number(unit.timely.map(|timely| timely.without_due)))
        .told(column(Word::ShareInTime), in_time);
    let caption = format!("2. {} ({} {})", word(Word::CasesInTime), word(Word::AsOf), counted.as_of.numeric());
    table(caption, columns, &counted.units, Some(&counted.whole))
}
