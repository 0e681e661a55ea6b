//! Dates as written in Vietnamese documents, complete or partial (a month, a year).

use regex::{Captures, Regex};
use std::ops::Range;
use std::sync::LazyLock;

/// A calendar date whose day, or day and month, may be unknown. Ordered; a partial date precedes the complete ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PartialDate {
    year: u16,
    month: Option<u8>,
    day: Option<u8>,
}

impl PartialDate {
    /// A date of the years 1000 to 2999, or `None` if it does not exist.
    #[must_use]
    pub fn new(year: u16, month: Option<u8>, day: Option<u8>) -> Option<Self> {
        let sound = (1000..3000).contains(&year)
            && month.is_none_or(|month| (1..=12).contains(&month))
            && match (month, day) {
                (_, None) => true,
                (None, Some(_)) => false,
                (Some(month), Some(day)) => (1..=days_in_month(year, month)).contains(&day),
            };
        sound.then_some(Self { year, month, day })
    }

    /// The year.
    #[must_use]
    pub fn year(&self) -> u16 {
        self.year
    }

    /// The month, 1 to 12.
    #[must_use]
    pub fn month(&self) -> Option<u8> {
        self.month
    }

    /// The day of the month.
    #[must_use]
    pub fn day(&self) -> Option<u8> {
        self.day
    }

    /// `2020-05-14`, `2020-05` or `2020`.
    #[must_use]
    pub fn to_iso(&self) -> String {
        match (self.month, self.day) {
            (Some(month), Some(day)) => format!("{:04}-{month:02}-{day:02}", self.year),
            (Some(month), None) => format!("{:04}-{month:02}", self.year),
            _ => format!("{:04}", self.year),
        }
    }

    /// `14/05/2020`, `05/2020` or `2020`, as in Circular 05/2025.
    #[must_use]
    pub fn format_dmy(&self) -> String {
        match (self.month, self.day) {
            (Some(month), Some(day)) => format!("{day:02}/{month:02}/{:04}", self.year),
            (Some(month), None) => format!("{month:02}/{:04}", self.year),
            _ => format!("{:04}", self.year),
        }
    }

    /// `ngày 04 tháng 02 năm 2020`: days below ten and the months 1 and 2 with a zero (Decree 30/2020).
    #[must_use]
    pub fn format_long(&self) -> String {
        let month = self.month.map(|month| if month < 3 { format!("tháng {month:02} ") } else { format!("tháng {month} ") });
        let day = self.day.map(|day| format!("ngày {day:02} "));
        format!("{}{}năm {}", day.unwrap_or_default(), month.unwrap_or_default(), self.year)
    }

    /// First possible day, as `2020-05-01`.
    #[must_use]
    pub fn first_day(&self) -> String {
        format!("{:04}-{:02}-{:02}", self.year, self.month.unwrap_or(1), self.day.unwrap_or(1))
    }

    /// Last possible day, as `2020-05-31`.
    #[must_use]
    pub fn last_day(&self) -> String {
        let month = self.month.unwrap_or(12);
        format!("{:04}-{month:02}-{:02}", self.year, self.day.unwrap_or_else(|| days_in_month(self.year, month)))
    }
}

/// Number of days of a month in the Gregorian calendar.
fn days_in_month(year: u16, month: u8) -> u8 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => 29,
        2 => 28,
        _ => 31,
    }
}

// The patterns are constants that a test compiles, so a failure to compile never reaches a user.
static LONG_DATE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?i)\b(?:ng[àa]y\s+(?P<d>\d\s?\d?)\s*,?\s+)?(?:th[áa]ng\s+(?P<m>\d\s?\d?)\s*,?\s+)?n[ăa]m\s+(?P<y>\d{4})\b").ok()
});
static NUMERIC_DATE: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"\b(?:(?P<d>\d{1,2})\s?[/.-]\s?)?(?P<m>\d{1,2})\s?[/.-]\s?(?P<y>\d{4})\b").ok());
static ISO_DATE: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"\b(?P<y>\d{4})(?:-(?P<m>\d{2})(?:-(?P<d>\d{2}))?)?\b").ok());

