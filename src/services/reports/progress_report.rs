//! Report on the progress of a roadmap.

use crate::reports::layout::{Columns, build_table, percent_text, report_letterhead};
use crate::reports::request::{ReportContext, select_by_decision};
use crate::roadmap::progress::{RoadmapProgress, load_progress};
use sohoa_base::error::Result;
use sohoa_base::model::calendar::Day;
use sohoa_base::model::roadmap::plan::Measure;
use sohoa_base::text::numbers;
use sohoa_formats::report::model::{Alignment, Column, Report, Table};
use sohoa_roadmap::group_progress::GroupProgress;
use sohoa_roadmap::indicators;
use sohoa_roadmap::indicators::ScoredIndicator;
use sohoa_roadmap::progress::TargetProgress;
use sohoa_roadmap::workbook::format_decimal;
use sohoa_texts::Language;
use sohoa_texts::code_labels::code_label;
use sohoa_texts::labels::Label;

/// Index of the table of targets, which alone is written as CSV.
const CSV_TABLE: usize = 3;

/// Loads the progress of the requested roadmap and renders the report.
pub(crate) async fn write(context: ReportContext<'_>) -> Result<Vec<u8>> {
    let all = load_progress(context.archive, context.request.units).await?;
    let progress = select_by_decision(&all, |progress| &progress.decision, context.request.decision)?;
    context.format.render(progress, || build_report(progress, &context), CSV_TABLE)
}

fn build_report(status: &RoadmapProgress, context: &ReportContext<'_>) -> Report {
    let language = context.language;
    let word = |word: Label| word.text(language);
    let all = &status.whole;
    let first = format!(
        "{} {}, {} {}: {}/{} {}; {}/{} {} ({}); {} {}.",
        word(Label::DecisionNumber),
        status.decision,
        word(Label::AsOf),
        status.as_of.format_dmy(),
        whole_number(all.done_pages),
        whole_number(all.target_pages),
        word(Label::AcceptedPages).to_lowercase(),
        all.done_targets,
        all.targets,
        word(Label::Lines).to_lowercase(),
        percent_text(all.share_done),
        word(Label::ShareElapsed).to_lowercase(),
        percent_text(all.share_elapsed)
    );
    Report {
        paragraphs: vec![first],
        tables: vec![
            group_table(format!("1. {}", word(Label::Unit)), Label::Unit, &status.units, language),
            group_table(format!("2. {}", word(Label::Phase)), Label::Phase, &status.phases, language),
            criteria_table(status, language),
            targets_table(status, language),
        ],
        ..report_letterhead(context.issuer(), &status.authority, status.as_of, format!("{} {}", context.label_text(), status.decision))
    }
}

fn whole_number(number: f64) -> String {
    numbers::format_decimal(number, 0)
}

/// An amount in a measure: metres and percentages with one decimal place, others as whole numbers.
fn amount_text(measure: Measure, number: f64) -> String {
    match measure {
        Measure::Metre | Measure::Percent => numbers::format_decimal(number, 1),
        _ => format_decimal(number.round()),
    }
}

/// Table of targets grouped by unit or phase, as `name` says; units have a rank.
fn group_table(caption: String, name: Label, all: &[GroupProgress], language: Language) -> Table {
    let head = |word: Label, width: u32, side: Alignment| Column::new(word.text(language), width, side);
    let columns = Columns::<GroupProgress>::new();
    let columns = if name == Label::Unit {
        columns.column(head(Label::Rank, 4, Alignment::Middle), |one| one.rank.to_string())
    } else {
        columns.row_numbers(Column::new("STT", 4, Alignment::Middle))
    };
    let columns = columns
        .column(head(name, 14, Alignment::Left), |one| if one.name.is_empty() { "—".to_owned() } else { one.name.clone() })
        .column(head(Label::Lines, 6, Alignment::Right), |one| one.targets.to_string())
        .column(head(Label::LinesDone, 6, Alignment::Right), |one| one.done_targets.to_string())
        .column(head(Label::LinesOverdue, 6, Alignment::Right), |one| one.overdue.to_string())
        .column(head(Label::Near, 6, Alignment::Right), |one| one.near_deadline.to_string())
        .column(head(Label::TargetPages, 10, Alignment::Right), |one| whole_number(one.target_pages))
        .column(head(Label::AcceptedPages, 10, Alignment::Right), |one| whole_number(one.done_pages))
        .column(head(Label::ShareDone, 7, Alignment::Right), |one| percent_text(one.share_done))
        .column(head(Label::ShareElapsed, 7, Alignment::Right), |one| percent_text(one.share_elapsed));
    build_table(caption, columns, all, None)
}

