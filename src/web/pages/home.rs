//! Where people land: my work for staff, the plant for those who watch.

use crate::pages::roadmap::overview::{format_decimal, format_percent, progress_bar};
use crate::pages::ui::components::{balance_bar, empty_state, encoded, state_label, timestamp};
use crate::pages::ui::layout::render_page;
use crate::pages::ui::page_context::PageContext;
use crate::problem::Problem;
use crate::server::AppState;
use axum::Extension;
use axum::extract::State;
use maud::{Markup, html};
use sohoa_base::model::account::{Identity, Right};
use sohoa_base::model::upload::UploadState;
use sohoa_services::review::assignment;
use sohoa_services::review::assignment::QueueQuery;
use sohoa_services::review::decisions::ReviewQueue;
use sohoa_services::roadmap::at_risk_targets::AtRiskSummary;
use sohoa_services::runs::failures::FailureQuery;
use sohoa_services::runs::monitoring;
use sohoa_services::uploads::lifecycle;
use sohoa_services::uploads::lifecycle::UploadFilter;
use sohoa_texts::formatting;
use sohoa_texts::labels::Word;

/// Runs that are shown on the first page.
const RUNS_SHOWN: usize = 8;

/// My work: my uploads and runs with their balance, and what waits for me.
pub(super) async fn home(view: PageContext, State(shared): State<AppState>, Extension(by): Extension<Identity>) -> Result<Markup, Problem> {
    let runs = if view.may(Right::Monitor) {
        Some(monitoring::list_runs(shared.archive(), &by.units_with(Right::Monitor), None, RUNS_SHOWN).await?)
    } else {
        None
    };
    let open = UploadFilter { state: Some(UploadState::Open), before: None, limit: RUNS_SHOWN };
    let uploads = if view.may(Right::Upload) { Some(lifecycle::list_uploads(shared.archive(), &by, &open).await?) } else { None };
    let waiting = if view.may(Right::Review) { Some(waiting_by_queue(&shared, &by).await?) } else { None };
    Ok(render_page(
        &view,
        view.label(Word::Home),
        &[],
        &html! {
            h1 { (view.label(Word::Home)) }
            @if Right::ALL.iter().all(|right| !view.may(*right)) { (empty_state(view.label(Word::NoRight))) }
            div class="cards" {
                @if view.may(Right::Upload) {
                    section class="card" id="uploads" data-live {
                        h2 { (view.label(Word::Upload)) }
                        p { a class="button first" href="/uploads" { (view.label(Word::NewUpload)) } }
                        @for line in uploads.iter().flat_map(|uploads| &uploads.items) {
                            p {
                                a href=(format!("/uploads/{}", line.upload.id)) { (line.upload.name) } " · " (view.format_number(line.files.announced)) " " (view.label(Word::Files))
                                @if line.files.sending > 0 { " · " span class="class" { (view.format_number(line.files.sending)) " " (view.label(Word::NotHere)) } }
                            }
                        }
                    }
                }
                @if let Some(waiting) = &waiting {
                    section class="card" id="waiting" data-live {
                        h2 { (view.label(Word::WaitsForMe)) }
                        @if waiting.iter().all(|(_, count)| *count == 0) { p class="soft" { (view.label(Word::NothingWaits)) } }
                        @for (queue, count) in waiting.iter().filter(|(_, count)| *count > 0) {
                            p { a href=(format!("/review?queue={}", queue.as_str())) { b class="big" { (view.format_number(*count)) } " " (view.code_label("queue", queue.as_str())) } }
                        }
                    }
                }
            }
            @if let Some(runs) = &runs {
                section class="card" id="runs" data-live {
                    div class="spread" { h2 { (view.label(Word::Runs)) } a href="/runs" { (view.label(Word::Total)) } }
                    @if runs.items.is_empty() { (empty_state(view.label(Word::NoRuns))) }
                    @else { (crate::pages::batches::runs::run_table(&view, &runs.items)) }
                }
            }
        },
    ))
}

async fn waiting_by_queue(shared: &AppState, by: &Identity) -> Result<Vec<(ReviewQueue, u64)>, Problem> {
    let waiting = assignment::list_queue(shared.archive(), by, &QueueQuery::default()).await?;
    Ok(ReviewQueue::ALL.into_iter().map(|queue| (queue, waiting.count(Some(queue)))).collect())
}

