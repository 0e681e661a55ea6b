//! Pages to look at.

use super::records::is_known;
use crate::openapi::{PageWords, ProblemDetails};
use crate::problem::{Asked, Named, Problem};
use crate::server::Shared;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use serde::Deserialize;
use sohoa_base::model::account::Identity;
use sohoa_services::pictures::{self, Size};
use utoipa::IntoParams;

/// How large a page is shown.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct AskedPicture {
    /// `small`: 240 px across, for a list; `usual`: 1,654 px (A4 at 200 dpi); `full`: as delivered, up to 4,961 px.
    #[serde(default)]
    #[param(value_type = String, pattern = "^(small|usual|full)$")]
    size: Size,
    /// As the public would see it: personal data painted over. A page that was not read is not shown so.
    #[serde(default)]
    masked: bool,
}

/// The upright picture of a page, never larger than it was delivered.
#[utoipa::path(get, path = "/api/documents/{document}/pages/{page}/picture",
    params(("document" = String, Path), ("page" = u32, Path), AskedPicture), responses(
    (status = 200, description = "a JPEG", content_type = "image/jpeg"),
    (status = 304, description = "the caller has this picture"),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(super) async fn picture(
    State(shared): State<Shared>,
    Extension(by): Extension<Identity>,
    Named((document, page)): Named<(String, u32)>,
    Asked(asked): Asked<AskedPicture>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let looked = if asked.masked {
        pictures::masked_page_for(shared.archive(), &by, &document, page).await?
    } else {
        pictures::page_for(shared.archive(), &by, &document, page).await?
    };
    // Kept by the browser, which asks each time whether it may still show it.
    let kept = [(header::ETAG, looked.tag(asked.size)), (header::CACHE_CONTROL, "private, no-cache".to_owned())];
    if is_known(&headers, &looked.tag(asked.size)) {
        return Ok((StatusCode::NOT_MODIFIED, kept).into_response());
    }
    let jpeg = pictures::picture(shared.archive(), &by, &looked, asked.size).await?;
    Ok((kept, [(header::CONTENT_TYPE, "image/jpeg")], jpeg).into_response())
}

/// The words of a page with their places on its upright picture.
#[utoipa::path(get, path = "/api/documents/{document}/pages/{page}/words",
    params(("document" = String, Path), ("page" = u32, Path)), responses(
    (status = 200, body = PageWords),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(super) async fn words(
    State(shared): State<Shared>,
    Extension(by): Extension<Identity>,
    Named((document, page)): Named<(String, u32)>,
) -> Result<Json<pictures::PageWords>, Problem> {
    let looked = pictures::page_for(shared.archive(), &by, &document, page).await?;
    Ok(Json(pictures::words(shared.archive(), &looked).await?))
}
