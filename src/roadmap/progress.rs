//! Progress of single targets.

use crate::forecast::{PACE_DAYS, Pace, WorkingDayIndex};
use schemars::JsonSchema;
use serde::Serialize;
use sohoa_base::model::calendar::{Calendar, Day};
use sohoa_base::model::roadmap::ledger::{ItemCounts, ProgressStep, TargetLedger};
use sohoa_base::model::roadmap::plan::{Measure, Roadmap, Target};
use std::cmp::Ordering;

/// Days before its deadline from which an unfinished target counts as near.
const NEAR_DEADLINE_DAYS: i32 = 30;

/// Maximum length of forecasts, days.
const MAX_LOOKAHEAD_DAYS: i32 = 20 * 366;

/// State of a target.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum TargetState {
    /// The deadline has passed and it is not reached.
    Overdue,
    /// At the current pace it is reached after the deadline, or never.
    Late,
    /// The expected finish is in time, but the latest is after the deadline.
    AtRisk,
    /// It has not begun, or nothing was to be done yet.
    NotStarted,
    /// At the current pace it is reached in time.
    OnTrack,
    /// It is reached.
    Done,
}

impl TargetState {
    /// Whether it needs attention: it is not reached in time, or may not be.
    #[must_use]
    pub fn needs_attention(self) -> bool {
        matches!(self, Self::Overdue | Self::Late | Self::AtRisk)
    }

    /// Name of the state, as in JSON.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Overdue => "overdue",
            Self::Late => "late",
            Self::AtRisk => "at-risk",
            Self::NotStarted => "not-started",
            Self::OnTrack => "on-track",
            Self::Done => "done",
        }
    }
}

/// Forecast of a target's finish at the pace of the last 20 working days, with its 80 % interval.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
pub struct FinishForecast {
    /// Expected finish.
    pub day: Day,
    /// Earliest finish.
    pub earliest: Day,
    /// Latest finish; none: the pace varies too much.
    pub latest: Option<Day>,
}

/// Progress of one target. Amounts are in its measure.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct TargetProgress {
    /// Code of the target.
    pub code: String,
    /// See [`Target::name`].
    pub name: String,
    /// See [`Target::unit`].
    pub unit: String,
    /// See [`Target::unit_group`].
    pub unit_group: String,
    /// See [`Target::phase`].
    pub phase: String,
    /// See [`Target::measure`].
    pub measure: Measure,
    /// See [`Target::priority`].
    pub priority: u8,
    /// First day of its phase.
    pub from: Day,
    /// See [`Target::deadline`].
    pub deadline: Day,
    /// See [`Target::budget`].
    pub budget: u64,
    /// Total amount.
    pub quantity: f64,
    /// Amount done: the baseline and what was accepted.
    pub done: f64,
    /// Amount stored and not accepted yet.
    pub stored: f64,
    /// Pages of the total and of what is done; none without a conversion.
    #[schemars(with = "Option<Vec<f64>>")]
    pub pages: Option<(f64, f64)>,
    /// Share done, 0 to 1; more than 1 if exceeded.
    pub share_done: f64,
    /// Elapsed share of its working days, 0 to 1.
    pub share_elapsed: f64,
    /// Amount accepted per working day, mean of the last 20.
    pub pace: f64,
    /// Amount per remaining working day that is required to reach it in time; none: it is reached, or no day remains.
    pub required_pace: Option<f64>,
    /// Forecast; none: nothing was accepted lately.
    pub finish: Option<FinishForecast>,
    /// State.
    pub state: TargetState,
    /// Whether its deadline is near and it is not reached.
    pub is_near_deadline: bool,
    /// Share of the judged pages that were returned, 0 to 1; none: none was judged.
    pub returned_share: Option<f64>,
}

impl TargetProgress {
    /// Orders by urgency, most urgent first.
    #[must_use]
    pub fn cmp_urgency(&self, other: &Self) -> Ordering {
        let need = |target: &Self| (target.state, target.deadline, target.priority);
        need(self).cmp(&need(other)).then_with(|| self.code.cmp(&other.code))
    }
}

/// Computes progress on a day, with the working days around it.
#[derive(Debug, Clone)]
pub struct ProgressCalculator {
    today: Day,
    working_days: WorkingDayIndex,
    pace_days: Vec<Day>,
}

impl ProgressCalculator {
    /// A calculator for `today`.
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

