//! Application of a document list's entry to the description of its document.

use crate::string_similarity::fold_text;
use sohoa_base::model::record::{Candidate, Description, Field, FieldSource, ListEntry};
use sohoa_base::text::dates;
use sohoa_base::text::nfc::nfc;

/// Confidence of a value of the list that nothing contradicts, 0 to 100: a person typed it.
const LIST_CONFIDENCE: u8 = 90;

/// Minimum confidence of a value that list and document agree on, 0 to 100.
const AGREED_CONFIDENCE: u8 = 99;

/// Confidence of a value of the list that a confident reading contradicts, 0 to 100: low enough for a review.
const CONTRADICTED_CONFIDENCE: u8 = 50;

/// Minimum confidence of a reading that contradicts the list, 0 to 100.
const MIN_CONTRADICTING_CONFIDENCE: u8 = 60;

/// Applies a list entry to a description. The values that were read become alternatives.
pub fn apply_list_entry(description: &mut Description, listed: &ListEntry) {
    let (number, notation) = listed.number.as_deref().map(split_number).unwrap_or_default();
    let date = listed.date.as_deref().and_then(dates::parse_date).map(|date| date.to_iso());
    let values = [
        ("codeNumber", number),
        ("codeNotation", notation),
        ("issuedDate", date),
        ("subject", listed.subject.clone()),
        ("organName", listed.author.clone()),
    ];
    for (name, value) in values {
        let value = value.map(|value| nfc(value.split_whitespace().collect::<Vec<_>>().join(" ").as_str()));
        if let Some(value) = value.filter(|value| !value.is_empty()) {
            apply_value(description, name, value);
        }
    }
}

/// Splits `12/QĐ-UBND` into number and notation.
fn split_number(number: &str) -> (Option<String>, Option<String>) {
    let is_number = |text: &str| text.chars().next().is_some_and(|first| first.is_ascii_digit());
    let (first, rest) = number.trim().split_once('/').unwrap_or((number.trim(), ""));
    match (first.trim(), rest.trim()) {
        (number, "") if is_number(number) => (Some(number.to_owned()), None),
        (notation, "") => (None, Some(notation.to_owned())),
        (number, notation) => (Some(number.to_owned()), Some(notation.to_owned())),
    }
}

fn apply_value(description: &mut Description, name: &str, value: String) {
    let plain = |text: &str| fold_text(text).chars().filter(|letter| letter.is_alphanumeric()).collect::<String>();
    let field = match description.fields.remove(name) {
        None => Field { value, confidence: LIST_CONFIDENCE, source: FieldSource::List, ..Field::default() },
        // The spelling of the document is kept.
        Some(read) if plain(&read.value) == plain(&value) => Field { confidence: read.confidence.max(AGREED_CONFIDENCE), ..read },
        Some(read) => {
            let confidence = if read.confidence >= MIN_CONTRADICTING_CONFIDENCE { CONTRADICTED_CONFIDENCE } else { LIST_CONFIDENCE };
            let mut alternatives = vec![Candidate { value: read.value, confidence: read.confidence, source: read.source }];
            alternatives.extend(read.alternatives);
            Field { value, confidence, page: read.page, bounds: read.bounds, source: FieldSource::List, alternatives }
        }
    };
    description.fields.insert(name.to_owned(), field);
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]
    use super::*;

    fn read(value: &str, confidence: u8) -> Field {
        Field { value: value.to_owned(), confidence, page: Some(1), ..Field::default() }
    }

    #[test]
    fn list_entry_fills_gaps_and_conflicts_lower_confidence() {
        let mut description = Description::unknown();
        description.fields.insert("codeNotation".to_owned(), read("QĐ-UBND", 70));
        description.fields.insert("subject".to_owned(), read("Về việc số hoá", 80));
        description.fields.insert("organName".to_owned(), read("UBND xa", 20));
        let listed = ListEntry {
            row: 3,
            number: Some("12/QĐ-UBND".to_owned()),
            date: Some("5/3/2020".to_owned()),
            subject: Some("Báo cáo".to_owned()),
            author: Some("UBND  xã".to_owned()),
        };
        apply_list_entry(&mut description, &listed);
        let field = |name: &str| &description.fields[name];
        assert_eq!(
            (field("codeNumber").value.as_str(), field("codeNumber").source, field("codeNumber").confidence),
            ("12", FieldSource::List, 90)
        );
        assert_eq!(
            (field("codeNotation").source, field("codeNotation").confidence, field("codeNotation").page),
            (FieldSource::Reading, 99, Some(1))
        );
        assert_eq!(field("issuedDate").value, "2020-03-05");
        assert_eq!((field("subject").value.as_str(), field("subject").confidence), ("Báo cáo", 50));
        assert_eq!(field("subject").alternatives[0].value, "Về việc số hoá");
        assert_eq!((field("organName").value.as_str(), field("organName").confidence), ("UBND xa", 99));
    }

    #[test]
    fn document_number_is_split_into_number_and_notation() {
        let part = |text: &str| {
            let (number, notation) = split_number(text);
            (number.unwrap_or_default(), notation.unwrap_or_default())
        };
        assert_eq!(part("12/QĐ-UBND"), ("12".to_owned(), "QĐ-UBND".to_owned()));
        assert_eq!(part("05/2020/NQ-HĐND"), ("05".to_owned(), "2020/NQ-HĐND".to_owned()));
        assert_eq!(part(" 7 "), ("7".to_owned(), String::new()));
        assert_eq!(part("QĐ-UBND"), (String::new(), "QĐ-UBND".to_owned()));
    }
}
