//! The dashboard: queues, workers, failures, targets at risk, runs.

use crate::pages::batches::failures::failure_groups;
use crate::pages::batches::run_table::{part_url, run_name};
use crate::pages::roadmap::progress::{finish_cell, format_decimal, format_percent, progress_bar, target_state};
use crate::pages::ui::components::{balance_bar, empty_state, run_state, timestamp};
use crate::pages::ui::layout::render_page;
use crate::pages::ui::page_context::PageContext;
use crate::problem::Problem;
use crate::state::AppState;
use axum::Extension;
use axum::extract::State;
use maud::{Markup, html};
use sohoa_base::model::account::{Identity, Right};
use sohoa_base::text::percent_encoding::encode_segment;
use sohoa_services::roadmap::at_risk_targets::AtRiskSummary;
use sohoa_services::runs::failures::FailureQuery;
use sohoa_services::runs::monitoring;
use sohoa_texts::formatting;
use sohoa_texts::labels::Label;
use sohoa_texts::{Message, localize};

/// Runs shown.
const RUNS_SHOWN: usize = 8;

/// The dashboard page.
pub(crate) async fn dashboard(
    view: PageContext,
    State(shared): State<AppState>,
    Extension(by): Extension<Identity>,
) -> Result<Markup, Problem> {
    let units = by.units_with(Right::Monitor);
    let midnight = formatting::start_of_day(view.now);
    let plant = monitoring::dashboard(shared.archive(), shared.at_risk_cache(), &units, midnight, view.language).await?;
    let runs = monitoring::list_runs(shared.archive(), &units, None, RUNS_SHOWN).await?;
    Ok(render_page(
        &view,
        view.label(Label::Plant),
        &[],
        &html! {
            h1 { (view.label(Label::Plant)) }
            div class="cards" id="plant" data-live {
                section class="card" {
                    h2 { (view.label(Label::Health)) }
                    @if let Some(trouble) = &plant.problem { p class="wrong" { (trouble) } }
                    @else { p { span class="state finished" { (view.label(Label::Healthy)) } } }
                    @if let Some(proxy) = shared.limits().unnamed_proxy() {
                        p class="wrong" { (localize(view.language, Message::UnnamedProxy { proxy: proxy.to_string() })) }
                    }
                    dl class="facts" {
                        dt { (view.label(Label::Workers)) }
                        dd {
                            @if plant.workers.is_empty() { "0" }
                            @for (name, tasks) in &plant.workers { div { (name) " · " (view.format_number(*tasks)) " " (view.label(Label::TasksInHand)) } }
                        }
                    }
                }
                section class="card" {
                    h2 { (view.label(Label::PagesToday)) }
                    p { b class="big" { (view.format_number(plant.pages_today)) } " " span class="soft" { (view.label(Label::PagesTodayHint)) } }
                    @if plant.roadmap.targets > 0 { (accepted_today(&view, &plant.roadmap)) }
                }
                section class="card" {
                    h2 { (view.label(Label::OpenTasks)) }
                    @if plant.queue.is_empty() { p class="big" { "0" } }
                    @else {
                        table {
                            thead { tr { th { (view.label(Label::Stage)) } th class="figure" { (view.label(Label::Open)) } th class="figure" { (view.label(Label::TasksInHand)) } th { (view.label(Label::OldestTask)) } } }
                            tbody {
                                @for line in &plant.queue {
                                    tr { td { (view.code_label("level", &line.level)) } td class="figure" { (view.format_number(line.open)) } td class="figure" { (view.format_number(line.taken)) } td { (timestamp(&view, &line.oldest)) } }
                                }
                            }
                        }
                    }
                }
                section class="card" {
                    div class="spread" { h2 { (view.label(Label::Failures)) } a href="/failures" { (view.label(Label::Total)) } }
                    (failure_groups(&view, &plant.failures, &FailureQuery::default()))
                }
            }
            @if plant.roadmap.targets > 0 { (at_risk_targets(&view, &plant.roadmap)) }
            section class="card" id="runs" data-live {
                div class="spread" { h2 { (view.label(Label::Runs)) } a href="/runs" { (view.label(Label::Total)) } }
                @for line in &runs.items {
                    p { a href=(format!("/runs/{}", line.batch.id)) { (run_name(line)) } " " (line.batch.unit) " · " (timestamp(&view, &line.batch.created)) " " (run_state(&view, line)) }
                    (balance_bar(&view, &line.pages, &line.file_balance, |part| part_url(&line.batch.id, part)))
                }
                @if runs.items.is_empty() { (empty_state(view.label(Label::NoRuns))) }
            }
        },
    ))
}

/// Pages accepted today beside those needed today to reach the targets in time.
fn accepted_today(view: &PageContext, pressing: &AtRiskSummary) -> Markup {
    let (accepted, needed) = (pressing.accepted_pages, pressing.needed_pages);
    let share = if needed > 0.0 { accepted / needed } else { 1.0 };
    html! {
        p id="accepted-today" {
            b class="big" { (format_decimal(view, accepted, 0)) } " " span class="soft" { (view.label(Label::AcceptedToday)) } br;
            @if needed > 0.0 {
                (progress_bar(share, 1.0)) " / " b { (format_decimal(view, needed.ceil(), 0)) } " " (view.label(Label::NeededToday))
            } @else { span class="soft" { (view.label(Label::NothingNeededToday)) } }
        }
    }
}

/// Targets at risk, the most urgent first.
fn at_risk_targets(view: &PageContext, pressing: &AtRiskSummary) -> Markup {
    html! {
        section class="card" id="at-risk" data-live {
            div class="spread" {
                h2 { (view.label(Label::LinesAtRisk)) }
                a href="/roadmap?state=risk" { (view.format_number(pressing.at_risk)) " / " (view.format_number(pressing.targets)) " " (view.label(Label::Lines)) }
            }
            @if pressing.most_urgent.is_empty() { p class="soft" { (view.label(Label::NoLinesAtRisk)) } }
            @else {
                div class="wide" { table {
                    thead { tr { @for word in [Label::Line, Label::Unit, Label::State, Label::ShareDone, Label::Finish, Label::Deadline] { th { (view.label(word)) } } } }
                    tbody { @for line in &pressing.most_urgent { tr data-row {
                        td { a href=(format!("/roadmap/lines/{}", encode_segment(&line.code))) { (line.code) } br; span class="soft" { (line.name) } }
                        td { a href=(format!("/roadmap?unit={}", encode_segment(&line.unit))) { (line.unit) } }
                        td { (target_state(view, line)) }
                        td class="narrow" { (progress_bar(line.share_done, line.share_elapsed)) " " (format_percent(view, line.share_done)) }
                        td class="narrow" { (finish_cell(view, line)) }
                        td class="narrow" { (line.deadline.format_dmy()) }
                    } } }
                } }
            }
        }
    }
}
