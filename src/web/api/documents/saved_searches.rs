//! Saved searches.

use crate::openapi::{ProblemDetails, SavedSearch as SavedSearchSchema, SavedSearches};
use crate::problem::{JsonBody, PathParams, Problem};
use crate::state::AppState;
use axum::extract::State;
use axum::http::StatusCode;
use axum::{Extension, Json};
use serde::Deserialize;
use sohoa_base::model::account::{Identity, SavedSearch};
use sohoa_services::records::saved_searches;
use utoipa::ToSchema;

/// A search to be saved.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SaveSearchBody {
    /// Name.
    name: String,
    /// Words and filters.
    query: String,
    /// Unit in which it searches.
    #[serde(default)]
    unit: String,
}

/// The caller's saved searches.
#[utoipa::path(get, path = "/api/searches", responses(
    (status = 200, body = SavedSearches),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(crate) async fn list(State(shared): State<AppState>, Extension(by): Extension<Identity>) -> Result<Json<Vec<SavedSearch>>, Problem> {
    Ok(Json(saved_searches::list_saved_searches(shared.archive(), &by).await?))
}

/// Saves a search.
#[utoipa::path(post, path = "/api/searches", request_body = SaveSearchBody, responses(
    (status = 201, body = SavedSearchSchema),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(crate) async fn keep(
    State(shared): State<AppState>,
    Extension(by): Extension<Identity>,
    JsonBody(given): JsonBody<SaveSearchBody>,
) -> Result<(StatusCode, Json<SavedSearch>), Problem> {
    let saved = saved_searches::save_search(shared.archive(), &by, &given.name, &given.query, &given.unit).await?;
    Ok((StatusCode::CREATED, Json(saved)))
}

/// Deletes one of the caller's saved searches.
#[utoipa::path(delete, path = "/api/searches/{id}", params(("id" = String, Path)), responses(
    (status = 204, description = "forgotten"),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(crate) async fn forget(
    State(shared): State<AppState>,
    Extension(by): Extension<Identity>,
    PathParams(id): PathParams<String>,
) -> Result<StatusCode, Problem> {
    saved_searches::delete_saved_search(shared.archive(), &by, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}
