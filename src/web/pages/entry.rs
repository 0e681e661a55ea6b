//! Coming in: the first administrator, signing in, one's own account.

use super::layout::page;
use super::view::{GoOn, View};
use crate::messages::words::Word;
use axum::extract::Query;
use maud::{Markup, html};
use serde::Deserialize;

fn field(view: &View, word: Word, name: &str, kind: &str, complete: &str) -> Markup {
    html! {
        label { span { (view.word(word)) } input type=(kind) name=(name) autocomplete=(complete) required; }
    }
}

/// Where name and password are given.
pub(super) async fn sign_in(view: View, Query(go_on): Query<GoOn>) -> Markup {
    page(
        &view,
        view.word(Word::SignIn),
        &[],
        &html! {
            section class="entry" {
                h1 { "sohoa" }
                p { (view.word(Word::Tagline)) }
                form data-api="POST /api/session" data-then=(go_on.local()) {
                    (field(&view, Word::Name, "name", "text", "username"))
                    (field(&view, Word::Password, "password", "password", "current-password"))
                    button class="first" { (view.word(Word::SignIn)) }
                    p class="wrong" role="alert" {}
                }
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
pub(super) async fn account(view: View) -> Markup {
    let identity = view.identity.clone();
    page(
        &view,
        view.word(Word::Account),
        &[],
        &html! {
            h1 { (view.word(Word::Account)) }
            @if let Some(identity) = identity {
                dl class="facts" {
                    dt { (view.word(Word::Name)) } dd { (identity.user.name) }
                    dt { (view.word(Word::ShownName)) } dd { (identity.user.shown) }
                    dt { (view.word(Word::Roles)) }
                    dd {
                        @for grant in &identity.user.grants {
                            span class="tag" { (view.term("role", grant.role.name())) " · " @if grant.unit == "*" { (view.word(Word::AllUnits)) } @else { (grant.unit) } } " "
                        }
                    }
                }
            }
            p { a href="/keys" { (view.word(Word::Keys)) } }
            section class="card" {
                h2 { (view.word(Word::ChangePassword)) }
                form class="column" data-api="PUT /api/session/password" data-then="/sign-in" {
                    (field(&view, Word::OldPassword, "old", "password", "current-password"))
                    label {
                        span { (view.word(Word::NewPassword)) }
                        input type="password" name="new" autocomplete="new-password" minlength="12" required;
                        small { (view.word(Word::PasswordHint)) }
                    }
                    button class="first" { (view.word(Word::Save)) }
                    p class="wrong" role="alert" {}
                }
            }
        },
    )
}
