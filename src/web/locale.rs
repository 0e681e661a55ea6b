//! Language of responses.

use crate::cookies::cookie_value;
use axum::http::{HeaderMap, header};
use sohoa_base::config::Config;
use sohoa_texts::Language;

/// Cookie with the chosen language.
pub(crate) const LANGUAGE_COOKIE: &str = "sohoa-language";

/// Language of a response: the one chosen in the browser, else that of the configuration for browsers; for programs
/// Vietnamese where `Accept-Language` begins with it, else English.
pub(crate) fn preferred_language(headers: &HeaderMap, config: &Config) -> Language {
    if let Some(chosen) = cookie_value(headers, LANGUAGE_COOKIE) {
        return Language::from_code(chosen);
    }
    let header_value = |name: header::HeaderName| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if header_value(header::ACCEPT).contains("text/html") {
        return Language::from_code(&config.language);
    }
    if header_value(header::ACCEPT_LANGUAGE).starts_with("vi") { Language::Vietnamese } else { Language::English }
}
