//! Pipelines: listed, checked, tried.

use crate::openapi::{PipelineText as PipelineTextSchema, PipelineTexts, ProblemDetails, TrialResult as TrialResultSchema};
use crate::problem::{JsonBody, Problem};
use crate::state::AppState;
use axum::extract::State;
use axum::{Extension, Json};
use serde::Deserialize;
use sohoa_base::model::account::Identity;
use sohoa_services::runs::pipelines;
use sohoa_services::runs::pipelines::{PipelineText, TrialResult};
use utoipa::ToSchema;

/// A pipeline as text.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PipelineBody {
    /// The file (TOML).
    text: String,
}

/// A pipeline and the documents on which it is tried.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PipelineTrialBody {
    /// The file (TOML).
    text: String,
    /// 1 to 3 documents, `DOSSIER#NUMBER`.
    documents: Vec<String>,
}

/// Pipelines that can be run.
#[utoipa::path(get, path = "/api/pipelines", responses(
    (status = 200, body = PipelineTexts),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(super) async fn list(State(shared): State<AppState>) -> Result<Json<Vec<PipelineText>>, Problem> {
    Ok(Json(pipelines::list_pipelines(shared.fallback_pipeline())?))
}

/// Checks the text of a pipeline and returns the stages that it would run; a problem names the line that is wrong.
#[utoipa::path(post, path = "/api/pipelines/check", request_body = PipelineBody, responses(
    (status = 200, body = PipelineTextSchema),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(super) async fn check(JsonBody(given): JsonBody<PipelineBody>) -> Result<Json<PipelineText>, Problem> {
    Ok(Json(pipelines::check_pipeline(&given.text)?))
}

/// Runs a pipeline on up to three documents without storing anything, and returns what would differ.
#[utoipa::path(post, path = "/api/pipelines/try", request_body = PipelineTrialBody, responses(
    (status = 200, body = TrialResultSchema),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(super) async fn try_out(
    State(shared): State<AppState>,
    Extension(by): Extension<Identity>,
    JsonBody(wanted): JsonBody<PipelineTrialBody>,
) -> Result<Json<TrialResult>, Problem> {
    Ok(Json(pipelines::run_trial(shared.archive(), &by, &wanted.text, &wanted.documents).await?))
}
