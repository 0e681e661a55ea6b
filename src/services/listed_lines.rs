//! The lines of a roadmap that lists name, before what they came with is taken.

use crate::archive::Archive;
use crate::intake::Delivery;
use sohoa_base::error::Result;
use sohoa_base::model::attachment::ListedLine;
use sohoa_extraction::manifest;
use sohoa_file_worker::client::FileWorker;
use std::path::Path;

/// The cells of a list, read by a limited process; `name` is told where something is wrong.
pub(super) async fn table(archive: &Archive, name: &str, place: &Path) -> Result<Vec<Vec<String>>> {
    FileWorker::open(&archive.pool, name, place).await?.table().await
}

/// The lines that the lists of a delivery name. Of a list that cannot be read its dossier will tell.
pub(super) async fn of_delivery(archive: &Archive, delivery: &Delivery) -> Result<Vec<ListedLine>> {
    let mut named = Vec::new();
    for (place, path) in &delivery.manifests {
        match table(archive, path, place).await {
            Ok(rows) => named.extend(of_list(path, manifest::lines(&rows))),
            Err(error) if error.kind().is_passing() => return Err(error),
            Err(_) => {}
        }
    }
    Ok(named)
}

/// The lines that a list names.
pub(super) fn of_list(path: &str, lines: Vec<(u32, String)>) -> Vec<ListedLine> {
    lines.into_iter().map(|(row, line)| ListedLine { list: path.to_owned(), row, line }).collect()
}
