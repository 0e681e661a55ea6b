//! Formatting of numbers and times.

use crate::{Language, group_thousands, with_one_decimal};
use time::format_description::well_known::Rfc3339;
use time::macros::format_description;
use time::{Duration, OffsetDateTime, UtcOffset};

/// Offset of Vietnam from UTC, hours, the same all the year (Decision 134/2002/QĐ-TTg).
const UTC_OFFSET_HOURS: i8 = 7;

/// A whole number: `1.250` in Vietnamese, `1,250` in English.
#[must_use]
pub fn format_number(language: Language, number: u64) -> String {
    group_thousands(number, if language == Language::Vietnamese { '.' } else { ',' })
}

/// A percentage with one decimal place: `98,5 %` or `98.5 %`; empty if `of` is 0.
#[must_use]
pub fn format_percent(language: Language, part: u64, of: u64) -> String {
    let mark = if language == Language::Vietnamese { ',' } else { '.' };
    part.saturating_mul(1000).checked_div(of).map_or_else(String::new, |permille| format!("{} %", with_one_decimal(permille, mark)))
}

/// Milliseconds as seconds or minutes, short.
#[must_use]
pub fn format_duration(language: Language, milliseconds: u64) -> String {
    let mark = if language == Language::Vietnamese { ',' } else { '.' };
    let seconds = milliseconds / 1000;
    match (language, seconds) {
        (_, 0) => format!("{milliseconds} ms"),
        (Language::Vietnamese, 1..60) => format!("{} giây", with_one_decimal(milliseconds / 100, mark)),
        (Language::English, 1..60) => format!("{} s", with_one_decimal(milliseconds / 100, mark)),
        (Language::Vietnamese, 60..3600) => format!("{} phút", seconds / 60),
        (Language::English, 60..3600) => format!("{} min", seconds / 60),
        (Language::Vietnamese, _) => format!("{} giờ {} phút", seconds / 3600, seconds / 60 % 60),
        (Language::English, _) => format!("{} h {} min", seconds / 3600, seconds / 60 % 60),
    }
}

/// A size in bytes with the unit that leaves at most four digits.
#[must_use]
pub fn format_bytes(language: Language, bytes: u64) -> String {
    let mark = if language == Language::Vietnamese { ',' } else { '.' };
    match bytes {
        0..1_000 => format!("{bytes} B"),
        1_000..1_000_000 => format!("{} kB", with_one_decimal(bytes / 100, mark)),
        1_000_000..1_000_000_000 => format!("{} MB", with_one_decimal(bytes / 100_000, mark)),
        _ => format!("{} GB", with_one_decimal(bytes / 100_000_000, mark)),
    }
}

/// A time (RFC 3339) in Vietnam, to the minute: `26/11/2026 13:05`; other text is returned unchanged.
#[must_use]
pub fn format_date_time(rfc3339: &str) -> String {
    let Some(local) = to_vietnam_time(rfc3339) else { return rfc3339.to_owned() };
    local.format(format_description!("[day]/[month]/[year] [hour]:[minute]")).unwrap_or_else(|_| rfc3339.to_owned())
}

/// A time (RFC 3339) in Vietnam, to the second: `26/11/2026 13:05:09`; other text is returned unchanged.
#[must_use]
pub fn format_date_time_seconds(rfc3339: &str) -> String {
    let Some(local) = to_vietnam_time(rfc3339) else { return rfc3339.to_owned() };
    local.format(format_description!("[day]/[month]/[year] [hour]:[minute]:[second]")).unwrap_or_else(|_| rfc3339.to_owned())
}

