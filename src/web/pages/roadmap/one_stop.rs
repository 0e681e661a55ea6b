//! One-stop dossiers on the page of the roadmap: the report of a period, and what offices hand in.

use crate::pages::roadmap::overview::REPORT_FORMATS;
use crate::pages::ui::page_context::PageContext;
use maud::{Markup, html};
use sohoa_base::model::account::{Identity, Right};
use sohoa_base::model::calendar::Day;
use sohoa_services::roadmap::one_stop;
use sohoa_texts::labels::Word;

/// The report, and, for who may, the form to hand in.
pub(crate) fn one_stop_section(view: &PageContext, by: &Identity, unit: Option<&str>, today: Day) -> Markup {
    let from = one_stop::report_period(today, None, None).map_or(today, |period| period.from);
    html! {
        section class="card" {
            h2 { (view.label(Word::OneStop)) }
            form class="row" {
                input type="hidden" name="report" value="one-stop";
                label { span { (view.label(Word::FirstDay)) } input name="from" value=(from.format_dmy()); }
                label { span { (view.label(Word::LastDay)) } input name="to" value=(today.format_dmy()); }
                label { span { (view.label(Word::Unit)) } input name="unit" value=(unit.unwrap_or_default()); }
                @for form in REPORT_FORMATS { button formaction=(format!("/api/roadmap/report/{form}")) { (form.to_uppercase()) } }
            }
            @if by.has_right(Right::Upload) { (import_form(view)) }
        }
    }
}

fn import_form(view: &PageContext) -> Markup {
    let words =
        serde_json::json!({ "wrong": view.label(Word::WrongCells), "keep": view.label(Word::Save), "lines": view.label(Word::Dossiers) });
    html! {
        details {
            summary { (view.label(Word::HandIn)) }
            p class="soft" { (view.label(Word::HandInHint)) " " a href="/api/roadmap/cases/template" download { (view.label(Word::Template)) } }
            form class="column" id="cases" data-workbook="/api/roadmap/cases" data-words=(words) {
                label { span { "XLSX, ODS, CSV" } input type="file" name="file" accept=".xlsx,.ods,.csv" required; }
                label { span { (view.label(Word::Unit)) } input name="unit"; }
                button class="first" { (view.label(Word::HandIn)) }
            }
            div id="cases-said" role="status" {}
        }
    }
}
