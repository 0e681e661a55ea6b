//! Cookies of this server.

use axum::http::{HeaderMap, header};

/// Name of the session cookie. Browsers keep a `__Host-` cookie only for the exact host, and only over TLS or from localhost.
pub(crate) const SESSION_COOKIE: &str = "__Host-sohoa";

/// Key in the session cookie.
pub(crate) fn session_key(headers: &HeaderMap) -> Option<&str> {
    cookie_value(headers, SESSION_COOKIE)
}

/// Value of a cookie.
pub(crate) fn cookie_value<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    cookies.flat_map(|value| value.split(';')).find_map(|one| one.trim().strip_prefix(name)?.strip_prefix('='))
}

/// `Set-Cookie` value with the key of a session.
pub(crate) fn session_cookie(key: &str) -> String {
    format!("{SESSION_COOKIE}={key}; Path=/; Secure; HttpOnly; SameSite=Strict")
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn session_cookie_is_matched_by_full_name() {
        let headers = |values: &[&str]| values.iter().map(|value| (header::COOKIE, value.parse().unwrap())).collect::<HeaderMap>();
        assert_eq!(session_key(&headers(&["a=1; __Host-sohoa=key; b=2"])), Some("key"));
        assert_eq!(session_key(&headers(&["a=1", "__Host-sohoa=key"])), Some("key"));
        assert_eq!(session_key(&headers(&["__Host-sohoa2=key; x__Host-sohoa=key"])), None);
        assert_eq!(session_key(&headers(&[])), None);
    }
}
