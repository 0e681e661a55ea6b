//! Redacted copies (bản cho công chúng): personal data are hidden in image and text.

use crate::archive::Archive;
use sohoa_base::error::Result;
use sohoa_base::messages::{maintenance, records};
use sohoa_base::model::dossier::DossierName;
use sohoa_base::model::page::geometry::Bounds;
use sohoa_base::model::page::reading::Reading;
use sohoa_base::model::record::{Original, Record, RecordedDocument, RecordedPage};
use sohoa_extraction::fields::personal_data;
use sohoa_file_worker::client::FileWorker;
use sohoa_formats::metadata::alto;
use sohoa_formats::pdf::write::pdf_writer::{PdfMetadata, PdfaProfile};
use sohoa_formats::plain_text;
use sohoa_formats::redaction;
use sohoa_storage::ocfl::ocfl_object;

/// Plain text of a document with personal data hidden.
///
/// # Errors
/// `Unavailable` when the store does not answer; `Corrupt` for an unreadable reading.
pub async fn redacted_text(archive: &Archive, record: &Record, document: &RecordedDocument) -> Result<Vec<u8>> {
    let mut out = String::new();
    for page in &document.pages {
        let mut reading = load_reading(archive, record, page).await?;
        if let Some(reading) = &mut reading {
            let hidden = personal_data_bounds(reading, page.number);
            redaction::redact_words(reading, &hidden);
        }
        plain_text::append_page(&mut out, page.number, reading.as_ref());
    }
    Ok(out.into_bytes())
}

/// Searchable PDF/A of a document with personal data painted over; its metadata name only the kind.
///
/// # Errors
/// `Unavailable` when the store does not answer; those of reading processes.
pub async fn redacted_pdf(archive: &Archive, record: &Record, document: &RecordedDocument) -> Result<Vec<u8>> {
    let first = document.pages.first().map(|page| page.original.as_str()).unwrap_or_default();
    let mut worker = FileWorker::lease(&archive.pool, Some(&record.fonds), first).await?;
    let metadata = PdfMetadata {
        title: format!("{} {}", document.description.kind_name, document.number),
        subject: String::new(),
        keywords: Vec::new(),
        language: "vi".to_owned(),
        identifier: format!("{}#{}/public", record.object, document.number),
        profile: PdfaProfile::A1b,
    };
    let mut out = worker.begin_pdf(metadata).await?;
    for page in &document.pages {
        let piece = match load_reading(archive, record, page).await? {
            Some(reading) => {
                load_original(archive, &mut worker, record, page).await?;
                let hidden = personal_data_bounds(&reading, page.number);
                worker.add_pdf_page(&find_original(record, page)?.media_type, page.original_page, reading, hidden).await?
            }
            None => worker.add_missing_pdf_page().await?,
        };
        out.extend(piece);
    }
    out.extend(worker.finish_pdf().await?);
    Ok(out)
}

/// Bounds of the personal data on a page. Detected anew each time, since the record may be older than the rules.
pub(crate) fn personal_data_bounds(reading: &Reading, page: u32) -> Vec<Bounds> {
    personal_data::find_personal_data(reading, page).into_iter().flat_map(|data| data.bounds).collect()
}

/// The reading of a page; none for a refused one.
pub(crate) async fn load_reading(archive: &Archive, record: &Record, page: &RecordedPage) -> Result<Option<Reading>> {
    let Some(path) = &page.alto else { return Ok(None) };
    let bytes = ocfl_object::get(archive.store.as_ref(), &record.object, path).await?;
    let text = String::from_utf8(bytes).map_err(|error| records::stored_text_invalid(path, &record.object).caused_by(error))?;
    alto::parse(&text).map(Some)
}

/// The original that holds a page.
pub(crate) fn find_original<'a>(record: &'a Record, page: &RecordedPage) -> Result<&'a Original> {
    let found = record.originals.iter().find(|original| original.sha256 == page.original);
    found.ok_or_else(|| records::original_not_recorded(&record.object, &page.original))
}

/// Bytes of an original: from the object, or from intake while they wait there.
pub(crate) async fn original_bytes(archive: &Archive, record: &Record, original: &Original) -> Result<Vec<u8>> {
    if !original.withheld {
        return ocfl_object::get(archive.store.as_ref(), &record.object, &original.path).await;
    }
    let dossier = DossierName { fonds: record.fonds.clone(), code: record.code.clone(), title: record.title.clone() };
    let key = sohoa_stages::originals::locate_original_in(archive.store.as_ref(), &dossier, &original.sha256).await?;
    archive.store.get(&key).await
}

/// Loads the page's original into the worker process, unless it has it already.
pub(crate) async fn load_original(archive: &Archive, worker: &mut FileWorker<'_>, record: &Record, page: &RecordedPage) -> Result<()> {
    if worker.has(&page.original) {
        return Ok(());
    }
    let bytes = original_bytes(archive, record, find_original(record, page)?).await?;
    let failed = |error: std::io::Error| maintenance::scratch_file_unwritable().caused_by(error);
    let local = tempfile::NamedTempFile::new_in(&archive.scratch).map_err(failed)?;
    tokio::fs::write(local.path(), bytes).await.map_err(failed)?;
    worker.load(&page.original, local.path()).await
}
