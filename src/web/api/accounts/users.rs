//! People, keys of programs, and the audit trail.

use crate::api::response_bodies::CreatedToken;
use crate::openapi::{CreatedToken as CreatedTokenSchema, Events, ProblemDetails, Tokens, User as UserSchema, Users};
use crate::problem::{JsonBody, PathParams, Problem, QueryParams};
use crate::state::AppState;
use axum::extract::State;
use axum::http::StatusCode;
use axum::{Extension, Json};
use serde::Deserialize;
use sohoa_base::messages::requests;
use sohoa_base::model::account::{Grant, Identity, Right, Role, Token, UnitScope, User};
use sohoa_services::accounts::tokens;
use sohoa_services::accounts::users;
use sohoa_services::runs::monitoring;
use std::collections::BTreeSet;
use utoipa::{IntoParams, ToSchema};

/// A role in a unit.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct GrantBody {
    /// `reader`, `archivist`, `reviewer`, `administrator`, `auditor` or `secrecy-officer`.
    #[schema(value_type = String)]
    role: Role,
    /// Code of the unit; `*`: every unit.
    unit: String,
}

fn to_grants(given: Vec<GrantBody>) -> Vec<Grant> {
    given.into_iter().map(|grant| Grant { role: grant.role, unit: grant.unit }).collect()
}

/// A person to be added.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CreateUserBody {
    name: String,
    #[serde(default, alias = "shown")]
    display_name: String,
    grants: Vec<GrantBody>,
    password: String,
}

/// New display name, roles and state of a person.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct UpdateUserBody {
    #[serde(default, alias = "shown")]
    display_name: String,
    grants: Vec<GrantBody>,
    #[serde(default)]
    disabled: bool,
}

/// A new password.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewPasswordBody {
    password: String,
}

/// A key to be made.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CreateTokenBody {
    /// Purpose.
    label: String,
    /// Its rights at most: `read`, `upload`, `watch`, `steer`, `review`, `administer`, `audit`, `quarantine`.
    #[schema(value_type = Vec<String>)]
    rights: BTreeSet<Right>,
    /// Validity, days.
    days: u64,
}

/// People with a role in a unit of the caller, each with these roles alone; everybody for an administrator of all units.
#[utoipa::path(get, path = "/api/users", responses(
    (status = 200, body = Users),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(crate) async fn people(State(shared): State<AppState>, Extension(by): Extension<Identity>) -> Result<Json<Vec<User>>, Problem> {
    Ok(Json(users::list_users(shared.archive(), &by).await?))
}

/// Adds a person.
#[utoipa::path(post, path = "/api/users", request_body = CreateUserBody, responses(
    (status = 201, body = UserSchema),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(crate) async fn add(
    State(shared): State<AppState>,
    Extension(by): Extension<Identity>,
    JsonBody(given): JsonBody<CreateUserBody>,
) -> Result<(StatusCode, Json<User>), Problem> {
    let CreateUserBody { name, display_name, grants: given, password } = given;
    let user = users::add_user(shared.archive(), &by, &name, &display_name, to_grants(given), &password).await?;
    Ok((StatusCode::CREATED, Json(user)))
}

