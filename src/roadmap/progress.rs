//! How far targets are: by line, by unit, by phase.

use crate::forecast::{PACE_DAYS, Pace, WorkingDayIndex};
use schemars::JsonSchema;
use serde::Serialize;
use sohoa_base::model::calendar::{Calendar, Day};
use sohoa_base::model::roadmap::plan::{ItemCounts, Measure, ProgressStep, Roadmap, Target, TargetLedger};
use std::cmp::Ordering;
use std::collections::HashMap;

/// A target not reached so many days before its end is told of as near.
const NEAR_DEADLINE_DAYS: i32 = 30;

/// Days looked ahead for finishes.
const MAX_LOOKAHEAD_DAYS: i32 = 20 * 366;

/// Where a target stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum TargetState {
    /// Its last day is over and it is not reached.
    Overdue,
    /// At this pace it is reached too late, or never.
    Late,
    /// It is reached in time only if all goes well: the latest finish lies behind its last day.
    AtRisk,
    /// Its time has not begun, or nothing was to be done yet.
    #[serde(rename = "not-begun")]
    NotStarted,
    /// At this pace it is reached in time.
    #[serde(rename = "in-time")]
    OnTrack,
    /// It is reached.
    Done,
}

impl TargetState {
    /// Whether somebody must see to it: the target is not reached in time, or may not be.
    #[must_use]
    pub fn needs_attention(self) -> bool {
        matches!(self, Self::Overdue | Self::Late | Self::AtRisk)
    }

    /// The word for it, as in JSON.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Overdue => "overdue",
            Self::Late => "late",
            Self::AtRisk => "at-risk",
            Self::NotStarted => "not-begun",
            Self::OnTrack => "in-time",
            Self::Done => "done",
        }
    }
}

/// When a target will be reached at the pace of the last 20 working days; 80 in 100 finishes lie between the two days.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
pub struct FinishForecast {
    /// As expected.
    pub day: Day,
    /// At the earliest.
    pub earliest: Day,
    /// At the latest; none: days differ too much to tell.
    pub latest: Option<Day>,
}

/// How far one line is. Amounts are in its measure.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct TargetProgress {
    /// The line.
    pub code: String,
    /// See [`Line`].
    pub name: String,
    /// See [`Line`].
    pub unit: String,
    /// See [`Line`].
    #[serde(rename = "block")]
    pub unit_group: String,
    /// See [`Line`].
    pub phase: String,
    /// See [`Line`].
    pub measure: Measure,
    /// See [`Line`].
    pub priority: u8,
    /// First day of its phase.
    pub from: Day,
    /// See [`Line`].
    pub deadline: Day,
    /// See [`Line`].
    pub budget: u64,
    /// To be done in all.
    #[serde(rename = "target")]
    pub quantity: f64,
    /// Done: the baseline and what was accepted.
    pub done: f64,
    /// Stored and not accepted yet.
    pub stored: f64,
    /// Pages of the target, and of what is done; none where no conversion says.
    #[schemars(with = "Option<Vec<f64>>")]
    pub pages: Option<(f64, f64)>,
    /// Share of the target that is done, 0 to 1 and more.
    pub share_done: f64,
    /// Share of its working days that is over, 0 to 1.
    pub share_elapsed: f64,
    /// Accepted on a working day, mean of the last 20.
    pub pace: f64,
    /// To be accepted on each working day left, to reach it in time; none: it is reached, or there is none left.
    pub required_pace: Option<f64>,
    /// See [`Finish`]; none: nothing was accepted lately.
    pub finish: Option<FinishForecast>,
    /// Where it stands.
    pub state: TargetState,
    /// Its last day is near, and it is not reached.
    #[serde(rename = "is_near")]
    pub is_near_deadline: bool,
    /// Share of judged pages that were sent back, 0 to 1; none: none was judged.
    #[serde(rename = "returned")]
    pub returned_share: Option<f64>,
}

impl TargetProgress {
    /// Lines that need somebody most come first.
    #[must_use]
    pub fn cmp_urgency(&self, other: &Self) -> Ordering {
        let need = |line: &Self| (line.state, line.deadline, line.priority);
        need(self).cmp(&need(other)).then_with(|| self.code.cmp(&other.code))
    }
}

