//! Accuracy of described fields against known ones.

use serde::Serialize;
use serde_json::Value;
use sohoa_base::error::Result;
use sohoa_base::messages::evaluation;
use sohoa_base::model::record::Description;
use sohoa_base::text::nfc::nfc;
use std::collections::BTreeMap;

/// Verdict on one field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// Equal after NFC, space and case folding.
    Right,
    /// Another value was described.
    Wrong,
    /// No value was described.
    Absent,
    /// A value was described where the document has none.
    Invented,
}

/// One compared field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FieldComparison {
    /// Key of the known value, such as `so_ky_hieu`.
    pub field: String,
    /// The known value; none where the document has none.
    pub expected: Option<String>,
    /// The described value.
    pub found: Option<String>,
    /// Confidence of the described value, 0 to 100.
    pub confidence: Option<u8>,
    /// The verdict.
    pub verdict: Verdict,
    /// Whether the known value is in part handwritten.
    pub handwritten: bool,
}

/// A field whose value is not right.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FieldDifference {
    /// The page or document.
    pub of: String,
    /// The comparison.
    #[serde(flatten)]
    pub compared: FieldComparison,
}

/// The fields of `compared` whose value is not right.
pub fn field_differences(of: &str, compared: &[FieldComparison]) -> Vec<FieldDifference> {
    let wrong = compared.iter().filter(|one| one.verdict != Verdict::Right);
    wrong.map(|one| FieldDifference { of: of.to_owned(), compared: one.clone() }).collect()
}

/// Counts of verdicts on one field over documents.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct FieldTally {
    /// Equal.
    pub right: u64,
    /// Another value.
    pub wrong: u64,
    /// No value.
    pub absent: u64,
    /// A value where there is none.
    pub invented: u64,
    /// Number of right, wrong and absent values that are in part handwritten.
    pub handwritten: u64,
}

/// Keys of a `<id>.meta.json`, in the order of comparison.
pub const TRUTH_KEYS: [&str; 8] =
    ["loai_van_ban", "so_ky_hieu", "ngay_ban_hanh", "co_quan_ban_hanh", "trich_yeu", "dia_danh", "nguoi_ky", "chuc_vu_nguoi_ky"];

/// Field of a description for a key; none for keys without a field of their own.
fn field_name(key: &str) -> Option<&'static str> {
    match key {
        "ngay_ban_hanh" => Some("issuedDate"),
        "co_quan_ban_hanh" => Some("organName"),
        "trich_yeu" => Some("subject"),
        "dia_danh" => Some("place"),
        "nguoi_ky" => Some("signer"),
        "chuc_vu_nguoi_ky" => Some("position"),
        _ => None,
    }
}

/// Described value for a key of [`TRUTH_KEYS`].
#[must_use]
pub fn described_value(description: &Description, key: &str) -> Option<String> {
    let field = |name: &str| description.fields.get(name).map(|field| field.value.clone());
    match key {
        "loai_van_ban" => Some(description.kind_name.clone()),
        "so_ky_hieu" => {
            let number = field("codeNumber")?;
            let notation = field("codeNotation")?;
            // Party bodies write number-type/organ, state bodies number/type-organ.
            let party = notation.contains('/') && !notation.starts_with(|c: char| c.is_ascii_digit());
            Some(format!("{number}{}{notation}", if party { '-' } else { '/' }))
        }
        _ => field(field_name(key)?),
    }
}

/// Confidence of the described value for a key, 0 to 100.
fn described_confidence(description: &Description, key: &str) -> Option<u8> {
    let field = |name: &str| description.fields.get(name).map(|field| field.confidence);
    match key {
        "loai_van_ban" => Some(description.kind_confidence),
        "so_ky_hieu" => Some(field("codeNumber")?.min(field("codeNotation")?)),
        _ => field(field_name(key)?),
    }
}

/// NFC, single spaces, lower case.
fn normalize_value(text: &str) -> String {
    nfc(text).split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}

/// Compares a description with the text of a `<id>.meta.json`. Absent keys are not compared; `null` means that the document
/// has no such value.
///
/// # Errors
/// `Invalid` where the text is not a JSON object.
pub fn compare(description: &Description, known: &str) -> Result<Vec<FieldComparison>> {
    let bad = |detail: &str| evaluation::known_fields_invalid(detail);
    let known: Value = serde_json::from_str(known).map_err(|error| bad(&error.to_string()))?;
    let known = known.as_object().ok_or_else(|| bad("not an object"))?;
    let spans: Vec<String> = known
        .get("handwritten_spans")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .map(str::to_owned)
        .collect();
    let mut compared = Vec::new();
    for key in TRUTH_KEYS {
        let Some(value) = known.get(key) else { continue };
        let expected = value.as_str().map(str::to_owned);
        let found = described_value(description, key);
        let verdict = match (&expected, &found) {
            (Some(expected), Some(found)) if normalize_value(expected) == normalize_value(found) => Verdict::Right,
            (Some(_), Some(_)) => Verdict::Wrong,
            (Some(_), None) => Verdict::Absent,
            (None, Some(_)) => Verdict::Invented,
            (None, None) => continue,
        };
        let handwritten = expected.as_ref().is_some_and(|expected| holds_handwriting(key, expected, &spans));
        let confidence = found.as_ref().and_then(|_| described_confidence(description, key));
        compared.push(FieldComparison { field: key.to_owned(), expected, found, confidence, verdict, handwritten });
    }
    Ok(compared)
}

