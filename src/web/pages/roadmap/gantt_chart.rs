//! Gantt chart of the targets of a roadmap, rendered on the server: one row each, time from left to right.

use crate::pages::roadmap::progress::{finish_text, format_percent, target_state};
use crate::pages::ui::page_context::PageContext;
use maud::{Markup, html};
use sohoa_base::model::calendar::Day;
use sohoa_base::text::percent_encoding::encode_segment;
use sohoa_services::roadmap::progress::TargetProgress;
use sohoa_texts::labels::Label;

/// Most ticks on the axis: as many as fit on a phone.
const MAX_TICKS: i32 = 6;

/// Steps between ticks, months.
const TICK_STEPS_MONTHS: [i32; 8] = [1, 3, 6, 12, 24, 60, 120, 240];

/// Time axis: first day and the day after the last.
struct Axis {
    first: Day,
    last: Day,
}

impl Axis {
    /// Axis from the first day of any target to the last deadline, extended by up to a quarter for forecasts beyond it.
    fn spanning(lines: &[&TargetProgress], today: Day) -> Self {
        let first = lines.iter().map(|line| line.from).min().unwrap_or(today).min(today);
        let end = lines.iter().map(|line| line.deadline).max().unwrap_or(today).max(today);
        let room = end.plus_days((end.0 - first.0) / 4 + 1);
        let finishes = lines.iter().filter_map(|line| line.finish).map(|finish| finish.latest.unwrap_or(finish.day));
        let last = finishes.map(|day| day.min(room)).max().unwrap_or(end).max(end);
        Self { first, last: last.plus_days(1) }
    }

    /// Position of the start of a day, per cent of the width.
    fn position_percent(&self, day: Day) -> f64 {
        let whole = f64::from((self.last.0 - self.first.0).max(1));
        (f64::from(day.0 - self.first.0) * 100.0 / whole).clamp(0.0, 100.0)
    }

    /// Ticks at first days of months or years with their labels, so far apart that the labels fit.
    fn ticks(&self) -> Vec<(Day, String)> {
        let (year, month, _) = self.first.ymd();
        let (last_year, last_month, _) = self.last.ymd();
        let months = |year: i32, month: u8| year * 12 + i32::from(month) - 1;
        let (from, to) = (months(year, month), months(last_year, last_month));
        let step = TICK_STEPS_MONTHS.into_iter().find(|step| (to - from) / step <= MAX_TICKS).unwrap_or(240);
        let named = |number: i32| {
            let month = u8::try_from(number.rem_euclid(12) + 1).ok()?;
            let day = Day::from_ymd(number.div_euclid(12), month, 1)?;
            let name = if step < 12 { format!("{month}/{}", number.div_euclid(12)) } else { number.div_euclid(12).to_string() };
            (day >= self.first && day < self.last).then_some((day, name))
        };
        (from.div_euclid(step)..=to.div_euclid(step)).filter_map(|count| named(count * step)).collect()
    }
}

fn css_percent(place: f64) -> String {
    format!("{place:.2}%")
}

/// The chart with its legend.
pub(crate) fn gantt_chart(view: &PageContext, lines: &[&TargetProgress], today: Day) -> Markup {
    let axis = Axis::spanning(lines, today);
    let marks = axis.ticks();
    html! {
        table class="timeline" {
            thead { tr {
                th { (view.label(Label::Line)) }
                td {
                    svg class="axis" width="100%" height="22" aria-hidden="true" {
                        @for (day, name) in &marks {
                            @let place = axis.position_percent(*day);
                            line class="grid" x1=(css_percent(place)) x2=(css_percent(place)) y1="0" y2="22" {}
                            @if place < 90.0 { text x=(css_percent(place)) y="15" dx="4" { (name) } }
                        }
                    }
                }
            } }
            tbody { @for line in lines { tr data-row {
                th scope="row" {
                    a href=(format!("/roadmap/lines/{}", encode_segment(&line.code))) { (line.code) } " " (target_state(view, line))
                    span class="soft name" { (line.name) }
                }
                td { (target_bar(view, &axis, &marks, line, today)) }
            } } }
        }
        (legend(view))
    }
}

