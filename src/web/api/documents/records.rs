//! Search, records and their files.

use crate::openapi::{DossierRecord, Dossiers, ProblemDetails, PublicDocument, SearchHits};
use crate::problem::{PathParams, Problem, QueryParams};
use crate::state::AppState;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use serde::Deserialize;
use sohoa_base::messages::requests;
use sohoa_base::model::account::{Identity, Right};
use sohoa_base::model::record::Record;
use sohoa_services::records::export::ExportFormat;
use sohoa_services::records::queries;
use sohoa_services::records::queries::{RedactedFormat, SearchRequest};
use sohoa_services::records::redaction_preview;
use utoipa::IntoParams;

/// Query of a search.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct SearchQuery {
    /// Words, "phrases" and filters, as on the command line.
    q: String,
    /// At most so many, up to 100.
    limit: Option<usize>,
    /// Hits to skip.
    #[serde(default)]
    offset: usize,
    /// Only of this unit.
    unit: Option<String>,
}

/// Pages that match, with the positions of the words.
#[utoipa::path(get, path = "/api/search", params(SearchQuery), responses(
    (status = 200, body = SearchHits),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(crate) async fn search(
    State(shared): State<AppState>,
    Extension(by): Extension<Identity>,
    QueryParams(query): QueryParams<SearchQuery>,
) -> Result<Json<queries::Found>, Problem> {
    let limit = query.limit.unwrap_or(20).clamp(1, 100);
    let request = SearchRequest { text: &query.q, unit: query.unit.as_deref(), limit, offset: query.offset };
    Ok(Json(queries::search_for_user(shared.archive(), &by, request).await?))
}

/// Query of dossiers.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct DossiersQuery {
    /// Only of this unit.
    unit: Option<String>,
    /// Only of this run.
    run: Option<String>,
    /// After the dossier of this object name: `next` of the previous response.
    after: Option<String>,
    /// At most so many, up to 200.
    limit: Option<usize>,
}

/// Dossiers by unit and code.
#[utoipa::path(get, path = "/api/records", params(DossiersQuery), responses(
    (status = 200, body = Dossiers),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(crate) async fn list(
    State(shared): State<AppState>,
    Extension(by): Extension<Identity>,
    QueryParams(query): QueryParams<DossiersQuery>,
) -> Result<Json<queries::Dossiers>, Problem> {
    let limit = query.limit.unwrap_or(50).clamp(1, 200);
    let units = by.units_with(Right::Read);
    let wanted = queries::DossierFilter { unit: query.unit.as_deref(), run: query.run.as_deref(), after: query.after.as_deref(), limit };
    Ok(Json(queries::list_dossiers(shared.archive(), &units, &wanted).await?))
}

/// Whether the caller has this version already (`If-None-Match`).
pub(crate) fn etag_matches(headers: &HeaderMap, tag: &str) -> bool {
    let tags = headers.get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok()).unwrap_or_default();
    tags.split(',').any(|one| matches!(one.trim(), "*") || one.trim().trim_start_matches("W/") == tag)
}

/// The record of a dossier, by object name or code.
#[utoipa::path(get, path = "/api/records/{dossier}", params(("dossier" = String, Path)), responses(
    (status = 200, body = DossierRecord, headers(("etag" = String, description = "changes with every version"))),
    (status = 304, description = "the caller has this version"),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(crate) async fn show(
    State(shared): State<AppState>,
    Extension(by): Extension<Identity>,
    PathParams(dossier): PathParams<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let record: Record = queries::read_record(shared.archive(), &by, &dossier).await?;
    let tag = queries::record_etag(&record)?;
    if etag_matches(&headers, &tag) {
        return Ok((StatusCode::NOT_MODIFIED, [(header::ETAG, tag)]).into_response());
    }
    Ok(([(header::ETAG, tag)], Json(record)).into_response())
}

/// A document's file: `pdf`, `text`, `alto`, `hocr`, `json`, `mets`; `public-pdf` and `public-text` without personal data.
#[utoipa::path(get, path = "/api/documents/{document}/{form}", params(("document" = String, Path), ("form" = String, Path)), responses(
    (status = 200, description = "the file", content_type = "application/octet-stream"),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(crate) async fn document(
    State(shared): State<AppState>,
    Extension(by): Extension<Identity>,
    PathParams((document, form)): PathParams<(String, String)>,
) -> Result<Response, Problem> {
    let (form, kind) = match form.as_str() {
        "pdf" => (ExportFormat::Pdf, "application/pdf"),
        "text" => (ExportFormat::Text, "text/plain; charset=utf-8"),
        "alto" => (ExportFormat::Alto, "application/xml"),
        "hocr" => (ExportFormat::Hocr, "application/xhtml+xml"),
        "json" => (ExportFormat::Json, "application/json"),
        "mets" => (ExportFormat::Mets, "application/xml"),
        "public-pdf" | "public-text" => {
            let (masked, kind) = if form == "public-pdf" {
                (RedactedFormat::Pdf, "application/pdf")
            } else {
                (RedactedFormat::Text, "text/plain; charset=utf-8")
            };
            let bytes = queries::read_redacted(shared.archive(), &by, &document, masked).await?;
            return Ok(attachment(bytes, kind));
        }
        other => {
            return Err(requests::form_unknown(other, "pdf, text, alto, hocr, json, mets, public-pdf, public-text").into());
        }
    };
    let bytes = queries::read_file(shared.archive(), &by, &document, form).await?;
    Ok(attachment(bytes, kind))
}

/// A document as the public would see it: fields that may be public, text without personal data, and which pages may be shown.
#[utoipa::path(get, path = "/api/documents/{document}/public", params(("document" = String, Path)), responses(
    (status = 200, body = PublicDocument),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(crate) async fn public(
    State(shared): State<AppState>,
    Extension(by): Extension<Identity>,
    PathParams(document): PathParams<String>,
) -> Result<Json<redaction_preview::PublicDocument>, Problem> {
    Ok(Json(redaction_preview::preview_document(shared.archive(), &by, &document).await?))
}

/// Headers of a download: browsers store it as a file and run nothing in it.
fn attachment(bytes: Vec<u8>, kind: &'static str) -> Response {
    ([(header::CONTENT_TYPE, kind), (header::CONTENT_DISPOSITION, "attachment")], bytes).into_response()
}
