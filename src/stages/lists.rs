//! The list that came with a dossier (mục lục văn bản), compared with what came.

use crate::contract::Context;
use crate::{names, originals};
use sohoa_base::error::{Error, Result, ResultExt};
use sohoa_base::model::holding::{File, Page};
use sohoa_base::model::record::{ListFinding, Listed};
use sohoa_extraction::manifest::{self, Delivered};
use sohoa_file_worker::client::FileWorker;
use sohoa_storage::key;

/// What a list makes of a delivery.
#[derive(Debug, Default)]
pub struct Compared {
    /// Where they disagree.
    pub findings: Vec<ListFinding>,
    /// The documents, as places among the pages, with what the list says of each; empty where list and delivery
    /// disagree about pages.
    pub documents: Vec<(Vec<usize>, Listed)>,
}

/// Compares the list that lies beside the files with their pages, which are in order; none where no list came.
///
/// # Errors
/// `Unavailable` when the store does not answer. A list that cannot be read is a finding.
pub async fn compare(context: &Context<'_>, pages: &[(usize, &File, &Page)]) -> Result<Option<Compared>> {
    let Some(key) = list_of(context, pages).await? else { return Ok(None) };
    let entries = match table(context, &key).await.and_then(|rows| manifest::entries(&rows).ok_or_else(no_list)) {
        Ok(entries) => entries,
        Err(error) if error.kind().is_passing() => return Err(error),
        Err(error) => {
            let finding = ListFinding { code: "unreadable".to_owned(), detail: error.chain(), file: None };
            return Ok(Some(Compared { findings: vec![finding], documents: Vec::new() }));
        }
    };
    let delivered = delivered(pages);
    let findings = manifest::check(&entries, &delivered).iter().map(ListFinding::from).collect();
    let documents = manifest::documents(&entries, &delivered).unwrap_or_default();
    Ok(Some(Compared { findings, documents: documents.into_iter().zip(entries.iter().map(Listed::from)).collect() }))
}

fn no_list() -> Error {
    Error::invalid("the list names neither files nor numbers and subjects of documents; see the README for its columns")
}

/// Key of the list in the folder that all the files came in, of the batch that brought them.
async fn list_of(context: &Context<'_>, pages: &[(usize, &File, &Page)]) -> Result<Option<String>> {
    let place = |file: &File| {
        let folder = file.new.path.shown.rsplit_once('/').map_or("", |(folder, _)| folder);
        (file.batch.clone(), folder.to_owned())
    };
    let Some((_, first, _)) = pages.first() else { return Ok(None) };
    let (batch, folder) = place(first);
    if pages.iter().any(|(_, file, _)| place(file) != (batch.clone(), folder.clone())) {
        return Ok(None);
    }
    for name in names::LISTS {
        let key = key::manifest(&batch, &format!("{folder}/{name}"));
        if context.store.stat(&key).await?.is_some() {
            return Ok(Some(key));
        }
    }
    Ok(None)
}

async fn table(context: &Context<'_>, key: &str) -> Result<Vec<Vec<String>>> {
    let local = tempfile::NamedTempFile::new_in(context.scratch).or_error(sohoa_base::error::Kind::Unavailable, originals::cannot_write)?;
    context.store.get_file(key, local.path()).await?;
    FileWorker::open(context.pool, key, local.path()).await?.table().await
}

/// Files of the pages in their order, with how many pages each has.
fn delivered(pages: &[(usize, &File, &Page)]) -> Vec<Delivered> {
    let mut files: Vec<Delivered> = Vec::new();
    let mut last = None;
    for (place, file, _) in pages {
        match files.last_mut() {
            Some(same) if last == Some(*place) => same.pages += 1,
            _ => files.push(Delivered { path: file.new.path.shown.clone(), pages: 1 }),
        }
        last = Some(*place);
    }
    files
}