    /// Progress of a target.
    #[must_use]
    pub fn target_progress(&self, roadmap: &Roadmap, target: &Target, work: &TargetLedger) -> TargetProgress {
        let in_measure = roadmap.measure_converter(target);
        let amount = |amount: ItemCounts| in_measure(amount).unwrap_or(0.0);
        let accepted = work.total(ProgressStep::Accepted);
        let done = target.baseline + amount(accepted);
        let rest = (target.quantity - done).max(0.0);
        let pace = self.pace(roadmap, target, work);
        let from = roadmap.first_day(target);
        let finish = self.forecast_finish(rest, pace);
        let left = self.working_days.count_between(self.today.plus_days(1), target.deadline);
        let elapsed = self.working_days.count_between(from, self.today.min(target.deadline));
        let state = match finish {
            _ if rest <= 0.0 => TargetState::Done,
            _ if self.today > target.deadline => TargetState::Overdue,
            _ if self.today < from || (accepted.is_zero() && elapsed < 20) => TargetState::NotStarted,
            None => TargetState::Late,
            Some(finish) if finish.day > target.deadline => TargetState::Late,
            Some(finish) if finish.latest.is_none_or(|latest| latest > target.deadline) => TargetState::AtRisk,
            Some(_) => TargetState::OnTrack,
        };
        let judged = accepted.pages + work.total(ProgressStep::Returned).pages;
        let pages = roadmap.pages_per_measure(target).map(|pages| (target.quantity * pages, done * pages));
        TargetProgress {
            code: target.code.clone(),
            name: target.name.clone(),
            unit: target.unit.clone(),
            unit_group: target.unit_group.clone(),
            phase: target.phase.clone(),
            measure: target.measure,
            priority: target.priority,
            from,
            deadline: target.deadline,
            budget: target.budget,
            quantity: target.quantity,
            done,
            stored: amount(work.total(ProgressStep::Stored) - accepted).max(0.0),
            pages,
            share_done: ratio(done, target.quantity),
            share_elapsed: self.share_elapsed(from, target.deadline, self.today),
            pace: pace.daily,
            required_pace: (rest > 0.0 && left > 0).then(|| rest / f64::from(left)),
            finish: finish.filter(|_| rest > 0.0),
            state,
            is_near_deadline: rest > 0.0 && self.today <= target.deadline && target.deadline.0 - self.today.0 <= NEAR_DEADLINE_DAYS,
            #[allow(clippy::cast_precision_loss)]
            returned_share: (judged > 0).then(|| work.total(ProgressStep::Returned).pages as f64 / judged as f64),
        }
    }

    /// Pages of a target accepted today, and pages required today: this morning's rest over the working days from today
    /// to the deadline. None are required on a day off, before the target begins and after its deadline.
    #[must_use]
    #[allow(clippy::cast_precision_loss)]
    pub fn today_progress(&self, target: &TargetProgress, work: &TargetLedger) -> (f64, f64) {
        let last = work.accepted_by_day.last().filter(|(day, _)| *day == self.today);
        let accepted = last.map_or(0.0, |(_, amount)| amount.pages as f64);
        let days = self.working_days.count_between(self.today, target.deadline);
        let is_at_work = target.from <= self.today && self.working_days.count_between(self.today, self.today) > 0;
        let rest = target.pages.map_or(0.0, |(planned, done)| (planned - done).max(0.0));
        // What is accepted beyond the target today was not required.
        let needed = if is_at_work && days > 0 && target.pages.is_some() && (rest > 0.0 || accepted > 0.0) {
            let morning = target.pages.map_or(0.0, |(planned, done)| (planned - done + accepted).max(0.0));
            morning / f64::from(days)
        } else {
            0.0
        };
        (accepted, needed)
    }

    /// Pace of the last 20 working days before today, because today is not over; work on days off counts for the working
    /// day before.
    #[must_use]
    pub fn pace(&self, roadmap: &Roadmap, target: &Target, work: &TargetLedger) -> Pace {
        let mut daily = vec![0.0; self.pace_days.len()];
        let in_measure = roadmap.measure_converter(target);
        for (day, amount) in &work.accepted_by_day {
            let place = self.pace_days.partition_point(|worked| worked > day);
            if let Some(sum) = daily.get_mut(place).filter(|_| *day < self.today) {
                *sum += in_measure(*amount).unwrap_or(0.0);
            }
        }
        Pace::from_amounts(&daily)
    }

    /// Forecast of a rest at another pace, for what-if questions.
    #[must_use]
    pub fn forecast_finish(&self, rest: f64, pace: Pace) -> Option<FinishForecast> {
        let (expected, earliest, latest) = pace.days_to_finish(rest)?;
        Some(FinishForecast {
            day: self.working_day_ahead(expected)?,
            earliest: self.working_day_ahead(earliest)?,
            latest: latest.and_then(|days| self.working_day_ahead(days)),
        })
    }

