//! The minutes of a lot.

use super::lots;
use super::reports::{Columns, in_words, table};
use sohoa_base::error::Result;
use sohoa_base::model::day::Day;
use sohoa_base::model::lot::{Lot, LotState, SampledPage};
use sohoa_base::text::numbers;
use sohoa_formats::report::{Column, Report, Side, Table};
use sohoa_roadmap::sampling::{self, Gravity};
use sohoa_texts::Language;
use sohoa_texts::terms::term;
use sohoa_texts::words::Word;

/// The minutes of a lot, written `today`.
///
/// # Errors
/// As [`lots::defective`].
pub(super) fn report(lot: &Lot, today: Day, language: Language) -> Result<Report> {
    let word = |word: Word| word.in_language(language);
    let state = term(language, "lot-state", lot.state.word());
    let (judge, at) = lot.judged.clone().unwrap_or_default();
    let mut paragraphs = vec![
        format!("{}: {}; {}: {}.", word(Word::Line), lot.line, word(Word::Unit), lot.unit),
        format!(
            "{}: {}; {}: {}; {}: {} ({} {}).",
            word(Word::Pages),
            numbers::whole(u64::from(lot.pages)),
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
        place_and_day: format!("…………, {}", in_words(if lot.state == LotState::Open { today } else { signed })),
        kind: "BIÊN BẢN".to_owned(),
        subject: format!("{} ({})", word(Word::MinutesOf), opened.numeric()),
        paragraphs,
        tables: vec![judged_table(lot, language)?, defects_table(lot, language)],
        signers: vec![(vec!["ĐẠI DIỆN BÊN GIAO".to_owned()], lot.opened.0.clone()), (vec!["ĐẠI DIỆN BÊN NGHIỆM THU".to_owned()], judge)],
        ..Report::default()
    })
}

/// Defective pages by gravity, and how many a lot may have.
fn judged_table(lot: &Lot, language: Language) -> Result<Table> {
    let word = |word: Word| word.in_language(language);
    let counts = lots::defective(lot)?;
    let most = |gravity: Gravity| match gravity {
        Gravity::Critical => 0,
        Gravity::Major => lot.accept_major,
        Gravity::Minor => lot.accept_minor,
    };
    let is_bad = |gravity: Gravity| lot.refused_for.iter().any(|word| word == gravity.word());
    let columns = Columns::<Gravity>::new()
        .told(Column::new(word(Word::Defects), 10, Side::Left), |gravity| term(language, "gravity", gravity.word()).to_owned())
        .told(Column::new(word(Word::Pages), 6, Side::Right), |gravity| counts.get(gravity).copied().unwrap_or(0).to_string())
        .told(Column::new("≤", 6, Side::Right), |gravity| most(*gravity).to_string())
        .told(Column::new(word(Word::Result), 6, Side::Middle), |gravity| {
            word(if is_bad(*gravity) { Word::Bad } else { Word::Good }).to_owned()
        });
    Ok(table(format!("1. {}", word(Word::DefectsFound)), columns, &Gravity::ALL, None))
}

fn defects_table(lot: &Lot, language: Language) -> Table {
    let word = |word: Word| word.in_language(language);
    let name = |code: &String| {
        let kind = sampling::defect_kind(code).ok();
        kind.map_or(code.as_str(), |kind| if language == Language::Vietnamese { &kind.vi } else { &kind.en }).to_owned()
    };
    let columns = Columns::<&SampledPage>::new()
        .told(Column::new("STT", 4, Side::Middle), |page| (page.place + 1).to_string())
        .told(Column::new(word(Word::Document), 16, Side::Left), |page| lots::document_name(&page.document))
        .told(Column::new(word(Word::Page), 5, Side::Right), |page| page.page.to_string())
        .told(Column::new(word(Word::Defects), 14, Side::Left), |page| page.defects.iter().map(name).collect::<Vec<_>>().join("; "));
    let pages: Vec<&SampledPage> = lot.sample.iter().filter(|page| !page.defects.is_empty()).collect();
    table(format!("2. {}", word(Word::Defects)), columns, &pages, None)
}
