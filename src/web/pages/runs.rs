//! Runs: the list, and one of them while it goes on.

use super::assets::RUN_TIMELINE_JS;
use super::layout::page;
use super::parts::{balance, encoded, export, further, moment, nothing, state};
use super::view::View;
use crate::problem::{Asked, Named, Problem};
use crate::server::Shared;
use axum::Extension;
use axum::extract::State;
use maud::{Markup, html};
use serde::Deserialize;
use sohoa_base::model::account::{Identity, Right};
use sohoa_base::model::batch::BatchState;
use sohoa_base::model::refusal::Class;
use sohoa_services::watch::{self, Overview, RunLine, Timeline, TimelinePoint};
use sohoa_services::{failures, roadmap};
use sohoa_texts::figures;
use sohoa_texts::words::Word;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// Runs on one page of the list.
const RUNS: usize = 50;

/// Events of a run on one page.
const EVENTS: usize = 100;

/// Lines of a unit that a run can be attached to on its page.
const LINES: usize = 500;

/// The list that makes a part of a run's balance.
pub(super) fn list_of(run: &str, part: &str) -> Option<String> {
    match part {
        "refused" => Some(format!("/failures?run={run}")),
        "stored" | "review" => Some(format!("/records?run={run}")),
        _ => None,
    }
}

/// The last letters of an identifier: what people tell runs apart by.
pub(super) fn short(id: &str) -> &str {
    id.len().checked_sub(8).and_then(|from| id.get(from..)).unwrap_or(id)
}

/// What people call a run: the delivery's name, or the last letters of its identifier.
pub(super) fn name_of(line: &RunLine) -> String {
    line.delivery.as_ref().map_or_else(|| format!("…{}", short(&line.batch.id)), |delivery| delivery.name.clone())
}

/// Runs with state and balance.
pub(super) fn table(view: &View, runs: &[RunLine]) -> Markup {
    html! {
        div class="wide" { table {
            thead { tr { th { (view.word(Word::Run)) } th { (view.word(Word::State)) } th { (view.word(Word::Unit)) } th { (view.word(Word::Started)) } th { (view.word(Word::Balance)) } } }
            tbody {
                @for line in runs {
                    @let run = &line.batch.id;
                    tr data-row {
                        td { a href=(format!("/runs/{run}")) { (name_of(line)) } @if let Some(delivery) = &line.delivery { br; span class="soft" { (delivery.by) } } }
                        td { (state(view, line.state())) }
                        td { (line.batch.unit) }
                        td class="narrow" { (moment(view, &line.batch.created)) }
                        td { (balance(view, &line.pages, |part| list_of(run, part))) }
                    }
                }
            }
        } }
    }
}

/// Which runs are wanted.
#[derive(Debug, Deserialize)]
pub(super) struct Wanted {
    before: Option<String>,
}

/// Runs, the newest first.
pub(super) async fn list(
    view: View,
    State(shared): State<Shared>,
    Extension(by): Extension<Identity>,
    Asked(wanted): Asked<Wanted>,
) -> Result<Markup, Problem> {
    let runs = watch::runs(shared.archive(), &by.units(Right::Watch), wanted.before.as_deref(), RUNS).await?;
    Ok(page(
        &view,
        view.word(Word::Runs),
        &[],
        &html! {
            h1 { (view.word(Word::Runs)) }
            div id="runs" data-live {
                @if runs.items.is_empty() { (nothing(view.word(Word::NoRuns))) } @else { (table(&view, &runs.items)) }
            }
            (export(&view, "runs", ""))
            (further(&view, runs.next.map(|next| format!("/runs?before={next}"))))
        },
    ))
}

/// Which events of a run are wanted.
#[derive(Debug, Deserialize)]
pub(super) struct WantedEvents {
    #[serde(default)]
    after: u64,
    #[serde(default)]
    q: String,
    /// Failures at the stages that run together with this one alone.
    stage: Option<String>,
}

