//! Reasons for the review of a document.

use crate::fields::validation::field_value_error;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use sohoa_base::model::fields::{FieldProfile, newest_profile};
use sohoa_base::model::record::Description;
use sohoa_base::model::refusal::Warning;

/// Facts about one page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PageFacts<'a> {
    /// Mean word confidence, 0 to 100.
    pub confidence: u8,
    /// Whether the page is blank.
    pub blank: bool,
    /// Whether it could not be read.
    pub refused: bool,
    /// Whether it must be scanned again.
    pub rescan: bool,
    /// Warnings about it.
    pub warnings: &'a [Warning],
}

/// Confidence thresholds for a review, 0 to 100, and the rate of random samples.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ReviewOptions {
    /// Minimum confidence of the kind.
    pub min_kind: u8,
    /// Minimum confidence of each required field.
    pub min_fields: u8,
    /// Minimum confidence of each page that is not blank.
    pub min_page_confidence: u8,
    /// Rate of documents without other reasons that are reviewed as a sample, per mille: a sample shows whether the
    /// others are as right as they seem.
    pub sample_permille: u16,
}

impl Default for ReviewOptions {
    fn default() -> Self {
        Self { min_kind: 70, min_fields: 60, min_page_confidence: 60, sample_permille: 20 }
    }
}

/// Whether the document with this name (fonds, code and number) is drawn for a sample of `permille`. A function of the
/// name alone, so that the same documents are drawn again.
#[must_use]
pub fn is_sampled(fonds: &str, code: &str, number: u32, permille: u16) -> bool {
    let digest = Sha256::digest(format!("{fonds}\n{code}\n{number}"));
    let drawn = digest.iter().take(8).fold(0_u64, |sum, byte| (sum << 8) | u64::from(*byte));
    drawn % 1000 < u64::from(permille)
}

/// Fields that Circular 05/2025/TT-BNV requires or that are needed to find a document, with the stem of their reason
/// code.
const REVIEWED_FIELDS: [(&str, &str); 5] =
    [("codeNumber", "number"), ("codeNotation", "notation"), ("issuedDate", "date"), ("organName", "issuer"), ("subject", "subject")];

/// Reasons for the review of a document: stable codes in a fixed order, empty if none is needed.
///
/// `kind-unsure`, `<field>-missing` and `<field>-unsure` for number, notation, date, issuer and subject,
/// `<field>-invalid` for a value that a field cannot hold, `secrecy-stamp`, `no-text`, `page-refused`, `page-confidence-low`, `page-rescan`,
/// `page-warning`.
#[must_use]
pub fn review_reasons(description: &Description, pages: &[PageFacts<'_>], threshold: &ReviewOptions) -> Vec<String> {
    let mut reasons: Vec<String> = Vec::new();
    if description.fields.contains_key("secrecy") {
        reasons.push("secrecy-stamp".to_owned());
    }
    if description.kind_confidence < threshold.min_kind {
        reasons.push("kind-unsure".to_owned());
    }
    for (field, code) in REVIEWED_FIELDS {
        match description.fields.get(field) {
            None => reasons.push(format!("{code}-missing")),
            Some(found) if found.confidence < threshold.min_fields => reasons.push(format!("{code}-unsure")),
            Some(_) => {}
        }
    }
    for (name, field) in &description.fields {
        let objects = |profile: &'static FieldProfile| field_value_error(profile, profile.document_field(name)?, &field.value);
        if newest_profile().and_then(objects).is_some() {
            reasons.push(format!("{name}-invalid"));
        }
    }
    if pages.iter().all(|page| page.blank || page.refused) {
        reasons.push("no-text".to_owned());
    }
    let mut any = |holds: bool, code: &str| {
        if holds {
            reasons.push(code.to_owned());
        }
    };
    any(pages.iter().any(|page| page.refused), "page-refused");
    any(pages.iter().any(|page| !page.blank && !page.refused && page.confidence < threshold.min_page_confidence), "page-confidence-low");
    any(pages.iter().any(|page| page.rescan), "page-rescan");
    any(pages.iter().any(|page| !page.warnings.is_empty()), "page-warning");
    reasons
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn review_sampling_matches_rate_and_is_deterministic() {
        let drawn = |permille| (1..=20_000).filter(|number| is_sampled("local", "HS 1", *number, permille)).count();
        assert_eq!((drawn(0), drawn(1000)), (0, 20_000));
        assert!((320..480).contains(&drawn(20)), "{}", drawn(20));
        assert!(is_sampled("local", "HS 1", 7, 1000) && (1..200).all(|number| !is_sampled("a", "b", number, 0)));
        let one: Vec<u32> = (1..2000).filter(|number| is_sampled("local", "HS 1", *number, 20)).collect();
        let other: Vec<u32> = (1..2000).filter(|number| is_sampled("local", "HS 2", *number, 20)).collect();
        assert_ne!(one, other, "drawn by number alone");
    }
}
