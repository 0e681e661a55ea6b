//! Pages to look at.

use crate::api::documents::records::etag_matches;
use crate::openapi::{PageWords, ProblemDetails};
use crate::problem::{PathParams, Problem, QueryParams};
use crate::server::AppState;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use serde::Deserialize;
use sohoa_base::model::account::Identity;
use sohoa_services::records::page_images;
use sohoa_services::records::page_images::ImageSize;
use utoipa::IntoParams;

/// How large a page is shown.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct PageImageQuery {
    /// `small`: 240 px across, for a list; `usual`: 1,654 px (A4 at 200 dpi); `full`: as delivered, up to 4,961 px.
    #[serde(default)]
    #[param(value_type = String, pattern = "^(small|usual|full)$")]
    size: ImageSize,
    /// As the public would see it: personal data painted over. A page that was not read is not shown so.
    #[serde(default)]
    masked: bool,
}

/// The upright picture of a page, never larger than it was delivered.
#[utoipa::path(get, path = "/api/documents/{document}/pages/{page}/picture",
    params(("document" = String, Path), ("page" = u32, Path), PageImageQuery), responses(
    (status = 200, description = "a JPEG", content_type = "image/jpeg"),
    (status = 304, description = "the caller has this picture"),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(crate) async fn picture(
    State(shared): State<AppState>,
    Extension(by): Extension<Identity>,
    PathParams((document, page)): PathParams<(String, u32)>,
    QueryParams(asked): QueryParams<PageImageQuery>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let looked = if asked.masked {
        page_images::authorized_redacted_page(shared.archive(), &by, &document, page).await?
    } else {
        page_images::authorized_page(shared.archive(), &by, &document, page).await?
    };
    // Kept by the browser, which asks each time whether it may still show it.
    let kept = [(header::ETAG, looked.etag(asked.size)), (header::CACHE_CONTROL, "private, no-cache".to_owned())];
    if etag_matches(&headers, &looked.etag(asked.size)) {
        return Ok((StatusCode::NOT_MODIFIED, kept).into_response());
    }
    let jpeg = page_images::page_image(shared.archive(), &by, &looked, asked.size).await?;
    Ok((kept, [(header::CONTENT_TYPE, "image/jpeg")], jpeg).into_response())
}

/// The words of a page with their places on its upright picture.
#[utoipa::path(get, path = "/api/documents/{document}/pages/{page}/words",
    params(("document" = String, Path), ("page" = u32, Path)), responses(
    (status = 200, body = PageWords),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(crate) async fn words(
    State(shared): State<AppState>,
    Extension(by): Extension<Identity>,
    PathParams((document, page)): PathParams<(String, u32)>,
) -> Result<Json<page_images::PageWords>, Problem> {
    let looked = page_images::authorized_page(shared.archive(), &by, &document, page).await?;
    Ok(Json(page_images::page_words(shared.archive(), &looked).await?))
}