/// One run.
pub(super) async fn show(
    view: View,
    State(shared): State<Shared>,
    Extension(by): Extension<Identity>,
    Named(run): Named<String>,
    Asked(wanted): Asked<WantedEvents>,
) -> Result<Markup, Problem> {
    let events = watch::events_of(shared.archive(), &by.units(Right::Watch), &run, wanted.after, &wanted.q, EVENTS).await?;
    let overview = watch::overview(shared.archive(), &by.units(Right::Watch), &run).await?;
    let stage = wanted.stage.filter(|stage| !stage.is_empty());
    let failing = failures::Wanted { run: Some(run.clone()), stage, ..failures::Wanted::default() };
    let failed = failures::groups(shared.archive(), &by.units(Right::Watch), &failing).await?;
    let went = watch::timeline(shared.archive(), &by.units(Right::Watch), &run).await?;
    let may_steer = by.units(Right::Steer).contains(&overview.line.batch.unit);
    let (line, lines) = roadmap::lines_for(shared.archive(), &run, &overview.line.batch.unit).await?;
    let title = format!("{} {}", view.word(Word::Run), name_of(&overview.line));
    Ok(page(
        &view,
        &title,
        &[RUN_TIMELINE_JS],
        &html! {
            div class="spread" {
                h1 { (title) }
                @if may_steer { div class="row" id="steer" data-live { (steering(&view, &overview)) } }
            }
            section class="card" id="balance" data-live {
                (facts(&view, &overview))
                p class="soft" { (view.word(Word::AttachTo)) ": "
                    @match &line { Some(line) => { a href=(format!("/roadmap/lines/{}", encoded(line))) { (line) } } None => { (view.word(Word::OutsidePlan)) } }
                    @if let Some(by) = overview.attachment.by { " · " (view.term("attached-by", by.word())) }
                }
                (line_findings(&view, &overview))
                h2 { (view.word(Word::Balance)) }
                (balance(&view, &overview.line.pages, |part| list_of(&run, part)))
            }
            section class="card" id="stages" data-live {
                h2 { (view.word(Word::Stages)) }
                (stages(&view, &overview, failing.stage.as_deref()))
            }
            section class="card" {
                h2 { (view.word(Word::Timeline)) }
                (over_time(&view, &run, &went))
            }
            section class="card" id="failures" data-live {
                div class="spread" {
                    h2 { (view.word(Word::Failures)) }
                    @if let Some(stage) = &failing.stage {
                        p { span class="tag" { (view.word(Word::Stage)) ": " (view.term("stage", stage)) } a href=(format!("/runs/{run}#failures")) { (view.word(Word::Total)) } }
                    }
                }
                (super::failures::by_reason(&view, &failed, &failing))
            }
            details class="card" {
                summary { (view.word(Word::EventLog)) }
                form class="row" action=(format!("/runs/{run}")) { input name="q" value=(wanted.q) aria-label=(view.word(Word::Search)); button { (view.word(Word::Apply)) } }
                table { tbody {
                    @for event in &events {
                        tr { td class="narrow" { (figures::moment(&event.at)) } td class="narrow" title=(event.kind) { (view.term("event", &event.kind)) } td { (super::administration::what(event)) } }
                    }
                } }
                @if events.len() == EVENTS { p { a href=(format!("/runs/{run}?after={}&q={}", events.last().map_or(0, |event| event.seq), encoded(&wanted.q))) rel="next" { (view.word(Word::Next)) " →" } } }
            }
            @if may_steer && !lines.is_empty() {
                form class="row card" data-api=(format!("PUT /api/runs/{}/line", encoded(&run))) data-then=(format!("/runs/{run}")) {
                    label { span { (view.word(Word::AttachTo)) }
                        select name="line" {
                            option value="" { (view.word(Word::OutsidePlan)) }
                            @for (code, name) in lines.iter().take(LINES) { option value=(code) selected[line.as_ref() == Some(code)] { (code) " · " (name) } }
                        }
                    }
                    button { (view.word(Word::Save)) }
                    p class="wrong" role="alert" {}
                }
            }
            @if may_steer && overview.line.batch.state != BatchState::Finished {
                details class="card" {
                    summary { (view.word(Word::Cancel)) }
                    form class="row" data-api=(format!("POST /api/runs/{}/cancel", encoded(&run))) data-then=(format!("/runs/{run}")) {
                        label { span { (view.word(Word::CancelHint)) } input name="confirm" required pattern=(last_four(&run)) autocomplete="off"; }
                        button class="grave" { (view.word(Word::Cancel)) }
                        p class="wrong" role="alert" {}
                    }
                }
            }
        },
    ))
}

