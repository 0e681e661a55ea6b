//! Reports about the roadmap and about one-stop dossiers, and minutes of lots, as papers of an office.

use crate::archive::Archive;
use crate::reports::adjustments_report;
use crate::reports::adjustments_report::AdjustmentHistory;
use crate::reports::lot_minutes;
use crate::reports::one_stop_report;
use crate::reports::progress_report;
use crate::roadmap::lots;
use crate::roadmap::one_stop;
use crate::roadmap::tracking;
use serde::Serialize;
use serde_json::json;
use sohoa_base::error::{Error, ErrorKind, Result, ResultExt};
use sohoa_base::model::account::{Identity, UnitScope};
use sohoa_base::model::calendar::Day;
use sohoa_base::text::numbers;
use sohoa_formats::report::docx;
use sohoa_formats::report::model::{Column, Report, Table};
use sohoa_formats::report::pdf;
use sohoa_formats::tables::spreadsheet_writer;
use sohoa_formats::tables::spreadsheet_writer::Sheet;
use sohoa_texts::Language;

/// How a report is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReportFormat {
    /// Word's.
    Docx,
    /// A spreadsheet, one sheet for each table.
    Xlsx,
    /// As printed.
    Pdf,
    /// One table alone: that of the lines, of the units, or of the changes.
    Csv,
    /// For programs.
    Json,
}

impl ReportFormat {
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

/// What is reported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ReportSubject {
    /// How far a roadmap is.
    #[default]
    Progress,
    /// How a roadmap was changed.
    Adjustments,
    /// What of one-stop dossiers is digitised (Decision 766/QĐ-TTg), and whether they were resolved in time.
    OneStop,
}

impl ReportSubject {
    /// The subject of this name.
    ///
    /// # Errors
    /// `Invalid` where there is none.
    pub fn from_name(name: &str) -> Result<Self> {
        match name {
            "progress" => Ok(Self::Progress),
            "adjustments" => Ok(Self::Adjustments),
            "one-stop" => Ok(Self::OneStop),
            _ => Err(Error::invalid(format!("there is no report {name:?}; use progress, adjustments or one-stop"))),
        }
    }
}

/// Which report is wanted.
#[derive(Debug, Clone)]
pub struct ReportRequest<'a> {
    /// What it is about.
    pub subject: ReportSubject,
    /// Units that it tells of.
    pub units: &'a UnitScope,
    /// Number of the roadmap's decision, where there are several.
    pub decision: Option<&'a str>,
    /// First day, of a report about a period; none: the first of January.
    pub from: Option<Day>,
    /// Last day, likewise; none: today.
    pub to: Option<Day>,
}

/// A report in this form.
///
/// # Errors
/// `NotFound` where there is no such roadmap, or several and none is named; `Invalid` for a period that ends before it begins;
/// those of the forms.
pub async fn write_report(archive: &Archive, wanted: &ReportRequest<'_>, form: ReportFormat, language: Language) -> Result<Vec<u8>> {
    let (unit, today) = (&archive.config.unit, archive.catalog.today());
    match wanted.subject {
        ReportSubject::Progress => {
            let all = tracking::load_progress(archive, wanted.units).await?;
            let status = select_by_decision(&all, |status| &status.decision, wanted.decision)?;
            render(status, || progress_report::build_report(status, unit, language), form, 3)
        }
        ReportSubject::Adjustments => {
            let mut all = archive.catalog.roadmaps().await?;
            all.retain(|roadmap| roadmap.targets.iter().any(|line| wanted.units.contains(&line.unit)));
            let roadmap = select_by_decision(&all, |roadmap| &roadmap.decision, wanted.decision)?;
            let told: AdjustmentHistory = adjustments_report::load_history(archive, roadmap, wanted.units).await?;
            render(&told, || adjustments_report::build_report(&told, unit, today, language), form, 1)
        }
        ReportSubject::OneStop => {
            let counted = one_stop::summarize(archive, wanted.units, one_stop::report_period(today, wanted.from, wanted.to)?).await?;
            render(&counted, || one_stop_report::build_report(&counted, unit, today, language), form, 0)
        }
    }
}

/// The one of a decision, or the only one.
fn select_by_decision<'a, T>(all: &'a [T], decision_of: fn(&T) -> &str, decision: Option<&str>) -> Result<&'a T> {
    let found: Vec<&T> = all.iter().filter(|one| decision.is_none_or(|decision| decision_of(one) == decision)).collect();
    match found.as_slice() {
        [only] => Ok(only),
        [] => Err(Error::not_found("there is no such roadmap for your units")),
        several => {
            let names: Vec<&str> = several.iter().map(|one| decision_of(one)).collect();
            Err(Error::not_found(format!("there are several roadmaps, name one: {}", names.join(", "))))
        }
    }
}

/// The minutes of a lot that a person may see.
///
/// # Errors
/// As [`lots::show`]; those of the forms.
pub async fn write_lot_minutes(archive: &Archive, by: &Identity, lot: &str, form: ReportFormat, language: Language) -> Result<Vec<u8>> {
    let lot = lots::show_lot(archive, by, lot).await?;
    if form != ReportFormat::Json {
        archive.catalog.append_event("", "", "minutes-written", json!({ "by": by.user.name, "lot": lot.id })).await?;
    }
    let paper = lot_minutes::build_minutes(&lot, archive.catalog.today(), language)?;
    render(&lot, || paper, form, 1)
}

