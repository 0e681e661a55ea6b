//! Runs: the list, and the page of one run.

use crate::pages::batches::failures::{failed_task_list, failure_groups};
use crate::pages::batches::run_table::{part_url, run_name, run_table};
use crate::pages::ui::assets::RUN_TIMELINE_JS;
use crate::pages::ui::components::{balance_bar, empty_state, export_links, next_link, run_state, timestamp};
use crate::pages::ui::event_details::event_details;
use crate::pages::ui::layout::render_page;
use crate::pages::ui::page_context::PageContext;
use crate::problem::{PathParams, Problem, QueryParams};
use crate::state::AppState;
use axum::Extension;
use axum::extract::State;
use maud::{Markup, html};
use serde::Deserialize;
use sohoa_base::error::Result;
use sohoa_base::model::account::{Identity, Right};
use sohoa_base::model::batch::BatchState;
use sohoa_base::model::refusal::RefusalClass;
use sohoa_base::text::percent_encoding::encode_segment;
use sohoa_services::roadmap::targets;
use sohoa_services::runs::failures;
use sohoa_services::runs::monitoring;
use sohoa_services::runs::monitoring::{RunOverview, Timeline, TimelinePoint};
use sohoa_services::runs::run_summary::RunSummary;
use sohoa_texts::formatting;
use sohoa_texts::labels::Label;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// Runs on one page of the list.
const RUNS_PER_PAGE: usize = 50;

/// Events of a run on one page.
const EVENTS_PER_PAGE: usize = 100;

/// Targets of the unit that are offered to attach a run to.
const TARGETS_OFFERED: usize = 500;

/// Query of runs.
#[derive(Debug, Deserialize)]
pub(crate) struct RunsQuery {
    before: Option<String>,
}

/// Runs, the newest first.
pub(crate) async fn list(
    view: PageContext,
    State(shared): State<AppState>,
    Extension(by): Extension<Identity>,
    QueryParams(wanted): QueryParams<RunsQuery>,
) -> Result<Markup, Problem> {
    let runs = monitoring::list_runs(shared.archive(), &by.units_with(Right::Monitor), wanted.before.as_deref(), RUNS_PER_PAGE).await?;
    Ok(render_page(
        &view,
        view.label(Label::Runs),
        &[],
        &html! {
            h1 { (view.label(Label::Runs)) }
            div id="runs" data-live {
                @if runs.items.is_empty() { (empty_state(view.label(Label::NoRuns))) } @else { (run_table(&view, &runs.items)) }
            }
            (export_links(&view, "runs", ""))
            (next_link(&view, runs.next.map(|next| format!("/runs?before={next}"))))
        },
    ))
}

/// Failed tasks on the page of a run.
const FAILED_TASKS_SHOWN: usize = 50;

/// Query of the page of a run.
#[derive(Debug, Deserialize)]
pub(crate) struct RunQuery {
    #[serde(default)]
    after: u64,
    #[serde(default)]
    q: String,
    /// Only failures at the stages that run together with this one.
    stage: Option<String>,
}

