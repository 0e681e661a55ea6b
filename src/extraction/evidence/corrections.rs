//! Application of people's decisions to readings and descriptions; the stored reading is not changed.

use crate::fields::validation::field_value_error;
use sohoa_base::error::Result;
use sohoa_base::messages::{decisions, program};
use sohoa_base::model::decision::{Decision, DecisionKind, effective_decisions};
use sohoa_base::model::document_kinds::{DOCUMENT_KINDS, DocumentKind, kind_by_code};
use sohoa_base::model::fields::{FieldType, newest_profile};
use sohoa_base::model::page::reading::{Alternative, Reading, WordSource};
use sohoa_base::model::record::{Candidate, Description, Field, FieldSource};
use sohoa_base::text::dates::parse_date;
use sohoa_base::text::nfc::nfc;
use sohoa_base::text::typed_dates::parse_typed_date;

/// Validates a decision about a document that is described by `current`, and normalises its value: a date may be written as
/// [`parse_typed_date`] reads it.
///
/// # Errors
/// `Invalid` for an unknown field or kind, an impossible date, a value that is too long, or an empty word.
pub fn validate_decision(act: DecisionKind, current: &Description, this_year: u16) -> Result<DecisionKind> {
    match act {
        DecisionKind::CorrectKind { kind } => {
            if kind_by_code(&kind).is_none() {
                let code = |kind: Option<&DocumentKind>| kind.map_or("", |kind| kind.code);
                let (first, last) = (code(DOCUMENT_KINDS.first()), code(DOCUMENT_KINDS.last()));
                return Err(decisions::document_kind_unknown(kind, first, last));
            }
            Ok(DecisionKind::CorrectKind { kind })
        }
        DecisionKind::CorrectField { field, value } => {
            let profile = newest_profile().ok_or_else(|| program::bug("no circular is known"))?;
            let Some(definition) = profile.document_field(&field) else {
                let known: Vec<&str> = profile.document.iter().chain(&profile.extensions).map(|known| known.name.as_str()).collect();
                return Err(decisions::field_unknown(field, known.join(", ")));
            };
            let mut value = nfc(value.trim());
            if definition.field_type == FieldType::Date && !value.is_empty() {
                let before = current.fields.get(&field).and_then(|before| parse_date(&before.value));
                let typed = parse_typed_date(&value, before, this_year).map_err(|error| error.explain(&value))?;
                value = typed.to_iso();
            }
            if let Some(objection) = field_value_error(profile, definition, &value).filter(|_| !value.is_empty()) {
                return Err(objection);
            }
            Ok(DecisionKind::CorrectField { field, value })
        }
        DecisionKind::CorrectWord { page, word, read, text } => {
            let text = nfc(text.split_whitespace().collect::<Vec<_>>().join(" ").as_str());
            if text.is_empty() {
                return Err(decisions::corrected_word_empty());
            }
            Ok(DecisionKind::CorrectWord { page, word, read, text })
        }
        DecisionKind::Rotate { turn, .. } if !matches!(turn, 0 | 90 | 180 | 270) => Err(decisions::page_turn_invalid(turn)),
        other => Ok(other),
    }
}

/// Applies corrections of kind and fields to a description.
pub fn correct_description(description: &mut Description, decisions: &[Decision]) {
    for decision in effective_decisions(decisions) {
        match &decision.kind {
            DecisionKind::CorrectKind { kind } => {
                if let Some(known) = kind_by_code(kind) {
                    known.code.clone_into(&mut description.kind);
                    known.name.clone_into(&mut description.kind_name);
                    description.kind_confidence = 100;
                }
            }
            DecisionKind::CorrectField { field, value } => correct_field(description, field, value),
            DecisionKind::Accept
            | DecisionKind::Reject
            | DecisionKind::Release
            | DecisionKind::CorrectWord { .. }
            | DecisionKind::Rotate { .. }
            | DecisionKind::ReplaceScan { .. }
            | DecisionKind::Split { .. }
            | DecisionKind::Join { .. }
            | DecisionKind::Undo => {}
        }
    }
}

