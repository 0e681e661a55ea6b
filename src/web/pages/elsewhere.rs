//! Signing in with an office's own account: out to the provider, and back.
//!
//! The session's cookie is not sent along when a browser comes from another site, which it does as long as it only follows
//! redirects. So the way back ends with a page of ours, which leads on; and what must come back lies under a cookie of its
//! own, which is sent then.

use super::view::{GoOn, View};
use crate::api::session::kept;
use crate::guard::cookie;
use crate::limits::Client;
use crate::problem::{Asked, Problem};
use crate::server::Shared;
use axum::Extension;
use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::{AppendHeaders, IntoResponse, Redirect, Response};
use maud::{DOCTYPE, html};
use serde::Deserialize;
use sohoa_base::error::Error;
use sohoa_services::oidc::{self, Answer};
use sohoa_texts::words::Word;

/// Cookie with the key of a sign-in that is under way.
const WAY: &str = "__Host-sohoa-way";

/// Path at which browsers come back.
const BACK: &str = "/sign-in/oidc/callback";

/// Out to the provider.
pub(super) async fn out(State(shared): State<Shared>, Asked(go_on): Asked<GoOn>) -> Result<Response, Problem> {
    let begun = oidc::begin(shared.archive(), &shared.at(BACK), go_on.local()).await?;
    let cookie = format!("{WAY}={}; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=600", begun.key);
    Ok(([(header::SET_COOKIE, cookie)], Redirect::to(&begun.address)).into_response())
}

/// What the provider sends along.
#[derive(Debug, Deserialize)]
pub(super) struct Returned {
    #[serde(default)]
    code: String,
    #[serde(default)]
    state: String,
    error: Option<String>,
    iss: Option<String>,
}

/// Back from the provider.
pub(super) async fn back(
    view: View,
    State(shared): State<Shared>,
    Extension(Client(from)): Extension<Client>,
    headers: HeaderMap,
    Asked(Returned { code, state, error, iss }): Asked<Returned>,
) -> Result<Response, Problem> {
    if !oidc::is_set(&shared.archive().config.oidc) {
        return Err(Error::not_found("there is nothing at this address").into());
    }
    let key = cookie(&headers, WAY).unwrap_or_default();
    let answer = Answer { code, state, error, issuer: iss };
    let (signed, to) = oidc::finish(shared.archive(), &shared.at(BACK), key, answer, &from.to_string()).await?;
    let page = html! {
        (DOCTYPE)
        html lang=(view.language.code()) {
            head {
                meta charset="utf-8";
                meta http-equiv="refresh" content=(format!("0; url={to}"));
                link rel="icon" href="data:,";
                title { "sohoa" }
            }
            body { p { a href=(to) { (view.word(Word::Next)) } } }
        }
    };
    let gone = format!("{WAY}=; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0");
    Ok((AppendHeaders([(header::SET_COOKIE, kept(&signed.key)), (header::SET_COOKIE, gone)]), page).into_response())
}
