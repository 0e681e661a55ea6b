//! Reads records from the store and exports documents and originals.

use crate::archive::Archive;
use sha2::{Digest, Sha256};
use sohoa_base::error::Result;
use sohoa_base::messages::{program, records};
use sohoa_base::model::account::UnitScope;
use sohoa_base::model::dossier::DossierName;
use sohoa_base::model::record::{Original, Record, RecordedDocument};
use sohoa_base::model::withholding::Obstacle;
use sohoa_catalog::Catalog;
use sohoa_formats::metadata::{alto, hocr};
use sohoa_stages::object_names;
use sohoa_stages::record_json::record_from_json;
use sohoa_storage::ocfl::ocfl_object::{self, ObjectReader};

/// Export format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExportFormat {
    /// Searchable PDF/A.
    Pdf,
    /// Plain text in reading order.
    Text,
    /// ALTO 4, all pages concatenated.
    Alto,
    /// hOCR.
    Hocr,
    /// The document's part of the record.
    Json,
    /// METS of the dossier.
    Mets,
    /// The delivered file, bit for bit.
    Original,
}

/// Loads every record, sorted by object name.
///
/// # Errors
/// `Unavailable` when the store does not answer; `Corrupt` for a record of unknown form.
pub async fn load_records(archive: &Archive) -> Result<Vec<Record>> {
    let mut records = Vec::new();
    let mut objects = ocfl_object::list_objects(archive.store.as_ref()).await?;
    objects.sort();
    for object in objects {
        records.push(record_from_json(&ocfl_object::get(archive.store.as_ref(), &object, "record.json").await?, &object)?);
    }
    Ok(records)
}

/// Loads the record of the dossier with this object name, or with this code: in the configured unit, or else in the only unit that has
/// it.
///
/// # Errors
/// `NotFound` for an unknown dossier; `Conflict` where several units have the code.
pub async fn load_record(archive: &Archive, dossier: &str) -> Result<Record> {
    load_record_in(archive, &UnitScope::All, dossier).await
}

/// As [`load_record`], for a dossier of one of these units; others are as unknown as those that do not exist. The catalogue resolves
/// the name: nothing is read from the store before it is known that the dossier is one of them.
///
/// # Errors
/// `NotFound` for an unknown dossier; `Conflict` where several of the units have the code.
pub(crate) async fn load_record_in(archive: &Archive, units: &UnitScope, dossier: &str) -> Result<Record> {
    let name = find_dossier(&archive.catalog, &archive.config.unit, units, dossier).await?;
    let name = name.ok_or_else(|| records::dossier_unknown(dossier))?;
    let object = object_names::dossier_object(&name);
    let record = record_from_json(&ocfl_object::get(archive.store.as_ref(), &object, "record.json").await?, &object)?;
    if !units.contains(&record.fonds) {
        return Err(records::dossier_of_other_unit(object));
    }
    Ok(record)
}

/// Dossier and number of the document `DOSSIER#NUMBER` of one of these units; `None` where the catalogue knows no such dossier.
pub(crate) async fn find_document_name(archive: &Archive, units: &UnitScope, name: &str) -> Result<Option<(DossierName, u32)>> {
    let Some((dossier, number)) = name.rsplit_once('#').and_then(|(dossier, number)| Some((dossier, number.parse().ok()?))) else {
        return Ok(None);
    };
    Ok(find_dossier(&archive.catalog, &archive.config.unit, units, dossier).await?.map(|found| (found, number)))
}

/// The deposited dossier of these units with this object name or code; `own` is the unit that comes first for a code.
async fn find_dossier(catalog: &Catalog, own: &str, units: &UnitScope, dossier: &str) -> Result<Option<DossierName>> {
    if let Some((fonds, code)) = object_names::parse_dossier_object(dossier) {
        if !units.contains(&fonds) {
            return Ok(None);
        }
        return Ok(catalog.dossier_by_name(&fonds, &code).await?.filter(|found| found.version > 0).map(|found| found.name));
    }
    if units.contains(own)
        && let Some(found) = catalog.dossier_by_name(own, dossier).await?.filter(|found| found.version > 0)
    {
        return Ok(Some(found.name));
    }
    let mut found = catalog.dossiers_with_code(units, dossier, 2).await?;
    if found.len() > 1 {
        return Err(records::dossier_ambiguous(dossier));
    }
    Ok(found.pop())
}

