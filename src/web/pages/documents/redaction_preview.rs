//! A document as the public would see it.

use crate::pages::documents::records::display_value;
use crate::pages::ui::layout::render_page;
use crate::pages::ui::page_context::PageContext;
use crate::problem::{PathParams, Problem, QueryParams};
use crate::state::AppState;
use axum::Extension;
use axum::extract::State;
use maud::{Markup, html};
use serde::Deserialize;
use sohoa_base::model::account::Identity;
use sohoa_base::text::percent_encoding::encode_segment;
use sohoa_services::records::redaction_preview;
use sohoa_services::records::redaction_preview::{PublicDocument, PublicPage};
use sohoa_texts::labels::Label;

/// Query for a page of the document.
#[derive(Debug, Deserialize)]
pub(crate) struct PublicPageQuery {
    page: Option<u32>,
}

/// One page with personal data painted over, beside its text and the public fields.
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
    let title = format!("{}: {}", view.label(Label::PublicView), seen.kind);
    let forms = [("public-pdf", Label::PublicCopy), ("public-text", Label::PublicText)];
    Ok(render_page(
        &view,
        &title,
        &[],
        &html! {
            div class="spread" {
                h1 { (title) }
                p { a href=(format!("/documents/{}?page={at}", encode_segment(name))) { (view.label(Label::WholeDocument)) } }
            }
            @if !seen.review.is_empty() {
                p class="reasons" { b { (view.label(Label::PublicNotYet)) } " " @for reason in &seen.review { span class="tag" { (view.code_label("reason", reason)) } } }
            }
            div class="beside" {
                (page_image(&view, &seen, shown, at))
                div {
                    (field_list(&view, &seen))
                    @if let Some(shown) = shown.filter(|page| page.shown) {
                        section class="card" {
                            h2 { (view.label(Label::HiddenData)) " · " (view.label(Label::Page)) " " (at) }
                            @if shown.hidden.is_empty() { p class="soft" { (view.label(Label::NothingHidden)) } }
                            @else { p { @for (kind, count) in &shown.hidden { span class="tag" { (view.format_number(*count)) " · " (view.code_label("personal", kind.as_str())) } } } }
                        }
                        section class="card" {
                            h2 { (view.label(Label::Text)) }
                            div class="text" tabindex="0" role="region" aria-label=(view.label(Label::Text)) { @for line in &shown.lines { span class="line" { (line) } } }
                        }
                    }
                    section class="card" {
                        h2 { (view.label(Label::Download)) }
                        ul { @for (form, word) in forms { li { a href=(format!("/api/documents/{}/{form}", encode_segment(name))) download { (view.label(word)) } } } }
                    }
                }
            }
        },
    ))
}

fn page_image(view: &PageContext, seen: &PublicDocument, shown: Option<&PublicPage>, at: u32) -> Markup {
    let name = encode_segment(&seen.document);
    let to = |page: u32| format!("/documents/{name}/public?page={page}");
    let last = seen.pages.last().map_or(0, |page| page.page);
    html! {
        section aria-label=(view.label(Label::Scan)) {
            nav class="pages" aria-label=(view.label(Label::Pages)) {
                @if at > 1 { a href=(to(at - 1)) data-key="[" rel="prev" { "←" span class="soft" { " [" } } }
                @for page in &seen.pages { a href=(to(page.page)) aria-current=[(page.page == at).then_some("page")] { (page.page) @if !page.shown { " ✕" } } }
                @if at < last { a href=(to(at + 1)) data-key="]" rel="next" { "→" span class="soft" { " ]" } } }
            }
            @if shown.is_some_and(|page| page.shown) {
                img class="masked" src=(format!("/api/documents/{name}/pages/{at}/picture?masked=true")) alt=(format!("{} {at}", view.label(Label::Page)));
            } @else {
                p class="nothing" { (view.label(Label::PublicPageNot)) }
            }
        }
    }
}

fn field_list(view: &PageContext, seen: &PublicDocument) -> Markup {
    html! {
        section class="card" {
            h2 { (view.label(Label::PublicFields)) }
            dl class="facts" {
                dt { (view.label(Label::Kind)) } dd { (seen.kind) }
                // The language is a code of the circular and nearly always the same.
                @for (name, value) in seen.fields.iter().filter(|(name, _)| *name != "language") {
                    dt { (view.code_label("field", name)) }
                    dd { (display_value(name, value)) @if seen.masked_fields.contains(name) { " " span class="tag" { (view.label(Label::HiddenData)) } } }
                }
            }
            @if !seen.withheld_fields.is_empty() {
                p class="soft" { (view.label(Label::StaysInside)) ": " @for (place, name) in seen.withheld_fields.iter().enumerate() { @if place > 0 { ", " } (view.code_label("field", name)) } }
            }
        }
    }
}
