//! How far targets are: by line, by unit, by phase.

use super::forecast::{Pace, TRAILING, WorkingDays};
use schemars::JsonSchema;
use serde::Serialize;
use sohoa_base::model::day::{Calendar, Day};
use sohoa_base::model::roadmap::{Amount, Line, Measure, Roadmap, Step, Work};
use std::cmp::Ordering;
use std::collections::HashMap;

/// A target not reached so many days before its end is told of as near.
const NEAR: i32 = 30;

/// Days looked ahead for finishes.
const AHEAD: i32 = 20 * 366;

/// Where a target stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// Its last day is over and it is not reached.
    Overdue,
    /// At this pace it is reached too late, or never.
    Late,
    /// It is reached in time only if all goes well: the latest finish lies behind its last day.
    AtRisk,
    /// Its time has not begun, or nothing was to be done yet.
    NotBegun,
    /// At this pace it is reached in time.
    InTime,
    /// It is reached.
    Done,
}

impl State {
    /// Whether somebody must see to it: the target is not reached in time, or may not be.
    #[must_use]
    pub fn is_pressing(self) -> bool {
        matches!(self, Self::Overdue | Self::Late | Self::AtRisk)
    }

    /// The word for it, as in JSON.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Overdue => "overdue",
            Self::Late => "late",
            Self::AtRisk => "at-risk",
            Self::NotBegun => "not-begun",
            Self::InTime => "in-time",
            Self::Done => "done",
        }
    }
}

/// When a target will be reached at the pace of the last 20 working days; 80 in 100 finishes lie between the two days.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Finish {
    /// As expected.
    pub day: Day,
    /// At the earliest.
    pub earliest: Day,
    /// At the latest; none: days differ too much to tell.
    pub latest: Option<Day>,
}

/// How far one line is. Amounts are in its measure.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct LineProgress {
    /// The line.
    pub code: String,
    /// See [`Line`].
    pub name: String,
    /// See [`Line`].
    pub unit: String,
    /// See [`Line`].
    pub block: String,
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
    pub target: f64,
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
    pub finish: Option<Finish>,
    /// Where it stands.
    pub state: State,
    /// Its last day is near, and it is not reached.
    pub is_near: bool,
    /// Share of judged pages that were sent back, 0 to 1; none: none was judged.
    pub returned: Option<f64>,
}

impl LineProgress {
    /// Lines that need somebody most come first.
    #[must_use]
    pub fn by_need(&self, other: &Self) -> Ordering {
        let need = |line: &Self| (line.state, line.deadline, line.priority);
        need(self).cmp(&need(other)).then_with(|| self.code.cmp(&other.code))
    }
}

/// How far several lines are together, in pages of A4.
#[derive(Debug, Clone, Default, PartialEq, Serialize, JsonSchema)]
pub struct Together {
    /// What they have in common: a unit, a phase.
    pub name: String,
    /// Group in which units are ranked.
    pub block: String,
    /// Lines, and those that are reached, overdue, and near their last day.
    pub lines: u32,
    /// See `lines`.
    pub done_lines: u32,
    /// See `lines`.
    pub overdue: u32,
    /// See `lines`.
    pub near: u32,
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
pub struct Reckoning {
    today: Day,
    days: WorkingDays,
    trailing: Vec<Day>,
}

impl Reckoning {
    /// As of `today`.
    #[must_use]
    pub fn on(today: Day, roadmap: &Roadmap) -> Self {
        let calendar = Calendar::vietnam();
        let first = roadmap.from.min(today).after(-60);
        let last = roadmap.to.max(today).after(AHEAD);
        Self {
            today,
            days: WorkingDays::count(calendar, first, last),
            trailing: calendar.working_days_before(today.after(-1), TRAILING).collect(),
        }
    }

    /// How far a line is.
    #[must_use]
    pub fn line(&self, roadmap: &Roadmap, line: &Line, work: &Work) -> LineProgress {
        let in_measure = roadmap.in_measure(line);
        let amount = |amount: Amount| in_measure(amount).unwrap_or(0.0);
        let accepted = work.of(Step::Accepted);
        let done = line.baseline + amount(accepted);
        let rest = (line.target - done).max(0.0);
        let pace = self.pace(roadmap, line, work);
        let from = roadmap.first_day(line);
        let finish = self.finish(rest, pace);
        let left = self.days.between(self.today.after(1), line.deadline);
        let elapsed = self.days.between(from, self.today.min(line.deadline));
        let state = match finish {
            _ if rest <= 0.0 => State::Done,
            _ if self.today > line.deadline => State::Overdue,
            _ if self.today < from || (accepted.is_nothing() && elapsed < 20) => State::NotBegun,
            None => State::Late,
            Some(finish) if finish.day > line.deadline => State::Late,
            Some(finish) if finish.latest.is_none_or(|latest| latest > line.deadline) => State::AtRisk,
            Some(_) => State::InTime,
        };
        let judged = accepted.pages + work.of(Step::Returned).pages;
        let pages = roadmap.pages_of(line).map(|pages| (line.target * pages, done * pages));
        LineProgress {
            code: line.code.clone(),
            name: line.name.clone(),
            unit: line.unit.clone(),
            block: line.block.clone(),
            phase: line.phase.clone(),
            measure: line.measure,
            priority: line.priority,
            from,
            deadline: line.deadline,
            budget: line.budget,
            target: line.target,
            done,
            stored: amount(work.of(Step::Stored) - accepted).max(0.0),
            pages,
            share_done: share(done, line.target),
            share_elapsed: self.share_elapsed(from, line.deadline, self.today),
            pace: pace.daily,
            required_pace: (rest > 0.0 && left > 0).then(|| rest / f64::from(left)),
            finish: finish.filter(|_| rest > 0.0),
            state,
            is_near: rest > 0.0 && self.today <= line.deadline && line.deadline.0 - self.today.0 <= NEAR,
            #[allow(clippy::cast_precision_loss)]
            returned: (judged > 0).then(|| work.of(Step::Returned).pages as f64 / judged as f64),
        }
    }

