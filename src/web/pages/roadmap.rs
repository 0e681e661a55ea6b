//! The roadmap: how far it is, one line of it, and taking a plan.

use super::assets::{BURN_UP_JS, PLAN_JS};
use super::layout::page;
use super::parts::{encoded, nothing};
use super::timeline::timeline;
use super::view::View;
use crate::api::roadmap::units_of;
use crate::problem::{Asked, Named, Problem};
use crate::server::Shared;
use axum::Extension;
use axum::extract::State;
use maud::{Markup, html};
use serde::Deserialize;
use sohoa_base::model::account::{Identity, Right, Units};
use sohoa_base::model::day::Day;
use sohoa_base::text::numbers;
use sohoa_services::roadmap::{self, LineProgress, State as LineState, Status, Together};
use sohoa_services::{lots, watch};
use sohoa_texts::words::Word;
use sohoa_texts::{Language, figures};

/// Lines on one page; sums are of all.
const LINES: usize = 50;

/// Changes of a plan that are listed.
const CHANGES: usize = 200;

/// Forms in which reports are fetched.
pub(super) const FORMS: [&str; 5] = ["docx", "pdf", "xlsx", "csv", "json"];

/// Lots of a line that are listed.
const LOTS: usize = 50;

/// Which lines are wanted.
#[derive(Debug, Deserialize)]
pub(super) struct Wanted {
    unit: Option<String>,
    /// State of a line, or `risk`: whatever needs somebody.
    state: Option<String>,
    /// Which roadmap `page` is of, by its decision.
    decision: Option<String>,
    /// Page of lines, from 1.
    page: Option<usize>,
}

impl Wanted {
    fn wants(&self, line: &LineProgress) -> bool {
        match self.state.as_deref() {
            None | Some("") => true,
            Some("risk") => line.state.is_pressing(),
            Some(state) => line.state.word() == state,
        }
    }
}

/// A number with so many places, as the reader writes it.
pub(super) fn decimal(view: &View, number: f64, places: usize) -> String {
    let written = numbers::decimal(number, places);
    let is_whole = places > 0 && number.fract().abs() < 0.05_f64.min(0.5 / 10_f64.powi(i32::try_from(places).unwrap_or(1)));
    let written = if is_whole { numbers::decimal(number, 0) } else { written };
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

pub(super) fn share(view: &View, share: f64) -> String {
    let written = numbers::decimal(share * 100.0, 1);
    format!("{} %", if view.language == Language::English { written.replace(',', ".") } else { written })
}

/// What is done of it, with a mark where the time is.
pub(super) fn pace(done: f64, elapsed: f64) -> Markup {
    let at = |share: f64| format!("{:.1}", share.clamp(0.0, 1.0) * 100.0);
    html! {
        svg class="pace bar" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true" {
            rect class="ground" width="100" height="10" {}
            rect class=(if done + 0.001 < elapsed { "late" } else { "done" }) width=(at(done)) height="10" {}
            line class="now" x1=(at(elapsed)) x2=(at(elapsed)) y1="0" y2="10" vector-effect="non-scaling-stroke" {}
        }
    }
}

pub(super) fn state(view: &View, line: &LineProgress) -> Markup {
    html! { span class={ "line-state " (line.state.word()) } { (view.term("line-state", line.state.word())) } }
}

/// When a line will be reached, with the interval, in words.
pub(super) fn finish_of(view: &View, line: &LineProgress) -> String {
    let told = |day: Option<Day>| day.map_or_else(|| view.word(Word::NotTold).to_owned(), Day::numeric);
    line.finish.map_or_else(
        || view.word(if line.state == LineState::Done { Word::LinesDone } else { Word::NotTold }).to_owned(),
        |finish| format!("{} ({} – {})", finish.day.numeric(), finish.earliest.numeric(), told(finish.latest)),
    )
}

