//! The roadmaps: progress, targets, import of a plan.

use crate::api::roadmap::visible_units;
use crate::pages::roadmap::gantt_chart::gantt_chart;
use crate::pages::roadmap::one_stop::one_stop_section;
use crate::pages::roadmap::progress::{finish_cell, format_decimal, format_percent, progress_bar, target_state};
use crate::pages::ui::assets::PLAN_JS;
use crate::pages::ui::components::empty_state;
use crate::pages::ui::layout::render_page;
use crate::pages::ui::page_context::PageContext;
use crate::problem::{Problem, QueryParams};
use crate::state::AppState;
use axum::Extension;
use axum::extract::State;
use maud::{Markup, html};
use serde::Deserialize;
use sohoa_base::model::account::{Identity, Right, UnitScope};
use sohoa_base::text::percent_encoding::encode_segment;
use sohoa_services::reports::format::ReportFormat;
use sohoa_services::reports::registry::ADJUSTMENTS_REPORT;
use sohoa_services::roadmap::progress;
use sohoa_services::roadmap::progress::{GroupProgress, RoadmapProgress, TargetProgress};
use sohoa_texts::formatting;
use sohoa_texts::labels::Label;

/// Targets on one page; sums include all.
const TARGETS_PER_PAGE: usize = 50;

/// Changes of a plan that are listed.
const CHANGES_SHOWN: usize = 200;

/// Query of targets.
#[derive(Debug, Deserialize)]
pub(crate) struct TargetsQuery {
    unit: Option<String>,
    /// State of a target, or `risk`: all that need attention.
    state: Option<String>,
    /// Decision number of the roadmap that `page` refers to.
    decision: Option<String>,
    /// Page of targets, from 1.
    page: Option<usize>,
}

impl TargetsQuery {
    fn matches(&self, line: &TargetProgress) -> bool {
        match self.state.as_deref() {
            None | Some("") => true,
            Some("risk") => line.state.needs_attention(),
            Some(state) => line.state.as_str() == state,
        }
    }
}

/// The page of all roadmaps.
pub(crate) async fn roadmap(
    view: PageContext,
    State(shared): State<AppState>,
    Extension(by): Extension<Identity>,
    QueryParams(wanted): QueryParams<TargetsQuery>,
) -> Result<Markup, Problem> {
    let all = progress::load_progress(shared.archive(), &visible_units(&by, wanted.unit.as_deref())?).await?;
    let may_import = by.units_with(Right::Administer) == UnitScope::All;
    Ok(render_page(
        &view,
        view.label(Label::Roadmap),
        if may_import || by.has_right(Right::Upload) { &[PLAN_JS] } else { &[] },
        &html! {
            h1 { (view.label(Label::Roadmap)) }
            @if all.is_empty() { (empty_state(view.label(Label::NoPlan))) }
            @for status in &all { (roadmap_section(&view, status, &wanted)) }
            (one_stop_section(&view, &by, wanted.unit.as_deref(), shared.archive().today()))
            @if may_import { (import_form(&view)) }
        },
    ))
}

