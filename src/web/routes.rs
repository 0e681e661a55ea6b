//! Every route and what it asks of the caller: one table, which the guard reads and a test walks.

use sohoa_base::model::account::Right;

/// Who may call a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Anybody.
    Public,
    /// Whoever is signed in.
    SignedIn,
    /// Whoever has this right in any unit; what the route shows is of those units alone.
    Needs(Right),
}

/// Method, path as the router knows it, and who may call it.
pub const ROUTES: &[(&str, &str, Access)] = &[
    ("GET", "/healthz", Access::Public),
    ("GET", "/readyz", Access::Public),
    ("GET", "/metrics", Access::Public),
    ("GET", "/openapi.json", Access::Public),
    ("GET", "/version", Access::SignedIn),
    ("POST", "/api/setup", Access::Public),
    ("POST", "/api/session", Access::Public),
    ("GET", "/api/session", Access::SignedIn),
    ("DELETE", "/api/session", Access::SignedIn),
    ("PUT", "/api/session/password", Access::SignedIn),
    ("POST", "/api/session/totp", Access::SignedIn),
    ("PUT", "/api/session/totp", Access::SignedIn),
    ("DELETE", "/api/session/totp", Access::SignedIn),
    ("GET", "/api/users", Access::Needs(Right::Administer)),
    ("POST", "/api/users", Access::Needs(Right::Administer)),
    ("PUT", "/api/users/{name}", Access::Needs(Right::Administer)),
    ("PUT", "/api/users/{name}/password", Access::Needs(Right::Administer)),
    ("DELETE", "/api/users/{name}/totp", Access::Needs(Right::Administer)),
    ("GET", "/api/tokens", Access::SignedIn),
    ("POST", "/api/tokens", Access::SignedIn),
    ("DELETE", "/api/tokens/{id}", Access::SignedIn),
    ("GET", "/api/audit", Access::Needs(Right::Audit)),
    ("GET", "/api/runs", Access::Needs(Right::Monitor)),
    ("GET", "/api/runs/{run}", Access::Needs(Right::Monitor)),
    ("POST", "/api/runs/{run}/pause", Access::Needs(Right::ManageRuns)),
    ("POST", "/api/runs/{run}/resume", Access::Needs(Right::ManageRuns)),
    ("POST", "/api/runs/{run}/cancel", Access::Needs(Right::ManageRuns)),
    ("POST", "/api/runs/{run}/retry", Access::Needs(Right::ManageRuns)),
    ("POST", "/api/runs/{run}/priority", Access::Needs(Right::ManageRuns)),
    ("GET", "/api/runs/{run}/events", Access::Needs(Right::Monitor)),
    ("GET", "/api/runs/{run}/overview", Access::Needs(Right::Monitor)),
    ("GET", "/api/runs/{run}/timeline", Access::Needs(Right::Monitor)),
    ("GET", "/api/failures", Access::Needs(Right::Monitor)),
    ("GET", "/api/failures/groups", Access::Needs(Right::Monitor)),
    ("GET", "/api/failures/{file}/picture", Access::Needs(Right::Monitor)),
    ("GET", "/api/plant", Access::Needs(Right::Monitor)),
    ("GET", "/api/live", Access::Needs(Right::Monitor)),
    ("GET", "/api/review", Access::Needs(Right::Review)),
    ("GET", "/api/review/{document}", Access::Needs(Right::Review)),
    ("POST", "/api/review/{document}", Access::Needs(Right::Review)),
    ("POST", "/api/review/{document}/pages/{page}/scan", Access::Needs(Right::Review)),
    ("PUT", "/api/review/{document}/hold", Access::Needs(Right::Review)),
    ("DELETE", "/api/review/{document}/hold", Access::Needs(Right::Review)),
    ("GET", "/api/uploads", Access::Needs(Right::Upload)),
    ("POST", "/api/uploads", Access::Needs(Right::Upload)),
    ("GET", "/api/uploads/{upload}", Access::Needs(Right::Upload)),
    ("PUT", "/api/uploads/{upload}", Access::Needs(Right::Upload)),
    ("DELETE", "/api/uploads/{upload}", Access::Needs(Right::Upload)),
    ("PUT", "/api/uploads/{upload}/line", Access::Needs(Right::Upload)),
    ("POST", "/api/uploads/{upload}/start", Access::Needs(Right::Upload)),
    ("GET", "/api/uploads/{upload}/files", Access::Needs(Right::Upload)),
    ("POST", "/api/uploads/{upload}/files", Access::Needs(Right::Upload)),
    ("OPTIONS", "/api/uploads/{upload}/files", Access::Needs(Right::Upload)),
    ("GET", "/api/uploads/{upload}/files/{file}", Access::Needs(Right::Upload)),
    ("HEAD", "/api/uploads/{upload}/files/{file}", Access::Needs(Right::Upload)),
    ("PATCH", "/api/uploads/{upload}/files/{file}", Access::Needs(Right::Upload)),
    ("DELETE", "/api/uploads/{upload}/files/{file}", Access::Needs(Right::Upload)),
    ("GET", "/api/search", Access::Needs(Right::Read)),
    ("GET", "/api/pipelines", Access::Needs(Right::Administer)),
    ("POST", "/api/pipelines/check", Access::Needs(Right::Administer)),
    ("POST", "/api/pipelines/try", Access::Needs(Right::Administer)),
    ("GET", "/api/searches", Access::Needs(Right::Read)),
    ("POST", "/api/searches", Access::Needs(Right::Read)),
    ("DELETE", "/api/searches/{id}", Access::Needs(Right::Read)),
    ("GET", "/api/records", Access::Needs(Right::Read)),
    ("GET", "/api/records/{dossier}", Access::Needs(Right::Read)),
    ("GET", "/api/documents/{document}/public", Access::Needs(Right::Read)),
    ("GET", "/api/documents/{document}/{form}", Access::Needs(Right::Read)),
    ("GET", "/api/documents/{document}/pages/{page}/picture", Access::Needs(Right::Read)),
    ("GET", "/api/documents/{document}/pages/{page}/words", Access::Needs(Right::Read)),
    ("GET", "/api/roadmap", Access::Needs(Right::Monitor)),
    ("POST", "/api/roadmap/plan", Access::Needs(Right::Administer)),
    ("GET", "/api/roadmap/plan", Access::Needs(Right::Monitor)),
    ("GET", "/api/roadmap/template", Access::Needs(Right::Monitor)),
    ("GET", "/api/roadmap/report/{form}", Access::Needs(Right::Monitor)),
    ("POST", "/api/roadmap/cases", Access::Needs(Right::Upload)),
    ("GET", "/api/roadmap/cases/template", Access::Needs(Right::Monitor)),
    ("GET", "/api/roadmap/lines/{line}", Access::Needs(Right::Monitor)),
    ("GET", "/api/roadmap/lines/{line}/what-if", Access::Needs(Right::Monitor)),
    ("PUT", "/api/runs/{run}/line", Access::Needs(Right::ManageRuns)),
    ("GET", "/api/lots", Access::Needs(Right::Monitor)),
    ("POST", "/api/lots", Access::Needs(Right::ManageRuns)),
    ("GET", "/api/lots/{lot}", Access::Needs(Right::Monitor)),
    ("GET", "/api/lots/{lot}/changes", Access::Needs(Right::Monitor)),
    ("PUT", "/api/lots/{lot}/pages/{place}", Access::Needs(Right::ManageRuns)),
    ("POST", "/api/lots/{lot}/judge", Access::Needs(Right::ManageRuns)),
    ("POST", "/api/lots/{lot}/reworked", Access::Needs(Right::ManageRuns)),
    ("GET", "/api/lots/{lot}/minutes/{form}", Access::Needs(Right::Monitor)),
    // Each list asks for its own right.
    ("GET", "/api/lists/{list}/{form}", Access::SignedIn),
    ("GET", "/api/iiif/{document}/manifest", Access::Needs(Right::Read)),
    ("GET", "/api/iiif/{document}/text/{page}", Access::Needs(Right::Read)),
    ("GET", "/api/iiif/{document}/search", Access::Needs(Right::Read)),
    ("GET", "/", Access::SignedIn),
    ("GET", "/assets/{name}", Access::Public),
    ("GET", "/sign-in", Access::Public),
    ("GET", "/sign-in/oidc", Access::Public),
    ("GET", "/sign-in/oidc/callback", Access::Public),
    ("GET", "/setup", Access::Public),
    ("GET", "/language/{code}", Access::Public),
    ("GET", "/account", Access::SignedIn),
    ("GET", "/docs", Access::SignedIn),
    ("GET", "/help", Access::SignedIn),
    ("GET", "/plant", Access::Needs(Right::ManageRuns)),
    ("GET", "/uploads", Access::Needs(Right::Upload)),
    ("GET", "/uploads/{upload}", Access::Needs(Right::Upload)),
    ("GET", "/runs", Access::Needs(Right::Monitor)),
    ("GET", "/runs/{run}", Access::Needs(Right::Monitor)),
    ("GET", "/failures", Access::Needs(Right::Monitor)),
    ("GET", "/roadmap", Access::Needs(Right::Monitor)),
    ("GET", "/roadmap/lines/{line}", Access::Needs(Right::Monitor)),
    ("GET", "/lots/{lot}", Access::Needs(Right::Monitor)),
    ("GET", "/review", Access::Needs(Right::Review)),
    ("GET", "/review/{document}", Access::Needs(Right::Review)),
    ("GET", "/search", Access::Needs(Right::Read)),
    ("GET", "/records", Access::Needs(Right::Read)),
    ("GET", "/records/{dossier}", Access::Needs(Right::Read)),
    ("GET", "/documents/{document}", Access::Needs(Right::Read)),
    ("GET", "/documents/{document}/public", Access::Needs(Right::Read)),
    ("GET", "/people", Access::Needs(Right::Administer)),
    ("GET", "/pipelines", Access::Needs(Right::Administer)),
    ("GET", "/keys", Access::SignedIn),
    ("GET", "/audit", Access::Needs(Right::Audit)),
];

