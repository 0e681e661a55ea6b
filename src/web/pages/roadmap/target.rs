//! One target (chỉ tiêu) of a roadmap: progress, forecast, lots and runs.

use crate::pages::batches::run_table::run_table;
use crate::pages::roadmap::progress::{finish_cell, format_decimal, format_percent, progress_bar, target_state};
use crate::pages::ui::assets::BURN_UP_JS;
use crate::pages::ui::components::{empty_state, timestamp};
use crate::pages::ui::layout::render_page;
use crate::pages::ui::page_context::PageContext;
use crate::problem::{PathParams, Problem, QueryParams};
use crate::state::AppState;
use axum::Extension;
use axum::extract::State;
use maud::{Markup, html};
use serde::Deserialize;
use sohoa_base::model::account::{Identity, Right};
use sohoa_base::model::calendar::Day;
use sohoa_base::text::numbers;
use sohoa_base::text::percent_encoding::encode_segment;
use sohoa_services::roadmap::forecast;
use sohoa_services::roadmap::lots;
use sohoa_services::runs::monitoring;
use sohoa_texts::labels::Label;

/// Lots of a target that are listed.
const LOTS_SHOWN: usize = 50;

/// Query of the page: assumptions of the forecast.
#[derive(Debug, Deserialize)]
pub(crate) struct WhatIfQuery {
    factor: Option<String>,
    deadline: Option<String>,
}

