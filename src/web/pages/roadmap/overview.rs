//! The roadmap: how far it is, one line of it, and taking a plan.

use crate::api::roadmap::visible_units;
use crate::pages::roadmap::gantt_chart::gantt_chart;
use crate::pages::ui::assets::{BURN_UP_JS, PLAN_JS};
use crate::pages::ui::components::{empty_state, encoded};
use crate::pages::ui::layout::render_page;
use crate::pages::ui::page_context::PageContext;
use crate::problem::{PathParams, Problem, QueryParams};
use crate::server::AppState;
use axum::Extension;
use axum::extract::State;
use maud::{Markup, html};
use serde::Deserialize;
use sohoa_base::model::account::{Identity, Right, UnitScope};
use sohoa_base::model::calendar::Day;
use sohoa_base::text::numbers;
use sohoa_services::roadmap::lots;
use sohoa_services::roadmap::tracking;
use sohoa_services::roadmap::tracking::{GroupProgress, RoadmapProgress, TargetProgress, TargetState};
use sohoa_services::runs::monitoring;
use sohoa_texts::Language;
use sohoa_texts::formatting;
use sohoa_texts::labels::Word;

/// Lines on one page; sums are of all.
const TARGETS_PER_PAGE: usize = 50;

/// Changes of a plan that are listed.
const CHANGES_SHOWN: usize = 200;

/// Forms in which reports are fetched.
pub(crate) const REPORT_FORMATS: [&str; 5] = ["docx", "pdf", "xlsx", "csv", "json"];

/// Lots of a line that are listed.
const LOTS_SHOWN: usize = 50;

/// Which lines are wanted.
#[derive(Debug, Deserialize)]
pub(crate) struct TargetsQuery {
    unit: Option<String>,
    /// State of a line, or `risk`: whatever needs somebody.
    state: Option<String>,
    /// Which roadmap `page` is of, by its decision.
    decision: Option<String>,
    /// Page of lines, from 1.
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

/// A number with so many places, as the reader writes it.
pub(crate) fn format_decimal(view: &PageContext, number: f64, places: usize) -> String {
    let written = numbers::format_decimal(number, places);
    let is_whole = places > 0 && number.fract().abs() < 0.05_f64.min(0.5 / 10_f64.powi(i32::try_from(places).unwrap_or(1)));
    let written = if is_whole { numbers::format_decimal(number, 0) } else { written };
    match view.language {
        Language::Vietnamese => written,
        Language::English => written
            .chars()
            .map(|sign| {
                if sign == '.' {
                    ','
                } else if sign == ',' {
                    '.'
                } else {
                    sign
                }
            })
            .collect(),
    }
}

pub(crate) fn format_percent(view: &PageContext, share: f64) -> String {
    let written = numbers::format_decimal(share * 100.0, 1);
    format!("{} %", if view.language == Language::English { written.replace(',', ".") } else { written })
}

/// What is done of it, with a mark where the time is.
pub(crate) fn progress_bar(done: f64, elapsed: f64) -> Markup {
    let at = |share: f64| format!("{:.1}", share.clamp(0.0, 1.0) * 100.0);
    html! {
        svg class="pace bar" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true" {
            rect class="ground" width="100" height="10" {}
            rect class=(if done + 0.001 < elapsed { "late" } else { "done" }) width=(at(done)) height="10" {}
            line class="now" x1=(at(elapsed)) x2=(at(elapsed)) y1="0" y2="10" vector-effect="non-scaling-stroke" {}
        }
    }
}

pub(crate) fn target_state(view: &PageContext, line: &TargetProgress) -> Markup {
    html! { span class={ "line-state " (line.state.as_str()) } { (view.code_label("line-state", line.state.as_str())) } }
}

/// When a line will be reached, with the interval, in words.
pub(crate) fn finish_text(view: &PageContext, line: &TargetProgress) -> String {
    let told = |day: Option<Day>| day.map_or_else(|| view.label(Word::NotTold).to_owned(), Day::format_dmy);
    line.finish.map_or_else(
        || view.label(if line.state == TargetState::Done { Word::LinesDone } else { Word::NotTold }).to_owned(),
        |finish| format!("{} ({} – {})", finish.day.format_dmy(), finish.earliest.format_dmy(), told(finish.latest)),
    )
}

