//! Builds the record of a dossier from the catalogue's facts and the readings.

use crate::by_name;
use crate::object_names;
use sohoa_base::model::dossier::{Document, DossierSnapshot, File, FileState};
use sohoa_base::model::page::barcode::Barcode;
use sohoa_base::model::page::reading::{Reading, TextSource};
use sohoa_base::model::pipeline_plan::PipelinePlan;
use sohoa_base::model::record::{Description, Original, Provenance, Record, RecordedDocument, RecordedPage, SCHEMA_URN, StageUse};
use sohoa_base::model::withholding::Obstacle;
use sohoa_extraction::fields::archival;
use std::collections::{BTreeMap, BTreeSet};

/// Parts of a page's reading that the record keeps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadingSummary {
    source: TextSource,
    turn: u16,
    codes: Vec<Barcode>,
}

impl From<&Reading> for ReadingSummary {
    fn from(reading: &Reading) -> Self {
        Self { source: reading.source, turn: reading.turn, codes: reading.barcodes.clone() }
    }
}

/// The record; `read` by page identifier, without the pages that could not be read.
#[must_use]
pub fn build_record(
    contents: &DossierSnapshot,
    plan: &PipelinePlan,
    models: BTreeMap<String, String>,
    read: &BTreeMap<String, ReadingSummary>,
) -> Record {
    let name = &contents.dossier.name;
    let whole = contents.documents.iter().filter(|document| !document.pages.is_empty());
    let documents: Vec<RecordedDocument> = whole.map(|document| build_document(contents, document, read)).collect();
    let (archival, missing) = archival::dossier_fields(&name.code, &name.title, &documents);
    Record {
        schema: SCHEMA_URN.to_owned(),
        object: object_names::dossier_object(name),
        fonds: name.fonds.clone(),
        code: name.code.clone(),
        title: name.title.clone(),
        archival_fields: archival,
        missing_fields: missing,
        documents,
        list_findings: contents.dossier.list_findings.clone(),
        originals: build_originals(contents),
        provenance: build_provenance(plan, models),
    }
}

fn build_document(contents: &DossierSnapshot, document: &Document, read: &BTreeMap<String, ReadingSummary>) -> RecordedDocument {
    let pages = (1..)
        .zip(&document.pages)
        .filter_map(|(number, id)| {
            let page = contents.page(id)?;
            let file = contents.file(&page.file)?;
            let read = read.get(id);
            Some(RecordedPage {
                number,
                original: file.delivered.sha256.clone(),
                original_page: page.number,
                alto: read.map(|_| object_names::part_path(document.number, &object_names::alto_name(number))),
                source: read.map_or(TextSource::Recognised, |read| read.source),
                turn: read.map_or(0, |read| read.turn),
                blank: page.blank,
                quality: page.quality,
                warnings: page.warnings.clone(),
                refusal: page.refusal.clone(),
                barcodes: read.map(|read| read.codes.clone()).unwrap_or_default(),
            })
        })
        .collect();
    let mut recorded = RecordedDocument {
        number: document.number,
        description: document.description.clone().unwrap_or_else(Description::unknown),
        list_entry: document.list_entry.clone(),
        review_reasons: document.review_reasons.clone(),
        decisions: document.decisions.clone(),
        archival_fields: BTreeMap::new(),
        missing_fields: Vec::new(),
        pages,
        pdf: object_names::part_path(document.number, "document.pdf"),
        text: object_names::part_path(document.number, "text.txt"),
    };
    (recorded.archival_fields, recorded.missing_fields) = archival::document_fields(&contents.dossier.name.code, &recorded);
    recorded
}