fn roadmap_section(view: &PageContext, status: &RoadmapProgress, wanted: &TargetsQuery) -> Markup {
    let whole = &status.whole;
    let unit = wanted.unit.clone().unwrap_or_default();
    let query = format!("decision={}&unit={}", encode_segment(&status.decision), encode_segment(&unit));
    let found: Vec<&TargetProgress> = status.targets.iter().filter(|line| wanted.matches(line)).collect();
    let at_risk = status.targets.iter().filter(|line| line.state.needs_attention()).count();
    let pages = found.len().div_ceil(TARGETS_PER_PAGE).max(1);
    let is_paged = wanted.decision.as_ref().is_none_or(|decision| *decision == status.decision);
    let page = wanted.page.filter(|_| is_paged).unwrap_or(1).clamp(1, pages);
    let shown: Vec<&TargetProgress> = found.iter().skip((page - 1) * TARGETS_PER_PAGE).take(TARGETS_PER_PAGE).copied().collect();
    let of_page =
        |page: usize| format!("/roadmap?{query}&state={}&page={page}", encode_segment(wanted.state.as_deref().unwrap_or_default()));
    let of_state = |state: &str| format!("/roadmap?state={state}&unit={}", encode_segment(&unit));
    html! {
        section class="card" {
            div class="spread" {
                h2 { (view.label(Label::DecisionNumber)) " " (status.decision) " · " (status.authority) }
                p class="soft" { "v" (status.version) " · " (status.from.format_dmy()) "–" (status.to.format_dmy()) " · " (view.label(Label::AsOf)) " " (status.as_of.format_dmy()) }
            }
            p {
                (progress_bar(whole.share_done, whole.share_elapsed)) " "
                b { (format_percent(view, whole.share_done)) } " " (view.label(Label::ShareDone)) " · " (format_percent(view, whole.share_elapsed)) " " (view.label(Label::ShareElapsed)) " · "
                (format_decimal(view, whole.done_pages, 0)) " / " (format_decimal(view, whole.target_pages, 0)) " " (view.code_label("measure", "page")) " · "
                a href="/roadmap" { (view.format_number(u64::from(whole.targets))) " " (view.label(Label::Lines)) } " · "
                a href=(of_state("done")) { (view.format_number(u64::from(whole.done_targets))) " " (view.label(Label::LinesDone)) } " · "
                a href=(of_state("overdue")) { (view.format_number(u64::from(whole.overdue))) " " (view.label(Label::LinesOverdue)) } " · "
                a href=(of_state("risk")) { (view.format_number(at_risk as u64)) " " (view.label(Label::LinesAtRisk)) } " · "
                (view.format_number(u64::from(whole.near_deadline))) " " (view.label(Label::Near))
            }
            p class="soft" {
                (view.label(Label::Report)) " "
                @for form in ReportFormat::ALL.map(ReportFormat::name) { a href=(format!("/api/roadmap/report/{form}?{query}")) download { (form.to_uppercase()) } " " }
                " · " a href=(format!("/api/roadmap/plan?decision={}", encode_segment(&status.decision))) download { "XLSX " (view.label(Label::Target)) }
            }
            @if shown.is_empty() { (empty_state(view.label(Label::NoSuchLines))) } @else {
                h3 { (view.label(Label::OverTime)) }
                (gantt_chart(view, &shown, status.as_of))
                h3 { (view.label(Label::Numbers)) }
                (target_table(view, &shown))
            }
            @if pages > 1 {
                nav class="pages" aria-label=(view.label(Label::Lines)) {
                    @if page > 1 { a href=(of_page(page - 1)) rel="prev" { "← " (view.label(Label::Previous)) } }
                    span { (view.format_number(((page - 1) * TARGETS_PER_PAGE + 1) as u64)) "–" (view.format_number(((page - 1) * TARGETS_PER_PAGE + shown.len()) as u64)) " / " (view.format_number(found.len() as u64)) }
                    @if page < pages { a href=(of_page(page + 1)) rel="next" { (view.label(Label::Next)) " →" } }
                }
            }
            details {
                summary { (view.label(Label::Adjustments)) " (" (status.adjustments.len()) ")" }
                p class="soft" {
                    (view.label(Label::Report)) " "
                    @for form in ReportFormat::ALL.map(ReportFormat::name) { a href=(format!("/api/roadmap/report/{form}?report={ADJUSTMENTS_REPORT}&{query}")) download { (form.to_uppercase()) } " " }
                }
                @for change in status.adjustments.iter().rev() {
                    p { "v" (change.version) " · " (formatting::format_date_time(&change.at)) " · " (change.by) @if !change.decision.is_empty() { " · " (change.decision) } @if !change.reason.is_empty() { " · " (change.reason) } }
                    @if !change.changes.is_empty() { ul { @for line in change.changes.iter().take(CHANGES_SHOWN) { li { (line) } } } }
                }
            }
        }
        div class="cards" {
            section class="card" { h2 { (view.label(Label::Unit)) } (group_table(view, &status.units, true)) }
            section class="card" { h2 { (view.label(Label::Phase)) } (group_table(view, &status.phases, false)) }
        }
    }
}

