//! Refused files and pages: lists, counts, pictures.

use crate::api::documents::records::etag_matches;
use crate::openapi::{FailedTasks, FailureGroups, Failures, ProblemDetails};
use crate::problem::{PathParams, Problem, QueryParams};
use crate::state::AppState;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use serde::Deserialize;
use sohoa_base::model::account::{Identity, Right};
use sohoa_services::records::page_images::ImageSize;
use sohoa_services::runs::failures;
use sohoa_services::runs::failures::parse_class;
use utoipa::IntoParams;

/// Query of failures.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct FailuresQuery {
    /// Only of this run.
    run: Option<String>,
    /// `input`, `limit`, `secret`, `outage` or `bug`.
    class: Option<String>,
    /// At this stage, or at one that runs together with it.
    stage: Option<String>,
    /// Only for this reason, as written in the list.
    reason: Option<String>,
    /// At most so many, up to 1000.
    limit: Option<usize>,
}

impl FailuresQuery {
    /// The query as a filter; empty values do not filter.
    ///
    /// # Errors
    /// `Invalid` for an unknown class.
    pub(crate) fn into_filter(self) -> Result<failures::FailureQuery, Problem> {
        let given = |value: Option<String>| value.filter(|value| !value.is_empty());
        let class = given(self.class).as_deref().map(parse_class).transpose()?;
        Ok(failures::FailureQuery { run: given(self.run), class, stage: given(self.stage), reason: given(self.reason) })
    }
}

/// Refused files and pages with class and reason.
#[utoipa::path(get, path = "/api/failures", params(FailuresQuery), responses(
    (status = 200, body = Failures),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(super) async fn list(
    State(shared): State<AppState>,
    Extension(by): Extension<Identity>,
    QueryParams(query): QueryParams<FailuresQuery>,
) -> Result<Json<Vec<failures::FailureLine>>, Problem> {
    let limit = query.limit.unwrap_or(200).clamp(1, 1000);
    Ok(Json(failures::list_failures(shared.archive(), &by.units_with(Right::Monitor), &query.into_filter()?, limit).await?))
}

/// Query of failed tasks.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct FailedTasksQuery {
    /// Only in the dossiers of this run.
    run: Option<String>,
    /// At most so many, up to 1000.
    limit: Option<usize>,
}

/// Failed tasks: what could not be done at any level. Each holds up its dossier until the run is retried or cancelled.
#[utoipa::path(get, path = "/api/failures/tasks", params(FailedTasksQuery), responses(
    (status = 200, body = FailedTasks),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(super) async fn tasks(
    State(shared): State<AppState>,
    Extension(by): Extension<Identity>,
    QueryParams(query): QueryParams<FailedTasksQuery>,
) -> Result<Json<Vec<failures::FailedTask>>, Problem> {
    let limit = query.limit.unwrap_or(200).clamp(1, 1000);
    let run = query.run.as_deref().filter(|run| !run.is_empty());
    Ok(Json(failures::list_failed_tasks(shared.archive(), &by.units_with(Right::Monitor), run, limit).await?))
}

/// Number of refused files and pages by class and reason, the most frequent first; at most 50.
#[utoipa::path(get, path = "/api/failures/groups", params(FailuresQuery), responses(
    (status = 200, body = FailureGroups),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(super) async fn groups(
    State(shared): State<AppState>,
    Extension(by): Extension<Identity>,
    QueryParams(query): QueryParams<FailuresQuery>,
) -> Result<Json<Vec<failures::FailureGroup>>, Problem> {
    Ok(Json(failures::group_failures(shared.archive(), &by.units_with(Right::Monitor), &query.into_filter()?).await?))
}

/// Page and size of a picture.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct RefusedPageQuery {
    /// Page of the file, from 1; the first by default.
    #[param(minimum = 1)]
    page: Option<u32>,
    /// `small`: 240 px across, for a list; `medium`: 1,654 px; `full`: as delivered.
    #[serde(default)]
    #[param(value_type = String, pattern = "^(small|medium|full)$")]
    size: ImageSize,
}

/// Picture of a page of a refused file as delivered, by the `file_id` of a failure that `may_be_seen`.
#[utoipa::path(get, path = "/api/failures/{file}/picture", params(("file" = String, Path), RefusedPageQuery), responses(
    (status = 200, description = "a JPEG", content_type = "image/jpeg"),
    (status = 204, description = "it cannot be drawn"),
    (status = 304, description = "the caller has this picture"),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(super) async fn picture(
    State(shared): State<AppState>,
    Extension(by): Extension<Identity>,
    PathParams(file): PathParams<String>,
    QueryParams(query): QueryParams<RefusedPageQuery>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let refused = failures::authorized_failed_page(shared.archive(), &by, &file, query.page.unwrap_or(1)).await?;
    let cache_headers = [(header::ETAG, refused.etag(query.size)), (header::CACHE_CONTROL, "private, no-cache".to_owned())];
    if etag_matches(&headers, &refused.etag(query.size)) {
        return Ok((StatusCode::NOT_MODIFIED, cache_headers).into_response());
    }
    match failures::page_image(shared.archive(), &by, &refused, query.size).await? {
        Some(jpeg) => Ok((cache_headers, [(header::CONTENT_TYPE, "image/jpeg")], jpeg).into_response()),
        None => Ok((StatusCode::NO_CONTENT, [(header::CACHE_CONTROL, "private, max-age=300")]).into_response()),
    }
}
