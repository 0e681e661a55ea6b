//! Review: the queues, and one document with its page image beside fields and text.

use crate::pages::documents::records::{decision_list, heading, page_viewer};
use crate::pages::ui::assets::{PAGE_VIEW_JS, REVIEW_JS};
use crate::pages::ui::components::{empty_state, next_link};
use crate::pages::ui::layout::render_page;
use crate::pages::ui::page_context::PageContext;
use crate::problem::{PathParams, Problem, QueryParams};
use crate::state::AppState;
use axum::Extension;
use axum::extract::State;
use maud::{Markup, html};
use serde::Deserialize;
use sohoa_base::error::Result;
use sohoa_base::model::account::Identity;
use sohoa_base::model::document_kinds::DOCUMENT_KINDS;
use sohoa_base::model::fields::{FieldType, newest_profile};
use sohoa_base::model::record::Field;
use sohoa_base::text::dates::parse_date;
use sohoa_base::text::percent_encoding::encode_segment;
use sohoa_services::review::assignment;
use sohoa_services::review::assignment::{QueueEntry, QueueQuery};
use sohoa_services::review::decisions;
use sohoa_services::review::decisions::{ReviewDocument, ReviewQueue};
use sohoa_texts::labels::Label;

/// Documents of a queue on one page of the list.
const DOCUMENTS_PER_PAGE: usize = 100;

/// Fields shown even where they have no value, in this order; others follow.
const MAIN_FIELDS: [&str; 7] = ["codeNumber", "codeNotation", "issuedDate", "organName", "subject", "signer", "position"];

/// Values of lower confidence are marked, 0 to 100.
const MIN_CONFIDENCE: u8 = 60;

/// Query: queue, and page of a document.
#[derive(Debug, Deserialize)]
pub(crate) struct ReviewQuery {
    queue: Option<ReviewQueue>,
    reason: Option<String>,
    page: Option<u32>,
    after: Option<String>,
}

impl ReviewQuery {
    fn filter(&self) -> QueueQuery<'_> {
        QueueQuery { queue: self.queue, reason: self.reason.as_deref(), after: self.after.as_deref(), limit: DOCUMENTS_PER_PAGE }
    }

    fn query_string(&self) -> String {
        let queue = self.queue.map(|queue| format!("queue={}", queue.as_str()));
        let reason = self.reason.as_ref().map(|reason| format!("reason={}", encode_segment(reason)));
        [queue, reason].into_iter().flatten().collect::<Vec<_>>().join("&")
    }
}

fn document_url(one: &QueueEntry, wanted: &ReviewQuery) -> String {
    format!("/review/{}?{}", encode_segment(&one.name()), wanted.query_string())
}

/// Documents that wait, by queue.
pub(crate) async fn list(
    view: PageContext,
    State(shared): State<AppState>,
    Extension(by): Extension<Identity>,
    QueryParams(wanted): QueryParams<ReviewQuery>,
) -> Result<Markup, Problem> {
    let waiting = assignment::list_queue(shared.archive(), &by, &wanted.filter()).await?;
    let done = assignment::decided_in_last_hour(shared.archive(), &by, view.now).await?;
    let free = assignment::first_unlocked(shared.archive(), &by, &wanted.filter()).await?;
    let next = waiting.next.as_ref().map(|next| format!("/review?{}&after={next}", wanted.query_string()));
    Ok(render_page(
        &view,
        view.label(Label::Review),
        &[],
        &html! {
            div class="spread" {
                h1 { (view.label(Label::Review)) }
                p class="soft" { (view.format_number(done)) " " (view.label(Label::DoneInAnHour)) }
                @if let Some(free) = &free { a class="button first" href=(document_url(free, &wanted)) { (view.label(Label::BeginReview)) } }
            }
            nav class="pages" aria-label=(view.label(Label::Queue)) {
                a href="/review" aria-current=[wanted.queue.is_none().then_some("page")] { (view.label(Label::Total)) " " (view.format_number(waiting.count(None))) }
                @for queue in ReviewQueue::ALL {
                    a href=(format!("/review?queue={}", queue.as_str())) aria-current=[(wanted.queue == Some(queue)).then_some("page")] { (view.code_label("queue", queue.as_str())) " " (view.format_number(waiting.count(Some(queue)))) }
                }
            }
            div id="waiting" data-live {
                @if waiting.items.is_empty() { (empty_state(view.label(Label::NothingWaits))) }
                @else {
                    div class="wide" { table {
                        thead { tr { th { (view.label(Label::Document)) } th { (view.label(Label::Unit)) } th { (view.label(Label::Queue)) } th { (view.label(Label::Reasons)) } } }
                        tbody {
                            @for one in &waiting.items {
                                tr data-row {
                                    td { a href=(document_url(one, &wanted)) { (one.document.document) } @if one.is_locked_by_other(&by) { br; span class="tag" { (view.label(Label::InHandOf)) " " (one.holder.as_deref().unwrap_or_default()) } } }
                                    td { (one.document.fonds) }
                                    td class="narrow" { (view.code_label("queue", one.document.queue.as_str())) }
                                    td { @for reason in &one.document.review { a class="tag" href=(format!("/review?reason={}", encode_segment(reason))) { (view.code_label("reason", reason)) } " " } }
                                }
                            }
                        }
                    } }
                    (next_link(&view, next))
                }
            }
        },
    ))
}