pub(crate) fn finish_cell(view: &PageContext, line: &TargetProgress) -> Markup {
    html! {
        @match line.finish {
            None => { "—" }
            Some(finish) => {
                @let latest = finish.latest.map_or_else(|| view.label(Word::NotTold).to_owned(), Day::format_dmy);
                span title=(format!("{} – {latest}", finish.earliest.format_dmy())) { (finish.day.format_dmy()) }
            }
        }
    }
}

/// Every roadmap.
pub(crate) async fn roadmap(
    view: PageContext,
    State(shared): State<AppState>,
    Extension(by): Extension<Identity>,
    QueryParams(wanted): QueryParams<TargetsQuery>,
) -> Result<Markup, Problem> {
    let all = tracking::load_progress(shared.archive(), &visible_units(&by, wanted.unit.as_deref())?).await?;
    let may_import = by.units_with(Right::Administer) == UnitScope::All;
    Ok(render_page(
        &view,
        view.label(Word::Roadmap),
        if may_import || by.has_right(Right::Upload) { &[PLAN_JS] } else { &[] },
        &html! {
            h1 { (view.label(Word::Roadmap)) }
            @if all.is_empty() { (empty_state(view.label(Word::NoPlan))) }
            @for status in &all { (roadmap_section(&view, status, &wanted)) }
            (crate::pages::roadmap::one_stop::one_stop_section(&view, &by, wanted.unit.as_deref(), shared.archive().today()))
            @if may_import { (import_form(&view)) }
        },
    ))
}

