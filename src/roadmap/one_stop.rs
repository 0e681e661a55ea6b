//! Report on one-stop dossiers: digitisation (Decision 766/QĐ-TTg) and timeliness of resolution.

use schemars::JsonSchema;
use serde::Serialize;
use sohoa_base::model::account::UnitScope;
use sohoa_base::model::calendar::Day;
use sohoa_base::model::record::Description;
use sohoa_base::model::roadmap::one_stop_case::{Case, CaseCode, Reuse};
use sohoa_base::text::fold::fold;
use std::collections::BTreeMap;

/// Kinds of document (codes of Circular 05/2025) that close a dossier: resolution, decision, notice, official letter.
const RESULT_KINDS: [&str; 4] = ["01", "02", "07", "22"];

/// First words of the subject of results of other kinds, folded.
const RESULT_NAMES: [&str; 6] = ["giay phep", "giay chung nhan", "giay xac nhan", "chung chi", "trich luc", "ban sao trich luc"];

/// The archive's documents of a one-stop dossier, those without pending review only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredCase {
    /// Unit of the dossier.
    pub unit: String,
    /// Code.
    pub code: CaseCode,
    /// Whether papers filed with it are stored.
    pub has_components: bool,
    /// Whether its result is stored.
    pub has_result: bool,
}

impl StoredCase {
    /// A dossier without counted documents.
    #[must_use]
    pub fn empty(unit: &str, code: CaseCode) -> Self {
        Self { unit: unit.to_owned(), code, has_components: false, has_result: false }
    }

    /// Counts one of its documents.
    pub fn add_document(&mut self, document: &Description) {
        if is_result(document, self.code.received) { self.has_result = true } else { self.has_components = true }
    }
}

/// Whether a document is the result of its dossier: of a kind that closes dossiers, and issued on or after the day of
/// reception. Papers filed with it were issued before, or have no issuer.
fn is_result(document: &Description, received: Day) -> bool {
    let field = |name: &str| document.fields.get(name).map_or("", |field| field.value.as_str());
    let subject = fold(field("subject"));
    let is_of_kind = RESULT_KINDS.contains(&document.kind.as_str()) || RESULT_NAMES.iter().any(|name| subject.starts_with(name));
    is_of_kind && Day::parse(field("issuedDate")).is_some_and(|issued| issued >= received)
}

/// A period, both days included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Period {
    /// First day.
    pub from: Day,
    /// Last day.
    pub to: Day,
}

impl Period {
    fn contains(self, day: Day) -> bool {
        (self.from..=self.to).contains(&day)
    }
}

/// Report on one-stop dossiers in a period.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct OneStopReport {
    /// Reported period.
    pub period: Period,
    /// Reference day for what is overdue: the last of the period, or today if that is in the future.
    pub as_of: Day,
    /// Summaries by unit.
    pub units: Vec<UnitSummary>,
    /// Sum over all units.
    pub total: UnitSummary,
}

/// Counts of a unit's dossiers.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct UnitSummary {
    /// Code of the unit; empty: the sum.
    pub unit: String,
    /// Digitisation.
    pub digitisation: DigitisationCounts,
    /// Timeliness; none: no due day was submitted.
    pub timeliness: Option<TimelinessCounts>,
}

/// Digitisation of the dossiers received, and of the results of those resolved, in the period. None for figures that the
/// archive cannot derive and nobody submitted.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct DigitisationCounts {
    /// Received (tiếp nhận).
    pub received: u64,
    /// Received, papers filed are not stored as digitised documents.
    pub without_components: u64,
    /// Received, papers filed are stored.
    pub with_components: u64,
    /// Received, filed with papers that the state already had, including those from the portal.
    pub reused: Option<u64>,
    /// Received, filed with papers from the national portal.
    pub from_portal: Option<u64>,
    /// Resolved, regardless of the day of reception (đã giải quyết).
    pub resolved: Option<u64>,
    /// Resolved, result not stored.
    pub without_result: Option<u64>,
    /// Resolved, result stored.
    pub with_result: Option<u64>,
    /// Received, but in no submitted table, so that their resolution is unknown.
    pub not_handed_in: u64,
    /// Received, reuse of papers not stated.
    pub reuse_unknown: u64,
}