pub(super) fn finish(view: &View, line: &LineProgress) -> Markup {
    html! {
        @match line.finish {
            None => { "—" }
            Some(finish) => {
                @let latest = finish.latest.map_or_else(|| view.word(Word::NotTold).to_owned(), Day::numeric);
                span title=(format!("{} – {latest}", finish.earliest.numeric())) { (finish.day.numeric()) }
            }
        }
    }
}

/// Every roadmap.
pub(super) async fn roadmap(
    view: View,
    State(shared): State<Shared>,
    Extension(by): Extension<Identity>,
    Asked(wanted): Asked<Wanted>,
) -> Result<Markup, Problem> {
    let all = roadmap::status(shared.archive(), &units_of(&by, wanted.unit.as_deref())?).await?;
    let may_import = by.units(Right::Administer) == Units::All;
    Ok(page(
        &view,
        view.word(Word::Roadmap),
        if may_import || by.may(Right::Upload) { &[PLAN_JS] } else { &[] },
        &html! {
            h1 { (view.word(Word::Roadmap)) }
            @if all.is_empty() { (nothing(view.word(Word::NoPlan))) }
            @for status in &all { (standing(&view, status, &wanted)) }
            (super::one_stop::section(&view, &by, wanted.unit.as_deref(), shared.archive().today()))
            @if may_import { (import(&view)) }
        },
    ))
}

fn standing(view: &View, status: &Status, wanted: &Wanted) -> Markup {
    let whole = &status.whole;
    let unit = wanted.unit.clone().unwrap_or_default();
    let query = format!("decision={}&unit={}", encoded(&status.decision), encoded(&unit));
    let found: Vec<&LineProgress> = status.lines.iter().filter(|line| wanted.wants(line)).collect();
    let at_risk = status.lines.iter().filter(|line| line.state.is_pressing()).count();
    let pages = found.len().div_ceil(LINES).max(1);
    let is_paged = wanted.decision.as_ref().is_none_or(|decision| *decision == status.decision);
    let page = wanted.page.filter(|_| is_paged).unwrap_or(1).clamp(1, pages);
    let shown: Vec<&LineProgress> = found.iter().skip((page - 1) * LINES).take(LINES).copied().collect();
    let of_page = |page: usize| format!("/roadmap?{query}&state={}&page={page}", encoded(wanted.state.as_deref().unwrap_or_default()));
    let of_state = |state: &str| format!("/roadmap?state={state}&unit={}", encoded(&unit));
    html! {
        section class="card" {
            div class="spread" {
                h2 { (view.word(Word::DecisionNumber)) " " (status.decision) " · " (status.authority) }
                p class="soft" { "v" (status.version) " · " (status.from.numeric()) "–" (status.to.numeric()) " · " (view.word(Word::AsOf)) " " (status.as_of.numeric()) }
            }
            p {
                (pace(whole.share_done, whole.share_elapsed)) " "
                b { (share(view, whole.share_done)) } " " (view.word(Word::ShareDone)) " · " (share(view, whole.share_elapsed)) " " (view.word(Word::ShareElapsed)) " · "
                (decimal(view, whole.done_pages, 0)) " / " (decimal(view, whole.target_pages, 0)) " " (view.term("measure", "page")) " · "
                a href="/roadmap" { (view.number(u64::from(whole.lines))) " " (view.word(Word::Lines)) } " · "
                a href=(of_state("done")) { (view.number(u64::from(whole.done_lines))) " " (view.word(Word::LinesDone)) } " · "
                a href=(of_state("overdue")) { (view.number(u64::from(whole.overdue))) " " (view.word(Word::LinesOverdue)) } " · "
                a href=(of_state("risk")) { (view.number(at_risk as u64)) " " (view.word(Word::LinesAtRisk)) } " · "
                (view.number(u64::from(whole.near))) " " (view.word(Word::Near))
            }
            p class="soft" {
                (view.word(Word::Report)) " "
                @for form in FORMS { a href=(format!("/api/roadmap/report/{form}?{query}")) download { (form.to_uppercase()) } " " }
                " · " a href=(format!("/api/roadmap/plan?decision={}", encoded(&status.decision))) download { "XLSX " (view.word(Word::Target)) }
            }
            @if shown.is_empty() { (nothing(view.word(Word::NoSuchLines))) } @else {
                h3 { (view.word(Word::OverTime)) }
                (timeline(view, &shown, status.as_of))
                h3 { (view.word(Word::Numbers)) }
                (lines(view, &shown))
            }
            @if pages > 1 {
                nav class="pages" aria-label=(view.word(Word::Lines)) {
                    @if page > 1 { a href=(of_page(page - 1)) rel="prev" { "← " (view.word(Word::Previous)) } }
                    span { (view.number(((page - 1) * LINES + 1) as u64)) "–" (view.number(((page - 1) * LINES + shown.len()) as u64)) " / " (view.number(found.len() as u64)) }
                    @if page < pages { a href=(of_page(page + 1)) rel="next" { (view.word(Word::Next)) " →" } }
                }
            }
            details {
                summary { (view.word(Word::Adjustments)) " (" (status.adjustments.len()) ")" }
                p class="soft" {
                    (view.word(Word::Report)) " "
                    @for form in FORMS { a href=(format!("/api/roadmap/report/{form}?report=adjustments&{query}")) download { (form.to_uppercase()) } " " }
                }
                @for change in status.adjustments.iter().rev() {
                    p { "v" (change.version) " · " (figures::moment(&change.at)) " · " (change.by) @if !change.decision.is_empty() { " · " (change.decision) } @if !change.reason.is_empty() { " · " (change.reason) } }
                    @if !change.changes.is_empty() { ul { @for line in change.changes.iter().take(CHANGES) { li { (line) } } } }
                }
            }
        }
        div class="cards" {
            section class="card" { h2 { (view.word(Word::Unit)) } (together(view, &status.units, true)) }
            section class="card" { h2 { (view.word(Word::Phase)) } (together(view, &status.phases, false)) }
        }
    }
}

