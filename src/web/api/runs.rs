//! Runs: monitoring and control.

use crate::api::response_bodies::ChangedCount;
use crate::locale::preferred_language;
use crate::openapi::{ChangedCount as ChangedCountSchema, Dashboard, Events, ProblemDetails, Run, RunOverview, Runs, Timeline};
use crate::problem::{JsonBody, PathParams, Problem, QueryParams};
use crate::state::AppState;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::{Extension, Json};
use serde::Deserialize;
use sohoa_base::messages::requests;
use sohoa_base::model::account::{Identity, Right};
use sohoa_services::runs::failures::parse_class;
use sohoa_services::runs::monitoring;
use sohoa_services::runs::monitoring::RunAction;
use sohoa_texts::formatting;
use time::OffsetDateTime;
use utoipa::{IntoParams, ToSchema};

/// Query of runs.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct RunsQuery {
    /// Before this one: `next` of the previous response.
    before: Option<String>,
    /// At most so many, up to 200.
    limit: Option<usize>,
}

/// Runs, the newest first.
#[utoipa::path(get, path = "/api/runs", params(RunsQuery), responses(
    (status = 200, body = Runs),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(super) async fn list(
    State(shared): State<AppState>,
    Extension(by): Extension<Identity>,
    QueryParams(query): QueryParams<RunsQuery>,
) -> Result<Json<monitoring::Runs>, Problem> {
    let limit = query.limit.unwrap_or(50).clamp(1, 200);
    Ok(Json(monitoring::list_runs(shared.archive(), &by.units_with(Right::Monitor), query.before.as_deref(), limit).await?))
}

/// One run: its balance, and what each stage cost.
#[utoipa::path(get, path = "/api/runs/{run}", params(("run" = String, Path)), responses(
    (status = 200, body = Run),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(super) async fn show(
    State(shared): State<AppState>,
    Extension(by): Extension<Identity>,
    PathParams(run): PathParams<String>,
) -> Result<Json<monitoring::Run>, Problem> {
    Ok(Json(monitoring::show_run(shared.archive(), &by.units_with(Right::Monitor), &run).await?))
}

/// One run in progress: counts only, so that the response is small for any run.
#[utoipa::path(get, path = "/api/runs/{run}/overview", params(("run" = String, Path)), responses(
    (status = 200, body = RunOverview),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(super) async fn overview(
    State(shared): State<AppState>,
    Extension(by): Extension<Identity>,
    PathParams(run): PathParams<String>,
) -> Result<Json<monitoring::RunOverview>, Problem> {
    Ok(Json(monitoring::run_overview(shared.archive(), &by.units_with(Right::Monitor), &run).await?))
}

/// Progress of one run over time, from its start to its end or now: at most 200 points.
#[utoipa::path(get, path = "/api/runs/{run}/timeline", params(("run" = String, Path)), responses(
    (status = 200, body = Timeline),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(super) async fn timeline(
    State(shared): State<AppState>,
    Extension(by): Extension<Identity>,
    PathParams(run): PathParams<String>,
) -> Result<Json<monitoring::Timeline>, Problem> {
    Ok(Json(monitoring::run_timeline(shared.archive(), &by.units_with(Right::Monitor), &run).await?))
}

/// The dashboard: queues, workers, failures.
#[utoipa::path(get, path = "/api/plant", responses(
    (status = 200, body = Dashboard),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(super) async fn plant(
    State(shared): State<AppState>,
    Extension(by): Extension<Identity>,
    headers: HeaderMap,
) -> Result<Json<monitoring::Dashboard>, Problem> {
    let midnight = formatting::start_of_day(OffsetDateTime::now_utc());
    let language = preferred_language(&headers, &shared.archive().config);
    let units = by.units_with(Right::Monitor);
    Ok(Json(monitoring::dashboard(shared.archive(), shared.at_risk_cache(), &units, midnight, language).await?))
}

async fn control_run(shared: &AppState, by: &Identity, run: &str, act: RunAction) -> Result<Json<ChangedCount>, Problem> {
    let changed = monitoring::apply_action(shared.archive(), &by.units_with(Right::ManageRuns), run, act, &by.user.name).await?;
    Ok(Json(ChangedCount { changed }))
}