/// Elapsed time since a time (RFC 3339) in words; the day itself if it is more than a week ago.
#[must_use]
pub fn format_time_ago(language: Language, rfc3339: &str, now: OffsetDateTime) -> String {
    let Some(then) = to_vietnam_time(rfc3339) else { return rfc3339.to_owned() };
    let passed = now - then;
    let minutes = passed.whole_minutes();
    match (language, minutes) {
        (Language::Vietnamese, ..1) => "vừa xong".to_owned(),
        (Language::English, ..1) => "just now".to_owned(),
        (Language::Vietnamese, 1..60) => format!("{minutes} phút trước"),
        (Language::English, 1..60) => format!("{minutes} min ago"),
        (Language::Vietnamese, 60..1440) => format!("{} giờ trước", minutes / 60),
        (Language::English, 60..1440) => format!("{} h ago", minutes / 60),
        (Language::Vietnamese, _) if passed < Duration::days(8) => format!("{} ngày trước", minutes / 1440),
        (Language::English, _) if passed < Duration::days(8) => format!("{} days ago", minutes / 1440),
        _ => format_date_time(rfc3339),
    }
}

/// Start of the day in Vietnam that contains `now`.
#[must_use]
pub fn start_of_day(now: OffsetDateTime) -> OffsetDateTime {
    now.to_offset(vietnam_offset()).replace_time(time::Time::MIDNIGHT)
}

/// A date (`2018-03-20`) as written in text: `20/3/2018`; other text is returned unchanged.
#[must_use]
pub fn format_date(iso: &str) -> String {
    let mut parts = iso.splitn(3, '-').map(|part| part.parse::<u32>().ok());
    match (parts.next().flatten(), parts.next().flatten(), parts.next().flatten()) {
        (Some(year), Some(month), Some(day)) => format!("{day}/{month}/{year}"),
        _ => iso.to_owned(),
    }
}

fn to_vietnam_time(rfc3339: &str) -> Option<OffsetDateTime> {
    OffsetDateTime::parse(rfc3339, &Rfc3339).ok().map(|moment| moment.to_offset(vietnam_offset()))
}

fn vietnam_offset() -> UtcOffset {
    UtcOffset::from_hms(UTC_OFFSET_HOURS, 0, 0).unwrap_or(UtcOffset::UTC)
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::datetime;

    #[test]
    fn quantities_are_formatted_per_language() {
        assert_eq!(
            (format_number(Language::Vietnamese, 1250), format_number(Language::English, 1_000_000)),
            ("1.250".to_owned(), "1,000,000".to_owned())
        );
        assert_eq!(
            (format_percent(Language::Vietnamese, 985, 1000), format_percent(Language::English, 1, 0)),
            ("98,5 %".to_owned(), String::new())
        );
        assert_eq!(
            (format_bytes(Language::Vietnamese, 2_340_000), format_bytes(Language::English, 999)),
            ("2,3 MB".to_owned(), "999 B".to_owned())
        );
        assert_eq!((format_date("2018-03-20"), format_date("năm 1987")), ("20/3/2018".to_owned(), "năm 1987".to_owned()));
        assert_eq!(format_duration(Language::Vietnamese, 5_400_000), "1 giờ 30 phút");
        assert_eq!(
            (format_duration(Language::English, 1_370), format_duration(Language::English, 12)),
            ("1.3 s".to_owned(), "12 ms".to_owned())
        );
    }

    #[test]
    fn timestamps_are_shown_in_vietnam_time() {
        assert_eq!(format_date_time("2026-11-26T06:05:00Z"), "26/11/2026 13:05");
        assert_eq!(format_date_time("never"), "never");
        let now = datetime!(2026-11-26 08:00 UTC);
        assert_eq!(format_time_ago(Language::Vietnamese, "2026-11-26T06:05:00Z", now), "1 giờ trước");
        assert_eq!(format_time_ago(Language::English, "2026-11-26T07:59:30Z", now), "just now");
        assert_eq!(format_time_ago(Language::Vietnamese, "2026-10-26T06:05:00Z", now), "26/10/2026 13:05");
        assert_eq!(start_of_day(datetime!(2026-11-26 20:00 UTC)), datetime!(2026-11-27 00:00 +7));
    }
}