/// One document.
pub(crate) async fn show(
    view: PageContext,
    State(shared): State<AppState>,
    Extension(by): Extension<Identity>,
    PathParams(name): PathParams<String>,
    QueryParams(wanted): QueryParams<ReviewQuery>,
) -> Result<Markup, Problem> {
    let shown = decisions::show_authorized(shared.archive(), &name, &by).await?;
    let name = shown.name();
    let holder = assignment::acquire_lock_for(shared.archive(), &by, &shown).await?;
    let turn = assignment::queue_position(shared.archive(), &by, &wanted.filter(), &shown).await?;
    let after = turn.next.as_ref().map_or_else(|| format!("/review?{}", wanted.query_string()), |next| document_url(next, &wanted));
    let here = format!("/review/{}?{}", encode_segment(&name), wanted.query_string());
    let at = wanted.page.unwrap_or(1);
    let document = &shown.recorded;
    Ok(render_page(
        &view,
        &heading(&document.description),
        &[PAGE_VIEW_JS, REVIEW_JS],
        &html! {
            div class="spread" {
                h1 { (heading(&document.description)) }
                p class="soft" {
                    @if !document.review_reasons.is_empty() { (view.format_number(turn.ahead + 1)) " / " (view.format_number(turn.total)) " · " }
                    a href=(format!("/documents/{}", encode_segment(&name))) { (view.label(Label::Document)) " " (shown.document) }
                }
            }
                @if holder != by.user.name { p class="wrong" { (view.label(Label::InHandOf)) " " (holder) } }
            @if !document.review_reasons.is_empty() { p class="reasons" { (view.label(Label::Reasons)) ": " @for reason in &document.review_reasons { span class="tag" { (view.code_label("reason", reason)) } " " } } }
            div class="beside" {
                (page_viewer(&view, &name, document, at, "", &here))
                form class="card" id="decision" data-swift data-api=(format!("POST /api/review/{}", encode_segment(&name))) data-undo=(here)
                    data-title=(format!("{} ({})", heading(&document.description), shown.document)) data-known=(document.decisions.len())
                    data-deciding=(format!("{} {}", view.label(Label::Deciding), shown.document)) data-decided=(format!("{} {}", view.label(Label::Decided), shown.document))
                    data-nothing=(view.label(Label::NothingCorrected)) data-checks=(check_texts(&view)) {
                    p class="restored soft" role="status" hidden { (view.label(Label::Restored)) " " button type="button" class="plain" { (view.label(Label::RestoredDiscard)) } }
                    div class="tabs" role="tablist" {
                        @for (tab, word) in [("fields", Label::Fields), ("text", Label::Text), ("document", Label::Document)] {
                            button type="button" role="tab" aria-controls=(format!("tab-{tab}")) aria-selected=(if tab == "fields" { "true" } else { "false" }) { (view.label(word)) }
                        }
                    }
                    div id="tab-fields" role="tabpanel" { (field_list(&view, &shown)) }
                    div id="tab-text" role="tabpanel" hidden { p class="soft" { (view.label(Label::TextHint)) } div class="text" id="text" data-edit="true" data-page=(at) {} div id="corrected" {} }
                    div id="tab-document" role="tabpanel" hidden { (page_actions(&view, &shown, &name, at)) (decision_list(&view, document)) }
                    p class="wrong" role="alert" {}
                    div class="decide" {
                        button class="first" name="accept" value="true" data-key="a" data-then=(after) { (view.label(Label::Accept)) kbd { "a" } }
                        button name="" { (view.label(Label::Save)) }
                        button class="grave" name="reject" value="true" data-key="r" data-then=(after) { (view.label(Label::Reject)) kbd { "r" } }
                        input name="note" data-optional placeholder=(view.label(Label::Note)) aria-label=(view.label(Label::Note));
                    }
                }
            }
        },
    ))
}

fn field_list(view: &PageContext, shown: &ReviewDocument) -> Markup {
    let description = &shown.recorded.description;
    let others = description.fields.keys().map(String::as_str).filter(|name| !MAIN_FIELDS.contains(name) && *name != "language");
    html! {
        div class="fields" {
            div class={ "field" @if description.kind_confidence < MIN_CONFIDENCE { " unsure" } } {
                label { span { (view.label(Label::Kind)) }
                    select name="kind" data-changed data-key="e" {
                        @for kind in DOCUMENT_KINDS { option value=(kind.code) selected[kind.code == description.kind] { (kind.name) } }
                    }
                }
                (confidence_bar(view, description.kind_confidence))
            }
            @for name in MAIN_FIELDS.into_iter().chain(others) { (field_row(view, name, description.fields.get(name))) }
        }
    }
}

