//! The digitisation roadmap (lộ trình số hóa): what an authority decided that a unit must digitise, by when.

use crate::model::calendar::Day;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// One decided plan. Changed by adjustments, each of which is a version; the decision's number names it for good.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Roadmap {
    /// Number of the decision, such as `1942/QĐ-UBND`.
    pub decision: String,
    /// Who decided.
    pub authority: String,
    /// When it was decided.
    pub issued: Day,
    /// First day of its time.
    pub from: Day,
    /// Last day of its time.
    pub to: Day,
    /// Its phases (giai đoạn) in order.
    #[serde(default)]
    pub phases: Vec<Phase>,
    /// What is to be reached.
    #[serde(rename = "lines")]
    pub targets: Vec<Target>,
    /// How measures are told in pages.
    #[serde(default)]
    pub conversions: Vec<Conversion>,
    /// How it was changed, the newest last.
    #[serde(default)]
    pub adjustments: Vec<Adjustment>,
}

/// A phase of a roadmap.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Phase {
    /// Short name, such as `2026`.
    pub code: String,
    /// First day.
    pub from: Day,
    /// Last day.
    pub to: Day,
}

/// A target line (chỉ tiêu): so much of one kind of holdings of one unit until a day.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Target {
    /// Short name, one in all roadmaps of the archive.
    pub code: String,
    /// What it is about.
    pub name: String,
    /// Unit that must reach it.
    pub unit: String,
    /// Group of units within which it is ranked: `sở`, `xã/phường`.
    #[serde(default)]
    #[serde(rename = "block")]
    pub unit_group: String,
    /// Phase to which it belongs, by code; empty: the whole time.
    #[serde(default)]
    pub phase: String,
    /// Fonds (phông), kind of dossier, retention and years, where the line is about some only.
    #[serde(default)]
    pub fonds: String,
    /// See `fonds`.
    #[serde(default)]
    pub kind: String,
    /// See `fonds`.
    #[serde(default)]
    pub retention: String,
    /// See `fonds`: `1991-2013`.
    #[serde(default)]
    pub years: String,
    /// In what the target is told.
    pub measure: Measure,
    /// What was done before the roadmap, in its measure.
    #[serde(default)]
    pub baseline: f64,
    /// What is to be done in all, the baseline included, in its measure.
    #[serde(rename = "target")]
    pub quantity: f64,
    /// Pages of all the holdings: of a target in per cent, what is a hundred of them.
    #[serde(default)]
    #[serde(rename = "whole_pages")]
    pub holdings_pages: f64,
    /// Last day.
    pub deadline: Day,
    /// 1 (first) to 5 (last).
    #[serde(default = "usual")]
    pub priority: u8,
    /// Money, đồng.
    #[serde(default)]
    pub budget: u64,
    /// Who answers for it.
    #[serde(default)]
    pub owner: String,
    /// Deliveries of the unit whose first dossier's code begins so are attached to it by rule.
    #[serde(default)]
    #[serde(rename = "dossiers")]
    pub dossier_prefixes: Vec<String>,
}

fn usual() -> u8 {
    3
}

/// In what a target is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Measure {
    /// Metres of shelf (mét giá).
    Metre,
    /// Boxes (hộp, cặp).
    Box,
    /// Dossiers (hồ sơ).
    Dossier,
    /// Documents (văn bản).
    Document,
    /// Sheets (tờ).
    Sheet,
    /// Pages of A4 (trang).
    Page,
    /// Per cent of the pages of the holdings.
    Percent,
}

impl Measure {
    /// All of them.
    pub const ALL: [Self; 7] = [Self::Metre, Self::Box, Self::Dossier, Self::Document, Self::Sheet, Self::Page, Self::Percent];

    /// The word for it, as in JSON.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Metre => "metre",
            Self::Box => "box",
            Self::Dossier => "dossier",
            Self::Document => "document",
            Self::Sheet => "sheet",
            Self::Page => "page",
            Self::Percent => "percent",
        }
    }
}

/// Pages that one of a measure holds, in one fonds or everywhere.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Conversion {
    /// Fonds for which it holds; empty: every other.
    #[serde(default)]
    pub fonds: String,
    /// The measure.
    pub measure: Measure,
    /// Pages of A4.
    pub pages: f64,
}

