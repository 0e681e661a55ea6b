//! A document as the public would see it.

use crate::pages::documents::records::display_value;
use crate::pages::ui::components::encoded;
use crate::pages::ui::layout::render_page;
use crate::pages::ui::page_context::PageContext;
use crate::problem::{PathParams, Problem, QueryParams};
use crate::server::AppState;
use axum::Extension;
use axum::extract::State;
use maud::{Markup, html};
use serde::Deserialize;
use sohoa_base::model::account::Identity;
use sohoa_services::records::redaction_preview;
use sohoa_services::records::redaction_preview::{PublicDocument, PublicPage};
use sohoa_texts::labels::Word;

/// Which page of the document is wanted.
#[derive(Debug, Deserialize)]
pub(crate) struct PublicPageQuery {
    page: Option<u32>,
}

/// One page of it with personal data painted over, beside its text and the fields that may be public.
pub(crate) async fn document(
    view: PageContext,
    State(shared): State<AppState>,
    Extension(by): Extension<Identity>,
    PathParams(name): PathParams<String>,
    QueryParams(wanted): QueryParams<PublicPageQuery>,
) -> Result<Markup, Problem> {
    let seen = redaction_preview::preview_document(shared.archive(), &by, &name).await?;
    let at = wanted.page.unwrap_or(1);
    let shown = seen.pages.iter().find(|page| page.page == at);
    let name = &seen.document;
    let title = format!("{}: {}", view.label(Word::PublicView), seen.kind);
    let forms = [("public-pdf", Word::PublicCopy), ("public-text", Word::PublicText)];
    Ok(render_page(
        &view,
        &title,
        &[],
        &html! {
            div class="spread" {
                h1 { (title) }
                p { a href=(format!("/documents/{}?page={at}", encoded(name))) { (view.label(Word::WholeDocument)) } }
            }
            @if !seen.review.is_empty() {
                p class="reasons" { b { (view.label(Word::PublicNotYet)) } " " @for reason in &seen.review { span class="tag" { (view.code_label("reason", reason)) } } }
            }
            div class="beside" {
                (page_image(&view, &seen, shown, at))
                div {
                    (field_list(&view, &seen))
                    @if let Some(shown) = shown.filter(|page| page.shown) {
                        section class="card" {
                            h2 { (view.label(Word::HiddenData)) " · " (view.label(Word::Page)) " " (at) }
                            @if shown.hidden.is_empty() { p class="soft" { (view.label(Word::NothingHidden)) } }
                            @else { p { @for (kind, count) in &shown.hidden { span class="tag" { (view.format_number(*count)) " · " (view.code_label("personal", kind.as_str())) } } } }
                        }
                        section class="card" {
                            h2 { (view.label(Word::Text)) }
                            div class="text" tabindex="0" role="region" aria-label=(view.label(Word::Text)) { @for line in &shown.lines { span class="line" { (line) } } }
                        }
                    }
                    section class="card" {
                        h2 { (view.label(Word::Download)) }
                        ul { @for (form, word) in forms { li { a href=(format!("/api/documents/{}/{form}", encoded(name))) download { (view.label(word)) } } } }
                    }
                }
            }
        },
    ))
}

fn page_image(view: &PageContext, seen: &PublicDocument, shown: Option<&PublicPage>, at: u32) -> Markup {
    let name = encoded(&seen.document);
    let to = |page: u32| format!("/documents/{name}/public?page={page}");
    let last = seen.pages.last().map_or(0, |page| page.page);
    html! {
        section aria-label=(view.label(Word::Scan)) {
            nav class="pages" aria-label=(view.label(Word::Pages)) {
                @if at > 1 { a href=(to(at - 1)) data-key="[" rel="prev" { "←" span class="soft" { " [" } } }
                @for page in &seen.pages { a href=(to(page.page)) aria-current=[(page.page == at).then_some("page")] { (page.page) @if !page.shown { " ✕" } } }
                @if at < last { a href=(to(at + 1)) data-key="]" rel="next" { "→" span class="soft" { " ]" } } }
            }
            @if shown.is_some_and(|page| page.shown) {
                img class="masked" src=(format!("/api/documents/{name}/pages/{at}/picture?masked=true")) alt=(format!("{} {at}", view.label(Word::Page)));
            } @else {
                p class="nothing" { (view.label(Word::PublicPageNot)) }
            }
        }
    }
}

fn field_list(view: &PageContext, seen: &PublicDocument) -> Markup {
    html! {
        section class="card" {
            h2 { (view.label(Word::PublicFields)) }
            dl class="facts" {
                dt { (view.label(Word::Kind)) } dd { (seen.kind) }
                // The language is a code of the circular, the same for nearly all.
                @for (name, value) in seen.fields.iter().filter(|(name, _)| *name != "language") {
                    dt { (view.code_label("field", name)) }
                    dd { (display_value(name, value)) @if seen.masked_fields.contains(name) { " " span class="tag" { (view.label(Word::HiddenData)) } } }
                }
            }
            @if !seen.withheld_fields.is_empty() {
                p class="soft" { (view.label(Word::StaysInside)) ": " @for (place, name) in seen.withheld_fields.iter().enumerate() { @if place > 0 { ", " } (view.code_label("field", name)) } }
            }
        }
    }
}
