//! The report of how far a roadmap is.

use super::reports::{Columns, paper, share, table};
use super::roadmap::Status;
use sohoa_base::model::day::Day;
use sohoa_base::model::roadmap::Measure;
use sohoa_base::text::numbers;
use sohoa_formats::report::{Column, Report, Side, Table};
use sohoa_roadmap::criteria::{self, Scored};
use sohoa_roadmap::plan::decimal;
use sohoa_roadmap::progress::{LineProgress, Together};
use sohoa_texts::Language;
use sohoa_texts::terms::term;
use sohoa_texts::words::Word;

/// The report for a roadmap as it stands, of the office `unit`.
pub(super) fn report(status: &Status, unit: &str, language: Language) -> Report {
    let word = |word: Word| word.in_language(language);
    let all = &status.whole;
    let first = format!(
        "{} {}, {} {}: {}/{} {}; {}/{} {} ({}); {} {}.",
        word(Word::DecisionNumber),
        status.decision,
        word(Word::AsOf),
        status.as_of.numeric(),
        whole(all.done_pages),
        whole(all.target_pages),
        word(Word::AcceptedPages).to_lowercase(),
        all.done_lines,
        all.lines,
        word(Word::Lines).to_lowercase(),
        share(all.share_done),
        word(Word::ShareElapsed).to_lowercase(),
        share(all.share_elapsed)
    );
    Report {
        paragraphs: vec![first],
        tables: vec![
            together(format!("1. {}", word(Word::Unit)), Word::Unit, &status.units, language),
            together(format!("2. {}", word(Word::Phase)), Word::Phase, &status.phases, language),
            criteria_table(status, language),
            lines_table(status, language),
        ],
        ..paper(unit, &status.authority, status.as_of, format!("{} {}", word(Word::ProgressOf), status.decision))
    }
}

fn whole(number: f64) -> String {
    numbers::decimal(number, 0)
}

/// An amount in a measure: whole, or with one place where it is told in parts.
fn amount(measure: Measure, number: f64) -> String {
    match measure {
        Measure::Metre | Measure::Percent => numbers::decimal(number, 1),
        _ => decimal(number.round()),
    }
}

/// Lines together by what `name` is the word for; units have a rank.
fn together(caption: String, name: Word, all: &[Together], language: Language) -> Table {
    let head = |word: Word, width: u32, side: Side| Column::new(word.in_language(language), width, side);
    let columns = Columns::<Together>::new();
    let columns = if name == Word::Unit {
        columns.told(head(Word::Rank, 4, Side::Middle), |one| one.rank.to_string())
    } else {
        columns.numbered(Column::new("STT", 4, Side::Middle))
    };
    let columns = columns
        .told(head(name, 14, Side::Left), |one| if one.name.is_empty() { "—".to_owned() } else { one.name.clone() })
        .told(head(Word::Lines, 6, Side::Right), |one| one.lines.to_string())
        .told(head(Word::LinesDone, 6, Side::Right), |one| one.done_lines.to_string())
        .told(head(Word::LinesOverdue, 6, Side::Right), |one| one.overdue.to_string())
        .told(head(Word::Near, 6, Side::Right), |one| one.near.to_string())
        .told(head(Word::TargetPages, 10, Side::Right), |one| whole(one.target_pages))
        .told(head(Word::AcceptedPages, 10, Side::Right), |one| whole(one.done_pages))
        .told(head(Word::ShareDone, 7, Side::Right), |one| share(one.share_done))
        .told(head(Word::ShareElapsed, 7, Side::Right), |one| share(one.share_elapsed));
    table(caption, columns, all, None)
}

fn criteria_table(status: &Status, language: Language) -> Table {
    let head = |word: Word, width: u32, side: Side| Column::new(word.in_language(language), width, side);
    let names = criteria::in_force("digitisation", status.as_of).map(|set| set.indicators.as_slice()).unwrap_or_default();
    let name = |scored: &Scored| {
        let known = names.iter().find(|indicator| indicator.code == scored.code);
        known.map_or(scored.code.as_str(), |known| if language == Language::Vietnamese { &known.vi } else { &known.en }).to_owned()
    };
    let columns = Columns::<Scored>::new()
        .numbered(Column::new("STT", 4, Side::Middle))
        .told(head(Word::Criterion, 40, Side::Left), name)
        .told(head(Word::Result, 12, Side::Right), |scored| scored.printed.clone())
        .told(head(Word::Points, 8, Side::Right), |scored| decimal(scored.points))
        .told(head(Word::MostPoints, 8, Side::Right), |scored| decimal(scored.of));
    let sum = Scored {
        code: Word::Together.in_language(language).to_owned(),
        value: None,
        printed: String::new(),
        points: status.criteria.iter().map(|scored| scored.points).sum(),
        of: status.criteria.iter().map(|scored| scored.of).sum(),
    };
    table(format!("3. {}", Word::Criteria.in_language(language)), columns, &status.criteria, Some(&sum))
}

fn lines_table(status: &Status, language: Language) -> Table {
    let head = |word: Word, width: u32, side: Side| Column::new(word.in_language(language), width, side);
    let finish = |line: &LineProgress| {
        let Some(finish) = line.finish else { return "—".to_owned() };
        let latest = finish.latest.map_or_else(|| "?".to_owned(), Day::numeric);
        format!("{} ({}–{latest})", finish.day.numeric(), finish.earliest.numeric())
    };
    let columns = Columns::<LineProgress>::new()
        .numbered(Column::new("STT", 5, Side::Middle))
        .told(head(Word::Line, 9, Side::Left), |line| line.code.clone())
        .told(head(Word::What, 17, Side::Left), |line| line.name.clone())
        .told(head(Word::Unit, 8, Side::Left), |line| line.unit.clone())
        .told(head(Word::Measure, 7, Side::Middle), |line| term(language, "measure", line.measure.word()).to_owned())
        .told(head(Word::Target, 9, Side::Right), |line| amount(line.measure, line.target))
        .told(head(Word::Done, 9, Side::Right), |line| amount(line.measure, line.done))
        .told(head(Word::ShareDone, 8, Side::Right), |line| share(line.share_done))
        .told(head(Word::ShareElapsed, 8, Side::Right), |line| share(line.share_elapsed))
        .told(head(Word::Pace, 8, Side::Right), |line| numbers::decimal(line.pace, 1))
        .told(head(Word::Needed, 8, Side::Right), |line| {
            line.required_pace.map_or_else(|| "—".to_owned(), |pace| numbers::decimal(pace, 1))
        })
        .told(head(Word::Finish, 11, Side::Middle), finish)
        .told(head(Word::Deadline, 11, Side::Middle), |line| line.deadline.numeric())
        .told(head(Word::State, 8, Side::Middle), |line| term(language, "line-state", line.state.word()).to_owned());
    table(format!("4. {}", Word::Lines.in_language(language)), columns, &status.lines, None)
}
