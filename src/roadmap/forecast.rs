//! Forecast of the finish of a target from the pace of the last working days, with an 80 % interval.

use sohoa_base::model::calendar::{Calendar, Day};

/// Number of working days for the mean pace.
pub const PACE_DAYS: usize = 20;

/// Half-width of the central 80 % of a normal distribution, in standard deviations.
const Z_80_PERCENT: f64 = 1.2816;

/// Maximum length of a forecast, working days.
const MAX_FORECAST_DAYS: f64 = 12_500.0;

/// Working days of a period, counted once for many queries.
#[derive(Debug, Clone)]
pub struct WorkingDayIndex {
    first: i32,
    /// Number of working days from the first day to before each day.
    sums: Vec<u32>,
}

impl WorkingDayIndex {
    /// Counts the working days from `from` to `to`.
    #[must_use]
    pub fn build(calendar: &Calendar, from: Day, to: Day) -> Self {
        let mut sums = vec![0];
        let mut sum = 0;
        for day in from.0..=to.0 {
            sum += u32::from(calendar.is_working_day(Day(day)));
            sums.push(sum);
        }
        Self { first: from.0, sums }
    }

    /// Number of working days from `from` to `to`, both included; days outside the period do not count.
    #[must_use]
    pub fn count_between(&self, from: Day, to: Day) -> u32 {
        self.count_before(to.plus_days(1)).saturating_sub(self.count_before(from))
    }

    /// The `count`-th working day after `day`; none beyond the period.
    #[must_use]
    pub fn nth_after(&self, day: Day, count: u32) -> Option<Day> {
        let wanted = self.count_before(day.plus_days(1)) + count;
        let place = self.sums.partition_point(|sum| *sum < wanted);
        let last = self.sums.len().saturating_sub(1);
        (place <= last && place > 0)
            .then(|| Day(self.first.saturating_add(i32::try_from(place).unwrap_or(i32::MAX)) - 1))
            .map(|found| found.max(day))
    }

    /// Number of working days before `day`.
    fn count_before(&self, day: Day) -> u32 {
        let place = usize::try_from(day.0.saturating_sub(self.first)).unwrap_or(0).min(self.sums.len().saturating_sub(1));
        self.sums.get(place).copied().unwrap_or(0)
    }
}

/// A pace: work per working day, and its variation.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Pace {
    /// Mean per working day.
    pub daily: f64,
    /// Standard deviation.
    pub standard_deviation: f64,
    /// Number of working days in the sample.
    pub sample_days: usize,
}

impl Pace {
    /// Pace of these working days.
    #[must_use]
    #[allow(clippy::cast_precision_loss)]
    pub fn from_amounts(amounts: &[f64]) -> Self {
        let days = amounts.len();
        if days == 0 {
            return Self::default();
        }
        let daily = amounts.iter().sum::<f64>() / days as f64;
        let squares = amounts.iter().map(|amount| (amount - daily).powi(2)).sum::<f64>();
        let deviation = if days > 1 { (squares / (days - 1) as f64).sqrt() } else { 0.0 };
        Self { daily, standard_deviation: deviation, sample_days: days }
    }

    /// The pace times `factor`: 1.5 with half as many scanners again.
    #[must_use]
    pub fn scaled_by(self, factor: f64) -> Self {
        Self { daily: self.daily * factor, standard_deviation: self.standard_deviation * factor, ..self }
    }

