//! Who asks, and whether they may: before any handler runs.
//!
//! A program sends a key as `Authorization: Bearer`; a browser has the key of its session in a cookie that scripts cannot
//! read. Since browsers send cookies by themselves, whatever changes something must also bring the form key, which only
//! our own pages know ([`sohoa_services::accounts::users::form_key`]).

use crate::problem::Problem;
use crate::rate_limits::ClientAddress;
use crate::routes::{Access, is_auth_route, is_exempt_from_rate_limit, required_access};
use crate::server::AppState;
use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderMap, Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use sohoa_base::error::Error;
use sohoa_base::model::account::Identity;
use sohoa_services::accounts::users;

/// Name of the session's cookie: browsers keep one of this prefix only for the very host, and over TLS or on the machine itself.
pub(crate) const SESSION_COOKIE: &str = "__Host-sohoa";

/// Header with the form key.
pub(crate) const CSRF_HEADER: &str = "x-form-key";

/// Lets a request through, or answers it.
pub(crate) async fn authorize(State(shared): State<AppState>, path: Option<MatchedPath>, mut request: Request, next: Next) -> Response {
    let known = path.as_ref().and_then(|path| required_access(request.method().as_str(), path.as_str()));
    let Some(wanted) = known else {
        return Problem::from(Error::not_found("there is nothing at this address")).into_response();
    };
    let from = ClientAddress::from_request(&request, &shared.archive().config.server.trusted_proxies);
    request.extensions_mut().insert(from);
    let path = path.as_ref().map_or("", |path| path.as_str());
    if is_auth_route(request.method().as_str(), path)
        && let Err(problem) = shared.limits().check_sign_in_rate(from)
    {
        return problem.into_response();
    }
    let identity = match wanted {
        Access::Public => Ok(None),
        _ => authenticate(&shared, request.method(), request.headers()).await.map(Some),
    };
    let counted = match &identity {
        Ok(_) if is_exempt_from_rate_limit(path) => Ok(()),
        Ok(Some(identity)) => shared.limits().check_request_rate(&identity.key_id),
        // A key that is none must not count as one of its own: whoever makes up many would never be stopped.
        Ok(None) | Err(_) => shared.limits().check_anonymous_rate(from),
    };
    let identity = match counted.and(identity) {
        Ok(identity) => identity,
        Err(problem) => return problem.into_response(),
    };
    if let Some(identity) = identity {
        if let Access::Needs(right) = wanted
            && !identity.has_right(right)
        {
            return Problem::from(Error::denied("your role does not allow this; ask an administrator")).into_response();
        }
        request.extensions_mut().insert(identity);
    }
    next.run(request).await
}

async fn authenticate(shared: &AppState, method: &Method, headers: &HeaderMap) -> Result<Identity, Problem> {
    if let Some(given) = headers.get(header::AUTHORIZATION) {
        let key = given.to_str().ok().and_then(|value| value.strip_prefix("Bearer ")).ok_or(Problem::Unauthenticated)?;
        return users::identity_of_token(shared.archive(), key.trim()).await?.ok_or(Problem::Unauthenticated);
    }
    let key = session_key(headers).ok_or(Problem::Unauthenticated)?;
    let identity = users::identity_of_session(shared.archive(), key).await?.ok_or(Problem::Unauthenticated)?;
    if !method.is_safe() {
        let given = headers.get(CSRF_HEADER).and_then(|value| value.to_str().ok()).unwrap_or_default();
        if !users::constant_time_eq(given, &users::csrf_token(key)) {
            return Err(Error::denied("this request does not come from a page of this server; load the page again").into());
        }
    }
    Ok(identity)
}

/// The key in the session's cookie.
pub(crate) fn session_key(headers: &HeaderMap) -> Option<&str> {
    cookie_value(headers, SESSION_COOKIE)
}

/// What a cookie holds.
pub(crate) fn cookie_value<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    cookies.flat_map(|value| value.split(';')).find_map(|one| one.trim().strip_prefix(name)?.strip_prefix('='))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn the_cookie_is_found_among_others_and_by_its_whole_name() {
        let headers = |values: &[&str]| values.iter().map(|value| (header::COOKIE, value.parse().unwrap())).collect::<HeaderMap>();
        assert_eq!(session_key(&headers(&["a=1; __Host-sohoa=key; b=2"])), Some("key"));
        assert_eq!(session_key(&headers(&["a=1", "__Host-sohoa=key"])), Some("key"));
        assert_eq!(session_key(&headers(&["__Host-sohoa2=key; x__Host-sohoa=key"])), None);
        assert_eq!(session_key(&headers(&[])), None);
    }
}
