//! Context of a page: user, language, time.

use crate::cookies::session_key;
use crate::locale::{LANGUAGE_COOKIE, preferred_language};
use crate::problem::PathParams;
use crate::state::AppState;
use axum::extract::{FromRequestParts, Query};
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use sohoa_base::error::Result;
use sohoa_base::messages::StoredMessage;
use sohoa_base::model::account::{Identity, Right};
use sohoa_base::model::fields;
use sohoa_services::accounts::secrets;
use sohoa_texts::Language;
use sohoa_texts::code_labels::code_label;
use sohoa_texts::formatting;
use sohoa_texts::labels::Label;
use std::convert::Infallible;
use time::OffsetDateTime;

/// Context in which a page is rendered.
#[derive(Debug, Clone)]
pub(crate) struct PageContext {
    /// Language of the page.
    pub(crate) language: Language,
    /// Signed-in user; `None` on the pages before signing in.
    pub(crate) identity: Option<Identity>,
    /// Form key (CSRF token) that changing requests send.
    pub(crate) csrf_token: String,
    /// Path and query of the page.
    pub(crate) url: String,
    /// Time of the request, UTC.
    pub(crate) now: OffsetDateTime,
}

impl PageContext {
    /// Context of a request with these headers by the user `identity`.
    pub(crate) fn new(shared: &AppState, headers: &HeaderMap, identity: Option<Identity>, address: &str) -> Self {
        Self {
            language: preferred_language(headers, &shared.archive().config),
            identity,
            csrf_token: session_key(headers).map(secrets::csrf_token).unwrap_or_default(),
            url: address.to_owned(),
            now: OffsetDateTime::now_utc(),
        }
    }

    /// A label in the page's language.
    pub(crate) fn label(&self, word: Label) -> &'static str {
        word.text(self.language)
    }

    /// Label of a code value of the code list `of`.
    pub(crate) fn code_label<'a>(&self, of: &str, code: &'a str) -> &'a str {
        code_label(self.language, of, code)
    }

    /// Label of an archival field: in Vietnamese as the circular names it.
    pub(crate) fn field_label<'a>(&self, name: &'a str) -> &'a str {
        let field =
            fields::newest_profile().and_then(|profile| profile.dossier_field(name)).filter(|_| self.language == Language::Vietnamese);
        field.map_or(name, |field| field.label.as_str())
    }

    /// A kept reason in the page's language.
    pub(crate) fn reason_text(&self, message: Option<&StoredMessage>, english: &str) -> String {
        StoredMessage::text_or(message, english, self.language)
    }

    /// An integer with separators of thousands.
    pub(crate) fn format_number(&self, number: u64) -> String {
        formatting::format_number(self.language, number)
    }

    /// Whether the user has this right in any unit.
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

/// Query with the page to return to.
#[derive(Debug, Deserialize)]
pub(crate) struct ReturnTo {
    /// Path and query.
    #[serde(default)]
    to: String,
}

impl ReturnTo {
    /// The path, if it is one of this server, else `/`.
    pub(crate) fn local_path(&self) -> &str {
        // Browsers take `//host` and `/\host` for another server.
        let is_local =
            self.to.starts_with('/') && !self.to.starts_with("//") && !self.to.contains('\\') && !self.to.contains(char::is_control);
        if is_local { &self.to } else { "/" }
    }
}

/// Stores the chosen language in a cookie.
pub(crate) async fn set_language(PathParams(code): PathParams<String>, Query(go_on): Query<ReturnTo>) -> Response {
    let cookie = format!("{LANGUAGE_COOKIE}={}; Path=/; SameSite=Lax; Max-Age=31536000", Language::from_code(&code).code());
    ([(header::SET_COOKIE, cookie)], Redirect::to(go_on.local_path())).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn return_path_is_restricted_to_local_pages() {
        let local = |to: &str| ReturnTo { to: to.to_owned() }.local_path().to_owned();
        assert_eq!(local("/runs?before=1"), "/runs?before=1");
        for to in ["", "https://elsewhere.example", "//elsewhere.example", "/\\elsewhere.example", "runs", "/a\r\nb"] {
            assert_eq!(local(to), "/", "{to:?}");
        }
    }
}
