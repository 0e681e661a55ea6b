//! The report of how far a roadmap is.

use crate::reports::writer::{Columns, build_table, percent_text, report_letterhead};
use crate::roadmap::tracking::RoadmapProgress;
use sohoa_base::model::calendar::Day;
use sohoa_base::model::roadmap::plan::Measure;
use sohoa_base::text::numbers;
use sohoa_formats::report::model::{Alignment, Column, Report, Table};
use sohoa_roadmap::indicators;
use sohoa_roadmap::indicators::ScoredIndicator;
use sohoa_roadmap::progress::{GroupProgress, TargetProgress};
use sohoa_roadmap::workbook::format_decimal;
use sohoa_texts::Language;
use sohoa_texts::code_labels::code_label;
use sohoa_texts::labels::Word;

/// The report for a roadmap as it stands, of the office `unit`.
pub(crate) fn build_report(status: &RoadmapProgress, unit: &str, language: Language) -> Report {
    let word = |word: Word| word.in_language(language);
    let all = &status.whole;
    let first = format!(
        "{} {}, {} {}: {}/{} {}; {}/{} {} ({}); {} {}.",
        word(Word::DecisionNumber),
        status.decision,
        word(Word::AsOf),
        status.as_of.format_dmy(),
        whole_number(all.done_pages),
        whole_number(all.target_pages),
        word(Word::AcceptedPages).to_lowercase(),
        all.done_targets,
        all.targets,
        word(Word::Lines).to_lowercase(),
        percent_text(all.share_done),
        word(Word::ShareElapsed).to_lowercase(),
        percent_text(all.share_elapsed)
    );
    Report {
        paragraphs: vec![first],
        tables: vec![
            group_table(format!("1. {}", word(Word::Unit)), Word::Unit, &status.units, language),
            group_table(format!("2. {}", word(Word::Phase)), Word::Phase, &status.phases, language),
            criteria_table(status, language),
            targets_table(status, language),
        ],
        ..report_letterhead(unit, &status.authority, status.as_of, format!("{} {}", word(Word::ProgressOf), status.decision))
    }
}

fn whole_number(number: f64) -> String {
    numbers::format_decimal(number, 0)
}

/// An amount in a measure: whole, or with one place where it is told in parts.
fn amount_text(measure: Measure, number: f64) -> String {
    match measure {
        Measure::Metre | Measure::Percent => numbers::format_decimal(number, 1),
        _ => format_decimal(number.round()),
    }
}

/// Lines together by what `name` is the word for; units have a rank.
fn group_table(caption: String, name: Word, all: &[GroupProgress], language: Language) -> Table {
    let head = |word: Word, width: u32, side: Alignment| Column::new(word.in_language(language), width, side);
    let columns = Columns::<GroupProgress>::new();
    let columns = if name == Word::Unit {
        columns.column(head(Word::Rank, 4, Alignment::Middle), |one| one.rank.to_string())
    } else {
        columns.row_numbers(Column::new("STT", 4, Alignment::Middle))
    };
    let columns = columns
        .column(head(name, 14, Alignment::Left), |one| if one.name.is_empty() { "—".to_owned() } else { one.name.clone() })
        .column(head(Word::Lines, 6, Alignment::Right), |one| one.targets.to_string())
        .column(head(Word::LinesDone, 6, Alignment::Right), |one| one.done_targets.to_string())
        .column(head(Word::LinesOverdue, 6, Alignment::Right), |one| one.overdue.to_string())
        .column(head(Word::Near, 6, Alignment::Right), |one| one.near_deadline.to_string())
        .column(head(Word::TargetPages, 10, Alignment::Right), |one| whole_number(one.target_pages))
        .column(head(Word::AcceptedPages, 10, Alignment::Right), |one| whole_number(one.done_pages))
        .column(head(Word::ShareDone, 7, Alignment::Right), |one| percent_text(one.share_done))
        .column(head(Word::ShareElapsed, 7, Alignment::Right), |one| percent_text(one.share_elapsed));
    build_table(caption, columns, all, None)
}

fn criteria_table(status: &RoadmapProgress, language: Language) -> Table {
    let head = |word: Word, width: u32, side: Alignment| Column::new(word.in_language(language), width, side);
    let names = indicators::indicator_set_in_force("digitisation", status.as_of).map(|set| set.indicators.as_slice()).unwrap_or_default();
    let name = |scored: &ScoredIndicator| {
        let known = names.iter().find(|indicator| indicator.code == scored.code);
        known.map_or(scored.code.as_str(), |known| if language == Language::Vietnamese { &known.vi } else { &known.en }).to_owned()
    };
    let columns = Columns::<ScoredIndicator>::new()
        .row_numbers(Column::new("STT", 4, Alignment::Middle))
        .column(head(Word::Criterion, 40, Alignment::Left), name)
        .column(head(Word::Result, 12, Alignment::Right), |scored| scored.printed.clone())
        .column(head(Word::Points, 8, Alignment::Right), |scored| format_decimal(scored.points))
        .column(head(Word::MostPoints, 8, Alignment::Right), |scored| format_decimal(scored.max_points));
    let sum = ScoredIndicator {
        code: Word::Together.in_language(language).to_owned(),
        value: None,
        printed: String::new(),
        points: status.criteria.iter().map(|scored| scored.points).sum(),
        max_points: status.criteria.iter().map(|scored| scored.max_points).sum(),
    };
    build_table(format!("3. {}", Word::Criteria.in_language(language)), columns, &status.criteria, Some(&sum))
}

fn targets_table(status: &RoadmapProgress, language: Language) -> Table {
    let head = |word: Word, width: u32, side: Alignment| Column::new(word.in_language(language), width, side);
    let finish = |line: &TargetProgress| {
        let Some(finish) = line.finish else { return "—".to_owned() };
        let latest = finish.latest.map_or_else(|| "?".to_owned(), Day::format_dmy);
        format!("{} ({}–{latest})", finish.day.format_dmy(), finish.earliest.format_dmy())
    };
    let columns = Columns::<TargetProgress>::new()
        .row_numbers(Column::new("STT", 5, Alignment::Middle))
        .column(head(Word::Line, 9, Alignment::Left), |line| line.code.clone())
        .column(head(Word::What, 17, Alignment::Left), |line| line.name.clone())
        .column(head(Word::Unit, 8, Alignment::Left), |line| line.unit.clone())
        .column(head(Word::Measure, 7, Alignment::Middle), |line| code_label(language, "measure", line.measure.as_str()).to_owned())
        .column(head(Word::Target, 9, Alignment::Right), |line| amount_text(line.measure, line.quantity))
        .column(head(Word::Done, 9, Alignment::Right), |line| amount_text(line.measure, line.done))
        .column(head(Word::ShareDone, 8, Alignment::Right), |line| percent_text(line.share_done))
        .column(head(Word::ShareElapsed, 8, Alignment::Right), |line| percent_text(line.share_elapsed))
        .column(head(Word::Pace, 8, Alignment::Right), |line| numbers::format_decimal(line.pace, 1))
        .column(head(Word::Needed, 8, Alignment::Right), |line| {
            line.required_pace.map_or_else(|| "—".to_owned(), |pace| numbers::format_decimal(pace, 1))
        })
        .column(head(Word::Finish, 11, Alignment::Middle), finish)
        .column(head(Word::Deadline, 11, Alignment::Middle), |line| line.deadline.format_dmy())
        .column(head(Word::State, 8, Alignment::Middle), |line| code_label(language, "line-state", line.state.as_str()).to_owned());
    build_table(format!("4. {}", Word::Lines.in_language(language)), columns, &status.targets, None)
}
