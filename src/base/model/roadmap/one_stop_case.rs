//! One-stop dossiers (hồ sơ một cửa): their codes, and what an office says of them.

use crate::model::calendar::Day;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Most signs of a code (Decision 20/2020/QĐ-TTg).
const MAX_UNIT_CODE_LENGTH: usize = 35;

/// The code of a one-stop dossier (mã hồ sơ; Circular 01/2018/TT-VPCP, article 19): unit, day of reception, serial of the day.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CaseCode {
    /// Code of the unit as Decision 20/2020/QĐ-TTg has it, the highest level first: `H24.16`.
    pub unit: String,
    /// Day of reception.
    pub received: Day,
    /// Serial of the day, four to six digits.
    pub serial: String,
}

impl CaseCode {
    /// The code in a text, in the older form (`000.00.16.H24-200514-0001`) or the newer (`H24.16-200514-0001`); both give the same.
    /// None where it is another.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        // People and spreadsheets put other dashes in the place of hyphens.
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

    /// As [`Self::parse`], of the last part of a dossier's code, which may stand below other folders.
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

/// The code of a unit with the highest level first; the older form has it last, and zeros for levels that are none.
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

/// Whether a one-stop dossier was filed with papers that the state had already (tái sử dụng).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Reuse {
    /// With none.
    None,
    /// With digitised papers of the office's own.
    Own,
    /// With papers from the national portal (Cổng Dịch vụ công quốc gia).
    Portal,
}

/// What an office says of a one-stop dossier; the archive cannot know it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Case {
    /// Its code, in the newer form.
    pub code: String,
    /// Unit that received it.
    pub unit: String,
    /// When it was received.
    pub received: Day,
    /// Last day to resolve it, a working day; none: it is not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<Day>,
    /// When it was resolved; none: it is not yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resolved: Option<Day>,
    /// Whether papers were used again; none: it is not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[serde(rename = "reused")]
    pub reuse: Option<Reuse>,
}

/// A table of cases that an office handed in, as it is kept in the store.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CaseSubmission {
    /// Identifier; those handed in later sort later.
    pub id: String,
    /// When, RFC 3339, UTC.
    pub at: String,
    /// Who.
    pub by: String,
    /// The cases, each code once.
    pub cases: Vec<Case>,
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_of_a_code_are_one() {
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
    fn what_is_no_code_is_none() {
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
