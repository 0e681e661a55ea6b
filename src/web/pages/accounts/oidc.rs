//! Signing in with an office's own account (OpenID Connect): redirect to the provider, and callback.
//!
//! The session cookie is `SameSite=Strict`: a browser that follows redirects from the provider's site does not send it. So
//! the callback answers with a page of this server that leads on, and the state of the login is in a separate cookie with
//! `SameSite=Lax`, which is sent.

use crate::cookies::{cookie_value, session_cookie};
use crate::pages::ui::page_context::{PageContext, ReturnTo};
use crate::problem::{Problem, QueryParams};
use crate::rate_limits::ClientAddress;
use crate::route_paths::OIDC_CALLBACK;
use crate::state::AppState;
use axum::Extension;
use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::{AppendHeaders, IntoResponse, Redirect, Response};
use maud::{DOCTYPE, html};
use serde::Deserialize;
use sohoa_base::messages::requests;
use sohoa_services::accounts::oidc;
use sohoa_services::accounts::oidc::AuthorizationResponse;
use sohoa_texts::labels::Label;

/// Cookie with the key of a sign-in in progress.
const LOGIN_STATE_COOKIE: &str = "__Host-sohoa-way";

/// Query with which a sign-in begins, beside the page to return to.
#[derive(Debug, Deserialize)]
pub(crate) struct LoginQuery {
    /// Whether the provider asks anew who the user is.
    #[serde(default)]
    renew: bool,
}

/// Redirects to the provider.
pub(crate) async fn begin_login(
    State(shared): State<AppState>,
    QueryParams(go_on): QueryParams<ReturnTo>,
    QueryParams(LoginQuery { renew }): QueryParams<LoginQuery>,
) -> Result<Response, Problem> {
    let begun = oidc::begin_login(shared.archive(), &shared.absolute_url(OIDC_CALLBACK), go_on.local_path(), renew).await?;
    let cookie = format!("{LOGIN_STATE_COOKIE}={}; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=600", begun.key);
    Ok(([(header::SET_COOKIE, cookie)], Redirect::to(&begun.url)).into_response())
}

/// Query that the provider sends to the callback.
#[derive(Debug, Deserialize)]
pub(crate) struct CallbackQuery {
    #[serde(default)]
    code: String,
    #[serde(default)]
    state: String,
    error: Option<String>,
    iss: Option<String>,
}

/// Completes the sign-in after the provider's callback.
pub(crate) async fn finish_login(
    view: PageContext,
    State(shared): State<AppState>,
    Extension(ClientAddress(from)): Extension<ClientAddress>,
    headers: HeaderMap,
    QueryParams(CallbackQuery { code, state, error, iss }): QueryParams<CallbackQuery>,
) -> Result<Response, Problem> {
    if !oidc::is_configured(&shared.archive().config.oidc) {
        return Err(requests::address_unknown().into());
    }
    let key = cookie_value(&headers, LOGIN_STATE_COOKIE).unwrap_or_default();
    let answer = AuthorizationResponse { code, state, error, issuer: iss };
    let (signed, to) = oidc::finish_login(shared.archive(), &shared.absolute_url(OIDC_CALLBACK), key, answer, &from.to_string()).await?;
    let page = html! {
        (DOCTYPE)
        html lang=(view.language.code()) {
            head {
                meta charset="utf-8";
                meta http-equiv="refresh" content=(format!("0; url={to}"));
                link rel="icon" href="data:,";
                title { "sohoa" }
            }
            body { p { a href=(to) { (view.label(Label::Next)) } } }
        }
    };
    let gone = format!("{LOGIN_STATE_COOKIE}=; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0");
    Ok((AppendHeaders([(header::SET_COOKIE, session_cookie(&signed.key)), (header::SET_COOKIE, gone)]), page).into_response())
}
