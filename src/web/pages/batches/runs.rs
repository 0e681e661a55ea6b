//! Runs: the list, and one of them while it goes on.

use crate::pages::ui::assets::RUN_TIMELINE_JS;
use crate::pages::ui::components::{balance_bar, empty_state, encoded, export_links, next_link, state_label, timestamp};
use crate::pages::ui::layout::render_page;
use crate::pages::ui::page_context::PageContext;
use crate::problem::{PathParams, Problem, QueryParams};
use crate::server::AppState;
use axum::Extension;
use axum::extract::State;
use maud::{Markup, html};
use serde::Deserialize;
use sohoa_base::model::account::{Identity, Right};
use sohoa_base::model::batch::BatchState;
use sohoa_base::model::refusal::RefusalClass;
use sohoa_services::roadmap::tracking;
use sohoa_services::runs::failures;
use sohoa_services::runs::monitoring;
use sohoa_services::runs::monitoring::{RunOverview, RunSummary, Timeline, TimelinePoint};
use sohoa_texts::formatting;
use sohoa_texts::labels::Word;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// Runs on one page of the list.
const RUNS_PER_PAGE: usize = 50;

/// Events of a run on one page.
const EVENTS_PER_PAGE: usize = 100;

/// Lines of a unit that a run can be attached to on its page.
const TARGETS_OFFERED: usize = 500;

/// The list that makes a part of a run's balance.
pub(crate) fn part_url(run: &str, part: &str) -> Option<String> {
    match part {
        "refused" => Some(format!("/failures?run={run}")),
        "stored" | "review" => Some(format!("/records?run={run}")),
        _ => None,
    }
}

/// The last letters of an identifier: what people tell runs apart by.
pub(crate) fn short_id(id: &str) -> &str {
    id.len().checked_sub(8).and_then(|from| id.get(from..)).unwrap_or(id)
}

/// What people call a run: the delivery's name, or the last letters of its identifier.
pub(crate) fn run_name(line: &RunSummary) -> String {
    line.delivery.as_ref().map_or_else(|| format!("…{}", short_id(&line.batch.id)), |delivery| delivery.name.clone())
}

/// Runs with state and balance.
pub(crate) fn run_table(view: &PageContext, runs: &[RunSummary]) -> Markup {
    html! {
        div class="wide" { table {
            thead { tr { th { (view.label(Word::Run)) } th { (view.label(Word::State)) } th { (view.label(Word::Unit)) } th { (view.label(Word::Started)) } th { (view.label(Word::Balance)) } } }
            tbody {
                @for line in runs {
                    @let run = &line.batch.id;
                    tr data-row {
                        td { a href=(format!("/runs/{run}")) { (run_name(line)) } @if let Some(delivery) = &line.delivery { br; span class="soft" { (delivery.by) } } }
                        td { (state_label(view, line.state())) }
                        td { (line.batch.unit) }
                        td class="narrow" { (timestamp(view, &line.batch.created)) }
                        td { (balance_bar(view, &line.pages, |part| part_url(run, part))) }
                    }
                }
            }
        } }
    }
}

/// Which runs are wanted.
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
        view.label(Word::Runs),
        &[],
        &html! {
            h1 { (view.label(Word::Runs)) }
            div id="runs" data-live {
                @if runs.items.is_empty() { (empty_state(view.label(Word::NoRuns))) } @else { (run_table(&view, &runs.items)) }
            }
            (export_links(&view, "runs", ""))
            (next_link(&view, runs.next.map(|next| format!("/runs?before={next}"))))
        },
    ))
}

/// Which events of a run are wanted.
#[derive(Debug, Deserialize)]
pub(crate) struct RunQuery {
    #[serde(default)]
    after: u64,
    #[serde(default)]
    q: String,
    /// Failures at the stages that run together with this one alone.
    stage: Option<String>,
}

