//! Quarantine: dossiers with a stamp of secrecy, and the decisions of the officers in charge.

use crate::openapi::{ProblemDetails, QuarantineEntries, QuarantineOutcome};
use crate::problem::{JsonBody, PathParams, Problem};
use crate::state::AppState;
use axum::extract::State;
use axum::{Extension, Json};
use serde::Deserialize;
use sohoa_base::error::Error;
use sohoa_base::messages::requests;
use sohoa_base::model::account::{Identity, Right};
use sohoa_services::accounts::officers::officer_of_session;
use sohoa_services::quarantine;
use utoipa::ToSchema;

/// Reason of a decision about a dossier in quarantine.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct QuarantineNoteBody {
    /// Why; must not be empty.
    note: String,
}

/// Dossiers in quarantine, of the caller's units: where stamps were seen, and what could not be read.
#[utoipa::path(get, path = "/api/quarantine", responses(
    (status = 200, body = QuarantineEntries),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(super) async fn list(
    State(shared): State<AppState>,
    Extension(by): Extension<Identity>,
) -> Result<Json<Vec<quarantine::QuarantineEntry>>, Problem> {
    Ok(Json(quarantine::list(shared.archive(), &by.units_with(Right::ManageQuarantine)).await?))
}

/// Releases a dossier, by its object name or code: the workers read and store it, and its documents come to review. Needs a session that
/// was opened or renewed within the last five minutes; the key of a program may not.
#[utoipa::path(post, path = "/api/quarantine/{dossier}/release", params(("dossier" = String, Path)), request_body = QuarantineNoteBody,
    responses(
    (status = 200, body = QuarantineOutcome),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(super) async fn release(
    State(shared): State<AppState>,
    Extension(by): Extension<Identity>,
    PathParams(dossier): PathParams<String>,
    JsonBody(given): JsonBody<QuarantineNoteBody>,
) -> Result<Json<quarantine::QuarantineOutcome>, Problem> {
    let officer = officer_of_session(shared.archive(), &by).await?;
    let note = Some(given.note.as_str());
    Ok(Json(quarantine::queue_release(shared.archive(), &dossier, &officer, note, shared.fallback_pipeline()).await?))
}

/// Removes the files of a dossier from the archive, by its object name or code; the response names what is left. Needs a session that was
/// opened or renewed within the last five minutes; the key of a program may not.
#[utoipa::path(post, path = "/api/quarantine/{dossier}/removal", params(("dossier" = String, Path)), request_body = QuarantineNoteBody,
    responses(
    (status = 200, body = QuarantineOutcome),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(super) async fn remove(
    State(shared): State<AppState>,
    Extension(by): Extension<Identity>,
    PathParams(dossier): PathParams<String>,
    JsonBody(given): JsonBody<QuarantineNoteBody>,
) -> Result<Json<quarantine::QuarantineOutcome>, Problem> {
    let officer = officer_of_session(shared.archive(), &by).await?;
    let archive = shared.archive().clone();
    // A browser that goes away does not leave a removal half done.
    let removal = tokio::spawn(async move { quarantine::remove(&archive, &dossier, &officer, Some(&given.note)).await });
    let outcome = removal.await.map_err(|error| requests::request_ended_early().caused_by(error));
    outcome.and_then(|outcome| outcome).map(Json).map_err(|error: Error| error.into())
}
