//! A document as the public would see it.

use super::layout::page;
use super::parts::encoded;
use super::records::shown_value;
use super::view::View;
use crate::problem::{Asked, Named, Problem};
use crate::server::Shared;
use axum::Extension;
use axum::extract::State;
use maud::{Markup, html};
use serde::Deserialize;
use sohoa_base::model::account::Identity;
use sohoa_services::public::{self, PublicDocument, PublicPage};
use sohoa_texts::words::Word;

/// Which page of the document is wanted.
#[derive(Debug, Deserialize)]
pub(super) struct Wanted {
    page: Option<u32>,
}

/// One page of it with personal data painted over, beside its text and the fields that may be public.
pub(super) async fn document(
    view: View,
    State(shared): State<Shared>,
    Extension(by): Extension<Identity>,
    Named(name): Named<String>,
    Asked(wanted): Asked<Wanted>,
) -> Result<Markup, Problem> {
    let seen = public::document_for(shared.archive(), &by, &name).await?;
    let at = wanted.page.unwrap_or(1);
    let shown = seen.pages.iter().find(|page| page.page == at);
    let name = &seen.document;
    let title = format!("{}: {}", view.word(Word::PublicView), seen.kind);
    let forms = [("public-pdf", Word::PublicCopy), ("public-text", Word::PublicText)];
    Ok(page(
        &view,
        &title,
        &[],
        &html! {
            div class="spread" {
                h1 { (title) }
                p { a href=(format!("/documents/{}?page={at}", encoded(name))) { (view.word(Word::WholeDocument)) } }
            }
            @if !seen.review.is_empty() {
                p class="reasons" { b { (view.word(Word::PublicNotYet)) } " " @for reason in &seen.review { span class="tag" { (view.term("reason", reason)) } } }
            }
            div class="beside" {
                (sheet(&view, &seen, shown, at))
                div {
                    (fields(&view, &seen))
                    @if let Some(shown) = shown.filter(|page| page.shown) {
                        section class="card" {
                            h2 { (view.word(Word::HiddenData)) " · " (view.word(Word::Page)) " " (at) }
                            @if shown.hidden.is_empty() { p class="soft" { (view.word(Word::NothingHidden)) } }
                            @else { p { @for (kind, count) in &shown.hidden { span class="tag" { (view.number(*count)) " · " (view.term("personal", kind.name())) } } } }
                        }
                        section class="card" {
                            h2 { (view.word(Word::Text)) }
                            div class="text" tabindex="0" role="region" aria-label=(view.word(Word::Text)) { @for line in &shown.lines { span class="line" { (line) } } }
                        }
                    }
                    section class="card" {
                        h2 { (view.word(Word::Download)) }
                        ul { @for (form, word) in forms { li { a href=(format!("/api/documents/{}/{form}", encoded(name))) download { (view.word(word)) } } } }
                    }
                }
            }
        },
    ))
}

fn sheet(view: &View, seen: &PublicDocument, shown: Option<&PublicPage>, at: u32) -> Markup {
    let name = encoded(&seen.document);
    let to = |page: u32| format!("/documents/{name}/public?page={page}");
    let last = seen.pages.last().map_or(0, |page| page.page);
    html! {
        section aria-label=(view.word(Word::Scan)) {
            nav class="pages" aria-label=(view.word(Word::Pages)) {
                @if at > 1 { a href=(to(at - 1)) data-key="[" rel="prev" { "←" span class="soft" { " [" } } }
                @for page in &seen.pages { a href=(to(page.page)) aria-current=[(page.page == at).then_some("page")] { (page.page) @if !page.shown { " ✕" } } }
                @if at < last { a href=(to(at + 1)) data-key="]" rel="next" { "→" span class="soft" { " ]" } } }
            }
            @if shown.is_some_and(|page| page.shown) {
                img class="masked" src=(format!("/api/documents/{name}/pages/{at}/picture?masked=true")) alt=(format!("{} {at}", view.word(Word::Page)));
            } @else {
                p class="nothing" { (view.word(Word::PublicPageNot)) }
            }
        }
    }
}

fn fields(view: &View, seen: &PublicDocument) -> Markup {
    html! {
        section class="card" {
            h2 { (view.word(Word::PublicFields)) }
            dl class="facts" {
                dt { (view.word(Word::Kind)) } dd { (seen.kind) }
                // The language is a code of the circular, the same for nearly all.
                @for (name, value) in seen.fields.iter().filter(|(name, _)| *name != "language") {
                    dt { (view.term("field", name)) }
                    dd { (shown_value(name, value)) @if seen.masked_fields.contains(name) { " " span class="tag" { (view.word(Word::HiddenData)) } } }
                }
            }
            @if !seen.inside.is_empty() {
                p class="soft" { (view.word(Word::StaysInside)) ": " @for (place, name) in seen.inside.iter().enumerate() { @if place > 0 { ", " } (view.term("field", name)) } }
            }
        }
    }
}