/// One tab-separated row for every document of a record: name, kind, number, date, subject.
#[must_use]
pub fn document_rows(record: &Record) -> Vec<String> {
    let value = |document: &RecordedDocument, name: &str| {
        document.description.fields.get(name).map(|field| field.value.clone()).unwrap_or_default()
    };
    record
        .documents
        .iter()
        .map(|document| {
            let number = [value(document, "codeNumber"), value(document, "codeNotation")].join("/");
            format!(
                "{}#{}\t{}\t{}\t{}\t{}",
                record.code,
                document.number,
                document.description.kind_name,
                number.trim_matches('/'),
                value(document, "issuedDate"),
                value(document, "subject")
            )
        })
        .collect()
}

/// Exports a document or original. `name` is `DOSSIER#NUMBER`, for originals `DOSSIER#PATH` or a SHA-256.
///
/// # Errors
/// `NotFound` for an unknown name; `Corrupt` for an original whose SHA-256 differs.
pub async fn export_document(archive: &Archive, name: &str, form: ExportFormat) -> Result<Vec<u8>> {
    if form == ExportFormat::Original {
        return export_original(archive, name).await;
    }
    let (record, document) = find_document(archive, name).await?;
    render_document(archive, &record, &document, form).await
}

/// Exports a document in any format except [`ExportFormat::Original`].
pub(crate) async fn render_document(
    archive: &Archive,
    record: &Record,
    document: &RecordedDocument,
    form: ExportFormat,
) -> Result<Vec<u8>> {
    let store = archive.store.as_ref();
    match form {
        ExportFormat::Pdf => ocfl_object::get(store, &record.object, &document.pdf).await,
        ExportFormat::Text => ocfl_object::get(store, &record.object, &document.text).await,
        ExportFormat::Mets => ocfl_object::get(store, &record.object, "mets.xml").await,
        ExportFormat::Json => {
            serde_json::to_vec_pretty(document).map_err(|error| program::bug("export: JSON of a document").caused_by(error))
        }
        ExportFormat::Alto => Ok(load_altos(archive, record, document).await?.concat().into_bytes()),
        ExportFormat::Hocr => {
            let readings = load_altos(archive, record, document).await?.iter().map(|alto| alto::parse(alto)).collect::<Result<Vec<_>>>()?;
            let pages: Vec<_> = readings.iter().collect();
            Ok(hocr::write(&pages, &record.title).into_bytes())
        }
        ExportFormat::Original => Err(program::bug("export: format of an original")),
    }
}

/// Finds the document `DOSSIER#NUMBER`, with the record of its dossier.
///
/// # Errors
/// `Invalid` for a malformed name; `NotFound` for an unknown one.
pub async fn find_document(archive: &Archive, name: &str) -> Result<(Record, RecordedDocument)> {
    find_document_in(archive, &UnitScope::All, name).await
}

/// As [`find_document`], for a dossier of one of these units: see [`load_record_in`].
///
/// # Errors
/// `Invalid` for a malformed name; `NotFound` for an unknown one.
pub(crate) async fn find_document_in(archive: &Archive, units: &UnitScope, name: &str) -> Result<(Record, RecordedDocument)> {
    let (dossier, number) = name.rsplit_once('#').ok_or_else(|| records::document_name_invalid(name))?;
    let record = load_record_in(archive, units, dossier).await?;
    let number: u32 = number.parse().map_err(|error: std::num::ParseIntError| records::document_number_invalid(number).caused_by(error))?;
    let document = record.documents.iter().find(|document| document.number == number).cloned();
    let document = document.ok_or_else(|| records::document_unknown(dossier, number, record.documents.len()))?;
    Ok((record, document))
}

/// ALTO of the document's pages, in order; refused pages have none.
pub(crate) async fn load_altos(archive: &Archive, record: &Record, document: &RecordedDocument) -> Result<Vec<String>> {
    let reader = ObjectReader::open(archive.store.as_ref(), &record.object).await?;
    let mut all = Vec::new();
    for path in document.pages.iter().filter_map(|page| page.alto.as_ref()) {
        let bytes = reader.get(path).await?;
        all.push(String::from_utf8(bytes).map_err(|error| records::stored_text_invalid(path, &record.object).caused_by(error))?);
    }
    Ok(all)
}

