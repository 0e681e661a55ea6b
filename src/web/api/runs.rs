//! Runs: watching and steering.

use crate::openapi::{Changed as ChangedSchema, Events, Plant, ProblemDetails, Run, RunOverview, RunTimeline, Runs};
use crate::problem::{Asked, Body, Named, Problem};
use crate::server::Shared;
use axum::extract::State;
use axum::{Extension, Json};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sohoa_base::error::Error;
use sohoa_base::model::account::{Identity, Right};
use sohoa_services::failures::class_of;
use sohoa_services::watch::{self, Act};
use sohoa_texts::figures;
use time::OffsetDateTime;
use utoipa::{IntoParams, ToSchema};

/// How many files and pages were changed.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Changed {
    changed: u64,
}

/// Which runs are asked for.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct AskedRuns {
    /// Before this one: `next` of the answer before.
    before: Option<String>,
    /// At most so many, up to 200.
    limit: Option<usize>,
}

/// Runs, the newest first.
#[utoipa::path(get, path = "/api/runs", params(AskedRuns), responses(
    (status = 200, body = Runs),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(super) async fn list(
    State(shared): State<Shared>,
    Extension(by): Extension<Identity>,
    Asked(asked): Asked<AskedRuns>,
) -> Result<Json<watch::Runs>, Problem> {
    let limit = asked.limit.unwrap_or(50).clamp(1, 200);
    Ok(Json(watch::runs(shared.archive(), &by.units(Right::Watch), asked.before.as_deref(), limit).await?))
}

/// One run: its balance, and what each stage cost.
#[utoipa::path(get, path = "/api/runs/{run}", params(("run" = String, Path)), responses(
    (status = 200, body = Run),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(super) async fn show(
    State(shared): State<Shared>,
    Extension(by): Extension<Identity>,
    Named(run): Named<String>,
) -> Result<Json<watch::Run>, Problem> {
    Ok(Json(watch::run(shared.archive(), &by.units(Right::Watch), &run).await?))
}

/// One run while it goes on: counts alone, however large it is.
#[utoipa::path(get, path = "/api/runs/{run}/overview", params(("run" = String, Path)), responses(
    (status = 200, body = RunOverview),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(super) async fn overview(
    State(shared): State<Shared>,
    Extension(by): Extension<Identity>,
    Named(run): Named<String>,
) -> Result<Json<watch::Overview>, Problem> {
    Ok(Json(watch::overview(shared.archive(), &by.units(Right::Watch), &run).await?))
}

/// How one run went, from its beginning to its end or now: at most 200 moments, however long it took.
#[utoipa::path(get, path = "/api/runs/{run}/timeline", params(("run" = String, Path)), responses(
    (status = 200, body = RunTimeline),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(super) async fn timeline(
    State(shared): State<Shared>,
    Extension(by): Extension<Identity>,
    Named(run): Named<String>,
) -> Result<Json<watch::Timeline>, Problem> {
    Ok(Json(watch::timeline(shared.archive(), &by.units(Right::Watch), &run).await?))
}

/// The whole: what is queued, who works, what failed.
#[utoipa::path(get, path = "/api/plant", responses(
    (status = 200, body = Plant),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(super) async fn plant(State(shared): State<Shared>, Extension(by): Extension<Identity>) -> Result<Json<watch::Plant>, Problem> {
    let midnight = figures::midnight(OffsetDateTime::now_utc());
    Ok(Json(watch::plant(shared.archive(), shared.pressing(), &by.units(Right::Watch), midnight).await?))
}

async fn steer(shared: &Shared, by: &Identity, run: &str, act: Act) -> Result<Json<Changed>, Problem> {
    let changed = watch::act(shared.archive(), &by.units(Right::Steer), run, act, &by.user.name).await?;
    Ok(Json(Changed { changed }))
}

