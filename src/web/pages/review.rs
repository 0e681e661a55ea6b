//! Review: the queues, and one document with its page beside fields and text.

use super::assets::{PAGE_VIEW_JS, REVIEW_JS};
use super::layout::page;
use super::parts::{encoded, further, nothing};
use super::records::{decisions, heading, sheet};
use super::view::View;
use crate::problem::{Asked, Named, Problem};
use crate::server::Shared;
use axum::Extension;
use axum::extract::State;
use maud::{Markup, html};
use serde::Deserialize;
use sohoa_base::model::account::Identity;
use sohoa_base::model::kinds::KINDS;
use sohoa_base::model::record::Field;
use sohoa_services::review::{self, Queue, Shown};
use sohoa_services::reviewers::{self, AskedWaiting, WaitingFor};
use sohoa_texts::words::Word;

/// Documents of a queue on one page of the list.
const LISTED: usize = 100;

/// Fields that stand on the screen even where nothing is known of them, in this order; others follow.
const ALWAYS: [&str; 7] = ["codeNumber", "codeNotation", "issuedDate", "organName", "subject", "signer", "position"];

/// A value less sure than this is marked, 0 to 100.
const SURE: u8 = 60;

/// Which queue is wanted, and which page of a document.
#[derive(Debug, Deserialize)]
pub(super) struct Wanted {
    queue: Option<Queue>,
    reason: Option<String>,
    page: Option<u32>,
    after: Option<String>,
}

impl Wanted {
    fn asked(&self) -> AskedWaiting<'_> {
        AskedWaiting { queue: self.queue, reason: self.reason.as_deref(), after: self.after.as_deref(), limit: LISTED }
    }

    fn query(&self) -> String {
        let queue = self.queue.map(|queue| format!("queue={}", queue.name()));
        let reason = self.reason.as_ref().map(|reason| format!("reason={}", encoded(reason)));
        [queue, reason].into_iter().flatten().collect::<Vec<_>>().join("&")
    }
}

fn link(one: &WaitingFor, wanted: &Wanted) -> String {
    format!("/review/{}?{}", encoded(&one.name()), wanted.query())
}

/// What waits, by queue.
pub(super) async fn list(
    view: View,
    State(shared): State<Shared>,
    Extension(by): Extension<Identity>,
    Asked(wanted): Asked<Wanted>,
) -> Result<Markup, Problem> {
    let waiting = reviewers::waiting(shared.archive(), &by, &wanted.asked()).await?;
    let done = reviewers::done_in_an_hour(shared.archive(), &by, view.now).await?;
    let free = reviewers::first(shared.archive(), &by, &wanted.asked()).await?;
    let next = waiting.next.as_ref().map(|next| format!("/review?{}&after={next}", wanted.query()));
    Ok(page(
        &view,
        view.word(Word::Review),
        &[],
        &html! {
            div class="spread" {
                h1 { (view.word(Word::Review)) }
                p class="soft" { (view.number(done)) " " (view.word(Word::DoneInAnHour)) }
                @if let Some(free) = &free { a class="button first" href=(link(free, &wanted)) { (view.word(Word::BeginReview)) } }
            }
            nav class="pages" aria-label=(view.word(Word::Queue)) {
                a href="/review" aria-current=[wanted.queue.is_none().then_some("page")] { (view.word(Word::Total)) " " (view.number(waiting.count(None))) }
                @for queue in Queue::ALL {
                    a href=(format!("/review?queue={}", queue.name())) aria-current=[(wanted.queue == Some(queue)).then_some("page")] { (view.term("queue", queue.name())) " " (view.number(waiting.count(Some(queue)))) }
                }
            }
            div id="waiting" data-live {
                @if waiting.items.is_empty() { (nothing(view.word(Word::NothingWaits))) }
                @else {
                    div class="wide" { table {
                        thead { tr { th { (view.word(Word::Document)) } th { (view.word(Word::Unit)) } th { (view.word(Word::Queue)) } th { (view.word(Word::Reasons)) } } }
                        tbody {
                            @for one in &waiting.items {
                                tr data-row {
                                    td { a href=(link(one, &wanted)) { (one.waiting.document) } @if one.is_anothers(&by) { br; span class="tag" { (view.word(Word::InHandOf)) " " (one.holder.as_deref().unwrap_or_default()) } } }
                                    td { (one.waiting.fonds) }
                                    td class="narrow" { (view.term("queue", one.waiting.queue.name())) }
                                    td { @for reason in &one.waiting.review { a class="tag" href=(format!("/review?reason={}", encoded(reason))) { (view.term("reason", reason)) } " " } }
                                }
                            }
                        }
                    } }
                    (further(&view, next))
                }
            }
        },
    ))
}

