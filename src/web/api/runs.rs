//! Runs: watching and steering.

use crate::desk::watch::{self, Act, class_of};
use crate::model::account::{Identity, Right};
use crate::web::openapi::{Changed as ChangedSchema, Failures, Plant, ProblemDetails, Run, RunOverview, Runs};
use crate::web::problem::{Asked, Named, Problem};
use crate::web::server::Shared;
use axum::extract::State;
use axum::{Extension, Json};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use utoipa::IntoParams;

/// How many files and pages were changed.
#[derive(Debug, Serialize, JsonSchema)]
pub(in crate::web) struct Changed {
    changed: u64,
}

/// Which runs are asked for.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(in crate::web) struct AskedRuns {
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

/// The whole: what is queued, who works, what failed.
#[utoipa::path(get, path = "/api/plant", responses(
    (status = 200, body = Plant),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(super) async fn plant(State(shared): State<Shared>, Extension(by): Extension<Identity>) -> Result<Json<watch::Plant>, Problem> {
    Ok(Json(watch::plant(shared.archive(), &by.units(Right::Watch)).await?))
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
pub(in crate::web) struct AskedClass {
    /// `input`, `limit`, `secret`, `outage` or `bug`.
    class: Option<String>,
}

/// Tries refused files and pages again: those of a class, or of limit, outage and bug.
#[utoipa::path(post, path = "/api/runs/{run}/retry", params(("run" = String, Path), AskedClass), responses(
    (status = 200, body = ChangedSchema),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(super) async fn retry(
    State(shared): State<Shared>,
    Extension(by): Extension<Identity>,
    Named(run): Named<String>,
    Asked(asked): Asked<AskedClass>,
) -> Result<Json<Changed>, Problem> {
    steer(&shared, &by, &run, Act::Retry(asked.class.as_deref().map(class_of).transpose()?)).await
}

/// Which failures are asked for.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(in crate::web) struct AskedFailures {
    /// Of this run alone.
    run: Option<String>,
    /// `input`, `limit`, `secret`, `outage` or `bug`.
    class: Option<String>,
    /// At most so many, up to 1000.
    limit: Option<usize>,
}

/// Refused files and pages with class and reason.
#[utoipa::path(get, path = "/api/failures", params(AskedFailures), responses(
    (status = 200, body = Failures),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(super) async fn failures(
    State(shared): State<Shared>,
    Extension(by): Extension<Identity>,
    Asked(asked): Asked<AskedFailures>,
) -> Result<Json<Vec<watch::FailureLine>>, Problem> {
    let class = asked.class.as_deref().map(class_of).transpose()?;
    let limit = asked.limit.unwrap_or(200).clamp(1, 1000);
    Ok(Json(watch::failures(shared.archive(), &by.units(Right::Watch), asked.run.as_deref(), class, limit).await?))
}
