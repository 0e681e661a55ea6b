//! Documents for external viewers: IIIF Presentation 3 and Content Search 2.

use crate::openapi::ProblemDetails;
use crate::problem::{PathParams, Problem, QueryParams};
use crate::rate_limits::Peer;
use crate::state::AppState;
use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use serde::Deserialize;
use sohoa_base::messages::requests;
use sohoa_base::model::account::Identity;
use sohoa_base::text::percent_encoding::encode_segment;
use sohoa_services::records::iiif;
use sohoa_services::records::iiif::IiifUrls;
use utoipa::IntoParams;

const PRESENTATION_MEDIA_TYPE: &str = "application/ld+json;profile=\"http://iiif.io/api/presentation/3/context.json\"";
const SEARCH_MEDIA_TYPE: &str = "application/ld+json;profile=\"http://iiif.io/api/search/2/context.json\"";

/// URLs under the public address of this server. Where none is set, the address that the request names counts only from a trusted
/// proxy or from this machine: a manifest with an address that anybody could choose would send viewers elsewhere.
fn iiif_urls(shared: &AppState, peer: Peer, headers: &HeaderMap, document: &str) -> Result<IiifUrls, Problem> {
    let header_value = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let root = match (&shared.archive().config.server.public_url, header_value(header::HOST.as_str())) {
        (Some(url), _) => url.trim_end_matches('/').to_owned(),
        (None, Some(host)) if peer.is_trusted || peer.is_local() => {
            let is_https = peer.is_trusted && header_value("x-forwarded-proto") == Some("https");
            format!("{}://{host}", if is_https { "https" } else { "http" })
        }
        _ => return Err(requests::public_address_unknown().into()),
    };
    let document = encode_segment(document);
    Ok(IiifUrls { base: format!("{root}/api/iiif/{document}"), pages: format!("{root}/api/documents/{document}/pages") })
}

/// IIIF manifest of a document.
#[utoipa::path(get, path = "/api/iiif/{document}/manifest", params(("document" = String, Path)), responses(
    (status = 200, description = "a IIIF Presentation 3 manifest", content_type = "application/ld+json"),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(crate) async fn manifest(
    State(shared): State<AppState>,
    Extension(by): Extension<Identity>,
    Extension(peer): Extension<Peer>,
    PathParams(document): PathParams<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let made = iiif::build_manifest(shared.archive(), &by, &document, &iiif_urls(&shared, peer, &headers, &document)?).await?;
    Ok(([(header::CONTENT_TYPE, PRESENTATION_MEDIA_TYPE)], Json(made)).into_response())
}

/// The lines of a page as annotations.
#[utoipa::path(get, path = "/api/iiif/{document}/text/{page}", params(("document" = String, Path), ("page" = u32, Path)), responses(
    (status = 200, description = "a IIIF annotation page", content_type = "application/ld+json"),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(crate) async fn text(
    State(shared): State<AppState>,
    Extension(by): Extension<Identity>,
    Extension(peer): Extension<Peer>,
    PathParams((document, page)): PathParams<(String, u32)>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let at = iiif_urls(&shared, peer, &headers, &document)?.base;
    let made = iiif::page_annotations(shared.archive(), &by, &document, page, &at).await?;
    Ok(([(header::CONTENT_TYPE, PRESENTATION_MEDIA_TYPE)], Json(made)).into_response())
}

/// Query of a search in a document.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct IiifSearchQuery {
    /// Words; each is searched on its own.
    #[serde(default)]
    q: String,
}

/// Positions of words in a document.
#[utoipa::path(get, path = "/api/iiif/{document}/search", params(("document" = String, Path), IiifSearchQuery), responses(
    (status = 200, description = "a IIIF Content Search 2 answer", content_type = "application/ld+json"),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(crate) async fn search(
    State(shared): State<AppState>,
    Extension(by): Extension<Identity>,
    Extension(peer): Extension<Peer>,
    PathParams(document): PathParams<String>,
    QueryParams(query): QueryParams<IiifSearchQuery>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let at = iiif_urls(&shared, peer, &headers, &document)?.base;
    let id = format!("{at}/search?q={}", encode_segment(&query.q));
    let made = iiif::search_words(shared.archive(), &by, &document, &query.q, (&at, &id)).await?;
    Ok(([(header::CONTENT_TYPE, SEARCH_MEDIA_TYPE)], Json(made)).into_response())
}