/// Figures in this form: for programs as they are, for people as the paper that tells them. `list` is the place of the table that
/// stands for the paper where one table must do.
fn render(figures: &impl Serialize, paper: impl FnOnce() -> Report, form: ReportFormat, list: usize) -> Result<Vec<u8>> {
    match form {
        ReportFormat::Docx => docx::render_docx(&paper()),
        ReportFormat::Pdf => pdf::render_pdf(&paper()),
        ReportFormat::Xlsx => spreadsheet_writer::write_report(&paper(), numbers::parse_number),
        ReportFormat::Csv => {
            let mut table = paper().tables.into_iter().nth(list).unwrap_or_default();
            table.rows.extend(table.sum);
            spreadsheet_writer::write_csv(&Sheet { head: table.columns.iter().map(Column::qualified_name).collect(), rows: table.rows })
        }
        ReportFormat::Json => serde_json::to_vec_pretty(figures).or_error(ErrorKind::Internal, || "the report has no JSON form".to_owned()),
    }
}

/// What a cell says: of the number of the row, from 1 (0: the sum), and the row.
type CellText<'a, Row> = Box<dyn Fn(usize, &Row) -> String + 'a>;

/// Columns of a table of such rows, each with what its cells say.
pub(crate) struct Columns<'a, Row>(Vec<(Column, CellText<'a, Row>)>);

impl<'a, Row> Columns<'a, Row> {
    /// None yet.
    pub(crate) fn new() -> Self {
        Self(Vec::new())
    }

    /// With a column whose cells say this of a row.
    pub(crate) fn column(mut self, column: Column, cell: impl Fn(&Row) -> String + 'a) -> Self {
        self.0.push((column, Box::new(move |_, row| cell(row))));
        self
    }

    /// With a column whose cells are the numbers of the rows.
    pub(crate) fn row_numbers(mut self, column: Column) -> Self {
        self.0.push((column, Box::new(|number, _| if number == 0 { String::new() } else { number.to_string() })));
        self
    }
}

/// The table of these rows, with a last one that sums them up where there is one.
pub(crate) fn build_table<Row>(caption: String, columns: Columns<'_, Row>, rows: &[Row], sum: Option<&Row>) -> Table {
    let cells = |number: usize, row: &Row| columns.0.iter().map(|(_, cell)| cell(number, row)).collect::<Vec<_>>();
    let sum = sum.map(|sum| cells(0, sum));
    let rows = (1..).zip(rows).map(|(number, row)| cells(number, row)).collect();
    Table { caption, columns: columns.0.into_iter().map(|(column, _)| column).collect(), rows, sum }
}

/// `ngày 05 tháng 01 năm 2026`: days below ten and the first two months have a zero before them.
pub(crate) fn date_in_words(day: Day) -> String {
    let (year, month, of_month) = day.ymd();
    let month = if month < 3 { format!("{month:02}") } else { month.to_string() };
    format!("ngày {of_month:02} tháng {month} năm {year}")
}

/// A share as per cent with one place.
pub(crate) fn percent_text(share: f64) -> String {
    format!("{} %", numbers::format_decimal(share * 100.0, 1))
}

/// A report of an office, without its text: who issues it under whom, on what day, about what.
pub(crate) fn report_letterhead(issuer: &str, parent: &str, day: Day, subject: String) -> Report {
    let receiver = if parent.is_empty() { "- …………;".to_owned() } else { format!("- {parent} (để báo cáo);") };
    Report {
        parent: if issuer == parent { String::new() } else { parent.to_uppercase() },
        issuer: issuer.to_uppercase(),
        number: "Số:\u{a0}\u{a0}\u{a0}\u{a0}\u{a0}\u{a0}\u{a0}/BC".to_owned(),
        place_and_day: format!("…………, {}", date_in_words(day)),
        kind: "BÁO CÁO".to_owned(),
        subject,
        receivers: vec![receiver, "- Lưu: VT.".to_owned()],
        signers: vec![(vec!["THỦ TRƯỞNG ĐƠN VỊ".to_owned()], String::new())],
        is_wide: true,
        ..Report::default()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use sohoa_formats::report::model::Alignment;

    #[test]
    fn a_table_says_of_each_row_what_its_columns_say() {
        let columns = Columns::<u32>::new().row_numbers(Column::new("STT", 1, Alignment::Middle));
        let columns = columns.column(Column::new("a", 1, Alignment::Left), |row| row.to_string());
        let table = build_table("t".to_owned(), columns, &[5, 6], Some(&11));
        assert_eq!(table.rows, [["1", "5"], ["2", "6"]]);
        assert_eq!((table.sum.unwrap(), table.columns.len()), (vec![String::new(), "11".to_owned()], 2));
    }

    #[test]
    fn a_report_is_of_one_roadmap() {
        let all = ["1/QĐ".to_owned(), "2/QĐ".to_owned()];
        assert_eq!(select_by_decision(&all, |own| own, Some("2/QĐ")).unwrap(), "2/QĐ");
        assert_eq!(select_by_decision(&all[..1], |own| own, None).unwrap(), "1/QĐ");
        assert!(select_by_decision(&all, |own| own, None).unwrap_err().context().contains("1/QĐ, 2/QĐ"));
        assert_eq!(select_by_decision(&all, |own| own, Some("3/QĐ")).unwrap_err().kind(), ErrorKind::NotFound);
        assert_eq!(date_in_words(Day::from_ymd(2026, 2, 5).unwrap()), "ngày 05 tháng 02 năm 2026");
    }
}
