//! Search, lists of dossiers, and authorised reading of records; reading is recorded in the audit trail.

use crate::archive::Archive;
use crate::records::export;
use crate::records::export::ExportFormat;
use crate::records::redacted_copy;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::json;
use sha2::{Digest, Sha256};
use sohoa_base::error::Result;
use sohoa_base::messages::{program, records};
use sohoa_base::model::account::{Identity, Right, UnitScope};
use sohoa_base::model::dossier::DossierName;
use sohoa_base::model::record::{Record, RecordedDocument};
use sohoa_search::hits::Hits;
use sohoa_search::query::Query;
use sohoa_stages::object_names;
use sohoa_storage::ocfl::ocfl_object;
use std::cmp::Reverse;
use std::collections::BTreeSet;

/// Pages found.
pub use sohoa_search::hits::{Hit as FoundPage, Hits as Found};

/// Characters of a query that the audit trail keeps.
const MAX_LOGGED_CHARS: usize = 200;

/// Searches for pages that match the query text with its filters.
///
/// # Errors
/// When the index cannot be read.
pub fn search(archive: &Archive, text: &str, limit: usize, offset: usize) -> Result<Hits> {
    archive.index.search(&Query { limit, offset, ..Query::text(text) })
}

/// Removes hits outside these units. The index returns none; a defect of it must not show pages to whoever may not read them.
fn retain_units(mut found: Hits, units: &UnitScope) -> Hits {
    let before = found.hits.len();
    found.hits.retain(|hit| units.contains(&hit.fonds));
    if found.hits.len() < before {
        tracing::error!("the search index returned pages of other units, which were removed; run `sohoa rebuild`");
    }
    found
}

/// A search.
#[derive(Debug, Clone, Copy)]
pub struct SearchRequest<'a> {
    /// Query: words, "phrases" and filters.
    pub text: &'a str,
    /// Only this unit.
    pub unit: Option<&'a str>,
    /// Page size.
    pub limit: usize,
    /// Pages to skip.
    pub offset: usize,
}

/// Searches in the units where `by` may read, and records the search in the audit trail.
///
/// # Errors
/// As [`search_in_units`].
pub async fn search_for_user(archive: &Archive, by: &Identity, question: SearchRequest<'_>) -> Result<Hits> {
    let found = search_in_units(archive, &by.units_with(Right::Read), question).await?;
    let text: String = question.text.chars().take(MAX_LOGGED_CHARS).collect();
    archive.catalog.append_read_event("", "", "searched", json!({ "by": by.user.name, "text": text, "found": found.total })).await?;
    Ok(found)
}

/// Searches in these units, or in one of them.
///
/// # Errors
/// `Denied` for a unit that is not one of them; `Invalid` where one of several must be chosen.
pub async fn search_in_units(archive: &Archive, units: &UnitScope, question: SearchRequest<'_>) -> Result<Hits> {
    let SearchRequest { text, unit, limit, offset } = question;
    let scope = match (units, unit) {
        (_, Some(unit)) if !units.contains(unit) => return Err(records::unit_not_readable(unit)),
        (_, Some(unit)) => UnitScope::Only(BTreeSet::from([unit.to_owned()])),
        (UnitScope::Only(names), None) if names.len() != 1 => {
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            return Err(records::search_unit_missing(names.join(", ")));
        }
        (_, None) => units.clone(),
    };
    // More searches than processors would only slow each other down.
    let _permit = archive.search_permits.acquire().await.map_err(|error| program::bug("search: permits").caused_by(error))?;
    let (index, query) = (archive.index.clone(), Query { limit, offset, units: scope.clone(), ..Query::text(text) });
    let found = tokio::task::spawn_blocking(move || index.search(&query)).await;
    let found = found.map_err(|error| program::bug("search: ended early").caused_by(error))??;
    Ok(retain_units(found, &scope))
}

/// A dossier in a list.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct DossierListEntry {
    /// Name of its object in the store.
    pub object: String,
    /// Unit or fonds.
    pub fonds: String,
    /// Its code.
    pub code: String,
    /// Its title.
    pub title: String,
    /// Newest version in the store; 0: none yet.
    pub version: u32,
    /// Documents in it.
    pub documents: u64,
    /// Pages in it.
    pub pages: u64,
    /// Pages of it in review.
    pub review: u64,
}