fn criteria_table(status: &RoadmapProgress, language: Language) -> Table {
    let head = |word: Label, width: u32, side: Alignment| Column::new(word.text(language), width, side);
    let names = indicators::indicator_set_in_force("digitisation", status.as_of).map(|set| set.indicators.as_slice()).unwrap_or_default();
    let name = |scored: &ScoredIndicator| {
        let known = names.iter().find(|indicator| indicator.code == scored.code);
        known.map_or(scored.code.as_str(), |known| if language == Language::Vietnamese { &known.vi } else { &known.en }).to_owned()
    };
    let columns = Columns::<ScoredIndicator>::new()
        .row_numbers(Column::new("STT", 4, Alignment::Middle))
        .column(head(Label::Criterion, 40, Alignment::Left), name)
        .column(head(Label::Result, 12, Alignment::Right), |scored| scored.printed.clone())
        .column(head(Label::Points, 8, Alignment::Right), |scored| format_decimal(scored.points))
        .column(head(Label::MostPoints, 8, Alignment::Right), |scored| format_decimal(scored.max_points));
    let sum = ScoredIndicator {
        code: Label::Together.text(language).to_owned(),
        value: None,
        printed: String::new(),
        points: status.criteria.iter().map(|scored| scored.points).sum(),
        max_points: status.criteria.iter().map(|scored| scored.max_points).sum(),
    };
    build_table(format!("3. {}", Label::Criteria.text(language)), columns, &status.criteria, Some(&sum))
}

fn targets_table(status: &RoadmapProgress, language: Language) -> Table {
    let head = |word: Label, width: u32, side: Alignment| Column::new(word.text(language), width, side);
    let finish = |target: &TargetProgress| {
        let Some(finish) = target.finish else { return "—".to_owned() };
        let latest = finish.latest.map_or_else(|| "?".to_owned(), Day::format_dmy);
        format!("{} ({}–{latest})", finish.day.format_dmy(), finish.earliest.format_dmy())
    };
    let columns = Columns::<TargetProgress>::new()
        .row_numbers(Column::new("STT", 5, Alignment::Middle))
        .column(head(Label::Line, 9, Alignment::Left), |target| target.code.clone())
        .column(head(Label::What, 17, Alignment::Left), |target| target.name.clone())
        .column(head(Label::Unit, 8, Alignment::Left), |target| target.unit.clone())
        .column(head(Label::Measure, 7, Alignment::Middle), |target| code_label(language, "measure", target.measure.as_str()).to_owned())
        .column(head(Label::Target, 9, Alignment::Right), |target| amount_text(target.measure, target.quantity))
        .column(head(Label::Done, 9, Alignment::Right), |target| amount_text(target.measure, target.done))
        .column(head(Label::ShareDone, 8, Alignment::Right), |target| percent_text(target.share_done))
        .column(head(Label::ShareElapsed, 8, Alignment::Right), |target| percent_text(target.share_elapsed))
        .column(head(Label::Pace, 8, Alignment::Right), |target| numbers::format_decimal(target.pace, 1))
        .column(head(Label::Needed, 8, Alignment::Right), |target| {
            target.required_pace.map_or_else(|| "—".to_owned(), |pace| numbers::format_decimal(pace, 1))
        })
        .column(head(Label::Finish, 11, Alignment::Middle), finish)
        .column(head(Label::Deadline, 11, Alignment::Middle), |target| target.deadline.format_dmy())
        .column(head(Label::State, 8, Alignment::Middle), |target| code_label(language, "line-state", target.state.as_str()).to_owned());
    build_table(format!("4. {}", Label::Lines.text(language)), columns, &status.targets, None)
}
