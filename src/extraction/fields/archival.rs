//! Archival fields derived from the contents of a dossier: codes, counts, dates. Required fields without a value are
//! reported.

use sohoa_base::model::fields::{self, FieldDefinition, Obligation};
use sohoa_base::model::page::reading::TextSource;
use sohoa_base::model::record::RecordedDocument;
use std::collections::{BTreeMap, BTreeSet};

/// Values by field name, and the names of required fields without a value.
pub type ArchivalFields = (BTreeMap<String, String>, Vec<String>);

/// Fields of a dossier from its code, title and documents.
#[must_use]
pub fn dossier_fields(code: &str, title: &str, documents: &[RecordedDocument]) -> ArchivalFields {
    let described = |name: &str| {
        documents
            .iter()
            .filter_map(|document| document.description.fields.get(name))
            .map(|field| field.value.clone())
            .collect::<BTreeSet<_>>()
    };
    let dates = described("issuedDate");
    let languages = described("language");
    let pages: usize = documents.iter().map(written_page_count).sum();
    let values = [
        ("fileCode", Some(code.to_owned())),
        ("title", Some(title.to_owned())),
        ("language", Some(languages.into_iter().collect::<Vec<_>>().join(";"))),
        ("startDate", dates.first().cloned()),
        ("endDate", dates.last().cloned()),
        ("totalDoc", Some(documents.len().to_string())),
        ("numberOfPage", Some(pages.to_string())),
        ("confidenceLevel", digital_origin(documents)),
    ];
    collect_fields(values, |profile| &profile.dossier, &BTreeSet::new())
}

/// Fields of a document of the dossier `code`.
#[must_use]
pub fn document_fields(code: &str, document: &RecordedDocument) -> ArchivalFields {
    let values = [
        ("docCode", Some(format!("{code}.{:07}", document.number))),
        ("docOrdinal", Some(document.number.to_string())),
        ("typeName", Some(document.description.kind.clone())),
        ("numberOfPage", Some(written_page_count(document).to_string())),
        ("confidenceLevel", digital_origin(std::slice::from_ref(document))),
    ];
    let described = document.description.fields.keys().map(String::as_str).collect();
    collect_fields(values, |profile| &profile.document, &described)
}

/// Number of pages that are not blank.
fn written_page_count(document: &RecordedDocument) -> usize {
    document.pages.iter().filter(|page| !page.blank).count()
}

/// Whether the documents were born digital (01), digitised (02) or both (03).
fn digital_origin(documents: &[RecordedDocument]) -> Option<String> {
    let mut pages = documents.iter().flat_map(|document| &document.pages).map(|page| page.source == TextSource::BornDigital).peekable();
    pages.peek()?;
    let (born, scanned): (Vec<bool>, Vec<bool>) = pages.partition(|is_born| *is_born);
    let code = match (born.is_empty(), scanned.is_empty()) {
        (false, true) => "01",
        (true, _) => "02",
        (false, false) => "03",
    };
    Some(code.to_owned())
}

fn collect_fields<const N: usize>(
    values: [(&str, Option<String>); N],
    of: impl Fn(&'static fields::FieldProfile) -> &'static Vec<FieldDefinition>,
    described: &BTreeSet<&str>,
) -> ArchivalFields {
    let values: BTreeMap<String, String> =
        values.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value.filter(|value| !value.is_empty())?))).collect();
    let required = fields::newest_profile().into_iter().flat_map(of).filter(|field| field.obligation == Obligation::Required);
    let missing = required.map(|field| field.name.clone()).filter(|name| !values.contains_key(name) && !described.contains(name.as_str()));
    let missing = missing.collect();
    (values, missing)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]
    use super::*;
    use sohoa_base::model::page::reading::Quality;
    use sohoa_base::model::record::{Description, Field, RecordedPage};

    fn document(number: u32, date: &str, sources: &[TextSource]) -> RecordedDocument {
        let page = |(number, source): (u32, &TextSource)| RecordedPage {
            number,
            original: String::new(),
            original_page: number,
            alto: None,
            source: *source,
            turn: 0,
            blank: number == 2,
            quality: Quality::default(),
            warnings: Vec::new(),
            refusal: None,
            barcodes: Vec::new(),
        };
        let mut description = Description::unknown();
        for (name, value) in [("issuedDate", date), ("language", "01")] {
            description.fields.insert(name.to_owned(), Field { value: value.to_owned(), ..Field::default() });
        }
        RecordedDocument {
            number,
            description,
            list_entry: None,
            review_reasons: Vec::new(),
            decisions: Vec::new(),
            archival_fields: BTreeMap::new(),
            missing_fields: Vec::new(),
            pages: (1..).zip(sources).map(page).collect(),
            pdf: String::new(),
            text: String::new(),
        }
    }

    #[test]
    fn archival_fields_are_derived_and_missing_ones_listed() {
        use TextSource::{BornDigital, Recognised};
        let documents = [document(1, "2020-03-05", &[Recognised, Recognised]), document(2, "2019-12-31", &[BornDigital])];
        let (values, missing) = dossier_fields("HS 1", "Hồ sơ", &documents);
        let value = |name: &str| values.get(name).map(String::as_str);
        assert_eq!((value("startDate"), value("endDate"), value("language")), (Some("2019-12-31"), Some("2020-03-05"), Some("01")));
        assert_eq!((value("totalDoc"), value("numberOfPage"), value("confidenceLevel")), (Some("2"), Some("2"), Some("03")));
        assert_eq!(missing, ["maintenance", "mode", "numberOfPaper", "riskRecovery"]);
        let (values, missing) = document_fields("HS 1", documents.last().unwrap());
        assert_eq!((values["docCode"].as_str(), values["confidenceLevel"].as_str()), ("HS 1.0000002", "01"));
        assert!(missing.contains(&"subject".to_owned()) && !missing.contains(&"issuedDate".to_owned()));
    }
}
