//! Natural order of file names: `2.jpg` before `10.jpg`. Pages delivered as loose images are put in it.

use crate::text::nfc::nfc;
use std::cmp::Ordering;

/// A part of a name: a run of digits, or the characters between two runs.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum NamePart {
    /// Digits without leading zeros, with their number; a longer run is a greater number.
    Number(usize, String),
    /// Lower case, with `/` and `.` below all others so that `a.jpg` precedes `a 2.jpg`.
    Text(String),
}

/// Sort key in natural order. Names that differ only in case, leading zeros or normal form are ordered by their bytes, so
/// that the order is total.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct NaturalKey {
    parts: Vec<NamePart>,
    name: String,
}

/// Sort key of a name or a path with `/`.
#[must_use]
pub fn natural_key(name: &str) -> NaturalKey {
    let mut parts = Vec::new();
    let mut run = String::new();
    let mut in_digits = false;
    for character in nfc(name).chars().flat_map(char::to_lowercase) {
        let is_digit = character.is_ascii_digit();
        if is_digit != in_digits {
            push_part(&mut parts, &run, in_digits);
            run.clear();
            in_digits = is_digit;
        }
        run.push(match character {
            '/' => '\u{0}',
            '.' => '\u{1}',
            other => other,
        });
    }
    push_part(&mut parts, &run, in_digits);
    NaturalKey { parts, name: name.to_owned() }
}

fn push_part(parts: &mut Vec<NamePart>, run: &str, digits: bool) {
    if run.is_empty() {
        return;
    }
    if digits {
        let stripped = run.trim_start_matches('0');
        parts.push(NamePart::Number(stripped.len(), stripped.to_owned()));
    } else {
        parts.push(NamePart::Text(run.to_owned()));
    }
}

/// Compares two names; to sort many, use [`natural_key`].
#[must_use]
pub fn compare(one: &str, other: &str) -> Ordering {
    natural_key(one).cmp(&natural_key(other))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digit_runs_compare_numerically() {
        let mut names = vec![
            "10.jpg",
            "2.jpg",
            "Trang 11.png",
            "trang 9.png",
            "001.jpg",
            "1.jpg",
            "a/10.jpg",
            "a/9.jpg",
            "a b/1.jpg",
            "scan 2.jpg",
            "scan.jpg",
            "IMG_0100.JPG",
            "img_99.jpg",
            "99999999999999999999999.jpg",
            "100000000000000000000000.jpg",
        ];
        names.sort_by(|a, b| compare(a, b));
        assert_eq!(
            names,
            [
                "001.jpg",
                "1.jpg",
                "2.jpg",
                "10.jpg",
                "99999999999999999999999.jpg",
                "100000000000000000000000.jpg",
                "a/9.jpg",
                "a/10.jpg",
                "a b/1.jpg",
                "img_99.jpg",
                "IMG_0100.JPG",
                "scan.jpg",
                "scan 2.jpg",
                "trang 9.png",
                "Trang 11.png",
            ]
        );
    }

    #[test]
    fn only_identical_names_compare_equal() {
        for (a, b) in [("a01", "a1"), ("A", "a"), ("Việt", "Vie\u{323}\u{302}t"), ("", "0")] {
            assert_ne!(compare(a, b), Ordering::Equal, "{a} {b}");
            assert_eq!(compare(a, b), compare(b, a).reverse());
        }
        assert_eq!(compare("x1", "x1"), Ordering::Equal);
    }
}
