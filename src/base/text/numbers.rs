//! Numbers in Vietnamese official notation: `1.250`, `98,5 %`, `04`.

/// Parses `1.250`, `98,5`, `1.250,75`, `-3`, with or without a `%` after it. Dots must separate whole groups of three
/// digits; `None` for anything else.
#[must_use]
pub fn parse_number(text: &str) -> Option<f64> {
    let text = text.trim().trim_end_matches('%').trim_end();
    let (negative, digits) = text.strip_prefix(['-', '−']).map_or((false, text), |rest| (true, rest));
    let (whole, part) = digits.split_once(',').map_or((digits, None), |(whole, part)| (whole, Some(part)));
    if part.is_some_and(|part| part.is_empty() || !all_digits(part)) || whole.len() > 24 {
        return None;
    }
    let groups: Vec<&str> = whole.split('.').collect();
    let first = groups.first()?;
    if !all_digits(first) || first.is_empty() || (groups.len() > 1 && first.len() > 3) {
        return None;
    }
    if groups.iter().skip(1).any(|group| group.len() != 3 || !all_digits(group)) {
        return None;
    }
    let value: f64 = format!("{}.{}", groups.concat(), part.unwrap_or("0")).parse().ok()?;
    Some(if negative { -value } else { value })
}

fn all_digits(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

/// `1250` as `1.250`.
#[must_use]
pub fn format_integer(number: u64) -> String {
    let digits = number.to_string();
    let mut written = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            written.push('.');
        }
        written.push(digit);
    }
    written
}

/// `1250.75` with one place as `1.250,8`; an amount that is not finite as `—`.
#[must_use]
pub fn format_decimal(amount: f64, places: usize) -> String {
    if !amount.is_finite() {
        return "—".to_owned();
    }
    let plain = format!("{:.*}", places.min(12), amount.abs());
    let (integer, part) = plain.split_once('.').map_or((plain.as_str(), None), |(integer, part)| (integer, Some(part)));
    let grouped = integer.parse::<u64>().map_or_else(|_| integer.to_owned(), format_integer);
    let is_zero = plain.bytes().all(|byte| matches!(byte, b'0' | b'.'));
    let sign = if amount < 0.0 && !is_zero { "-" } else { "" };
    part.map_or_else(|| format!("{sign}{grouped}"), |part| format!("{sign}{grouped},{part}"))
}

/// A percentage such as `98,5 %`; `—` if `of` is 0.
#[must_use]
pub fn format_percent(part: u64, of: u64, places: usize) -> String {
    #[allow(clippy::cast_precision_loss)]
    let share = part as f64 * 100.0 / of as f64;
    if of == 0 { "—".to_owned() } else { format!("{} %", format_decimal(share, places)) }
}

/// A number below ten with a leading zero, as Decree 30/2020 requires.
#[must_use]
pub fn format_padded(number: u64) -> String {
    format!("{number:02}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn vietnamese_numbers_are_parsed() {
        assert_eq!(parse_number("1.250"), Some(1250.0));
        assert_eq!(parse_number("98,5 %"), Some(98.5));
        assert_eq!(parse_number("1.234.567,5"), Some(1_234_567.5));
        assert_eq!(parse_number("-7"), Some(-7.0));
        for bad in ["", "1.25", "1250.000", "1,", ",5", "a", "1.2.3", "12/5", "1..000"] {
            assert_eq!(parse_number(bad), None, "{bad}");
        }
    }

    #[test]
    fn numbers_are_formatted_in_vietnamese_style() {
        assert_eq!(
            (format_integer(0), format_integer(999), format_integer(1250), format_integer(1_545_000)),
            ("0".into(), "999".into(), "1.250".into(), "1.545.000".into())
        );
        assert_eq!(format_decimal(25.5, 1), "25,5");
        assert_eq!(format_decimal(-0.01, 1), "0,0");
        assert_eq!(format_decimal(-1250.0, 0), "-1.250");
        assert_eq!(format_percent(197, 200, 1), "98,5 %");
        assert_eq!(format_percent(0, 0, 1), "—");
        assert_eq!((format_padded(4), format_padded(12)), ("04".into(), "12".into()));
    }
}