/// Why what was told of the line of a run was not followed.
fn line_findings(view: &View, overview: &Overview) -> Markup {
    let findings = &overview.attachment.findings;
    html! {
        @for finding in findings {
            p class="reasons" { span class="tag" { (view.word(Word::List)) } " " @if let Some(list) = &finding.file { (list) ": " } (view.refusal(&finding.detail)) }
        }
        @if overview.line_findings > findings.len() as u64 { p class="soft" { (view.word(Word::OnlyFirst)) " " (view.number(findings.len() as u64)) " / " (view.number(overview.line_findings)) } }
    }
}

fn last_four(run: &str) -> &str {
    run.len().checked_sub(4).and_then(|from| run.get(from..)).unwrap_or(run)
}

fn steering(view: &View, overview: &Overview) -> Markup {
    let run = &overview.line.batch.id;
    html! {
        @if overview.line.batch.state != BatchState::Finished {
            @if overview.line.paused {
                button type="button" class="first" data-api=(format!("POST /api/runs/{run}/resume")) { (view.word(Word::GoOn)) }
            } @else {
                button type="button" data-api=(format!("POST /api/runs/{run}/pause")) { (view.word(Word::Pause)) }
            }
            @if overview.priority == 0 {
                button type="button" data-api=(format!("POST /api/runs/{run}/priority")) data-body="{\"priority\":50}" { (view.word(Word::Sooner)) }
            } @else {
                button type="button" data-api=(format!("POST /api/runs/{run}/priority")) data-body="{\"priority\":0}" { (view.word(Word::AsUsual)) }
            }
        }
        @if overview.failures.iter().any(|group| matches!(group.class, Class::Limit | Class::Outage | Class::Bug)) {
            button type="button" title=(view.word(Word::RetryHint)) data-api=(format!("POST /api/runs/{run}/retry")) { (view.word(Word::Retry)) }
        }
    }
}

fn facts(view: &View, overview: &Overview) -> Markup {
    let line = &overview.line;
    html! {
        dl class="facts" {
            dt { (view.word(Word::State)) } dd { (state(view, line.state())) }
            dt { (view.word(Word::Unit)) } dd { (line.batch.unit) }
            @if let Some(delivery) = &line.delivery { dt { (view.word(Word::Person)) } dd { (delivery.by) } }
            dt { (view.word(Word::Pipeline)) } dd { (watch::pipeline_name(&line.batch)) }
            dt { (view.word(Word::Priority)) } dd { (overview.priority) }
            dt { (view.word(Word::Started)) } dd { (moment(view, &line.batch.created)) }
            dt { (view.word(Word::Files)) } dd { (view.number(overview.files)) }
            @if let Some((rate, left)) = pace(view, line) {
                dt { (view.word(Word::Rate)) } dd { (rate) " " (view.word(Word::RatePerMinute)) }
                dt { (view.word(Word::Remaining)) } dd { (left) }
            }
            dt { (view.word(Word::Code)) } dd { code { (line.batch.id) } }
        }
    }
}

/// Pages a minute since the run began, and how long the rest takes at that; none before there is anything to judge by.
fn pace(view: &View, line: &RunLine) -> Option<(String, String)> {
    let ended = line.pages.came.checked_sub(line.pages.open).filter(|ended| *ended > 0 && line.pages.open > 0)?;
    let began = OffsetDateTime::parse(&line.batch.created, &Rfc3339).ok()?;
    let passed = u64::try_from((view.now - began).whole_milliseconds()).ok().filter(|passed| *passed > 0)?;
    let rate = ended.saturating_mul(60_000) / passed;
    let left = line.pages.open.saturating_mul(passed) / ended;
    Some((view.number(rate), figures::lasting(view.language, left)))
}

