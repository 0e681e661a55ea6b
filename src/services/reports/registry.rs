//! The table of all reports. A new report is one file in this folder (with its `mod` line), one row here, and its label in
//! `sohoa_texts`.

use crate::archive::Archive;
use crate::reports::format::ReportFormat;
use crate::reports::request::{ReportContext, ReportRequest};
use crate::reports::{adjustments_report, one_stop_report, progress_report};
use sohoa_base::error::Result;
use sohoa_base::messages::reports;
use sohoa_texts::Language;
use sohoa_texts::labels::Label;
use std::pin::Pin;

/// Loads the figures of a report and renders them.
type ReportBuilder = for<'a> fn(ReportContext<'a>) -> Pin<Box<dyn Future<Output = Result<Vec<u8>>> + Send + 'a>>;

/// A kind of report.
#[derive(Debug)]
pub struct ReportKind {
    /// Name on the command line (`--form`) and in the API (`?report=`).
    pub name: &'static str,
    /// Label; the subject line of the report begins with it.
    pub label: Label,
    /// What it is about, for the help of the command line.
    pub about: &'static str,
    build: ReportBuilder,
}

/// Name of the report that is written where none is named.
pub const DEFAULT_REPORT: &str = "progress";

/// Name of the report on the adjustments of a plan.
pub const ADJUSTMENTS_REPORT: &str = "adjustments";

/// Name of the report on the one-stop dossiers of a period.
pub const ONE_STOP_REPORT: &str = "one-stop";

/// Every report.
pub static REPORTS: &[ReportKind] = &[
    ReportKind {
        name: DEFAULT_REPORT,
        label: Label::ProgressOf,
        about: "of the targets",
        build: |context| Box::pin(progress_report::write(context)),
    },
    ReportKind {
        name: ADJUSTMENTS_REPORT,
        label: Label::AdjustmentsOf,
        about: "of the plan",
        build: |context| Box::pin(adjustments_report::write(context)),
    },
    ReportKind {
        name: ONE_STOP_REPORT,
        label: Label::OneStopOf,
        about: "dossiers, as Decision 766/QĐ-TTg counts them",
        build: |context| Box::pin(one_stop_report::write(context)),
    },
];

/// Finds a report by name.
///
/// # Errors
/// `Invalid`, listing the known names, for an unknown one.
pub fn find_report(name: &str) -> Result<&'static ReportKind> {
    REPORTS.iter().find(|report| report.name == name).ok_or_else(|| {
        let known: Vec<&str> = REPORTS.iter().map(|report| report.name).collect();
        reports::report_unknown(name, known.join(", "))
    })
}

/// The names of all reports and what they are about, for the help of the command line.
#[must_use]
pub fn describe_reports() -> String {
    let described: Vec<String> = REPORTS.iter().map(|report| format!("{} ({})", report.name, report.about)).collect();
    described.join(", ")
}

impl ReportKind {
    /// Writes the report in this format.
    ///
    /// # Errors
    /// `NotFound` where there is no such roadmap, or several and none is named; `Invalid` for a period that ends before it begins;
    /// those of the writer of the format.
    pub async fn write(&self, archive: &Archive, request: &ReportRequest<'_>, format: ReportFormat, language: Language) -> Result<Vec<u8>> {
        (self.build)(ReportContext { archive, request, label: self.label, format, language }).await
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn unknown_report_name_lists_known_reports() {
        assert!(REPORTS.iter().all(|report| find_report(report.name).unwrap().label == report.label));
        let error = find_report("x").unwrap_err();
        assert_eq!(error.code(), "report_unknown");
        assert!(REPORTS.iter().all(|report| error.context().contains(report.name)), "{error}");
    }
}