/// How far several lines are together, in pages of A4.
#[derive(Debug, Clone, Default, PartialEq, Serialize, JsonSchema)]
pub struct GroupProgress {
    /// What they have in common: a unit, a phase.
    pub name: String,
    /// Group in which units are ranked.
    #[serde(rename = "block")]
    pub unit_group: String,
    /// Lines, and those that are reached, overdue, and near their last day.
    #[serde(rename = "lines")]
    pub targets: u32,
    /// See `lines`.
    #[serde(rename = "done_lines")]
    pub done_targets: u32,
    /// See `lines`.
    pub overdue: u32,
    /// See `lines`.
    #[serde(rename = "near")]
    pub near_deadline: u32,
    /// Pages to be done; lines without a conversion are left out.
    pub target_pages: f64,
    /// Pages done.
    pub done_pages: f64,
    /// Share done, 0 to 1.
    pub share_done: f64,
    /// Share of time that is over, by pages to be done, 0 to 1.
    pub share_elapsed: f64,
    /// Place within the block, from 1; equal shares have one place.
    pub rank: u32,
    /// Money, đồng.
    pub budget: u64,
}

/// What progress is computed with: a day, and the working days around it.
#[derive(Debug, Clone)]
pub struct ProgressCalculator {
    today: Day,
    working_days: WorkingDayIndex,
    pace_days: Vec<Day>,
}

impl ProgressCalculator {
    /// As of `today`.
    #[must_use]
    pub fn as_of(today: Day, roadmap: &Roadmap) -> Self {
        let calendar = Calendar::vietnam();
        let first = roadmap.from.min(today).plus_days(-60);
        let last = roadmap.to.max(today).plus_days(MAX_LOOKAHEAD_DAYS);
        Self {
            today,
            working_days: WorkingDayIndex::build(calendar, first, last),
            pace_days: calendar.last_working_days(today.plus_days(-1), PACE_DAYS).collect(),
        }
    }

    /// How far a line is.
    #[must_use]
    pub fn target_progress(&self, roadmap: &Roadmap, line: &Target, work: &TargetLedger) -> TargetProgress {
        let in_measure = roadmap.measure_converter(line);
        let amount = |amount: ItemCounts| in_measure(amount).unwrap_or(0.0);
        let accepted = work.total(ProgressStep::Accepted);
        let done = line.baseline + amount(accepted);
        let rest = (line.quantity - done).max(0.0);
        let pace = self.pace(roadmap, line, work);
        let from = roadmap.first_day(line);
        let finish = self.forecast_finish(rest, pace);
        let left = self.working_days.count_between(self.today.plus_days(1), line.deadline);
        let elapsed = self.working_days.count_between(from, self.today.min(line.deadline));
        let state = match finish {
            _ if rest <= 0.0 => TargetState::Done,
            _ if self.today > line.deadline => TargetState::Overdue,
            _ if self.today < from || (accepted.is_zero() && elapsed < 20) => TargetState::NotStarted,
            None => TargetState::Late,
            Some(finish) if finish.day > line.deadline => TargetState::Late,
            Some(finish) if finish.latest.is_none_or(|latest| latest > line.deadline) => TargetState::AtRisk,
            Some(_) => TargetState::OnTrack,
        };
        let judged = accepted.pages + work.total(ProgressStep::Returned).pages;
        let pages = roadmap.pages_per_measure(line).map(|pages| (line.quantity * pages, done * pages));
        TargetProgress {
            code: line.code.clone(),
            name: line.name.clone(),
            unit: line.unit.clone(),
            unit_group: line.unit_group.clone(),
            phase: line.phase.clone(),
            measure: line.measure,
            priority: line.priority,
            from,
            deadline: line.deadline,
            budget: line.budget,
            quantity: line.quantity,
            done,
            stored: amount(work.total(ProgressStep::Stored) - accepted).max(0.0),
            pages,
            share_done: ratio(done, line.quantity),
            share_elapsed: self.share_elapsed(from, line.deadline, self.today),
            pace: pace.daily,
            required_pace: (rest > 0.0 && left > 0).then(|| rest / f64::from(left)),
            finish: finish.filter(|_| rest > 0.0),
            state,
            is_near_deadline: rest > 0.0 && self.today <= line.deadline && line.deadline.0 - self.today.0 <= NEAR_DEADLINE_DAYS,
            #[allow(clippy::cast_precision_loss)]
            returned_share: (judged > 0).then(|| work.total(ProgressStep::Returned).pages as f64 / judged as f64),
        }
    }

