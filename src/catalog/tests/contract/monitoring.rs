//! Monitoring, review locks, saved searches.

use super::*;
use sohoa_base::model::account::UnitScope;
use sohoa_catalog::BatchControl;

pub(super) async fn queue_and_failures_are_counted(home: TestCatalog) {
    let catalog = &home.catalog;
    let first = catalog.event_cursor().await.unwrap();
    let batch = deliver(catalog, "k", "A", &[file("torn-3.pdf", "x"), file("y.bad", "y"), file("z.bad", "z")]).await;
    catalog.seal_events().await.unwrap();
    assert_ne!(catalog.event_cursor().await.unwrap(), first);
    let others = UnitScope::Only(BTreeSet::from(["other".to_owned()]));
    let queue = catalog.queue_levels(&UnitScope::All).await.unwrap();
    assert_eq!(queue.iter().map(|line| (line.level.as_str(), line.open, line.taken)).collect::<Vec<_>>(), [("file", 3, 0)]);
    assert!(queue[0].oldest.starts_with("20"), "{}", queue[0].oldest);
    let claims = catalog.claim("host/7/0", LEASE, 2, None).await.unwrap();
    assert_eq!(
        (catalog.queue_levels(&UnitScope::All).await.unwrap()[0].taken, catalog.leased_by_process(&UnitScope::All).await.unwrap()),
        (2, BTreeMap::from([("host/7".to_owned(), 2)]))
    );
    let own = UnitScope::Only(BTreeSet::from([batch.unit.clone()]));
    assert_eq!((catalog.queue_levels(&own).await.unwrap()[0].open, catalog.leased_by_process(&own).await.unwrap().len()), (3, 1));
    assert!(catalog.queue_levels(&others).await.unwrap().is_empty() && catalog.leased_by_process(&others).await.unwrap().is_empty());
    for claim in &claims {
        catalog.release_unchanged(claim).await.unwrap();
    }
    run_until_idle(catalog, &[&batch]).await;
    assert!(catalog.queue_levels(&UnitScope::All).await.unwrap().is_empty());
    let groups =
        catalog.failure_groups(&UnitScope::All, &FailureFilter { batch: Some(&batch.id), ..FailureFilter::default() }, 10).await.unwrap();
    assert_eq!(groups.iter().map(|group| group.count).sum::<u64>(), 3);
    assert_eq!((groups[0].class, groups[0].count), (RefusalClass::Input, 2), "the most frequent first");
    assert_eq!(catalog.failure_groups(&UnitScope::All, &FailureFilter::default(), 1).await.unwrap().len(), 1);
    assert!(catalog.failure_groups(&others, &FailureFilter::default(), 10).await.unwrap().is_empty());
    let pages_read = async |units: &UnitScope, since: i64| catalog.count_events(units, "page-read", since).await.unwrap();
    assert_eq!((pages_read(&UnitScope::All, 0).await, pages_read(&own, 0).await, pages_read(&others, 0).await), (2, 2, 0));
    assert_eq!(pages_read(&UnitScope::All, i64::MAX).await, 0);
    let ids = [batch.id.clone(), "none".to_owned()];
    assert_eq!(
        catalog.page_balances(&ids).await.unwrap(),
        BTreeMap::from([(batch.id.clone(), catalog.page_balance(&batch.id).await.unwrap())])
    );
    catalog.pause(&batch.id).await.unwrap();
    let control = BatchControl { paused: true, priority: 0 };
    assert_eq!(catalog.batch_controls(&ids).await.unwrap(), BTreeMap::from([(batch.id.clone(), control)]));
    catalog.resume(&batch.id).await.unwrap();
    assert!(catalog.delivery_names(&ids).await.unwrap().is_empty());
    // One file, with any class.
    assert_eq!(catalog.retry_refused(&batch.id, None, Some("none.pdf")).await.unwrap(), 0);
    assert_eq!(catalog.retry_refused(&batch.id, None, Some("y.bad")).await.unwrap(), 1);
}