/// One document.
pub(super) async fn show(
    view: View,
    State(shared): State<Shared>,
    Extension(by): Extension<Identity>,
    Named(name): Named<String>,
    Asked(wanted): Asked<Wanted>,
) -> Result<Markup, Problem> {
    let shown = review::show_to(shared.archive(), &name, &by).await?;
    let name = shown.name();
    let holder = reviewers::take_shown(shared.archive(), &by, &shown).await?;
    let turn = reviewers::turn(shared.archive(), &by, &wanted.asked(), &shown).await?;
    let after = turn.next.as_ref().map_or_else(|| format!("/review?{}", wanted.query()), |next| link(next, &wanted));
    let here = format!("/review/{}?{}", encoded(&name), wanted.query());
    let at = wanted.page.unwrap_or(1);
    let document = &shown.recorded;
    Ok(page(
        &view,
        &heading(&document.description),
        &[PAGE_VIEW_JS, REVIEW_JS],
        &html! {
            div class="spread" {
                h1 { (heading(&document.description)) }
                p class="soft" {
                    @if !document.review.is_empty() { (view.number(turn.before + 1)) " / " (view.number(turn.of)) " · " }
                    a href=(format!("/documents/{}", encoded(&name))) { (view.word(Word::Document)) " " (shown.document) }
                }
            }
                @if holder != by.user.name { p class="wrong" { (view.word(Word::InHandOf)) " " (holder) } }
            @if !document.review.is_empty() { p class="reasons" { (view.word(Word::Reasons)) ": " @for reason in &document.review { span class="tag" { (view.term("reason", reason)) } " " } } }
            div class="beside" {
                (sheet(&view, &name, document, at, "", &here))
                form class="card" id="decision" data-swift data-api=(format!("POST /api/review/{}", encoded(&name))) data-then=(here) data-undo=(here) data-decided=(format!("{} {}", view.word(Word::Decided), shown.document)) {
                    div class="tabs" role="tablist" {
                        @for (tab, word) in [("fields", Word::Fields), ("text", Word::Text), ("document", Word::Document)] {
                            button type="button" role="tab" aria-controls=(format!("tab-{tab}")) aria-selected=(if tab == "fields" { "true" } else { "false" }) { (view.word(word)) }
                        }
                    }
                    div id="tab-fields" role="tabpanel" { (fields(&view, &shown)) }
                    div id="tab-text" role="tabpanel" hidden { p class="soft" { (view.word(Word::TextHint)) } div class="text" id="text" data-edit="true" data-page=(at) {} div id="corrected" {} }
                    div id="tab-document" role="tabpanel" hidden { (pages(&view, &shown, &name, at)) (decisions(&view, document)) }
                    p class="wrong" role="alert" {}
                    div class="decide" {
                        button class="first" name="accept" value="true" data-key="a" data-then=(after) { (view.word(Word::Accept)) kbd { "a" } }
                        button name="" { (view.word(Word::Save)) }
                        button class="grave" name="reject" value="true" data-key="r" data-then=(after) { (view.word(Word::Reject)) kbd { "r" } }
                        input name="note" data-optional placeholder=(view.word(Word::Note)) aria-label=(view.word(Word::Note));
                    }
                }
            }
        },
    ))
}

