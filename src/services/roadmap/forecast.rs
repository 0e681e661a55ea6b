//! A target day by day, and what another pace or deadline would lead to.

use crate::archive::Archive;
use crate::roadmap::targets::authorized_target;
use schemars::JsonSchema;
use serde::Serialize;
use sohoa_base::error::Result;
use sohoa_base::messages::roadmap as messages;
use sohoa_base::model::account::UnitScope;
use sohoa_base::model::calendar::Day;
use sohoa_base::model::roadmap::ledger::{ItemCounts, ProgressStep, TargetLedger};
use sohoa_base::model::roadmap::plan::{Roadmap, Target};
use sohoa_catalog::DailyProgress;
use sohoa_roadmap::progress::{FinishForecast, ProgressCalculator, TargetProgress, TargetState};
use std::collections::BTreeMap;

/// Work done for a target day by day, against the plan.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct BurnUp {
    /// The target.
    pub target: TargetProgress,
    /// Days in order: first day, today, deadline, and each day with work done.
    pub days: Vec<BurnUpDay>,
}

/// One day of a [`BurnUp`]; cumulative amounts in the target's measure.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, JsonSchema)]
pub struct BurnUpDay {
    /// The day.
    pub day: Day,
    /// Planned amount, at an even pace over the working days.
    pub planned: f64,
    /// Stored; none for future days.
    pub stored: Option<f64>,
    /// Accepted; none for future days.
    pub accepted: Option<f64>,
}

/// Work done for a target day by day.
///
/// # Errors
/// As [`authorized_target`].
pub async fn burn_up(archive: &Archive, units: &UnitScope, code: &str) -> Result<BurnUp> {
    let (roadmap, target) = authorized_target(archive, units, code).await?;
    let facts = archive.catalog.daily_progress(Some(code)).await?;
    Ok(compute_burn_up(&roadmap, &target, &facts, archive.catalog.today()))
}

fn compute_burn_up(roadmap: &Roadmap, target: &Target, facts: &[DailyProgress], today: Day) -> BurnUp {
    let mut work = TargetLedger::default();
    let mut by_day: BTreeMap<Day, (ItemCounts, ItemCounts)> = BTreeMap::new();
    let from = roadmap.first_day(target);
    for day in [from, today, target.deadline] {
        by_day.entry(day).or_default();
    }
    for fact in facts {
        work.add(fact.day, fact.step, fact.amount);
        let entry = by_day.entry(fact.day).or_default();
        match fact.step {
            ProgressStep::Stored => entry.0 += fact.amount,
            ProgressStep::Accepted => entry.1 += fact.amount,
            ProgressStep::Received | ProgressStep::Read | ProgressStep::Returned => {}
        }
    }
    let calculator = ProgressCalculator::as_of(today, roadmap);
    let in_measure = roadmap.measure_converter(target);
    let amount = |amount: ItemCounts| in_measure(amount).unwrap_or(0.0);
    let (mut stored, mut accepted) = (ItemCounts::default(), ItemCounts::default());
    let days = by_day.into_iter().map(|(day, (more_stored, more_accepted))| {
        stored += more_stored;
        accepted += more_accepted;
        let known = |sum: ItemCounts| (day <= today).then(|| target.baseline + amount(sum));
        let planned = target.baseline + (target.quantity - target.baseline) * calculator.share_elapsed(from, target.deadline, day);
        BurnUpDay { day, planned, stored: known(stored), accepted: known(accepted) }
    });
    BurnUp { days: days.collect(), target: calculator.target_progress(roadmap, target, &work) }
}

/// Forecast of a target at another pace or with another deadline.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct WhatIf {
    /// The target with its actual pace and deadline.
    pub target: TargetProgress,
    /// Assumed pace, in its measure per working day.
    pub pace: f64,
    /// Assumed deadline.
    pub deadline: Day,
    /// Expected finish; none: it cannot be forecast.
    pub finish: Option<FinishForecast>,
    /// Amount required on each remaining working day; none: the target is reached, or no working day remains.
    pub required_pace: Option<f64>,
    /// Factor by which the pace must grow to meet the deadline; none: it cannot be computed.
    pub needed_factor: Option<f64>,
    /// Whether the deadline would be met.
    pub in_time: bool,
}

/// Forecasts a target with `factor` times as many workers and scanners, and another deadline.
///
/// # Errors
/// As [`authorized_target`]; `Invalid` for a factor outside 0.01 to 100.
pub async fn what_if(archive: &Archive, units: &UnitScope, code: &str, factor: f64, deadline: Option<Day>) -> Result<WhatIf> {
    if !(0.01..=100.0).contains(&factor) {
        return Err(messages::forecast_factor_invalid());
    }
    let (roadmap, mut target) = authorized_target(archive, units, code).await?;
    let work = archive.catalog.target_progress(code).await?;
    let calculator = ProgressCalculator::as_of(archive.catalog.today(), &roadmap);
    let now = calculator.target_progress(&roadmap, &target, &work);
    target.deadline = deadline.unwrap_or(target.deadline);
    let pace = calculator.pace(&roadmap, &target, &work).scaled_by(factor);
    let finish = calculator.forecast_finish((now.quantity - now.done).max(0.0), pace);
    let required_pace = calculator.target_progress(&roadmap, &target, &work).required_pace;
    Ok(WhatIf {
        pace: pace.daily,
        deadline: target.deadline,
        needed_factor: required_pace.filter(|_| now.pace > 0.0).map(|required| required / now.pace),
        in_time: now.state == TargetState::Done || finish.is_some_and(|finish| finish.day <= target.deadline),
        finish,
        required_pace,
        target: now,
    })
}
