//! One lot: its sample with pictures, and its judgement.

use crate::pages::ui::assets::SAMPLE_JS;
use crate::pages::ui::components::timestamp;
use crate::pages::ui::layout::render_page;
use crate::pages::ui::page_context::PageContext;
use crate::problem::{PathParams, Problem};
use crate::state::AppState;
use axum::Extension;
use axum::extract::State;
use maud::{Markup, html};
use sohoa_base::model::account::{Identity, Right};
use sohoa_base::model::roadmap::lot::{Lot, LotState, SampledPage};
use sohoa_base::text::percent_encoding::encode_segment;
use sohoa_services::roadmap::lots;
use sohoa_services::roadmap::lots::{DefectSeverity, defect_kinds};
use sohoa_texts::Language;
use sohoa_texts::labels::Label;

/// Documents changed after acceptance that are listed; the API returns all.
const CHANGES_SHOWN: usize = 100;

/// A lot.
pub(crate) async fn lot(
    view: PageContext,
    State(shared): State<AppState>,
    Extension(by): Extension<Identity>,
    PathParams(id): PathParams<String>,
) -> Result<Markup, Problem> {
    let lot = lots::show_lot(shared.archive(), &by, &id).await?;
    let may = by.units_with(Right::ManageRuns).contains(&lot.unit);
    let counts = lots::count_defective_pages(&lot)?;
    let changed = lots::documents_changed_since_sample(shared.archive(), &lot).await?;
    let seen = lot.sample.iter().filter(|page| page.inspected).count();
    let most = |gravity: DefectSeverity| match gravity {
        DefectSeverity::Critical => 0,
        DefectSeverity::Major => lot.accept_major,
        DefectSeverity::Minor => lot.accept_minor,
    };
    Ok(render_page(
        &view,
        view.label(Label::Lot),
        &[SAMPLE_JS],
        &html! {
            div class="spread" {
                h1 { (view.label(Label::Lot)) " · " (view.code_label("lot-state", lot.state.as_str())) }
                p class="soft" { a href=(format!("/roadmap/lines/{}", encode_segment(&lot.target))) { (lot.target) } " · " (lot.unit) " · " (lot.opened.0) ", " (timestamp(&view, &lot.opened.1)) }
            }
            div class="cards" {
                section class="card" id="judgement" data-live {
                    p { (view.format_number(u64::from(lot.pages))) " " (view.label(Label::Pages)) " · " (view.format_number(lot.documents.len() as u64)) " " (view.label(Label::Documents)) }
                    p { (view.label(Label::Sample)) ": " b { (seen) " / " (lot.sample.len()) } " · " (view.label(Label::Level)) " " (lot.level) }
                    table {
                        thead { tr { th { (view.label(Label::Defects)) } th { (view.label(Label::DefectsFound)) } th { "≤" } } }
                        tbody { @for gravity in DefectSeverity::ALL { tr {
                            td { (view.code_label("gravity", gravity.as_str())) }
                            td class="number" { (counts.get(&gravity).copied().unwrap_or(0)) }
                            td class="number" { (most(gravity)) }
                        } } }
                    }
                    p class="soft" { (view.label(Label::Seed)) ": " code { (lot.seed) } }
                    p class="soft" { (view.label(Label::Minutes)) " " @for form in ["docx", "pdf", "xlsx", "json"] { a href=(format!("/api/lots/{}/minutes/{form}", lot.id)) download { (form.to_uppercase()) } " " } }
                }
                @if may && lot.state == LotState::Open {
                    form class="card column" data-api=(format!("POST /api/lots/{}/judge", lot.id)) data-then=(view.url) {
                        h2 { (view.label(Label::JudgeLot)) }
                        label { span { (view.label(Label::Note)) } textarea name="note" rows="3" {} }
                        button class="first" { (view.label(Label::JudgeLot)) }
                        p class="wrong" role="alert" {}
                    }
                }
                @if may && lot.state == LotState::Returned {
                    section class="card" { button type="button" class="first" data-api=(format!("POST /api/lots/{}/reworked", lot.id)) data-then=(view.url) { (view.label(Label::Reworked)) } }
                }
            }
            @if !changed.is_empty() {
                section class="card" id="changed" {
                    h2 { (view.label(Label::ChangedSince)) " · " (view.format_number(changed.len() as u64)) }
                    ul { @for one in changed.iter().take(CHANGES_SHOWN) { li {
                        a href=(format!("/documents/{}", encode_segment(&one.document))) { (lots::display_document_name(&one.document)) } " · " (one.by) ", " (timestamp(&view, &one.at))
                    } } }
                }
            }
            (keyboard_help(&view, may && lot.state == LotState::Open))
            ul class="sample" { @for page in &lot.sample { (sampled_page(&view, &lot, page, may && lot.state == LotState::Open)) } }
        },
    ))
}