/// The plant: what is queued, who works, what failed, how the runs are.
pub(super) async fn dashboard(
    view: PageContext,
    State(shared): State<AppState>,
    Extension(by): Extension<Identity>,
) -> Result<Markup, Problem> {
    let units = by.units_with(Right::Monitor);
    let plant = monitoring::dashboard(shared.archive(), shared.at_risk_cache(), &units, formatting::start_of_day(view.now)).await?;
    let runs = monitoring::list_runs(shared.archive(), &units, None, RUNS_SHOWN).await?;
    Ok(render_page(
        &view,
        view.label(Word::Plant),
        &[],
        &html! {
            h1 { (view.label(Word::Plant)) }
            div class="cards" id="plant" data-live {
                section class="card" {
                    h2 { (view.label(Word::Health)) }
                    @if let Some(trouble) = &plant.problem { p class="wrong" { (trouble) } }
                    @else { p { span class="state finished" { (view.label(Word::Healthy)) } } }
                    dl class="facts" {
                        dt { (view.label(Word::Workers)) }
                        dd {
                            @if plant.workers.is_empty() { "0" }
                            @for (name, tasks) in &plant.workers { div { (name) " · " (view.format_number(*tasks)) " " (view.label(Word::TasksInHand)) } }
                        }
                    }
                }
                section class="card" {
                    h2 { (view.label(Word::PagesToday)) }
                    p { b class="big" { (view.format_number(plant.pages_today)) } " " span class="soft" { (view.label(Word::PagesTodayHint)) } }
                    @if plant.roadmap.targets > 0 { (accepted_today(&view, &plant.roadmap)) }
                }
                section class="card" {
                    h2 { (view.label(Word::OpenTasks)) }
                    @if plant.queue.is_empty() { p class="big" { "0" } }
                    @else {
                        table {
                            thead { tr { th { (view.label(Word::Stage)) } th class="figure" { (view.label(Word::Open)) } th class="figure" { (view.label(Word::TasksInHand)) } th { (view.label(Word::OldestTask)) } } }
                            tbody {
                                @for line in &plant.queue {
                                    tr { td { (view.code_label("level", &line.level)) } td class="figure" { (view.format_number(line.open)) } td class="figure" { (view.format_number(line.taken)) } td { (timestamp(&view, &line.oldest)) } }
                                }
                            }
                        }
                    }
                }
                section class="card" {
                    div class="spread" { h2 { (view.label(Word::Failures)) } a href="/failures" { (view.label(Word::Total)) } }
                    (crate::pages::batches::failures::failure_groups(&view, &plant.failures, &FailureQuery::default()))
                }
            }
            @if plant.roadmap.targets > 0 { (at_risk_targets(&view, &plant.roadmap)) }
            section class="card" id="runs" data-live {
                div class="spread" { h2 { (view.label(Word::Runs)) } a href="/runs" { (view.label(Word::Total)) } }
                @for line in &runs.items {
                    p { a href=(format!("/runs/{}", line.batch.id)) { (crate::pages::batches::runs::run_name(line)) } " " (line.batch.unit) " · " (timestamp(&view, &line.batch.created)) " " (state_label(&view, line.state())) }
                    (balance_bar(&view, &line.pages, |part| crate::pages::batches::runs::part_url(&line.batch.id, part)))
                }
                @if runs.items.is_empty() { (empty_state(view.label(Word::NoRuns))) }
            }
        },
    ))
}

/// Pages accepted today beside those that today needs.
fn accepted_today(view: &PageContext, pressing: &AtRiskSummary) -> Markup {
    let (accepted, needed) = (pressing.accepted_pages, pressing.needed_pages);
    let share = if needed > 0.0 { accepted / needed } else { 1.0 };
    html! {
        p id="accepted-today" {
            b class="big" { (format_decimal(view, accepted, 0)) } " " span class="soft" { (view.label(Word::AcceptedToday)) } br;
            @if needed > 0.0 {
                (progress_bar(share, 1.0)) " / " b { (format_decimal(view, needed.ceil(), 0)) } " " (view.label(Word::NeededToday))
            } @else { span class="soft" { (view.label(Word::NothingNeededToday)) } }
        }
    }
}

/// Lines at risk, the most pressing first.
fn at_risk_targets(view: &PageContext, pressing: &AtRiskSummary) -> Markup {
    html! {
        section class="card" id="at-risk" data-live {
            div class="spread" {
                h2 { (view.label(Word::LinesAtRisk)) }
                a href="/roadmap?state=risk" { (view.format_number(pressing.at_risk)) " / " (view.format_number(pressing.targets)) " " (view.label(Word::Lines)) }
            }
            @if pressing.most_urgent.is_empty() { p class="soft" { (view.label(Word::NoLinesAtRisk)) } }
            @else {
                div class="wide" { table {
                    thead { tr { @for word in [Word::Line, Word::Unit, Word::State, Word::ShareDone, Word::Finish, Word::Deadline] { th { (view.label(word)) } } } }
                    tbody { @for line in &pressing.most_urgent { tr data-row {
                        td { a href=(format!("/roadmap/lines/{}", encoded(&line.code))) { (line.code) } br; span class="soft" { (line.name) } }
                        td { a href=(format!("/roadmap?unit={}", encoded(&line.unit))) { (line.unit) } }
                        td { (crate::pages::roadmap::overview::target_state(view, line)) }
                        td class="narrow" { (progress_bar(line.share_done, line.share_elapsed)) " " (format_percent(view, line.share_done)) }
                        td class="narrow" { (crate::pages::roadmap::overview::finish_cell(view, line)) }
                        td class="narrow" { (line.deadline.format_dmy()) }
                    } } }
                } }
            }
        }
    }
}

/// Keys that work on every page.
pub(super) async fn help(view: PageContext) -> Markup {
    let keys = [
        ("/", Word::Search),
        ("j k", Word::KeyRows),
        ("Enter", Word::KeyOpen),
        ("a", Word::Accept),
        ("r", Word::Reject),
        ("e", Word::KeyEdit),
        ("[ ]", Word::KeyPages),
        ("1 … 9", Word::KeyDefect),
        ("Ctrl Z", Word::KeyUndo),
        ("?", Word::Help),
        ("Esc", Word::KeyLeave),
    ];
    render_page(
        &view,
        view.label(Word::Help),
        &[],
        &html! {
            h1 { (view.label(Word::Help)) }
            table class="column" { tbody { @for (key, word) in keys { tr { td class="narrow" { kbd { (key) } } td { (view.label(word)) } } } } }
        },
    )
}
