//! The lines of a roadmap that lists name, before what they came with is taken.

use crate::archive::Archive;
use crate::intake::ingest::Delivery;
use sohoa_base::error::Result;
use sohoa_base::model::roadmap::attachment::ListedTarget;
use sohoa_extraction::evidence::document_list;
use sohoa_file_worker::client::FileWorker;
use std::path::Path;

/// The cells of a list, read by a limited process; `name` is told where something is wrong.
pub(crate) async fn read_table(archive: &Archive, name: &str, place: &Path) -> Result<Vec<Vec<String>>> {
    FileWorker::open(&archive.pool, name, place).await?.table().await
}

/// The lines that the lists of a delivery name. Of a list that cannot be read its dossier will tell.
pub(crate) async fn targets_of_delivery(archive: &Archive, delivery: &Delivery) -> Result<Vec<ListedTarget>> {
    let mut named = Vec::new();
    for (place, path) in &delivery.delivery_lists {
        match read_table(archive, path, place).await {
            Ok(rows) => named.extend(targets_of_list(path, document_list::listed_targets(&rows))),
            Err(error) if error.kind().is_transient() => return Err(error),
            Err(_) => {}
        }
    }
    Ok(named)
}

/// The lines that a list names.
pub(crate) fn targets_of_list(path: &str, lines: Vec<(u32, String)>) -> Vec<ListedTarget> {
    lines.into_iter().map(|(row, line)| ListedTarget { list: path.to_owned(), row, target: line }).collect()
}
