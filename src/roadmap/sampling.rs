//! Acceptance sampling (nghiệm thu) of lots: sampling plan, draw, and verdict.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use sohoa_base::error::Result;
use sohoa_base::messages::{program, roadmap};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

/// Inspection level (ISO 2859-1, table 1).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum InspectionLevel {
    /// Reduced effort.
    I,
    /// The usual level.
    #[default]
    II,
    /// Increased effort.
    III,
}

/// Severity of a defect.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum DefectSeverity {
    /// None is tolerated.
    Critical,
    /// The page is not usable as intended.
    Major,
    /// The page is usable.
    Minor,
}

impl DefectSeverity {
    /// All severities, most severe first.
    pub const ALL: [Self; 3] = [Self::Critical, Self::Major, Self::Minor];

    /// Name of the severity, as in JSON.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Critical => "critical",
            Self::Major => "major",
            Self::Minor => "minor",
        }
    }
}

/// A kind of defect.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DefectKind {
    /// Code, such as `missing-page`.
    pub code: String,
    /// Severity.
    #[serde(rename = "class")]
    pub severity: DefectSeverity,
    /// Name in Vietnamese.
    pub vi: String,
    /// Name in English.
    pub en: String,
}

/// Sampling plan of a lot: sample size, and acceptance numbers by severity.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SamplingPlan {
    /// Pages of the lot.
    pub lot: u32,
    /// Pages of the sample; at most those of the lot.
    pub sample: u32,
    /// Acceptance number for pages with a major defect.
    pub accept_major: u32,
    /// Acceptance number for pages with a minor defect.
    pub accept_minor: u32,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Tables {
    lots: Vec<LotSizeRow>,
    letters: String,
    sizes: Vec<u32>,
    limits: Vec<AqlRow>,
    defects: Vec<DefectKind>,
    classes: BTreeMap<DefectSeverity, f64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LotSizeRow {
    to: u32,
    letters: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AqlRow {
    aql: f64,
    accept: Vec<i32>,
}

static TABLES: LazyLock<Option<Tables>> = LazyLock::new(|| toml::from_str(include_str!("sampling.toml")).ok());

/// All kinds of defects, most severe first.
#[must_use]
pub fn defect_kinds() -> &'static [DefectKind] {
    TABLES.as_ref().map_or(&[], |tables| &tables.defects)
}

/// The kind with this code.
///
/// # Errors
/// `Invalid` for an unknown code.
pub fn defect_kind(code: &str) -> Result<&'static DefectKind> {
    let known = || defect_kinds().iter().map(|kind| kind.code.as_str()).collect::<Vec<_>>().join(", ");
    defect_kinds().iter().find(|kind| kind.code == code).ok_or_else(|| roadmap::defect_unknown(code, known()))
}

/// Sampling plan for a lot of `lot` pages.
///
/// # Errors
/// `Invalid` for an empty lot; `Internal` where the tables have no row for it.
pub fn sampling_plan(lot: u32, level: InspectionLevel) -> Result<SamplingPlan> {
    if lot == 0 {
        return Err(roadmap::lot_empty());
    }
    let missing = || program::bug("sampling: no row for the lot");
    let tables = TABLES.as_ref().ok_or_else(missing)?;
    let row = tables.lots.iter().find(|row| lot <= row.to).ok_or_else(missing)?;
    let letter = row.letters.chars().nth(level as usize).ok_or_else(missing)?;
    let place = tables.letters.find(letter).ok_or_else(missing)?;
    // The first letter from `from` on with a plan for the severity, and its acceptance number.
    let limit = |gravity: DefectSeverity, from: usize| {
        let aql = tables.classes.get(&gravity)?;
        let limit = tables.limits.iter().find(|limit| (limit.aql - aql).abs() < 1e-9)?;
        let mut at = from;
        loop {
            match limit.accept.get(at)? {
                -1 => at += 1,
                -2 => at = at.checked_sub(1)?,
                accept => return Some((at, u32::try_from(*accept).ok()?)),
            }
        }
    };
    let (major_at, _) = limit(DefectSeverity::Major, place).ok_or_else(missing)?;
    let (minor_at, _) = limit(DefectSeverity::Minor, place).ok_or_else(missing)?;
    // One sample is inspected for all defects: the larger of the two, by which both are judged.
    let at = major_at.max(minor_at);
    let sample = *tables.sizes.get(at).ok_or_else(missing)?;
    let (_, accept_major) = limit(DefectSeverity::Major, at).ok_or_else(missing)?;
    let (_, accept_minor) = limit(DefectSeverity::Minor, at).ok_or_else(missing)?;
    Ok(SamplingPlan { lot, sample: sample.min(lot), accept_major, accept_minor })
}

