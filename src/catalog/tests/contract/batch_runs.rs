//! Batches from delivery to deposit: leases, failures, duplicates, archives, later deliveries.

use super::*;
use sohoa_base::error::ErrorKind;

pub(super) async fn batch_passes_all_stage_groups_to_deposit(home: TestCatalog) {
    let catalog = &home.catalog;
    let batch = open(catalog, "k").await;
    let files = [file("a/x-3.pdf", "x"), file("a/doubt-2.pdf", "y"), file("a/torn-2.pdf", "t")];
    let received = catalog.receive_files(&batch.id, &name("A"), &files, &plan()).await.unwrap();
    assert!(received.iter().all(|one| one.state == FileState::Received));
    assert_eq!(catalog.receive_files(&batch.id, &name("A"), &files, &plan()).await.unwrap(), received, "receiving again changes nothing");
    assert_eq!(catalog.finish_receiving(&batch.id).await.unwrap(), BatchState::Running);
    let open_now = catalog.open_tasks(&batch.id).await.unwrap();
    assert_eq!((open_now[0].group, open_now[0].ready, open_now.len()), (0, 3, 1));
    // 3 files, 7 pages, separate, 3 documents, deposit.
    assert_eq!(run_until_idle(catalog, &[&batch]).await, 15);
    assert_eq!(state(catalog, &batch).await, BatchState::Finished);
    assert!(catalog.open_tasks(&batch.id).await.unwrap().is_empty());
    let balance = catalog.balance(&batch.id).await.unwrap();
    assert_eq!(balance.pages, PageBalance { received: 7, stored: 4, review: 2, refused: 1, ..PageBalance::default() });
    assert!(balance.pages.is_balanced());
    assert_eq!((balance.files.received, balance.dossiers, balance.documents), (3, 1, 3));
    assert_eq!((balance.refusals[0].file.as_str(), balance.refusals[0].page), ("a/torn-2.pdf", Some(2)));
    assert_eq!(balance.refusals[0].class, RefusalClass::Outage);
    assert_eq!(balance.warnings.len(), 3);
    let costs = catalog.costs(&batch.id).await.unwrap();
    assert_eq!((costs["read"].executions, costs["read"].cpu_ms, costs["deposit"].executions), (7, 49, 1));
    let contents = dossier(catalog, "A").await;
    assert_eq!((contents.dossier.version, contents.files.len(), contents.pages.len()), (1, 3, 7));
    assert_eq!(contents.documents.iter().map(|document| document.number).collect::<Vec<_>>(), [1, 2, 3]);
    assert!(contents.documents.iter().all(|document| document.stored && document.description == Some(sample_description())));
    let of = |class| FailureFilter { batch: Some(&batch.id), class, ..FailureFilter::default() };
    let failures = catalog.failures(&UnitScope::All, &of(Some(RefusalClass::Outage)), 10).await.unwrap();
    assert_eq!((failures.len(), failures[0].dossier.code.as_str()), (1, "A"));
    assert!(catalog.failures(&UnitScope::All, &of(Some(RefusalClass::Bug)), 10).await.unwrap().is_empty());
    let elsewhere = UnitScope::Only(BTreeSet::from(["F2".to_owned()]));
    assert!(catalog.failures(&elsewhere, &of(None), 10).await.unwrap().is_empty());
    let list = catalog.dossiers(Some("F1"), Some(&batch.id), 10, None).await.unwrap();
    assert_eq!((list.len(), list[0].documents, list[0].pages, list[0].review, list[0].open_tasks), (1, 3, 7, 2, 0));
    assert!(catalog.dossiers(None, None, 10, Some(&name("A"))).await.unwrap().is_empty());
    assert!(catalog.verify_events().await.unwrap() > 15);
    assert_eq!(catalog.batches(5).await.unwrap().len(), 1);
}