/// Timeliness of the submitted dossiers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct TimelinessCounts {
    /// Received before the period and not resolved before it (kỳ trước chuyển qua).
    pub carried_over: u64,
    /// Received in the period.
    pub received: u64,
    /// Resolved in the period before the due day (trước hạn).
    pub early: u64,
    /// Resolved in the period on the due day (trong hạn).
    pub in_time: u64,
    /// Resolved in the period after the due day (quá hạn).
    pub late: u64,
    /// Not resolved, due day not past.
    pub open_in_time: u64,
    /// Not resolved, due day past.
    pub open_late: u64,
    /// Carried over or received without a due day, therefore in none of the five above.
    pub without_due: u64,
}

impl TimelinessCounts {
    /// Number of resolved dossiers with a due day.
    #[must_use]
    pub fn resolved(self) -> u64 {
        self.early + self.in_time + self.late
    }
}

/// A dossier prepared for counting.
struct CaseRow<'a> {
    unit: &'a str,
    received: Day,
    stored: Option<&'a StoredCase>,
    case: Option<&'a Case>,
}

/// Summarises the dossiers of these units. A dossier in the archive belongs to the unit that holds it, others to the unit
/// that submitted them.
#[must_use]
pub fn summarize(cases: &[Case], held: &[StoredCase], units: &UnitScope, period: Period, today: Day) -> OneStopReport {
    let mut rows: BTreeMap<String, CaseRow<'_>> = BTreeMap::new();
    for one in held {
        let new = CaseRow { unit: &one.unit, received: one.code.received, stored: Some(one), case: None };
        rows.entry(one.code.to_string()).or_insert(new);
    }
    for case in cases {
        let new = CaseRow { unit: &case.unit, received: case.received, stored: None, case: None };
        let row = rows.entry(case.code.clone()).or_insert(new);
        row.received = case.received;
        row.case = Some(case);
    }
    let as_of = period.to.min(today);
    let mut by_unit: BTreeMap<&str, Vec<&CaseRow<'_>>> = BTreeMap::new();
    for row in rows.values().filter(|row| units.contains(row.unit) && row.received <= period.to) {
        by_unit.entry(row.unit).or_default().push(row);
    }
    let all: Vec<&CaseRow<'_>> = by_unit.values().flatten().copied().collect();
    let counted = |unit: &str, rows: &[&CaseRow<'_>]| UnitSummary {
        unit: unit.to_owned(),
        digitisation: count_digitisation(rows, period),
        timeliness: count_timeliness(rows, period, as_of),
    };
    let mut units: Vec<UnitSummary> = by_unit.iter().map(|(unit, rows)| counted(unit, rows)).collect();
    // A unit whose dossiers were all closed before the period has no entry.
    units.retain(|unit| {
        let is_open = unit.timeliness.is_some_and(|timely| timely.carried_over > 0);
        is_open || unit.digitisation.received > 0 || unit.digitisation.resolved.unwrap_or(0) > 0
    });
    OneStopReport { period, as_of, units, total: counted("", &all) }
}

fn count_items(of: impl Iterator) -> u64 {
    of.count().try_into().unwrap_or(u64::MAX)
}