/// Pauses a run: no new task of it begins.
#[utoipa::path(post, path = "/api/runs/{run}/pause", params(("run" = String, Path)), responses(
    (status = 200, body = ChangedCountSchema),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(super) async fn pause(
    State(shared): State<AppState>,
    Extension(by): Extension<Identity>,
    PathParams(run): PathParams<String>,
) -> Result<Json<ChangedCount>, Problem> {
    control_run(&shared, &by, &run, RunAction::Pause).await
}

/// Resumes a paused run.
#[utoipa::path(post, path = "/api/runs/{run}/resume", params(("run" = String, Path)), responses(
    (status = 200, body = ChangedCountSchema),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(super) async fn resume(
    State(shared): State<AppState>,
    Extension(by): Extension<Identity>,
    PathParams(run): PathParams<String>,
) -> Result<Json<ChangedCount>, Problem> {
    control_run(&shared, &by, &run, RunAction::Resume).await
}

/// Cancels a run: refuses everything that is still open; what is stored stays.
#[utoipa::path(post, path = "/api/runs/{run}/cancel", params(("run" = String, Path)), responses(
    (status = 200, body = ChangedCountSchema),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(super) async fn cancel(
    State(shared): State<AppState>,
    Extension(by): Extension<Identity>,
    PathParams(run): PathParams<String>,
) -> Result<Json<ChangedCount>, Problem> {
    control_run(&shared, &by, &run, RunAction::Cancel).await
}

/// Refusals to be retried.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct RetryQuery {
    /// `input`, `limit`, `secret`, `outage` or `bug`.
    class: Option<String>,
    /// One file, by the path under which it was delivered.
    file: Option<String>,
}

/// Retries refused files and pages: those of a class, or of limit, outage and bug; or of one file.
#[utoipa::path(post, path = "/api/runs/{run}/retry", params(("run" = String, Path), RetryQuery), responses(
    (status = 200, body = ChangedCountSchema),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(super) async fn retry(
    State(shared): State<AppState>,
    Extension(by): Extension<Identity>,
    PathParams(run): PathParams<String>,
    QueryParams(query): QueryParams<RetryQuery>,
) -> Result<Json<ChangedCount>, Problem> {
    control_run(&shared, &by, &run, RunAction::Retry(query.class.as_deref().map(parse_class).transpose()?, query.file)).await
}

/// Priority of a run.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PriorityBody {
    /// Higher ones come first; 0 is the default.
    #[schema(minimum = -100, maximum = 100)]
    priority: i64,
}

/// Sets the priority of a run.
#[utoipa::path(post, path = "/api/runs/{run}/priority", params(("run" = String, Path)), request_body = PriorityBody, responses(
    (status = 200, body = ChangedCountSchema),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(super) async fn priority(
    State(shared): State<AppState>,
    Extension(by): Extension<Identity>,
    PathParams(run): PathParams<String>,
    JsonBody(given): JsonBody<PriorityBody>,
) -> Result<Json<ChangedCount>, Problem> {
    control_run(&shared, &by, &run, RunAction::Priority(given.priority)).await
}

/// Query of events of a run.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct RunEventsQuery {
    /// After this one.
    #[serde(default)]
    #[param(minimum = 0, maximum = 9_007_199_254_740_991_u64)]
    after: u64,
    /// Only those that contain this text.
    #[serde(default)]
    q: String,
    /// At most so many, up to 500.
    limit: Option<usize>,
}

/// Events of a run, in order.
#[utoipa::path(get, path = "/api/runs/{run}/events", params(("run" = String, Path), RunEventsQuery), responses(
    (status = 200, body = Events),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(super) async fn events(
    State(shared): State<AppState>,
    Extension(by): Extension<Identity>,
    PathParams(run): PathParams<String>,
    QueryParams(query): QueryParams<RunEventsQuery>,
) -> Result<Json<Vec<monitoring::EventLine>>, Problem> {
    if query.after > 9_007_199_254_740_991 {
        return Err(requests::event_number_invalid().into());
    }
    let limit = query.limit.unwrap_or(100).clamp(1, 500);
    Ok(Json(monitoring::run_events(shared.archive(), &by.units_with(Right::Monitor), &run, query.after, &query.q, limit).await?))
}