pub(super) async fn expired_lease_cannot_commit(home: TestCatalog) {
    let catalog = &home.catalog;
    let batch = deliver(catalog, "k", "A", &[file("x-2.pdf", "x")]).await;
    let slow = catalog.claim("slow", LEASE, 1, None).await.unwrap().remove(0);
    assert!(catalog.claim("quick", LEASE, 1, None).await.unwrap().is_empty());
    catalog.renew(&slow, LEASE * 2).await.unwrap();
    home.advance_clock(LEASE + Duration::from_secs(1));
    assert!(catalog.claim("quick", LEASE, 1, None).await.unwrap().is_empty(), "a renewed lease holds");
    home.advance_clock(LEASE);
    let quick = catalog.claim("quick", LEASE, 1, None).await.unwrap().remove(0);
    assert_eq!((quick.task.clone(), quick.attempt, quick.failures), (slow.task.clone(), 2, 1));
    let before = catalog.verify_events().await.unwrap();
    assert_eq!(catalog.commit(&slow, &fake_stage_changes(&slow), &[]).await.unwrap_err().kind(), ErrorKind::Conflict);
    assert_eq!(catalog.renew(&slow, LEASE).await.unwrap_err().kind(), ErrorKind::Conflict);
    assert_eq!(catalog.release_unchanged(&slow).await.unwrap_err().kind(), ErrorKind::Conflict);
    assert_eq!(catalog.verify_events().await.unwrap(), before, "a refused commit writes nothing");
    assert_eq!(catalog.balance(&batch.id).await.unwrap().pages.received, 0);
    catalog.commit(&quick, &fake_stage_changes(&quick), &[]).await.unwrap();
    assert_eq!(catalog.commit(&quick, &fake_stage_changes(&quick), &[]).await.unwrap_err().kind(), ErrorKind::Conflict);
    assert_eq!(catalog.balance(&batch.id).await.unwrap().pages.received, 2);
}

pub(super) async fn failed_commit_is_rolled_back_and_batch_resumes(home: TestCatalog) {
    let catalog = &home.catalog;
    let batch = deliver(catalog, "k", "A", &[file("x-1.pdf", "x")]).await;
    let claim = catalog.claim("dies", LEASE, 1, None).await.unwrap().remove(0);
    // The last change names a page that the dossier does not have: the changes applied before it are rolled back.
    let mut changes = fake_stage_changes(&claim);
    changes.push(page_read("no such page"));
    assert_eq!(catalog.commit(&claim, &changes, &[]).await.unwrap_err().kind(), ErrorKind::Internal);
    assert_eq!(catalog.balance(&batch.id).await.unwrap().pages.received, 0);
    catalog.close().await;
    let catalog = &home.reopen().await;
    home.advance_clock(LEASE + Duration::from_secs(1));
    assert!(open(catalog, "k").await.id == batch.id, "an unfinished batch is continued");
    catalog.finish_receiving(&batch.id).await.unwrap();
    assert_eq!(run_until_idle(catalog, &[&batch]).await, 5);
    assert_eq!(state(catalog, &batch).await, BatchState::Finished);
    assert_eq!(catalog.balance(&batch.id).await.unwrap().pages.stored, 1);
    assert_ne!(open(catalog, "k").await.id, batch.id, "a finished batch is not continued");
}

pub(super) async fn task_is_exhausted_after_max_failures(home: TestCatalog) {
    let catalog = &home.catalog;
    deliver(catalog, "k", "A", &[file("x-1.pdf", "x")]).await;
    let error = sohoa_base::messages::storage::s3_unreachable("read");
    for failure in 0..MAX_FAILURES - 1 {
        let claim = catalog.claim("w", LEASE, 1, None).await.unwrap().remove(0);
        assert_eq!(claim.failures, failure);
        catalog.release_unchanged(&claim).await.unwrap();
        let claim = catalog.claim("w", LEASE, 1, None).await.unwrap().remove(0);
        assert_eq!(claim.failures, failure, "giving back is no failure");
        assert_eq!(catalog.release(&claim, Duration::from_secs(9), &error).await.unwrap(), ReleaseOutcome::Requeued);
        assert!(catalog.claim("w", LEASE, 1, None).await.unwrap().is_empty());
        home.advance_clock(Duration::from_secs(9));
    }
    let claim = catalog.claim("w", LEASE, 1, None).await.unwrap().remove(0);
    assert_eq!(claim.last_error.as_deref(), Some("read: the server cannot be reached; check the endpoint and the network"));
    assert_eq!(catalog.release(&claim, Duration::ZERO, &error).await.unwrap(), ReleaseOutcome::Exhausted);
    let Item::File { file, .. } = &claim.item else { panic!("a file") };
    let change = Change::FileRefused { file: file.id.clone(), media_type: String::new(), refusal: (&error).into() };
    catalog.commit(&claim, &[change], &[]).await.unwrap();
}

