//! Coming in: the first administrator, signing in, one's own account.

use crate::pages::ui::components::encoded;
use crate::pages::ui::layout::render_page;
use crate::pages::ui::page_context::{PageContext, ReturnTo};
use crate::problem::Problem;
use crate::server::AppState;
use axum::Extension;
use axum::extract::{Query, State};
use maud::{Markup, html};
use serde::Deserialize;
use sohoa_base::model::account::{Identity, Origin, User};
use sohoa_services::accounts::oidc;
use sohoa_services::accounts::totp;
use sohoa_texts::labels::Word;

fn input_field(view: &PageContext, word: Word, name: &str, kind: &str, complete: &str) -> Markup {
    html! {
        label { span { (view.label(word)) } input type=(kind) name=(name) autocomplete=(complete) required; }
    }
}

/// The field for the code of an authenticator app.
fn code_field(view: &PageContext, disabled: bool) -> Markup {
    html! {
        label {
            span { (view.label(Word::AppCode)) }
            input type="text" name="code" autocomplete="one-time-code" spellcheck="false" required disabled[disabled];
            small { (view.label(Word::AppCodeHint)) }
        }
    }
}

/// Where name and password are given.
pub(crate) async fn sign_in(view: PageContext, State(shared): State<AppState>, Query(go_on): Query<ReturnTo>) -> Markup {
    let elsewhere = oidc::is_configured(&shared.archive().config.oidc).then(|| format!("/sign-in/oidc?to={}", encoded(go_on.local_path())));
    render_page(
        &view,
        view.label(Word::SignIn),
        &[],
        &html! {
            section class="entry" {
                h1 { "sohoa" }
                p { (view.label(Word::Tagline)) }
                form data-api="POST /api/session" data-then=(go_on.local_path()) {
                    div data-first {
                        (input_field(&view, Word::Name, "name", "text", "username"))
                        (input_field(&view, Word::Password, "password", "password", "current-password"))
                    }
                    div data-second hidden { (code_field(&view, true)) }
                    button class="first" { (view.label(Word::SignIn)) }
                    p class="wrong" role="alert" {}
                }
                @if let Some(address) = elsewhere { p { a class="button" href=(address) { (view.label(Word::SignInElsewhere)) } } }
            }
        },
    )
}

/// The key that the server printed at its first start.
#[derive(Debug, Deserialize)]
pub(crate) struct SetupQuery {
    #[serde(default)]
    key: String,
}

/// Where the first administrator is made.
pub(crate) async fn set_up(view: PageContext, Query(SetupQuery { key }): Query<SetupQuery>) -> Markup {
    render_page(
        &view,
        view.label(Word::FirstStart),
        &[],
        &html! {
            section class="entry" {
                h1 { (view.label(Word::FirstStart)) }
                p { (view.label(Word::FirstStartHint)) }
                form data-api="POST /api/setup" data-then="/sign-in" {
                    label { span { (view.label(Word::Key)) } input type="text" name="key" value=(key) required autocomplete="off" spellcheck="false"; }
                    (input_field(&view, Word::Name, "name", "text", "username"))
                    label { span { (view.label(Word::ShownName)) } input type="text" name="shown" autocomplete="name"; }
                    label {
                        span { (view.label(Word::Password)) }
                        input type="password" name="password" autocomplete="new-password" minlength="12" required;
                        small { (view.label(Word::PasswordHint)) }
                    }
                    button class="first" { (view.label(Word::Add)) }
                    p class="wrong" role="alert" {}
                }
            }
        },
    )
}

/// One's own account.
pub(crate) async fn account(
    view: PageContext,
    State(shared): State<AppState>,
    Extension(identity): Extension<Identity>,
) -> Result<Markup, Problem> {
    let codes_left = totp::recovery_codes_left(shared.archive(), &identity).await?;
    let user = &identity.user;
    Ok(render_page(
        &view,
        view.label(Word::Account),
        &[],
        &html! {
            h1 { (view.label(Word::Account)) }
            dl class="facts" {
                dt { (view.label(Word::Name)) } dd { (user.name) }
                dt { (view.label(Word::ShownName)) } dd { (user.display_name) }
                dt { (view.label(Word::Roles)) }
                dd {
                    @for grant in &user.grants {
                        span class="tag" { (view.code_label("role", grant.role.as_str())) " · " @if grant.unit == "*" { (view.label(Word::AllUnits)) } @else { (grant.unit) } } " "
                    }
                }
                @if user.origin == Origin::Oidc { dt { (view.label(Word::SignIn)) } dd { (view.label(Word::SignsInElsewhere)) } }
            }
            p { a href="/keys" { (view.label(Word::Keys)) } }
            @if user.origin == Origin::Local { (credentials_section(&view, user, codes_left)) }
        },
    ))
}

/// Password and second step of who signs in here.
fn credentials_section(view: &PageContext, user: &User, codes_left: u64) -> Markup {
    html! {
        section class="card" {
            h2 { (view.label(Word::ChangePassword)) }
            form class="column" data-api="PUT /api/session/password" data-then="/sign-in" {
                (input_field(view, Word::OldPassword, "old", "password", "current-password"))
                label {
                    span { (view.label(Word::NewPassword)) }
                    input type="password" name="new" autocomplete="new-password" minlength="12" required;
                    small { (view.label(Word::PasswordHint)) }
                }
                button class="first" { (view.label(Word::Save)) }
                p class="wrong" role="alert" {}
            }
        }
        section class="card" {
            h2 { (view.label(Word::TwoSteps)) }
            @if user.totp_enabled {
                p { (view.label(Word::CodesLeft)) ": " (view.format_number(codes_left)) }
                form class="column" data-api="DELETE /api/session/totp" data-then="/account" {
                    (input_field(view, Word::Password, "password", "password", "current-password"))
                    (code_field(view, false))
                    button class="grave" { (view.label(Word::EndTwoSteps)) }
                    p class="wrong" role="alert" {}
                }
            } @else {
                form class="column" data-api="POST /api/session/totp" data-reveals="scan" {
                    p { (view.label(Word::TwoStepsHint)) }
                    (input_field(view, Word::Password, "password", "password", "current-password"))
                    button class="first" { (view.label(Word::SetUp)) }
                    p class="wrong" role="alert" {}
                }
                form id="scan" class="column" data-api="PUT /api/session/totp" data-reveals="codes" hidden {
                    p { (view.label(Word::ScanHint)) }
                    img class="qr" data-said="qr" alt="QR" width="220" height="220";
                    p { (view.label(Word::AppSecret)) ": " code data-said="secret" {} }
                    (code_field(view, false))
                    button class="first" { (view.label(Word::Save)) }
                    p class="wrong" role="alert" {}
                }
                div id="codes" tabindex="-1" hidden {
                    h3 { (view.label(Word::RecoveryCodes)) }
                    p { (view.label(Word::RecoveryCodesHint)) }
                    ol class="codes" data-said="recovery_codes" {}
                    p { a class="button" href="/account" { (view.label(Word::Close)) } }
                }
            }
        }
    }
}