pub(super) async fn priority_batch_is_claimed_first_and_events_are_found(home: TestCatalog) {
    let catalog = &home.catalog;
    let first = deliver(catalog, "k", "A", &[file("x-1.pdf", "x")]).await;
    let second = deliver(catalog, "l", "B", &[file("y-1.pdf", "y")]).await;
    catalog.set_priority(&second.id, 50).await.unwrap();
    assert_eq!((catalog.priority(&first.id).await.unwrap(), catalog.priority(&second.id).await.unwrap()), (0, 50));
    assert_eq!(catalog.claim("w", LEASE, 1, None).await.unwrap()[0].batch, second.id);
    assert_eq!(catalog.set_priority("none", 1).await.unwrap_err().kind(), ErrorKind::NotFound);
    let found = async |text: &str| {
        catalog.batch_events(&second.id, 0, text, 10).await.unwrap().into_iter().map(|event| event.kind).collect::<Vec<_>>()
    };
    assert_eq!(found("PRIORIT").await, ["batch-prioritised"]);
    assert!(found("").await.len() > 1 && found("no such text").await.is_empty());
    let all = catalog.batch_events(&second.id, 0, "", 10).await.unwrap();
    assert!(all.iter().all(|event| event.batch == second.id));
    assert_eq!(catalog.batch_events(&second.id, all[0].seq, "", 10).await.unwrap().len(), all.len() - 1);
}

pub(super) async fn review_lock_is_exclusive_and_expires(home: TestCatalog) {
    let catalog = &home.catalog;
    let minutes = |minutes: u64| Duration::from_secs(60 * minutes);
    assert_eq!(catalog.acquire_review_lock("d#1", "lan", minutes(10)).await.unwrap(), "lan");
    assert_eq!(catalog.acquire_review_lock("d#1", "hoa", minutes(10)).await.unwrap(), "lan");
    home.advance_clock(minutes(9));
    assert_eq!(catalog.acquire_review_lock("d#1", "lan", minutes(10)).await.unwrap(), "lan");
    home.advance_clock(minutes(9));
    assert_eq!(catalog.review_locks().await.unwrap(), BTreeMap::from([("d#1".to_owned(), "lan".to_owned())]));
    catalog.release_review_lock("d#1", "hoa").await.unwrap();
    assert_eq!(catalog.review_locks().await.unwrap().len(), 1, "nobody takes it out of another's hand");
    home.advance_clock(minutes(2));
    assert!(catalog.review_locks().await.unwrap().is_empty());
    assert_eq!(catalog.acquire_review_lock("d#1", "hoa", minutes(10)).await.unwrap(), "hoa");
    catalog.release_review_lock("d#1", "hoa").await.unwrap();
    assert!(catalog.review_locks().await.unwrap().is_empty());
}

pub(super) async fn saved_searches_are_per_user_and_limited(home: TestCatalog) {
    let catalog = &home.catalog;
    let kept = catalog.save_search("lan", "Phòng cháy", "phòng cháy kind:CT", "", 2).await.unwrap();
    catalog.save_search("lan", "Đất đai", "đất đai", "F1", 2).await.unwrap();
    assert_eq!(catalog.save_search("lan", "Ba", "ba", "", 2).await.unwrap_err().kind(), ErrorKind::Limit);
    assert_eq!(
        catalog.saved_searches("lan").await.unwrap().iter().map(|one| one.name.as_str()).collect::<Vec<_>>(),
        ["Phòng cháy", "Đất đai"]
    );
    assert!(catalog.saved_searches("hoa").await.unwrap().is_empty());
    assert_eq!(catalog.delete_search("hoa", &kept.id).await.unwrap_err().kind(), ErrorKind::NotFound);
    catalog.delete_search("lan", &kept.id).await.unwrap();
    assert_eq!(catalog.saved_searches("lan").await.unwrap().len(), 1);
}
