//! Second factor (TOTP): enrolment, confirmation, end.

use crate::api::response_bodies::RecoveryCodes;
use crate::openapi::{Enrolment as EnrolmentSchema, ProblemDetails, RecoveryCodes as RecoveryCodesSchema};
use crate::problem::{JsonBody, PathParams, Problem};
use crate::rate_limits::ClientAddress;
use crate::route_paths::TOTP;
use crate::state::AppState;
use axum::extract::State;
use axum::http::StatusCode;
use axum::{Extension, Json};
use serde::Deserialize;
use sohoa_base::model::account::Identity;
use sohoa_services::accounts::totp;
use sohoa_services::accounts::totp::Enrolment;
use utoipa::ToSchema;

/// The password of the caller.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PasswordBody {
    password: String,
}

/// Code of the authenticator app.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TotpCodeBody {
    code: String,
}

/// The password of the caller, and a code of the app or a recovery code.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PasswordAndCodeBody {
    password: String,
    code: String,
}

/// Begins the enrolment of an authenticator app; nothing changes before its first code is sent.
#[utoipa::path(post, path = TOTP, request_body = PasswordBody, responses(
    (status = 200, body = EnrolmentSchema),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(crate) async fn begin(
    State(shared): State<AppState>,
    Extension(by): Extension<Identity>,
    Extension(ClientAddress(from)): Extension<ClientAddress>,
    JsonBody(given): JsonBody<PasswordBody>,
) -> Result<Json<Enrolment>, Problem> {
    Ok(Json(totp::begin_enrolment(shared.archive(), &by, &given.password, &from.to_string()).await?))
}

/// Confirms the enrolment with the app's first code: from now on signing in needs a code; other sessions end.
#[utoipa::path(put, path = TOTP, request_body = TotpCodeBody, responses(
    (status = 200, body = RecoveryCodesSchema),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(crate) async fn confirm(
    State(shared): State<AppState>,
    Extension(by): Extension<Identity>,
    JsonBody(given): JsonBody<TotpCodeBody>,
) -> Result<Json<RecoveryCodes>, Problem> {
    Ok(Json(RecoveryCodes { recovery_codes: totp::confirm_enrolment(shared.archive(), &by, &given.code).await? }))
}

/// Ends the second factor: the password alone is enough again.
#[utoipa::path(delete, path = TOTP, request_body = PasswordAndCodeBody, responses(
    (status = 204, description = "ended"),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(crate) async fn end(
    State(shared): State<AppState>,
    Extension(by): Extension<Identity>,
    Extension(ClientAddress(from)): Extension<ClientAddress>,
    JsonBody(given): JsonBody<PasswordAndCodeBody>,
) -> Result<StatusCode, Problem> {
    totp::disable(shared.archive(), &by, &given.password, &given.code, &from.to_string()).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Ends the second factor of a person who has lost app and recovery codes.
#[utoipa::path(delete, path = "/api/users/{name}/totp", params(("name" = String, Path)), responses(
    (status = 204, description = "ended"),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(crate) async fn reset(
    State(shared): State<AppState>,
    Extension(by): Extension<Identity>,
    PathParams(name): PathParams<String>,
) -> Result<StatusCode, Problem> {
    totp::reset(shared.archive(), &by, &name).await?;
    Ok(StatusCode::NO_CONTENT)
}