/// The page of one run.
pub(crate) async fn show(
    view: PageContext,
    State(shared): State<AppState>,
    Extension(by): Extension<Identity>,
    PathParams(run): PathParams<String>,
    QueryParams(wanted): QueryParams<RunQuery>,
) -> Result<Markup, Problem> {
    let events =
        monitoring::run_events(shared.archive(), &by.units_with(Right::Monitor), &run, wanted.after, &wanted.q, EVENTS_PER_PAGE).await?;
    let overview = monitoring::run_overview(shared.archive(), &by.units_with(Right::Monitor), &run).await?;
    let stage = wanted.stage.filter(|stage| !stage.is_empty());
    let failing = failures::FailureQuery { run: Some(run.clone()), stage, ..failures::FailureQuery::default() };
    let failed = failures::group_failures(shared.archive(), &by.units_with(Right::Monitor), &failing).await?;
    let failed_tasks =
        failures::list_failed_tasks(shared.archive(), &by.units_with(Right::Monitor), Some(&run), FAILED_TASKS_SHOWN).await?;
    let went = monitoring::run_timeline(shared.archive(), &by.units_with(Right::Monitor), &run).await?;
    let may_steer = by.units_with(Right::ManageRuns).contains(&overview.summary.batch.unit);
    let (line, lines) = targets::targets_for_run(shared.archive(), &run, &overview.summary.batch.unit).await?;
    let title = format!("{} {}", view.label(Label::Run), run_name(&overview.summary));
    Ok(render_page(
        &view,
        &title,
        &[RUN_TIMELINE_JS],
        &html! {
            div class="spread" {
                h1 { (title) }
                @if may_steer { div class="row" id="steer" data-live { (control_buttons(&view, &overview)) } }
            }
            section class="card" id="balance" data-live {
                (facts_list(&view, &overview))
                p class="soft" { (view.label(Label::AttachTo)) ": "
                    @match &line { Some(line) => { a href=(format!("/roadmap/lines/{}", encode_segment(line))) { (line) } } None => { (view.label(Label::OutsidePlan)) } }
                    @if let Some(by) = overview.attachment.source { " · " (view.code_label("attached-by", by.as_str())) }
                }
                (target_findings(&view, &overview))
                h2 { (view.label(Label::Balance)) }
                (balance_bar(&view, &overview.summary.pages, &overview.summary.file_balance, |part| part_url(&run, part)))
            }
            section class="card" id="stages" data-live {
                h2 { (view.label(Label::Stages)) }
                (stage_strip(&view, &overview, failing.stage.as_deref()))
            }
            section class="card" {
                h2 { (view.label(Label::Timeline)) }
                (timeline_section(&view, &run, &went))
            }
            (failed_task_list(&view, &by, &failed_tasks))
            section class="card" id="failures" data-live {
                div class="spread" {
                    h2 { (view.label(Label::Failures)) }
                    @if let Some(stage) = &failing.stage {
                        p { span class="tag" { (view.label(Label::Stage)) ": " (view.code_label("stage", stage)) } a href=(format!("/runs/{run}#failures")) { (view.label(Label::Total)) } }
                    }
                }
                (failure_groups(&view, &failed, &failing))
            }
            details class="card" {
                summary { (view.label(Label::EventLog)) }
                form class="row" action=(format!("/runs/{run}")) { input name="q" value=(wanted.q) aria-label=(view.label(Label::Search)); button { (view.label(Label::Apply)) } }
                table { tbody {
                    @for event in &events {
                        tr { td class="narrow" { (formatting::format_date_time(&event.at)) } td class="narrow" data-kind=(event.kind) { (view.code_label("event", &event.kind)) } td { (event_details(&view, event)) } }
                    }
                } }
                @if events.len() == EVENTS_PER_PAGE { p { a href=(format!("/runs/{run}?after={}&q={}", events.last().map_or(0, |event| event.seq), encode_segment(&wanted.q))) rel="next" { (view.label(Label::Next)) " →" } } }
            }
            @if may_steer && !lines.is_empty() {
                form class="row card" data-api=(format!("PUT /api/runs/{}/line", encode_segment(&run))) data-then=(format!("/runs/{run}")) {
                    label { span { (view.label(Label::AttachTo)) }
                        select name="target" {
                            option value="" { (view.label(Label::OutsidePlan)) }
                            @for (code, name) in lines.iter().take(TARGETS_OFFERED) { option value=(code) selected[line.as_ref() == Some(code)] { (code) " · " (name) } }
                        }
                    }
                    button { (view.label(Label::Save)) }
                    p class="wrong" role="alert" {}
                }
            }
            @if may_steer && (overview.summary.batch.state != BatchState::Finished || !failed_tasks.is_empty()) {
                details class="card" {
                    summary { (view.label(Label::Cancel)) }
                    form class="row" data-api=(format!("POST /api/runs/{}/cancel", encode_segment(&run))) data-then=(format!("/runs/{run}")) {
                        label { span { (view.label(Label::CancelHint)) } input name="confirm" required pattern=(last_four(&run)) autocomplete="off"; }
                        button class="grave" { (view.label(Label::Cancel)) }
                        p class="wrong" role="alert" {}
                    }
                }
            }
        },
    ))
}

