//! Components of several pages: balance, times, lists.

use crate::pages::ui::page_context::PageContext;
use maud::{Markup, html};
use sohoa_base::model::batch::{FileBalance, PageBalance};
use sohoa_services::runs::run_summary::RunSummary;
use sohoa_texts::formatting;
use sohoa_texts::labels::Label;

/// A time as an age, with the exact time on hover.
pub(crate) fn timestamp(view: &PageContext, rfc3339: &str) -> Markup {
    html! { time datetime=(rfc3339) title=(formatting::format_date_time(rfc3339)) { (formatting::format_time_ago(view.language, rfc3339, view.now)) } }
}

/// The balance (đối soát) of pages and of files: in = stored + review + refused + quarantine + failed + open. Each part links to its
/// list. `to` returns the URL of that list by the name of the part.
pub(crate) fn balance_bar(view: &PageContext, pages: &PageBalance, files: &FileBalance, to: impl Fn(&str) -> Option<String>) -> Markup {
    let parts = [
        ("stored", Label::Stored, pages.stored),
        ("review", Label::InReview, pages.review),
        ("refused", Label::Refused, pages.refused),
        ("held", Label::Quarantine, pages.held),
        ("failed", Label::FailedItems, pages.failed),
        ("open", Label::Open, pages.open),
    ];
    let file_parts = [
        ("opened", Label::OpenedFiles, files.opened()),
        ("duplicate", Label::Duplicate, files.duplicate),
        ("refused", Label::Refused, files.refused),
        ("failed", Label::FailedItems, files.failed),
        ("unopened", Label::UnopenedFiles, files.open),
    ];
    let whole = pages.received.max(1);
    let permille = |count: u64| count.saturating_mul(1000) / whole;
    let mut at = 0;
    let bars: Vec<(&str, u64, u64)> = parts
        .iter()
        .filter(|(_, _, count)| *count > 0)
        .map(|(name, _, count)| {
            let bar = (*name, at, permille(*count).max(4));
            at += permille(*count);
            bar
        })
        .collect();
    html! {
        div class="balance" {
            svg class="bar" viewBox="0 0 1000 10" preserveAspectRatio="none" aria-hidden="true" {
                rect class="ground" width="1000" height="10" {}
                @for (name, from, width) in &bars {
                    rect class=(name) x=(from) width=(width) height="10" {}
                }
            }
            (balance_sum(view, Label::Pages, pages.received, &parts, &["stored", "review", "refused"], &to))
            @if files.received > 0 { (balance_sum(view, Label::Files, files.received, &file_parts, &["opened", "refused"], &to)) }
        }
    }
}

/// A line of the balance: `what`, all of it, and the parts with a count; those of `always` also without one.
fn balance_sum(
    view: &PageContext,
    what: Label,
    received: u64,
    parts: &[(&str, Label, u64)],
    always: &[&str],
    to: &impl Fn(&str) -> Option<String>,
) -> Markup {
    html! {
        p class="sum" {
            (view.label(what)) ": " b { (view.format_number(received)) } " " (view.label(Label::In)) " = "
            @for (place, (name, word, count)) in parts.iter().filter(|(name, _, count)| *count > 0 || always.contains(name)).enumerate() {
                @if place > 0 { " + " }
                span class={ "part " (name) } {
                    @if let Some(to) = to(name).filter(|_| *count > 0) {
                        a href=(to) { (view.format_number(*count)) " " (view.label(*word)) }
                    } @else {
                        (view.format_number(*count)) " " (view.label(*word))
                    }
                }
            }
        }
    }
}

/// Where a run stands, in words.
pub(crate) fn run_state(view: &PageContext, run: &RunSummary) -> Markup {
    html! { span class={ "state " (run.status.as_str()) } { (run.status_text(view.language)) } }
}

/// A state as a label.
pub(crate) fn state_label(view: &PageContext, name: &str) -> Markup {
    html! { span class={ "state " (name) } { (view.code_label("state", name)) } }
}

/// Text in place of an empty list.
pub(crate) fn empty_state(text: &str) -> Markup {
    html! { p class="nothing" { (text) } }
}

/// Link to the next part of a list.
pub(crate) fn next_link(view: &PageContext, address: Option<String>) -> Markup {
    html! { @if let Some(address) = address { p class="further" { a href=(address) rel="next" { (view.label(Label::Next)) " →" } } } }
}

/// Links that download a list as a spreadsheet.
pub(crate) fn export_links(view: &PageContext, list: &str, query: &str) -> Markup {
    html! {
        p class="soft" {
            (view.label(Label::ExportAs)) " "
            @for form in ["csv", "xlsx"] { a href=(format!("/api/lists/{list}/{form}?{query}")) download { (form.to_uppercase()) } " " }
        }
    }
}

/// The keys of the keyboard, and what they do.
pub(crate) fn key_table(view: &PageContext) -> Markup {
    let keys = [
        ("/", Label::Search),
        ("j k", Label::KeyRows),
        ("Enter", Label::KeyOpen),
        ("a", Label::Accept),
        ("r", Label::Reject),
        ("e", Label::KeyEdit),
        ("[ ]", Label::KeyPages),
        ("1 … 9", Label::KeyDefect),
        ("Ctrl Z", Label::KeyUndo),
        ("?", Label::Help),
        ("Esc", Label::KeyLeave),
    ];
    html! { table class="column" { tbody { @for (key, word) in keys { tr { td class="narrow" { kbd { (key) } } td { (view.label(word)) } } } } } }
}