/// Begins no new task of a run.
#[utoipa::path(post, path = "/api/runs/{run}/pause", params(("run" = String, Path)), responses(
    (status = 200, body = ChangedSchema),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(super) async fn pause(
    State(shared): State<Shared>,
    Extension(by): Extension<Identity>,
    Named(run): Named<String>,
) -> Result<Json<Changed>, Problem> {
    steer(&shared, &by, &run, Act::Pause).await
}

/// Lets a paused run go on.
#[utoipa::path(post, path = "/api/runs/{run}/resume", params(("run" = String, Path)), responses(
    (status = 200, body = ChangedSchema),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(super) async fn resume(
    State(shared): State<Shared>,
    Extension(by): Extension<Identity>,
    Named(run): Named<String>,
) -> Result<Json<Changed>, Problem> {
    steer(&shared, &by, &run, Act::Resume).await
}

/// Refuses everything of a run that is still open; what is stored stays.
#[utoipa::path(post, path = "/api/runs/{run}/cancel", params(("run" = String, Path)), responses(
    (status = 200, body = ChangedSchema),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(super) async fn cancel(
    State(shared): State<Shared>,
    Extension(by): Extension<Identity>,
    Named(run): Named<String>,
) -> Result<Json<Changed>, Problem> {
    steer(&shared, &by, &run, Act::Cancel).await
}

/// Which refusals are meant.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct AskedClass {
    /// `input`, `limit`, `secret`, `outage` or `bug`.
    class: Option<String>,
    /// One file, by the path under which it was delivered.
    file: Option<String>,
}

/// Tries refused files and pages again: those of a class, or of limit, outage and bug; or of one file.
#[utoipa::path(post, path = "/api/runs/{run}/retry", params(("run" = String, Path), AskedClass), responses(
    (status = 200, body = ChangedSchema),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(super) async fn retry(
    State(shared): State<Shared>,
    Extension(by): Extension<Identity>,
    Named(run): Named<String>,
    Asked(asked): Asked<AskedClass>,
) -> Result<Json<Changed>, Problem> {
    steer(&shared, &by, &run, Act::Retry(asked.class.as_deref().map(class_of).transpose()?, asked.file)).await
}

/// How urgent a run is.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Priority {
    /// Higher ones come first; 0 is usual.
    #[schema(minimum = -100, maximum = 100)]
    priority: i64,
}

/// Sets how urgent a run is.
#[utoipa::path(post, path = "/api/runs/{run}/priority", params(("run" = String, Path)), request_body = Priority, responses(
    (status = 200, body = ChangedSchema),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(super) async fn priority(
    State(shared): State<Shared>,
    Extension(by): Extension<Identity>,
    Named(run): Named<String>,
    Body(given): Body<Priority>,
) -> Result<Json<Changed>, Problem> {
    if !(-100..=100).contains(&given.priority) {
        return Err(Error::invalid("a priority is a number from -100 to 100").into());
    }
    steer(&shared, &by, &run, Act::Priority(given.priority)).await
}

/// Which events of a run are asked for.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct AskedRunEvents {
    /// After this one.
    #[serde(default)]
    #[param(minimum = 0, maximum = 9_007_199_254_740_991_u64)]
    after: u64,
    /// Only those that hold this text.
    #[serde(default)]
    q: String,
    /// At most so many, up to 500.
    limit: Option<usize>,
}

/// What happened to a run, in order.
#[utoipa::path(get, path = "/api/runs/{run}/events", params(("run" = String, Path), AskedRunEvents), responses(
    (status = 200, body = Events),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(super) async fn events(
    State(shared): State<Shared>,
    Extension(by): Extension<Identity>,
    Named(run): Named<String>,
    Asked(asked): Asked<AskedRunEvents>,
) -> Result<Json<Vec<watch::EventLine>>, Problem> {
    if asked.after > 9_007_199_254_740_991 {
        return Err(Error::invalid("after is no number of an event").into());
    }
    let limit = asked.limit.unwrap_or(100).clamp(1, 500);
    Ok(Json(watch::events_of(shared.archive(), &by.units(Right::Watch), &run, asked.after, &asked.q, limit).await?))
}
