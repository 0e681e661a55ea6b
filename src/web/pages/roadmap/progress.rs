//! Progress of targets as numbers, bars and states.

use crate::pages::ui::page_context::PageContext;
use maud::{Markup, html};
use sohoa_base::model::calendar::Day;
use sohoa_base::text::numbers;
use sohoa_services::roadmap::progress::{TargetProgress, TargetState};
use sohoa_texts::Language;
use sohoa_texts::labels::Label;

/// A number with `places` decimals, with the separators of the page's language.
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

/// Bar of the share done, with a mark at the share of time elapsed.
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

/// Forecast finish of a target with its interval, as text.
pub(crate) fn finish_text(view: &PageContext, line: &TargetProgress) -> String {
    let day_text = |day: Option<Day>| day.map_or_else(|| view.label(Label::NotTold).to_owned(), Day::format_dmy);
    line.finish.map_or_else(
        || view.label(if line.state == TargetState::Done { Label::LinesDone } else { Label::NotTold }).to_owned(),
        |finish| format!("{} ({} – {})", finish.day.format_dmy(), finish.earliest.format_dmy(), day_text(finish.latest)),
    )
}

pub(crate) fn finish_cell(view: &PageContext, line: &TargetProgress) -> Markup {
    html! {
        @match line.finish {
            None => { "—" }
            Some(finish) => {
                @let latest = finish.latest.map_or_else(|| view.label(Label::NotTold).to_owned(), Day::format_dmy);
                span title=(format!("{} – {latest}", finish.earliest.format_dmy())) { (finish.day.format_dmy()) }
            }
        }
    }
}
