//! Authentication and authorization before any handler runs.
//!
//! A program sends a key as `Authorization: Bearer`; a browser has the key of its session in a cookie that scripts cannot
//! read. Since browsers send cookies by themselves, whatever changes something must also bring the form key, which only
//! our own pages know ([`sohoa_services::accounts::secrets::csrf_token`]).

use crate::access::{Access, is_auth_route, is_upload_route};
use crate::cookies::session_key;
use crate::problem::Problem;
use crate::rate_limits::{ClientAddress, Peer};
use crate::route_paths::ASSET;
use crate::state::AppState;
use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderMap, Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use sohoa_base::messages::requests;
use sohoa_base::model::account::Identity;
use sohoa_services::accounts::secrets;
use sohoa_services::accounts::sessions;
use sohoa_services::accounts::tokens;

/// Header with the form key (CSRF token).
pub(crate) const CSRF_HEADER: &str = "x-form-key";

/// Passes an authorized request on, and answers any other with a problem.
pub(crate) async fn authorize(State(shared): State<AppState>, path: Option<MatchedPath>, mut request: Request, next: Next) -> Response {
    let Some(access) = path.as_ref().and_then(|path| shared.required_access(request.method().as_str(), path.as_str())) else {
        return Problem::from(requests::address_unknown()).into_response();
    };
    let trusted = &shared.archive().config.server.trusted_proxies;
    let peer = Peer::from_request(&request, trusted);
    shared.limits().note_peer(peer);
    let from = ClientAddress::from_request(&request, peer, trusted);
    request.extensions_mut().insert(peer);
    request.extensions_mut().insert(from);
    let path = path.as_ref().map_or("", |path| path.as_str());
    let is_auth_route = is_auth_route(request.method().as_str(), path);
    if is_auth_route && let Err(problem) = shared.limits().check_address_rate(from) {
        return problem.into_response();
    }
    let identity = match access {
        Access::Public => Ok(None),
        _ => authenticate(&shared, request.method(), request.headers()).await.map(Some),
    };
    let counted = match &identity {
        Ok(_) if path == ASSET => Ok(()),
        Ok(Some(identity)) if is_auth_route => shared.limits().check_sign_in_rate(&identity.user.name, from),
        Ok(Some(identity)) if is_upload_route(path) => shared.limits().check_upload_rate(&identity.key_id),
        Ok(Some(identity)) => shared.limits().check_request_rate(&identity.key_id),
        // An invalid key is counted by address: a client that invents keys would otherwise never reach a limit.
        Ok(None) | Err(_) => shared.limits().check_anonymous_rate(from),
    };
    let identity = match counted.and(identity) {
        Ok(identity) => identity,
        Err(problem) => return problem.into_response(),
    };
    if let Some(identity) = identity {
        if let Access::Needs(right) = access
            && !identity.has_right(right)
        {
            return Problem::from(requests::role_not_allowed()).into_response();
        }
        request.extensions_mut().insert(identity.clone());
        return tokens::run_as(&identity, next.run(request)).await;
    }
    next.run(request).await
}

/// The user behind the key or the session of a request.
///
/// # Errors
/// [`Problem::Unauthenticated`] without a valid one.
pub(crate) async fn authenticate(shared: &AppState, method: &Method, headers: &HeaderMap) -> Result<Identity, Problem> {
    if let Some(given) = headers.get(header::AUTHORIZATION) {
        let key = given.to_str().ok().and_then(|value| value.strip_prefix("Bearer ")).ok_or(Problem::Unauthenticated)?;
        return tokens::identity_of_token(shared.archive(), key.trim()).await?.ok_or(Problem::Unauthenticated);
    }
    let key = session_key(headers).ok_or(Problem::Unauthenticated)?;
    let identity = sessions::identity_of_session(shared.archive(), key).await?.ok_or(Problem::Unauthenticated)?;
    if !method.is_safe() {
        let given = headers.get(CSRF_HEADER).and_then(|value| value.to_str().ok()).unwrap_or_default();
        if !secrets::constant_time_eq(given, &secrets::csrf_token(key)) {
            return Err(requests::form_key_missing().into());
        }
    }
    Ok(identity)
}
