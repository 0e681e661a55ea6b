//! Search, records and their files.

use crate::openapi::{DossierRecord, Dossiers, Found, ProblemDetails, PublicDocument};
use crate::problem::{Asked, Named, Problem};
use crate::server::Shared;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use serde::Deserialize;
use sohoa_base::error::Error;
use sohoa_base::model::account::{Identity, Right};
use sohoa_base::model::record::Record;
use sohoa_services::export::Form;
use sohoa_services::find::{self, Masked, Question};
use sohoa_services::public;
use utoipa::IntoParams;

/// What is searched.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct AskedSearch {
    /// Words, "phrases" and filters, as on the command line.
    q: String,
    /// At most so many, up to 100.
    limit: Option<usize>,
    /// Hits to skip.
    #[serde(default)]
    offset: usize,
    /// Of this unit alone.
    unit: Option<String>,
}

/// Pages that match, with the places of the words.
#[utoipa::path(get, path = "/api/search", params(AskedSearch), responses(
    (status = 200, body = Found),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(super) async fn search(
    State(shared): State<Shared>,
    Extension(by): Extension<Identity>,
    Asked(asked): Asked<AskedSearch>,
) -> Result<Json<find::Found>, Problem> {
    let limit = asked.limit.unwrap_or(20).clamp(1, 100);
    let question = Question { text: &asked.q, unit: asked.unit.as_deref(), limit, offset: asked.offset };
    Ok(Json(find::search_for(shared.archive(), &by, question).await?))
}

/// Which dossiers are asked for.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct AskedDossiers {
    /// Of this unit alone.
    unit: Option<String>,
    /// Of this run alone.
    run: Option<String>,
    /// After the dossier of this object name: `next` of the answer before.
    after: Option<String>,
    /// At most so many, up to 200.
    limit: Option<usize>,
}

/// Dossiers by unit and code.
#[utoipa::path(get, path = "/api/records", params(AskedDossiers), responses(
    (status = 200, body = Dossiers),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(super) async fn list(
    State(shared): State<Shared>,
    Extension(by): Extension<Identity>,
    Asked(asked): Asked<AskedDossiers>,
) -> Result<Json<find::Dossiers>, Problem> {
    let limit = asked.limit.unwrap_or(50).clamp(1, 200);
    let units = by.units(Right::Read);
    let wanted = find::WantedDossiers { unit: asked.unit.as_deref(), run: asked.run.as_deref(), after: asked.after.as_deref(), limit };
    Ok(Json(find::dossiers(shared.archive(), &units, &wanted).await?))
}

/// Whether the caller has this version already.
pub(super) fn is_known(headers: &HeaderMap, tag: &str) -> bool {
    let known = headers.get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok()).unwrap_or_default();
    known.split(',').any(|one| matches!(one.trim(), "*") || one.trim().trim_start_matches("W/") == tag)
}

/// The record of a dossier, by object name or code.
#[utoipa::path(get, path = "/api/records/{dossier}", params(("dossier" = String, Path)), responses(
    (status = 200, body = DossierRecord, headers(("etag" = String, description = "changes with every version"))),
    (status = 304, description = "the caller has this version"),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(super) async fn show(
    State(shared): State<Shared>,
    Extension(by): Extension<Identity>,
    Named(dossier): Named<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let record: Record = find::record_for(shared.archive(), &by, &dossier).await?;
    let tag = find::tag(&record)?;
    if is_known(&headers, &tag) {
        return Ok((StatusCode::NOT_MODIFIED, [(header::ETAG, tag)]).into_response());
    }
    Ok(([(header::ETAG, tag)], Json(record)).into_response())
}

/// A document's file: `pdf`, `text`, `alto`, `hocr`, `json`, `mets`; `public-pdf` and `public-text` without personal data.
#[utoipa::path(get, path = "/api/documents/{document}/{form}", params(("document" = String, Path), ("form" = String, Path)), responses(
    (status = 200, description = "the file", content_type = "application/octet-stream"),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(super) async fn document(
    State(shared): State<Shared>,
    Extension(by): Extension<Identity>,
    Named((document, form)): Named<(String, String)>,
) -> Result<Response, Problem> {
    let (form, kind) = match form.as_str() {
        "pdf" => (Form::Pdf, "application/pdf"),
        "text" => (Form::Text, "text/plain; charset=utf-8"),
        "alto" => (Form::Alto, "application/xml"),
        "hocr" => (Form::Hocr, "application/xhtml+xml"),
        "json" => (Form::Json, "application/json"),
        "mets" => (Form::Mets, "application/xml"),
        "public-pdf" | "public-text" => {
            let (masked, kind) =
                if form == "public-pdf" { (Masked::Pdf, "application/pdf") } else { (Masked::Text, "text/plain; charset=utf-8") };
            let bytes = find::masked_for(shared.archive(), &by, &document, masked).await?;
            return Ok(attachment(bytes, kind));
        }
        other => {
            let known = "pdf, text, alto, hocr, json, mets, public-pdf or public-text";
            return Err(Error::not_found(format!("there is no form {other}; use {known}")).into());
        }
    };
    let bytes = find::file_for(shared.archive(), &by, &document, form).await?;
    Ok(attachment(bytes, kind))
}

/// A document as the public would see it: fields that may be public, text without personal data, and which pages may be shown.
#[utoipa::path(get, path = "/api/documents/{document}/public", params(("document" = String, Path)), responses(
    (status = 200, body = PublicDocument),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(super) async fn public(
    State(shared): State<Shared>,
    Extension(by): Extension<Identity>,
    Named(document): Named<String>,
) -> Result<Json<public::PublicDocument>, Problem> {
    Ok(Json(public::document_for(shared.archive(), &by, &document).await?))
}

/// A browser keeps it as a file and runs nothing in it.
fn attachment(bytes: Vec<u8>, kind: &'static str) -> Response {
    ([(header::CONTENT_TYPE, kind), (header::CONTENT_DISPOSITION, "attachment")], bytes).into_response()
}
