//! Exports lists as spreadsheets: search hits, dossiers, runs, failures, events.

use crate::archive::Archive;
use crate::records::queries;
use crate::records::queries::{DossierFilter, SearchRequest};
use crate::runs::failures;
use crate::runs::monitoring;
use serde_json::json;
use sohoa_base::error::Result;
use sohoa_base::messages::{StoredMessage, records, requests};
use sohoa_base::model::account::{Identity, Right, UnitScope};
use sohoa_formats::tables::spreadsheet_writer;
use sohoa_formats::tables::spreadsheet_writer::Sheet;
use sohoa_texts::Language;
use sohoa_texts::code_labels::code_label;
use sohoa_texts::formatting;
use sohoa_texts::labels::Label;

/// Most rows of one list.
const MAX_ROWS: usize = 50_000;

/// Most search hits: the deepest offset that the index supports.
const MAX_HITS: usize = 1_000;

/// Request for a list.
#[derive(Debug, Clone)]
pub enum ListRequest {
    /// Pages that match a query, in one of the units.
    SearchHits {
        /// The query.
        query: String,
        /// The unit.
        unit: Option<String>,
    },
    /// Dossiers of a unit and a run.
    Dossiers {
        /// The unit.
        unit: Option<String>,
        /// The run.
        run: Option<String>,
    },
    /// Runs, the newest first.
    Runs,
    /// Refused files and pages.
    Failures(failures::FailureQuery),
    /// Events after a given one.
    Events {
        /// Sequence number of the event.
        after: u64,
    },
}

impl ListRequest {
    /// Right that the caller needs.
    #[must_use]
    pub fn required_right(&self) -> Right {
        match self {
            Self::SearchHits { .. } | Self::Dossiers { .. } => Right::Read,
            Self::Runs | Self::Failures(_) => Right::Monitor,
            Self::Events { .. } => Right::Audit,
        }
    }

    fn name(&self) -> &'static str {
        match self {
            Self::SearchHits { .. } => "found",
            Self::Dossiers { .. } => "dossiers",
            Self::Runs => "runs",
            Self::Failures(_) => "failures",
            Self::Events { .. } => "events",
        }
    }
}

/// File format of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ListFormat {
    /// Comma-separated values.
    Csv,
    /// Office Open XML.
    Xlsx,
}

/// Exports a list and records the export in the audit trail.
///
/// # Errors
/// `Denied` without the right; `Limit` for more than 50,000 rows.
pub async fn export_list(archive: &Archive, by: &Identity, wanted: &ListRequest, form: ListFormat, language: Language) -> Result<Vec<u8>> {
    let units = by.units_with(wanted.required_right());
    if units.is_empty() {
        return Err(requests::role_not_allowed());
    }
    let sheet = build_sheet(archive, &units, wanted, language).await?;
    let body = json!({ "by": by.user.name, "list": wanted.name(), "rows": sheet.rows.len() });
    archive.catalog.append_read_event("", "", "list-exported", body).await?;
    match form {
        ListFormat::Csv => spreadsheet_writer::write_csv(&sheet),
        ListFormat::Xlsx => spreadsheet_writer::write_xlsx(&sheet),
    }
}