    /// Working days until `rest` is done: expected, earliest and latest (80 % interval).
    ///
    /// The work of `T` days has the mean `m·T` and the variance `s²·T + s²·T²/n`: days differ, and the mean itself is
    /// estimated from only `n` of them.
    #[must_use]
    #[allow(clippy::cast_precision_loss)]
    pub fn days_to_finish(self, rest: f64) -> Option<(f64, f64, Option<f64>)> {
        if rest <= 0.0 {
            return Some((0.0, 0.0, Some(0.0)));
        }
        if self.daily <= 0.0 {
            return None;
        }
        let expected = rest / self.daily;
        // Solutions of mean ± deviations = rest: the two roots of one quadratic equation.
        let spread = (Z_80_PERCENT * self.standard_deviation).powi(2);
        let square = self.daily.powi(2) - spread / self.sample_days.max(1) as f64;
        let linear = 2.0 * rest * self.daily + spread;
        let root = (linear.powi(2) - 4.0 * square * rest.powi(2)).max(0.0).sqrt();
        let earliest = 2.0 * rest.powi(2) / (linear + root);
        // If the variation is so large that the mean may be zero, there is no latest day.
        let latest = (square > 0.0).then(|| (linear + root) / (2.0 * square)).filter(|days| *days <= MAX_FORECAST_DAYS);
        (expected <= MAX_FORECAST_DAYS).then_some((expected, earliest, latest))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn working_day_index_agrees_with_calendar() {
        let calendar = Calendar::vietnam();
        let day = |text: &str| Day::parse(text).unwrap();
        let days = WorkingDayIndex::build(calendar, day("1/1/2026"), day("31/12/2027"));
        for (from, to) in [("1/1/2026", "31/12/2026"), ("16/2/2026", "20/2/2026"), ("23/11/2026", "24/11/2026")] {
            assert_eq!(days.count_between(day(from), day(to)), calendar.count_working_days(day(from), day(to)), "{from}");
        }
        for count in [0, 1, 5, 100] {
            assert_eq!(
                days.nth_after(day("27/11/2026"), count).unwrap(),
                calendar.nth_working_day_after(day("27/11/2026"), count),
                "{count}"
            );
        }
        assert_eq!(days.nth_after(day("27/11/2026"), 10_000), None);
    }

    #[test]
    fn uneven_pace_widens_the_forecast_interval() {
        let even = Pace::from_amounts(&[10.0; 20]);
        let (expected, earliest, latest) = even.days_to_finish(100.0).unwrap();
        assert!((expected - 10.0).abs() < 1e-6 && (earliest - 10.0).abs() < 1e-6 && (latest.unwrap() - 10.0).abs() < 1e-6);
        let uneven = Pace::from_amounts(&[0.0, 20.0].repeat(10));
        let (expected, earliest, latest) = uneven.days_to_finish(100.0).unwrap();
        assert!((expected - 10.0).abs() < 1e-6 && earliest < 8.0 && latest.unwrap() > 13.0);
        assert_eq!(Pace::from_amounts(&[]).days_to_finish(1.0), None);
        assert_eq!(Pace::from_amounts(&[0.0; 20]).days_to_finish(1.0), None);
        // One lump in twenty days: the expected finish exists, the latest does not.
        let mut lump = vec![0.0; 19];
        lump.push(20.0);
        assert_eq!(Pace::from_amounts(&lump).days_to_finish(1_000.0).unwrap().2, None);
        assert_eq!(even.scaled_by(2.0).days_to_finish(100.0).unwrap().0, 5.0);
    }

    #[test]
    fn forecast_interval_covers_eighty_percent_of_finishes() {
        // Days of known mean and deviation, drawn pseudo-randomly; the pace is the mean of twenty, then the rest is
        // worked off.
        let mut state = 7_u64;
        let mut drawn = move || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let uniform = (state >> 33) as f64 / f64::from(1_u32 << 31);
            (uniform * 40.0).max(0.0)
        };
        let mut inside = 0;
        for _ in 0..1_000 {
            let seen: Vec<f64> = (0..PACE_DAYS).map(|_| drawn()).collect();
            let (_, earliest, latest) = Pace::from_amounts(&seen).days_to_finish(800.0).unwrap();
            let (mut left, mut days) = (800.0, 0.0);
            while left > 0.0 {
                left -= drawn();
                days += 1.0;
            }
            inside += u32::from(days >= earliest.floor() && latest.is_none_or(|latest| days <= latest.ceil()));
        }
        assert!((780..=900).contains(&inside), "{inside} of 1,000");
    }
}
