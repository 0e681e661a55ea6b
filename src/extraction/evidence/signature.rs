//! Date confidence from the digital signatures of a file: offices date a document, scan it and sign the scan within days.

use sohoa_base::model::calendar::{Calendar, Day};
use sohoa_base::model::record::{Description, Signature, SignatureState};

/// Minimum confidence of a date on which the file was signed, 0 to 100.
const SAME_DAY_CONFIDENCE: u8 = 90;

/// Minimum confidence of a date after which the file was signed within a few working days (the constant below), 0 to 100.
const SOON_AFTER_CONFIDENCE: u8 = 75;
const SOON_WORKING_DAYS: u32 = 3;

/// Confidence at or below which a date is a guess that no near signature confirms, 0 to 100.
const MAX_GUESS_CONFIDENCE: u8 = 30;

/// Maximum confidence of a date after all signatures, 0 to 100.
const MAX_CONTRADICTED_CONFIDENCE: u8 = 55;

/// Applies the signing days of a file to the date of its document. A date long before them keeps its confidence: old
/// documents are signed when they are digitised.
pub fn apply_signatures(description: &mut Description, signatures: &[Signature]) {
    let signed: Vec<Day> = signatures.iter().filter_map(signing_day).collect();
    let (Some(last), Some(field)) = (signed.iter().max(), description.fields.get_mut("issuedDate")) else { return };
    let Some(issued) = Day::parse(&field.value) else { return };
    let is_soon = |day: &Day| *day >= issued && Calendar::vietnam().count_working_days(issued.plus_days(1), *day) <= SOON_WORKING_DAYS;
    let is_guessed = field.confidence < MAX_GUESS_CONFIDENCE;
    // Clocks of signers without a time zone may differ from Vietnam's by seven hours.
    if issued > last.plus_days(1) {
        field.confidence = field.confidence.min(MAX_CONTRADICTED_CONFIDENCE);
    } else if signed.contains(&issued) && !is_guessed {
        field.confidence = field.confidence.max(SAME_DAY_CONFIDENCE);
    } else if signed.iter().any(is_soon) && !is_guessed {
        field.confidence = field.confidence.max(SOON_AFTER_CONFIDENCE);
    }
}

/// Day claimed by an intact signature, in its own time zone.
fn signing_day(signature: &Signature) -> Option<Day> {
    let written = signature.signed_at.as_deref().filter(|_| signature.state == SignatureState::Intact)?;
    Day::parse(written.split('T').next()?)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]
    use super::*;
    use sohoa_base::model::record::Field;

    fn signature(signed_at: &str, state: SignatureState) -> Signature {
        let name = || "Ủy ban nhân dân tỉnh".to_owned();
        let (signer, organisation, issuer) = (name(), name(), name());
        let form = "adbe.pkcs7.detached".to_owned();
        Signature { signer, organisation, issuer, signed_at: Some(signed_at.to_owned()), form, state, covers_whole_file: true }
    }

    /// Confidence of a date read with this confidence, after applying the signatures.
    fn confidence_after(issued: &str, confidence: u8, signatures: &[Signature]) -> u8 {
        let mut description = Description::unknown();
        description.fields.insert("issuedDate".to_owned(), Field { value: issued.to_owned(), confidence, ..Field::default() });
        apply_signatures(&mut description, signatures);
        description.fields["issuedDate"].confidence
    }

    #[test]
    fn signature_on_or_soon_after_date_raises_confidence() {
        // A Friday and the Tuesday after it.
        let signatures = ["2024-11-22T16:00:00+07:00", "2024-11-26T10:40:48Z"].map(|at| signature(at, SignatureState::Intact));
        let later = &signatures[1..];
        assert_eq!(
            (confidence_after("2024-11-22", 35, &signatures), confidence_after("2024-11-26", 35, &signatures)),
            (SAME_DAY_CONFIDENCE, SAME_DAY_CONFIDENCE)
        );
        assert_eq!(
            (
                confidence_after("2024-11-22", 55, later),
                confidence_after("2024-11-21", 55, later),
                confidence_after("2024-11-20", 55, later)
            ),
            (SOON_AFTER_CONFIDENCE, SOON_AFTER_CONFIDENCE, 55)
        );
        // Higher confidences are kept; a guess stays one; and old documents are digitised late.
        assert_eq!(
            (
                confidence_after("2024-11-22", 96, later),
                confidence_after("2024-11-26", 29, later),
                confidence_after("1994-11-26", 55, later)
            ),
            (96, 29, 55)
        );
    }

    #[test]
    fn date_after_all_signatures_lowers_confidence() {
        let signatures = ["2024-11-22T16:00:00Z", "2024-11-26T20:40:48Z"].map(|at| signature(at, SignatureState::Intact));
        assert_eq!(
            (confidence_after("2024-11-27", 96, &signatures), confidence_after("2024-11-28", 96, &signatures)),
            (96, MAX_CONTRADICTED_CONFIDENCE)
        );
        assert_eq!(confidence_after("2024-11-28", 20, &signatures), 20);
    }

    #[test]
    fn only_intact_timestamped_signatures_affect_confidence() {
        let broken =
            [signature("2024-11-22T16:00:00Z", SignatureState::Broken), signature("2024-11-22T16:00:00Z", SignatureState::Unknown)];
        let timeless = Signature { signed_at: None, ..signature("", SignatureState::Intact) };
        assert_eq!((confidence_after("2024-11-22", 40, &broken), confidence_after("2024-11-28", 96, &broken)), (40, 96));
        assert_eq!((confidence_after("2024-11-22", 40, &[timeless]), confidence_after("2024-11-22", 40, &[])), (40, 40));
    }
}