fn target_bar(view: &PageContext, axis: &Axis, marks: &[(Day, String)], line: &TargetProgress, today: Day) -> Markup {
    let (from, to, now) =
        (axis.position_percent(line.from), axis.position_percent(line.deadline.plus_days(1)), css_percent(axis.position_percent(today)));
    let width = (to - from).max(0.3);
    let done = width * line.share_done.clamp(0.0, 1.0);
    let is_behind = line.share_done + 0.001 < line.share_elapsed;
    let description = format!(
        "{}–{}; {}: {}; {}: {}; {}: {}",
        line.from.format_dmy(),
        line.deadline.format_dmy(),
        view.label(Label::ShareDone),
        format_percent(view, line.share_done),
        view.label(Label::ShareElapsed),
        format_percent(view, line.share_elapsed),
        view.label(Label::Finish),
        finish_text(view, line),
    );
    html! {
        svg width="100%" height="36" role="img" aria-label=(description) {
            title { (description) }
            @for (day, _) in marks { @let place = css_percent(axis.position_percent(*day)); line class="grid" x1=(place) x2=(place) y1="0" y2="36" {} }
            rect class="span" x=(css_percent(from)) width=(css_percent(width)) y="6" height="12" rx="2" {}
            rect class=(if is_behind { "late" } else { "done" }) x=(css_percent(from)) width=(css_percent(done)) y="6" height="12" rx="2" {}
            line class="deadline" x1=(css_percent(to)) x2=(css_percent(to)) y1="3" y2="21" {}
            line class="now" x1=(now) x2=(now) y1="0" y2="36" {}
            @if let Some(finish) = line.finish {
                @let class = if finish.day > line.deadline { "finish late" } else { "finish" };
                @let latest = finish.latest.filter(|latest| *latest < axis.last);
                @let ends = [css_percent(axis.position_percent(finish.earliest)), css_percent(latest.map_or(100.0, |day| axis.position_percent(day)))];
                g class=(class) {
                    line x1=(ends[0]) x2=(ends[1]) y1="28" y2="28" {}
                    line x1=(ends[0]) x2=(ends[0]) y1="25" y2="31" {}
                    @if latest.is_some() { line x1=(ends[1]) x2=(ends[1]) y1="25" y2="31" {} }
                    @if finish.day < axis.last { circle cx=(css_percent(axis.position_percent(finish.day))) cy="28" r="4" {} }
                    @else { text x="100%" y="33" text-anchor="end" { "→" } }
                }
            }
        }
    }
}

fn legend(view: &PageContext) -> Markup {
    let key =
        |shape: Markup, word: Label| html! { span { svg width="22" height="14" aria-hidden="true" { (shape) } " " (view.label(word)) } };
    html! {
        p class="soft timeline-keys" {
            (key(html! { rect class="done" width="20" height="10" y="2" rx="2" {} }, Label::DoneInTime))
            (key(html! { rect class="late" width="20" height="10" y="2" rx="2" {} }, Label::DoneBehind))
            (key(html! { rect class="span" width="20" height="10" y="2" rx="2" {} }, Label::LeftToDo))
            (key(html! { line class="deadline" x1="10" x2="10" y1="0" y2="14" {} }, Label::Deadline))
            (key(html! { g class="finish" { line x1="1" x2="21" y1="7" y2="7" {} circle cx="11" cy="7" r="4" {} } }, Label::FinishInterval))
            (key(html! { line class="now" x1="10" x2="10" y1="0" y2="14" {} }, Label::Today))
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn axis_has_at_most_eight_ticks() {
        for (first, last) in [("1/1/2026", "31/3/2026"), ("15/7/2023", "31/12/2025"), ("1/1/2026", "31/12/2099"), ("5/5/2026", "6/5/2026")]
        {
            let axis = Axis { first: Day::parse(first).unwrap(), last: Day::parse(last).unwrap() };
            let marks = axis.ticks();
            assert!(marks.len() <= 8, "{first}–{last}: {marks:?}");
            assert!(marks.iter().all(|(day, _)| (0.0..100.0).contains(&axis.position_percent(*day))));
        }
        let years = Axis { first: Day::parse("15/7/2023").unwrap(), last: Day::parse("31/12/2025").unwrap() };
        assert_eq!(years.ticks().first().unwrap().1, "1/2024");
    }
}