/// Indexes of the pages drawn from `lot`, in order: a function of `seed`, with equal probability for all pages (Floyd's
/// method, with numbers from SHA-256).
#[must_use]
pub fn draw_sample(seed: &str, lot: u32, sample: u32) -> Vec<u32> {
    let mut drawn = BTreeSet::new();
    for (count, last) in (0_u64..).zip(lot.saturating_sub(sample)..lot) {
        let number = uniform_below(seed, count, u64::from(last) + 1);
        if !drawn.insert(number) {
            drawn.insert(last);
        }
    }
    drawn.into_iter().collect()
}

/// The `count`-th number below `end`, without modulo bias.
fn uniform_below(seed: &str, count: u64, end: u64) -> u32 {
    let most = u64::MAX - u64::MAX % end;
    for again in 0_u64.. {
        let hash = Sha256::digest(format!("{seed}/{count}/{again}"));
        let number = hash.iter().take(8).fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
        if number < most {
            return u32::try_from(number % end).unwrap_or(0);
        }
    }
    0
}

/// Severities with too many defects; none: the lot is accepted. `defective`: number of pages with at least one defect of
/// each severity.
#[must_use]
pub fn failed_severities(plan: &SamplingPlan, defective: &BTreeMap<DefectSeverity, u32>) -> Vec<DefectSeverity> {
    let most = |gravity: DefectSeverity| match gravity {
        DefectSeverity::Critical => 0,
        DefectSeverity::Major => plan.accept_major,
        DefectSeverity::Minor => plan.accept_minor,
    };
    DefectSeverity::ALL.into_iter().filter(|gravity| defective.get(gravity).copied().unwrap_or(0) > most(*gravity)).collect()
}

/// Probability that a lot with `defective` pages with a major defect is accepted: the sampling plan's operating
/// characteristic (hypergeometric).
#[must_use]
pub fn acceptance_probability(plan: &SamplingPlan, defective: u32) -> f64 {
    let (lot, sample) = (f64::from(plan.lot), plan.sample);
    let good = f64::from(plan.lot.saturating_sub(defective));
    let bad = f64::from(defective.min(plan.lot));
    // log C(n, k), from sums of logarithms.
    let choose =
        |n: f64, k: f64| if k > n || k < 0.0 { f64::NEG_INFINITY } else { log_factorial(n) - log_factorial(k) - log_factorial(n - k) };
    let all = choose(lot, f64::from(sample));
    (0..=plan.accept_major.min(sample))
        .map(|found| (choose(bad, f64::from(found)) + choose(good, f64::from(sample - found)) - all).exp())
        .sum::<f64>()
        .min(1.0)
}

