//! One-stop dossiers on the page of the roadmap: the report of a period, and what offices hand in.

use super::roadmap::FORMS;
use super::view::View;
use maud::{Markup, html};
use sohoa_base::model::account::{Identity, Right};
use sohoa_base::model::day::Day;
use sohoa_services::one_stop;
use sohoa_texts::words::Word;

/// The report, and, for who may, the form to hand in.
pub(super) fn section(view: &View, by: &Identity, unit: Option<&str>, today: Day) -> Markup {
    let from = one_stop::period(today, None, None).map_or(today, |period| period.from);
    html! {
        section class="card" {
            h2 { (view.word(Word::OneStop)) }
            form class="row" {
                input type="hidden" name="report" value="one-stop";
                label { span { (view.word(Word::FirstDay)) } input name="from" value=(from.numeric()); }
                label { span { (view.word(Word::LastDay)) } input name="to" value=(today.numeric()); }
                label { span { (view.word(Word::Unit)) } input name="unit" value=(unit.unwrap_or_default()); }
                @for form in FORMS { button formaction=(format!("/api/roadmap/report/{form}")) { (form.to_uppercase()) } }
            }
            @if by.may(Right::Upload) { (hand_in(view)) }
        }
    }
}

fn hand_in(view: &View) -> Markup {
    let words =
        serde_json::json!({ "wrong": view.word(Word::WrongCells), "keep": view.word(Word::Save), "lines": view.word(Word::Dossiers) });
    html! {
        details {
            summary { (view.word(Word::HandIn)) }
            p class="soft" { (view.word(Word::HandInHint)) " " a href="/api/roadmap/cases/template" download { (view.word(Word::Template)) } }
            form class="column" id="cases" data-workbook="/api/roadmap/cases" data-words=(words) {
                label { span { "XLSX, ODS, CSV" } input type="file" name="file" accept=".xlsx,.ods,.csv" required; }
                label { span { (view.word(Word::Unit)) } input name="unit"; }
                button class="first" { (view.word(Word::HandIn)) }
            }
            div id="cases-said" role="status" {}
        }
    }
}
