//! Days and working days (Labour Code 45/2019/QH14, article 112; the Prime Minister's yearly decision on Tết).

use crate::error::messages::settings;
use crate::error::{Error, Result};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::LazyLock;
use time::{Date, Month};

/// A calendar day as the number of days since 1970-01-01; in JSON `2026-11-26`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
#[schemars(with = "String")]
pub struct Day(pub i32);

/// Milliseconds of a day.
const MS_PER_DAY: i64 = 86_400_000;

/// Offset of Vietnam from UTC, ms, the same all the year (Decision 134/2002/QĐ-TTg).
const UTC_OFFSET_MS: i64 = 7 * 3_600_000;

impl Day {
    /// The day in Vietnam at a time in epoch milliseconds.
    #[must_use]
    pub fn from_epoch_ms(epoch_ms: i64) -> Self {
        Self(i32::try_from(epoch_ms.saturating_add(UTC_OFFSET_MS).div_euclid(MS_PER_DAY)).unwrap_or(i32::MAX))
    }

    /// The day with this year, month and day of the month; none for an impossible date.
    #[must_use]
    pub fn from_ymd(year: i32, month: u8, day: u8) -> Option<Self> {
        let date = Date::from_calendar_date(year, Month::try_from(month).ok()?, day).ok()?;
        Some(Self(date.to_julian_day() - JULIAN_DAY_1970))
    }

    /// Parses `2026-11-26` or the official form `26/11/2026`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let mark = if text.contains('/') { '/' } else { '-' };
        let mut parts = text.split(mark).map(|part| part.trim().parse::<i32>().ok());
        let (one, two, three) = (parts.next()??, parts.next()??, parts.next()??);
        let (year, day) = if mark == '/' { (three, one) } else { (one, three) };
        if parts.next().is_some() || !(1000..3000).contains(&year) {
            return None;
        }
        Self::from_ymd(year, u8::try_from(two).ok()?, u8::try_from(day).ok()?)
    }

    /// Year, month and day of the month.
    #[must_use]
    pub fn ymd(self) -> (i32, u8, u8) {
        let date = Date::from_julian_day(self.0.saturating_add(JULIAN_DAY_1970)).unwrap_or(Date::MAX);
        (date.year(), u8::from(date.month()), date.day())
    }

    /// The official form: `26/11/2026`.
    #[must_use]
    pub fn format_dmy(self) -> String {
        let (year, month, day) = self.ymd();
        format!("{day:02}/{month:02}/{year}")
    }

    /// The day `days` days later.
    #[must_use]
    pub fn plus_days(self, days: i32) -> Self {
        Self(self.0.saturating_add(days))
    }

    /// 0 for Monday to 6 for Sunday.
    fn weekday(self) -> i32 {
        // 1970-01-01 was a Thursday.
        (self.0 + 3).rem_euclid(7)
    }
}

/// The Julian day of 1970-01-01.
const JULIAN_DAY_1970: i32 = 2_440_588;

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = self.ymd();
        write!(f, "{year:04}-{month:02}-{day:02}")
    }
}

impl From<Day> for String {
    fn from(day: Day) -> Self {
        day.to_string()
    }
}

impl TryFrom<String> for Day {
    type Error = Error;

    fn try_from(text: String) -> Result<Self> {
        Self::parse(&text).ok_or_else(|| settings::day_invalid(format!("{text:?}")))
    }
}

