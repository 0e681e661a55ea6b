//! Signing in and out.

use crate::api::response_bodies::Me;
use crate::cookies::{SESSION_COOKIE, session_cookie, session_key};
use crate::openapi::{Me as MeSchema, ProblemDetails, Sessions};
use crate::problem::{JsonBody, PathParams, Problem};
use crate::rate_limits::ClientAddress;
use crate::route_paths::{PASSWORD, RENEWAL, SESSION, SETUP};
use crate::state::AppState;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use serde::Deserialize;
use sohoa_base::messages::program;
use sohoa_base::model::account::{Identity, Right};
use sohoa_services::accounts::secrets;
use sohoa_services::accounts::sessions;
use sohoa_services::accounts::sessions::{LoginResult, RenewalResult, SessionInfo};
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

/// The password of the caller; the code of an authenticator app or a recovery code where the person has a second factor.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RenewalBody {
    password: String,
    code: Option<String>,
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
pub(crate) async fn set_up(
    State(shared): State<AppState>,
    Extension(from): Extension<ClientAddress>,
    JsonBody(given): JsonBody<SetupBody>,
) -> Result<StatusCode, Problem> {
    // Whatever name is given: the key is what could be guessed.
    shared.limits().check_sign_in_rate("", from)?;
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
    Extension(from): Extension<ClientAddress>,
    JsonBody(given): JsonBody<SignInBody>,
) -> Result<Response, Problem> {
    shared.limits().check_sign_in_rate(&given.name, from)?;
    let code = given.code.as_deref();
    let signed = match sessions::sign_in(shared.archive(), &given.name, &given.password, code, &from.0.to_string()).await? {
        LoginResult::SignedIn(signed) => signed,
        LoginResult::MfaRequired => return Err(Problem::MfaRequired),
    };
    let identity = sessions::identity_of_session(shared.archive(), &signed.key).await?;
    let identity = identity.ok_or_else(|| program::bug("web: session missing after signing in"))?;
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

/// Renews the sign-in: for five minutes the session may do what needs a renewed sign-in, as a sign-in does too. People of an OpenID
/// Connect provider open `/sign-in/oidc?renew=true` instead. Where the password is right and a code is needed too, the response is a
/// problem of the type `urn:sohoa:problem:code`.
#[utoipa::path(post, path = RENEWAL, request_body = RenewalBody, responses(
    (status = 204, description = "renewed"),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(crate) async fn renew(
    State(shared): State<AppState>,
    Extension(identity): Extension<Identity>,
    Extension(ClientAddress(from)): Extension<ClientAddress>,
    JsonBody(given): JsonBody<RenewalBody>,
) -> Result<StatusCode, Problem> {
    let code = given.code.as_deref();
    match sessions::renew(shared.archive(), &identity, &given.password, code, &from.to_string()).await? {
        RenewalResult::Renewed => Ok(StatusCode::NO_CONTENT),
        RenewalResult::MfaRequired => Err(Problem::MfaRequired),
    }
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

/// Your sessions, the newest first.
#[utoipa::path(get, path = "/api/sessions", responses(
    (status = 200, body = Sessions),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(crate) async fn list(State(shared): State<AppState>, Extension(by): Extension<Identity>) -> Result<Json<Vec<SessionInfo>>, Problem> {
    Ok(Json(sessions::list_sessions(shared.archive(), &by).await?))
}

/// Ends one of your sessions.
#[utoipa::path(delete, path = "/api/sessions/{session}", params(("session" = String, Path)), responses(
    (status = 204, description = "ended"),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(crate) async fn end(
    State(shared): State<AppState>,
    Extension(by): Extension<Identity>,
    PathParams(session): PathParams<String>,
) -> Result<StatusCode, Problem> {
    sessions::end_session(shared.archive(), &by, &session).await?;
    Ok(StatusCode::NO_CONTENT)
}