pub(super) async fn duplicate_files_are_detected(home: TestCatalog) {
    let catalog = &home.catalog;
    let batch = open(catalog, "k").await;
    let files = [file("x-2.pdf", "x"), file("copy-2.pdf", "x"), file("y.bad", "y"), file("z.bad", "y")];
    let received = catalog.receive_files(&batch.id, &name("A"), &files, &plan()).await.unwrap();
    assert_eq!((received[1].state, received[1].duplicate_of.as_ref()), (FileState::Duplicate, Some(&received[0].file)));
    catalog.receive_files(&batch.id, &name("B"), &[file("b/x-2.pdf", "x")], &plan()).await.unwrap();
    catalog.finish_receiving(&batch.id).await.unwrap();
    run_until_idle(catalog, &[&batch]).await;
    let balance = catalog.balance(&batch.id).await.unwrap();
    assert_eq!((balance.files.received, balance.files.duplicate, balance.files.refused), (5, 1, 2));
    assert_eq!(balance.pages, PageBalance { received: 6, stored: 6, ..PageBalance::default() });
    assert_eq!(balance.refusals.len(), 2, "a file that repeats refused bytes is refused: {balance:?}");
    // Delivered again as another batch: no task is left, and the balance closes with the same pages.
    let second = open(catalog, "k").await;
    let received = catalog.receive_files(&second.id, &name("A"), &files, &plan()).await.unwrap();
    use FileState::{Duplicate, Refused};
    assert_eq!(received.iter().map(|one| one.state).collect::<Vec<_>>(), [Duplicate, Duplicate, Refused, Refused]);
    assert_eq!(catalog.finish_receiving(&second.id).await.unwrap(), BatchState::Finished);
    assert_eq!(run_until_idle(catalog, &[&second]).await, 0);
    let again = catalog.balance(&second.id).await.unwrap();
    assert_eq!((again.pages.received, again.pages.stored, again.files.refused, again.documents), (4, 4, 2, 1));
    assert_eq!(again.refusals, balance.refusals);
    assert_eq!(dossier(catalog, "A").await.dossier.version, 1);
}

pub(super) async fn changed_file_with_same_path_is_kept_separately(home: TestCatalog) {
    let catalog = &home.catalog;
    let batch = open(catalog, "k").await;
    let first = catalog.receive_files(&batch.id, &name("A"), &[file("x-1.pdf", "x")], &plan()).await.unwrap();
    let slow = catalog.claim("w", LEASE, 1, None).await.unwrap().remove(0);
    let second = catalog.receive_files(&batch.id, &name("A"), &[file("x-1.pdf", "other")], &plan()).await.unwrap();
    assert_eq!(first[0].file, second[0].file, "nobody has looked at it: replaced");
    assert_eq!(catalog.commit(&slow, &fake_stage_changes(&slow), &[]).await.unwrap_err().kind(), ErrorKind::Conflict);
    let claim = catalog.claim("w", LEASE, 1, None).await.unwrap().remove(0);
    catalog.commit(&claim, &fake_stage_changes(&claim), &[]).await.unwrap();
    let third = catalog.receive_files(&batch.id, &name("A"), &[file("x-1.pdf", "third")], &plan()).await.unwrap();
    assert_ne!(third[0].file, second[0].file);
    assert_eq!(catalog.receive_files(&batch.id, &name("A"), &[file("x-1.pdf", "third")], &plan()).await.unwrap(), third);
    let paths: Vec<String> = dossier(catalog, "A").await.files.iter().map(|file| file.delivered.path.display.clone()).collect();
    assert_eq!(paths, ["x-1.pdf", "x-1.pdf (2)"]);
}

pub(super) async fn archives_are_expanded_into_dossiers(home: TestCatalog) {
    let catalog = &home.catalog;
    let batch = deliver(catalog, "k", "Z1", &[file("all.zip", "zip"), file("same.zip", "zip")]).await;
    run_until_idle(catalog, &[&batch]).await;
    assert_eq!(state(catalog, &batch).await, BatchState::Finished);
    let balance = catalog.balance(&batch.id).await.unwrap();
    assert_eq!((balance.files.received, balance.files.refused, balance.files.duplicate), (5, 1, 1));
    assert_eq!((balance.pages.received, balance.pages.stored, balance.dossiers), (3, 3, 2));
    assert_eq!(balance.warnings.iter().filter(|warned| warned.warning.code == "odd").count(), 2);
    let contents = dossier(catalog, "Z1").await;
    assert_eq!(contents.files[0].state, FileState::Expanded);
    assert_eq!((contents.dossier.version, dossier(catalog, "Z2").await.dossier.version), (1, 1));
    // Delivered again, the members of the archive are duplicates, and their pages count for the second batch.
    let second = deliver(catalog, "k", "Z1", &[file("all.zip", "zip")]).await;
    run_until_idle(catalog, &[&second]).await;
    let again = catalog.balance(&second.id).await.unwrap();
    assert_eq!((again.files.received, again.files.duplicate, again.files.refused), (4, 2, 1));
    assert_eq!((again.pages.received, again.pages.stored), (3, 3));
    assert_eq!(state(catalog, &second).await, BatchState::Finished);
}

