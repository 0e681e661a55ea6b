//! Deliveries of hot folders, and files that could not be read.

use super::*;
use serde_json::json;
use sohoa_catalog::{FolderDelivery, FolderDeliveryState, NewBatch};

async fn open_batch_of(catalog: &Catalog, row: FolderDelivery) -> (Batch, FolderDelivery) {
    let (key, plan) = (row.batch_key(), plan());
    let new = NewBatch { key: &key, unit: "F1", pipeline: "[[stage]]", plan: &plan, priority: 0 };
    let batch = catalog.open_batch(&new).await.unwrap().0;
    catalog.set_folder_delivery_batch(&row, &batch.id).await.unwrap();
    let row = FolderDelivery { batch: Some(batch.id.clone()), ..row };
    (batch, row)
}

pub(super) async fn folder_deliveries_of_one_name_have_batches_of_their_own(home: TestCatalog) {
    let catalog = &home.catalog;
    let begin = || catalog.begin_folder_delivery("s", "scan.jpg", "sig");
    let (first, row) = open_batch_of(catalog, begin().await.unwrap()).await;
    assert_eq!(begin().await.unwrap(), row, "it was interrupted: continued");
    catalog.receive_files(&first.id, &name("A"), &[file("scan-1.jpg", "x")], &plan()).await.unwrap();
    let again = catalog.receive_files(&first.id, &name("A"), &[file("scan-1.jpg", "other")], &plan()).await.unwrap();
    let files = dossier(catalog, "A").await.files;
    assert_eq!((files.len(), again.len()), (2, 1), "nothing is replaced in a batch of a hot folder");
    let event = Some(("source-taken", json!({})));
    assert!(catalog.advance_folder_delivery(&row, FolderDeliveryState::Stored, event.clone()).await.unwrap());
    assert!(!catalog.advance_folder_delivery(&row, FolderDeliveryState::Stored, event).await.unwrap());
    assert_eq!(begin().await.unwrap().id, row.id, "it still lies there");
    catalog.set_folder_delivery_target(&row, "/done/scan.jpg").await.unwrap();
    assert!(catalog.advance_folder_delivery(&row, FolderDeliveryState::Moved, None).await.unwrap());
    let later = begin().await.unwrap();
    assert_ne!(later.id, row.id, "the first one was moved away: this is another one, and be it equal");
    let (second, _) = open_batch_of(catalog, later.clone()).await;
    assert_ne!(second.id, first.id);
    catalog.retake_folder_delivery(&row, json!({ "files": ["scan.jpg"] })).await.unwrap();
    assert_eq!(catalog.retake_folder_delivery(&row, json!({})).await.unwrap_err().kind(), ErrorKind::Conflict);
    let open = catalog.open_folder_deliveries("s").await.unwrap();
    assert_eq!(open.iter().map(|row| row.follows.clone()).collect::<Vec<_>>(), [None, Some(row.id.clone())]);
    assert_eq!(open[1].moved_to.as_deref(), Some("/done/scan.jpg"));
    let received = catalog.files_of_folder_delivery(&open[1]).await.unwrap();
    let sums: BTreeSet<&str> = received.iter().map(|file| file.sha256.as_str()).collect();
    assert_eq!(sums, BTreeSet::from(["x", "other"]));
    assert!(catalog.open_folder_deliveries("other").await.unwrap().is_empty());
    assert!(!catalog.advance_folder_delivery(&row, FolderDeliveryState::Moved, None).await.unwrap(), "it has ended");
    catalog.verify_events().await.unwrap();
}

pub(super) async fn unreadable_files_stand_in_the_balance(home: TestCatalog) {
    let catalog = &home.catalog;
    let batch = open(catalog, "k").await;
    let unreadable =
        [("a-1.pdf", RefusalClass::Input), ("b-1.pdf", RefusalClass::Input)].map(|(path, class)| (file(path, "").path, refusal(class)));
    for _ in 0..2 {
        catalog.refuse_unreadable_files(&batch.id, &name("A"), &unreadable).await.unwrap();
    }
    let balance = catalog.balance(&batch.id).await.unwrap();
    assert_eq!((balance.files.received, balance.files.refused), (2, 2));
    assert_eq!(catalog.retry_refused(&batch.id, Some(RefusalClass::Input), None).await.unwrap(), 0, "there are no bytes");
    catalog.receive_files(&batch.id, &name("A"), &[file("a-1.pdf", "x")], &plan()).await.unwrap();
    catalog.refuse_unreadable_files(&batch.id, &name("A"), &unreadable).await.unwrap();
    catalog.finish_receiving(&batch.id).await.unwrap();
    run_until_idle(catalog, &[&batch]).await;
    let balance = catalog.balance(&batch.id).await.unwrap();
    assert_eq!((balance.files.received, balance.files.refused, balance.pages.stored), (2, 1, 1), "{balance:?}");
    assert_eq!(state(catalog, &batch).await, BatchState::Finished);
}
