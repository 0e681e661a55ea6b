//! Signing in and out.

use crate::auth_middleware::{SESSION_COOKIE, session_key};
use crate::openapi::{Me as MeSchema, ProblemDetails};
use crate::problem::{JsonBody, Problem};
use crate::rate_limits::ClientAddress;
use crate::server::AppState;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sohoa_base::error::Error;
use sohoa_base::model::account::{Identity, Right, User};
use sohoa_services::accounts::users;
use sohoa_services::accounts::users::LoginResult;
use std::collections::BTreeSet;
use utoipa::ToSchema;

/// Who is signed in.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Me {
    /// The person.
    user: User,
    /// What may be done in any unit.
    rights: BTreeSet<Right>,
    /// What requests of a browser that change something bring in the header `x-form-key`; none for a program's key.
    #[serde(skip_serializing_if = "Option::is_none")]
    form_key: Option<String>,
}

fn session_info(identity: &Identity, session: Option<&str>) -> Me {
    Me {
        user: identity.user.clone(),
        rights: Right::ALL.into_iter().filter(|right| identity.has_right(*right)).collect(),
        form_key: session.map(users::csrf_token),
    }
}

/// Name and password; the code of an authenticator app or for recovery where the person has one.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = SignIn)]
pub(crate) struct SignInBody {
    name: String,
    password: String,
    code: Option<String>,
}

/// What the first administrator is called.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = SetUp)]
pub(crate) struct SetupBody {
    key: String,
    name: String,
    #[serde(default)]
    shown: String,
    password: String,
}

/// An old and a new password.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Passwords)]
pub(crate) struct PasswordChangeBody {
    old: String,
    new: String,
}

/// Makes the first administrator, with the key that the server printed at its first start.
#[utoipa::path(post, path = "/api/setup", request_body = SetupBody, security(()), responses(
    (status = 204, description = "made"),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(crate) async fn set_up(State(shared): State<AppState>, JsonBody(given): JsonBody<SetupBody>) -> Result<StatusCode, Problem> {
    users::create_first_administrator(shared.archive(), &given.key, &given.name, &given.shown, &given.password).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Who is signed in.
#[utoipa::path(get, path = "/api/session", responses(
    (status = 200, body = MeSchema),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(crate) async fn me(Extension(identity): Extension<Identity>, headers: HeaderMap) -> Json<Me> {
    let session = session_key(&headers).filter(|_| !headers.contains_key(header::AUTHORIZATION));
    Json(session_info(&identity, session))
}

/// Signs in: the answer sets the cookie of the session. Where name and password are right and a code is needed too, the
/// answer is a problem of the type `urn:sohoa:problem:code`.
#[utoipa::path(post, path = "/api/session", request_body = SignInBody, security(()), responses(
    (status = 200, body = MeSchema),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(crate) async fn sign_in(
    State(shared): State<AppState>,
    Extension(ClientAddress(from)): Extension<ClientAddress>,
    JsonBody(given): JsonBody<SignInBody>,
) -> Result<Response, Problem> {
    let code = given.code.as_deref();
    let signed = match users::sign_in(shared.archive(), &given.name, &given.password, code, &from.to_string()).await? {
        LoginResult::SignedIn(signed) => signed,
        LoginResult::MfaRequired => return Err(Problem::MfaRequired),
    };
    let identity = users::identity_of_session(shared.archive(), &signed.key).await?;
    let identity = identity.ok_or_else(|| Error::internal("the session is not there"))?;
    Ok(([(header::SET_COOKIE, session_cookie(&signed.key))], Json(session_info(&identity, Some(&signed.key)))).into_response())
}

/// The cookie that keeps the key of a session.
pub(crate) fn session_cookie(key: &str) -> String {
    format!("{SESSION_COOKIE}={key}; Path=/; Secure; HttpOnly; SameSite=Strict")
}

/// Signs out.
#[utoipa::path(delete, path = "/api/session", responses(
    (status = 204, description = "signed out"),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(crate) async fn sign_out(State(shared): State<AppState>, Extension(identity): Extension<Identity>) -> Result<Response, Problem> {
    users::sign_out(shared.archive(), &identity).await?;
    let cookie = format!("{SESSION_COOKIE}=; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=0");
    Ok((StatusCode::NO_CONTENT, [(header::SET_COOKIE, cookie)]).into_response())
}

/// Changes one's own password; every other session ends.
#[utoipa::path(put, path = "/api/session/password", request_body = PasswordChangeBody, responses(
    (status = 204, description = "changed"),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(crate) async fn change_password(
    State(shared): State<AppState>,
    Extension(identity): Extension<Identity>,
    Extension(ClientAddress(from)): Extension<ClientAddress>,
    JsonBody(given): JsonBody<PasswordChangeBody>,
) -> Result<StatusCode, Problem> {
    users::change_password(shared.archive(), &identity, &given.old, &given.new, &from.to_string()).await?;
    Ok(StatusCode::NO_CONTENT)
}
