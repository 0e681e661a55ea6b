//! Dates as people type them: in the console, at the command line, through the API.

use crate::error::Error;
use crate::error::messages::decisions;
use crate::text::dates::PartialDate;
use crate::text::nfc::nfc;

/// Why what was typed is no date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TypedDateError {
    /// It has none of the forms of a date.
    NoDate,
    /// The calendar has no such day, month or year.
    NoSuchDay,
    /// Only a day was typed, and no month is known that it could belong to.
    MonthUnknown,
    /// Only day and month were typed, and no year is known that they could belong to.
    YearUnknown,
}

impl TypedDateError {
    /// A stable code, as in the table of cases.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::NoDate => "no-date",
            Self::NoSuchDay => "no-such-day",
            Self::MonthUnknown => "month-unknown",
            Self::YearUnknown => "year-unknown",
        }
    }

    /// What is wrong with `typed`, and what to write instead.
    #[must_use]
    pub fn explain(self, typed: &str) -> Error {
        match self {
            Self::NoDate => decisions::field_date_invalid(typed),
            Self::NoSuchDay => decisions::field_day_impossible(typed),
            Self::MonthUnknown => decisions::field_day_without_month(typed),
            Self::YearUnknown => decisions::field_day_without_year(typed),
        }
    }
}

/// Parses a date as Vietnamese offices write it: `12/12/2017`, `12-12-17`, `12.12.2017`, `12122017`, `121217`, also in words
/// and as ISO 8601, complete or partial (`12/2017`, `2017`). `18` changes the day of `current`, `18/11` its day and month.
/// A year of two digits is one of the 21st century up to the year after `this_year`, else one of the 20th.
///
/// # Errors
/// Why it is no date.
pub fn parse_typed_date(typed: &str, current: Option<PartialDate>, this_year: u16) -> Result<PartialDate, TypedDateError> {
    let (groups, in_words) = digit_groups(typed).ok_or(TypedDateError::NoDate)?;
    let groups: Vec<&str> = groups.iter().map(String::as_str).collect();
    let sizes: Vec<usize> = groups.iter().map(|group| group.len()).collect();
    let number = |digits: &str| digits.parse::<u16>().map_err(|_| TypedDateError::NoDate);
    let small = |digits: &str| digits.parse::<u8>().map_err(|_| TypedDateError::NoDate);
    let date = |year: u16, month: Option<u8>, day: Option<u8>| PartialDate::new(year, month, day).ok_or(TypedDateError::NoSuchDay);
    let full = |day: &str, month: &str, year: &str| {
        let written = number(year)?;
        let year = match (year.len(), written) {
            (2, short) if 2000 + short <= this_year + 1 => 2000 + short,
            (2, short) => 1900 + short,
            (_, long) => long,
        };
        date(year, Some(small(month)?), Some(small(day)?))
    };
    match (groups.as_slice(), sizes.as_slice()) {
        ([digits], [6 | 8]) => match (digits.get(..2), digits.get(2..4), digits.get(4..)) {
            (Some(day), Some(month), Some(year)) if !in_words => full(day, month, year),
            _ => Err(TypedDateError::NoDate),
        },
        ([year], [4]) => date(number(year)?, None, None),
        ([day], [1 | 2]) if !in_words => {
            let current = current.and_then(|current| Some((current.year(), current.month()?)));
            let (year, month) = current.ok_or(TypedDateError::MonthUnknown)?;
            date(year, Some(month), Some(small(day)?))
        }
        ([day, month], [1 | 2, 1 | 2]) if !in_words => {
            let year = current.ok_or(TypedDateError::YearUnknown)?.year();
            date(year, Some(small(month)?), Some(small(day)?))
        }
        ([month, year], [1 | 2, 4]) | ([year, month], [4, 1 | 2]) => date(number(year)?, Some(small(month)?), None),
        ([day, month, year], [1 | 2, 1 | 2, 2 | 4]) | ([year, month, day], [4, 1 | 2, 1 | 2]) => full(day, month, year),
        _ => Err(TypedDateError::NoDate),
    }
}

/// The numbers of a date, and whether words stand between them; `None` for anything else.
fn digit_groups(typed: &str) -> Option<(Vec<String>, bool)> {
    let text = nfc(typed.trim().trim_end_matches('.')).to_lowercase();
    let words: Vec<&str> = text.split_whitespace().collect();
    let is_word = |word: &&str| matches!(*word, "ngày" | "tháng" | "năm" | "ngay" | "thang" | "nam");
    let in_words = words.iter().any(&is_word);
    let groups: Vec<String> = if in_words {
        words.iter().filter(|word| !is_word(word)).map(|word| (*word).to_owned()).collect()
    } else {
        let parts: Vec<&str> = text.split(['/', '-', '.']).map(str::trim).collect();
        let parts = if parts.len() > 1 { parts } else { words };
        parts.into_iter().map(str::to_owned).collect()
    };
    let sound = groups.iter().all(|group| !group.is_empty() && group.bytes().all(|byte| byte.is_ascii_digit()));
    (sound && !groups.is_empty()).then_some((groups, in_words))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::text::dates::parse_date;

    #[test]
    fn typed_dates_mean_what_the_shared_table_says() {
        let mut cases = 0;
        for line in include_str!("typed_dates.tsv").lines().filter(|line| !line.starts_with('#')) {
            let [typed, current, meant] = line.split('\t').collect::<Vec<_>>().try_into().unwrap();
            let read = parse_typed_date(typed, parse_date(current), 2026);
            let said = read.map_or_else(|error| error.code().to_owned(), |date| date.to_iso());
            assert_eq!(said, meant, "{typed:?} where {current:?} stood");
            cases += 1;
        }
        assert!(cases > 50);
    }

    #[test]
    fn a_typed_date_keeps_its_meaning_as_iso() {
        for iso in ["2017-12-12", "2017-12", "2017"] {
            assert_eq!(parse_typed_date(iso, None, 2026).unwrap().to_iso(), iso);
        }
    }
}
