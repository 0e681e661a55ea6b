//! People, keys of programs, and the audit.

use crate::openapi::{Events, NewToken, People, Person, ProblemDetails, Tokens};
use crate::problem::{Asked, Body, Named, Problem};
use crate::server::Shared;
use axum::extract::State;
use axum::http::StatusCode;
use axum::{Extension, Json};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sohoa_base::error::Error;
use sohoa_base::model::account::{Grant, Identity, Right, Role, Token, Units, User};
use sohoa_services::{accounts, watch};
use std::collections::BTreeSet;
use utoipa::{IntoParams, ToSchema};

/// A role in a unit.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct GivenGrant {
    /// `reader`, `archivist`, `reviewer`, `administrator` or `auditor`.
    #[schema(value_type = String)]
    role: Role,
    /// Code of the unit; `*`: every unit.
    unit: String,
}

fn grants(given: Vec<GivenGrant>) -> Vec<Grant> {
    given.into_iter().map(|grant| Grant { role: grant.role, unit: grant.unit }).collect()
}

/// A person to be added.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewPerson {
    name: String,
    #[serde(default)]
    shown: String,
    grants: Vec<GivenGrant>,
    password: String,
}

/// What a person is called and may do from now on.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ChangedPerson {
    #[serde(default)]
    shown: String,
    grants: Vec<GivenGrant>,
    #[serde(default)]
    disabled: bool,
}

/// A new password.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewPassword {
    password: String,
}

/// A key to be made.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct WantedToken {
    /// What it is for.
    label: String,
    /// What it may at most: `read`, `upload`, `watch`, `steer`, `review`, `administer`, `audit`.
    #[schema(value_type = Vec<String>)]
    rights: BTreeSet<Right>,
    /// How long it holds, days.
    days: u64,
}

/// A new key: it is told once.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct MadeToken {
    /// Identifier.
    id: String,
    /// The key itself.
    key: String,
}

/// Everybody who may sign in.
#[utoipa::path(get, path = "/api/users", responses(
    (status = 200, body = People),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(super) async fn people(State(shared): State<Shared>) -> Result<Json<Vec<User>>, Problem> {
    Ok(Json(accounts::people(shared.archive()).await?))
}

/// Adds a person.
#[utoipa::path(post, path = "/api/users", request_body = NewPerson, responses(
    (status = 201, body = Person),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(super) async fn add(
    State(shared): State<Shared>,
    Extension(by): Extension<Identity>,
    Body(given): Body<NewPerson>,
) -> Result<(StatusCode, Json<User>), Problem> {
    let NewPerson { name, shown, grants: given, password } = given;
    let user = accounts::add(shared.archive(), &by, &name, &shown, grants(given), &password).await?;
    Ok((StatusCode::CREATED, Json(user)))
}

/// Changes what a person is called and may do.
#[utoipa::path(put, path = "/api/users/{name}", params(("name" = String, Path)), request_body = ChangedPerson, responses(
    (status = 204, description = "changed"),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(super) async fn change(
    State(shared): State<Shared>,
    Extension(by): Extension<Identity>,
    Named(name): Named<String>,
    Body(given): Body<ChangedPerson>,
) -> Result<StatusCode, Problem> {
    accounts::change(shared.archive(), &by, &name, &given.shown, grants(given.grants), given.disabled).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Gives a person a new password; their sessions end.
#[utoipa::path(put, path = "/api/users/{name}/password", params(("name" = String, Path)), request_body = NewPassword, responses(
    (status = 204, description = "set"),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(super) async fn reset_password(
    State(shared): State<Shared>,
    Extension(by): Extension<Identity>,
    Named(name): Named<String>,
    Body(given): Body<NewPassword>,
) -> Result<StatusCode, Problem> {
    accounts::reset_password(shared.archive(), &by, &name, &given.password).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// One's own keys of programs.
#[utoipa::path(get, path = "/api/tokens", responses(
    (status = 200, body = Tokens),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(super) async fn tokens(State(shared): State<Shared>, Extension(by): Extension<Identity>) -> Result<Json<Vec<Token>>, Problem> {
    Ok(Json(accounts::tokens(shared.archive(), &by).await?))
}

/// Makes a key for a program.
#[utoipa::path(post, path = "/api/tokens", request_body = WantedToken, responses(
    (status = 201, body = NewToken),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(super) async fn add_token(
    State(shared): State<Shared>,
    Extension(by): Extension<Identity>,
    Body(given): Body<WantedToken>,
) -> Result<(StatusCode, Json<MadeToken>), Problem> {
    let (id, key) = accounts::add_token(shared.archive(), &by, &given.label, given.rights, given.days).await?;
    Ok((StatusCode::CREATED, Json(MadeToken { id, key })))
}

/// Ends one of one's own keys.
#[utoipa::path(delete, path = "/api/tokens/{id}", params(("id" = String, Path)), responses(
    (status = 204, description = "ended"),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(super) async fn end_token(
    State(shared): State<Shared>,
    Extension(by): Extension<Identity>,
    Named(id): Named<String>,
) -> Result<StatusCode, Problem> {
    accounts::end_token(shared.archive(), &by, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Which events are asked for.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct AskedEvents {
    /// After this one.
    #[serde(default)]
    #[param(minimum = 0, maximum = 9_007_199_254_740_991_u64)]
    after: u64,
    /// At most so many, up to 500.
    limit: Option<usize>,
}

/// What happened, in order: who did and changed what.
#[utoipa::path(get, path = "/api/audit", params(AskedEvents), responses(
    (status = 200, body = Events),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(super) async fn audit(
    State(shared): State<Shared>,
    Extension(by): Extension<Identity>,
    Asked(asked): Asked<AskedEvents>,
) -> Result<Json<Vec<watch::EventLine>>, Problem> {
    if by.units(Right::Audit) != Units::All {
        return Err(Error::denied("the audit is of every unit; it needs a role in all").into());
    }
    if asked.after > 9_007_199_254_740_991 {
        return Err(Error::invalid("after is no number of an event").into());
    }
    Ok(Json(watch::events(shared.archive(), asked.after, asked.limit.unwrap_or(100).clamp(1, 500)).await?))
}