fn target_table(view: &PageContext, lines: &[&TargetProgress]) -> Markup {
    html! {
        div class="wide" { table {
            thead { tr {
                @for word in [Label::Line, Label::Unit, Label::State, Label::Target, Label::Done, Label::ShareDone, Label::Pace, Label::Needed, Label::Finish, Label::Deadline] { th { (view.label(word)) } }
            } }
            tbody {
                @for line in lines {
                    tr data-row {
                        td { a href=(format!("/roadmap/lines/{}", encode_segment(&line.code))) { (line.code) } br; span class="soft" { (line.name) } }
                        td { (line.unit) }
                        td { (target_state(view, line)) @if line.is_near_deadline { br; span class="tag" { (view.label(Label::Near)) } } }
                        td class="number" { (format_decimal(view, line.quantity, 1)) " " (view.code_label("measure", line.measure.as_str())) }
                        td class="number" { (format_decimal(view, line.done, 1)) @if line.stored > 0.0 { br; span class="soft" { "+ " (format_decimal(view, line.stored, 1)) " " (view.label(Label::StoredWaiting)) } } }
                        td class="narrow" { (progress_bar(line.share_done, line.share_elapsed)) " " (format_percent(view, line.share_done)) }
                        td class="number" { (format_decimal(view, line.pace, 1)) }
                        td class="number" { (line.required_pace.map_or_else(|| "—".to_owned(), |pace| format_decimal(view, pace, 1))) }
                        td class="narrow" { (finish_cell(view, line)) }
                        td class="narrow" { (line.deadline.format_dmy()) }
                    }
                }
            }
        } }
    }
}

fn group_table(view: &PageContext, all: &[GroupProgress], is_ranked: bool) -> Markup {
    html! {
        div class="wide" { table {
            thead { tr { @if is_ranked { th { (view.label(Label::Rank)) } } th { (view.label(if is_ranked { Label::Unit } else { Label::Phase })) } th { (view.label(Label::ShareDone)) } th { (view.label(Label::LinesOverdue)) } } }
            tbody {
                @for one in all {
                    tr {
                        @if is_ranked { td class="number" { (one.rank) } }
                        td { @if is_ranked { a href=(format!("/roadmap?unit={}", encode_segment(&one.name))) { (one.name) } @if !one.unit_group.is_empty() { br; span class="soft" { (one.unit_group) } } } @else if one.name.is_empty() { "—" } @else { (one.name) } }
                        td class="narrow" { (progress_bar(one.share_done, one.share_elapsed)) " " (format_percent(view, one.share_done)) }
                        td class="number" { (one.overdue) " / " (one.targets) }
                    }
                }
            }
        } }
    }
}

fn import_form(view: &PageContext) -> Markup {
    let words =
        serde_json::json!({ "wrong": view.label(Label::WrongCells), "keep": view.label(Label::Save), "lines": view.label(Label::Lines) });
    html! {
        section class="card" {
            h2 { (view.label(Label::ImportPlan)) }
            p class="soft" { (view.label(Label::ImportPlanHint)) " " a href="/api/roadmap/template" download { (view.label(Label::Template)) } }
            form class="column" id="plan" data-workbook="/api/roadmap/plan" data-words=(words) {
                label { span { "XLSX, ODS, CSV" } input type="file" name="file" accept=".xlsx,.ods,.csv" required; }
                label { span { (view.label(Label::DecisionNumber)) } input name="decision"; }
                label { span { (view.label(Label::ReasonOfChange)) } input name="reason"; }
                button class="first" { (view.label(Label::ImportPlan)) }
            }
            div id="plan-said" role="status" {}
        }
    }
}