fn lines(view: &View, lines: &[&LineProgress]) -> Markup {
    html! {
        div class="wide" { table {
            thead { tr {
                @for word in [Word::Line, Word::Unit, Word::State, Word::Target, Word::Done, Word::ShareDone, Word::Pace, Word::Needed, Word::Finish, Word::Deadline] { th { (view.word(word)) } }
            } }
            tbody {
                @for line in lines {
                    tr data-row {
                        td { a href=(format!("/roadmap/lines/{}", encoded(&line.code))) { (line.code) } br; span class="soft" { (line.name) } }
                        td { (line.unit) }
                        td { (state(view, line)) @if line.is_near { br; span class="tag" { (view.word(Word::Near)) } } }
                        td class="number" { (decimal(view, line.target, 1)) " " (view.term("measure", line.measure.word())) }
                        td class="number" { (decimal(view, line.done, 1)) @if line.stored > 0.0 { br; span class="soft" { "+ " (decimal(view, line.stored, 1)) " " (view.word(Word::StoredWaiting)) } } }
                        td class="narrow" { (pace(line.share_done, line.share_elapsed)) " " (share(view, line.share_done)) }
                        td class="number" { (decimal(view, line.pace, 1)) }
                        td class="number" { (line.required_pace.map_or_else(|| "—".to_owned(), |pace| decimal(view, pace, 1))) }
                        td class="narrow" { (finish(view, line)) }
                        td class="narrow" { (line.deadline.numeric()) }
                    }
                }
            }
        } }
    }
}

