//! Work done for roadmap targets: counted steps, counts, and the ledger of a target.

use crate::model::calendar::Day;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A counted step of the work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ProgressStep {
    /// Pages were received (tiếp nhận).
    Received,
    /// Pages were recognised (nhận dạng).
    Read,
    /// Pages are stored and need no further review (lưu trữ).
    Stored,
    /// Pages passed acceptance (nghiệm thu): only these count as done.
    Accepted,
    /// Pages were returned with their lot.
    Returned,
}

impl ProgressStep {
    /// All steps, in order.
    pub const ALL: [Self; 5] = [Self::Received, Self::Read, Self::Stored, Self::Accepted, Self::Returned];

    /// Name of the step, as in JSON.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Received => "received",
            Self::Read => "read",
            Self::Stored => "stored",
            Self::Accepted => "accepted",
            Self::Returned => "returned",
        }
    }

    /// Parses the name of a step.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|step| step.as_str() == word)
    }
}

/// Numbers of pages, and of the documents and dossiers that they complete. A difference may be negative.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ItemCounts {
    /// Pages.
    pub pages: i64,
    /// Documents.
    pub documents: i64,
    /// Dossiers.
    pub dossiers: i64,
}

impl ItemCounts {
    /// Counts of pages alone.
    #[must_use]
    pub fn from_pages(pages: i64) -> Self {
        Self { pages, ..Self::default() }
    }

    /// Whether all counts are 0.
    #[must_use]
    pub fn is_zero(self) -> bool {
        self == Self::default()
    }
}

impl std::ops::AddAssign for ItemCounts {
    fn add_assign(&mut self, other: Self) {
        self.pages += other.pages;
        self.documents += other.documents;
        self.dossiers += other.dossiers;
    }
}

impl std::ops::Sub for ItemCounts {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        Self { pages: self.pages - other.pages, documents: self.documents - other.documents, dossiers: self.dossiers - other.dossiers }
    }
}

/// Work done for a target: totals, and recent acceptances. In JSON both are flat lists of numbers, because the ledgers of
/// all targets are parsed whenever progress is reported.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TargetLedger {
    /// Totals, in the order of [`ProgressStep::ALL`]; in JSON pages, documents, dossiers of each.
    #[serde(default, with = "sums")]
    #[serde(rename = "steps")]
    totals: [ItemCounts; ProgressStep::ALL.len()],
    /// Acceptances on each of the last [`TargetLedger::RETAINED_DAYS`] days, oldest first; in JSON the day since
    /// 1970-01-01, pages, documents, dossiers of each.
    #[serde(default, with = "days")]
    #[serde(rename = "accepted")]
    pub accepted_by_day: Vec<(Day, ItemCounts)>,
}

/// Serialises counts as one list of numbers.
mod sums {
    use super::{ItemCounts, ProgressStep};
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub(crate) fn serialize<S: Serializer>(sums: &[ItemCounts; ProgressStep::ALL.len()], to: S) -> Result<S::Ok, S::Error> {
        let numbers = sums.iter().flat_map(|amount| [amount.pages, amount.documents, amount.dossiers]);
        numbers.collect::<Vec<i64>>().serialize(to)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<[ItemCounts; ProgressStep::ALL.len()], D::Error> {
        let numbers = Vec::<i64>::deserialize(from)?;
        let mut sums = [ItemCounts::default(); ProgressStep::ALL.len()];
        for (sum, three) in sums.iter_mut().zip(numbers.chunks(3)) {
            let &[pages, documents, dossiers] = three else { return Err(serde::de::Error::custom("sums do not come in threes")) };
            *sum = ItemCounts { pages, documents, dossiers };
        }
        Ok(sums)
    }
}

/// Serialises days with their counts as one list of numbers.
mod days {
    use super::{Day, ItemCounts, TargetLedger};
    use serde::de::{Error, SeqAccess, Visitor};
    use serde::{Deserializer, Serialize, Serializer};
    use std::fmt;

    pub(crate) fn serialize<S: Serializer>(days: &[(Day, ItemCounts)], to: S) -> Result<S::Ok, S::Error> {
        let numbers = days.iter().flat_map(|(day, amount)| [i64::from(day.0), amount.pages, amount.documents, amount.dossiers]);
        numbers.collect::<Vec<i64>>().serialize(to)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<(Day, ItemCounts)>, D::Error> {
        from.deserialize_seq(DaysVisitor)
    }

    /// Reads the numbers as a stream: a plan with many targets has millions of them.
    struct DaysVisitor;

    impl<'de> Visitor<'de> for DaysVisitor {
        type Value = Vec<(Day, ItemCounts)>;

        fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
            formatter.write_str("day, pages, documents and dossiers again and again")
        }

        fn visit_seq<A: SeqAccess<'de>>(self, mut numbers: A) -> Result<Self::Value, A::Error> {
            let mut days = Vec::with_capacity(TargetLedger::RETAINED_DAYS as usize + 1);
            while let Some(day) = numbers.next_element()? {
                let mut next = || numbers.next_element()?.ok_or_else(|| A::Error::custom("days do not come in fours"));
                days.push((Day(day), ItemCounts { pages: next()?, documents: next()?, dossiers: next()? }));
            }
            Ok(days)
        }
    }
}

impl TargetLedger {
    /// Number of days kept one by one: twenty working days and the longest holidays among them.
    pub const RETAINED_DAYS: i32 = 40;

    /// Adds the work of a day.
    pub fn add(&mut self, day: Day, step: ProgressStep, amount: ItemCounts) {
        if let Some(sum) = self.totals.get_mut(step as usize) {
            *sum += amount;
        }
        if step != ProgressStep::Accepted {
            return;
        }
        let days = &mut self.accepted_by_day;
        match days.binary_search_by_key(&day, |(day, _)| *day) {
            Ok(place) => {
                if let Some((_, sum)) = days.get_mut(place) {
                    *sum += amount;
                }
            }
            Err(place) => days.insert(place, (day, amount)),
        }
        let newest = days.last().map_or(day, |(day, _)| *day);
        days.retain(|(day, _)| newest.0 - day.0 < Self::RETAINED_DAYS);
    }

    /// Total of a step.
    #[must_use]
    pub fn total(&self, step: ProgressStep) -> ItemCounts {
        self.totals.get(step as usize).copied().unwrap_or_default()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn ledger_keeps_daily_counts_for_recent_days() {
        let mut work = TargetLedger::default();
        for day in 0..100 {
            work.add(Day(day), ProgressStep::Accepted, ItemCounts::from_pages(2));
            work.add(Day(day), ProgressStep::Received, ItemCounts::from_pages(3));
        }
        work.add(Day(99), ProgressStep::Accepted, ItemCounts::from_pages(-1));
        assert_eq!(
            (work.total(ProgressStep::Accepted).pages, work.total(ProgressStep::Received).pages, work.total(ProgressStep::Read).pages),
            (199, 300, 0)
        );
        assert_eq!(work.accepted_by_day.len(), 40);
        assert_eq!(work.accepted_by_day.last().unwrap(), &(Day(99), ItemCounts::from_pages(1)));
        assert_eq!(serde_json::from_str::<TargetLedger>(&serde_json::to_string(&work).unwrap()).unwrap(), work);
    }
}