fn correct_field(description: &mut Description, name: &str, value: &str) {
    let before = description.fields.remove(name);
    if value.is_empty() {
        return;
    }
    let (page, bounds) = before.as_ref().map_or((None, None), |before| (before.page, before.bounds));
    let mut alternatives = Vec::new();
    if let Some(before) = before {
        if before.value != value {
            alternatives.push(Candidate { value: before.value, confidence: before.confidence, source: before.source });
        }
        alternatives.extend(before.alternatives);
    }
    let field = Field { value: value.to_owned(), confidence: 100, page, bounds, source: FieldSource::Person, alternatives };
    description.fields.insert(name.to_owned(), field);
}

/// Applies corrections of words to the reading of a document's page. A correction is skipped if the word is read
/// differently now.
pub fn correct_reading(reading: &mut Reading, page: u32, decisions: &[Decision]) {
    for decision in effective_decisions(decisions) {
        let DecisionKind::CorrectWord { page: at, word, read, text } = &decision.kind else { continue };
        if *at != page {
            continue;
        }
        let words = reading.blocks.iter_mut().flat_map(|block| &mut block.lines).flat_map(|line| &mut line.words);
        let place = usize::try_from(*word).unwrap_or(usize::MAX).saturating_sub(1);
        if let Some(found) = words.into_iter().nth(place).filter(|found| found.text == *read) {
            if found.source != WordSource::Person {
                found.alternative = Some(Alternative { text: found.text.clone(), confidence: found.confidence });
            }
            found.text.clone_from(text);
            found.confidence = 100;
            found.source = WordSource::Person;
        }
    }
}

/// Reasons for a review that remain after the decisions.
#[must_use]
pub fn open_reasons(reasons: Vec<String>, decisions: &[Decision]) -> Vec<String> {
    let decisions = effective_decisions(decisions);
    let last = |is: fn(&DecisionKind) -> bool| decisions.iter().rposition(|decision| is(&decision.kind));
    let accepted = last(|act| *act == DecisionKind::Accept);
    let rejected = last(|act| *act == DecisionKind::Reject);
    let is_released = last(|act| *act == DecisionKind::Release).is_some();
    let mut left: Vec<String> = match accepted {
        Some(_) => Vec::new(),
        None => reasons.iter().filter(|reason| *reason != SECRECY_REASON).cloned().collect(),
    };
    // Accepting the text does not release a secret document.
    if !is_released && reasons.iter().any(|reason| reason == SECRECY_REASON) {
        left.insert(0, SECRECY_REASON.to_owned());
    }
    if rejected > accepted {
        left.push("rejected".to_owned());
    }
    left
}

