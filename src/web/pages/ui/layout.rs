//! Layout of every page: head, navigation, scripts.

use crate::pages::ui::assets::{CONSOLE_CSS, CONSOLE_JS};
use crate::pages::ui::components::key_table;
use crate::pages::ui::page_context::PageContext;
use maud::{DOCTYPE, Markup, html};
use sohoa_base::model::account::Right;
use sohoa_base::text::percent_encoding::encode_segment;
use sohoa_texts::Language;
use sohoa_texts::labels::Label;

/// Links of the navigation: path, right they need, label.
const NAV_LINKS: [(&str, Option<Right>, Label); 10] = [
    ("/", None, Label::Home),
    ("/plant", Some(Right::ManageRuns), Label::Plant),
    ("/uploads", Some(Right::Upload), Label::Upload),
    ("/runs", Some(Right::Monitor), Label::Runs),
    ("/roadmap", Some(Right::Monitor), Label::Roadmap),
    ("/review", Some(Right::Review), Label::Review),
    ("/quarantine", Some(Right::ManageQuarantine), Label::QuarantinePage),
    ("/records", Some(Right::Read), Label::Dossiers),
    ("/people", Some(Right::Administer), Label::Administration),
    ("/audit", Some(Right::Audit), Label::Audit),
];

/// A page with its header. `scripts` are those that only this page needs.
pub(crate) fn render_page(view: &PageContext, title: &str, scripts: &[&str], body: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang=(view.language.code()) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="form-key" content=(view.csrf_token);
                title { (title) " · sohoa" }
                link rel="stylesheet" href=(CONSOLE_CSS);
                link rel="icon" href="data:,";
                script type="module" src=(CONSOLE_JS) {}
                @for script in scripts {
                    script type="module" src=(script) {}
                }
            }
            body data-user=[view.identity.as_ref().map(|identity| &identity.user.name)] data-lost=(view.label(Label::NotReached)) data-wrong=(view.label(Label::SomethingWrong)) data-undo=(view.label(Label::Undo)) {
                a class="skip" href="#content" { (view.label(Label::Skip)) }
                (page_header(view))
                @if view.may(Right::Review) { section class="unsaved" id="unsaved" role="alert" data-texts=(unsaved_texts(view)) hidden {} }
                div id="notice" role="status" aria-live="polite" hidden {}
                main id="content" tabindex="-1" { (body) }
                @if view.identity.is_some() {
                    dialog id="keys" aria-label=(view.label(Label::Help)) { (key_table(view)) form method="dialog" { button { (view.label(Label::Close)) } } }
                }
            }
        }
    }
}

/// Texts with which the script tells of decisions that are not saved.
fn unsaved_texts(view: &PageContext) -> String {
    serde_json::json!({
        "title": view.label(Label::UnsavedDecisions),
        "again": view.label(Label::UnsavedAgain),
        "changed": view.label(Label::UnsavedChanged),
        "discard": view.label(Label::UnsavedDiscard),
        "discardSure": view.label(Label::UnsavedDiscardSure),
        "held": view.label(Label::UnsavedHeld),
        "lost": view.label(Label::UnsavedLost),
        "reopen": view.label(Label::UnsavedReopen),
        "signIn": view.label(Label::UnsavedSignIn),
        "signInLink": view.label(Label::UnsavedSignInLink),
    })
    .to_string()
}

fn page_header(view: &PageContext) -> Markup {
    let path = view.url.split('?').next().unwrap_or_default();
    let is_here = |to: &str| if to == "/" { path == "/" } else { path == to || path.starts_with(&format!("{to}/")) };
    let other = match view.language {
        Language::Vietnamese => (Language::English, "English"),
        Language::English => (Language::Vietnamese, "Tiếng Việt"),
    };
    html! {
        header class="head" {
            a class="brand" href="/" { "sohoa" }
            @if let Some(identity) = &view.identity {
                nav aria-label="sohoa" {
                    @for (to, right, word) in NAV_LINKS {
                        @if right.is_none_or(|right| view.may(right)) {
                            a href=(to) aria-current=[is_here(to).then_some("page")] { (view.label(word)) }
                        }
                    }
                }
                @if view.may(Right::Read) {
                    form class="seek" action="/search" role="search" {
                        input id="seek" type="search" name="q" placeholder=(view.label(Label::SearchHint)) aria-label=(view.label(Label::Search));
                    }
                }
                span class="who" {
                    a href="/account" { @if identity.user.display_name.is_empty() { (identity.user.name) } @else { (identity.user.display_name) } }
                    button type="button" class="plain" data-api="DELETE /api/session" data-then="/sign-in" { (view.label(Label::SignOut)) }
                }
            }
            a class="language" lang=(other.0.code()) href=(format!("/language/{}?to={}", other.0.code(), encode_segment(&view.url))) { (other.1) }
        }
    }
}