fn roadmap_section(view: &PageContext, status: &RoadmapProgress, wanted: &TargetsQuery) -> Markup {
    let whole = &status.whole;
    let unit = wanted.unit.clone().unwrap_or_default();
    let query = format!("decision={}&unit={}", encoded(&status.decision), encoded(&unit));
    let found: Vec<&TargetProgress> = status.targets.iter().filter(|line| wanted.matches(line)).collect();
    let at_risk = status.targets.iter().filter(|line| line.state.needs_attention()).count();
    let pages = found.len().div_ceil(TARGETS_PER_PAGE).max(1);
    let is_paged = wanted.decision.as_ref().is_none_or(|decision| *decision == status.decision);
    let page = wanted.page.filter(|_| is_paged).unwrap_or(1).clamp(1, pages);
    let shown: Vec<&TargetProgress> = found.iter().skip((page - 1) * TARGETS_PER_PAGE).take(TARGETS_PER_PAGE).copied().collect();
    let of_page = |page: usize| format!("/roadmap?{query}&state={}&page={page}", encoded(wanted.state.as_deref().unwrap_or_default()));
    let of_state = |state: &str| format!("/roadmap?state={state}&unit={}", encoded(&unit));
    html! {
        section class="card" {
            div class="spread" {
                h2 { (view.label(Word::DecisionNumber)) " " (status.decision) " · " (status.authority) }
                p class="soft" { "v" (status.version) " · " (status.from.format_dmy()) "–" (status.to.format_dmy()) " · " (view.label(Word::AsOf)) " " (status.as_of.format_dmy()) }
            }
            p {
                (progress_bar(whole.share_done, whole.share_elapsed)) " "
                b { (format_percent(view, whole.share_done)) } " " (view.label(Word::ShareDone)) " · " (format_percent(view, whole.share_elapsed)) " " (view.label(Word::ShareElapsed)) " · "
                (format_decimal(view, whole.done_pages, 0)) " / " (format_decimal(view, whole.target_pages, 0)) " " (view.code_label("measure", "page")) " · "
                a href="/roadmap" { (view.format_number(u64::from(whole.targets))) " " (view.label(Word::Lines)) } " · "
                a href=(of_state("done")) { (view.format_number(u64::from(whole.done_targets))) " " (view.label(Word::LinesDone)) } " · "
                a href=(of_state("overdue")) { (view.format_number(u64::from(whole.overdue))) " " (view.label(Word::LinesOverdue)) } " · "
                a href=(of_state("risk")) { (view.format_number(at_risk as u64)) " " (view.label(Word::LinesAtRisk)) } " · "
                (view.format_number(u64::from(whole.near_deadline))) " " (view.label(Word::Near))
            }
            p class="soft" {
                (view.label(Word::Report)) " "
                @for form in REPORT_FORMATS { a href=(format!("/api/roadmap/report/{form}?{query}")) download { (form.to_uppercase()) } " " }
                " · " a href=(format!("/api/roadmap/plan?decision={}", encoded(&status.decision))) download { "XLSX " (view.label(Word::Target)) }
            }
            @if shown.is_empty() { (empty_state(view.label(Word::NoSuchLines))) } @else {
                h3 { (view.label(Word::OverTime)) }
                (gantt_chart(view, &shown, status.as_of))
                h3 { (view.label(Word::Numbers)) }
                (target_table(view, &shown))
            }
            @if pages > 1 {
                nav class="pages" aria-label=(view.label(Word::Lines)) {
                    @if page > 1 { a href=(of_page(page - 1)) rel="prev" { "← " (view.label(Word::Previous)) } }
                    span { (view.format_number(((page - 1) * TARGETS_PER_PAGE + 1) as u64)) "–" (view.format_number(((page - 1) * TARGETS_PER_PAGE + shown.len()) as u64)) " / " (view.format_number(found.len() as u64)) }
                    @if page < pages { a href=(of_page(page + 1)) rel="next" { (view.label(Word::Next)) " →" } }
                }
            }
            details {
                summary { (view.label(Word::Adjustments)) " (" (status.adjustments.len()) ")" }
                p class="soft" {
                    (view.label(Word::Report)) " "
                    @for form in REPORT_FORMATS { a href=(format!("/api/roadmap/report/{form}?report=adjustments&{query}")) download { (form.to_uppercase()) } " " }
                }
                @for change in status.adjustments.iter().rev() {
                    p { "v" (change.version) " · " (formatting::format_date_time(&change.at)) " · " (change.by) @if !change.decision.is_empty() { " · " (change.decision) } @if !change.reason.is_empty() { " · " (change.reason) } }
                    @if !change.changes.is_empty() { ul { @for line in change.changes.iter().take(CHANGES_SHOWN) { li { (line) } } } }
                }
            }
        }
        div class="cards" {
            section class="card" { h2 { (view.label(Word::Unit)) } (group_table(view, &status.units, true)) }
            section class="card" { h2 { (view.label(Word::Phase)) } (group_table(view, &status.phases, false)) }
        }
    }
}