/// Dossiers by unit and code.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Dossiers {
    /// The dossiers.
    pub items: Vec<DossierListEntry>,
    /// What to give as `after` for the next ones; none: there are no more.
    pub next: Option<String>,
}

/// Filter of a list of dossiers.
#[derive(Debug, Clone, Copy)]
pub struct DossierFilter<'a> {
    /// Only this unit.
    pub unit: Option<&'a str>,
    /// Only this run.
    pub run: Option<&'a str>,
    /// Only dossiers after this object name.
    pub after: Option<&'a str>,
    /// Page size.
    pub limit: usize,
}

/// Dossiers of these units.
///
/// # Errors
/// `Denied` for a unit that is not one of them; `Invalid` for an `after` that is no object name.
pub async fn list_dossiers(archive: &Archive, units: &UnitScope, wanted: &DossierFilter<'_>) -> Result<Dossiers> {
    if let Some(unit) = wanted.unit.filter(|unit| !units.contains(unit)) {
        return Err(records::unit_not_readable(unit));
    }
    let only = match (wanted.unit, units) {
        (Some(unit), _) => Some(unit.to_owned()),
        (None, UnitScope::Only(units)) if units.len() == 1 => units.first().cloned(),
        (None, _) => None,
    };
    let mut after = match wanted.after {
        Some(object) => {
            let (fonds, code) = object_names::parse_dossier_object(object).ok_or_else(|| records::dossier_object_invalid(object))?;
            Some(DossierName { fonds, code, title: String::new() })
        }
        None => None,
    };
    let mut items = Vec::new();
    let mut next = None;
    // Chunks are read until enough dossiers of the caller's units are found.
    while items.len() < wanted.limit {
        let found = archive.catalog.dossiers(only.as_deref(), wanted.run, wanted.limit, after.as_ref()).await?;
        let is_last = found.len() < wanted.limit;
        after = found.last().map(|last| last.dossier.name.clone());
        for one in found.into_iter().filter(|one| units.contains(&one.dossier.name.fonds)) {
            let object = object_names::dossier_object(&one.dossier.name);
            if items.len() == wanted.limit {
                break;
            }
            next = Some(object.clone());
            items.push(DossierListEntry {
                object,
                fonds: one.dossier.name.fonds,
                code: one.dossier.name.code,
                title: one.dossier.name.title,
                version: one.dossier.version,
                documents: one.documents,
                pages: one.pages,
                review: one.review,
            });
        }
        if is_last {
            next = None;
            break;
        }
    }
    Ok(Dossiers { items, next })
}

/// Reads the record of a dossier, by object name or code, in a unit where `by` may read; recorded in the audit trail.
///
/// # Errors
/// `NotFound` for an unknown one, or one of another unit.
pub async fn read_record(archive: &Archive, by: &Identity, dossier: &str) -> Result<Record> {
    let record = export::load_record_in(archive, &by.units_with(Right::Read), dossier).await?;
    archive.catalog.append_read_event("", "", "record-read", json!({ "by": by.user.name, "dossier": record.object })).await?;
    Ok(record)
}

/// One version of a dossier in the store.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct VersionListEntry {
    /// Version number, from 1.
    pub version: u32,
    /// Time of creation, RFC 3339.
    pub created: String,
    /// Reason for the version.
    pub message: String,
    /// User who created it; none where a stage did.
    pub by: Option<String>,
    /// Files in it.
    pub files: usize,
}

/// Every version of a dossier, the newest first.
///
/// # Errors
/// `NotFound` for an unknown object; `Corrupt` for an inventory that cannot be read.
pub async fn list_versions(archive: &Archive, object: &str) -> Result<Vec<VersionListEntry>> {
    let inventory = ocfl_object::read_inventory(archive.store.as_ref(), object).await?;
    let inventory = inventory.ok_or_else(|| records::dossier_unknown(object))?;
    let mut entries = Vec::with_capacity(inventory.versions.len());
    for (name, version) in &inventory.versions {
        let invalid = |error: std::num::ParseIntError| records::dossier_version_invalid(object, name).caused_by(error);
        let number = name.trim_start_matches('v').parse().map_err(invalid)?;
        entries.push(VersionListEntry {
            version: number,
            created: version.created.clone(),
            message: version.message.clone(),
            by: version.user.as_ref().map(|user| user.name.clone()),
            files: version.state.values().map(Vec::len).sum(),
        });
    }
    entries.sort_by_key(|entry| Reverse(entry.version));
    Ok(entries)
}

