//! Reports about the roadmap, and minutes of lots, as papers of an office.

use crate::archive::Archive;
use crate::desk::lots;
use crate::desk::roadmap::{self, Status};
use crate::error::{Error, Kind, Result, ResultExt};
use crate::formats::report::{Column, Report, Side, Table};
use crate::formats::spreadsheet::{self, Sheet};
use crate::formats::{report_docx, report_pdf};
use crate::messages::Language;
use crate::messages::terms::term;
use crate::messages::words::Word;
use crate::model::account::{Identity, Units};
use crate::model::day::Day;
use crate::model::lot::{Lot, LotState};
use crate::model::roadmap::Measure;
use crate::roadmap::criteria;
use crate::roadmap::plan::decimal;
use crate::roadmap::progress::{LineProgress, Together};
use crate::roadmap::sampling::{self, Gravity};
use crate::text::numbers;
use serde_json::json;

/// How a report is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// Word's.
    Docx,
    /// A spreadsheet, one sheet for each table.
    Xlsx,
    /// As printed.
    Pdf,
    /// The last table alone: that of the lines.
    Csv,
    /// For programs.
    Json,
}

impl Form {
    /// The form of this name.
    ///
    /// # Errors
    /// `Invalid` where there is none.
    pub fn from_name(name: &str) -> Result<Self> {
        match name {
            "docx" => Ok(Self::Docx),
            "xlsx" => Ok(Self::Xlsx),
            "pdf" => Ok(Self::Pdf),
            "csv" => Ok(Self::Csv),
            "json" => Ok(Self::Json),
            _ => Err(Error::invalid(format!("there is no form {name:?}; use docx, xlsx, pdf, csv or json"))),
        }
    }

    /// Its media type.
    #[must_use]
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Docx => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Self::Pdf => "application/pdf",
            Self::Csv => "text/csv; charset=utf-8",
            Self::Json => "application/json",
        }
    }
}

/// The report of progress of a roadmap for these units, in this form; of several roadmaps the one named.
///
/// # Errors
/// `NotFound` where there is no such roadmap, or several and none is named; those of the forms.
pub async fn progress(archive: &Archive, units: &Units, decision: Option<&str>, form: Form, language: Language) -> Result<Vec<u8>> {
    let mut all = roadmap::status(archive, units).await?;
    all.retain(|status| decision.is_none_or(|decision| status.decision == decision));
    let status = match all.as_slice() {
        [only] => only,
        [] => return Err(Error::not_found("there is no such roadmap for your units")),
        several => {
            let names: Vec<&str> = several.iter().map(|status| status.decision.as_str()).collect();
            return Err(Error::not_found(format!("there are several roadmaps, name one: {}", names.join(", "))));
        }
    };
    if form == Form::Json {
        return serde_json::to_vec_pretty(status).or_error(Kind::Internal, || "the report has no JSON form".to_owned());
    }
    written(&progress_report(status, &archive.config.unit, language), form)
}

/// The minutes of a lot that a person may see.
///
/// # Errors
/// As [`lots::show`]; those of the forms.
pub async fn minutes(archive: &Archive, by: &Identity, lot: &str, form: Form, language: Language) -> Result<Vec<u8>> {
    let lot = lots::show(archive, by, lot).await?;
    if form == Form::Json {
        return serde_json::to_vec_pretty(&lot).or_error(Kind::Internal, || "the minutes have no JSON form".to_owned());
    }
    archive.catalog.note("", "", "minutes-written", json!({ "by": by.user.name, "lot": lot.id })).await?;
    written(&minutes_report(&lot, archive.catalog.today(), language)?, form)
}

fn written(report: &Report, form: Form) -> Result<Vec<u8>> {
    match form {
        Form::Docx => report_docx::docx(report),
        Form::Pdf => report_pdf::pdf(report),
        Form::Xlsx => spreadsheet::report(report, numbers::parse),
        Form::Csv => {
            let last = report.tables.last().cloned().unwrap_or_default();
            spreadsheet::csv(&Sheet { head: last.columns.into_iter().map(|column| column.name).collect(), rows: last.rows })
        }
        Form::Json => serde_json::to_vec_pretty(report).or_error(Kind::Internal, || "the report has no JSON form".to_owned()),
    }
}

/// `ngày 05 tháng 01 năm 2026`: days below ten and the first two months have a zero before them.
fn in_words(day: Day) -> String {
    let (year, month, of_month) = day.parts();
    let month = if month < 3 { format!("{month:02}") } else { month.to_string() };
    format!("ngày {of_month:02} tháng {month} năm {year}")
}