fn target_table(view: &PageContext, lines: &[&TargetProgress]) -> Markup {
    html! {
        div class="wide" { table {
            thead { tr {
                @for word in [Word::Line, Word::Unit, Word::State, Word::Target, Word::Done, Word::ShareDone, Word::Pace, Word::Needed, Word::Finish, Word::Deadline] { th { (view.label(word)) } }
            } }
            tbody {
                @for line in lines {
                    tr data-row {
                        td { a href=(format!("/roadmap/lines/{}", encoded(&line.code))) { (line.code) } br; span class="soft" { (line.name) } }
                        td { (line.unit) }
                        td { (target_state(view, line)) @if line.is_near_deadline { br; span class="tag" { (view.label(Word::Near)) } } }
                        td class="number" { (format_decimal(view, line.quantity, 1)) " " (view.code_label("measure", line.measure.as_str())) }
                        td class="number" { (format_decimal(view, line.done, 1)) @if line.stored > 0.0 { br; span class="soft" { "+ " (format_decimal(view, line.stored, 1)) " " (view.label(Word::StoredWaiting)) } } }
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
            thead { tr { @if is_ranked { th { (view.label(Word::Rank)) } } th { (view.label(if is_ranked { Word::Unit } else { Word::Phase })) } th { (view.label(Word::ShareDone)) } th { (view.label(Word::LinesOverdue)) } } }
            tbody {
                @for one in all {
                    tr {
                        @if is_ranked { td class="number" { (one.rank) } }
                        td { @if is_ranked { a href=(format!("/roadmap?unit={}", encoded(&one.name))) { (one.name) } @if !one.unit_group.is_empty() { br; span class="soft" { (one.unit_group) } } } @else if one.name.is_empty() { "—" } @else { (one.name) } }
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
        serde_json::json!({ "wrong": view.label(Word::WrongCells), "keep": view.label(Word::Save), "lines": view.label(Word::Lines) });
    html! {
        section class="card" {
            h2 { (view.label(Word::ImportPlan)) }
            p class="soft" { (view.label(Word::ImportPlanHint)) " " a href="/api/roadmap/template" download { (view.label(Word::Template)) } }
            form class="column" id="plan" data-workbook="/api/roadmap/plan" data-words=(words) {
                label { span { "XLSX, ODS, CSV" } input type="file" name="file" accept=".xlsx,.ods,.csv" required; }
                label { span { (view.label(Word::DecisionNumber)) } input name="decision"; }
                label { span { (view.label(Word::ReasonOfChange)) } input name="reason"; }
                button class="first" { (view.label(Word::ImportPlan)) }
            }
            div id="plan-said" role="status" {}
        }
    }
}

/// What is asked of one line.
#[derive(Debug, Deserialize)]
pub(crate) struct WhatIfQuery {
    factor: Option<String>,
    deadline: Option<String>,
}

/// One line.
pub(crate) async fn target(
    view: PageContext,
    State(shared): State<AppState>,
    Extension(by): Extension<Identity>,
    PathParams(code): PathParams<String>,
    QueryParams(wanted): QueryParams<WhatIfQuery>,
) -> Result<Markup, Problem> {
    let units = by.units_with(Right::Monitor);
    let burned = tracking::burn_up(shared.archive(), &units, &code).await?;
    let line = &burned.target;
    let factor = wanted.factor.as_deref().and_then(numbers::parse_number).unwrap_or(1.0);
    let deadline = wanted.deadline.filter(|text| !text.is_empty()).map(Day::try_from).transpose()?;
    let told = tracking::what_if(shared.archive(), &units, &code, factor, deadline).await?;
    let found = lots::list_lots(shared.archive(), &by, Some(&code), LOTS_SHOWN).await?;
    let runs = monitoring::runs_of_target(shared.archive(), &units, &code).await?;
    let measure = view.code_label("measure", line.measure.as_str());
    let words = serde_json::json!({ "day": view.label(Word::Date), "planned": view.label(Word::Target), "stored": view.label(Word::Stored), "accepted": view.label(Word::Accepted) });
    let day = |day: Option<Day>| day.map_or_else(|| view.label(Word::NotTold).to_owned(), Day::format_dmy);
    Ok(render_page(
        &view,
        &line.name,
        &[BURN_UP_JS],
        &html! {
            div class="spread" {
                h1 { (line.code) " · " (line.name) }
                p class="soft" { a href="/roadmap" { (view.label(Word::Roadmap)) } " · " (line.unit) " · " (line.from.format_dmy()) "–" (line.deadline.format_dmy()) }
            }
            div class="cards" {
                section class="card" {
                    h2 { (target_state(&view, line)) }
                    p { (progress_bar(line.share_done, line.share_elapsed)) " " b { (format_percent(&view, line.share_done)) } " · " (format_percent(&view, line.share_elapsed)) " " (view.label(Word::ShareElapsed)) }
                    table { tbody {
                        tr { th { (view.label(Word::Done)) } td class="number" { (format_decimal(&view, line.done, 1)) " / " (format_decimal(&view, line.quantity, 1)) " " (measure) } }
                        tr { th { (view.label(Word::StoredWaiting)) } td class="number" { (format_decimal(&view, line.stored, 1)) " " (measure) } }
                        tr { th { (view.label(Word::Pace)) } td class="number" { (format_decimal(&view, line.pace, 1)) } }
                        tr { th { (view.label(Word::Needed)) } td class="number" { (line.required_pace.map_or_else(|| "—".to_owned(), |pace| format_decimal(&view, pace, 1))) } }
                        tr { th { (view.label(Word::Finish)) } td class="number" { (finish_cell(&view, line)) } }
                    } }
                }
                section class="card" {
                    h2 { (view.label(Word::WhatIf)) }
                    form class="column" action=(format!("/roadmap/lines/{}", encoded(&code))) {
                        label { span { (view.label(Word::Factor)) } input name="factor" inputmode="decimal" value=(numbers::format_decimal(factor, 1)); }
                        label { span { (view.label(Word::Deadline)) } input name="deadline" value=(told.deadline.format_dmy()); }
                        button { (view.label(Word::WhatIf)) }
                    }
                    p { (view.label(Word::Finish)) ": " b { (day(told.finish.map(|finish| finish.day))) }
                        @if let Some(finish) = told.finish { " (" (finish.earliest.format_dmy()) " – " (day(finish.latest)) ")" }
                        @if told.in_time { " · " (view.label(Word::InTime)) } }
                    @if let Some(needed) = told.needed_factor { p class="soft" { (view.label(Word::Needed)) ": " (format_decimal(&view, told.required_pace.unwrap_or(0.0), 1)) " " (measure) " = × " (format_decimal(&view, needed, 2)) } }
                }
            }
            section class="card" {
                h2 { (view.label(Word::BurnUp)) " (" (measure) ")" }
                div id="burn-up" data-burn-up=(format!("/api/roadmap/lines/{}", encoded(&code))) data-words=(words) {}
                details {
                    summary { (view.label(Word::Details)) }
                    div class="wide" { table {
                        thead { tr { @for word in [Word::Date, Word::Target, Word::Stored, Word::Accepted] { th { (view.label(word)) } } } }
                        tbody { @for day in &burned.days { tr {
                            td { (day.day.format_dmy()) }
                            td class="number" { (format_decimal(&view, day.planned, 1)) }
                            @for amount in [day.stored, day.accepted] { td class="number" { (amount.map_or_else(|| "—".to_owned(), |amount| format_decimal(&view, amount, 1))) } }
                        } } }
                    } }
                }
            }
            section class="card" {
                h2 { (view.label(Word::Lots)) }
                @if found.is_empty() { (empty_state(view.label(Word::NoLots))) } @else {
                    div class="wide" { table {
                        thead { tr { @for word in [Word::Lot, Word::State, Word::Pages, Word::Sample] { th { (view.label(word)) } } } }
                        tbody { @for lot in &found { tr data-row {
                            td { a href=(format!("/lots/{}", lot.id)) { (crate::pages::ui::components::timestamp(&view, &lot.opened.1)) } " " span class="soft" { (lot.opened.0) } }
                            td { (view.code_label("lot-state", lot.state.as_str())) }
                            td class="number" { (view.format_number(u64::from(lot.pages))) }
                            td class="number" { (lot.sample.iter().filter(|page| page.inspected).count()) " / " (lot.sample.len()) }
                        } } }
                    } }
                }
                @if by.units_with(Right::ManageRuns).contains(&line.unit) {
                    form class="row" data-api="POST /api/lots" data-then="/lots/{id}" {
                        input type="hidden" name="line" value=(code);
                        label { span { (view.label(Word::LotPages)) } input name="pages" type="number" min="1" value="3200" data-kind="number"; }
                        label { span { (view.label(Word::Level)) } select name="level" { @for level in ["I", "II", "III"] { option selected[level == "II"] { (level) } } } }
                        label { span { (view.label(Word::Seed)) } input name="seed" data-optional; }
                        button class="first" { (view.label(Word::DrawLot)) }
                        p class="wrong" role="alert" {}
                    }
                }
            }
            @if !runs.is_empty() {
                section class="card" { h2 { (view.label(Word::Runs)) } (crate::pages::batches::runs::run_table(&view, &runs)) }
            }
        },
    ))
}
