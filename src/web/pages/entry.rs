//! Coming in: the first administrator, signing in, one's own account.

use super::layout::page;
use super::parts::encoded;
use super::view::{GoOn, View};
use crate::problem::Problem;
use crate::server::Shared;
use axum::Extension;
use axum::extract::{Query, State};
use maud::{Markup, html};
use serde::Deserialize;
use sohoa_base::model::account::{Identity, Origin, User};
use sohoa_services::{oidc, two_steps};
use sohoa_texts::words::Word;

fn field(view: &View, word: Word, name: &str, kind: &str, complete: &str) -> Markup {
    html! {
        label { span { (view.word(word)) } input type=(kind) name=(name) autocomplete=(complete) required; }
    }
}

/// The field for the code of an authenticator app.
fn code(view: &View, disabled: bool) -> Markup {
    html! {
        label {
            span { (view.word(Word::AppCode)) }
            input type="text" name="code" autocomplete="one-time-code" spellcheck="false" required disabled[disabled];
            small { (view.word(Word::AppCodeHint)) }
        }
    }
}

/// Where name and password are given.
pub(super) async fn sign_in(view: View, State(shared): State<Shared>, Query(go_on): Query<GoOn>) -> Markup {
    let elsewhere = oidc::is_set(&shared.archive().config.oidc).then(|| format!("/sign-in/oidc?to={}", encoded(go_on.local())));
    page(
        &view,
        view.word(Word::SignIn),
        &[],
        &html! {
            section class="entry" {
                h1 { "sohoa" }
                p { (view.word(Word::Tagline)) }
                form data-api="POST /api/session" data-then=(go_on.local()) {
                    div data-first {
                        (field(&view, Word::Name, "name", "text", "username"))
                        (field(&view, Word::Password, "password", "password", "current-password"))
                    }
                    div data-second hidden { (code(&view, true)) }
                    button class="first" { (view.word(Word::SignIn)) }
                    p class="wrong" role="alert" {}
                }
                @if let Some(address) = elsewhere { p { a class="button" href=(address) { (view.word(Word::SignInElsewhere)) } } }
            }
        },
    )
}

/// The key that the server printed at its first start.
#[derive(Debug, Deserialize)]
pub(super) struct Key {
    #[serde(default)]
    key: String,
}

/// Where the first administrator is made.
pub(super) async fn set_up(view: View, Query(Key { key }): Query<Key>) -> Markup {
    page(
        &view,
        view.word(Word::FirstStart),
        &[],
        &html! {
            section class="entry" {
                h1 { (view.word(Word::FirstStart)) }
                p { (view.word(Word::FirstStartHint)) }
                form data-api="POST /api/setup" data-then="/sign-in" {
                    label { span { (view.word(Word::Key)) } input type="text" name="key" value=(key) required autocomplete="off" spellcheck="false"; }
                    (field(&view, Word::Name, "name", "text", "username"))
                    label { span { (view.word(Word::ShownName)) } input type="text" name="shown" autocomplete="name"; }
                    label {
                        span { (view.word(Word::Password)) }
                        input type="password" name="password" autocomplete="new-password" minlength="12" required;
                        small { (view.word(Word::PasswordHint)) }
                    }
                    button class="first" { (view.word(Word::Add)) }
                    p class="wrong" role="alert" {}
                }
            }
        },
    )
}

/// One's own account.
pub(super) async fn account(view: View, State(shared): State<Shared>, Extension(identity): Extension<Identity>) -> Result<Markup, Problem> {
    let codes_left = two_steps::codes_left(shared.archive(), &identity).await?;
    let user = &identity.user;
    Ok(page(
        &view,
        view.word(Word::Account),
        &[],
        &html! {
            h1 { (view.word(Word::Account)) }
            dl class="facts" {
                dt { (view.word(Word::Name)) } dd { (user.name) }
                dt { (view.word(Word::ShownName)) } dd { (user.shown) }
                dt { (view.word(Word::Roles)) }
                dd {
                    @for grant in &user.grants {
                        span class="tag" { (view.term("role", grant.role.name())) " · " @if grant.unit == "*" { (view.word(Word::AllUnits)) } @else { (grant.unit) } } " "
                    }
                }
                @if user.origin == Origin::Oidc { dt { (view.word(Word::SignIn)) } dd { (view.word(Word::SignsInElsewhere)) } }
            }
            p { a href="/keys" { (view.word(Word::Keys)) } }
            @if user.origin == Origin::Local { (own_secrets(&view, user, codes_left)) }
        },
    ))
}

/// Password and second step of who signs in here.
fn own_secrets(view: &View, user: &User, codes_left: u64) -> Markup {
    html! {
        section class="card" {
            h2 { (view.word(Word::ChangePassword)) }
            form class="column" data-api="PUT /api/session/password" data-then="/sign-in" {
                (field(view, Word::OldPassword, "old", "password", "current-password"))
                label {
                    span { (view.word(Word::NewPassword)) }
                    input type="password" name="new" autocomplete="new-password" minlength="12" required;
                    small { (view.word(Word::PasswordHint)) }
                }
                button class="first" { (view.word(Word::Save)) }
                p class="wrong" role="alert" {}
            }
        }
        section class="card" {
            h2 { (view.word(Word::TwoSteps)) }
            @if user.two_steps {
                p { (view.word(Word::CodesLeft)) ": " (view.number(codes_left)) }
                form class="column" data-api="DELETE /api/session/totp" data-then="/account" {
                    (field(view, Word::Password, "password", "password", "current-password"))
                    (code(view, false))
                    button class="grave" { (view.word(Word::EndTwoSteps)) }
                    p class="wrong" role="alert" {}
                }
            } @else {
                form class="column" data-api="POST /api/session/totp" data-reveals="scan" {
                    p { (view.word(Word::TwoStepsHint)) }
                    (field(view, Word::Password, "password", "password", "current-password"))
                    button class="first" { (view.word(Word::SetUp)) }
                    p class="wrong" role="alert" {}
                }
                form id="scan" class="column" data-api="PUT /api/session/totp" data-reveals="codes" hidden {
                    p { (view.word(Word::ScanHint)) }
                    img class="qr" data-said="qr" alt="QR" width="220" height="220";
                    p { (view.word(Word::AppSecret)) ": " code data-said="secret" {} }
                    (code(view, false))
                    button class="first" { (view.word(Word::Save)) }
                    p class="wrong" role="alert" {}
                }
                div id="codes" tabindex="-1" hidden {
                    h3 { (view.word(Word::RecoveryCodes)) }
                    p { (view.word(Word::RecoveryCodesHint)) }
                    ol class="codes" data-said="recovery_codes" {}
                    p { a class="button" href="/account" { (view.word(Word::Close)) } }
                }
            }
        }
    }
}
