//! Pieces that several pages show: the balance, moments, lists.

pub(crate) use crate::locale::encoded;
use crate::pages::ui::page_context::PageContext;
use maud::{Markup, html};
use sohoa_base::model::batch::PageBalance;
use sohoa_texts::formatting;
use sohoa_texts::labels::Word;

/// A moment: how long ago, with the exact one on hover.
pub(crate) fn timestamp(view: &PageContext, rfc3339: &str) -> Markup {
    html! { time datetime=(rfc3339) title=(formatting::format_date_time(rfc3339)) { (formatting::format_time_ago(view.language, rfc3339, view.now)) } }
}

/// The balance (đối soát): in = stored + review + refused, with every part a link to the list that makes it.
/// `to` gives the list of a part by its name.
pub(crate) fn balance_bar(view: &PageContext, pages: &PageBalance, to: impl Fn(&str) -> Option<String>) -> Markup {
    let parts = [
        ("stored", Word::Stored, pages.stored),
        ("review", Word::InReview, pages.review),
        ("refused", Word::Refused, pages.refused),
        ("held", Word::Quarantine, pages.held),
        ("open", Word::Open, pages.open),
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
            p class="sum" {
                b { (view.format_number(pages.received)) } " " (view.label(Word::In)) " = "
                @for (place, (name, word, count)) in parts.iter().filter(|(name, _, count)| *count > 0 || matches!(*name, "stored" | "review" | "refused")).enumerate() {
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
}

/// A state in words and by its shape.
pub(crate) fn state_label(view: &PageContext, name: &str) -> Markup {
    html! { span class={ "state " (name) } { (view.code_label("state", name)) } }
}

/// What stands in place of an empty list.
pub(crate) fn empty_state(text: &str) -> Markup {
    html! { p class="nothing" { (text) } }
}

/// The link to the next part of a list.
pub(crate) fn next_link(view: &PageContext, address: Option<String>) -> Markup {
    html! { @if let Some(address) = address { p class="further" { a href=(address) rel="next" { (view.label(Word::Next)) " →" } } } }
}

/// Links that take a list away as a spreadsheet.
pub(crate) fn export_links(view: &PageContext, list: &str, query: &str) -> Markup {
    html! {
        p class="soft" {
            (view.label(Word::ExportAs)) " "
            @for form in ["csv", "xlsx"] { a href=(format!("/api/lists/{list}/{form}?{query}")) download { (form.to_uppercase()) } " " }
        }
    }
}
