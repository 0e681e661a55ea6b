//! What a report is built from: the request, and the archive, label, format and language it is written for.

use crate::archive::Archive;
use crate::reports::format::ReportFormat;
use sohoa_base::error::Result;
use sohoa_base::messages::roadmap as messages;
use sohoa_base::model::account::UnitScope;
use sohoa_base::model::calendar::Day;
use sohoa_texts::Language;
use sohoa_texts::labels::Label;

/// Scope of a report.
#[derive(Debug, Clone)]
pub struct ReportRequest<'a> {
    /// Units included.
    pub units: &'a UnitScope,
    /// Number of the roadmap's decision; needed where there are several roadmaps.
    pub decision: Option<&'a str>,
    /// First day of a report about a period; none: 1 January.
    pub from: Option<Day>,
    /// Last day of a report about a period; none: today.
    pub to: Option<Day>,
}

/// Everything a report builder needs.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ReportContext<'a> {
    /// Source of the figures.
    pub(crate) archive: &'a Archive,
    /// Scope.
    pub(crate) request: &'a ReportRequest<'a>,
    /// Label of the report; its subject line begins with it.
    pub(crate) label: Label,
    /// File format.
    pub(crate) format: ReportFormat,
    /// Language of headings and labels.
    pub(crate) language: Language,
}

impl<'a> ReportContext<'a> {
    /// The office that issues the report.
    pub(crate) fn issuer(&self) -> &'a str {
        &self.archive.config.unit
    }

    /// The label in the report's language.
    pub(crate) fn label_text(&self) -> &'static str {
        self.label.text(self.language)
    }
}

/// The roadmap (or its progress) with this decision number, or the only one.
///
/// # Errors
/// `NotFound` where there is no such roadmap, or several and no decision is given.
pub(crate) fn select_by_decision<'a, T>(all: &'a [T], decision_of: fn(&T) -> &str, decision: Option<&str>) -> Result<&'a T> {
    let found: Vec<&T> = all.iter().filter(|one| decision.is_none_or(|decision| decision_of(one) == decision)).collect();
    match found.as_slice() {
        [only] => Ok(only),
        [] => Err(messages::roadmap_not_visible()),
        several => {
            let names: Vec<&str> = several.iter().map(|one| decision_of(one)).collect();
            Err(messages::roadmap_ambiguous(names.join(", ")))
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use sohoa_base::error::ErrorKind;

    #[test]
    fn report_roadmap_is_selected_by_decision() {
        let all = ["1/QĐ".to_owned(), "2/QĐ".to_owned()];
        assert_eq!(select_by_decision(&all, |own| own, Some("2/QĐ")).unwrap(), "2/QĐ");
        assert_eq!(select_by_decision(&all[..1], |own| own, None).unwrap(), "1/QĐ");
        assert!(select_by_decision(&all, |own| own, None).unwrap_err().context().contains("1/QĐ, 2/QĐ"));
        assert_eq!(select_by_decision(&all, |own| own, Some("3/QĐ")).unwrap_err().kind(), ErrorKind::NotFound);
    }
}
