//! Whether a person must look at a document, and why.

use super::objection::objection;
use crate::model::fields::{Profile, newest};
use crate::model::record::Description;
use crate::model::refusal::Warning;
use serde::{Deserialize, Serialize};

/// What is known of one page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PageFacts<'a> {
    /// Mean word confidence, 0 to 100.
    pub confidence: u8,
    /// Nothing is written on it.
    pub blank: bool,
    /// It could not be read.
    pub refused: bool,
    /// It must be scanned again.
    pub rescan: bool,
    /// Codes of what was odd about it.
    pub warnings: &'a [Warning],
}

/// From which confidence on nobody need look. All 0 to 100.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ReviewOptions {
    /// Of the kind.
    pub min_kind: u8,
    /// Of each required field.
    pub min_fields: u8,
    /// Of each page that is not blank.
    pub min_page_confidence: u8,
}

impl Default for ReviewOptions {
    fn default() -> Self {
        Self { min_kind: 70, min_fields: 60, min_page_confidence: 60 }
    }
}

/// Fields that Circular 05/2025/TT-BNV requires or that find a document, with the stem of their code.
const REQUIRED: [(&str, &str); 5] =
    [("codeNumber", "number"), ("codeNotation", "notation"), ("issuedDate", "date"), ("organName", "issuer"), ("subject", "subject")];

/// Why a person must look at this document: stable codes in a fixed order, empty if nobody need.
///
/// `kind-unsure`, `<field>-missing` and `<field>-unsure` for number, notation, date, issuer and subject,
/// `<field>-invalid` for a value that a field cannot hold, `secrecy-stamp`, `no-text`, `page-refused`, `page-confidence-low`, `page-rescan`,
/// `page-warning`.
#[must_use]
pub fn reasons(description: &Description, pages: &[PageFacts<'_>], threshold: &ReviewOptions) -> Vec<String> {
    let mut reasons: Vec<String> = Vec::new();
    if description.fields.contains_key("secrecy") {
        reasons.push("secrecy-stamp".to_owned());
    }
    if description.kind_confidence < threshold.min_kind {
        reasons.push("kind-unsure".to_owned());
    }
    for (field, code) in REQUIRED {
        match description.fields.get(field) {
            None => reasons.push(format!("{code}-missing")),
            Some(found) if found.confidence < threshold.min_fields => reasons.push(format!("{code}-unsure")),
            Some(_) => {}
        }
    }
    for (name, field) in &description.fields {
        let objects = |profile: &'static Profile| objection(profile, profile.of_document(name)?, &field.value);
        if newest().and_then(objects).is_some() {
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
