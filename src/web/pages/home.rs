//! The first page after signing in.

use crate::pages::batches::run_table::run_table;
use crate::pages::ui::components::empty_state;
use crate::pages::ui::layout::render_page;
use crate::pages::ui::page_context::PageContext;
use crate::problem::Problem;
use crate::state::AppState;
use axum::Extension;
use axum::extract::State;
use maud::{Markup, html};
use sohoa_base::model::account::{Identity, Right};
use sohoa_base::model::upload::UploadState;
use sohoa_services::review::assignment;
use sohoa_services::review::assignment::QueueQuery;
use sohoa_services::review::decisions::ReviewQueue;
use sohoa_services::runs::monitoring;
use sohoa_services::uploads::view;
use sohoa_services::uploads::view::UploadFilter;
use sohoa_texts::labels::Label;

/// Runs and uploads shown.
const RUNS_SHOWN: usize = 8;

/// My work: my uploads and runs with their balance, and documents that wait for me.
pub(super) async fn home(view: PageContext, State(shared): State<AppState>, Extension(by): Extension<Identity>) -> Result<Markup, Problem> {
    let runs = if view.may(Right::Monitor) {
        Some(monitoring::list_runs(shared.archive(), &by.units_with(Right::Monitor), None, RUNS_SHOWN).await?)
    } else {
        None
    };
    let open = UploadFilter { state: Some(UploadState::Open), before: None, limit: RUNS_SHOWN };
    let uploads = if view.may(Right::Upload) { Some(view::list_uploads(shared.archive(), &by, &open).await?) } else { None };
    let waiting = if view.may(Right::Review) { Some(waiting_by_queue(&shared, &by).await?) } else { None };
    Ok(render_page(
        &view,
        view.label(Label::Home),
        &[],
        &html! {
            h1 { (view.label(Label::Home)) }
            @if Right::ALL.iter().all(|right| !view.may(*right)) { (empty_state(view.label(Label::NoRight))) }
            div class="cards" {
                @if view.may(Right::Upload) {
                    section class="card" id="uploads" data-live {
                        h2 { (view.label(Label::Upload)) }
                        p { a class="button first" href="/uploads" { (view.label(Label::NewUpload)) } }
                        @for line in uploads.iter().flat_map(|uploads| &uploads.items) {
                            p {
                                a href=(format!("/uploads/{}", line.upload.id)) { (line.upload.name) } " · " (view.format_number(line.files.announced)) " " (view.label(Label::Files))
                                @if line.files.sending > 0 { " · " span class="class" { (view.format_number(line.files.sending)) " " (view.label(Label::NotHere)) } }
                            }
                        }
                    }
                }
                @if let Some(waiting) = &waiting {
                    section class="card" id="waiting" data-live {
                        h2 { (view.label(Label::WaitsForMe)) }
                        @if waiting.iter().all(|(_, count)| *count == 0) { p class="soft" { (view.label(Label::NothingWaits)) } }
                        @for (queue, count) in waiting.iter().filter(|(_, count)| *count > 0) {
                            p { a href=(format!("/review?queue={}", queue.as_str())) { b class="big" { (view.format_number(*count)) } " " (view.code_label("queue", queue.as_str())) } }
                        }
                    }
                }
            }
            @if let Some(runs) = &runs {
                section class="card" id="runs" data-live {
                    div class="spread" { h2 { (view.label(Label::Runs)) } a href="/runs" { (view.label(Label::Total)) } }
                    @if runs.items.is_empty() { (empty_state(view.label(Label::NoRuns))) }
                    @else { (run_table(&view, &runs.items)) }
                }
            }
        },
    ))
}

async fn waiting_by_queue(shared: &AppState, by: &Identity) -> Result<Vec<(ReviewQueue, u64)>, Problem> {
    let waiting = assignment::list_queue(shared.archive(), by, &QueueQuery::default()).await?;
    Ok(ReviewQueue::ALL.into_iter().map(|queue| (queue, waiting.count(Some(queue)))).collect())
}