/// Exports a document in a unit where `by` may read; recorded in the audit trail.
///
/// # Errors
/// `NotFound` for an unknown one, or one of another unit; as [`export::export_document`].
pub async fn read_file(archive: &Archive, by: &Identity, name: &str, form: ExportFormat) -> Result<Vec<u8>> {
    let (record, document) = authorized_document(archive, by, Right::Read, name).await?;
    let body = json!({ "by": by.user.name, "document": name, "form": format!("{form:?}").to_lowercase() });
    archive.catalog.append_read_event("", "", "document-read", body).await?;
    export::render_document(archive, &record, &document, form).await
}

/// Format of a redacted copy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RedactedFormat {
    /// Searchable PDF/A, personal data painted over.
    Pdf,
    /// Plain text, personal data replaced.
    Text,
}

/// Exports the redacted copy of a document in a unit where `by` may read; recorded in the audit trail.
///
/// # Errors
/// `NotFound` for an unknown one, or one of another unit; those of reading processes.
pub async fn read_redacted(archive: &Archive, by: &Identity, name: &str, form: RedactedFormat) -> Result<Vec<u8>> {
    let (record, document) = authorized_document(archive, by, Right::Read, name).await?;
    let body = json!({ "by": by.user.name, "document": name, "form": format!("public-{form:?}").to_lowercase() });
    archive.catalog.append_read_event("", "", "document-read", body).await?;
    match form {
        RedactedFormat::Pdf => redacted_copy::redacted_pdf(archive, &record, &document).await,
        RedactedFormat::Text => redacted_copy::redacted_text(archive, &record, &document).await,
    }
}

/// Reads a document with the record of its dossier, in a unit where `by` may read; recorded in the audit trail.
///
/// # Errors
/// `NotFound` for an unknown one, or one of another unit.
pub async fn read_document(archive: &Archive, by: &Identity, name: &str) -> Result<(Record, RecordedDocument)> {
    let found = authorized_document(archive, by, Right::Read, name).await?;
    archive.catalog.append_read_event("", "", "document-read", json!({ "by": by.user.name, "document": name })).await?;
    Ok(found)
}

/// The document `DOSSIER#NUMBER` of a unit in which `by` has the right.
///
/// # Errors
/// `NotFound` for an unknown one, or one of another unit.
pub(crate) async fn authorized_document(archive: &Archive, by: &Identity, right: Right, name: &str) -> Result<(Record, RecordedDocument)> {
    export::find_document_in(archive, &by.units_with(right), name).await
}

/// HTTP entity tag of a record: changes with every version.
///
/// # Errors
/// `Internal` when the record has no JSON form.
pub fn record_etag(record: &Record) -> Result<String> {
    let json = serde_json::to_vec(record).map_err(|error| program::bug("records: JSON of a record").caused_by(error))?;
    Ok(format!("\"{}\"", hex::encode(Sha256::digest(json))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use sohoa_search::hits::{Hit, Snippet};
    use std::collections::BTreeMap;

    fn hit(fonds: &str) -> Hit {
        let (object, dossier, title) = (format!("urn:sohoa:{fonds}:A"), "A".to_owned(), String::new());
        let (kind, kind_name, fields) = (String::new(), String::new(), BTreeMap::new());
        let (snippet, boxes) = (Snippet::default(), Vec::new());
        Hit { object, fonds: fonds.to_owned(), dossier, title, document: 1, page: 1, kind, kind_name, fields, score: 1.0, snippet, boxes }
    }

    #[test]
    fn hits_of_other_units_are_removed_even_if_the_index_returns_them() {
        let found = Hits { hits: ["BQLĐA", "BQLDA", "bqlđa"].map(hit).to_vec(), ..Hits::default() };
        let units = |scope: &UnitScope| retain_units(found.clone(), scope).hits.into_iter().map(|hit| hit.fonds).collect::<Vec<_>>();
        assert_eq!(units(&UnitScope::Only(BTreeSet::from(["BQLDA".to_owned()]))), ["BQLDA"]);
        assert_eq!(units(&UnitScope::All).len(), 3);
        assert!(units(&UnitScope::Only(BTreeSet::new())).is_empty());
    }
}
