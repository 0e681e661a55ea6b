//! Who looks at a page, and in which language.

use crate::auth_middleware::session_key;
use crate::locale::{LANGUAGE_COOKIE, preferred_language};
use crate::problem::PathParams;
use crate::server::AppState;
use axum::extract::{FromRequestParts, Query};
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use sohoa_base::model::account::{Identity, Right};
use sohoa_base::model::fields;
use sohoa_services::accounts::users;
use sohoa_texts::Language;
use sohoa_texts::code_labels::code_label;
use sohoa_texts::error_texts::translate;
use sohoa_texts::formatting;
use sohoa_texts::labels::Word;
use std::convert::Infallible;
use time::OffsetDateTime;

/// Who looks at a page.
#[derive(Debug, Clone)]
pub(crate) struct PageContext {
    /// Language of the page.
    pub(crate) language: Language,
    /// Who is signed in; none on the pages before.
    pub(crate) identity: Option<Identity>,
    /// What requests that change something bring along.
    pub(crate) csrf_token: String,
    /// Path and query of the page.
    pub(crate) url: String,
    /// When it is made.
    pub(crate) now: OffsetDateTime,
}

impl PageContext {
    /// The view of whoever sent these headers, to whom `identity` belongs.
    pub(crate) fn new(shared: &AppState, headers: &HeaderMap, identity: Option<Identity>, address: &str) -> Self {
        Self {
            language: preferred_language(headers, &shared.archive().config),
            identity,
            csrf_token: session_key(headers).map(users::csrf_token).unwrap_or_default(),
            url: address.to_owned(),
            now: OffsetDateTime::now_utc(),
        }
    }

    /// A label in the page's language.
    pub(crate) fn label(&self, word: Word) -> &'static str {
        word.in_language(self.language)
    }

    /// The words for a code of data.
    pub(crate) fn code_label<'a>(&self, of: &str, code: &'a str) -> &'a str {
        code_label(self.language, of, code)
    }

    /// What an archival field is called: as the circular calls it.
    pub(crate) fn field_label<'a>(&self, name: &'a str) -> &'a str {
        let known =
            fields::newest_profile().and_then(|profile| profile.dossier_field(name)).filter(|_| self.language == Language::Vietnamese);
        known.map_or(name, |field| field.label.as_str())
    }

    /// Why something was refused, in the page's language where that sentence is known in it.
    pub(crate) fn refusal_text(&self, reason: &str) -> String {
        translate(self.language, reason)
    }

    /// A whole number.
    pub(crate) fn format_number(&self, number: u64) -> String {
        formatting::format_number(self.language, number)
    }

    /// Whether whoever looks has this right in any unit.
    pub(crate) fn may(&self, right: Right) -> bool {
        self.identity.as_ref().is_some_and(|identity| identity.has_right(right))
    }
}

impl FromRequestParts<AppState> for PageContext {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, shared: &AppState) -> Result<Self, Infallible> {
        let address = parts.uri.path_and_query().map_or("/", |address| address.as_str());
        Ok(Self::new(shared, &parts.headers, parts.extensions.get().cloned(), address))
    }
}

/// Where to go on.
#[derive(Debug, Deserialize)]
pub(crate) struct ReturnTo {
    /// Path and query.
    #[serde(default)]
    to: String,
}

impl ReturnTo {
    /// The address, if it is one of this server.
    pub(crate) fn local_path(&self) -> &str {
        // `//host` and `/\host` lead elsewhere.
        let is_local =
            self.to.starts_with('/') && !self.to.starts_with("//") && !self.to.contains('\\') && !self.to.contains(char::is_control);
        if is_local { &self.to } else { "/" }
    }
}

/// Keeps the language that somebody chose.
pub(crate) async fn set_language(PathParams(code): PathParams<String>, Query(go_on): Query<ReturnTo>) -> Response {
    let cookie = format!("{LANGUAGE_COOKIE}={}; Path=/; SameSite=Lax; Max-Age=31536000", Language::from_code(&code).code());
    ([(header::SET_COOKIE, cookie)], Redirect::to(go_on.local_path())).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_led_elsewhere() {
        let local = |to: &str| ReturnTo { to: to.to_owned() }.local_path().to_owned();
        assert_eq!(local("/runs?before=1"), "/runs?before=1");
        for to in ["", "https://elsewhere.example", "//elsewhere.example", "/\\elsewhere.example", "runs", "/a\r\nb"] {
            assert_eq!(local(to), "/", "{to:?}");
        }
    }
}
