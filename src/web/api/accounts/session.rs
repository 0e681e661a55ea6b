//! Signing in and out.

use crate::api::response_bodies::Me;
use crate::cookies::{SESSION_COOKIE, session_cookie, session_key};
use crate::openapi::{Me as MeSchema, ProblemDetails};
use crate::problem::{JsonBody, Problem};
use crate::rate_limits::ClientAddress;
use crate::route_paths::{PASSWORD, SESSION, SETUP};
use crate::state::AppState;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use serde::Deserialize;
use sohoa_base::error::Error;
use sohoa_base::model::account::{Identity, Right};
use sohoa_services::accounts::secrets;
use sohoa_services::accounts::sessions;
use sohoa_services::accounts::sessions::LoginResult;
use sohoa_services::accounts::users;
use utoipa::ToSchema;

fn session_info(identity: &Identity, session: Option<&str>) -> Me {
    Me {
        user: identity.user.clone(),
        rights: Right::ALL.into_iter().filter(|right| identity.has_right(*right)).collect(),
        form_key: session.map(secrets::csrf_token),
    }
}

/// Name and password; the code of an authenticator app or a recovery code where the person has a second factor.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SignInBody {
    name: String,
    password: String,
    code: Option<String>,
}

/// The first administrator, with the setup key.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SetupBody {
    key: String,
    name: String,
    #[serde(default, alias = "shown")]
    display_name: String,
    password: String,
}

/// Old and new password.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PasswordChangeBody {
    old: String,
    new: String,
}

/// Makes the first administrator, with the key that the server printed at its first start.
#[utoipa::path(post, path = SETUP, request_body = SetupBody, security(()), responses(
    (status = 204, description = "made"),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(crate) async fn set_up(State(shared): State<AppState>, JsonBody(given): JsonBody<SetupBody>) -> Result<StatusCode, Problem> {
    users::create_first_administrator(shared.archive(), &given.key, &given.name, &given.display_name, &given.password).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Who is signed in.
#[utoipa::path(get, path = SESSION, responses(
    (status = 200, body = MeSchema),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(crate) async fn me(Extension(identity): Extension<Identity>, headers: HeaderMap) -> Json<Me> {
    let session = session_key(&headers).filter(|_| !headers.contains_key(header::AUTHORIZATION));
    Json(session_info(&identity, session))
}

/// Signs in: the response sets the session cookie. Where name and password are right and a code is needed too, the
/// response is a problem of the type `urn:sohoa:problem:code`.
#[utoipa::path(post, path = SESSION, request_body = SignInBody, security(()), responses(
    (status = 200, body = MeSchema),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(crate) async fn sign_in(
    State(shared): State<AppState>,
    Extension(ClientAddress(from)): Extension<ClientAddress>,
    JsonBody(given): JsonBody<SignInBody>,
) -> Result<Response, Problem> {
    let code = given.code.as_deref();
    let signed = match sessions::sign_in(shared.archive(), &given.name, &given.password, code, &from.to_string()).await? {
        LoginResult::SignedIn(signed) => signed,
        LoginResult::MfaRequired => return Err(Problem::MfaRequired),
    };
    let identity = sessions::identity_of_session(shared.archive(), &signed.key).await?;
    let identity = identity.ok_or_else(|| Error::internal("the session is not there"))?;
    Ok(([(header::SET_COOKIE, session_cookie(&signed.key))], Json(session_info(&identity, Some(&signed.key)))).into_response())
}

/// Signs out.
#[utoipa::path(delete, path = SESSION, responses(
    (status = 204, description = "signed out"),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(crate) async fn sign_out(State(shared): State<AppState>, Extension(identity): Extension<Identity>) -> Result<Response, Problem> {
    sessions::sign_out(shared.archive(), &identity).await?;
    let cookie = format!("{SESSION_COOKIE}=; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=0");
    Ok((StatusCode::NO_CONTENT, [(header::SET_COOKIE, cookie)]).into_response())
}

/// Changes the caller's password; their other sessions end.
#[utoipa::path(put, path = PASSWORD, request_body = PasswordChangeBody, responses(
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