fn fields(view: &View, shown: &Shown) -> Markup {
    let description = &shown.recorded.description;
    let others = description.fields.keys().map(String::as_str).filter(|name| !ALWAYS.contains(name) && *name != "language");
    html! {
        div class="fields" {
            div class={ "field" @if description.kind_confidence < SURE { " unsure" } } {
                label { span { (view.word(Word::Kind)) }
                    select name="kind" data-changed data-key="e" {
                        @for kind in KINDS { option value=(kind.code) selected[kind.code == description.kind] { (kind.name) } }
                    }
                }
                (sure(view, description.kind_confidence))
            }
            @for name in ALWAYS.into_iter().chain(others) { (field(view, name, description.fields.get(name))) }
        }
    }
}

fn field(view: &View, name: &str, field: Option<&Field>) -> Markup {
    let value = field.map(|field| field.value.as_str()).unwrap_or_default();
    let list = format!("other-{name}");
    let others = field.map(|field| field.alternatives.as_slice()).unwrap_or_default();
    let is_long = name == "subject" || value.chars().count() > 60;
    html! {
        div class={ "field" @if field.is_some_and(|field| field.confidence < SURE) { " unsure" } } {
            label { span { (view.term("field", name)) @if name == "issuedDate" { " (" (view.word(Word::DateForm)) ")" } }
                @if is_long { textarea name=(format!("fields.{name}")) rows="3" data-changed { (value) } }
                @else { input name=(format!("fields.{name}")) value=(value) list=[(!others.is_empty()).then_some(&list)] data-changed autocomplete="off"; }
            }
            div class="soft" {
                @if let Some(field) = field {
                    (sure(view, field.confidence))
                    @if let (Some(page), Some(bounds)) = (field.page, field.bounds) {
                        br; button type="button" class="plain" data-show=(format!("{page} {} {} {} {}", bounds.x0, bounds.y0, bounds.x1, bounds.y1)) { (view.word(Word::ShowOnPage)) }
                    }
                }
            }
            @if !others.is_empty() { datalist id=(list) { @for other in others { option value=(other.value) {} } } }
        }
    }
}

/// How sure a value is: a figure and a bar.
fn sure(view: &View, confidence: u8) -> Markup {
    html! {
        span title=(view.word(Word::Confidence)) {
            (confidence) " % "
            svg class="meter bar" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true" {
                rect class="ground" width="100" height="10" {}
                rect class=(if confidence < SURE { "review" } else { "stored" }) width=(confidence) height="10" {}
            }
        }
    }
}

/// What can be done with pages: turned, parted, joined.
fn pages(view: &View, shown: &Shown, name: &str, at: u32) -> Markup {
    let api = format!("POST /api/review/{}", encoded(name));
    html! {
        div class="column" {
            p { (view.word(Word::Page)) " " b { (at) } " / " (shown.recorded.pages.len()) }
            button type="button" data-api=(api) data-body=(serde_json::json!({ "turns": [{ "page": at, "degrees": 90 }] })) data-then=(view.address) { (view.word(Word::Rotate)) }
            @if at > 1 {
                button type="button" data-api=(api) data-body=(serde_json::json!({ "split": at })) data-then="/review" { (view.word(Word::Split)) }
            }
            label { span { (view.word(Word::ReplacePage)) } input type="file" accept="image/*,application/pdf" data-scan=(format!("/api/review/{}/pages/{at}/scan", encoded(name))); }
            label { span { (view.word(Word::Join)) } input name="join" data-kind="number" data-optional type="number" min="1"; }
            @if shown.recorded.review.iter().any(|reason| reason == "secrecy-stamp") { p class="soft" { (view.word(Word::SecrecyHint)) } }
        }
        @if let Some(page) = shown.recorded.pages.iter().find(|page| page.number == at) {
            @for warning in &page.warnings { p class="reasons" { span class="tag" { (warning.code) } " " (warning.detail) } }
            @if let Some(refusal) = &page.refusal { p { span class="class" { (view.term("class", refusal.class.as_str())) } " " (view.refusal(&refusal.reason)) } }
        }
    }
}