/// One run.
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
    let went = monitoring::run_timeline(shared.archive(), &by.units_with(Right::Monitor), &run).await?;
    let may_steer = by.units_with(Right::ManageRuns).contains(&overview.summary.batch.unit);
    let (line, lines) = tracking::targets_for_run(shared.archive(), &run, &overview.summary.batch.unit).await?;
    let title = format!("{} {}", view.label(Word::Run), run_name(&overview.summary));
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
                p class="soft" { (view.label(Word::AttachTo)) ": "
                    @match &line { Some(line) => { a href=(format!("/roadmap/lines/{}", encoded(line))) { (line) } } None => { (view.label(Word::OutsidePlan)) } }
                    @if let Some(by) = overview.attachment.source { " · " (view.code_label("attached-by", by.as_str())) }
                }
                (target_findings(&view, &overview))
                h2 { (view.label(Word::Balance)) }
                (balance_bar(&view, &overview.summary.pages, |part| part_url(&run, part)))
            }
            section class="card" id="stages" data-live {
                h2 { (view.label(Word::Stages)) }
                (stage_strip(&view, &overview, failing.stage.as_deref()))
            }
            section class="card" {
                h2 { (view.label(Word::Timeline)) }
                (timeline_section(&view, &run, &went))
            }
            section class="card" id="failures" data-live {
                div class="spread" {
                    h2 { (view.label(Word::Failures)) }
                    @if let Some(stage) = &failing.stage {
                        p { span class="tag" { (view.label(Word::Stage)) ": " (view.code_label("stage", stage)) } a href=(format!("/runs/{run}#failures")) { (view.label(Word::Total)) } }
                    }
                }
                (crate::pages::batches::failures::failure_groups(&view, &failed, &failing))
            }
            details class="card" {
                summary { (view.label(Word::EventLog)) }
                form class="row" action=(format!("/runs/{run}")) { input name="q" value=(wanted.q) aria-label=(view.label(Word::Search)); button { (view.label(Word::Apply)) } }
                table { tbody {
                    @for event in &events {
                        tr { td class="narrow" { (formatting::format_date_time(&event.at)) } td class="narrow" title=(event.kind) { (view.code_label("event", &event.kind)) } td { (crate::pages::accounts::administration::event_details(event)) } }
                    }
                } }
                @if events.len() == EVENTS_PER_PAGE { p { a href=(format!("/runs/{run}?after={}&q={}", events.last().map_or(0, |event| event.seq), encoded(&wanted.q))) rel="next" { (view.label(Word::Next)) " →" } } }
            }
            @if may_steer && !lines.is_empty() {
                form class="row card" data-api=(format!("PUT /api/runs/{}/line", encoded(&run))) data-then=(format!("/runs/{run}")) {
                    label { span { (view.label(Word::AttachTo)) }
                        select name="line" {
                            option value="" { (view.label(Word::OutsidePlan)) }
                            @for (code, name) in lines.iter().take(TARGETS_OFFERED) { option value=(code) selected[line.as_ref() == Some(code)] { (code) " · " (name) } }
                        }
                    }
                    button { (view.label(Word::Save)) }
                    p class="wrong" role="alert" {}
                }
            }
            @if may_steer && overview.summary.batch.state != BatchState::Finished {
                details class="card" {
                    summary { (view.label(Word::Cancel)) }
                    form class="row" data-api=(format!("POST /api/runs/{}/cancel", encoded(&run))) data-then=(format!("/runs/{run}")) {
                        label { span { (view.label(Word::CancelHint)) } input name="confirm" required pattern=(last_four(&run)) autocomplete="off"; }
                        button class="grave" { (view.label(Word::Cancel)) }
                        p class="wrong" role="alert" {}
                    }
                }
            }
        },
    ))
}

/// Why what was told of the line of a run was not followed.
fn target_findings(view: &PageContext, overview: &RunOverview) -> Markup {
    let findings = &overview.attachment.findings;
    html! {
        @for finding in findings {
            p class="reasons" { span class="tag" { (view.label(Word::List)) } " " @if let Some(list) = &finding.file { (list) ": " } (view.refusal_text(&finding.detail)) }
        }
        @if overview.target_findings > findings.len() as u64 { p class="soft" { (view.label(Word::OnlyFirst)) " " (view.format_number(findings.len() as u64)) " / " (view.format_number(overview.target_findings)) } }
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
                button type="button" class="first" data-api=(format!("POST /api/runs/{run}/resume")) { (view.label(Word::GoOn)) }
            } @else {
                button type="button" data-api=(format!("POST /api/runs/{run}/pause")) { (view.label(Word::Pause)) }
            }
            @if overview.priority == 0 {
                button type="button" data-api=(format!("POST /api/runs/{run}/priority")) data-body="{\"priority\":50}" { (view.label(Word::Sooner)) }
            } @else {
                button type="button" data-api=(format!("POST /api/runs/{run}/priority")) data-body="{\"priority\":0}" { (view.label(Word::AsUsual)) }
            }
        }
        @if overview.failures.iter().any(|group| matches!(group.class, RefusalClass::Limit | RefusalClass::Outage | RefusalClass::Bug)) {
            button type="button" title=(view.label(Word::RetryHint)) data-api=(format!("POST /api/runs/{run}/retry")) { (view.label(Word::Retry)) }
        }
    }
}

