//! One-stop dossiers (hồ sơ một cửa): their codes, and the data that offices submit about them.

use crate::model::calendar::Day;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Maximum length of a unit code, characters (Decision 20/2020/QĐ-TTg).
const MAX_UNIT_CODE_LENGTH: usize = 35;

/// Code of a one-stop dossier (mã hồ sơ; Circular 01/2018/TT-VPCP, article 19): unit, day of reception, serial number of
/// the day.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CaseCode {
    /// Code of the unit as in Decision 20/2020/QĐ-TTg, highest level first: `H24.16`.
    pub unit: String,
    /// Day of reception.
    pub received: Day,
    /// Serial number of the day, four to six digits.
    pub serial: String,
}

impl CaseCode {
    /// Parses the older form (`000.00.16.H24-200514-0001`) or the newer one (`H24.16-200514-0001`); both give the same
    /// code. `None` for any other text.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        // People and spreadsheets replace hyphens by other dashes.
        let text: String = text.trim().chars().map(|sign| if "‐‑‒–—−".contains(sign) { '-' } else { sign.to_ascii_uppercase() }).collect();
        let mut parts = text.split('-');
        let (unit, day, serial) = (parts.next()?, parts.next()?, parts.next()?);
        if parts.next().is_some() || !(4..=6).contains(&serial.len()) || !is_digits(serial) || day.len() != 6 || !is_digits(day) {
            return None;
        }
        let two = |from: usize| day.get(from..from + 2)?.parse::<u8>().ok();
        let received = Day::from_ymd(2000 + i32::from(two(0)?), two(2)?, two(4)?)?;
        Some(Self { unit: normalize_unit_code(unit)?, received, serial: serial.to_owned() })
    }

    /// Like [`Self::parse`], for the last part of a dossier's code, which may be below other folders.
    #[must_use]
    pub fn from_dossier_code(code: &str) -> Option<Self> {
        Self::parse(code.rsplit('/').next().unwrap_or(code))
    }
}

impl fmt::Display for CaseCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = self.received.ymd();
        write!(f, "{}-{:02}{month:02}{day:02}-{}", self.unit, year.rem_euclid(100), self.serial)
    }
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Unit code with the highest level first; the older form has it last, with zeros for unused levels.
fn normalize_unit_code(text: &str) -> Option<String> {
    let is_highest =
        |part: &str| part.len() == 3 && part.starts_with(|sign: char| sign.is_ascii_uppercase()) && is_digits(part.get(1..).unwrap_or(""));
    let parts: Vec<&str> = text.split('.').collect();
    if let [lowest, third, second, highest] = parts.as_slice()
        && (lowest.len(), third.len(), second.len()) == (3, 2, 2)
        && [lowest, third, second].into_iter().all(|part| is_digits(part))
        && is_highest(highest)
    {
        let mut levels = vec![*highest, *second, *third, *lowest];
        while levels.last().is_some_and(|level| level.bytes().all(|byte| byte == b'0')) {
            levels.pop();
        }
        return Some(levels.join("."));
    }
    let (highest, rest) = parts.split_first()?;
    let is_unit = is_highest(highest) && rest.iter().all(|part| is_digits(part) && part.len() <= 4);
    (is_unit && text.len() <= MAX_UNIT_CODE_LENGTH).then(|| text.to_owned())
}

/// Reuse of papers that the state already had, when a one-stop dossier was filed (tái sử dụng).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Reuse {
    /// No reuse.
    None,
    /// Digitised papers of the office itself.
    Own,
    /// Papers from the national portal (Cổng Dịch vụ công quốc gia).
    Portal,
}

/// Data that an office submits about a one-stop dossier; the archive cannot derive it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Case {
    /// Code, in the newer form.
    pub code: String,
    /// Receiving unit.
    pub unit: String,
    /// Day of reception.
    pub received: Day,
    /// Due day, a working day; none: not stated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<Day>,
    /// Day of resolution; none: not resolved yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resolved: Option<Day>,
    /// Reuse of papers; none: not stated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[serde(rename = "reused")]
    pub reuse: Option<Reuse>,
}

/// A table of cases submitted by an office, as kept in the store.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CaseSubmission {
    /// Identifier; later submissions sort later.
    pub id: String,
    /// Time, RFC 3339, UTC.
    pub at: String,
    /// Name of the submitter.
    pub by: String,
    /// Cases, each code once.
    pub cases: Vec<Case>,
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn old_and_new_case_codes_are_normalized() {
        let newer = CaseCode::parse("H24.16-200514-0001").unwrap();
        assert_eq!((newer.unit.as_str(), newer.received, newer.serial.as_str()), ("H24.16", Day::from_ymd(2020, 5, 14).unwrap(), "0001"));
        for same in ["000.00.16.H24-200514-0001", " h24.16–200514–0001 "] {
            assert_eq!(CaseCode::parse(same).as_ref(), Some(&newer), "{same}");
        }
        assert_eq!(CaseCode::parse("005.00.16.H24-200514-000123").unwrap().to_string(), "H24.16.00.005-200514-000123");
        assert_eq!(CaseCode::parse("000.00.00.G09-250702-0001").unwrap().unit, "G09");
        assert_eq!(CaseCode::from_dossier_code("lô 1/H24.16-200514-0001"), Some(newer));
    }

    #[test]
    fn invalid_case_codes_are_rejected() {
        for wrong in [
            "",
            "001-ke-hoach-so-hoa",
            "H24.16-200532-0001",
            "H24.16-200230-0001",
            "H24.16-200514-001",
            "H24.16-200514-0000001",
            "H24.16-200514-0001-1",
            "24.16-200514-0001",
            "H24.16345-200514-0001",
            "00.00.16.H24-200514-0001",
            "H24.-200514-0001",
            "H24.16-2005é-0001",
        ] {
            assert_eq!(CaseCode::parse(wrong), None, "{wrong}");
        }
        assert_eq!(CaseCode::parse(&format!("H24{}-200514-0001", ".1111".repeat(7))), None);
    }
}