fn count_digitisation(rows: &[&CaseRow<'_>], period: Period) -> DigitisationCounts {
    let received = || rows.iter().filter(|row| period.contains(row.received));
    let reuses = || received().filter_map(|row| row.case?.reuse);
    let resolved = || rows.iter().filter(|row| row.case.and_then(|case| case.resolved).is_some_and(|day| period.contains(day)));
    let with_components = count_items(received().filter(|row| row.stored.is_some_and(|held| held.has_components)));
    let with_result = count_items(resolved().filter(|row| row.stored.is_some_and(|held| held.has_result)));
    let is_said = rows.iter().any(|row| row.case.is_some());
    let is_reuse_said = reuses().next().is_some();
    let all = count_items(received());
    DigitisationCounts {
        received: all,
        without_components: all - with_components,
        with_components,
        reused: is_reuse_said.then(|| count_items(reuses().filter(|reuse| *reuse != Reuse::None))),
        from_portal: is_reuse_said.then(|| count_items(reuses().filter(|reuse| *reuse == Reuse::Portal))),
        resolved: is_said.then(|| count_items(resolved())),
        without_result: is_said.then(|| count_items(resolved()) - with_result),
        with_result: is_said.then_some(with_result),
        not_handed_in: count_items(received().filter(|row| row.case.is_none())),
        reuse_unknown: all - count_items(reuses()),
    }
}

fn count_timeliness(rows: &[&CaseRow<'_>], period: Period, as_of: Day) -> Option<TimelinessCounts> {
    let mut timely = TimelinessCounts::default();
    let cases = || rows.iter().filter_map(|row| row.case);
    if cases().all(|case| case.due.is_none()) {
        return None;
    }
    for case in cases() {
        if case.resolved.is_some_and(|day| day < period.from) {
            continue;
        }
        if case.received < period.from {
            timely.carried_over += 1
        } else {
            timely.received += 1
        }
        // A dossier resolved after the period was open in it.
        let resolved = case.resolved.filter(|day| *day <= period.to);
        let class = match (resolved, case.due) {
            (_, None) => &mut timely.without_due,
            (Some(day), Some(due)) if day < due => &mut timely.early,
            (Some(day), Some(due)) if day == due => &mut timely.in_time,
            (Some(_), Some(_)) => &mut timely.late,
            (None, Some(due)) if as_of <= due => &mut timely.open_in_time,
            (None, Some(_)) => &mut timely.open_late,
        };
        *class += 1;
    }
    Some(timely)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use super::*;
    use sohoa_base::model::record::Field;

    fn day(text: &str) -> Day {
        Day::parse(text).unwrap()
    }

    fn held(code: &str, has_components: bool, has_result: bool) -> StoredCase {
        StoredCase { unit: "snv".to_owned(), code: CaseCode::parse(code).unwrap(), has_components, has_result }
    }

    fn case(code: &str, resolved: Option<&str>, due: Option<&str>, reused: Option<Reuse>) -> Case {
        let parsed = CaseCode::parse(code).unwrap();
        let (unit, received) = (parsed.unit.clone(), parsed.received);
        Case { code: parsed.to_string(), unit, received, due: due.map(day), resolved: resolved.map(day), reuse: reused }
    }

    const OCTOBER: fn() -> Period = || Period { from: day("1/10/2026"), to: day("31/10/2026") };

    fn document(kind: &str, issued: &str, subject: &str) -> Description {
        let field = |value: &str| Field { value: value.to_owned(), ..Field::default() };
        let fields = [("issuedDate", issued), ("subject", subject)].map(|(name, value)| (name.to_owned(), field(value)));
        Description { kind: kind.to_owned(), fields: fields.into(), ..Description::unknown() }
    }

    #[test]
    fn results_are_documents_issued_after_case_receipt() {
        let received = day("2/10/2026");
        for (kind, issued, subject, is) in [
            ("02", "2026-10-05", "về việc giao đất", true),
            ("02", "2026-10-02", "", true),
            ("02", "2020-10-05", "bản sao quyết định cũ", false),
            ("02", "", "", false),
            ("32", "2026-10-05", "Giấy chứng nhận đăng ký", true),
            ("32", "2026-10-05", "Đơn đề nghị cấp giấy phép", false),
            ("14", "2026-10-05", "", false),
        ] {
            assert_eq!(is_result(&document(kind, issued, subject), received), is, "{kind} {issued} {subject}");
        }
        let mut held = StoredCase::empty("snv", CaseCode::parse("H24.16-261002-0001").unwrap());
        held.add_document(&document("02", "2026-10-05", ""));
        assert_eq!((held.has_components, held.has_result), (false, true));
        held.add_document(&document("32", "", ""));
        assert!(held.has_components);
    }

    #[test]
    fn unreported_cases_have_unknown_counts_not_zero() {
        let held = [held("H24.16-261002-0001", true, true), held("H24.16-261102-0001", true, true)];
        let report = summarize(&[], &held, &UnitScope::All, OCTOBER(), day("26/11/2026"));
        let whole = &report.total.digitisation;
        assert_eq!((whole.received, whole.with_components, whole.without_components), (1, 1, 0));
        assert_eq!((whole.resolved, whole.with_result, whole.reused, whole.not_handed_in), (None, None, None, 1));
        assert_eq!((report.total.timeliness, report.as_of), (None, day("31/10/2026")));
        // The unit of the archive counts, not the one in the code.
        assert_eq!(report.units.iter().map(|unit| unit.unit.as_str()).collect::<Vec<_>>(), ["snv"]);
        assert_eq!(summarize(&[], &held, &UnitScope::Only(["H24.16".to_owned()].into()), OCTOBER(), day("26/11/2026")).units, []);
    }

    #[test]
    fn reported_and_stored_cases_are_merged() {
        let held = [
            held("000.00.16.H24-261002-0001", true, true),
            held("H24.16-261003-0001", false, false),
            held("H24.16-260901-0001", true, true),
        ];
        let cases = [
            case("H24.16-261002-0001", Some("5/10/2026"), Some("6/10/2026"), Some(Reuse::Portal)),
            case("H24.16-261004-0001", None, Some("30/10/2026"), Some(Reuse::Own)),
            case("H24.16-260901-0001", Some("8/10/2026"), Some("7/10/2026"), None),
            case("H24.16-260902-0001", Some("30/9/2026"), Some("7/10/2026"), None),
        ];
        let report = summarize(&cases, &held, &UnitScope::All, OCTOBER(), day("26/11/2026"));
        let of = |name: &str| report.units.iter().find(|unit| unit.unit == name).unwrap();
        assert_eq!(
            of("snv").digitisation,
            DigitisationCounts {
                received: 2,
                without_components: 1,
                with_components: 1,
                reused: Some(1),
                from_portal: Some(1),
                resolved: Some(2),
                without_result: Some(0),
                with_result: Some(2),
                not_handed_in: 1,
                reuse_unknown: 1
            }
        );
        assert_eq!((of("H24.16").digitisation.received, of("H24.16").digitisation.resolved), (1, Some(0)));
        let whole = report.total.timeliness.unwrap();
        assert_eq!(
            whole,
            TimelinessCounts { carried_over: 1, received: 2, early: 1, late: 1, open_late: 1, ..TimelinessCounts::default() }
        );
        assert_eq!(whole.carried_over + whole.received, whole.resolved() + whole.open_in_time + whole.open_late + whole.without_due);
    }

    #[test]
    fn due_day_is_in_time_and_later_resolution_open() {
        let cases = [
            case("H24.16-261002-0001", Some("6/10/2026"), Some("6/10/2026"), None),
            case("H24.16-261002-0002", Some("2/11/2026"), Some("2/11/2026"), None),
            case("H24.16-261002-0003", None, Some("31/10/2026"), None),
            case("H24.16-261002-0004", None, None, None),
        ];
        let report = summarize(&cases, &[], &UnitScope::All, OCTOBER(), day("26/11/2026"));
        let expected = TimelinessCounts { received: 4, in_time: 1, open_in_time: 2, without_due: 1, ..TimelinessCounts::default() };
        assert_eq!(report.total.timeliness, Some(expected));
        // If the period has not ended, today is the reference day.
        assert_eq!(summarize(&cases, &[], &UnitScope::All, OCTOBER(), day("15/10/2026")).as_of, day("15/10/2026"));
    }
}