fn together(view: &View, all: &[Together], is_ranked: bool) -> Markup {
    html! {
        div class="wide" { table {
            thead { tr { @if is_ranked { th { (view.word(Word::Rank)) } } th { (view.word(if is_ranked { Word::Unit } else { Word::Phase })) } th { (view.word(Word::ShareDone)) } th { (view.word(Word::LinesOverdue)) } } }
            tbody {
                @for one in all {
                    tr {
                        @if is_ranked { td class="number" { (one.rank) } }
                        td { @if is_ranked { a href=(format!("/roadmap?unit={}", encoded(&one.name))) { (one.name) } @if !one.block.is_empty() { br; span class="soft" { (one.block) } } } @else if one.name.is_empty() { "—" } @else { (one.name) } }
                        td class="narrow" { (pace(one.share_done, one.share_elapsed)) " " (share(view, one.share_done)) }
                        td class="number" { (one.overdue) " / " (one.lines) }
                    }
                }
            }
        } }
    }
}

fn import(view: &View) -> Markup {
    let words = serde_json::json!({ "wrong": view.word(Word::WrongCells), "keep": view.word(Word::Save), "lines": view.word(Word::Lines) });
    html! {
        section class="card" {
            h2 { (view.word(Word::ImportPlan)) }
            p class="soft" { (view.word(Word::ImportPlanHint)) " " a href="/api/roadmap/template" download { (view.word(Word::Template)) } }
            form class="column" id="plan" data-workbook="/api/roadmap/plan" data-words=(words) {
                label { span { "XLSX, ODS, CSV" } input type="file" name="file" accept=".xlsx,.ods,.csv" required; }
                label { span { (view.word(Word::DecisionNumber)) } input name="decision"; }
                label { span { (view.word(Word::ReasonOfChange)) } input name="reason"; }
                button class="first" { (view.word(Word::ImportPlan)) }
            }
            div id="plan-said" role="status" {}
        }
    }
}

/// What is asked of one line.
#[derive(Debug, Deserialize)]
pub(super) struct WantedLine {
    factor: Option<String>,
    deadline: Option<String>,
}

