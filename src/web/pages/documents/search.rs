//! Search: query, facets, and hits with marked words.

use crate::pages::ui::components::{empty_state, export_links, next_link};
use crate::pages::ui::layout::render_page;
use crate::pages::ui::page_context::PageContext;
use crate::problem::{Problem, QueryParams};
use crate::state::AppState;
use axum::Extension;
use axum::extract::State;
use maud::{Markup, html};
use serde::Deserialize;
use sohoa_base::model::account::{Identity, Right, UnitScope};
use sohoa_base::text::percent_encoding::encode_segment;
use sohoa_services::records::queries;
use sohoa_services::records::queries::SearchRequest;
use sohoa_services::records::saved_searches;
use sohoa_texts::formatting;
use sohoa_texts::labels::Label;

/// Hits on one page.
const HITS_PER_PAGE: usize = 20;

/// Values shown per facet.
const FACET_VALUES_SHOWN: usize = 12;

/// Query of a search.
#[derive(Debug, Deserialize)]
pub(crate) struct SearchQuery {
    #[serde(default)]
    q: String,
    #[serde(default)]
    offset: usize,
    unit: Option<String>,
}

/// The search page: hits with facets.
pub(crate) async fn search(
    view: PageContext,
    State(shared): State<AppState>,
    Extension(by): Extension<Identity>,
    QueryParams(wanted): QueryParams<SearchQuery>,
) -> Result<Markup, Problem> {
    let units = by.units_with(Right::Read);
    let own: Vec<String> = if let UnitScope::Only(units) = &units { units.iter().cloned().collect() } else { Vec::new() };
    let unit = wanted.unit.clone().filter(|unit| !unit.is_empty()).or_else(|| own.first().cloned().filter(|_| own.len() > 1));
    let found = if wanted.q.trim().is_empty() && unit.is_none() && wanted.offset == 0 {
        None
    } else {
        let question = SearchRequest { text: &wanted.q, unit: unit.as_deref(), limit: HITS_PER_PAGE, offset: wanted.offset };
        Some(queries::search_for_user(shared.archive(), &by, question).await?)
    };
    let saved = saved_searches::list_saved_searches(shared.archive(), &by).await?;
    let same = unit.as_ref().map(|unit| format!("&unit={}", encode_segment(unit))).unwrap_or_default();
    let with = |filter: String| format!("/search?q={}{same}", encode_segment(format!("{} {filter}", wanted.q).trim()));
    Ok(render_page(
        &view,
        view.label(Label::Search),
        &[],
        &html! {
            form class="row" action="/search" role="search" {
                input type="search" name="q" size="60" value=(wanted.q) aria-label=(view.label(Label::Search)) placeholder=(view.label(Label::SearchHint));
                @if own.len() > 1 {
                    select name="unit" aria-label=(view.label(Label::Unit)) { @for one in &own { option selected[unit.as_ref() == Some(one)] { (one) } } }
                }
                button class="first" { (view.label(Label::Search)) }
            }
            p class="soft" { (view.label(Label::FilterHint)) " " code { "kind:QĐ" } " " code { "number:07/CT-UBND" } " " code { "date:2020..2021" } " " code { "issuer:\"sở y tế\"" } " " code { "dossier:…" } }
            @if !saved.is_empty() || found.is_some() {
                div class="row" {
                    @for one in &saved {
                        span class="tag" {
                            a href=(format!("/search?q={}&unit={}", encode_segment(&one.query), encode_segment(&one.unit))) title=(one.query) { (one.name) } " "
                            button type="button" class="plain" aria-label=(format!("{} {}", view.label(Label::Remove), one.name)) data-api=(format!("DELETE /api/searches/{}", one.id)) data-then=(view.url) { "✕" }
                        }
                    }
                    @if found.is_some() && !wanted.q.trim().is_empty() {
                        form class="row" data-api="POST /api/searches" data-then=(view.url) {
                            input type="hidden" name="query" value=(wanted.q); input type="hidden" name="unit" value=(unit.as_deref().unwrap_or_default());
                            input name="name" required maxlength="120" placeholder=(view.label(Label::KeepSearchAs)) aria-label=(view.label(Label::KeepSearchAs));
                            button { (view.label(Label::Save)) }
                            p class="wrong" role="alert" {}
                        }
                    }
                }
            }
            @if let Some(found) = &found {
                div class="finding" {
                    div class="facets" {
                        @for (word, name, values) in [(Label::Kind, "kind", &found.facets.kind), (Label::Year, "date", &found.facets.year), (Label::Issuer, "issuer", &found.facets.issuer), (Label::Dossier, "dossier", &found.facets.dossier)] {
                            @if !values.is_empty() {
                                h2 { (view.label(word)) }
                                ul { @for value in values.iter().take(FACET_VALUES_SHOWN) { li { a href=(with(filter_term(name, &value.value))) { (value.label) } span class="soft" { (view.format_number(value.count)) } } } }
                            }
                        }
                    }
                    div {
                        h1 { (view.format_number(found.total)) " " (view.label(Label::Matches)) }
                        @if found.relaxed { p class="soft" { (view.label(Label::Relaxed)) } }
                        @if found.hits.is_empty() { (empty_state(view.label(Label::NoHits))) }
                        @for hit in &found.hits {
                            @let document = format!("{}#{}", hit.object, hit.document);
                            @let to = format!("/documents/{}?page={}&q={}", encode_segment(&document), hit.page, encode_segment(&wanted.q));
                            article class="hit" data-row {
                                a href=(to) tabindex="-1" aria-hidden="true" { img src=(format!("/api/documents/{}/pages/{}/picture?size=small", encode_segment(&document), hit.page)) alt="" loading="lazy" width="96" height="132"; }
                                div {
                                    h2 { a href=(to) { (hit_title(hit)) } }
                                    p { @for (piece, is_match) in hit.snippet.segments() { @if is_match { mark { (piece) } } @else { (piece) } } }
                                    p class="soft" { (hit.fonds) " · " a href=(format!("/records/{}", encode_segment(&hit.object))) { (hit.dossier) } " · " (view.label(Label::Document)) " " (hit.document) " · " (view.label(Label::Page)) " " (hit.page) }
                                }
                            }
                        }
                        @if !found.hits.is_empty() { (export_links(&view, "found", &format!("q={}{same}", encode_segment(&wanted.q)))) }
                        (next_link(&view, (found.total > (wanted.offset + HITS_PER_PAGE) as u64).then(|| format!("/search?q={}{same}&offset={}", encode_segment(&wanted.q), wanted.offset + HITS_PER_PAGE))))
                    }
                }
            }
        },
    ))
}

fn filter_term(name: &str, value: &str) -> String {
    if value.contains(char::is_whitespace) { format!("{name}:\"{}\"", value.replace('"', "")) } else { format!("{name}:{value}") }
}

fn hit_title(hit: &queries::FoundPage) -> String {
    let value = |name: &str| hit.fields.get(name).map(String::as_str).filter(|value| !value.is_empty());
    let number = [value("codeNumber"), value("codeNotation")].into_iter().flatten().collect::<Vec<_>>().join("/");
    let date = value("issuedDate").map(formatting::format_date).unwrap_or_default();
    let subject = value("subject").unwrap_or_default().to_owned();
    [hit.kind_name.clone(), number, date, subject].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" · ")
}
