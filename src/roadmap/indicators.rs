//! Indicators of a set of criteria (bộ tiêu chí): printed values, points, ranks.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sohoa_base::error::Result;
use sohoa_base::messages::roadmap;
use sohoa_base::model::calendar::Day;
use sohoa_base::text::numbers;
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// A set of criteria with its first day in force.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IndicatorSet {
    /// Short name.
    pub code: String,
    /// Name in Vietnamese.
    pub vi: String,
    /// Name in English.
    pub en: String,
    /// First day in force; of sets with one code the newest in force applies.
    pub from: Day,
    /// Indicators in order.
    #[serde(rename = "indicator")]
    pub indicators: Vec<Indicator>,
}

/// One indicator.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Indicator {
    /// Short name.
    pub code: String,
    /// Name in Vietnamese.
    pub vi: String,
    /// Name in English.
    pub en: String,
    /// Name of the figure that is its numerator.
    #[serde(rename = "part")]
    pub numerator: String,
    /// Name of the figure that is its denominator; none: the numerator is the value.
    #[serde(default)]
    #[serde(rename = "of")]
    pub denominator: Option<String>,
    /// Print format.
    #[serde(rename = "form")]
    pub format: ValueFormat,
    /// Number of decimal places.
    #[serde(default)]
    pub places: usize,
    /// Rounding for print.
    #[serde(default)]
    pub rounding: Rounding,
    /// Value at which points begin.
    #[serde(rename = "least")]
    pub zero_points_at: f64,
    /// Value at which all points are reached.
    #[serde(rename = "most")]
    pub full_points_at: f64,
    /// Maximum points.
    pub points: f64,
}

/// Print format of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ValueFormat {
    /// `78,3%`
    Share,
    /// `37/37`
    Fraction,
    /// `8`
    Number,
}

/// Rounding of a value for print.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Rounding {
    /// To the nearest, halves up.
    #[default]
    Nearest,
    /// Further places are truncated.
    #[serde(rename = "cut")]
    Truncate,
}

/// The value and points of an indicator.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct ScoredIndicator {
    /// Short name.
    pub code: String,
    /// Value, a share as 0 to 1; none if a figure is missing or the denominator is 0.
    pub value: Option<f64>,
    /// As printed; `—` for none.
    pub printed: String,
    /// Points scored.
    pub points: f64,
    /// Maximum points.
    pub max_points: f64,
}

/// Rank among others, and its change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Rank {
    /// From 1; equal values have one place.
    pub place: u32,
    /// Places gained since the previous rank, negative: lost; none: there was no previous rank.
    pub places_gained: Option<i32>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct IndicatorSetFile {
    set: Vec<IndicatorSet>,
}

static INDICATOR_SETS: LazyLock<Vec<IndicatorSet>> =
    LazyLock::new(|| toml::from_str::<IndicatorSetFile>(include_str!("criteria.toml")).map(|sets| sets.set).unwrap_or_default());

/// The set of this name in force on a day.
///
/// # Errors
/// `NotFound` if there is none.
pub fn indicator_set_in_force(code: &str, day: Day) -> Result<&'static IndicatorSet> {
    let found = INDICATOR_SETS.iter().filter(|set| set.code == code && set.from <= day).max_by_key(|set| set.from);
    found.ok_or_else(|| roadmap::indicator_set_unknown(code, day))
}

/// Scores the indicators of a set for these figures.
#[must_use]
pub fn score_indicators(criteria: &IndicatorSet, figures: &BTreeMap<String, f64>) -> Vec<ScoredIndicator> {
    criteria.indicators.iter().map(|indicator| score_indicator(indicator, figures)).collect()
}

