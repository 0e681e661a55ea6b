//! Reads records from the store and exports documents and originals.

use crate::archive::Archive;
use sha2::{Digest, Sha256};
use sohoa_base::error::{Error, ErrorKind, Result, ResultExt};
use sohoa_base::model::record::{Record, RecordedDocument};
use sohoa_formats::metadata::{alto, hocr};
use sohoa_stages::record_json::record_from_json;
use sohoa_storage::ocfl::ocfl_object;

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
    let own =
        sohoa_base::model::dossier::DossierName { fonds: archive.config.unit.clone(), code: dossier.to_owned(), title: String::new() };
    for object in [dossier.to_owned(), sohoa_stages::object_names::dossier_object(&own)] {
        if object.starts_with("urn:sohoa:") && ocfl_object::read_inventory(archive.store.as_ref(), &object).await?.is_some() {
            return record_from_json(&ocfl_object::get(archive.store.as_ref(), &object, "record.json").await?, &object);
        }
    }
    let mut found: Vec<Record> = load_records(archive).await?.into_iter().filter(|record| record.code == dossier).collect();
    match (found.pop(), found.is_empty()) {
        (Some(record), true) => Ok(record),
        (Some(_), false) => Err(Error::conflict(format!("several units have a dossier {dossier}; give its object name"))),
        (None, _) => Err(Error::not_found(format!("there is no dossier {dossier}; `sohoa records list` shows what there is"))),
    }
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
            serde_json::to_vec_pretty(document).or_error(ErrorKind::Internal, || "the document has no JSON form".to_owned())
        }
        ExportFormat::Alto => Ok(load_altos(archive, record, document).await?.concat().into_bytes()),
        ExportFormat::Hocr => {
            let readings = load_altos(archive, record, document).await?.iter().map(|alto| alto::parse(alto)).collect::<Result<Vec<_>>>()?;
            let pages: Vec<_> = readings.iter().collect();
            Ok(hocr::write(&pages, &record.title).into_bytes())
        }
        ExportFormat::Original => Err(Error::internal("originals are handled above")),
    }
}

/// Finds the document `DOSSIER#NUMBER`, with the record of its dossier.
///
/// # Errors
/// `Invalid` for a malformed name; `NotFound` for an unknown one.
pub async fn find_document(archive: &Archive, name: &str) -> Result<(Record, RecordedDocument)> {
    let (dossier, number) = name.rsplit_once('#').ok_or_else(|| Error::invalid(format!("{name} is not DOSSIER#NUMBER")))?;
    let record = load_record(archive, dossier).await?;
    let number: u32 = number.parse().or_error(ErrorKind::Invalid, || format!("{number} is not the number of a document"))?;
    let document = record.documents.iter().find(|document| document.number == number).cloned();
    let document = document
        .ok_or_else(|| Error::not_found(format!("dossier {dossier} has no document {number}; it has {}", record.documents.len())))?;
    Ok((record, document))
}

/// ALTO of the document's pages, in order; refused pages have none.
pub(crate) async fn load_altos(archive: &Archive, record: &Record, document: &RecordedDocument) -> Result<Vec<String>> {
    let mut all = Vec::new();
    for path in document.pages.iter().filter_map(|page| page.alto.as_ref()) {
        let bytes = ocfl_object::get(archive.store.as_ref(), &record.object, path).await?;
        all.push(String::from_utf8(bytes).or_error(ErrorKind::Corrupt, || format!("{path} is not UTF-8"))?);
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
            let bytes = ocfl_object::get(archive.store.as_ref(), &record.object, &original.path).await?;
            if hex::encode(Sha256::digest(&bytes)) != original.sha256 {
                return Err(Error::corrupt(format!("{} of {} is not what arrived; run `sohoa verify`", original.path, record.object)));
            }
            return Ok(bytes);
        }
    }
    Err(Error::not_found(format!("there is no original {name}")))
}