/// Routes at which somebody tries to come in, by guessing if need be: few tries a minute from one address.
const AUTH_ROUTES: &[(&str, &str)] = &[
    ("POST", "/api/setup"),
    ("POST", "/api/session"),
    ("GET", "/sign-in/oidc"),
    ("GET", "/sign-in/oidc/callback"),
    ("PUT", "/api/session/password"),
    ("POST", "/api/session/totp"),
    ("PUT", "/api/session/totp"),
    ("DELETE", "/api/session/totp"),
];

/// Whether somebody tries to come in here.
#[must_use]
pub fn is_auth_route(method: &str, path: &str) -> bool {
    AUTH_ROUTES.contains(&(method, path))
}

/// Whether requests are not counted: pieces of files come as fast as the line carries them, and scripts lie ready.
#[must_use]
pub fn is_exempt_from_rate_limit(path: &str) -> bool {
    path.starts_with("/api/uploads/{upload}/files") || path == "/assets/{name}"
}

/// Who may call the route; `None` for one that is not there.
#[must_use]
pub fn required_access(method: &str, path: &str) -> Option<Access> {
    let find = |method: &str| ROUTES.iter().find(|(own, at, _)| *own == method && *at == path).map(|(_, _, access)| *access);
    // HEAD asks what GET would answer, unless it has an answer of its own.
    find(method).or_else(|| if method == "HEAD" { find("GET") } else { None })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_route_stands_once_and_only_these_are_open() {
        for (place, (method, path, _)) in ROUTES.iter().enumerate() {
            assert!(!ROUTES.iter().skip(place + 1).any(|(other, at, _)| other == method && at == path), "{method} {path}");
        }
        let open: Vec<&str> = ROUTES.iter().filter(|(_, _, access)| *access == Access::Public).map(|(_, path, _)| *path).collect();
        let data = ["/healthz", "/readyz", "/metrics", "/openapi.json", "/api/setup", "/api/session"];
        // Nobody's data: what stands before the door.
        let door = ["/assets/{name}", "/sign-in", "/sign-in/oidc", "/sign-in/oidc/callback", "/setup", "/language/{code}"];
        assert_eq!(open, [&data[..], &door[..]].concat());
        assert_eq!(required_access("HEAD", "/api/runs"), Some(Access::Needs(Right::Monitor)));
        assert_eq!((required_access("PUT", "/api/runs"), required_access("GET", "/etc/passwd")), (None, None));
    }
}