fn facts_list(view: &PageContext, overview: &RunOverview) -> Markup {
    let line = &overview.summary;
    html! {
        dl class="facts" {
            dt { (view.label(Word::State)) } dd { (state_label(view, line.state())) }
            dt { (view.label(Word::Unit)) } dd { (line.batch.unit) }
            @if let Some(delivery) = &line.delivery { dt { (view.label(Word::Person)) } dd { (delivery.by) } }
            dt { (view.label(Word::Pipeline)) } dd { (monitoring::pipeline_name(&line.batch)) }
            dt { (view.label(Word::Priority)) } dd { (overview.priority) }
            dt { (view.label(Word::Started)) } dd { (timestamp(view, &line.batch.created)) }
            dt { (view.label(Word::Files)) } dd { (view.format_number(overview.files)) }
            @if let Some((rate, left)) = throughput(view, line) {
                dt { (view.label(Word::Rate)) } dd { (rate) " " (view.label(Word::RatePerMinute)) }
                dt { (view.label(Word::Remaining)) } dd { (left) }
            }
            dt { (view.label(Word::Code)) } dd { code { (line.batch.id) } }
        }
    }
}

/// Pages a minute since the run began, and how long the rest takes at that; none before there is anything to judge by.
fn throughput(view: &PageContext, line: &RunSummary) -> Option<(String, String)> {
    let ended = line.pages.received.checked_sub(line.pages.open).filter(|ended| *ended > 0 && line.pages.open > 0)?;
    let began = OffsetDateTime::parse(&line.batch.created, &Rfc3339).ok()?;
    let passed = u64::try_from((view.now - began).whole_milliseconds()).ok().filter(|passed| *passed > 0)?;
    let rate = ended.saturating_mul(60_000) / passed;
    let left = line.pages.open.saturating_mul(passed) / ended;
    Some((view.format_number(rate), formatting::format_duration(view.language, left)))
}

/// The strip: stages that run together, with what waits, runs, is done and has failed. A stage filters the failures below.
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
                        dt { (view.label(Word::WaitingItems)) } dd { (view.format_number(group.ready + group.delayed)) }
                        dt { (view.label(Word::RunningItems)) } dd { (view.format_number(group.taken)) }
                        dt { (view.label(Word::DoneItems)) } dd { (view.format_number(group.done)) }
                        dt { (view.label(Word::FailedItems)) }
                        dd { @if group.failed > 0 { a class="class" href=(format!("/failures?run={run}&stage={last}")) { (view.format_number(group.failed)) } } @else { "0" } }
                    }
                    @if group.delayed > 0 { small { (view.format_number(group.delayed)) " " (view.label(Word::Delayed)) } }
                    @if !group.costs.is_empty() {
                        small {
                            (view.label(Word::CpuPerItem)) ": "
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

/// The chart of a run, and the same numbers as a table: moments at which nothing changed are left out of it.
fn timeline_section(view: &PageContext, run: &str, went: &Timeline) -> Markup {
    let heads = [Word::In, Word::ReadPages, Word::Stored, Word::InReview, Word::Refused, Word::Quarantine];
    let words = serde_json::json!({
        "at": view.label(Word::Moment), "in": view.label(Word::In), "read": view.label(Word::ReadPages), "stored": view.label(Word::Stored),
        "review": view.label(Word::InReview), "refused": view.label(Word::Refused), "held": view.label(Word::Quarantine),
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
        div id="timeline" class="chart" data-timeline=(format!("/api/runs/{}/timeline", encoded(run))) data-words=(words) {}
        details {
            summary { (view.label(Word::MomentFigures)) }
            div class="wide" id="timeline-table" data-live { table {
                thead { tr { th { (view.label(Word::Moment)) } @for word in heads { th class="figure" { (view.label(word)) } } } }
                tbody {
                    @for (_, point) in changed {
                        tr { td class="narrow" { (formatting::format_date_time_seconds(&point.at)) } @for figure in figures_of(point) { td class="figure" { (view.format_number(figure)) } } }
                    }
                    @if went.ended && moved {
                        tr { td { (view.label(Word::AsItStandsNow)) } @for figure in [Some(now.received), None, Some(now.stored), Some(now.review), Some(now.refused), Some(now.held)] {
                            td class="figure" { (figure.map_or_else(|| "–".to_owned(), |figure| view.format_number(figure))) }
                        } }
                    }
                }
            } }
        }
    }
}
