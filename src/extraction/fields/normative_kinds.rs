//! Normative documents (văn bản quy phạm pháp luật): their number contains the year.

use crate::string_similarity::{fold_text, normalized_key, similarity};

/// Kinds of normative document without a code in Circular 05/2025: name as printed, abbreviation.
pub(crate) const NORMATIVE_KINDS: [(&str, &str); 7] = [
    ("luật", ""),
    ("pháp lệnh", ""),
    ("lệnh", "L"),
    ("nghị định", "NĐ"),
    ("thông tư liên tịch", "TTLT"),
    ("thông tư", "TT"),
    ("bộ luật", ""),
];

/// The year in a notation such as `2025/NĐ-CP`.
pub(crate) fn notation_year(notation: &str) -> Option<u32> {
    let (year, rest) = notation.split_once('/')?;
    let year: u32 = year.trim().parse().ok()?;
    ((1945..=2100).contains(&year) && !rest.is_empty()).then_some(year)
}

/// Normative kind of a notation with a year, if Circular 05/2025 has no code for it.
pub(crate) fn normative_kind_by_notation(notation: &str) -> Option<&'static str> {
    notation_year(notation)?;
    let symbol = notation.split_once('/')?.1;
    let first = symbol.split(['-', '/']).next()?;
    if normalized_key(first).starts_with("qh") {
        return Some("luật");
    }
    if normalized_key(first).starts_with("ubtvqh") {
        return Some("pháp lệnh");
    }
    NORMATIVE_KINDS
        .iter()
        .find(|(_, abbreviation)| !abbreviation.is_empty() && fold_text(abbreviation) == fold_text(first))
        .map(|(name, _)| *name)
}

/// Normative kind of a name line in capitals.
pub(crate) fn normative_kind_by_title(line: &str) -> Option<&'static str> {
    let line = normalized_key(line);
    NORMATIVE_KINDS
        .iter()
        .map(|(name, _)| (*name, normalized_key(name)))
        .filter(|(_, name)| *name == line || (name.len() >= 7 && similarity(name, &line) >= 88))
        .max_by_key(|(_, name)| similarity(name, &line))
        .map(|(name, _)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn year_in_notation_marks_normative_documents() {
        assert_eq!(notation_year("2025/NĐ-CP"), Some(2025));
        assert_eq!(notation_year("2025/QĐ-UBND"), Some(2025));
        assert_eq!(notation_year("QĐ-UBND"), None);
        assert_eq!(notation_year("12/QĐ-UBND"), None);
        assert_eq!(normative_kind_by_notation("2025/NĐ-CP"), Some("nghị định"));
        assert_eq!(normative_kind_by_notation("2024/QH15"), Some("luật"));
        assert_eq!(normative_kind_by_notation("2025/QĐ-UBND"), None);
        assert_eq!(normative_kind_by_notation("NĐ-CP"), None);
    }

    #[test]
    fn normative_kinds_are_matched_by_title() {
        assert_eq!(normative_kind_by_title("NGHỊ ĐỊNH"), Some("nghị định"));
        assert_eq!(normative_kind_by_title("LUẬT"), Some("luật"));
        assert_eq!(normative_kind_by_title("THÔNG TƯ"), Some("thông tư"));
        assert_eq!(normative_kind_by_title("THÔNG BÁO"), None);
    }
}
