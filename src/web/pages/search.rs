//! Search: words, filters, and pages found with their words marked.

use super::layout::page;
use super::parts::{encoded, export, further, nothing};
use super::view::View;
use crate::problem::{Asked, Problem};
use crate::server::Shared;
use axum::Extension;
use axum::extract::State;
use maud::{Markup, html};
use serde::Deserialize;
use sohoa_base::model::account::{Identity, Right, Units};
use sohoa_services::find::{self, Question};
use sohoa_services::searches;
use sohoa_texts::figures;
use sohoa_texts::words::Word;

/// Hits on one page.
const HITS: usize = 20;

/// Values of one facet that are shown.
const VALUES: usize = 12;

/// What is searched.
#[derive(Debug, Deserialize)]
pub(super) struct Wanted {
    #[serde(default)]
    q: String,
    #[serde(default)]
    offset: usize,
    unit: Option<String>,
}

/// Pages that match, with facets.
pub(super) async fn search(
    view: View,
    State(shared): State<Shared>,
    Extension(by): Extension<Identity>,
    Asked(wanted): Asked<Wanted>,
) -> Result<Markup, Problem> {
    let units = by.units(Right::Read);
    let own: Vec<String> = if let Units::Some(units) = &units { units.iter().cloned().collect() } else { Vec::new() };
    let unit = wanted.unit.clone().filter(|unit| !unit.is_empty()).or_else(|| own.first().cloned().filter(|_| own.len() > 1));
    let found = if wanted.q.trim().is_empty() && unit.is_none() && wanted.offset == 0 {
        None
    } else {
        let question = Question { text: &wanted.q, unit: unit.as_deref(), limit: HITS, offset: wanted.offset };
        Some(find::search_for(shared.archive(), &by, question).await?)
    };
    let kept = searches::list(shared.archive(), &by).await?;
    let same = unit.as_ref().map(|unit| format!("&unit={}", encoded(unit))).unwrap_or_default();
    let with = |filter: String| format!("/search?q={}{same}", encoded(format!("{} {filter}", wanted.q).trim()));
    Ok(page(
        &view,
        view.word(Word::Search),
        &[],
        &html! {
            form class="row" action="/search" role="search" {
                input type="search" name="q" size="60" value=(wanted.q) aria-label=(view.word(Word::Search)) placeholder=(view.word(Word::SearchHint));
                @if own.len() > 1 {
                    select name="unit" aria-label=(view.word(Word::Unit)) { @for one in &own { option selected[unit.as_ref() == Some(one)] { (one) } } }
                }
                button class="first" { (view.word(Word::Search)) }
            }
            p class="soft" { (view.word(Word::FilterHint)) " " code { "kind:QĐ" } " " code { "number:07/CT-UBND" } " " code { "date:2020..2021" } " " code { "issuer:\"sở y tế\"" } " " code { "dossier:…" } }
            @if !kept.is_empty() || found.is_some() {
                div class="row" {
                    @for one in &kept {
                        span class="tag" {
                            a href=(format!("/search?q={}&unit={}", encoded(&one.query), encoded(&one.unit))) title=(one.query) { (one.name) } " "
                            button type="button" class="plain" aria-label=(format!("{} {}", view.word(Word::Remove), one.name)) data-api=(format!("DELETE /api/searches/{}", one.id)) data-then=(view.address) { "✕" }
                        }
                    }
                    @if found.is_some() && !wanted.q.trim().is_empty() {
                        form class="row" data-api="POST /api/searches" data-then=(view.address) {
                            input type="hidden" name="query" value=(wanted.q); input type="hidden" name="unit" value=(unit.as_deref().unwrap_or_default());
                            input name="name" required maxlength="120" placeholder=(view.word(Word::KeepSearchAs)) aria-label=(view.word(Word::KeepSearchAs));
                            button { (view.word(Word::Save)) }
                            p class="wrong" role="alert" {}
                        }
                    }
                }
            }
            @if let Some(found) = &found {
                div class="finding" {
                    div class="facets" {
                        @for (word, name, values) in [(Word::Kind, "kind", &found.facets.kind), (Word::Year, "date", &found.facets.year), (Word::Issuer, "issuer", &found.facets.issuer), (Word::Dossier, "dossier", &found.facets.dossier)] {
                            @if !values.is_empty() {
                                h2 { (view.word(word)) }
                                ul { @for value in values.iter().take(VALUES) { li { a href=(with(filter(name, &value.value))) { (value.label) } span class="soft" { (view.number(value.count)) } } } }
                            }
                        }
                    }
                    div {
                        h1 { (view.number(found.total)) " " (view.word(Word::Matches)) }
                        @if found.relaxed { p class="soft" { (view.word(Word::Relaxed)) } }
                        @if found.hits.is_empty() { (nothing(view.word(Word::NoHits))) }
                        @for hit in &found.hits {
                            @let document = format!("{}#{}", hit.object, hit.document);
                            @let to = format!("/documents/{}?page={}&q={}", encoded(&document), hit.page, encoded(&wanted.q));
                            article class="hit" data-row {
                                a href=(to) tabindex="-1" aria-hidden="true" { img src=(format!("/api/documents/{}/pages/{}/picture?size=small", encoded(&document), hit.page)) alt="" loading="lazy" width="96" height="132"; }
                                div {
                                    h2 { a href=(to) { (title(hit)) } }
                                    p { @for (piece, is_match) in hit.snippet.pieces() { @if is_match { mark { (piece) } } @else { (piece) } } }
                                    p class="soft" { (hit.fonds) " · " a href=(format!("/records/{}", encoded(&hit.object))) { (hit.dossier) } " · " (view.word(Word::Document)) " " (hit.document) " · " (view.word(Word::Page)) " " (hit.page) }
                                }
                            }
                        }
                        @if !found.hits.is_empty() { (export(&view, "found", &format!("q={}{same}", encoded(&wanted.q)))) }
                        (further(&view, (found.total > (wanted.offset + HITS) as u64).then(|| format!("/search?q={}{same}&offset={}", encoded(&wanted.q), wanted.offset + HITS))))
                    }
                }
            }
        },
    ))
}

fn filter(name: &str, value: &str) -> String {
    if value.contains(char::is_whitespace) { format!("{name}:\"{}\"", value.replace('"', "")) } else { format!("{name}:{value}") }
}

fn title(hit: &find::FoundPage) -> String {
    let value = |name: &str| hit.fields.get(name).map(String::as_str).filter(|value| !value.is_empty());
    let number = [value("codeNumber"), value("codeNotation")].into_iter().flatten().collect::<Vec<_>>().join("/");
    let date = value("issuedDate").map(figures::date).unwrap_or_default();
    let subject = value("subject").unwrap_or_default().to_owned();
    [hit.kind_name.clone(), number, date, subject].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" · ")
}
