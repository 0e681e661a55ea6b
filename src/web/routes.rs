//! Every route and what it asks of the caller: one table, which the guard reads and a test walks.

use crate::model::account::Right;

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
    ("GET", "/api/users", Access::Needs(Right::Administer)),
    ("POST", "/api/users", Access::Needs(Right::Administer)),
    ("PUT", "/api/users/{name}", Access::Needs(Right::Administer)),
    ("PUT", "/api/users/{name}/password", Access::Needs(Right::Administer)),
    ("GET", "/api/tokens", Access::SignedIn),
    ("POST", "/api/tokens", Access::SignedIn),
    ("DELETE", "/api/tokens/{id}", Access::SignedIn),
    ("GET", "/api/audit", Access::Needs(Right::Audit)),
    ("GET", "/api/runs", Access::Needs(Right::Watch)),
    ("GET", "/api/runs/{run}", Access::Needs(Right::Watch)),
    ("POST", "/api/runs/{run}/pause", Access::Needs(Right::Steer)),
    ("POST", "/api/runs/{run}/resume", Access::Needs(Right::Steer)),
    ("POST", "/api/runs/{run}/cancel", Access::Needs(Right::Steer)),
    ("POST", "/api/runs/{run}/retry", Access::Needs(Right::Steer)),
    ("GET", "/api/failures", Access::Needs(Right::Watch)),
    ("GET", "/api/review", Access::Needs(Right::Review)),
    ("GET", "/api/review/{document}", Access::Needs(Right::Review)),
    ("POST", "/api/review/{document}", Access::Needs(Right::Review)),
    ("GET", "/api/uploads", Access::Needs(Right::Upload)),
    ("POST", "/api/uploads", Access::Needs(Right::Upload)),
    ("GET", "/api/uploads/{upload}", Access::Needs(Right::Upload)),
    ("PUT", "/api/uploads/{upload}", Access::Needs(Right::Upload)),
    ("DELETE", "/api/uploads/{upload}", Access::Needs(Right::Upload)),
    ("POST", "/api/uploads/{upload}/start", Access::Needs(Right::Upload)),
    ("GET", "/api/uploads/{upload}/files", Access::Needs(Right::Upload)),
    ("POST", "/api/uploads/{upload}/files", Access::Needs(Right::Upload)),
    ("OPTIONS", "/api/uploads/{upload}/files", Access::Needs(Right::Upload)),
    ("GET", "/api/uploads/{upload}/files/{file}", Access::Needs(Right::Upload)),
    ("HEAD", "/api/uploads/{upload}/files/{file}", Access::Needs(Right::Upload)),
    ("PATCH", "/api/uploads/{upload}/files/{file}", Access::Needs(Right::Upload)),
    ("DELETE", "/api/uploads/{upload}/files/{file}", Access::Needs(Right::Upload)),
    ("GET", "/api/search", Access::Needs(Right::Read)),
    ("GET", "/api/records", Access::Needs(Right::Read)),
    ("GET", "/api/records/{dossier}", Access::Needs(Right::Read)),
    ("GET", "/api/documents/{document}/{form}", Access::Needs(Right::Read)),
];

/// Who may call the route; `None` for one that is not there.
#[must_use]
pub fn access(method: &str, path: &str) -> Option<Access> {
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
        assert_eq!(open, ["/healthz", "/readyz", "/metrics", "/openapi.json", "/api/setup", "/api/session"]);
        assert_eq!(access("HEAD", "/api/runs"), Some(Access::Needs(Right::Watch)));
        assert_eq!((access("PUT", "/api/runs"), access("GET", "/etc/passwd")), (None, None));
    }
}