/// Changes display name, roles and state of a person. Other roles end the keys of the person's programs.
#[utoipa::path(put, path = "/api/users/{name}", params(("name" = String, Path)), request_body = UpdateUserBody, responses(
    (status = 204, description = "changed"),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(crate) async fn change(
    State(shared): State<AppState>,
    Extension(by): Extension<Identity>,
    PathParams(name): PathParams<String>,
    JsonBody(given): JsonBody<UpdateUserBody>,
) -> Result<StatusCode, Problem> {
    users::change_user(shared.archive(), &by, &name, &given.display_name, to_grants(given.grants), given.disabled).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Gives a person a new password; their sessions end, and the keys of their programs.
#[utoipa::path(put, path = "/api/users/{name}/password", params(("name" = String, Path)), request_body = NewPasswordBody, responses(
    (status = 204, description = "set"),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(crate) async fn reset_password(
    State(shared): State<AppState>,
    Extension(by): Extension<Identity>,
    PathParams(name): PathParams<String>,
    JsonBody(given): JsonBody<NewPasswordBody>,
) -> Result<StatusCode, Problem> {
    users::reset_password(shared.archive(), &by, &name, &given.password).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The caller's keys of programs.
#[utoipa::path(get, path = "/api/tokens", responses(
    (status = 200, body = Tokens),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(crate) async fn tokens(State(shared): State<AppState>, Extension(by): Extension<Identity>) -> Result<Json<Vec<Token>>, Problem> {
    Ok(Json(tokens::list_tokens(shared.archive(), &by).await?))
}

/// Makes a key for a program. It ends early when the roles of its maker change, or their access. One with the right `quarantine` needs a
/// session that was opened or renewed within the last five minutes, and lives for 365 days at most.
#[utoipa::path(post, path = "/api/tokens", request_body = CreateTokenBody, responses(
    (status = 201, body = CreatedTokenSchema),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(crate) async fn add_token(
    State(shared): State<AppState>,
    Extension(by): Extension<Identity>,
    JsonBody(given): JsonBody<CreateTokenBody>,
) -> Result<(StatusCode, Json<CreatedToken>), Problem> {
    let (id, key) = tokens::add_token(shared.archive(), &by, &given.label, given.rights, given.days).await?;
    Ok((StatusCode::CREATED, Json(CreatedToken { id, key })))
}

/// Ends one of the caller's keys.
#[utoipa::path(delete, path = "/api/tokens/{id}", params(("id" = String, Path)), responses(
    (status = 204, description = "ended"),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(crate) async fn end_token(
    State(shared): State<AppState>,
    Extension(by): Extension<Identity>,
    PathParams(id): PathParams<String>,
) -> Result<StatusCode, Problem> {
    tokens::revoke_token(shared.archive(), &by, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Keys of the programs of a person.
#[utoipa::path(get, path = "/api/users/{name}/tokens", params(("name" = String, Path)), responses(
    (status = 200, body = Tokens),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(crate) async fn tokens_of(
    State(shared): State<AppState>,
    Extension(by): Extension<Identity>,
    PathParams(name): PathParams<String>,
) -> Result<Json<Vec<Token>>, Problem> {
    Ok(Json(tokens::list_tokens_of(shared.archive(), &by, &name).await?))
}

/// Ends a key of a program of a person.
#[utoipa::path(delete, path = "/api/users/{name}/tokens/{id}", params(("name" = String, Path), ("id" = String, Path)), responses(
    (status = 204, description = "ended"),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(crate) async fn end_token_of(
    State(shared): State<AppState>,
    Extension(by): Extension<Identity>,
    PathParams((name, id)): PathParams<(String, String)>,
) -> Result<StatusCode, Problem> {
    tokens::revoke_token_of(shared.archive(), &by, &name, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Query of events.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct EventsQuery {
    /// After this one.
    #[serde(default)]
    #[param(minimum = 0, maximum = 9_007_199_254_740_991_u64)]
    after: u64,
    /// At most so many, up to 500.
    limit: Option<usize>,
}

/// Events of the audit trail, in order: who changed what.
#[utoipa::path(get, path = "/api/audit", params(EventsQuery), responses(
    (status = 200, body = Events),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(crate) async fn audit(
    State(shared): State<AppState>,
    Extension(by): Extension<Identity>,
    QueryParams(query): QueryParams<EventsQuery>,
) -> Result<Json<Vec<monitoring::EventLine>>, Problem> {
    if by.units_with(Right::Audit) != UnitScope::All {
        return Err(requests::audit_needs_all_units().into());
    }
    if query.after > 9_007_199_254_740_991 {
        return Err(requests::event_number_invalid().into());
    }
    Ok(Json(monitoring::events_after(shared.archive(), query.after, query.limit.unwrap_or(100).clamp(1, 500)).await?))
}
