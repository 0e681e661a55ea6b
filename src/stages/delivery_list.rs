//! Comparison of a delivery list (mục lục văn bản) with the files and pages that were delivered.

use crate::object_names;
use crate::originals;
use crate::stage::Context;
use sohoa_base::error::{Error, Result};
use sohoa_base::messages::tables;
use sohoa_base::model::dossier::{File, Page};
use sohoa_base::model::record::{ListEntry, ListFinding};
use sohoa_extraction::evidence::document_list;
use sohoa_extraction::evidence::list_comparison::{self, FilePageCount};
use sohoa_file_worker::client::FileWorker;
use sohoa_storage::key;

/// Result of comparing a list with a delivery.
#[derive(Debug, Default)]
pub struct ListComparison {
    /// Where they disagree.
    pub findings: Vec<ListFinding>,
    /// The documents, as places among the pages, with what the list says of each; empty where list and delivery
    /// disagree about pages.
    pub documents: Vec<(Vec<usize>, ListEntry)>,
}

/// Compares the list delivered beside the files of `unit` with their pages, which are in order; `None` without a list.
///
/// # Errors
/// `Unavailable` when the store does not answer. A list that cannot be read is a finding.
pub async fn compare(context: &Context<'_>, unit: &str, pages: &[(usize, &File, &Page)]) -> Result<Option<ListComparison>> {
    let Some(key) = find_list(context, pages).await? else { return Ok(None) };
    let entries =
        match read_table(context, unit, &key).await.and_then(|rows| document_list::parse_list(&rows).ok_or_else(missing_columns_error)) {
            Ok(entries) => entries,
            Err(error) if error.kind().is_transient() => return Err(error),
            Err(error) => {
                let finding =
                    ListFinding { code: "unreadable".to_owned(), detail: error.chain(), file: None, message: Some(error.to_stored()) };
                return Ok(Some(ListComparison { findings: vec![finding], documents: Vec::new() }));
            }
        };
    let delivered = delivered_files(pages);
    let findings = list_comparison::compare_with_delivery(&entries, &delivered).iter().map(ListFinding::from).collect();
    let documents = list_comparison::split_by_list(&entries, &delivered).unwrap_or_default();
    Ok(Some(ListComparison { findings, documents: documents.into_iter().zip(entries.iter().map(ListEntry::from)).collect() }))
}

fn missing_columns_error() -> Error {
    tables::list_without_columns()
}

/// Storage key of the list in the folder that all the files were delivered in.
async fn find_list(context: &Context<'_>, pages: &[(usize, &File, &Page)]) -> Result<Option<String>> {
    let place = |file: &File| {
        let folder = file.delivered.path.display.rsplit_once('/').map_or("", |(folder, _)| folder);
        (file.batch.clone(), folder.to_owned())
    };
    let Some((_, first, _)) = pages.first() else { return Ok(None) };
    let (batch, folder) = place(first);
    if pages.iter().any(|(_, file, _)| place(file) != (batch.clone(), folder.clone())) {
        return Ok(None);
    }
    for name in object_names::LIST_FILE_NAMES {
        let key = key::manifest(&batch, &format!("{folder}/{name}"));
        if context.store.stat(&key).await?.is_some() {
            return Ok(Some(key));
        }
    }
    Ok(None)
}

async fn read_table(context: &Context<'_>, unit: &str, key: &str) -> Result<Vec<Vec<String>>> {
    let local = tempfile::NamedTempFile::new_in(context.temp_dir).map_err(originals::temp_file_failure)?;
    context.store.get_file(key, local.path()).await?;
    FileWorker::open(context.pool, Some(unit), key, local.path()).await?.table().await
}

/// Files of the pages in their order, with how many pages each has.
fn delivered_files(pages: &[(usize, &File, &Page)]) -> Vec<FilePageCount> {
    let mut files: Vec<FilePageCount> = Vec::new();
    let mut last = None;
    for (place, file, _) in pages {
        match files.last_mut() {
            Some(same) if last == Some(*place) => same.pages += 1,
            _ => files.push(FilePageCount { path: file.delivered.path.display.clone(), pages: 1 }),
        }
        last = Some(*place);
    }
    files
}
