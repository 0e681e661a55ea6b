//! Folders of documents with ground truth: from `manifest.tsv`, from generated dossiers, or only that each file is one
//! document.

use crate::benchmarks::page_folder::read_text;
use crate::field_accuracy;
use sohoa_base::error::Result;
use sohoa_base::messages::evaluation;
use sohoa_synthetic::ground_truth::{DocumentTruth, GroundTruth};
use std::path::{Path, PathBuf};

/// A document with its ground truth.
pub(crate) struct KnownDocument {
    /// Name in reports.
    pub(crate) name: String,
    /// Files with the number of the page in each, from 1; `None` stands for all pages of the file.
    pub(crate) pages: Vec<(PathBuf, Option<usize>)>,
    /// Known fields, a JSON object as in `<id>.meta.json`.
    pub(crate) truth: String,
    /// The known subject leaves out a printed `Về việc`.
    pub(crate) bare_subject: bool,
}

/// Lists the documents of a folder.
///
/// # Errors
/// `Invalid` where a manifest or ground truth cannot be read, or there are fewer than two documents.
pub(crate) fn list_documents(folder: &Path) -> Result<Vec<KnownDocument>> {
    let manifest = folder.join("manifest.tsv");
    let whole_file =
        |file: String, truth: String| KnownDocument { pages: vec![(folder.join(&file), None)], name: file, truth, bare_subject: false };
    let all_files = || walkdir::WalkDir::new(folder).sort_by_file_name().into_iter().flatten().map(walkdir::DirEntry::into_path);
    let expected: Vec<PathBuf> = all_files().filter(|path| path.to_string_lossy().ends_with(TRUTH_SUFFIX)).collect();
    let files: Vec<KnownDocument> = if manifest.is_file() {
        let text = read_text(&manifest)?;
        let mut rows = text.lines().map(|row| row.split('\t').map(str::trim).collect::<Vec<_>>());
        let head = rows.next().unwrap_or_default();
        rows.filter_map(|row| parse_manifest_row(&head, &row))
            .filter(|(file, _)| !file.is_empty())
            .map(|(file, truth)| whole_file(file, truth))
            .collect()
    } else if !expected.is_empty() {
        expected.iter().map(|path| generated_documents(path)).collect::<Result<Vec<_>>>()?.into_iter().flatten().collect()
    } else {
        let is_document = |path: &Path| {
            path.extension().is_some_and(|ending| ["pdf", "tif", "tiff"].iter().any(|known| ending.eq_ignore_ascii_case(known)))
        };
        all_files()
            .filter(|path| is_document(path))
            .filter_map(|path| Some(path.strip_prefix(folder).ok()?.to_string_lossy().into_owned()))
            .map(|file| whole_file(file, "{}".to_owned()))
            .collect()
    };
    if files.len() < 2 {
        return Err(evaluation::folder_without_documents(folder.display()));
    }
    Ok(files)
}

/// Ending of the ground truth of a generated dossier, beside its folder.
const TRUTH_SUFFIX: &str = ".expected.json";

/// The documents of a generated dossier.
fn generated_documents(path: &Path) -> Result<Vec<KnownDocument>> {
    let bad = || evaluation::dossier_ground_truth_invalid(path.display());
    let dossier: GroundTruth = serde_json::from_str(&read_text(path)?).map_err(|error| bad().caused_by(error))?;
    let folder = path.with_file_name(&dossier.dossier);
    let pages_of = |document: &DocumentTruth| {
        let place = |number: &usize| dossier.pages.iter().find(|page| page.page == *number);
        let pages: Option<Vec<_>> =
            document.pages.iter().map(|number| place(number).map(|page| (folder.join(&page.file), Some(page.page_in_file)))).collect();
        pages.ok_or_else(bad)
    };
    let name_of = |code: &str| sohoa_base::model::document_kinds::kind_by_code(code).map_or("", |kind| kind.name);
    (1..)
        .zip(&dossier.documents)
        .map(|(number, document)| {
            let known = serde_json::json!({
                "loai_van_ban": name_of(&document.kind),
                "so_ky_hieu": document.number,
                "ngay_ban_hanh": document.date,
                "trich_yeu": document.subject,
                "nguoi_ky": document.signer,
            });
            Ok(KnownDocument {
                name: format!("{}#{number}", dossier.dossier),
                pages: pages_of(document)?,
                truth: known.to_string(),
                bare_subject: true,
            })
        })
        .collect()
}

/// File and known fields of a row of the manifest, whose first column is the file.
fn parse_manifest_row(head: &[&str], row: &[&str]) -> Option<(String, String)> {
    let known: serde_json::Map<String, serde_json::Value> = head
        .iter()
        .zip(row)
        .filter(|(name, value)| field_accuracy::TRUTH_KEYS.contains(name) && !value.is_empty())
        .map(|(name, value)| ((*name).to_owned(), (*value).into()))
        .collect();
    Some(((*row.first()?).to_owned(), serde_json::Value::Object(known).to_string()))
}