/// The strip: stages that run together, with what waits, runs, is done and has failed. A stage filters the failures below.
fn stages(view: &View, overview: &Overview, chosen: Option<&str>) -> Markup {
    let run = &overview.line.batch.id;
    html! {
        @if overview.groups.is_empty() { p class="soft" { "–" } }
        ol class="stages" {
            @for group in &overview.groups {
                @let last = group.stages.last().map(String::as_str).unwrap_or_default();
                @let is_chosen = chosen.is_some_and(|chosen| group.stages.iter().any(|stage| stage == chosen));
                li class=[is_chosen.then_some("chosen")] {
                    b {
                        a href=(format!("/runs/{run}?stage={last}#failures")) aria-current=[is_chosen.then_some("true")] {
                            @for (place, stage) in group.stages.iter().enumerate() { @if place > 0 { " → " } (view.term("stage", stage)) }
                        }
                    }
                    dl class="tally" {
                        dt { (view.word(Word::WaitingItems)) } dd { (view.number(group.ready + group.delayed)) }
                        dt { (view.word(Word::RunningItems)) } dd { (view.number(group.taken)) }
                        dt { (view.word(Word::DoneItems)) } dd { (view.number(group.done)) }
                        dt { (view.word(Word::FailedItems)) }
                        dd { @if group.failed > 0 { a class="class" href=(format!("/failures?run={run}&stage={last}")) { (view.number(group.failed)) } } @else { "0" } }
                    }
                    @if group.delayed > 0 { small { (view.number(group.delayed)) " " (view.word(Word::Delayed)) } }
                    @if !group.costs.is_empty() {
                        small {
                            (view.word(Word::CpuPerItem)) ": "
                            @for (place, (name, cost)) in group.costs.iter().enumerate() {
                                @if place > 0 { " · " }
                                @if group.costs.len() > 1 || group.stages.len() > 1 { (view.term("stage", name)) " " }
                                (figures::lasting(view.language, cost.cpu_ms.checked_div(cost.items).unwrap_or(0)))
                            }
                        }
                    }
                }
            }
        }
    }
}

/// The chart of a run, and the same numbers as a table: moments at which nothing changed are left out of it.
fn over_time(view: &View, run: &str, went: &Timeline) -> Markup {
    let heads = [Word::In, Word::ReadPages, Word::Stored, Word::InReview, Word::Refused, Word::Quarantine];
    let words = serde_json::json!({
        "at": view.word(Word::Moment), "in": view.word(Word::In), "read": view.word(Word::ReadPages), "stored": view.word(Word::Stored),
        "review": view.word(Word::InReview), "refused": view.word(Word::Refused), "held": view.word(Word::Quarantine),
    });
    let figures_of = |point: &TimelinePoint| [point.came, point.read, point.stored, point.review, point.refused, point.held];
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
            summary { (view.word(Word::MomentFigures)) }
            div class="wide" id="timeline-table" data-live { table {
                thead { tr { th { (view.word(Word::Moment)) } @for word in heads { th class="figure" { (view.word(word)) } } } }
                tbody {
                    @for (_, point) in changed {
                        tr { td class="narrow" { (figures::moment_to_second(&point.at)) } @for figure in figures_of(point) { td class="figure" { (view.number(figure)) } } }
                    }
                    @if went.ended && moved {
                        tr { td { (view.word(Word::AsItStandsNow)) } @for figure in [Some(now.came), None, Some(now.stored), Some(now.review), Some(now.refused), Some(now.held)] {
                            td class="figure" { (figure.map_or_else(|| "–".to_owned(), |figure| view.number(figure))) }
                        } }
                    }
                }
            } }
        }
    }
}
