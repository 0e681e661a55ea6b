//! The minutes of a lot.

use crate::reports::writer::{Columns, build_table, date_in_words};
use crate::roadmap::lots;
use sohoa_base::error::Result;
use sohoa_base::model::calendar::Day;
use sohoa_base::model::roadmap::lot::{Lot, LotState, SampledPage};
use sohoa_base::text::numbers;
use sohoa_formats::report::model::{Alignment, Column, Report, Table};
use sohoa_roadmap::sampling::{self, DefectSeverity};
use sohoa_texts::Language;
use sohoa_texts::code_labels::code_label;
use sohoa_texts::labels::Word;

/// The minutes of a lot, written `today`.
///
/// # Errors
/// As [`lots::defective`].
pub(crate) fn build_minutes(lot: &Lot, today: Day, language: Language) -> Result<Report> {
    let word = |word: Word| word.in_language(language);
    let state = code_label(language, "lot-state", lot.state.as_str());
    let (judge, at) = lot.judged.clone().unwrap_or_default();
    let mut paragraphs = vec![
        format!("{}: {}; {}: {}.", word(Word::Line), lot.target, word(Word::Unit), lot.unit),
        format!(
            "{}: {}; {}: {}; {}: {} ({} {}).",
            word(Word::Pages),
            numbers::format_integer(u64::from(lot.pages)),
            word(Word::Sample),
            lot.sample.len(),
            word(Word::Seed),
            lot.seed,
            word(Word::Level),
            lot.level
        ),
        format!("{}: {state}.", word(Word::Result)),
    ];
    if !lot.note.is_empty() {
        paragraphs.push(lot.note.clone());
    }
    let opened = Day::parse(lot.opened.1.get(..10).unwrap_or_default()).unwrap_or(today);
    let signed = Day::parse(at.get(..10).unwrap_or_default()).unwrap_or(today);
    Ok(Report {
        issuer: lot.unit.to_uppercase(),
        number: "Số:\u{a0}\u{a0}\u{a0}\u{a0}\u{a0}\u{a0}\u{a0}/BB".to_owned(),
        place_and_day: format!("…………, {}", date_in_words(if lot.state == LotState::Open { today } else { signed })),
        kind: "BIÊN BẢN".to_owned(),
        subject: format!("{} ({})", word(Word::MinutesOf), opened.format_dmy()),
        paragraphs,
        tables: vec![verdict_table(lot, language)?, defects_table(lot, language)],
        signers: vec![(vec!["ĐẠI DIỆN BÊN GIAO".to_owned()], lot.opened.0.clone()), (vec!["ĐẠI DIỆN BÊN NGHIỆM THU".to_owned()], judge)],
        ..Report::default()
    })
}

/// Defective pages by gravity, and how many a lot may have.
fn verdict_table(lot: &Lot, language: Language) -> Result<Table> {
    let word = |word: Word| word.in_language(language);
    let counts = lots::count_defective_pages(lot)?;
    let most = |gravity: DefectSeverity| match gravity {
        DefectSeverity::Critical => 0,
        DefectSeverity::Major => lot.accept_major,
        DefectSeverity::Minor => lot.accept_minor,
    };
    let is_bad = |gravity: DefectSeverity| lot.failed_severities.iter().any(|word| word == gravity.as_str());
    let columns = Columns::<DefectSeverity>::new()
        .column(Column::new(word(Word::Defects), 10, Alignment::Left), |gravity| {
            code_label(language, "gravity", gravity.as_str()).to_owned()
        })
        .column(Column::new(word(Word::Pages), 6, Alignment::Right), |gravity| counts.get(gravity).copied().unwrap_or(0).to_string())
        .column(Column::new("≤", 6, Alignment::Right), |gravity| most(*gravity).to_string())
        .column(Column::new(word(Word::Result), 6, Alignment::Middle), |gravity| {
            word(if is_bad(*gravity) { Word::Bad } else { Word::Good }).to_owned()
        });
    Ok(build_table(format!("1. {}", word(Word::DefectsFound)), columns, &DefectSeverity::ALL, None))
}

fn defects_table(lot: &Lot, language: Language) -> Table {
    let word = |word: Word| word.in_language(language);
    let name = |code: &String| {
        let kind = sampling::defect_kind(code).ok();
        kind.map_or(code.as_str(), |kind| if language == Language::Vietnamese { &kind.vi } else { &kind.en }).to_owned()
    };
    let columns = Columns::<&SampledPage>::new()
        .column(Column::new("STT", 4, Alignment::Middle), |page| (page.index_in_lot + 1).to_string())
        .column(Column::new(word(Word::Document), 16, Alignment::Left), |page| lots::display_document_name(&page.document))
        .column(Column::new(word(Word::Page), 5, Alignment::Right), |page| page.page.to_string())
        .column(Column::new(word(Word::Defects), 14, Alignment::Left), |page| page.defects.iter().map(name).collect::<Vec<_>>().join("; "));
    let pages: Vec<&SampledPage> = lot.sample.iter().filter(|page| !page.defects.is_empty()).collect();
    build_table(format!("2. {}", word(Word::Defects)), columns, &pages, None)
}
