//! Tasks that cannot be done: parked at every level, counted in the balance, retried, cancelled, superseded.

use super::*;
use sohoa_catalog::Claim;

/// Claims tasks until one is of this stage, committing the others.
async fn claim_of_stage(catalog: &Catalog, wanted: &str) -> Claim {
    loop {
        let claim = catalog.claim("w", LEASE, 1, None).await.unwrap().remove(0);
        if stage(&claim) == wanted {
            return claim;
        }
        catalog.commit(&claim, &fake_stage_changes(&claim), &[]).await.unwrap();
    }
}

pub(super) async fn failed_task_parks_its_dossier_alone(home: TestCatalog) {
    let catalog = &home.catalog;
    for (number, failing) in ["intake", "read", "separate", "describe", "deposit"].into_iter().enumerate() {
        let code = format!("A{number}");
        let batch = deliver(catalog, &format!("k{number}"), &code, &[file("x-2.pdf", "x"), file("y-1.pdf", "y")]).await;
        let other = deliver(catalog, &format!("o{number}"), &format!("B{number}"), &[file("z-1.pdf", "z")]).await;
        let claim = claim_of_stage(catalog, failing).await;
        let failed_batch = if claim.batch == batch.id { &batch } else { &other };
        catalog.fail_task(&claim, &refusal(RefusalClass::Bug), &[]).await.unwrap();
        assert_eq!(catalog.fail_task(&claim, &refusal(RefusalClass::Bug), &[]).await.unwrap_err().kind(), ErrorKind::Conflict);
        run_until_idle(catalog, &[&batch, &other]).await;
        let balance = catalog.balance(&failed_batch.id).await.unwrap();
        assert!(is_balanced(&balance.pages) && balance.pages.open == 0, "{failing}: {balance:?}");
        assert_eq!(balance.failures.len(), 1, "{failing}");
        let failure = &balance.failures[0];
        assert_eq!((failure.level, failure.class, failure.tries), (claim.plan.groups[claim.group].level, RefusalClass::Bug, 1));
        assert!(if failing == "intake" { balance.files.failed == 1 } else { balance.pages.failed > 0 }, "{failing}: {balance:?}");
        for one in [&batch, &other] {
            assert_eq!(state(catalog, one).await, BatchState::Finished, "{failing}");
            let balance = catalog.balance(&one.id).await.unwrap();
            assert!(one.id == failed_batch.id || (balance.failures.is_empty() && balance.pages.stored == balance.pages.received));
        }
        let listed = catalog.failed_tasks(&UnitScope::All, Some(&failed_batch.id), 9).await.unwrap();
        assert_eq!(listed.len(), 1);
        assert!(catalog.failed_tasks(&UnitScope::Only(["F2".to_owned()].into()), None, 9).await.unwrap().is_empty());

        // Retried: done to the end.
        assert_eq!(catalog.retry_refused(&failed_batch.id, None, None).await.unwrap(), 1, "{failing}");
        assert_eq!(state(catalog, failed_batch).await, BatchState::Running);
        run_until_idle(catalog, &[&batch, &other]).await;
        let balance = catalog.balance(&failed_batch.id).await.unwrap();
        assert_eq!((balance.pages.stored, balance.failures.len()), (balance.pages.received, 0), "{failing}");
        assert_eq!(state(catalog, failed_batch).await, BatchState::Finished);
    }
    assert_eq!(catalog.failed_task_count().await.unwrap(), 0);
}

pub(super) async fn cancelled_failure_refuses_what_was_unfinished(home: TestCatalog) {
    let catalog = &home.catalog;
    for failing in ["intake", "read", "separate", "describe", "deposit"] {
        let batch = deliver(catalog, failing, failing, &[file("x-2.pdf", "x"), file("y-1.pdf", "y")]).await;
        let claim = claim_of_stage(catalog, failing).await;
        catalog.fail_task(&claim, &refusal(RefusalClass::Input), &[]).await.unwrap();
        run_until_idle(catalog, &[&batch]).await;
        let refused = catalog.cancel(&batch.id).await.unwrap();
        run_until_idle(catalog, &[&batch]).await;
        let balance = catalog.balance(&batch.id).await.unwrap();
        assert_eq!(balance.pages.refused + balance.files.refused, refused, "{failing}: {balance:?}");
        assert!(refused > 0 && balance.pages.is_balanced() && balance.pages.failed == 0, "{failing}: {balance:?}");
        assert_eq!((balance.failures.len(), state(catalog, &batch).await), (0, BatchState::Finished), "{failing}");
        // What was refused without a deposit keeps its copy on arrival.
        let whole = matches!(failing, "separate" | "deposit");
        let deletable = catalog.deletable_intake_blobs(&["x".to_owned(), "y".to_owned()]).await.unwrap();
        assert!(!whole || deletable.is_empty(), "{failing}: {deletable:?}");
    }
}

pub(super) async fn new_delivery_does_failed_tasks_again(home: TestCatalog) {
    let catalog = &home.catalog;
    for failing in ["intake", "read", "separate", "describe", "deposit"] {
        let batch = deliver(catalog, failing, failing, &[file("x-2.pdf", "x"), file("y-1.pdf", "y")]).await;
        let claim = claim_of_stage(catalog, failing).await;
        catalog.fail_task(&claim, &refusal(RefusalClass::Outage), &[]).await.unwrap();
        run_until_idle(catalog, &[&batch]).await;
        let second = deliver(catalog, &format!("{failing} again"), failing, &[file("z-1.pdf", "z")]).await;
        run_until_idle(catalog, &[&batch, &second]).await;
        for one in [&batch, &second] {
            let balance = catalog.balance(&one.id).await.unwrap();
            assert_eq!((balance.pages.stored, balance.failures.len()), (balance.pages.received, 0), "{failing}: {balance:?}");
            assert_eq!(state(catalog, one).await, BatchState::Finished, "{failing}");
        }
    }
}

pub(super) async fn task_whose_item_cannot_be_loaded_is_parked(home: TestCatalog) {
    let catalog = &home.catalog;
    let batch = deliver(catalog, "k", "A", &[file("x-1.pdf", "x")]).await;
    let other = deliver(catalog, "l", "B", &[file("y-1.pdf", "y")]).await;
    home.run_sql("UPDATE files SET warnings = 'not JSON' WHERE sha256 = 'x'").await;
    while catalog.has_open_tasks().await.unwrap() {
        for claim in catalog.claim("w", LEASE, 3, None).await.unwrap() {
            catalog.commit(&claim, &fake_stage_changes(&claim), &[]).await.unwrap();
        }
    }
    assert_eq!(catalog.failed_task_count().await.unwrap(), 1);
    assert_eq!(catalog.balance(&other.id).await.unwrap().pages.stored, 1);
    assert_eq!(state(catalog, &batch).await, BatchState::Finished);
}
