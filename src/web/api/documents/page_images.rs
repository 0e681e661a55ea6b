//! Page images and their words.

use crate::api::documents::records::etag_matches;
use crate::openapi::{PageWords, ProblemDetails};
use crate::problem::{PathParams, Problem, QueryParams};
use crate::state::AppState;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use serde::Deserialize;
use sohoa_base::model::account::Identity;
use sohoa_services::records::page_images;
use sohoa_services::records::page_images::ImageSize;
use utoipa::IntoParams;

/// Size and redaction of a page image.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct PageImageQuery {
    /// `small`: 240 px across, for a list; `medium`: 1,654 px (A4 at 200 dpi); `full`: as delivered, up to 4,961 px.
    #[serde(default)]
    #[param(value_type = String, pattern = "^(small|medium|full)$")]
    size: ImageSize,
    /// As the public would see it: personal data painted over. Pages that were not read have no such picture.
    #[serde(default)]
    masked: bool,
}

/// Upright picture of a page, never larger than delivered.
#[utoipa::path(get, path = "/api/documents/{document}/pages/{page}/picture",
    params(("document" = String, Path), ("page" = u32, Path), PageImageQuery), responses(
    (status = 200, description = "a JPEG", content_type = "image/jpeg"),
    (status = 304, description = "the caller has this picture"),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(crate) async fn picture(
    State(shared): State<AppState>,
    Extension(by): Extension<Identity>,
    PathParams((document, page)): PathParams<(String, u32)>,
    QueryParams(query): QueryParams<PageImageQuery>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let authorized = if query.masked {
        page_images::authorized_redacted_page(shared.archive(), &by, &document, page).await?
    } else {
        page_images::authorized_page(shared.archive(), &by, &document, page).await?
    };
    // Browsers may cache it, but must revalidate before each use: access can be withdrawn.
    let cache_headers = [(header::ETAG, authorized.etag(query.size)), (header::CACHE_CONTROL, "private, no-cache".to_owned())];
    if etag_matches(&headers, &authorized.etag(query.size)) {
        return Ok((StatusCode::NOT_MODIFIED, cache_headers).into_response());
    }
    let jpeg = page_images::page_image(shared.archive(), &by, &authorized, query.size).await?;
    Ok((cache_headers, [(header::CONTENT_TYPE, "image/jpeg")], jpeg).into_response())
}

/// Words of a page with their positions on its upright picture.
#[utoipa::path(get, path = "/api/documents/{document}/pages/{page}/words",
    params(("document" = String, Path), ("page" = u32, Path)), responses(
    (status = 200, body = PageWords),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(crate) async fn words(
    State(shared): State<AppState>,
    Extension(by): Extension<Identity>,
    PathParams((document, page)): PathParams<(String, u32)>,
) -> Result<Json<page_images::PageWords>, Problem> {
    let authorized = page_images::authorized_page(shared.archive(), &by, &document, page).await?;
    Ok(Json(page_images::page_words(shared.archive(), &authorized).await?))
}
