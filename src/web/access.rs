//! Access rules of routes: who may call each, and which count against the limit of sign-ins.

use crate::route_paths::{OIDC, OIDC_CALLBACK, PASSWORD, RENEWAL, SESSION, SETUP, TOTP, UPLOAD_FILES};
use sohoa_base::model::account::Right;

/// Who may call a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Everybody.
    Public,
    /// Every signed-in user.
    SignedIn,
    /// Users with this right in any unit; the handler limits the data to those units.
    Needs(Right),
}

/// A route of the server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    /// HTTP method in capitals.
    pub method: &'static str,
    /// Path as the router matches it: `/api/runs/{run}`.
    pub path: String,
    /// Who may call it.
    pub access: Access,
}

/// Access that a request needs; `None` where no such route exists.
pub(crate) fn required_access(routes: &[Route], method: &str, path: &str) -> Option<Access> {
    let find = |method: &str| routes.iter().find(|route| route.method == method && route.path == path).map(|route| route.access);
    // HEAD is answered like GET, unless the path has a handler for HEAD itself.
    find(method).or_else(|| if method == "HEAD" { find("GET") } else { None })
}

/// Routes that check a password or code, which an attacker may guess: limited to a few requests per minute, user name and address.
pub(crate) const AUTH_ROUTES: &[(&str, &str)] = &[
    ("POST", SETUP),
    ("POST", SESSION),
    ("POST", RENEWAL),
    ("GET", OIDC),
    ("GET", OIDC_CALLBACK),
    ("PUT", PASSWORD),
    ("POST", TOTP),
    ("PUT", TOTP),
    ("DELETE", TOTP),
];

/// Whether requests of the route count as attempts to sign in.
pub(crate) fn is_auth_route(method: &str, path: &str) -> bool {
    AUTH_ROUTES.contains(&(method, path))
}

/// Whether requests of the path send files, which come at line speed, and have a limit of their own.
pub(crate) fn is_upload_route(path: &str) -> bool {
    path.starts_with(UPLOAD_FILES)
}
