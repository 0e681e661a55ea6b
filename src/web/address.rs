//! Addresses of this server, and what callers say of themselves in their headers.

use crate::config::Config;
use crate::messages::Language;
use crate::web::guard::cookie;
use axum::http::{HeaderMap, header};
use std::fmt::Write as _;

/// Cookie with the language that somebody chose.
pub(super) const LANGUAGE: &str = "sohoa-language";

/// The language in which somebody wants to be told: the one that was chosen in a browser, or the one that a program asks
/// for; else that of the configuration for browsers, and English for programs.
pub(super) fn language_of(headers: &HeaderMap, config: &Config) -> Language {
    if let Some(chosen) = cookie(headers, LANGUAGE) {
        return Language::from_code(chosen);
    }
    let said = |name: header::HeaderName| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if said(header::ACCEPT).contains("text/html") {
        return Language::from_code(&config.language);
    }
    if said(header::ACCEPT_LANGUAGE).starts_with("vi") { Language::Vietnamese } else { Language::English }
}

/// A piece of an address, percent-encoded so that it stays one piece (RFC 3986, unreserved letters stay).
#[must_use]
pub(super) fn encoded(piece: &str) -> String {
    let mut out = String::with_capacity(piece.len());
    for byte in piece.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~') {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_piece_of_an_address_stays_one() {
        assert_eq!(encoded("hồ sơ/1#2"), "h%E1%BB%93%20s%C6%A1%2F1%232");
    }
}
