//! One-stop dossiers on the page of the roadmap: report of a period, and import of an office's table.

use crate::pages::ui::page_context::PageContext;
use maud::{Markup, html};
use sohoa_base::model::account::{Identity, Right};
use sohoa_base::model::calendar::Day;
use sohoa_services::reports::format::ReportFormat;
use sohoa_services::reports::registry::ONE_STOP_REPORT;
use sohoa_services::roadmap::one_stop;
use sohoa_texts::labels::Label;

/// The report, and the import form for users who may import.
pub(crate) fn one_stop_section(view: &PageContext, by: &Identity, unit: Option<&str>, today: Day) -> Markup {
    let from = one_stop::report_period(today, None, None).map_or(today, |period| period.from);
    html! {
        section class="card" {
            h2 { (view.label(Label::OneStop)) }
            form class="row" {
                input type="hidden" name="report" value=(ONE_STOP_REPORT);
                label { span { (view.label(Label::FirstDay)) } input name="from" value=(from.format_dmy()); }
                label { span { (view.label(Label::LastDay)) } input name="to" value=(today.format_dmy()); }
                label { span { (view.label(Label::Unit)) } input name="unit" value=(unit.unwrap_or_default()); }
                @for form in ReportFormat::ALL.map(ReportFormat::name) { button formaction=(format!("/api/roadmap/report/{form}")) { (form.to_uppercase()) } }
            }
            @if by.has_right(Right::Upload) { (import_form(view)) }
        }
    }
}

fn import_form(view: &PageContext) -> Markup {
    let words = serde_json::json!({ "wrong": view.label(Label::WrongCells), "keep": view.label(Label::Save), "lines": view.label(Label::Dossiers) });
    html! {
        details {
            summary { (view.label(Label::HandIn)) }
            p class="soft" { (view.label(Label::HandInHint)) " " a href="/api/roadmap/cases/template" download { (view.label(Label::Template)) } }
            form class="column" id="cases" data-workbook="/api/roadmap/cases" data-words=(words) {
                label { span { "XLSX, ODS, CSV" } input type="file" name="file" accept=".xlsx,.ods,.csv" required; }
                label { span { (view.label(Label::Unit)) } input name="unit"; }
                button class="first" { (view.label(Label::HandIn)) }
            }
            div id="cases-said" role="status" {}
        }
    }
}