/// Takes the codes of pages whose reading is not known any more from the record of the version before.
pub fn restore_codes(record: &mut Record, before: &Record, contents: &DossierSnapshot) {
    let unread = |page: &RecordedPage| {
        let holds = |file: &str| contents.file(file).is_some_and(|file| file.delivered.sha256 == page.original);
        contents.pages.iter().any(|known| known.number == page.original_page && known.reading.is_none() && holds(&known.file))
    };
    let known: BTreeMap<(&str, u32), &RecordedPage> = before
        .documents
        .iter()
        .flat_map(|document| &document.pages)
        .map(|page| ((page.original.as_str(), page.original_page), page))
        .collect();
    for page in record.documents.iter_mut().flat_map(|document| &mut document.pages).filter(|page| unread(page)) {
        if let Some(before) = known.get(&(page.original.as_str(), page.original_page)) {
            page.barcodes.clone_from(&before.barcodes);
        }
    }
}

/// Every kept file by its path in the object; names of duplicates are gathered under the bytes they repeat.
fn build_originals(contents: &DossierSnapshot) -> Vec<Original> {
    let paths = object_names::original_paths(contents);
    let mut kept: BTreeMap<&str, Original> = BTreeMap::new();
    for file in contents.files.iter().filter(|file| is_preserved(file)) {
        let obstacle = contents.withheld(file);
        if obstacle.is_some_and(|obstacle| !is_listed_without_bytes(contents, file, obstacle)) {
            continue;
        }
        let Some(path) = paths.get(&file.id) else { continue };
        let pages = contents.pages.iter().filter(|page| page.file == file.id).count();
        kept.entry(&file.delivered.sha256).or_insert_with(|| Original {
            path: path.clone(),
            delivered_as: Vec::new(),
            container: file.delivered.container.clone(),
            sha256: file.delivered.sha256.clone(),
            bytes: file.delivered.bytes,
            media_type: file.media_type.clone(),
            pages: u32::try_from(pages).unwrap_or(u32::MAX),
            signatures: file.signatures.clone(),
            warnings: file.warnings.clone(),
            refusal: file.refusal.clone(),
            withheld: obstacle.is_some(),
        });
    }
    for file in &contents.files {
        if let Some(original) = kept.get_mut(file.delivered.sha256.as_str()) {
            original.delivered_as.push(file.delivered.path.clone());
        }
    }
    let mut all: Vec<Original> = kept.into_values().collect();
    for original in &mut all {
        let names: BTreeSet<_> = original.delivered_as.drain(..).collect();
        original.delivered_as = names.into_iter().collect();
    }
    all.sort_by(|one, other| one.path.cmp(&other.path));
    all
}

/// Whether the record lists a file whose bytes stay in intake. Nothing of a file in quarantine comes into the record; what could not
/// be read is listed, and so is what a page of a document refers to. Of an archive the members stand in its place.
fn is_listed_without_bytes(contents: &DossierSnapshot, file: &File, obstacle: Obstacle) -> bool {
    file.state != FileState::Expanded && (obstacle == Obstacle::Unread || contents.is_in_document(file))
}

/// Whether the file's own bytes go into the dossier's object. A duplicate's bytes are there already; of an
/// archive the members stand in its place, unless something in it could not be taken.
#[must_use]
pub fn is_preserved(file: &File) -> bool {
    match file.state {
        FileState::Duplicate | FileState::Received | FileState::Removed => false,
        FileState::Expanded => !file.warnings.is_empty(),
        FileState::Identified => true,
        // A file that could not be read has no bytes.
        FileState::Refused => !file.delivered.sha256.is_empty(),
    }
}

fn build_provenance(plan: &PipelinePlan, models: BTreeMap<String, String>) -> Provenance {
    let stages = plan
        .groups
        .iter()
        .flat_map(|group| &group.stages)
        .map(|step| StageUse {
            stage: step.stage.clone(),
            version: by_name(&step.stage).map_or(0, |stage| stage.version()),
            options: step.options.clone(),
        })
        .collect();
    Provenance { program: format!("sohoa {}", env!("CARGO_PKG_VERSION")), pipeline: plan.name.clone(), stages, models }
}
