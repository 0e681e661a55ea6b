//! The digitisation roadmap (lộ trình số hóa): targets that an authority set for units, with deadlines.

use crate::model::calendar::Day;
use crate::model::roadmap::ledger::ItemCounts;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A decided roadmap. Each adjustment makes a new version; the decision's number identifies it permanently.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Roadmap {
    /// Number of the decision, such as `1942/QĐ-UBND`.
    pub decision: String,
    /// Deciding authority.
    pub authority: String,
    /// Day of the decision.
    pub issued: Day,
    /// First day of the roadmap.
    pub from: Day,
    /// Last day of the roadmap.
    pub to: Day,
    /// Phases (giai đoạn) in order.
    #[serde(default)]
    pub phases: Vec<Phase>,
    /// Targets.
    #[serde(rename = "lines")]
    pub targets: Vec<Target>,
    /// Conversions of measures into pages.
    #[serde(default)]
    pub conversions: Vec<Conversion>,
    /// Adjustments, newest last.
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

/// A target (chỉ tiêu): a quantity of one kind of holdings of one unit until a deadline.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Target {
    /// Short name, unique among all roadmaps of the archive.
    pub code: String,
    /// Description.
    pub name: String,
    /// Responsible unit.
    pub unit: String,
    /// Group of units within which the unit is ranked: `sở`, `xã/phường`.
    #[serde(default)]
    #[serde(rename = "block")]
    pub unit_group: String,
    /// Code of its phase; empty: the whole roadmap.
    #[serde(default)]
    pub phase: String,
    /// Fonds (phông); empty: all.
    #[serde(default)]
    pub fonds: String,
    /// Kind of dossier; empty: all.
    #[serde(default)]
    pub kind: String,
    /// Retention; empty: all.
    #[serde(default)]
    pub retention: String,
    /// Years, such as `1991-2013`; empty: all.
    #[serde(default)]
    pub years: String,
    /// Measure of its quantities.
    pub measure: Measure,
    /// Amount done before the roadmap, in its measure.
    #[serde(default)]
    pub baseline: f64,
    /// Total amount, baseline included, in its measure.
    #[serde(rename = "target")]
    pub quantity: f64,
    /// Pages of all the holdings: for a target in per cent, the pages that make 100 %.
    #[serde(default)]
    #[serde(rename = "whole_pages")]
    pub holdings_pages: f64,
    /// Last day.
    pub deadline: Day,
    /// Priority, 1 (first) to 5 (last).
    #[serde(default = "usual")]
    pub priority: u8,
    /// Budget, đồng.
    #[serde(default)]
    pub budget: u64,
    /// Responsible person.
    #[serde(default)]
    pub owner: String,
    /// Prefixes of dossier codes: deliveries of the unit whose first dossier has one are attached by rule.
    #[serde(default)]
    #[serde(rename = "dossiers")]
    pub dossier_prefixes: Vec<String>,
}

fn usual() -> u8 {
    3
}

/// Measure of a target's quantities.
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
    /// All measures.
    pub const ALL: [Self; 7] = [Self::Metre, Self::Box, Self::Dossier, Self::Document, Self::Sheet, Self::Page, Self::Percent];

    /// Name of the measure, as in JSON.
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

/// Pages per unit of a measure, in one fonds or everywhere.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Conversion {
    /// Fonds to which it applies; empty: all others.
    #[serde(default)]
    pub fonds: String,
    /// The measure.
    pub measure: Measure,
    /// Pages of A4.
    pub pages: f64,
}

/// An adjustment of a roadmap.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Adjustment {
    /// Version that it created, from 1.
    pub version: u32,
    /// Time, RFC 3339, UTC.
    pub at: String,
    /// Name of the person who entered it.
    pub by: String,
    /// Number of the authorising decision; empty for the first version.
    #[serde(default)]
    pub decision: String,
    /// Reason.
    #[serde(default)]
    pub reason: String,
    /// Added, removed or changed targets by code, with the changed fields.
    #[serde(default)]
    pub changes: Vec<String>,
}

impl Roadmap {
    /// Version: number of decisions and adjustments so far.
    #[must_use]
    pub fn version(&self) -> u32 {
        self.adjustments.last().map_or(0, |last| last.version)
    }

    /// First day of a target: that of its phase, or of the roadmap.
    #[must_use]
    pub fn first_day(&self, target: &Target) -> Day {
        self.phases.iter().find(|phase| phase.code == target.phase).map_or(self.from, |phase| phase.from)
    }

    /// Pages per unit of a target's measure; none without a conversion.
    #[must_use]
    pub fn pages_per_measure(&self, target: &Target) -> Option<f64> {
        let conversion = |fonds: &str| {
            let found = self.conversions.iter().find(|one| one.measure == target.measure && one.fonds == fonds);
            found.map(|conversion| conversion.pages)
        };
        match target.measure {
            Measure::Page => Some(1.0),
            Measure::Percent => (target.holdings_pages > 0.0).then(|| target.holdings_pages / 100.0),
            _ => conversion(&target.fonds).or_else(|| conversion("")),
        }
    }

    /// Converts counts into a target's measure; the function returns none without a conversion.
    #[allow(clippy::cast_precision_loss)]
    pub fn measure_converter(&self, target: &Target) -> impl Fn(ItemCounts) -> Option<f64> + use<> {
        let (measure, pages) = (target.measure, self.pages_per_measure(target));
        move |amount| match measure {
            Measure::Dossier => Some(amount.dossiers as f64),
            Measure::Document => Some(amount.documents as f64),
            _ => pages.map(|pages| amount.pages as f64 / pages),
        }
    }
}