/// A share as per cent with one place.
fn share(share: f64) -> String {
    format!("{} %", numbers::decimal(share * 100.0, 1))
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

fn progress_report(status: &Status, unit: &str, language: Language) -> Report {
    let word = |word: Word| word.in_language(language);
    let together = |caption: String, name: Word, all: &[Together], is_ranked: bool| {
        let mut columns = vec![Column::new(if is_ranked { word(Word::Rank) } else { "STT" }, 4, Side::Middle)];
        columns.push(Column::new(word(name), 14, Side::Left));
        columns.extend([Word::Lines, Word::LinesDone, Word::LinesOverdue, Word::Near].map(|one| Column::new(word(one), 6, Side::Right)));
        columns.extend([Word::TargetPages, Word::AcceptedPages].map(|one| Column::new(word(one), 10, Side::Right)));
        columns.extend([Word::ShareDone, Word::ShareElapsed].map(|one| Column::new(word(one), 7, Side::Right)));
        let row = |(number, one): (usize, &Together)| {
            let place = if is_ranked { one.rank.to_string() } else { number.to_string() };
            let counts = [one.lines, one.done_lines, one.overdue, one.near].map(|count| count.to_string());
            let name = if one.name.is_empty() { "—".to_owned() } else { one.name.clone() };
            [
                vec![place, name],
                counts.to_vec(),
                vec![whole(one.target_pages), whole(one.done_pages), share(one.share_done), share(one.share_elapsed)],
            ]
            .concat()
        };
        let rows = (1..).zip(all).map(row).collect();
        Table { caption, columns, rows }
    };
    let whole_plan = &status.whole;
    let first = format!(
        "{} {}, {} {}: {}/{} {}; {}/{} {} ({}); {} {}.",
        word(Word::DecisionNumber),
        status.decision,
        word(Word::AsOf),
        status.as_of.numeric(),
        whole(whole_plan.done_pages),
        whole(whole_plan.target_pages),
        word(Word::AcceptedPages).to_lowercase(),
        whole_plan.done_lines,
        whole_plan.lines,
        word(Word::Lines).to_lowercase(),
        share(whole_plan.share_done),
        word(Word::ShareElapsed).to_lowercase(),
        share(whole_plan.share_elapsed)
    );
    Report {
        parent: if unit == status.authority { String::new() } else { status.authority.to_uppercase() },
        issuer: unit.to_uppercase(),
        number: "Số:\u{a0}\u{a0}\u{a0}\u{a0}\u{a0}\u{a0}\u{a0}/BC".to_owned(),
        place_and_day: format!("…………, {}", in_words(status.as_of)),
        kind: "BÁO CÁO".to_owned(),
        subject: format!("{} {}", word(Word::ProgressOf), status.decision),
        paragraphs: vec![first],
        tables: vec![
            together(format!("1. {}", word(Word::Unit)), Word::Unit, &status.units, true),
            together(format!("2. {}", word(Word::Phase)), Word::Phase, &status.phases, false),
            criteria_table(status, language),
            lines_table(status, language),
        ],
        closing: Vec::new(),
        receivers: vec!["- Như trên;".to_owned(), "- Lưu: VT.".to_owned()],
        signers: vec![(vec!["THỦ TRƯỞNG ĐƠN VỊ".to_owned()], String::new())],
        is_wide: true,
    }
}

fn criteria_table(status: &Status, language: Language) -> Table {
    let word = |word: Word| word.in_language(language);
    let names = criteria::in_force("digitisation", status.as_of).map(|set| set.indicators.as_slice()).unwrap_or_default();
    let rows = (1..).zip(&status.criteria).map(|(number, scored)| {
        let known = names.iter().find(|indicator| indicator.code == scored.code);
        let name = known.map_or(scored.code.as_str(), |known| if language == Language::Vietnamese { &known.vi } else { &known.en });
        vec![number.to_string(), name.to_owned(), scored.printed.clone(), decimal(scored.points), decimal(scored.of)]
    });
    let mut rows: Vec<Vec<String>> = rows.collect();
    let sum = |of: fn(&criteria::Scored) -> f64| decimal(status.criteria.iter().map(of).sum());
    rows.push(vec![String::new(), word(Word::Together).to_owned(), String::new(), sum(|one| one.points), sum(|one| one.of)]);
    Table {
        caption: format!("3. {}", word(Word::Criteria)),
        columns: vec![
            Column::new("STT", 4, Side::Middle),
            Column::new(word(Word::Criterion), 40, Side::Left),
            Column::new(word(Word::Result), 12, Side::Right),
            Column::new(word(Word::Points), 8, Side::Right),
            Column::new("/", 8, Side::Right),
        ],
        rows,
    }
}

fn lines_table(status: &Status, language: Language) -> Table {
    let word = |word: Word| word.in_language(language);
    let columns = vec![
        Column::new("STT", 6, Side::Middle),
        Column::new(word(Word::Line), 9, Side::Left),
        Column::new(word(Word::What), 19, Side::Left),
        Column::new(word(Word::Unit), 8, Side::Left),
        Column::new(word(Word::Measure), 7, Side::Middle),
        Column::new(word(Word::Target), 9, Side::Right),
        Column::new(word(Word::Done), 9, Side::Right),
        Column::new(word(Word::ShareDone), 7, Side::Right),
        Column::new(word(Word::ShareElapsed), 7, Side::Right),
        Column::new(word(Word::Pace), 8, Side::Right),
        Column::new(word(Word::Needed), 8, Side::Right),
        Column::new(word(Word::Finish), 11, Side::Middle),
        Column::new(word(Word::Deadline), 9, Side::Middle),
        Column::new(word(Word::State), 8, Side::Middle),
    ];
    let row = |(number, line): (usize, &LineProgress)| {
        let finish = match line.finish {
            None => "—".to_owned(),
            Some(finish) => {
                let latest = finish.latest.map_or_else(|| "?".to_owned(), Day::numeric);
                format!("{} ({}–{latest})", finish.day.numeric(), finish.earliest.numeric())
            }
        };
        vec![
            number.to_string(),
            line.code.clone(),
            line.name.clone(),
            line.unit.clone(),
            term(language, "measure", line.measure.word()).to_owned(),
            amount(line.measure, line.target),
            amount(line.measure, line.done),
            share(line.share_done),
            share(line.share_elapsed),
            numbers::decimal(line.pace, 1),
            line.required_pace.map_or_else(|| "—".to_owned(), |pace| numbers::decimal(pace, 1)),
            finish,
            line.deadline.numeric(),
            term(language, "line-state", line.state.word()).to_owned(),
        ]
    };
    Table { caption: format!("4. {}", word(Word::Lines)), columns, rows: (1..).zip(&status.lines).map(row).collect() }
}

fn minutes_report(lot: &Lot, today: Day, language: Language) -> Result<Report> {
    let word = |word: Word| word.in_language(language);
    let counts = lots::defective(lot)?;
    let count = |gravity: Gravity| counts.get(&gravity).copied().unwrap_or(0);
    let most = |gravity: Gravity| match gravity {
        Gravity::Critical => 0,
        Gravity::Major => lot.accept_major,
        Gravity::Minor => lot.accept_minor,
    };
    let judged = Gravity::ALL.into_iter().map(|gravity| {
        vec![
            term(language, "gravity", gravity.word()).to_owned(),
            count(gravity).to_string(),
            most(gravity).to_string(),
            if lot.refused_for.iter().any(|word| word == gravity.word()) {
                word(Word::Bad).to_owned()
            } else {
                word(Word::Good).to_owned()
            },
        ]
    });
    let defects = lot.sample.iter().filter(|page| !page.defects.is_empty()).map(|page| {
        let names = page.defects.iter().map(|code| {
            let kind = sampling::defect_kind(code).ok();
            kind.map_or(code.as_str(), |kind| if language == Language::Vietnamese { &kind.vi } else { &kind.en }).to_owned()
        });
        vec![(page.place + 1).to_string(), page.document.clone(), page.page.to_string(), names.collect::<Vec<_>>().join("; ")]
    });
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
        parent: String::new(),
        issuer: lot.unit.to_uppercase(),
        number: "Số:\u{a0}\u{a0}\u{a0}\u{a0}\u{a0}\u{a0}\u{a0}/BB".to_owned(),
        place_and_day: format!("…………, {}", in_words(if lot.state == LotState::Open { today } else { signed })),
        kind: "BIÊN BẢN".to_owned(),
        subject: format!("{} ({})", word(Word::MinutesOf), opened.numeric()),
        paragraphs,
        tables: vec![
            Table {
                caption: format!("1. {}", word(Word::DefectsFound)),
                columns: vec![
                    Column::new(word(Word::Defects), 10, Side::Left),
                    Column::new(word(Word::Pages), 6, Side::Right),
                    Column::new("≤", 6, Side::Right),
                    Column::new(word(Word::Result), 6, Side::Middle),
                ],
                rows: judged.collect(),
            },
            Table {
                caption: format!("2. {}", word(Word::Defects)),
                columns: vec![
                    Column::new("STT", 4, Side::Middle),
                    Column::new(word(Word::Document), 16, Side::Left),
                    Column::new(word(Word::Page), 5, Side::Right),
                    Column::new(word(Word::Defects), 14, Side::Left),
                ],
                rows: defects.collect(),
            },
        ],
        closing: Vec::new(),
        receivers: Vec::new(),
        signers: vec![(vec!["ĐẠI DIỆN BÊN GIAO".to_owned()], lot.opened.0.clone()), (vec!["ĐẠI DIỆN BÊN NGHIỆM THU".to_owned()], judge)],
        is_wide: false,
    })
}