/// Parses a text that is a date and nothing else: `ngày 14 tháng 5 năm 2020`, `tháng 5 năm 2020`, `14/5/2020`,
/// `14.05.2020`, `5/2020`, `2020-05-14`, `2020-05`, `2020`. Takes NFC, in any case.
#[must_use]
pub fn parse_date(text: &str) -> Option<PartialDate> {
    let text = text.trim().trim_end_matches('.');
    [&LONG_DATE, &NUMERIC_DATE, &ISO_DATE].into_iter().find_map(|pattern| {
        let found = pattern.as_ref()?.captures(text)?;
        (found.get(0)?.range() == (0..text.len())).then(|| date_from_captures(&found)).flatten()
    })
}

/// All dates in words (`ngày … tháng … năm …`, at least the month) or in digits (`14/5/2020`) in running text, with byte
/// ranges, by position.
#[must_use]
pub fn find_dates(text: &str) -> Vec<(Range<usize>, PartialDate)> {
    let mut dates: Vec<(Range<usize>, PartialDate)> = [&LONG_DATE, &NUMERIC_DATE]
        .into_iter()
        .flat_map(|pattern| pattern.as_ref().map(|pattern| pattern.captures_iter(text)).into_iter().flatten())
        .filter_map(|found| Some((found.get(0)?.range(), date_from_captures(&found)?)))
        .filter(|(_, date)| date.month().is_some())
        .collect();
    dates.sort_by_key(|(range, _)| range.start);
    dates
}

fn date_from_captures(found: &Captures<'_>) -> Option<PartialDate> {
    // A stray space between the two digits of a day is a common recognition error.
    let number = |name: &str| found.name(name).map(|part| part.as_str().replace(char::is_whitespace, ""));
    let part = |name: &str| number(name).map(|digits| digits.parse::<u8>().ok());
    let year = number("y")?.parse().ok()?;
    match (part("m"), part("d")) {
        (Some(None), _) | (_, Some(None)) => None,
        (month, day) => PartialDate::new(year, month.flatten(), day.flatten()),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn date_patterns_compile() {
        assert!(LONG_DATE.is_some() && NUMERIC_DATE.is_some() && ISO_DATE.is_some());
    }

    #[test]
    fn dates_are_parsed_to_iso() {
        for (text, iso) in [
            ("ngày 14 tháng 5 năm 2020", "2020-05-14"),
            ("Ngày 04 tháng 02 năm 2020", "2020-02-04"),
            ("ngày 1 4 tháng 5 năm 2020", "2020-05-14"),
            ("14/5/2020", "2020-05-14"),
            ("14.05.2020", "2020-05-14"),
            ("5/2020", "2020-05"),
            ("tháng 5 năm 2020", "2020-05"),
            ("2020-05-14", "2020-05-14"),
            ("2020-05", "2020-05"),
            ("năm 1991", "1991"),
            (" 1991 ", "1991"),
            ("29/2/2020", "2020-02-29"),
        ] {
            assert_eq!(parse_date(text).map(|date| date.to_iso()).as_deref(), Some(iso), "{text}");
        }
        for bad in ["", "29/2/2021", "31/4/2020", "0/5/2020", "14/13/2020", "5/20", "99", "ngày 14", "mai 2020", "2020-13", "20201"] {
            assert_eq!(parse_date(bad), None, "{bad}");
        }
    }

    #[test]
    fn dates_are_formatted_in_administrative_style() {
        let date = |year, month, day| PartialDate::new(year, Some(month), day).unwrap();
        assert_eq!(date(2020, 2, Some(4)).format_long(), "ngày 04 tháng 02 năm 2020");
        assert_eq!(date(2020, 5, Some(14)).format_long(), "ngày 14 tháng 5 năm 2020");
        assert_eq!(date(2020, 5, None).format_long(), "tháng 5 năm 2020");
        assert_eq!(date(2020, 5, Some(4)).format_dmy(), "04/05/2020");
        assert_eq!((date(2020, 2, None).first_day(), date(2020, 2, None).last_day()), ("2020-02-01".into(), "2020-02-29".into()));
    }

    #[test]
    fn dates_are_found_in_text() {
        let text = "Huế, ngày 14 tháng 5 năm 2020. Căn cứ Nghị định ngày 5/3/2020 và năm 2019";
        let found: Vec<(&str, String)> = find_dates(text).into_iter().map(|(range, date)| (&text[range], date.to_iso())).collect();
        assert_eq!(found, [("ngày 14 tháng 5 năm 2020", "2020-05-14".to_owned()), ("5/3/2020", "2020-03-05".to_owned())]);
    }
}