    /// Pages of a line that were accepted today, and those that today needs: what was left this morning, over the working days
    /// from today to the last. Nothing is needed on a day off, before the line begins and after it ends.
    #[must_use]
    #[allow(clippy::cast_precision_loss)]
    pub fn today_progress(&self, line: &TargetProgress, work: &TargetLedger) -> (f64, f64) {
        let last = work.accepted_by_day.last().filter(|(day, _)| *day == self.today);
        let accepted = last.map_or(0.0, |(_, amount)| amount.pages as f64);
        let days = self.working_days.count_between(self.today, line.deadline);
        let is_at_work = line.from <= self.today && self.working_days.count_between(self.today, self.today) > 0;
        let rest = line.pages.map_or(0.0, |(target, done)| (target - done).max(0.0));
        // What is accepted beyond the target today was not needed.
        let needed = if is_at_work && days > 0 && line.pages.is_some() && (rest > 0.0 || accepted > 0.0) {
            let morning = line.pages.map_or(0.0, |(target, done)| (target - done + accepted).max(0.0));
            morning / f64::from(days)
        } else {
            0.0
        };
        (accepted, needed)
    }

    /// What was accepted on each of the last 20 working days before today, which is not over; work of free days counts to the
    /// working day before.
    #[must_use]
    pub fn pace(&self, roadmap: &Roadmap, line: &Target, work: &TargetLedger) -> Pace {
        let mut daily = vec![0.0; self.pace_days.len()];
        let in_measure = roadmap.measure_converter(line);
        for (day, amount) in &work.accepted_by_day {
            let place = self.pace_days.partition_point(|worked| worked > day);
            if let Some(sum) = daily.get_mut(place).filter(|_| *day < self.today) {
                *sum += in_measure(*amount).unwrap_or(0.0);
            }
        }
        Pace::from_amounts(&daily)
    }

    /// The finish of a rest at another pace: what if.
    #[must_use]
    pub fn forecast_finish(&self, rest: f64, pace: Pace) -> Option<FinishForecast> {
        let (expected, earliest, latest) = pace.days_to_finish(rest)?;
        Some(FinishForecast {
            day: self.working_day_ahead(expected)?,
            earliest: self.working_day_ahead(earliest)?,
            latest: latest.and_then(|days| self.working_day_ahead(days)),
        })
    }

    /// Share of the working days from `from` to `to` that is over at the end of `day`, 0 to 1.
    #[must_use]
    pub fn share_elapsed(&self, from: Day, to: Day, day: Day) -> f64 {
        f64::from(self.working_days.count_between(from, day.min(to))) / f64::from(self.working_days.count_between(from, to).max(1))
    }

    fn working_day_ahead(&self, days: f64) -> Option<Day> {
        // Below zero or beyond what is counted, it is not asked for.
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let whole = days.ceil() as u32;
        self.working_days.nth_after(self.today, whole)
    }
}

fn ratio(part: f64, of: f64) -> f64 {
    if of > 0.0 { part / of } else { 1.0 }
}