/// Reasons why the target named by a list of the delivery was not used.
fn target_findings(view: &PageContext, overview: &RunOverview) -> Markup {
    let findings = &overview.attachment.findings;
    html! {
        @for finding in findings {
            p class="reasons" { span class="tag" { (view.label(Label::List)) } " " @if let Some(list) = &finding.file { (list) ": " } (finding.text(view.language)) }
        }
        @if overview.target_findings > findings.len() as u64 { p class="soft" { (view.label(Label::OnlyFirst)) " " (view.format_number(findings.len() as u64)) " / " (view.format_number(overview.target_findings)) } }
    }
}

fn last_four(run: &str) -> &str {
    run.len().checked_sub(4).and_then(|from| run.get(from..)).unwrap_or(run)
}

fn control_buttons(view: &PageContext, overview: &RunOverview) -> Markup {
    let run = &overview.summary.batch.id;
    html! {
        @if overview.summary.batch.state != BatchState::Finished {
            @if overview.summary.paused {
                button type="button" class="first" data-api=(format!("POST /api/runs/{run}/resume")) { (view.label(Label::GoOn)) }
            } @else {
                button type="button" data-api=(format!("POST /api/runs/{run}/pause")) { (view.label(Label::Pause)) }
            }
            @if overview.summary.priority == 0 {
                button type="button" data-api=(format!("POST /api/runs/{run}/priority")) data-body="{\"priority\":50}" { (view.label(Label::Sooner)) }
            } @else {
                button type="button" data-api=(format!("POST /api/runs/{run}/priority")) data-body="{\"priority\":0}" { (view.label(Label::AsUsual)) }
            }
        }
        @if overview.failures.iter().any(|group| matches!(group.class, RefusalClass::Limit | RefusalClass::Outage | RefusalClass::Bug)) {
            button type="button" title=(view.label(Label::RetryHint)) data-api=(format!("POST /api/runs/{run}/retry")) { (view.label(Label::Retry)) }
        }
    }
}

fn facts_list(view: &PageContext, overview: &RunOverview) -> Markup {
    let line = &overview.summary;
    html! {
        dl class="facts" {
            dt { (view.label(Label::State)) } dd { (run_state(view, line)) }
            dt { (view.label(Label::Unit)) } dd { (line.batch.unit) }
            @if let Some(delivery) = &line.delivery { dt { (view.label(Label::Person)) } dd { (delivery.by) } }
            dt { (view.label(Label::Pipeline)) } dd { (monitoring::pipeline_name(&line.batch)) }
            dt { (view.label(Label::Priority)) } dd { (overview.summary.priority) }
            dt { (view.label(Label::Started)) } dd { (timestamp(view, &line.batch.created)) }
            dt { (view.label(Label::Files)) } dd { (view.format_number(overview.files)) }
            @if let Some((rate, left)) = throughput(view, line) {
                dt { (view.label(Label::Rate)) } dd { (rate) " " (view.label(Label::RatePerMinute)) }
                dt { (view.label(Label::Remaining)) } dd { (left) }
            }
            dt { (view.label(Label::Code)) } dd { code { (line.batch.id) } }
        }
    }
}

/// Pages per minute since the run began, and the remaining time at that rate; `None` before the first page ends and after the last.
fn throughput(view: &PageContext, line: &RunSummary) -> Option<(String, String)> {
    let ended = line.pages.received.checked_sub(line.pages.open).filter(|ended| *ended > 0 && line.pages.open > 0)?;
    let began = OffsetDateTime::parse(&line.batch.created, &Rfc3339).ok()?;
    let passed = u64::try_from((view.now - began).whole_milliseconds()).ok().filter(|passed| *passed > 0)?;
    let rate = ended.saturating_mul(60_000) / passed;
    let left = line.pages.open.saturating_mul(passed) / ended;
    Some((view.format_number(rate), formatting::format_duration(view.language, left)))
}