fn score_indicator(indicator: &Indicator, figures: &BTreeMap<String, f64>) -> ScoredIndicator {
    let part = figures.get(&indicator.numerator).copied();
    let of = indicator.denominator.as_ref().map(|of| figures.get(of).copied());
    let value = match (part, of) {
        (Some(part), None) => Some(part),
        (Some(part), Some(Some(of))) if of > 0.0 => Some(part / of),
        _ => None,
    };
    let printed = match (value, indicator.format, part, of.flatten()) {
        (Some(value), ValueFormat::Share, ..) => format!("{}%", format_rounded(value * 100.0, indicator)),
        (Some(_), ValueFormat::Fraction, Some(part), Some(of)) => {
            format!("{}/{}", format_rounded(part, indicator), format_rounded(of, indicator))
        }
        (Some(value), ..) => format_rounded(value, indicator),
        (None, ..) => "—".to_owned(),
    };
    let span = indicator.full_points_at - indicator.zero_points_at;
    let reached = match value {
        None => 0.0,
        Some(value) if span.abs() < f64::EPSILON => f64::from(u8::from(value >= indicator.full_points_at)),
        Some(value) => ((value - indicator.zero_points_at) / span).clamp(0.0, 1.0),
    };
    ScoredIndicator { code: indicator.code.clone(), value, printed, points: reached * indicator.points, max_points: indicator.points }
}

fn format_rounded(value: f64, indicator: &Indicator) -> String {
    let unit = 10_f64.powi(i32::try_from(indicator.places).unwrap_or(0));
    // A value that is less than a whole number only by a rounding error counts as that number.
    let value = if indicator.rounding == Rounding::Truncate { (value * unit + 1e-9).floor() / unit } else { value };
    numbers::format_decimal(value, indicator.places)
}

/// Rank of `own` among all values, highest first; `before`: the previous rank.
#[must_use]
pub fn rank(own: f64, all: &[f64], before: Option<u32>) -> Rank {
    let place = u32::try_from(all.iter().filter(|other| **other > own).count()).unwrap_or(u32::MAX - 1) + 1;
    let won = before.map(|before| i32::try_from(i64::from(before) - i64::from(place)).unwrap_or(0));
    Rank { place, places_gained: won }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn figures(all: &[(&str, f64)]) -> BTreeMap<String, f64> {
        all.iter().map(|(name, value)| ((*name).to_owned(), *value)).collect()
    }

    #[test]
    fn one_stop_scores_match_published_figures() {
        let day = Day::from_ymd(2020, 5, 14).unwrap();
        let reported = figures(&[
            ("services", 37.0),
            ("services_level_2_and_3", 37.0),
            ("services_level_2", 8.0),
            ("services_level_3", 29.0),
            ("dossiers_overdue", 0.0),
        ]);
        let scored = score_indicators(indicator_set_in_force("one-stop", day).unwrap(), &reported);
        let printed: Vec<(&str, &str)> = scored.iter().map(|one| (one.code.as_str(), one.printed.as_str())).collect();
        assert_eq!(
            printed,
            [("services-online", "37/37"), ("level-2", "8"), ("level-3", "29"), ("level-3-share", "78,3%"), ("dossiers-overdue", "0")]
        );
        assert!((scored.iter().map(|one| one.points).sum::<f64>() - 100.0).abs() < 1e-9);
        // Third of all, one place won.
        assert_eq!(rank(0.9, &[0.95, 0.92, 0.9, 0.8], Some(4)), Rank { place: 3, places_gained: Some(1) });
        assert_eq!(rank(0.9, &[0.9, 0.9], None), Rank { place: 1, places_gained: None });
    }

    #[test]
    fn points_interpolate_between_bounds_and_may_be_inverted() {
        let set = indicator_set_in_force("digitisation", Day::from_ymd(2026, 11, 26).unwrap()).unwrap();
        let scored =
            score_indicators(set, &figures(&[("returned_pages", 55.0), ("judged_pages", 1_000.0), ("lines_overdue", 0.0), ("lines", 0.0)]));
        let of = |code: &str| scored.iter().find(|one| one.code == code).unwrap();
        assert!((of("returned").points - 10.0).abs() < 1e-9 && of("returned").printed == "5,5%");
        assert!((of("overdue").points - 10.0).abs() < 1e-9);
        // Without figures there is no value and there are no points.
        assert_eq!((of("lines-in-time").printed.as_str(), of("lines-in-time").points), ("—", 0.0));
        assert!(
            indicator_set_in_force("digitisation", Day::from_ymd(2020, 1, 1).unwrap()).is_err()
                && indicator_set_in_force("x", Day::from_ymd(2026, 1, 1).unwrap()).is_err()
        );
    }
}
