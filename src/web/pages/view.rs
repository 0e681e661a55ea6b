//! Who looks at a page, and in which language.

use crate::address::{LANGUAGE, language_of};
use crate::guard::session_key;
use crate::problem::Named;
use crate::server::Shared;
use axum::extract::{FromRequestParts, Query};
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use sohoa_base::model::account::{Identity, Right};
use sohoa_base::model::fields;
use sohoa_services::accounts;
use sohoa_texts::sentences::translated;
use sohoa_texts::terms::term;
use sohoa_texts::words::Word;
use sohoa_texts::{Language, figures};
use std::convert::Infallible;
use time::OffsetDateTime;

/// Who looks at a page.
#[derive(Debug, Clone)]
pub(crate) struct View {
    /// Language of the page.
    pub(crate) language: Language,
    /// Who is signed in; none on the pages before.
    pub(super) identity: Option<Identity>,
    /// What requests that change something bring along.
    pub(super) form_key: String,
    /// Path and query of the page.
    pub(super) address: String,
    /// When it is made.
    pub(super) now: OffsetDateTime,
}

impl View {
    /// The view of whoever sent these headers, to whom `identity` belongs.
    pub(crate) fn of(shared: &Shared, headers: &HeaderMap, identity: Option<Identity>, address: &str) -> Self {
        Self {
            language: language_of(headers, &shared.archive().config),
            identity,
            form_key: session_key(headers).map(accounts::form_key).unwrap_or_default(),
            address: address.to_owned(),
            now: OffsetDateTime::now_utc(),
        }
    }

    /// A label in the page's language.
    pub(super) fn word(&self, word: Word) -> &'static str {
        word.in_language(self.language)
    }

    /// The words for a code of data.
    pub(super) fn term<'a>(&self, of: &str, code: &'a str) -> &'a str {
        term(self.language, of, code)
    }

    /// What an archival field is called: as the circular calls it.
    pub(super) fn archival<'a>(&self, name: &'a str) -> &'a str {
        let known = fields::newest().and_then(|profile| profile.of_dossier(name)).filter(|_| self.language == Language::Vietnamese);
        known.map_or(name, |field| field.label.as_str())
    }

    /// Why something was refused, in the page's language where that sentence is known in it.
    pub(super) fn refusal(&self, reason: &str) -> String {
        translated(self.language, reason)
    }

    /// A whole number.
    pub(super) fn number(&self, number: u64) -> String {
        figures::number(self.language, number)
    }

    /// Whether whoever looks has this right in any unit.
    pub(super) fn may(&self, right: Right) -> bool {
        self.identity.as_ref().is_some_and(|identity| identity.may(right))
    }
}

impl FromRequestParts<Shared> for View {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, shared: &Shared) -> Result<Self, Infallible> {
        let address = parts.uri.path_and_query().map_or("/", |address| address.as_str());
        Ok(Self::of(shared, &parts.headers, parts.extensions.get().cloned(), address))
    }
}

/// Where to go on.
#[derive(Debug, Deserialize)]
pub(super) struct GoOn {
    /// Path and query.
    #[serde(default)]
    to: String,
}

impl GoOn {
    /// The address, if it is one of this server.
    pub(super) fn local(&self) -> &str {
        // `//host` and `/\host` lead elsewhere.
        let is_local =
            self.to.starts_with('/') && !self.to.starts_with("//") && !self.to.contains('\\') && !self.to.contains(char::is_control);
        if is_local { &self.to } else { "/" }
    }
}

/// Keeps the language that somebody chose.
pub(super) async fn language(Named(code): Named<String>, Query(go_on): Query<GoOn>) -> Response {
    let cookie = format!("{LANGUAGE}={}; Path=/; SameSite=Lax; Max-Age=31536000", Language::from_code(&code).code());
    ([(header::SET_COOKIE, cookie)], Redirect::to(go_on.local())).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_led_elsewhere() {
        let local = |to: &str| GoOn { to: to.to_owned() }.local().to_owned();
        assert_eq!(local("/runs?before=1"), "/runs?before=1");
        for to in ["", "https://elsewhere.example", "//elsewhere.example", "/\\elsewhere.example", "runs", "/a\r\nb"] {
            assert_eq!(local(to), "/", "{to:?}");
        }
    }
}
