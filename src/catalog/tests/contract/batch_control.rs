//! Retry, cancel, pause.

use super::*;

pub(super) async fn refused_items_are_retried(home: TestCatalog) {
    let catalog = &home.catalog;
    let batch = deliver(catalog, "k", "A", &[file("torn-3.pdf", "x"), file("y.bad", "y")]).await;
    run_until_idle(catalog, &[&batch]).await;
    assert_eq!(catalog.retry_refused(&batch.id, Some(RefusalClass::Bug), None).await.unwrap(), 0);
    assert_eq!(state(catalog, &batch).await, BatchState::Finished);
    assert_eq!(catalog.retry_refused(&batch.id, None, None).await.unwrap(), 1, "bad input stays refused");
    assert_eq!(state(catalog, &batch).await, BatchState::Running);
    let claim = catalog.claim("w", LEASE, 5, None).await.unwrap().remove(0);
    let Item::Page { page, .. } = &claim.item else { panic!("a page") };
    catalog.commit(&claim, &[page_read(&page.id)], &[]).await.unwrap();
    // Tasks: separate, the document again, deposit.
    assert_eq!(run_until_idle(catalog, &[&batch]).await, 3);
    let balance = catalog.balance(&batch.id).await.unwrap();
    assert_eq!((balance.pages.stored, balance.pages.refused, balance.files.refused), (3, 0, 1));
    assert_eq!(dossier(catalog, "A").await.dossier.version, 2);
    assert_eq!(state(catalog, &batch).await, BatchState::Finished);
    assert_eq!(catalog.retry_refused("none", None, None).await.unwrap_err().kind(), ErrorKind::NotFound);
}

pub(super) async fn cancelled_batch_is_processed_on_redelivery(home: TestCatalog) {
    let catalog = &home.catalog;
    let files = [file("x-2.pdf", "x"), file("y-1.pdf", "y"), file("copy-1.pdf", "y")];
    let batch = deliver(catalog, "k", "A", &files).await;
    let claims = catalog.claim("w", LEASE, 1, None).await.unwrap();
    catalog.commit(&claims[0], &fake_stage_changes(&claims[0]), &[]).await.unwrap();
    let held = catalog.claim("w", LEASE, 1, None).await.unwrap().remove(0);
    assert_eq!(catalog.cancel(&batch.id).await.unwrap(), 3);
    assert_eq!(catalog.commit(&held, &fake_stage_changes(&held), &[]).await.unwrap_err().kind(), ErrorKind::Conflict);
    run_until_idle(catalog, &[&batch]).await;
    let balance = catalog.balance(&batch.id).await.unwrap();
    assert!(balance.pages.is_balanced());
    assert_eq!((balance.pages.refused, balance.files.refused), (2, 2));
    assert_eq!(state(catalog, &batch).await, BatchState::Finished);
    // Delivered again: the cancelled items are processed.
    let second = deliver(catalog, "k", "A", &files).await;
    run_until_idle(catalog, &[&batch, &second]).await;
    let balance = catalog.balance(&second.id).await.unwrap();
    assert_eq!((balance.pages.received, balance.pages.stored, balance.files.refused), (4, 4, 0));
    assert_eq!(state(catalog, &second).await, BatchState::Finished);
}

pub(super) async fn paused_batch_is_not_claimed(home: TestCatalog) {
    let catalog = &home.catalog;
    let batch = deliver(catalog, "k", "A", &[file("x-1.pdf", "x")]).await;
    let other = deliver(catalog, "l", "B", &[file("x-1.pdf", "x")]).await;
    catalog.pause(&batch.id).await.unwrap();
    assert!(catalog.is_paused(&batch.id).await.unwrap());
    assert!(catalog.claim("w", LEASE, 9, Some(&batch.id)).await.unwrap().is_empty());
    assert_eq!(run_until_idle(catalog, &[&batch, &other]).await, 5);
    catalog.resume(&batch.id).await.unwrap();
    assert_eq!(run_until_idle(catalog, &[&batch, &other]).await, 5);
    assert_eq!(catalog.pause("none").await.unwrap_err().kind(), ErrorKind::NotFound);
}
