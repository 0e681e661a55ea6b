//! What stands around every page.

use crate::pages::ui::assets::{CONSOLE_CSS, CONSOLE_JS};
use crate::pages::ui::page_context::PageContext;
use maud::{DOCTYPE, Markup, html};
use sohoa_base::model::account::Right;
use sohoa_texts::Language;
use sohoa_texts::labels::Word;

/// Links of the head: where to, the right they need, and what they say.
const NAV_LINKS: [(&str, Option<Right>, Word); 9] = [
    ("/", None, Word::Home),
    ("/plant", Some(Right::ManageRuns), Word::Plant),
    ("/uploads", Some(Right::Upload), Word::Upload),
    ("/runs", Some(Right::Monitor), Word::Runs),
    ("/roadmap", Some(Right::Monitor), Word::Roadmap),
    ("/review", Some(Right::Review), Word::Review),
    ("/records", Some(Right::Read), Word::Dossiers),
    ("/people", Some(Right::Administer), Word::Administration),
    ("/audit", Some(Right::Audit), Word::Audit),
];

/// A page with its head. `scripts` are those of this page alone.
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
            body data-lost=(view.label(Word::Lost)) data-wrong=(view.label(Word::SomethingWrong)) data-undo=(view.label(Word::Undo)) {
                a class="skip" href="#content" { (view.label(Word::Skip)) }
                (page_header(view))
                main id="content" tabindex="-1" { (body) }
                div id="notice" role="status" aria-live="polite" hidden {}
            }
        }
    }
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
                        input id="seek" type="search" name="q" placeholder=(view.label(Word::SearchHint)) aria-label=(view.label(Word::Search));
                    }
                }
                span class="who" {
                    a href="/account" { @if identity.user.display_name.is_empty() { (identity.user.name) } @else { (identity.user.display_name) } }
                    button type="button" class="plain" data-api="DELETE /api/session" data-then="/sign-in" { (view.label(Word::SignOut)) }
                }
            }
            a class="language" lang=(other.0.code()) href=(format!("/language/{}?to={}", other.0.code(), crate::pages::ui::components::encoded(&view.url))) { (other.1) }
        }
    }
}