/// The page of one target.
pub(crate) async fn target(
    view: PageContext,
    State(shared): State<AppState>,
    Extension(by): Extension<Identity>,
    PathParams(code): PathParams<String>,
    QueryParams(wanted): QueryParams<WhatIfQuery>,
) -> Result<Markup, Problem> {
    let units = by.units_with(Right::Monitor);
    let burned = forecast::burn_up(shared.archive(), &units, &code).await?;
    let line = &burned.target;
    let factor = wanted.factor.as_deref().and_then(numbers::parse_number).unwrap_or(1.0);
    let deadline = wanted.deadline.filter(|text| !text.is_empty()).map(Day::try_from).transpose()?;
    let forecast = forecast::what_if(shared.archive(), &units, &code, factor, deadline).await?;
    let found = lots::list_lots(shared.archive(), &by, Some(&code), LOTS_SHOWN).await?;
    let runs = monitoring::runs_of_target(shared.archive(), &units, &code).await?;
    let measure = view.code_label("measure", line.measure.as_str());
    let words = serde_json::json!({ "day": view.label(Label::Date), "planned": view.label(Label::Target), "stored": view.label(Label::Stored), "accepted": view.label(Label::Accepted) });
    let day = |day: Option<Day>| day.map_or_else(|| view.label(Label::NotTold).to_owned(), Day::format_dmy);
    Ok(render_page(
        &view,
        &line.name,
        &[BURN_UP_JS],
        &html! {
            div class="spread" {
                h1 { (line.code) " · " (line.name) }
                p class="soft" { a href="/roadmap" { (view.label(Label::Roadmap)) } " · " (line.unit) " · " (line.from.format_dmy()) "–" (line.deadline.format_dmy()) }
            }
            div class="cards" {
                section class="card" {
                    h2 { (target_state(&view, line)) }
                    p { (progress_bar(line.share_done, line.share_elapsed)) " " b { (format_percent(&view, line.share_done)) } " · " (format_percent(&view, line.share_elapsed)) " " (view.label(Label::ShareElapsed)) }
                    table { tbody {
                        tr { th { (view.label(Label::Done)) } td class="number" { (format_decimal(&view, line.done, 1)) " / " (format_decimal(&view, line.quantity, 1)) " " (measure) } }
                        tr { th { (view.label(Label::StoredWaiting)) } td class="number" { (format_decimal(&view, line.stored, 1)) " " (measure) } }
                        tr { th { (view.label(Label::Pace)) } td class="number" { (format_decimal(&view, line.pace, 1)) } }
                        tr { th { (view.label(Label::Needed)) } td class="number" { (line.required_pace.map_or_else(|| "—".to_owned(), |pace| format_decimal(&view, pace, 1))) } }
                        tr { th { (view.label(Label::Finish)) } td class="number" { (finish_cell(&view, line)) } }
                    } }
                }
                section class="card" {
                    h2 { (view.label(Label::WhatIf)) }
                    form class="column" action=(format!("/roadmap/lines/{}", encode_segment(&code))) {
                        label { span { (view.label(Label::Factor)) } input name="factor" inputmode="decimal" value=(numbers::format_decimal(factor, 1)); }
                        label { span { (view.label(Label::Deadline)) } input name="deadline" value=(forecast.deadline.format_dmy()); }
                        button { (view.label(Label::WhatIf)) }
                    }
                    p { (view.label(Label::Finish)) ": " b { (day(forecast.finish.map(|finish| finish.day))) }
                        @if let Some(finish) = forecast.finish { " (" (finish.earliest.format_dmy()) " – " (day(finish.latest)) ")" }
                        @if forecast.in_time { " · " (view.label(Label::InTime)) } }
                    @if let Some(needed) = forecast.needed_factor { p class="soft" { (view.label(Label::Needed)) ": " (format_decimal(&view, forecast.required_pace.unwrap_or(0.0), 1)) " " (measure) " = × " (format_decimal(&view, needed, 2)) } }
                }
            }
            section class="card" {
                h2 { (view.label(Label::BurnUp)) " (" (measure) ")" }
                div id="burn-up" data-burn-up=(format!("/api/roadmap/lines/{}", encode_segment(&code))) data-words=(words) {}
                details {
                    summary { (view.label(Label::Details)) }
                    div class="wide" { table {
                        thead { tr { @for word in [Label::Date, Label::Target, Label::Stored, Label::Accepted] { th { (view.label(word)) } } } }
                        tbody { @for day in &burned.days { tr {
                            td { (day.day.format_dmy()) }
                            td class="number" { (format_decimal(&view, day.planned, 1)) }
                            @for amount in [day.stored, day.accepted] { td class="number" { (amount.map_or_else(|| "—".to_owned(), |amount| format_decimal(&view, amount, 1))) } }
                        } } }
                    } }
                }
            }
            section class="card" {
                h2 { (view.label(Label::Lots)) }
                @if found.is_empty() { (empty_state(view.label(Label::NoLots))) } @else {
                    div class="wide" { table {
                        thead { tr { @for word in [Label::Lot, Label::State, Label::Pages, Label::Sample] { th { (view.label(word)) } } } }
                        tbody { @for lot in &found { tr data-row {
                            td { a href=(format!("/lots/{}", lot.id)) { (timestamp(&view, &lot.opened.1)) } " " span class="soft" { (lot.opened.0) } }
                            td { (view.code_label("lot-state", lot.state.as_str())) }
                            td class="number" { (view.format_number(u64::from(lot.pages))) }
                            td class="number" { (lot.sample.iter().filter(|page| page.inspected).count()) " / " (lot.sample.len()) }
                        } } }
                    } }
                }
                @if by.units_with(Right::ManageRuns).contains(&line.unit) {
                    form class="row" data-api="POST /api/lots" data-then="/lots/{id}" {
                        input type="hidden" name="target" value=(code);
                        label { span { (view.label(Label::LotPages)) } input name="pages" type="number" min="1" value="3200" data-kind="number"; }
                        label { span { (view.label(Label::Level)) } select name="level" { @for level in ["I", "II", "III"] { option selected[level == "II"] { (level) } } } }
                        label { span { (view.label(Label::Seed)) } input name="seed" data-optional; }
                        button class="first" { (view.label(Label::DrawLot)) }
                        p class="wrong" role="alert" {}
                    }
                }
            }
            @if !runs.is_empty() {
                section class="card" { h2 { (view.label(Label::Runs)) } (run_table(&view, &runs)) }
            }
        },
    ))
}