/// Lines together by what `name` says of each, ranked within their blocks.
#[must_use]
pub fn group_progress<'a>(
    lines: impl IntoIterator<Item = &'a TargetProgress>,
    name: impl Fn(&'a TargetProgress) -> &'a str,
) -> Vec<GroupProgress> {
    let mut all: HashMap<&str, (GroupProgress, f64)> = HashMap::new();
    for line in lines {
        let name = name(line);
        let (sum, elapsed) = all.entry(name).or_default();
        if sum.targets == 0 {
            name.clone_into(&mut sum.name);
        }
        if sum.unit_group.is_empty() {
            sum.unit_group.clone_from(&line.unit_group);
        }
        sum.targets += 1;
        sum.done_targets += u32::from(line.state == TargetState::Done);
        sum.overdue += u32::from(line.state == TargetState::Overdue);
        sum.near_deadline += u32::from(line.is_near_deadline);
        sum.budget += line.budget;
        if let Some((target, done)) = line.pages {
            sum.target_pages += target;
            // What is done beyond one target does not make up for another.
            sum.done_pages += done.min(target);
            *elapsed += line.share_elapsed * target;
        }
    }
    let mut all: Vec<GroupProgress> = all
        .into_values()
        .map(|(mut sum, elapsed)| {
            sum.share_done = ratio(sum.done_pages, sum.target_pages);
            sum.share_elapsed = if sum.target_pages > 0.0 { elapsed / sum.target_pages } else { 0.0 };
            sum
        })
        .collect();
    all.sort_by(|one, other| {
        one.unit_group
            .cmp(&other.unit_group)
            .then_with(|| other.share_done.total_cmp(&one.share_done))
            .then_with(|| one.name.cmp(&other.name))
    });
    let mut before: Option<(String, f64, u32)> = None;
    let mut place = 0;
    for one in &mut all {
        let is_same_block = before.as_ref().is_some_and(|(block, ..)| *block == one.unit_group);
        place = if is_same_block { place + 1 } else { 1 };
        one.rank = match &before {
            Some((_, share, rank)) if is_same_block && share.total_cmp(&one.share_done).is_eq() => *rank,
            _ => place,
        };
        before = Some((one.unit_group.clone(), one.share_done, one.rank));
    }
    all
}

