//! Where people land: my work for staff, the plant for those who watch.

use super::layout::page;
use super::parts::{balance, encoded, moment, nothing, state};
use super::roadmap::{decimal, pace, share};
use super::view::View;
use crate::problem::Problem;
use crate::server::Shared;
use axum::Extension;
use axum::extract::State;
use maud::{Markup, html};
use sohoa_base::model::account::{Identity, Right};
use sohoa_base::model::upload::UploadState;
use sohoa_services::failures::Wanted;
use sohoa_services::pressing::Pressing;
use sohoa_services::review::Queue;
use sohoa_services::reviewers::{self, AskedWaiting};
use sohoa_services::uploads::{self, WantedUploads};
use sohoa_services::watch;
use sohoa_texts::figures;
use sohoa_texts::words::Word;

/// Runs that are shown on the first page.
const RUNS: usize = 8;

/// My work: my uploads and runs with their balance, and what waits for me.
pub(super) async fn home(view: View, State(shared): State<Shared>, Extension(by): Extension<Identity>) -> Result<Markup, Problem> {
    let runs = if view.may(Right::Watch) { Some(watch::runs(shared.archive(), &by.units(Right::Watch), None, RUNS).await?) } else { None };
    let open = WantedUploads { state: Some(UploadState::Open), before: None, limit: RUNS };
    let uploads = if view.may(Right::Upload) { Some(uploads::list(shared.archive(), &by, &open).await?) } else { None };
    let waiting = if view.may(Right::Review) { Some(waiting(&shared, &by).await?) } else { None };
    Ok(page(
        &view,
        view.word(Word::Home),
        &[],
        &html! {
            h1 { (view.word(Word::Home)) }
            @if Right::ALL.iter().all(|right| !view.may(*right)) { (nothing(view.word(Word::NoRight))) }
            div class="cards" {
                @if view.may(Right::Upload) {
                    section class="card" id="uploads" data-live {
                        h2 { (view.word(Word::Upload)) }
                        p { a class="button first" href="/uploads" { (view.word(Word::NewUpload)) } }
                        @for line in uploads.iter().flat_map(|uploads| &uploads.items) {
                            p {
                                a href=(format!("/uploads/{}", line.upload.id)) { (line.upload.name) } " · " (view.number(line.files.announced)) " " (view.word(Word::Files))
                                @if line.files.sending > 0 { " · " span class="class" { (view.number(line.files.sending)) " " (view.word(Word::NotHere)) } }
                            }
                        }
                    }
                }
                @if let Some(waiting) = &waiting {
                    section class="card" id="waiting" data-live {
                        h2 { (view.word(Word::WaitsForMe)) }
                        @if waiting.iter().all(|(_, count)| *count == 0) { p class="soft" { (view.word(Word::NothingWaits)) } }
                        @for (queue, count) in waiting.iter().filter(|(_, count)| *count > 0) {
                            p { a href=(format!("/review?queue={}", queue.name())) { b class="big" { (view.number(*count)) } " " (view.term("queue", queue.name())) } }
                        }
                    }
                }
            }
            @if let Some(runs) = &runs {
                section class="card" id="runs" data-live {
                    div class="spread" { h2 { (view.word(Word::Runs)) } a href="/runs" { (view.word(Word::Total)) } }
                    @if runs.items.is_empty() { (nothing(view.word(Word::NoRuns))) }
                    @else { (super::runs::table(&view, &runs.items)) }
                }
            }
        },
    ))
}

async fn waiting(shared: &Shared, by: &Identity) -> Result<Vec<(Queue, u64)>, Problem> {
    let waiting = reviewers::waiting(shared.archive(), by, &AskedWaiting::default()).await?;
    Ok(Queue::ALL.into_iter().map(|queue| (queue, waiting.count(Some(queue)))).collect())
}

