//! Acceptance minutes (biên bản nghiệm thu) of a lot.

use crate::archive::Archive;
use crate::reports::format::ReportFormat;
use crate::reports::layout::{Columns, build_table, date_in_words};
use crate::roadmap::lots;
use serde_json::json;
use sohoa_base::error::Result;
use sohoa_base::model::account::Identity;
use sohoa_base::model::calendar::Day;
use sohoa_base::model::roadmap::lot::{Lot, LotState, SampledPage};
use sohoa_base::text::numbers;
use sohoa_formats::report::model::{Alignment, Column, Report, Table};
use sohoa_roadmap::sampling::{self, DefectSeverity};
use sohoa_texts::Language;
use sohoa_texts::code_labels::code_label;
use sohoa_texts::labels::Label;

/// Index of the table of defects, which alone is written as CSV.
const CSV_TABLE: usize = 1;

/// Writes the minutes of a lot that `by` may see; other formats than JSON are recorded as an event.
///
/// # Errors
/// As [`lots::show_lot`]; those of the writer of the format.
pub async fn write_lot_minutes(archive: &Archive, by: &Identity, lot: &str, format: ReportFormat, language: Language) -> Result<Vec<u8>> {
    let lot = lots::show_lot(archive, by, lot).await?;
    if format != ReportFormat::Json {
        archive.catalog.append_event("", "", "minutes-written", json!({ "by": by.user.name, "lot": lot.id })).await?;
    }
    let minutes = build_minutes(&lot, archive.today(), language)?;
    format.render(&lot, || minutes, CSV_TABLE)
}

/// Lays out the minutes of a lot, dated `today` while it is open.
///
/// # Errors
/// As [`lots::count_defective_pages`].
fn build_minutes(lot: &Lot, today: Day, language: Language) -> Result<Report> {
    let word = |word: Label| word.text(language);
    let state = code_label(language, "lot-state", lot.state.as_str());
    let (judge, at) = lot.judged.clone().unwrap_or_default();
    let mut paragraphs = vec![
        format!("{}: {}; {}: {}.", word(Label::Line), lot.target, word(Label::Unit), lot.unit),
        format!(
            "{}: {}; {}: {}; {}: {} ({} {}).",
            word(Label::Pages),
            numbers::format_integer(u64::from(lot.pages)),
            word(Label::Sample),
            lot.sample.len(),
            word(Label::Seed),
            lot.seed,
            word(Label::Level),
            lot.level
        ),
        format!("{}: {state}.", word(Label::Result)),
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
        subject: format!("{} ({})", word(Label::MinutesOf), opened.format_dmy()),
        paragraphs,
        tables: vec![verdict_table(lot, language)?, defects_table(lot, language)],
        signers: vec![(vec!["ĐẠI DIỆN BÊN GIAO".to_owned()], lot.opened.0.clone()), (vec!["ĐẠI DIỆN BÊN NGHIỆM THU".to_owned()], judge)],
        ..Report::default()
    })
}

/// Table of defective pages by severity, with the number of them that the lot may have at most.
fn verdict_table(lot: &Lot, language: Language) -> Result<Table> {
    let word = |word: Label| word.text(language);
    let counts = lots::count_defective_pages(lot)?;
    let most = |severity: DefectSeverity| match severity {
        DefectSeverity::Critical => 0,
        DefectSeverity::Major => lot.accept_major,
        DefectSeverity::Minor => lot.accept_minor,
    };
    let is_bad = |severity: DefectSeverity| lot.failed_severities.iter().any(|word| word == severity.as_str());
    let columns = Columns::<DefectSeverity>::new()
        .column(Column::new(word(Label::Defects), 10, Alignment::Left), |severity| {
            code_label(language, "gravity", severity.as_str()).to_owned()
        })
        .column(Column::new(word(Label::Pages), 6, Alignment::Right), |severity| counts.get(severity).copied().unwrap_or(0).to_string())
        .column(Column::new("≤", 6, Alignment::Right), |severity| most(*severity).to_string())
        .column(Column::new(word(Label::Result), 6, Alignment::Middle), |severity| {
            word(if is_bad(*severity) { Label::Bad } else { Label::Good }).to_owned()
        });
    Ok(build_table(format!("1. {}", word(Label::DefectsFound)), columns, &DefectSeverity::ALL, None))
}

fn defects_table(lot: &Lot, language: Language) -> Table {
    let word = |word: Label| word.text(language);
    let name = |code: &String| {
        let kind = sampling::defect_kind(code).ok();
        kind.map_or(code.as_str(), |kind| if language == Language::Vietnamese { &kind.vi } else { &kind.en }).to_owned()
    };
    let columns = Columns::<&SampledPage>::new()
        .column(Column::new("STT", 4, Alignment::Middle), |page| (page.index_in_lot + 1).to_string())
        .column(Column::new(word(Label::Document), 16, Alignment::Left), |page| lots::display_document_name(&page.document))
        .column(Column::new(word(Label::Page), 5, Alignment::Right), |page| page.page.to_string())
        .column(Column::new(word(Label::Defects), 14, Alignment::Left), |page| {
            page.defects.iter().map(name).collect::<Vec<_>>().join("; ")
        });
    let pages: Vec<&SampledPage> = lot.sample.iter().filter(|page| !page.defects.is_empty()).collect();
    build_table(format!("2. {}", word(Label::Defects)), columns, &pages, None)
}