/// How much of the workers a line gets beside others, 1 to 64: by what it needs to be in time, and its priority. None gets
/// nothing, so that none waits for ever.
#[must_use]
pub fn scheduling_weight(progress: &TargetProgress) -> u32 {
    const MOST: f64 = 64.0;
    let hurry = match (progress.state, progress.required_pace) {
        (TargetState::Done, _) => 0.25,
        (TargetState::Overdue, _) => 4.0,
        (_, Some(required)) if progress.pace > 0.0 => (required / progress.pace).clamp(0.5, 4.0),
        (TargetState::NotStarted, _) => 1.0,
        _ => 2.0,
    };
    let first = f64::from(6 - i32::from(progress.priority.clamp(1, 5)));
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let weight = (first * hurry * 3.2).round().clamp(1.0, MOST) as u32;
    weight
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn day(text: &str) -> Day {
        Day::parse(text).unwrap()
    }

    fn roadmap(target: f64, deadline: &str) -> Roadmap {
        let json = include_str!("example.json");
        let mut roadmap: Roadmap = serde_json::from_str(json).unwrap();
        roadmap.targets.truncate(1);
        let line = roadmap.targets.first_mut().unwrap();
        (line.measure, line.quantity, line.baseline, line.deadline, line.phase) =
            (Measure::Page, target, 0.0, day(deadline), String::new());
        roadmap
    }

    /// So many pages accepted on each of the working days before the day.
    fn ledger_of(pages: impl Fn(usize) -> i64, days: usize, today: &str) -> TargetLedger {
        let mut work = TargetLedger::default();
        let last: Vec<Day> = Calendar::vietnam().last_working_days(day(today).plus_days(-1), days).collect();
        for (number, at) in last.into_iter().rev().enumerate() {
            work.add(at, ProgressStep::Accepted, ItemCounts::from_pages(pages(number)));
        }
        work
    }

    fn progress_of(target: f64, deadline: &str, work: &TargetLedger) -> TargetProgress {
        let roadmap = roadmap(target, deadline);
        ProgressCalculator::as_of(day("26/11/2026"), &roadmap).target_progress(&roadmap, roadmap.targets.first().unwrap(), work)
    }

    #[test]
    fn a_line_stands_where_its_pace_takes_it() {
        let even = ledger_of(|_| 10, 20, "26/11/2026");
        let found = progress_of(300.0, "31/12/2026", &even);
        // 100 pages are left, at ten a day: ten working days from the 26th on.
        assert_eq!((found.pace, found.finish.unwrap().day, found.state), (10.0, day("10/12/2026"), TargetState::OnTrack));
        assert!((found.required_pace.unwrap() - 100.0 / 25.0).abs() < 1e-9);
        assert_eq!(progress_of(1_000.0, "31/12/2026", &even).state, TargetState::Late);
        assert_eq!(progress_of(300.0, "25/11/2026", &even).state, TargetState::Overdue);
        assert_eq!(progress_of(200.0, "25/11/2026", &even).state, TargetState::Done);
        assert_eq!(
            progress_of(300.0, "31/12/2026", &TargetLedger::default()).state,
            TargetState::Late,
            "nothing was accepted in most of its time"
        );
        let uneven = ledger_of(|number| if number % 4 == 0 { 40 } else { 0 }, 20, "26/11/2026");
        assert_eq!(progress_of(300.0, "11/12/2026", &uneven).state, TargetState::AtRisk);
        assert!(progress_of(300.0, "20/12/2026", &even).is_near_deadline && !progress_of(300.0, "31/12/2026", &even).is_near_deadline);
    }

    #[test]
    fn today_needs_its_share_of_what_was_left_in_the_morning() {
        let of = |target: f64, deadline: &str, today: i64| {
            let mut done = ledger_of(|_| 10, 20, "26/11/2026");
            if today > 0 {
                done.add(day("26/11/2026"), ProgressStep::Accepted, ItemCounts::from_pages(today));
            }
            let roadmap = roadmap(target, deadline);
            let reckoning = ProgressCalculator::as_of(day("26/11/2026"), &roadmap);
            reckoning.today_progress(&reckoning.target_progress(&roadmap, roadmap.targets.first().unwrap(), &done), &done)
        };
        // 200 pages are done; from Thursday the 26th to Monday the 30th three days are worked.
        assert_eq!(of(290.0, "30/11/2026", 0), (0.0, 30.0));
        assert_eq!(of(290.0, "30/11/2026", 12), (12.0, 30.0), "what is done today does not make today's share less");
        assert_eq!(of(200.0, "30/11/2026", 0), (0.0, 0.0), "reached");
        assert_eq!(of(290.0, "25/11/2026", 5), (5.0, 0.0), "overdue");
    }

    #[test]
    fn units_are_ranked_within_their_blocks_and_equal_ones_share_a_place() {
        let line = |unit: &str, block: &str, share: f64| {
            let mut line = progress_of(100.0, "31/12/2026", &TargetLedger::default());
            (line.unit, line.unit_group, line.pages) = (unit.to_owned(), block.to_owned(), Some((100.0, 100.0 * share)));
            line
        };
        let all = [
            line("a", "sở", 0.5),
            line("b", "sở", 0.7),
            line("c", "sở", 0.5),
            line("d", "sở", 0.1),
            line("e", "xã", 0.2),
            line("e", "xã", 1.5),
        ];
        let ranked = group_progress(&all, |line| &line.unit);
        let places: Vec<(&str, u32)> = ranked.iter().map(|one| (one.name.as_str(), one.rank)).collect();
        assert_eq!(places, [("b", 1), ("a", 2), ("c", 2), ("d", 4), ("e", 1)]);
        // What is done beyond one target does not make up for another.
        assert!((ranked.last().unwrap().share_done - 0.6).abs() < 1e-9);
    }

    #[test]
    fn who_is_late_gets_more_of_the_workers_and_nobody_nothing() {
        let even = ledger_of(|_| 10, 20, "26/11/2026");
        let weights =
            [progress_of(1_000.0, "31/12/2026", &even), progress_of(300.0, "31/12/2026", &even), progress_of(200.0, "31/12/2026", &even)]
                .map(|line| scheduling_weight(&line));
        assert!(
            weights.windows(2).all(|pair| pair.first() > pair.last()) && weights.iter().all(|weight| (1..=64).contains(weight)),
            "{weights:?}"
        );
        let mut first = progress_of(300.0, "31/12/2026", &even);
        first.priority = 5;
        assert!(scheduling_weight(&first) < scheduling_weight(&TargetProgress { priority: 1, ..first.clone() }));
    }
}
