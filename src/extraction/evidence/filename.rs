//! Document number from the file name: offices name scans by number and kind, as in `210-QDCT.pdf`, `QĐ 430.pdf` or
//! `2253_tb_syt.pdf`.

use crate::string_similarity::fold_text;
use sohoa_base::model::document_kinds::kind_by_code;
use sohoa_base::model::record::{Candidate, Description, Field, FieldSource};

/// Minimum confidence of a number that reading and file name agree on, 0 to 100. Not higher, because names are often
/// copied with slips.
const AGREED_CONFIDENCE: u8 = 90;

/// Confidence of a number from the file name if none was read, or another with a lower confidence, 0 to 100: low enough
/// for a review.
const FILENAME_CONFIDENCE: u8 = 50;

/// Maximum confidence of a number that the file name contradicts, 0 to 100.
const MAX_CONTRADICTED_CONFIDENCE: u8 = 55;

/// Maximum number of digits of a document number.
const MAX_NUMBER_DIGITS: usize = 5;

/// Applies the number in a file name to a description. The value not taken becomes an alternative.
pub fn apply_filename(description: &mut Description, file_name: &str) {
    let notation = description.fields.get("codeNotation").map(|field| field.value.as_str());
    let abbreviation = kind_by_code(&description.kind).map_or("", |kind| kind.abbreviation);
    let Some(named) = find_number_in_filename(file_name, notation.unwrap_or(abbreviation)) else { return };
    let field = match description.fields.remove("codeNumber") {
        None => Field { value: named, confidence: FILENAME_CONFIDENCE, source: FieldSource::FileName, ..Field::default() },
        Some(read) if is_same_number(&read.value, &named) => Field { confidence: read.confidence.max(AGREED_CONFIDENCE), ..read },
        Some(read) if read.confidence < FILENAME_CONFIDENCE => {
            let mut alternatives = vec![Candidate { value: read.value, confidence: read.confidence, source: read.source }];
            alternatives.extend(read.alternatives);
            let (page, bounds) = (read.page, read.bounds);
            Field { value: named, confidence: FILENAME_CONFIDENCE, page, bounds, source: FieldSource::FileName, alternatives }
        }
        Some(mut read) => {
            read.confidence = read.confidence.min(MAX_CONTRADICTED_CONFIDENCE);
            read.alternatives.push(Candidate { value: named, confidence: 0, source: FieldSource::FileName });
            read
        }
    };
    description.fields.insert("codeNumber".to_owned(), field);
}

/// Whether the numbers are equal, leading zeros ignored.
fn is_same_number(one: &str, other: &str) -> bool {
    one.trim_start_matches('0') == other.trim_start_matches('0')
}

/// Number beside letters of `notation` in a file name.
fn find_number_in_filename(file_name: &str, notation: &str) -> Option<String> {
    let parts: Vec<String> =
        fold_text(notation).split(|c: char| !c.is_alphanumeric()).map(str::to_owned).filter(|part| part.len() >= 2).collect();
    let stem = file_name.rsplit('/').next().unwrap_or(file_name);
    let stem = stem.rsplit_once('.').map_or(stem, |(stem, _)| stem);
    let runs = digit_and_letter_runs(&fold_text(stem));
    let is_number =
        |run: &str| run.len() <= MAX_NUMBER_DIGITS && run.starts_with(|c: char| c.is_ascii_digit()) && run.chars().any(|c| c != '0');
    let is_kind = |run: &str| run.len() >= 2 && parts.iter().any(|part| run.starts_with(part.as_str()) || part.starts_with(run));
    let mut found = runs.windows(2).filter_map(|pair| match pair {
        [one, next] if is_number(one) && is_kind(next) => Some(one),
        // The letters may also be followed by a year: QD2020.
        [one, next] if is_kind(one) && is_number(next) && next.len() < 4 => Some(next),
        _ => None,
    });
    found.next().cloned()
}

/// Runs of digits and of letters, in order.
fn digit_and_letter_runs(text: &str) -> Vec<String> {
    let mut runs: Vec<String> = Vec::new();
    let mut last = None;
    for c in text.chars() {
        let kind = if c.is_ascii_digit() { Some(true) } else { c.is_alphabetic().then_some(false) };
        match runs.last_mut().filter(|_| kind.is_some() && kind == last) {
            Some(run) => run.push(c),
            None if kind.is_some() => runs.push(c.to_string()),
            None => {}
        }
        last = kind;
    }
    runs
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]
    use super::*;

    #[test]
    fn number_next_to_kind_is_found_in_filename() {
        for (name, notation, wanted) in [
            ("data_raw_210-QDCT.signed.pdf", "QĐ-UBND", Some("210")),
            ("public_upload_6Qt_2253_tb_syt.pdf", "TB-SYT", Some("2253")),
            ("18_syt_vp.pdf", "SYT-VP", Some("18")),
            ("47 QĐ UB.signed (1)_20250510_124908.pdf", "QĐ-UBND", Some("47")),
            ("hồ sơ/299 UB.signed_20250510.pdf", "UBND-TTHC", Some("299")),
            ("QD430.pdf", "QĐ", Some("430")),
            ("22 TTR.signed.pdf", "TTr-UBND", Some("22")),
            ("33920.02.2025_07h26p22_signed.pdf", "QĐ-UBND", None),
            ("scan_20250510_0001.pdf", "QĐ-UBND", None),
            ("12 BC.pdf", "QĐ-UBND", None),
            ("QD2020.pdf", "QĐ-UBND", None),
            ("000 QD.pdf", "QĐ-UBND", None),
            ("12.pdf", "", None),
        ] {
            assert_eq!(find_number_in_filename(name, notation).as_deref(), wanted, "{name}");
        }
    }

    fn described(number: Option<(&str, u8)>) -> Description {
        let mut description = Description { kind: "02".to_owned(), ..Description::unknown() };
        if let Some((value, confidence)) = number {
            let field = Field { value: value.to_owned(), confidence, page: Some(1), ..Field::default() };
            description.fields.insert("codeNumber".to_owned(), field);
        }
        description
    }

    #[test]
    fn filename_confirms_fills_or_contradicts_number() {
        let told = |number: Option<(&str, u8)>| {
            let mut description = described(number);
            apply_filename(&mut description, "02-QD.pdf");
            let field = &description.fields["codeNumber"];
            let other = field.alternatives.first().map(|other| other.value.clone());
            (field.value.clone(), field.confidence, field.source, other)
        };
        assert_eq!(told(None), ("02".to_owned(), FILENAME_CONFIDENCE, FieldSource::FileName, None));
        assert_eq!(told(Some(("2", 35))), ("2".to_owned(), AGREED_CONFIDENCE, FieldSource::Reading, None));
        assert_eq!(told(Some(("2", 97))), ("2".to_owned(), 97, FieldSource::Reading, None));
        assert_eq!(told(Some(("9", 35))), ("02".to_owned(), FILENAME_CONFIDENCE, FieldSource::FileName, Some("9".to_owned())));
        assert_eq!(told(Some(("9", 96))), ("9".to_owned(), MAX_CONTRADICTED_CONFIDENCE, FieldSource::Reading, Some("02".to_owned())));
        let mut other = described(Some(("9", 96)));
        apply_filename(&mut other, "scan0002.pdf");
        assert_eq!(other, described(Some(("9", 96))));
    }
}