/// The plant: what is queued, who works, what failed, how the runs are.
pub(super) async fn plant(view: View, State(shared): State<Shared>, Extension(by): Extension<Identity>) -> Result<Markup, Problem> {
    let units = by.units(Right::Watch);
    let plant = watch::plant(shared.archive(), shared.pressing(), &units, figures::midnight(view.now)).await?;
    let runs = watch::runs(shared.archive(), &units, None, RUNS).await?;
    Ok(page(
        &view,
        view.word(Word::Plant),
        &[],
        &html! {
            h1 { (view.word(Word::Plant)) }
            div class="cards" id="plant" data-live {
                section class="card" {
                    h2 { (view.word(Word::Health)) }
                    @if let Some(trouble) = &plant.trouble { p class="wrong" { (trouble) } }
                    @else { p { span class="state finished" { (view.word(Word::Healthy)) } } }
                    dl class="facts" {
                        dt { (view.word(Word::Workers)) }
                        dd {
                            @if plant.workers.is_empty() { "0" }
                            @for (name, tasks) in &plant.workers { div { (name) " · " (view.number(*tasks)) " " (view.word(Word::TasksInHand)) } }
                        }
                    }
                }
                section class="card" {
                    h2 { (view.word(Word::PagesToday)) }
                    p { b class="big" { (view.number(plant.pages_today)) } " " span class="soft" { (view.word(Word::PagesTodayHint)) } }
                    @if plant.roadmap.lines > 0 { (accepted_today(&view, &plant.roadmap)) }
                }
                section class="card" {
                    h2 { (view.word(Word::OpenTasks)) }
                    @if plant.queue.is_empty() { p class="big" { "0" } }
                    @else {
                        table {
                            thead { tr { th { (view.word(Word::Stage)) } th class="figure" { (view.word(Word::Open)) } th class="figure" { (view.word(Word::TasksInHand)) } th { (view.word(Word::OldestTask)) } } }
                            tbody {
                                @for line in &plant.queue {
                                    tr { td { (view.term("level", &line.level)) } td class="figure" { (view.number(line.open)) } td class="figure" { (view.number(line.taken)) } td { (moment(&view, &line.oldest)) } }
                                }
                            }
                        }
                    }
                }
                section class="card" {
                    div class="spread" { h2 { (view.word(Word::Failures)) } a href="/failures" { (view.word(Word::Total)) } }
                    (super::failures::by_reason(&view, &plant.failures, &Wanted::default()))
                }
            }
            @if plant.roadmap.lines > 0 { (at_risk(&view, &plant.roadmap)) }
            section class="card" id="runs" data-live {
                div class="spread" { h2 { (view.word(Word::Runs)) } a href="/runs" { (view.word(Word::Total)) } }
                @for line in &runs.items {
                    p { a href=(format!("/runs/{}", line.batch.id)) { (super::runs::name_of(line)) } " " (line.batch.unit) " · " (moment(&view, &line.batch.created)) " " (state(&view, line.state())) }
                    (balance(&view, &line.pages, |part| super::runs::list_of(&line.batch.id, part)))
                }
                @if runs.items.is_empty() { (nothing(view.word(Word::NoRuns))) }
            }
        },
    ))
}

/// Pages accepted today beside those that today needs.
fn accepted_today(view: &View, pressing: &Pressing) -> Markup {
    let (accepted, needed) = (pressing.accepted_pages, pressing.needed_pages);
    let share = if needed > 0.0 { accepted / needed } else { 1.0 };
    html! {
        p id="accepted-today" {
            b class="big" { (decimal(view, accepted, 0)) } " " span class="soft" { (view.word(Word::AcceptedToday)) } br;
            @if needed > 0.0 {
                (pace(share, 1.0)) " / " b { (decimal(view, needed.ceil(), 0)) } " " (view.word(Word::NeededToday))
            } @else { span class="soft" { (view.word(Word::NothingNeededToday)) } }
        }
    }
}

/// Lines at risk, the most pressing first.
fn at_risk(view: &View, pressing: &Pressing) -> Markup {
    html! {
        section class="card" id="at-risk" data-live {
            div class="spread" {
                h2 { (view.word(Word::LinesAtRisk)) }
                a href="/roadmap?state=risk" { (view.number(pressing.at_risk)) " / " (view.number(pressing.lines)) " " (view.word(Word::Lines)) }
            }
            @if pressing.most.is_empty() { p class="soft" { (view.word(Word::NoLinesAtRisk)) } }
            @else {
                div class="wide" { table {
                    thead { tr { @for word in [Word::Line, Word::Unit, Word::State, Word::ShareDone, Word::Finish, Word::Deadline] { th { (view.word(word)) } } } }
                    tbody { @for line in &pressing.most { tr data-row {
                        td { a href=(format!("/roadmap/lines/{}", encoded(&line.code))) { (line.code) } br; span class="soft" { (line.name) } }
                        td { a href=(format!("/roadmap?unit={}", encoded(&line.unit))) { (line.unit) } }
                        td { (super::roadmap::state(view, line)) }
                        td class="narrow" { (pace(line.share_done, line.share_elapsed)) " " (share(view, line.share_done)) }
                        td class="narrow" { (super::roadmap::finish(view, line)) }
                        td class="narrow" { (line.deadline.numeric()) }
                    } } }
                } }
            }
        }
    }
}

/// Keys that work on every page.
pub(super) async fn help(view: View) -> Markup {
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
    page(
        &view,
        view.word(Word::Help),
        &[],
        &html! {
            h1 { (view.word(Word::Help)) }
            table class="column" { tbody { @for (key, word) in keys { tr { td class="narrow" { kbd { (key) } } td { (view.word(word)) } } } } }
        },
    )
}