/// Whether one of the handwritten spans is a part of this value.
fn holds_handwriting(key: &str, expected: &str, spans: &[String]) -> bool {
    spans.iter().any(|span| match key {
        "so_ky_hieu" => expected.split('/').next() == Some(span.as_str()),
        "ngay_ban_hanh" => expected.split('-').skip(1).any(|part| part == span),
        "chuc_vu_nguoi_ky" => expected.starts_with(span.as_str()),
        _ => false,
    })
}

/// Counts verdicts by field.
#[must_use]
pub fn tally<'a>(compared: impl IntoIterator<Item = &'a FieldComparison>) -> BTreeMap<String, FieldTally> {
    let mut tallies: BTreeMap<String, FieldTally> = BTreeMap::new();
    for one in compared {
        let tally = tallies.entry(one.field.clone()).or_default();
        match one.verdict {
            Verdict::Right => tally.right += 1,
            Verdict::Wrong => tally.wrong += 1,
            Verdict::Absent => tally.absent += 1,
            Verdict::Invented => tally.invented += 1,
        }
        tally.handwritten += u64::from(one.handwritten);
    }
    tallies
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]
    use super::*;
    use sohoa_base::model::record::Field;

    fn description(fields: &[(&str, &str)]) -> Description {
        let field = |value: &str| Field { value: value.to_owned(), confidence: 90, ..Field::default() };
        Description {
            kind: "02".to_owned(),
            kind_name: "quyết định".to_owned(),
            normative: false,
            kind_confidence: 90,
            fields: fields.iter().map(|(name, value)| ((*name).to_owned(), field(value))).collect(),
            personal_data: Vec::new(),
        }
    }

    #[test]
    fn comparison_ignores_case_spaces_and_normal_form() {
        let known = r#"{"handwritten_spans": ["440", "20"], "gt": "by-eye", "loai_van_ban": "quyết định", "so_ky_hieu": "440/QĐ-UBND",
            "ngay_ban_hanh": "2025-02-20", "co_quan_ban_hanh": "Sở Y tế", "trich_yeu": "Về việc này", "nguoi_ky": null, "chuc_vu_nguoi_ky": null}"#;
        let found = description(&[
            ("codeNumber", "440"),
            ("codeNotation", "QĐ-UBND"),
            ("organName", "SỞ  Y TÊ\u{301}"),
            ("subject", "Về việc khác"),
            ("signer", "Trần Văn Hòa"),
        ]);
        let compared = compare(&found, known).unwrap();
        let verdicts: Vec<(&str, Verdict, bool)> = compared.iter().map(|one| (one.field.as_str(), one.verdict, one.handwritten)).collect();
        assert_eq!(
            verdicts,
            [
                ("loai_van_ban", Verdict::Right, false),
                ("so_ky_hieu", Verdict::Right, true),
                ("ngay_ban_hanh", Verdict::Absent, true),
                ("co_quan_ban_hanh", Verdict::Right, false),
                ("trich_yeu", Verdict::Wrong, false),
                ("nguoi_ky", Verdict::Invented, false),
            ]
        );
        let tallies = tally(&compared);
        assert_eq!(tallies["trich_yeu"], FieldTally { wrong: 1, ..FieldTally::default() });
        assert_eq!(tallies["so_ky_hieu"], FieldTally { right: 1, handwritten: 1, ..FieldTally::default() });
    }

    #[test]
    fn party_and_normative_numbers_are_joined_with_notation() {
        let number = |number: &str, notation: &str| {
            described_value(&description(&[("codeNumber", number), ("codeNotation", notation)]), "so_ky_hieu")
        };
        assert_eq!(number("145", "CV/VPTU").as_deref(), Some("145-CV/VPTU"));
        assert_eq!(number("118", "2025/NĐ-CP").as_deref(), Some("118/2025/NĐ-CP"));
        assert_eq!(number("7", "TB-UBND").as_deref(), Some("7/TB-UBND"));
        assert!(compare(&description(&[]), "[]").is_err());
        assert!(compare(&description(&[]), "{").is_err());
    }
}