/// Strip of the stages with numbers waiting, running, done and failed. A stage links to its failures below.
fn stage_strip(view: &PageContext, overview: &RunOverview, chosen: Option<&str>) -> Markup {
    let run = &overview.summary.batch.id;
    html! {
        @if overview.groups.is_empty() { p class="soft" { "–" } }
        ol class="stages" {
            @for group in &overview.groups {
                @let last = group.stages.last().map(String::as_str).unwrap_or_default();
                @let is_chosen = chosen.is_some_and(|chosen| group.stages.iter().any(|stage| stage == chosen));
                li class=[is_chosen.then_some("chosen")] {
                    b {
                        a href=(format!("/runs/{run}?stage={last}#failures")) aria-current=[is_chosen.then_some("true")] {
                            @for (place, stage) in group.stages.iter().enumerate() { @if place > 0 { " → " } (view.code_label("stage", stage)) }
                        }
                    }
                    dl class="tally" {
                        dt { (view.label(Label::WaitingItems)) } dd { (view.format_number(group.ready + group.delayed)) }
                        dt { (view.label(Label::RunningItems)) } dd { (view.format_number(group.taken)) }
                        dt { (view.label(Label::DoneItems)) } dd { (view.format_number(group.done)) }
                        dt { (view.label(Label::FailedItems)) }
                        dd { @if group.failed > 0 { a class="class" href=(format!("/failures?run={run}&stage={last}")) { (view.format_number(group.failed)) } } @else { "0" } }
                    }
                    @if group.delayed > 0 { small { (view.format_number(group.delayed)) " " (view.label(Label::Delayed)) } }
                    @if !group.costs.is_empty() {
                        small {
                            (view.label(Label::CpuPerItem)) ": "
                            @for (place, (name, cost)) in group.costs.iter().enumerate() {
                                @if place > 0 { " · " }
                                @if group.costs.len() > 1 || group.stages.len() > 1 { (view.code_label("stage", name)) " " }
                                (formatting::format_duration(view.language, cost.cpu_ms.checked_div(cost.executions).unwrap_or(0)))
                            }
                        }
                    }
                }
            }
        }
    }
}

/// The chart of a run, and the same numbers as a table, which leaves out points without a change.
fn timeline_section(view: &PageContext, run: &str, went: &Timeline) -> Markup {
    let heads = [Label::In, Label::ReadPages, Label::Stored, Label::InReview, Label::Refused, Label::Quarantine];
    let words = serde_json::json!({
        "at": view.label(Label::Moment), "in": view.label(Label::In), "read": view.label(Label::ReadPages), "stored": view.label(Label::Stored),
        "review": view.label(Label::InReview), "refused": view.label(Label::Refused), "held": view.label(Label::Quarantine),
    });
    let figures_of = |point: &TimelinePoint| [point.received, point.read, point.stored, point.review, point.refused, point.held];
    let changed = went.points.iter().enumerate().filter(|(place, point)| {
        let before = place.checked_sub(1).and_then(|before| went.points.get(before));
        before.is_none_or(|before| figures_of(before) != figures_of(point)) || place + 1 == went.points.len()
    });
    let now = went.now;
    let moved = went
        .points
        .last()
        .is_some_and(|last| [last.stored, last.review, last.refused, last.held] != [now.stored, now.review, now.refused, now.held]);
    html! {
        div id="timeline" class="chart" data-timeline=(format!("/api/runs/{}/timeline", encode_segment(run))) data-words=(words) {}
        details {
            summary { (view.label(Label::MomentFigures)) }
            div class="wide" id="timeline-table" data-live { table {
                thead { tr { th { (view.label(Label::Moment)) } @for word in heads { th class="figure" { (view.label(word)) } } } }
                tbody {
                    @for (_, point) in changed {
                        tr { td class="narrow" { (formatting::format_date_time_seconds(&point.at)) } @for figure in figures_of(point) { td class="figure" { (view.format_number(figure)) } } }
                    }
                    @if went.ended && moved {
                        tr { td { (view.label(Label::AsItStandsNow)) } @for figure in [Some(now.received), None, Some(now.stored), Some(now.review), Some(now.refused), Some(now.held)] {
                            td class="figure" { (figure.map_or_else(|| "–".to_owned(), |figure| view.format_number(figure))) }
                        } }
                    }
                }
            } }
        }
    }
}
