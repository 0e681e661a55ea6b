//! Targets named in delivery lists (mục lục), read before the delivery is received.

use crate::archive::Archive;
use crate::intake::ingest::Delivery;
use sohoa_base::error::Result;
use sohoa_base::model::roadmap::attachment::ListedTarget;
use sohoa_extraction::evidence::document_list;
use sohoa_file_worker::client::FileWorker;
use std::path::Path;

/// Cells of a delivery list, read in a sandboxed process, which reads nothing else where the unit is not known; `name` appears in error
/// messages.
pub(crate) async fn read_table(archive: &Archive, unit: Option<&str>, name: &str, place: &Path) -> Result<Vec<Vec<String>>> {
    FileWorker::open(&archive.viewers, unit, name, place).await?.table().await
}

/// Targets named in the lists of a delivery of `unit`. An unreadable list is skipped: it is reported with its dossier.
pub(crate) async fn targets_of_delivery(archive: &Archive, unit: &str, delivery: &Delivery) -> Result<Vec<ListedTarget>> {
    let mut named = Vec::new();
    for (place, path) in &delivery.delivery_lists {
        match read_table(archive, Some(unit), path, place).await {
            Ok(rows) => named.extend(targets_of_list(path, document_list::listed_targets(&rows))),
            Err(error) if error.kind().is_transient() => return Err(error),
            Err(_) => {}
        }
    }
    Ok(named)
}

/// Targets named in one list.
pub(crate) fn targets_of_list(path: &str, targets: Vec<(u32, String)>) -> Vec<ListedTarget> {
    targets.into_iter().map(|(row, target)| ListedTarget { list: path.to_owned(), row, target }).collect()
}
