//! Addresses of this server, and what callers say of themselves in their headers.

use crate::auth_middleware::cookie_value;
use axum::http::{HeaderMap, header};
use sohoa_base::config::Config;
use sohoa_texts::Language;

pub(crate) use sohoa_base::text::percent_encoding::encode_segment as encoded;

/// Cookie with the language that somebody chose.
pub(crate) const LANGUAGE_COOKIE: &str = "sohoa-language";

/// The language in which somebody wants to be told: the one that was chosen in a browser, or the one that a program asks
/// for; else that of the configuration for browsers, and English for programs.
pub(crate) fn preferred_language(headers: &HeaderMap, config: &Config) -> Language {
    if let Some(chosen) = cookie_value(headers, LANGUAGE_COOKIE) {
        return Language::from_code(chosen);
    }
    let said = |name: header::HeaderName| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if said(header::ACCEPT).contains("text/html") {
        return Language::from_code(&config.language);
    }
    if said(header::ACCEPT_LANGUAGE).starts_with("vi") { Language::Vietnamese } else { Language::English }
}