    /// Pages of a line that were accepted today, and those that today needs: what was left this morning, over the working days
    /// from today to the last. Nothing is needed on a day off, before the line begins and after it ends.
    #[must_use]
    #[allow(clippy::cast_precision_loss)]
    pub fn today(&self, line: &LineProgress, work: &Work) -> (f64, f64) {
        let last = work.accepted.last().filter(|(day, _)| *day == self.today);
        let accepted = last.map_or(0.0, |(_, amount)| amount.pages as f64);
        let days = self.days.between(self.today, line.deadline);
        let is_at_work = line.from <= self.today && self.days.between(self.today, self.today) > 0;
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
    pub fn pace(&self, roadmap: &Roadmap, line: &Line, work: &Work) -> Pace {
        let mut daily = vec![0.0; self.trailing.len()];
        let in_measure = roadmap.in_measure(line);
        for (day, amount) in &work.accepted {
            let place = self.trailing.partition_point(|worked| worked > day);
            if let Some(sum) = daily.get_mut(place).filter(|_| *day < self.today) {
                *sum += in_measure(*amount).unwrap_or(0.0);
            }
        }
        Pace::of(&daily)
    }

    /// The finish of a rest at another pace: what if.
    #[must_use]
    pub fn finish(&self, rest: f64, pace: Pace) -> Option<Finish> {
        let (expected, earliest, latest) = pace.days_for(rest)?;
        Some(Finish { day: self.ahead(expected)?, earliest: self.ahead(earliest)?, latest: latest.and_then(|days| self.ahead(days)) })
    }

    /// Share of the working days from `from` to `to` that is over at the end of `day`, 0 to 1.
    #[must_use]
    pub fn share_elapsed(&self, from: Day, to: Day, day: Day) -> f64 {
        f64::from(self.days.between(from, day.min(to))) / f64::from(self.days.between(from, to).max(1))
    }

    fn ahead(&self, days: f64) -> Option<Day> {
        // Below zero or beyond what is counted, it is not asked for.
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let whole = days.ceil() as u32;
        self.days.after(self.today, whole)
    }
}

fn share(part: f64, of: f64) -> f64 {
    if of > 0.0 { part / of } else { 1.0 }
}

/// Lines together by what `name` says of each, ranked within their blocks.
#[must_use]
pub fn together<'a>(lines: impl IntoIterator<Item = &'a LineProgress>, name: impl Fn(&'a LineProgress) -> &'a str) -> Vec<Together> {
    let mut all: HashMap<&str, (Together, f64)> = HashMap::new();
    for line in lines {
        let name = name(line);
        let (sum, elapsed) = all.entry(name).or_default();
        if sum.lines == 0 {
            name.clone_into(&mut sum.name);
        }
        if sum.block.is_empty() {
            sum.block.clone_from(&line.block);
        }
        sum.lines += 1;
        sum.done_lines += u32::from(line.state == State::Done);
        sum.overdue += u32::from(line.state == State::Overdue);
        sum.near += u32::from(line.is_near);
        sum.budget += line.budget;
        if let Some((target, done)) = line.pages {
            sum.target_pages += target;
            // What is done beyond one target does not make up for another.
            sum.done_pages += done.min(target);
            *elapsed += line.share_elapsed * target;
        }
    }
    let mut all: Vec<Together> = all
        .into_values()
        .map(|(mut sum, elapsed)| {
            sum.share_done = share(sum.done_pages, sum.target_pages);
            sum.share_elapsed = if sum.target_pages > 0.0 { elapsed / sum.target_pages } else { 0.0 };
            sum
        })
        .collect();
    all.sort_by(|one, other| {
        one.block.cmp(&other.block).then_with(|| other.share_done.total_cmp(&one.share_done)).then_with(|| one.name.cmp(&other.name))
    });
    let mut before: Option<(String, f64, u32)> = None;
    let mut place = 0;
    for one in &mut all {
        let is_same_block = before.as_ref().is_some_and(|(block, ..)| *block == one.block);
        place = if is_same_block { place + 1 } else { 1 };
        one.rank = match &before {
            Some((_, share, rank)) if is_same_block && share.total_cmp(&one.share_done).is_eq() => *rank,
            _ => place,
        };
        before = Some((one.block.clone(), one.share_done, one.rank));
    }
    all
}

/// How much of the workers a line gets beside others, 1 to 64: by what it needs to be in time, and its priority. None gets
/// nothing, so that none waits for ever.
#[must_use]
pub fn weight(progress: &LineProgress) -> u32 {
    const MOST: f64 = 64.0;
    let hurry = match (progress.state, progress.required_pace) {
        (State::Done, _) => 0.25,
        (State::Overdue, _) => 4.0,
        (_, Some(required)) if progress.pace > 0.0 => (required / progress.pace).clamp(0.5, 4.0),
        (State::NotBegun, _) => 1.0,
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
        roadmap.lines.truncate(1);
        let line = roadmap.lines.first_mut().unwrap();
        (line.measure, line.target, line.baseline, line.deadline, line.phase) = (Measure::Page, target, 0.0, day(deadline), String::new());
        roadmap
    }

    /// So many pages accepted on each of the working days before the day.
    fn work(pages: impl Fn(usize) -> i64, days: usize, today: &str) -> Work {
        let mut work = Work::default();
        let last: Vec<Day> = Calendar::vietnam().working_days_before(day(today).after(-1), days).collect();
        for (number, at) in last.into_iter().rev().enumerate() {
            work.add(at, Step::Accepted, Amount::of_pages(pages(number)));
        }
        work
    }

    fn told(target: f64, deadline: &str, work: &Work) -> LineProgress {
        let roadmap = roadmap(target, deadline);
        Reckoning::on(day("26/11/2026"), &roadmap).line(&roadmap, roadmap.lines.first().unwrap(), work)
    }

    #[test]
    fn a_line_stands_where_its_pace_takes_it() {
        let even = work(|_| 10, 20, "26/11/2026");
        let found = told(300.0, "31/12/2026", &even);
        // 100 pages are left, at ten a day: ten working days from the 26th on.
        assert_eq!((found.pace, found.finish.unwrap().day, found.state), (10.0, day("10/12/2026"), State::InTime));
        assert!((found.required_pace.unwrap() - 100.0 / 25.0).abs() < 1e-9);
        assert_eq!(told(1_000.0, "31/12/2026", &even).state, State::Late);
        assert_eq!(told(300.0, "25/11/2026", &even).state, State::Overdue);
        assert_eq!(told(200.0, "25/11/2026", &even).state, State::Done);
        assert_eq!(told(300.0, "31/12/2026", &Work::default()).state, State::Late, "nothing was accepted in most of its time");
        let uneven = work(|number| if number % 4 == 0 { 40 } else { 0 }, 20, "26/11/2026");
        assert_eq!(told(300.0, "11/12/2026", &uneven).state, State::AtRisk);
        assert!(told(300.0, "20/12/2026", &even).is_near && !told(300.0, "31/12/2026", &even).is_near);
    }

    #[test]
    fn today_needs_its_share_of_what_was_left_in_the_morning() {
        let of = |target: f64, deadline: &str, today: i64| {
            let mut done = work(|_| 10, 20, "26/11/2026");
            if today > 0 {
                done.add(day("26/11/2026"), Step::Accepted, Amount::of_pages(today));
            }
            let roadmap = roadmap(target, deadline);
            let reckoning = Reckoning::on(day("26/11/2026"), &roadmap);
            reckoning.today(&reckoning.line(&roadmap, roadmap.lines.first().unwrap(), &done), &done)
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
            let mut line = told(100.0, "31/12/2026", &Work::default());
            (line.unit, line.block, line.pages) = (unit.to_owned(), block.to_owned(), Some((100.0, 100.0 * share)));
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
        let ranked = together(&all, |line| &line.unit);
        let places: Vec<(&str, u32)> = ranked.iter().map(|one| (one.name.as_str(), one.rank)).collect();
        assert_eq!(places, [("b", 1), ("a", 2), ("c", 2), ("d", 4), ("e", 1)]);
        // What is done beyond one target does not make up for another.
        assert!((ranked.last().unwrap().share_done - 0.6).abs() < 1e-9);
    }

    #[test]
    fn who_is_late_gets_more_of_the_workers_and_nobody_nothing() {
        let even = work(|_| 10, 20, "26/11/2026");
        let weights = [told(1_000.0, "31/12/2026", &even), told(300.0, "31/12/2026", &even), told(200.0, "31/12/2026", &even)]
            .map(|line| weight(&line));
        assert!(
            weights.windows(2).all(|pair| pair.first() > pair.last()) && weights.iter().all(|weight| (1..=64).contains(weight)),
            "{weights:?}"
        );
        let mut first = told(300.0, "31/12/2026", &even);
        first.priority = 5;
        assert!(weight(&first) < weight(&LineProgress { priority: 1, ..first.clone() }));
    }
}