async fn build_sheet(archive: &Archive, units: &UnitScope, wanted: &ListRequest, language: Language) -> Result<Sheet> {
    let head = |words: &[Label]| words.iter().map(|word| word.text(language).to_owned()).collect::<Vec<_>>();
    match wanted {
        ListRequest::SearchHits { query, unit } => {
            let question = SearchRequest { text: query, unit: unit.as_deref(), limit: MAX_HITS, offset: 0 };
            let found = queries::search_in_units(archive, units, question).await?;
            let value = |hit: &queries::FoundPage, name: &str| hit.fields.get(name).cloned().unwrap_or_default();
            let rows = found.hits.iter().map(|hit| {
                let number = [value(hit, "codeNumber"), value(hit, "codeNotation")].join("/").trim_matches('/').to_owned();
                let place = [hit.document.to_string(), hit.page.to_string()];
                let fields = [
                    hit.kind_name.clone(),
                    number,
                    formatting::format_date(&value(hit, "issuedDate")),
                    value(hit, "organName"),
                    value(hit, "subject"),
                ];
                [vec![hit.fonds.clone(), hit.dossier.clone()], place.to_vec(), fields.to_vec(), vec![hit.snippet.text.clone()]].concat()
            });
            let words = [
                Label::Unit,
                Label::Dossier,
                Label::Document,
                Label::Page,
                Label::Kind,
                Label::NumberOfDocument,
                Label::DateOfIssue,
                Label::Issuer,
                Label::Subject,
                Label::Text,
            ];
            Ok(Sheet { head: head(&words), rows: rows.collect() })
        }
        ListRequest::Dossiers { unit, run } => {
            let filter = DossierFilter { unit: unit.as_deref(), run: run.as_deref(), after: None, limit: MAX_ROWS };
            let rows = require_complete(queries::list_dossiers(archive, units, &filter).await?)?.into_iter().map(|line| {
                let counts = [line.documents, line.pages, line.review, u64::from(line.version)].map(|count| count.to_string());
                [vec![line.fonds, line.code, line.title], counts.to_vec()].concat()
            });
            let words = [Label::Unit, Label::Code, Label::Title, Label::Documents, Label::Pages, Label::InReview, Label::Version];
            Ok(Sheet { head: head(&words), rows: rows.collect() })
        }
        ListRequest::Runs => {
            let runs = monitoring::list_runs(archive, units, None, MAX_ROWS).await?;
            let rows = runs.items.into_iter().map(|line| {
                let pages = line.pages;
                let counts =
                    [pages.received, pages.stored, pages.review, pages.refused, pages.held, pages.open].map(|count| count.to_string());
                let state = line.status_text(language);
                [vec![line.batch.id, line.batch.unit, state, formatting::format_date_time(&line.batch.created)], counts.to_vec()].concat()
            });
            let words = [
                Label::Run,
                Label::Unit,
                Label::State,
                Label::Started,
                Label::In,
                Label::Stored,
                Label::InReview,
                Label::Refused,
                Label::Quarantine,
                Label::Open,
            ];
            Ok(Sheet { head: head(&words), rows: rows.collect() })
        }
        ListRequest::Failures(wanted) => {
            let failures = failures::list_failures(archive, units, wanted, MAX_ROWS).await?;
            let rows = failures.into_iter().map(|failure| {
                let page = failure.item.page.map(|page| page.to_string()).unwrap_or_default();
                let class = code_label(language, "class", failure.item.class.as_str()).to_owned();
                let reason = StoredMessage::text_or(failure.item.message.as_ref(), &failure.item.reason, language);
                vec![failure.batch, failure.dossier.fonds, failure.dossier.code, failure.item.file, page, class, reason]
            });
            let words = [Label::Run, Label::Unit, Label::Dossier, Label::File, Label::Page, Label::Class, Label::Reason];
            Ok(Sheet { head: head(&words), rows: rows.collect() })
        }
        ListRequest::Events { after } => {
            if *units != UnitScope::All {
                return Err(requests::audit_needs_all_units());
            }
            let events = monitoring::events_after(archive, *after, MAX_ROWS).await?;
            let rows = events.into_iter().map(|event| {
                vec![event.seq.to_string(), event.at, event.kind, event.batch, event.dossier, event.body.to_string(), event.hash]
            });
            let words = [Label::Code, Label::When, Label::What, Label::Run, Label::Dossier, Label::Act, Label::Hash];
            Ok(Sheet { head: head(&words), rows: rows.collect() })
        }
    }
}

/// The dossiers of a list that is complete; `Limit` for a longer one.
fn require_complete(dossiers: queries::Dossiers) -> Result<Vec<queries::DossierListEntry>> {
    let is_whole = dossiers.next.is_none();
    is_whole.then_some(dossiers.items).ok_or_else(|| records::list_over_limit(MAX_ROWS))
}
