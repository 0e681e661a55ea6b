//! One lot: its sample beside pictures, and its judgement.

use super::assets::SAMPLE_JS;
use super::layout::page;
use super::parts::{encoded, moment};
use super::view::View;
use crate::problem::{Named, Problem};
use crate::server::Shared;
use axum::Extension;
use axum::extract::State;
use maud::{Markup, html};
use sohoa_base::model::account::{Identity, Right};
use sohoa_base::model::lot::{Lot, LotState, SampledPage};
use sohoa_services::lots::{self, Gravity, defect_kinds};
use sohoa_texts::Language;
use sohoa_texts::words::Word;

/// Documents changed after acceptance that are listed; the API tells all.
const CHANGED: usize = 100;

/// A lot.
pub(super) async fn lot(
    view: View,
    State(shared): State<Shared>,
    Extension(by): Extension<Identity>,
    Named(id): Named<String>,
) -> Result<Markup, Problem> {
    let lot = lots::show(shared.archive(), &by, &id).await?;
    let may = by.units(Right::Steer).contains(&lot.unit);
    let counts = lots::defective(&lot)?;
    let changed = lots::changed_since(shared.archive(), &lot).await?;
    let seen = lot.sample.iter().filter(|page| page.seen).count();
    let most = |gravity: Gravity| match gravity {
        Gravity::Critical => 0,
        Gravity::Major => lot.accept_major,
        Gravity::Minor => lot.accept_minor,
    };
    Ok(page(
        &view,
        view.word(Word::Lot),
        &[SAMPLE_JS],
        &html! {
            div class="spread" {
                h1 { (view.word(Word::Lot)) " · " (view.term("lot-state", lot.state.word())) }
                p class="soft" { a href=(format!("/roadmap/lines/{}", encoded(&lot.line))) { (lot.line) } " · " (lot.unit) " · " (lot.opened.0) ", " (moment(&view, &lot.opened.1)) }
            }
            div class="cards" {
                section class="card" id="judgement" data-live {
                    p { (view.number(u64::from(lot.pages))) " " (view.word(Word::Pages)) " · " (view.number(lot.documents.len() as u64)) " " (view.word(Word::Documents)) }
                    p { (view.word(Word::Sample)) ": " b { (seen) " / " (lot.sample.len()) } " · " (view.word(Word::Level)) " " (lot.level) }
                    table {
                        thead { tr { th { (view.word(Word::Defects)) } th { (view.word(Word::DefectsFound)) } th { "≤" } } }
                        tbody { @for gravity in Gravity::ALL { tr {
                            td { (view.term("gravity", gravity.word())) }
                            td class="number" { (counts.get(&gravity).copied().unwrap_or(0)) }
                            td class="number" { (most(gravity)) }
                        } } }
                    }
                    p class="soft" { (view.word(Word::Seed)) ": " code { (lot.seed) } }
                    p class="soft" { (view.word(Word::Minutes)) " " @for form in ["docx", "pdf", "xlsx", "json"] { a href=(format!("/api/lots/{}/minutes/{form}", lot.id)) download { (form.to_uppercase()) } " " } }
                }
                @if may && lot.state == LotState::Open {
                    form class="card column" data-api=(format!("POST /api/lots/{}/judge", lot.id)) data-then=(view.address) {
                        h2 { (view.word(Word::JudgeLot)) }
                        label { span { (view.word(Word::Note)) } textarea name="note" rows="3" {} }
                        button class="first" { (view.word(Word::JudgeLot)) }
                        p class="wrong" role="alert" {}
                    }
                }
                @if may && lot.state == LotState::Returned {
                    section class="card" { button type="button" class="first" data-api=(format!("POST /api/lots/{}/reworked", lot.id)) data-then=(view.address) { (view.word(Word::Reworked)) } }
                }
            }
            @if !changed.is_empty() {
                section class="card" id="changed" {
                    h2 { (view.word(Word::ChangedSince)) " · " (view.number(changed.len() as u64)) }
                    ul { @for one in changed.iter().take(CHANGED) { li {
                        a href=(format!("/documents/{}", encoded(&one.document))) { (lots::document_name(&one.document)) } " · " (one.by) ", " (moment(&view, &one.at))
                    } } }
                }
            }
            (keys(&view, may && lot.state == LotState::Open))
            ul class="sample" { @for page in &lot.sample { (sampled(&view, &lot, page, may && lot.state == LotState::Open)) } }
        },
    ))
}

/// The keys of this page; `may`: what is found can be kept.
fn keys(view: &View, may: bool) -> Markup {
    let always = [("j k", Word::KeySample), ("[ ]", Word::KeyUnseen), ("o", Word::KeyShowPage), ("?", Word::KeyTheseKeys)];
    let keeping = [("1 … 9", Word::KeyDefect), ("0", Word::KeyNoDefect), ("Enter", Word::KeyKeep)];
    html! {
        details class="card" id="sample-keys" {
            summary { (view.word(Word::Help)) " " kbd { "?" } }
            table class="column" { tbody {
                @for (key, word) in keeping.into_iter().filter(|_| may).chain(always) { tr { td class="narrow" { kbd { (key) } } td { (view.word(word)) } } }
            } }
        }
    }
}

/// One page of the sample.
fn sampled(view: &View, lot: &Lot, page: &SampledPage, may: bool) -> Markup {
    let document = encoded(&page.document);
    let name = lots::document_name(&page.document);
    let word = |vi: &str, en: &str| if view.language == Language::Vietnamese { vi.to_owned() } else { en.to_owned() };
    html! {
        li class={ "card" @if !page.defects.is_empty() { " bad" } } id=(format!("page-{}", page.place)) data-live data-row tabindex="-1" {
            a href=(format!("/documents/{document}?page={}", page.page)) { img src=(format!("/api/documents/{document}/pages/{}/picture?size=small", page.page)) alt=(format!("{name}, {} {}", view.word(Word::Page), page.page)) loading="lazy" width="112" height="158"; }
            form data-api=(format!("PUT /api/lots/{}/pages/{}", lot.id, page.place)) {
                p { b { (name) } " · " (view.word(Word::Page)) " " (page.page) br;
                    span class="soft" data-seen[page.seen] { @if page.seen { @if page.defects.is_empty() { "✓ " (view.word(Word::Good)) } @else { "✗ " (page.defects.len()) " " (view.word(Word::Defects)) } } @else { "?" } } }
                @if may {
                    input type="hidden" name="defects[]" value="";
                    details open[!page.defects.is_empty()] {
                        summary { (view.word(Word::Defects)) }
                        fieldset { @for (digit, kind) in (1_u32..).zip(defect_kinds()) {
                            label { input type="checkbox" name="defects[]" value=(kind.code) data-digit=(digit) checked[page.defects.contains(&kind.code)]; span { kbd aria-hidden="true" { (digit) } " " (word(&kind.vi, &kind.en)) } }
                        } }
                    }
                    button { @if page.seen { (view.word(Word::Save)) } @else { (view.word(Word::Good)) " / " (view.word(Word::Save)) } }
                    p class="wrong" role="alert" {}
                } @else {
                    ul { @for code in &page.defects { @if let Some(kind) = defect_kinds().iter().find(|kind| kind.code == *code) { li { (word(&kind.vi, &kind.en)) } } } }
                }
            }
        }
    }
}