/// Texts with which the script tells what is wrong with a value.
fn check_texts(view: &PageContext) -> String {
    serde_json::json!({
        "no-date": view.label(Label::DateNotRead),
        "no-such-day": view.label(Label::DateNoSuchDay),
        "month-unknown": view.label(Label::DateMonthUnknown),
        "year-unknown": view.label(Label::DateYearUnknown),
        "too-long": view.label(Label::TooLong),
    })
    .to_string()
}

fn field_row(view: &PageContext, name: &str, field: Option<&Field>) -> Markup {
    let definition = newest_profile().and_then(|profile| profile.document_field(name));
    let is_date = definition.is_some_and(|definition| definition.field_type == FieldType::Date);
    let length = definition.map(|definition| definition.length).filter(|length| *length > 0);
    // Dates are shown as offices write them; the script sends them, and the catalogue keeps them, as ISO.
    let date_of = |value: &str| parse_date(value).filter(|_| is_date);
    let as_shown = |value: &str| date_of(value).map_or_else(|| value.to_owned(), |date| date.format_dmy());
    let stored = field.map(|field| field.value.as_str()).unwrap_or_default();
    let value = as_shown(stored);
    let iso = is_date.then(|| date_of(stored).map(|date| date.to_iso()).unwrap_or_default());
    let (list, echo) = (format!("other-{name}"), format!("echo-{name}"));
    let others = field.map(|field| field.alternatives.as_slice()).unwrap_or_default();
    let is_long = name == "subject" || value.chars().count() > 60;
    html! {
        div class={ "field" @if field.is_some_and(|field| field.confidence < MIN_CONFIDENCE) { " unsure" } } {
            label { span { (view.code_label("field", name)) @if is_date { " (" (view.label(Label::DateForm)) ")" } }
                @if is_long { textarea name=(format!("fields.{name}")) rows="3" data-changed data-length=[length] aria-describedby=(echo) { (value) } }
                @else { input name=(format!("fields.{name}")) value=(value) list=[(!others.is_empty()).then_some(&list)] data-changed data-date=[iso] data-length=[length] aria-describedby=(echo) autocomplete="off"; }
            }
            div class="soft" {
                @if let Some(field) = field {
                    (confidence_bar(view, field.confidence))
                    @if let (Some(page), Some(bounds)) = (field.page, field.bounds) {
                        br; button type="button" class="plain" data-show=(format!("{page} {} {} {} {}", bounds.x0, bounds.y0, bounds.x1, bounds.y1)) { (view.label(Label::ShowOnPage)) }
                    }
                }
            }
            small class="echo" id=(echo) aria-live="polite" {}
            @if !others.is_empty() { datalist id=(list) { @for other in others { option value=(as_shown(&other.value)) {} } } }
        }
    }
}

/// Confidence of a value as a number and a bar.
fn confidence_bar(view: &PageContext, confidence: u8) -> Markup {
    html! {
        span title=(view.label(Label::Confidence)) {
            (confidence) " % "
            svg class="meter bar" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true" {
                rect class="ground" width="100" height="10" {}
                rect class=(if confidence < MIN_CONFIDENCE { "review" } else { "stored" }) width=(confidence) height="10" {}
            }
        }
    }
}

/// Actions on pages: turn, split, join.
fn page_actions(view: &PageContext, shown: &ReviewDocument, name: &str, at: u32) -> Markup {
    let api = format!("POST /api/review/{}", encode_segment(name));
    html! {
        div class="column" {
            p { (view.label(Label::Page)) " " b { (at) } " / " (shown.recorded.pages.len()) }
            button type="button" data-api=(api) data-body=(serde_json::json!({ "turns": [{ "page": at, "degrees": 90 }] })) data-then=(view.url) { (view.label(Label::Rotate)) }
            @if at > 1 {
                button type="button" data-api=(api) data-body=(serde_json::json!({ "split": at })) data-then="/review" { (view.label(Label::Split)) }
            }
            label { span { (view.label(Label::ReplacePage)) } input type="file" accept="image/*,application/pdf" data-scan=(format!("/api/review/{}/pages/{at}/scan", encode_segment(name))); }
            label { span { (view.label(Label::Join)) } input name="join" data-kind="number" data-optional type="number" min="1"; }
            @if shown.recorded.review_reasons.iter().any(|reason| reason == "secrecy-stamp") { p class="soft" { (view.label(Label::SecrecyHint)) } }
        }
        @if let Some(page) = shown.recorded.pages.iter().find(|page| page.number == at) {
            @for warning in &page.warnings { p class="reasons" { span class="tag" { (view.code_label("warning", &warning.code)) } " " (warning.text(view.language)) } }
            @if let Some(refusal) = &page.refusal { p { span class="class" { (view.code_label("class", refusal.class.as_str())) } " " (refusal.text(view.language)) } }
        }
    }
}