/// A change of a roadmap.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Adjustment {
    /// Version that it made, from 1.
    pub version: u32,
    /// When, RFC 3339, UTC.
    pub at: String,
    /// Who entered it.
    pub by: String,
    /// Number of the decision that allows it; empty for the first version.
    #[serde(default)]
    pub decision: String,
    /// Why.
    #[serde(default)]
    pub reason: String,
    /// Lines that came, went or changed, by code, and what of them.
    #[serde(default)]
    pub changes: Vec<String>,
}

/// A step of the work that is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ProgressStep {
    /// Pages came in (tiếp nhận).
    Received,
    /// Pages were read (nhận dạng).
    Read,
    /// Pages are stored and nobody need look at them any more (lưu trữ).
    Stored,
    /// Pages passed acceptance (nghiệm thu): only these are done.
    Accepted,
    /// Pages were sent back with their lot.
    Returned,
}

impl ProgressStep {
    /// All, in order.
    pub const ALL: [Self; 5] = [Self::Received, Self::Read, Self::Stored, Self::Accepted, Self::Returned];

    /// The word for it, as in JSON.
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

    /// The step of this word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|step| step.as_str() == word)
    }
}

/// How much: pages, and the documents and dossiers that they make whole. A difference may be below zero.
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
    /// Pages alone.
    #[must_use]
    pub fn from_pages(pages: i64) -> Self {
        Self { pages, ..Self::default() }
    }

    /// Whether it is nothing.
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

/// What was done for a line: in all, and lately. In JSON both are lists of numbers: it is read for every line whenever progress
/// is told.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TargetLedger {
    /// In all, in the order of [`Step::ALL`]; in JSON pages, documents, dossiers of each.
    #[serde(default, with = "sums")]
    #[serde(rename = "steps")]
    totals: [ItemCounts; ProgressStep::ALL.len()],
    /// What was accepted on each of the last [`Work::REMEMBERED`] days, the oldest first; in JSON the day from 1970-01-01 on,
    /// pages, documents, dossiers of each.
    #[serde(default, with = "days")]
    #[serde(rename = "accepted")]
    pub accepted_by_day: Vec<(Day, ItemCounts)>,
}

/// Amounts as one list of numbers.
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

/// Days with their amounts as one list of numbers.
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

    /// Takes the numbers as they come: a plan of many lines has millions of them.
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
    /// Days that are remembered one by one: twenty working days with the longest holidays among them.
    pub const RETAINED_DAYS: i32 = 40;

    /// Adds what was done on a day.
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
                if let Some((_, known)) = days.get_mut(place) {
                    *known += amount;
                }
            }
            Err(place) => days.insert(place, (day, amount)),
        }
        let newest = days.last().map_or(day, |(day, _)| *day);
        days.retain(|(day, _)| newest.0 - day.0 < Self::RETAINED_DAYS);
    }

    /// How much of a step in all.
    #[must_use]
    pub fn total(&self, step: ProgressStep) -> ItemCounts {
        self.totals.get(step as usize).copied().unwrap_or_default()
    }
}

impl Roadmap {
    /// Version: how often it was decided or changed.
    #[must_use]
    pub fn version(&self) -> u32 {
        self.adjustments.last().map_or(0, |last| last.version)
    }

    /// First day of a line: of its phase, or of the whole.
    #[must_use]
    pub fn first_day(&self, line: &Target) -> Day {
        self.phases.iter().find(|phase| phase.code == line.phase).map_or(self.from, |phase| phase.from)
    }

    /// Pages that one of a line's measure holds; none where no conversion says.
    #[must_use]
    pub fn pages_per_measure(&self, line: &Target) -> Option<f64> {
        let conversion = |fonds: &str| {
            let found = self.conversions.iter().find(|one| one.measure == line.measure && one.fonds == fonds);
            found.map(|conversion| conversion.pages)
        };
        match line.measure {
            Measure::Page => Some(1.0),
            Measure::Percent => (line.holdings_pages > 0.0).then(|| line.holdings_pages / 100.0),
            _ => conversion(&line.fonds).or_else(|| conversion("")),
        }
    }

    /// What amounts are in a line's measure; none where no conversion says.
    #[allow(clippy::cast_precision_loss)]
    pub fn measure_converter(&self, line: &Target) -> impl Fn(ItemCounts) -> Option<f64> + use<> {
        let (measure, pages) = (line.measure, self.pages_per_measure(line));
        move |amount| match measure {
            Measure::Dossier => Some(amount.dossiers as f64),
            Measure::Document => Some(amount.documents as f64),
            _ => pages.map(|pages| amount.pages as f64 / pages),
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn work_remembers_the_last_days_one_by_one() {
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