/// log n!: Stirling's series for large numbers, exact to 1e-10.
fn log_factorial(n: f64) -> f64 {
    if n < 16.0 {
        let mut product = 1.0;
        let mut at = 2.0;
        while at <= n {
            product *= at;
            at += 1.0;
        }
        return product.ln();
    }
    (n + 0.5) * n.ln() - n + 0.5 * std::f64::consts::TAU.ln() + 1.0 / (12.0 * n) - 1.0 / (360.0 * n.powi(3)) + 1.0 / (1260.0 * n.powi(5))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use super::*;

    #[test]
    fn sampling_plans_match_the_standard() {
        let plan = |lot| sampling_plan(lot, InspectionLevel::II).unwrap();
        // The row cited by the rules for archives: 1,201 to 3,200 pages, sample of 125, acceptance number 3.
        for lot in [1_201, 3_200] {
            assert_eq!((plan(lot).sample, plan(lot).accept_major, plan(lot).accept_minor), (125, 3, 10), "{lot}");
        }
        assert_eq!((plan(10_000).sample, plan(10_000).accept_major), (200, 5));
        assert_eq!((plan(500).sample, plan(500).accept_major), (50, 1));
        // Letter F has no plan at 1.0 %: E above it has one; at 4.0 % it has.
        assert_eq!((plan(100).sample, plan(100).accept_major, plan(100).accept_minor), (20, 0, 2));
        // A small lot is inspected completely, by the plan of letter E, which the limit for major defects requires.
        assert_eq!((plan(3).sample, plan(12).sample, plan(12).accept_major, plan(12).accept_minor), (3, 12, 0, 1));
        assert_eq!(sampling_plan(3_200, InspectionLevel::I).unwrap().sample, 50);
        assert!(sampling_plan(0, InspectionLevel::II).is_err());
        for lot in [1, 9, 30, 60, 200, 900, 20_000, 200_000, 1_000_000] {
            for level in [InspectionLevel::I, InspectionLevel::II, InspectionLevel::III] {
                let plan = sampling_plan(lot, level).unwrap();
                assert!(plan.sample <= lot && plan.accept_major < plan.sample.max(1), "{plan:?}");
            }
        }
    }

    #[test]
    fn sample_draw_is_reproducible_and_uniform() {
        assert_eq!(draw_sample("lô 1", 1_000, 80), draw_sample("lô 1", 1_000, 80));
        assert_ne!(draw_sample("lô 1", 1_000, 80), draw_sample("lô 2", 1_000, 80));
        assert_eq!(draw_sample("x", 5, 5), [0, 1, 2, 3, 4]);
        let mut counts = [0_u32; 40];
        for lot in 0..4_000 {
            let drawn = draw_sample(&format!("lot {lot}"), 40, 10);
            assert_eq!(drawn.len(), 10);
            drawn.iter().for_each(|page| counts[*page as usize] += 1);
        }
        // 1,000 each, with a deviation of 27.
        assert!(counts.iter().all(|count| (870..1_130).contains(count)), "{counts:?}");
    }

    #[test]
    fn lot_fails_when_defects_exceed_acceptance_number() {
        let plan = sampling_plan(2_000, InspectionLevel::II).unwrap();
        let judged = |gravity, count| failed_severities(&plan, &BTreeMap::from([(gravity, count)]));
        assert_eq!(judged(DefectSeverity::Critical, 1), [DefectSeverity::Critical]);
        assert_eq!(judged(DefectSeverity::Major, 3), []);
        assert_eq!(judged(DefectSeverity::Major, 4), [DefectSeverity::Major]);
        assert_eq!(judged(DefectSeverity::Minor, 11), [DefectSeverity::Minor]);
    }

    #[test]
    fn simulated_acceptance_rate_matches_probability() {
        let plan = sampling_plan(2_000, InspectionLevel::II).unwrap();
        assert!((acceptance_probability(&plan, 0) - 1.0).abs() < 1e-9);
        for (permille, least, most) in [(5, 0.99, 1.0), (10, 0.93, 0.98), (30, 0.40, 0.52)] {
            let defective = plan.lot * permille / 1_000;
            let expected = acceptance_probability(&plan, defective);
            assert!(expected > least && expected <= most, "{permille}: {expected}");
            let lots = 2_000;
            let accepted = (0..lots)
                .filter(|lot| {
                    let bad: BTreeSet<u32> = draw_sample(&format!("defects {lot}/{permille}"), plan.lot, defective).into_iter().collect();
                    let found = draw_sample(&format!("lot {lot}"), plan.lot, plan.sample).iter().filter(|page| bad.contains(page)).count();
                    failed_severities(&plan, &BTreeMap::from([(DefectSeverity::Major, u32::try_from(found).unwrap())])).is_empty()
                })
                .count();
            let share = accepted as f64 / f64::from(lots);
            let deviation = (expected * (1.0 - expected) / f64::from(lots)).sqrt();
            assert!((share - expected).abs() <= 2.6 * deviation + 1e-3, "{permille}: {share} of {expected}");
        }
    }
}