/// Working days: all days but Saturdays, Sundays and holidays, plus make-up days.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Calendar {
    holidays: BTreeSet<Day>,
    makeup_days: BTreeSet<Day>,
    /// Yearly holidays: month, day of the month, and first year.
    annual_holidays: Vec<(u8, u8, i32)>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CalendarFile {
    yearly: Vec<AnnualHoliday>,
    year: BTreeMap<String, CalendarYear>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AnnualHoliday {
    day: String,
    from: i32,
    #[allow(dead_code)]
    name: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CalendarYear {
    #[allow(dead_code)]
    source: String,
    holidays: Vec<Day>,
    #[serde(default)]
    worked: Vec<Day>,
}

/// The built-in calendar. A broken file would give one without holidays, which a test rules out.
static VIETNAM: LazyLock<Calendar> = LazyLock::new(|| Calendar::from_toml(include_str!("calendar.toml")).unwrap_or_default());

impl Calendar {
    /// The calendar of Vietnam, from `calendar.toml`.
    #[must_use]
    pub fn vietnam() -> &'static Self {
        &VIETNAM
    }

    /// Parses a calendar.
    ///
    /// # Errors
    /// `Invalid` for malformed TOML or impossible days.
    pub fn from_toml(text: &str) -> Result<Self> {
        let written: CalendarFile = toml::from_str(text).map_err(|error| settings::calendar_unreadable().caused_by(error))?;
        let mut calendar = Self::default();
        for one in written.yearly {
            let parts = one.day.split_once('/').and_then(|(day, month)| Some((month.parse().ok()?, day.parse().ok()?)));
            let (month, day) = parts.ok_or_else(|| settings::calendar_yearly_day_invalid(format!("{:?}", one.day)))?;
            calendar.annual_holidays.push((month, day, one.from));
        }
        for (_, year) in written.year {
            calendar.holidays.extend(year.holidays);
            calendar.makeup_days.extend(year.worked);
        }
        Ok(calendar)
    }

    /// Whether `day` is a working day.
    #[must_use]
    pub fn is_working_day(&self, day: Day) -> bool {
        if self.makeup_days.contains(&day) {
            return true;
        }
        let (year, month, of_month) = day.ymd();
        let is_yearly = self.annual_holidays.iter().any(|(m, d, from)| (*m, *d) == (month, of_month) && year >= *from);
        day.weekday() < 5 && !is_yearly && !self.holidays.contains(&day)
    }

    /// Number of working days from `from` to `to`, both included; 0 if `to` comes first.
    #[must_use]
    pub fn count_working_days(&self, from: Day, to: Day) -> u32 {
        (from.0..=to.0).filter(|day| self.is_working_day(Day(*day))).count().try_into().unwrap_or(u32::MAX)
    }

    /// The `count`-th working day after `day`; at most a century later.
    #[must_use]
    pub fn nth_working_day_after(&self, day: Day, count: u32) -> Day {
        const CENTURY: i32 = 36_525;
        let mut left = count;
        let mut at = day;
        while left > 0 && at.0 - day.0 < CENTURY {
            at = at.plus_days(1);
            left -= u32::from(self.is_working_day(at));
        }
        at
    }

    /// `day` itself if it is a working day, else the next working day.
    #[must_use]
    pub fn first_working_day_from(&self, day: Day) -> Day {
        if self.is_working_day(day) { day } else { self.nth_working_day_after(day, 1) }
    }

    /// The last `count` working days up to `day`, newest first.
    pub fn last_working_days(&self, day: Day, count: usize) -> impl Iterator<Item = Day> + '_ {
        (0..).map(move |back| day.plus_days(-back)).filter(|day| self.is_working_day(*day)).take(count)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn day(text: &str) -> Day {
        Day::parse(text).unwrap()
    }

    #[test]
    fn iso_and_dmy_dates_are_parsed_and_formatted() {
        assert_eq!(day("26/11/2026"), day("2026-11-26"));
        assert_eq!((day("1970-01-01").0, day("29/2/2024").to_string().as_str()), (0, "2024-02-29"));
        assert_eq!(day("5/3/2026").format_dmy(), "05/03/2026");
        for wrong in ["", "29/2/2025", "2026-13-01", "1/1/26", "26/11/2026/1", "hôm nay"] {
            assert_eq!(Day::parse(wrong), None, "{wrong}");
        }
        // 17:30 UTC is half past midnight in Vietnam.
        assert_eq!(Day::from_epoch_ms(day("2026-11-26").0.into()).0, 0);
        assert_eq!(Day::from_epoch_ms(i64::from(day("2026-11-26").0) * MS_PER_DAY - 6 * 3_600_000), day("2026-11-26"));
    }

    #[test]
    fn weekends_and_holidays_are_not_working_days() {
        let calendar = Calendar::from_toml(include_str!("calendar.toml")).unwrap();
        for free in ["28/11/2026", "29/11/2026", "24/11/2026", "2/9/2026", "30/4/2026", "17/2/2026", "26/4/2026", "1/1/2027"] {
            assert!(!calendar.is_working_day(day(free)), "{free}");
        }
        assert!(calendar.is_working_day(day("26/11/2026")) && calendar.is_working_day(day("24/11/2025")));
        assert_eq!(calendar.count_working_days(day("23/11/2026"), day("30/11/2026")), 5);
        assert_eq!(calendar.count_working_days(day("30/11/2026"), day("23/11/2026")), 0);
        assert_eq!(calendar.nth_working_day_after(day("27/11/2026"), 1), day("30/11/2026"));
        assert_eq!(["28/11/2026", "30/11/2026"].map(|free| calendar.first_working_day_from(day(free))), [day("30/11/2026"); 2]);
        assert_eq!(
            calendar.last_working_days(day("30/11/2026"), 3).collect::<Vec<_>>(),
            [day("30/11/2026"), day("27/11/2026"), day("26/11/2026")]
        );
    }
}
