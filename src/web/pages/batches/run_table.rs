//! Runs as rows of a table: name, state, balance.

use crate::pages::ui::components::{balance_bar, run_state, timestamp};
use crate::pages::ui::page_context::PageContext;
use maud::{Markup, html};
use sohoa_services::runs::run_summary::RunSummary;
use sohoa_texts::labels::Label;

/// URL of the list behind a part of a run's balance.
pub(crate) fn part_url(run: &str, part: &str) -> Option<String> {
    match part {
        "failed" => Some(format!("/failures?run={run}#failed-tasks")),
        "refused" => Some(format!("/failures?run={run}")),
        "stored" | "review" => Some(format!("/records?run={run}")),
        _ => None,
    }
}

/// Last 8 characters of an identifier, enough to tell runs apart.
pub(crate) fn short_id(id: &str) -> &str {
    id.len().checked_sub(8).and_then(|from| id.get(from..)).unwrap_or(id)
}

/// Name of a run: that of its delivery, or its short identifier.
pub(crate) fn run_name(line: &RunSummary) -> String {
    line.delivery.as_ref().map_or_else(|| format!("…{}", short_id(&line.batch.id)), |delivery| delivery.name.clone())
}

/// Table of runs with state and balance.
pub(crate) fn run_table(view: &PageContext, runs: &[RunSummary]) -> Markup {
    html! {
        div class="wide" { table {
            thead { tr { th { (view.label(Label::Run)) } th { (view.label(Label::State)) } th { (view.label(Label::Unit)) } th { (view.label(Label::Started)) } th { (view.label(Label::Balance)) } } }
            tbody {
                @for line in runs {
                    @let run = &line.batch.id;
                    tr data-row {
                        td { a href=(format!("/runs/{run}")) { (run_name(line)) } @if let Some(delivery) = &line.delivery { br; span class="soft" { (delivery.by) } } }
                        td { (run_state(view, line)) @if line.priority != 0 { br; span class="soft" { (view.label(Label::Priority)) " " (line.priority) } } }
                        td { (line.batch.unit) }
                        td class="narrow" { (timestamp(view, &line.batch.created)) }
                        td { (balance_bar(view, &line.pages, &line.file_balance, |part| part_url(run, part))) }
                    }
                }
            }
        } }
    }
}