/// Reason that only [`DecisionKind::Release`] removes.
const SECRECY_REASON: &str = "secrecy-stamp";

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]
    use super::*;
    use sohoa_base::model::page::geometry::Bounds;
    use sohoa_base::model::page::reading::{Block, BlockKind, Line, Word};

    fn by_me(act: DecisionKind) -> Decision {
        Decision { at: "2026-01-02T03:04:05Z".to_owned(), author: "mẫu".to_owned(), kind: act, note: None }
    }

    fn field(name: &str, value: &str) -> DecisionKind {
        DecisionKind::CorrectField { field: name.to_owned(), value: value.to_owned() }
    }

    #[test]
    fn corrected_field_keeps_previous_values_as_alternatives() {
        let mut description = Description::unknown();
        let read = Field { value: "Vê việc".to_owned(), confidence: 55, page: Some(1), ..Field::default() };
        description.fields.insert("subject".to_owned(), read);
        let decisions = [
            field("subject", "Về việc"),
            field("subject", "Về việc mẫu"),
            field("place", ""),
            DecisionKind::CorrectKind { kind: "02".to_owned() },
        ];
        correct_description(&mut description, &decisions.map(by_me));
        let subject = &description.fields["subject"];
        assert_eq!(
            (subject.value.as_str(), subject.confidence, subject.page, subject.source),
            ("Về việc mẫu", 100, Some(1), FieldSource::Person)
        );
        let before: Vec<&str> = subject.alternatives.iter().map(|other| other.value.as_str()).collect();
        assert_eq!(before, ["Về việc", "Vê việc"]);
        assert_eq!((description.kind.as_str(), description.kind_confidence), ("02", 100));
    }

    #[test]
    fn word_correction_requires_matching_read_text() {
        let word = |text: &str| Word::new(text, Bounds::default(), 40);
        let line = Line::new(Bounds::default(), vec![word("quyêt"), word("định")]);
        let mut reading =
            Reading { blocks: vec![Block { kind: BlockKind::Text, bounds: Bounds::default(), lines: vec![line] }], ..Reading::default() };
        let act = |page, word, read: &str| DecisionKind::CorrectWord { page, word, read: read.to_owned(), text: "quyết".to_owned() };
        correct_reading(&mut reading, 1, &[by_me(act(2, 1, "quyêt")), by_me(act(1, 2, "đình")), by_me(act(1, 9, "x"))]);
        assert_eq!(reading.text(), "quyêt định\n");
        correct_reading(&mut reading, 1, &[by_me(act(1, 1, "quyêt"))]);
        assert_eq!(reading.text(), "quyết định\n");
        let first = reading.words().next().unwrap();
        assert_eq!((first.source, first.confidence, first.alternative.as_ref().unwrap().text.as_str()), (WordSource::Person, 100, "quyêt"));
    }

    #[test]
    fn acceptance_clears_review_reasons_except_secrecy() {
        let open = |reasons: &[&str], acts: &[DecisionKind]| {
            open_reasons(reasons.iter().map(|reason| (*reason).to_owned()).collect(), &acts.iter().cloned().map(by_me).collect::<Vec<_>>())
        };
        assert_eq!(open(&["date-unsure"], &[]), ["date-unsure"]);
        assert!(open(&["date-unsure"], &[DecisionKind::Accept]).is_empty());
        assert_eq!(open(&["secrecy-stamp", "date-unsure"], &[DecisionKind::Accept]), ["secrecy-stamp"]);
        assert!(open(&["secrecy-stamp", "date-unsure"], &[DecisionKind::Accept, DecisionKind::Release]).is_empty());
        assert_eq!(open(&[], &[DecisionKind::Accept, DecisionKind::Reject]), ["rejected"]);
        assert!(open(&["date-unsure"], &[DecisionKind::Reject, DecisionKind::Accept]).is_empty());
    }

    #[test]
    fn invalid_corrections_are_rejected() {
        let validate = |act| validate_decision(act, &Description::unknown(), 2026);
        assert!(validate(field("subjekt", "x")).is_err());
        assert!(validate(field("issuedDate", "2025-13-01")).is_err());
        assert!(validate(field("codeNumber", &"1".repeat(12))).is_err());
        assert!(validate(DecisionKind::CorrectKind { kind: "33".to_owned() }).is_err());
        assert!(validate(DecisionKind::CorrectWord { page: 1, word: 1, read: "a".to_owned(), text: " ".to_owned() }).is_err());
        assert_eq!(validate(field("subject", " a\u{301} ")).unwrap(), field("subject", "á"));
    }

    #[test]
    fn dates_are_taken_as_offices_write_them_and_stored_as_iso() {
        let mut description = Description::unknown();
        let validate = |description: &Description, typed: &str| validate_decision(field("issuedDate", typed), description, 2026);
        assert_eq!(validate(&description, " 12/12/2017 ").unwrap(), field("issuedDate", "2017-12-12"));
        assert_eq!(validate(&description, "").unwrap(), field("issuedDate", ""));
        assert!(validate(&description, "18").unwrap_err().to_string().contains("without a month"));
        correct_description(&mut description, &[by_me(field("issuedDate", "2017-12-12"))]);
        assert_eq!(validate(&description, "18").unwrap(), field("issuedDate", "2017-12-18"));
        assert!(validate(&description, "31/2/2017").unwrap_err().to_string().contains("there is no day"));
        // Other fields keep what looks like a date.
        assert_eq!(validate(&description, "12122017").unwrap(), field("issuedDate", "2017-12-12"));
        assert_eq!(validate_decision(field("subject", "12/12/2017"), &description, 2026).unwrap(), field("subject", "12/12/2017"));
    }
}