/// Keys of this page; those that record an inspection only where `may`.
fn keyboard_help(view: &PageContext, may: bool) -> Markup {
    let always = [("j k", Label::KeySample), ("[ ]", Label::KeyUnseen), ("o", Label::KeyShowPage), ("?", Label::KeyTheseKeys)];
    let keeping = [("1 … 9", Label::KeyDefect), ("0", Label::KeyNoDefect), ("Enter", Label::KeyKeep)];
    html! {
        details class="card" id="sample-keys" {
            summary { (view.label(Label::Help)) " " kbd { "?" } }
            table class="column" { tbody {
                @for (key, word) in keeping.into_iter().filter(|_| may).chain(always) { tr { td class="narrow" { kbd { (key) } } td { (view.label(word)) } } }
            } }
        }
    }
}

/// One page of the sample.
fn sampled_page(view: &PageContext, lot: &Lot, page: &SampledPage, may: bool) -> Markup {
    let document = encode_segment(&page.document);
    let name = lots::display_document_name(&page.document);
    let word = |vi: &str, en: &str| if view.language == Language::Vietnamese { vi.to_owned() } else { en.to_owned() };
    html! {
        li class={ "card" @if !page.defects.is_empty() { " bad" } } id=(format!("page-{}", page.index_in_lot)) data-live data-row tabindex="-1" {
            a href=(format!("/documents/{document}?page={}", page.page)) { img src=(format!("/api/documents/{document}/pages/{}/picture?size=small", page.page)) alt=(format!("{name}, {} {}", view.label(Label::Page), page.page)) loading="lazy" width="112" height="158"; }
            form data-api=(format!("PUT /api/lots/{}/pages/{}", lot.id, page.index_in_lot)) {
                p { b { (name) } " · " (view.label(Label::Page)) " " (page.page) br;
                    span class="soft" data-seen[page.inspected] { @if page.inspected { @if page.defects.is_empty() { "✓ " (view.label(Label::Good)) } @else { "✗ " (page.defects.len()) " " (view.label(Label::Defects)) } } @else { "?" } } }
                @if may {
                    input type="hidden" name="defects[]" value="";
                    details open[!page.defects.is_empty()] {
                        summary { (view.label(Label::Defects)) }
                        fieldset { @for (digit, kind) in (1_u32..).zip(defect_kinds()) {
                            label { input type="checkbox" name="defects[]" value=(kind.code) data-digit=(digit) checked[page.defects.contains(&kind.code)]; span { kbd aria-hidden="true" { (digit) } " " (word(&kind.vi, &kind.en)) } }
                        } }
                    }
                    button { @if page.inspected { (view.label(Label::Save)) } @else { (view.label(Label::Good)) " / " (view.label(Label::Save)) } }
                    p class="wrong" role="alert" {}
                } @else {
                    ul { @for code in &page.defects { @if let Some(kind) = defect_kinds().iter().find(|kind| kind.code == *code) { li { (word(&kind.vi, &kind.en)) } } } }
                }
            }
        }
    }
}