    /// Share of the working days from `from` to `to` that has passed at the end of `day`, 0 to 1.
    #[must_use]
    pub fn share_elapsed(&self, from: Day, to: Day, day: Day) -> f64 {
        f64::from(self.working_days.count_between(from, day.min(to))) / f64::from(self.working_days.count_between(from, to).max(1))
    }

    fn working_day_ahead(&self, days: f64) -> Option<Day> {
        // Neither negative nor beyond the counted days.
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let whole = days.ceil() as u32;
        self.working_days.nth_after(self.today, whole)
    }
}

pub(crate) fn ratio(part: f64, of: f64) -> f64 {
    if of > 0.0 { part / of } else { 1.0 }
}

/// Scheduling weight of a target's tasks among others, 1 to 64: by what is required to be in time, and its priority. At
/// least 1, so that none waits for ever.
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
    use crate::group_progress::group_progress;

    fn day(text: &str) -> Day {
        Day::parse(text).unwrap()
    }

    fn roadmap(quantity: f64, deadline: &str) -> Roadmap {
        let json = include_str!("example.json");
        let mut roadmap: Roadmap = serde_json::from_str(json).unwrap();
        roadmap.targets.truncate(1);
        let target = roadmap.targets.first_mut().unwrap();
        (target.measure, target.quantity, target.baseline, target.deadline, target.phase) =
            (Measure::Page, quantity, 0.0, day(deadline), String::new());
        roadmap
    }

    /// A ledger with this number of pages accepted on each of the `days` working days before `today`.
    fn ledger_of(pages: impl Fn(usize) -> i64, days: usize, today: &str) -> TargetLedger {
        let mut work = TargetLedger::default();
        let last: Vec<Day> = Calendar::vietnam().last_working_days(day(today).plus_days(-1), days).collect();
        for (number, at) in last.into_iter().rev().enumerate() {
            work.add(at, ProgressStep::Accepted, ItemCounts::from_pages(pages(number)));
        }
        work
    }

    fn progress_of(quantity: f64, deadline: &str, work: &TargetLedger) -> TargetProgress {
        let roadmap = roadmap(quantity, deadline);
        ProgressCalculator::as_of(day("26/11/2026"), &roadmap).target_progress(&roadmap, roadmap.targets.first().unwrap(), work)
    }

    #[test]
    fn target_state_follows_pace_and_deadline() {
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
    fn daily_quota_is_share_of_morning_backlog() {
        let of = |quantity: f64, deadline: &str, today: i64| {
            let mut done = ledger_of(|_| 10, 20, "26/11/2026");
            if today > 0 {
                done.add(day("26/11/2026"), ProgressStep::Accepted, ItemCounts::from_pages(today));
            }
            let roadmap = roadmap(quantity, deadline);
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
    fn units_are_ranked_within_groups_with_shared_ranks() {
        let target = |unit: &str, block: &str, share: f64| {
            let mut target = progress_of(100.0, "31/12/2026", &TargetLedger::default());
            (target.unit, target.unit_group, target.pages) = (unit.to_owned(), block.to_owned(), Some((100.0, 100.0 * share)));
            target
        };
        let all = [
            target("a", "sở", 0.5),
            target("b", "sở", 0.7),
            target("c", "sở", 0.5),
            target("d", "sở", 0.1),
            target("e", "xã", 0.2),
            target("e", "xã", 1.5),
        ];
        let ranked = group_progress(&all, |target| &target.unit);
        let places: Vec<(&str, u32)> = ranked.iter().map(|one| (one.name.as_str(), one.rank)).collect();
        assert_eq!(places, [("b", 1), ("a", 2), ("c", 2), ("d", 4), ("e", 1)]);
        // Surplus of one target does not make up for another.
        assert!((ranked.last().unwrap().share_done - 0.6).abs() < 1e-9);
    }

    #[test]
    fn late_target_gets_larger_worker_share() {
        let even = ledger_of(|_| 10, 20, "26/11/2026");
        let weights =
            [progress_of(1_000.0, "31/12/2026", &even), progress_of(300.0, "31/12/2026", &even), progress_of(200.0, "31/12/2026", &even)]
                .map(|target| scheduling_weight(&target));
        assert!(
            weights.windows(2).all(|pair| pair.first() > pair.last()) && weights.iter().all(|weight| (1..=64).contains(weight)),
            "{weights:?}"
        );
        let mut first = progress_of(300.0, "31/12/2026", &even);
        first.priority = 5;
        assert!(scheduling_weight(&first) < scheduling_weight(&TargetProgress { priority: 1, ..first.clone() }));
    }
}