/// One line.
pub(super) async fn line(
    view: View,
    State(shared): State<Shared>,
    Extension(by): Extension<Identity>,
    Named(code): Named<String>,
    Asked(wanted): Asked<WantedLine>,
) -> Result<Markup, Problem> {
    let units = by.units(Right::Watch);
    let burned = roadmap::burn_up(shared.archive(), &units, &code).await?;
    let line = &burned.line;
    let factor = wanted.factor.as_deref().and_then(numbers::parse).unwrap_or(1.0);
    let deadline = wanted.deadline.filter(|text| !text.is_empty()).map(Day::try_from).transpose()?;
    let told = roadmap::what_if(shared.archive(), &units, &code, factor, deadline).await?;
    let found = lots::list(shared.archive(), &by, Some(&code), LOTS).await?;
    let runs = watch::runs_of_line(shared.archive(), &units, &code).await?;
    let measure = view.term("measure", line.measure.word());
    let words = serde_json::json!({ "day": view.word(Word::Date), "planned": view.word(Word::Target), "stored": view.word(Word::Stored), "accepted": view.word(Word::Accepted) });
    let day = |day: Option<Day>| day.map_or_else(|| view.word(Word::NotTold).to_owned(), Day::numeric);
    Ok(page(
        &view,
        &line.name,
        &[BURN_UP_JS],
        &html! {
            div class="spread" {
                h1 { (line.code) " · " (line.name) }
                p class="soft" { a href="/roadmap" { (view.word(Word::Roadmap)) } " · " (line.unit) " · " (line.from.numeric()) "–" (line.deadline.numeric()) }
            }
            div class="cards" {
                section class="card" {
                    h2 { (state(&view, line)) }
                    p { (pace(line.share_done, line.share_elapsed)) " " b { (share(&view, line.share_done)) } " · " (share(&view, line.share_elapsed)) " " (view.word(Word::ShareElapsed)) }
                    table { tbody {
                        tr { th { (view.word(Word::Done)) } td class="number" { (decimal(&view, line.done, 1)) " / " (decimal(&view, line.target, 1)) " " (measure) } }
                        tr { th { (view.word(Word::StoredWaiting)) } td class="number" { (decimal(&view, line.stored, 1)) " " (measure) } }
                        tr { th { (view.word(Word::Pace)) } td class="number" { (decimal(&view, line.pace, 1)) } }
                        tr { th { (view.word(Word::Needed)) } td class="number" { (line.required_pace.map_or_else(|| "—".to_owned(), |pace| decimal(&view, pace, 1))) } }
                        tr { th { (view.word(Word::Finish)) } td class="number" { (finish(&view, line)) } }
                    } }
                }
                section class="card" {
                    h2 { (view.word(Word::WhatIf)) }
                    form class="column" action=(format!("/roadmap/lines/{}", encoded(&code))) {
                        label { span { (view.word(Word::Factor)) } input name="factor" inputmode="decimal" value=(numbers::decimal(factor, 1)); }
                        label { span { (view.word(Word::Deadline)) } input name="deadline" value=(told.deadline.numeric()); }
                        button { (view.word(Word::WhatIf)) }
                    }
                    p { (view.word(Word::Finish)) ": " b { (day(told.finish.map(|finish| finish.day))) }
                        @if let Some(finish) = told.finish { " (" (finish.earliest.numeric()) " – " (day(finish.latest)) ")" }
                        @if told.in_time { " · " (view.word(Word::InTime)) } }
                    @if let Some(needed) = told.needed_factor { p class="soft" { (view.word(Word::Needed)) ": " (decimal(&view, told.required_pace.unwrap_or(0.0), 1)) " " (measure) " = × " (decimal(&view, needed, 2)) } }
                }
            }
            section class="card" {
                h2 { (view.word(Word::BurnUp)) " (" (measure) ")" }
                div id="burn-up" data-burn-up=(format!("/api/roadmap/lines/{}", encoded(&code))) data-words=(words) {}
                details {
                    summary { (view.word(Word::Details)) }
                    div class="wide" { table {
                        thead { tr { @for word in [Word::Date, Word::Target, Word::Stored, Word::Accepted] { th { (view.word(word)) } } } }
                        tbody { @for day in &burned.days { tr {
                            td { (day.day.numeric()) }
                            td class="number" { (decimal(&view, day.planned, 1)) }
                            @for amount in [day.stored, day.accepted] { td class="number" { (amount.map_or_else(|| "—".to_owned(), |amount| decimal(&view, amount, 1))) } }
                        } } }
                    } }
                }
            }
            section class="card" {
                h2 { (view.word(Word::Lots)) }
                @if found.is_empty() { (nothing(view.word(Word::NoLots))) } @else {
                    div class="wide" { table {
                        thead { tr { @for word in [Word::Lot, Word::State, Word::Pages, Word::Sample] { th { (view.word(word)) } } } }
                        tbody { @for lot in &found { tr data-row {
                            td { a href=(format!("/lots/{}", lot.id)) { (super::parts::moment(&view, &lot.opened.1)) } " " span class="soft" { (lot.opened.0) } }
                            td { (view.term("lot-state", lot.state.word())) }
                            td class="number" { (view.number(u64::from(lot.pages))) }
                            td class="number" { (lot.sample.iter().filter(|page| page.seen).count()) " / " (lot.sample.len()) }
                        } } }
                    } }
                }
                @if by.units(Right::Steer).contains(&line.unit) {
                    form class="row" data-api="POST /api/lots" data-then="/lots/{id}" {
                        input type="hidden" name="line" value=(code);
                        label { span { (view.word(Word::LotPages)) } input name="pages" type="number" min="1" value="3200" data-kind="number"; }
                        label { span { (view.word(Word::Level)) } select name="level" { @for level in ["I", "II", "III"] { option selected[level == "II"] { (level) } } } }
                        label { span { (view.word(Word::Seed)) } input name="seed" data-optional; }
                        button class="first" { (view.word(Word::DrawLot)) }
                        p class="wrong" role="alert" {}
                    }
                }
            }
            @if !runs.is_empty() {
                section class="card" { h2 { (view.word(Word::Runs)) } (super::runs::table(&view, &runs)) }
            }
        },
    ))
}