pub(super) async fn dossier_without_usable_pages_is_deposited(home: TestCatalog) {
    let catalog = &home.catalog;
    let batch = deliver(catalog, "k", "A", &[file("x.bad", "x")]).await;
    let other = deliver(catalog, "l", "B", &[file("zero-0.pdf", "z")]).await;
    assert_eq!(run_until_idle(catalog, &[&batch, &other]).await, 6);
    assert_eq!((state(catalog, &batch).await, state(catalog, &other).await), (BatchState::Finished, BatchState::Finished));
    assert_eq!((dossier(catalog, "A").await.dossier.version, dossier(catalog, "B").await.dossier.version), (1, 1));
    let balance = catalog.balance(&batch.id).await.unwrap();
    assert!(balance.pages.is_balanced() && balance.refusals[0].page.is_none());
}

pub(super) async fn second_delivery_creates_new_dossier_version(home: TestCatalog) {
    let catalog = &home.catalog;
    let first = deliver(catalog, "k", "A", &[file("x-2.pdf", "x")]).await;
    run_until_idle(catalog, &[&first]).await;
    let second = deliver(catalog, "l", "A", &[file("x-2.pdf", "x"), file("y-1.pdf", "y")]).await;
    assert_eq!(state(catalog, &second).await, BatchState::Running);
    // One file, one page, separate, one new document, deposit.
    assert_eq!(run_until_idle(catalog, &[&first, &second]).await, 5);
    let contents = dossier(catalog, "A").await;
    assert_eq!((contents.dossier.version, contents.documents.len(), contents.documents[1].number), (2, 2, 2));
    let balance = catalog.balance(&second.id).await.unwrap();
    assert_eq!((balance.pages.received, balance.pages.stored, balance.files.duplicate), (3, 3, 1));
    assert_eq!(state(catalog, &second).await, BatchState::Finished);
}

pub(super) async fn delivery_during_deposit_is_deposited_separately(home: TestCatalog) {
    let catalog = &home.catalog;
    let first = deliver(catalog, "k", "A", &[file("x-1.pdf", "x")]).await;
    let deposit = loop {
        let claim = catalog.claim("w", LEASE, 1, None).await.unwrap().remove(0);
        if stage(&claim) == "deposit" {
            break claim;
        }
        catalog.commit(&claim, &fake_stage_changes(&claim), &[]).await.unwrap();
    };
    let second = deliver(catalog, "l", "A", &[file("y-2.pdf", "y")]).await;
    for _ in 0..3 {
        let claim = catalog.claim("w", LEASE, 1, None).await.unwrap().remove(0);
        assert!(matches!(claim.item, Item::File { .. } | Item::Page { .. }));
        catalog.commit(&claim, &fake_stage_changes(&claim), &[]).await.unwrap();
    }
    assert!(catalog.claim("w", LEASE, 1, None).await.unwrap().is_empty(), "one dossier-level task at a time");
    catalog.commit(&deposit, &fake_stage_changes(&deposit), &[]).await.unwrap();
    assert_eq!(catalog.balance(&first.id).await.unwrap().pages.stored, 1);
    assert_eq!(catalog.balance(&second.id).await.unwrap().pages.open, 2, "read, but in no document yet");
    assert_eq!(run_until_idle(catalog, &[&first, &second]).await, 3);
    assert_eq!(catalog.balance(&second.id).await.unwrap().pages.stored, 2);
    assert_eq!((state(catalog, &first).await, state(catalog, &second).await), (BatchState::Finished, BatchState::Finished));
    assert_eq!(dossier(catalog, "A").await.dossier.version, 2);
}

pub(super) async fn concurrent_batches_of_one_dossier_all_finish(home: TestCatalog) {
    let catalog = &home.catalog;
    let first = deliver(catalog, "k", "A", &[file("x-1.pdf", "x")]).await;
    let second = deliver(catalog, "l", "A", &[file("y-1.pdf", "y")]).await;
    let third = deliver(catalog, "m", "A", &[file("again-1.pdf", "y")]).await;
    assert_eq!(state(catalog, &third).await, BatchState::Running, "what it repeats is not yet stored");
    assert_eq!(run_until_idle(catalog, &[&first, &second, &third]).await, 8);
    for batch in [&first, &second, &third] {
        assert_eq!(state(catalog, batch).await, BatchState::Finished);
        assert_eq!(catalog.balance(&batch.id).await.unwrap().pages.stored, 1);
    }
    assert_eq!(dossier(catalog, "A").await.dossier.version, 1);
}