async fn export_original(archive: &Archive, name: &str) -> Result<Vec<u8>> {
    let candidates = match name.rsplit_once('#') {
        Some((dossier, _)) => vec![load_record(archive, dossier).await?],
        None => load_records(archive).await?,
    };
    let wanted = name.rsplit_once('#').map_or(name, |(_, wanted)| wanted);
    for record in candidates {
        let found = record.originals.iter().find(|original| {
            original.path == wanted
                || original.sha256 == wanted
                || original.delivered_as.iter().any(|delivered| delivered.display == wanted)
        });
        if let Some(original) = found {
            check_export(archive, &record, original).await?;
            let bytes = ocfl_object::get(archive.store.as_ref(), &record.object, &original.path).await?;
            if hex::encode(Sha256::digest(&bytes)) != original.sha256 {
                return Err(records::original_damaged(&original.path, &record.object));
            }
            return Ok(bytes);
        }
    }
    Err(records::original_unknown(name))
}

/// Refuses the export of bytes that must stay in intake, also of those that came into the object before this was known.
async fn check_export(archive: &Archive, record: &Record, original: &Original) -> Result<()> {
    let obstacle = archive.catalog.obstacle_to_export(&record.fonds, &record.code, &original.sha256).await?;
    let reason = match obstacle {
        Some(Obstacle::Held) => records::export_held(),
        Some(Obstacle::Removed) => records::export_removed(),
        _ if original.withheld => records::export_unread(),
        _ => return Ok(()),
    };
    Err(records::original_not_exportable(&original.path, &record.code, reason))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use sohoa_base::error::ErrorKind;
    use std::collections::BTreeSet;
    use std::time::{Duration, Instant};

    async fn deposited(catalog: &Catalog, fonds: &str, code: &str) {
        let name = DossierName { fonds: fonds.to_owned(), code: code.to_owned(), title: String::new() };
        let record = serde_json::json!({
            "schema": "urn:sohoa:record:1", "object": object_names::dossier_object(&name), "fonds": fonds, "code": code, "title": "",
            "documents": [], "originals": [],
            "provenance": { "program": "", "pipeline": "", "stages": [], "models": {} },
        });
        catalog.rebuild_dossier(&serde_json::from_value(record).unwrap(), 1, "").await.unwrap();
    }

    /// The catalogue alone resolves names: the function has no store that it could read.
    #[tokio::test]
    async fn names_are_resolved_within_the_units_by_the_catalogue_alone() {
        let folder = tempfile::tempdir().unwrap();
        let catalog = Catalog::open(&format!("sqlite:{}", folder.path().join("catalog.db").display())).await.unwrap();
        for (fonds, code) in [("SNV", "A"), ("SYT", "A"), ("SYT", "B"), ("SNV", "C"), ("local", "C"), ("UBND", "D"), ("BQLDA", "E")] {
            deposited(&catalog, fonds, code).await;
        }
        let units = |names: &[&str]| UnitScope::Only(names.iter().map(|name| (*name).to_owned()).collect::<BTreeSet<_>>());
        let find = async |scope: &UnitScope, name: &str| {
            let found = find_dossier(&catalog, "local", scope, name).await;
            found.map(|found| found.map(|name| name.fonds)).map_err(|error| error.kind())
        };
        let (snv, both) = (units(&["SNV"]), units(&["SNV", "SYT"]));
        assert_eq!(find(&UnitScope::All, "A").await, Err(ErrorKind::Conflict));
        assert_eq!(find(&both, "A").await, Err(ErrorKind::Conflict));
        assert_eq!(find(&snv, "A").await, Ok(Some("SNV".to_owned())));
        assert_eq!(find(&units(&["UBND"]), "A").await, Ok(None), "it is told that other units have the code");
        assert_eq!((find(&snv, "B").await, find(&both, "B").await), (Ok(None), Ok(Some("SYT".to_owned()))));
        assert_eq!((find(&UnitScope::All, "C").await, find(&snv, "C").await), (Ok(Some("local".to_owned())), Ok(Some("SNV".to_owned()))));
        assert_eq!((find(&snv, "urn:sohoa:SYT:A").await, find(&both, "urn:sohoa:SYT:A").await), (Ok(None), Ok(Some("SYT".to_owned()))));
        assert_eq!((find(&units(&["BQLĐA"]), "E").await, find(&units(&[]), "E").await), (Ok(None), Ok(None)));
        let began = Instant::now();
        for number in 0..100 {
            assert_eq!(find(&UnitScope::All, &format!("unknown {number}")).await, Ok(None));
            assert_eq!(find(&snv, &format!("urn:sohoa:SNV:{number}")).await, Ok(None));
        }
        assert!(began.elapsed() < Duration::from_secs(1), "200 unknown names took {:?}", began.elapsed());
    }
}
