//! Outbox of the store, and the rebuild of a batch from a ledger that was written before its end.

use super::rebuild::record_of;
use super::roadmap::{roadmap, target};
use super::*;
use sohoa_base::model::roadmap::ledger::{ItemCounts, ProgressStep};
use sohoa_base::model::roadmap::one_stop_case::CaseSubmission;
use sohoa_catalog::{BatchLedger, OutboxClaim, OutboxFact};

async fn claim(catalog: &Catalog, fact: &OutboxFact) -> Option<OutboxClaim> {
    catalog.claim_due_fact(fact).await.unwrap()
}

async fn due(catalog: &Catalog) -> Vec<OutboxFact> {
    catalog.due_facts(None, 100).await.unwrap().into_iter().map(|(fact, _)| fact).collect()
}

/// Ends everything that is due, as a writer does.
async fn write_all(catalog: &Catalog) {
    for fact in due(catalog).await {
        let claim = claim(catalog, &fact).await.unwrap();
        assert!(!catalog.finish_due_fact(&claim).await.unwrap());
    }
}

pub(super) async fn changed_fact_stays_due_until_store_has_newest_state(home: TestCatalog) {
    let catalog = &home.catalog;
    let batch = deliver(catalog, "k", "A", &[file("x-1.pdf", "x")]).await;
    let fact = OutboxFact::Batch(batch.id.clone());
    assert_eq!(catalog.due_facts(None, 9).await.unwrap(), [(fact.clone(), false)], "the ledger is due when the receipt ends");
    let first = claim(catalog, &fact).await.unwrap();
    assert_eq!(first.content, None);
    assert_eq!(catalog.due_facts(None, 9).await.unwrap(), [(fact.clone(), true)]);
    assert!(claim(catalog, &fact).await.is_none(), "one writer at a time");
    run_until_idle(catalog, &[&batch]).await;
    assert!(catalog.finish_due_fact(&first).await.unwrap(), "the batch ended after the claim: its state is put again");
    let second = claim(catalog, &fact).await.unwrap();
    assert!(!catalog.finish_due_fact(&second).await.unwrap());
    assert_eq!(due(catalog).await, []);
    assert!(claim(catalog, &fact).await.is_none());

    // A claim that is given back can be taken at once. Every version of a roadmap, and every table, keeps its own content.
    for version in 1..=2 {
        catalog.save_roadmap(&roadmap("1/QĐ", version, vec![target("T", &[])]), &BTreeMap::new()).await.unwrap();
    }
    let table = CaseSubmission { id: "t1".to_owned(), at: String::new(), by: "lan".to_owned(), cases: vec![] };
    catalog.save_cases(&table).await.unwrap();
    let of = |version| OutboxFact::Roadmap { decision: "1/QĐ".to_owned(), version };
    assert_eq!(due(catalog).await, [OutboxFact::Cases("t1".to_owned()), of(1), of(2)]);
    assert_eq!(catalog.due_facts(Some(&of(1)), 9).await.unwrap(), [(of(2), false)]);
    let old = claim(catalog, &of(1)).await.unwrap();
    assert!(old.content.as_ref().unwrap().contains("\"version\":1"), "{old:?}");
    catalog.release_due_fact(&old).await.unwrap();
    assert!(claim(catalog, &of(1)).await.is_some());
    // What the store has already is not put again.
    catalog.restore_roadmap(&roadmap("2/QĐ", 1, vec![target("U", &[])])).await.unwrap();
    catalog.restore_cases(&CaseSubmission { id: "t2".to_owned(), ..table }).await.unwrap();
    assert_eq!(due(catalog).await.len(), 3);
}

pub(super) async fn writer_that_lost_its_claim_notes_the_fact_again(home: TestCatalog) {
    let catalog = &home.catalog;
    let batch = deliver(catalog, "k", "A", &[file("x-1.pdf", "x")]).await;
    let fact = OutboxFact::Batch(batch.id.clone());
    let slow = claim(catalog, &fact).await.unwrap();
    home.advance_clock(Duration::from_secs(31));
    let other = claim(catalog, &fact).await.unwrap();
    assert!(!catalog.finish_due_fact(&other).await.unwrap());
    assert_eq!(due(catalog).await, []);
    // The slow writer may have put an older state over the newer one.
    assert!(catalog.finish_due_fact(&slow).await.unwrap());
    assert_eq!(due(catalog).await, vec![fact.clone()]);
    let again = claim(catalog, &fact).await.unwrap();
    // The end of a lost claim does not end that of another writer.
    catalog.release_due_fact(&slow).await.unwrap();
    assert!(claim(catalog, &fact).await.is_none());
    assert!(!catalog.finish_due_fact(&again).await.unwrap());
}

pub(super) async fn refused_change_notes_nothing_for_the_store(home: TestCatalog) {
    let catalog = &home.catalog;
    catalog.save_roadmap(&roadmap("1/QĐ", 1, vec![target("T", &["A"])]), &BTreeMap::new()).await.unwrap();
    let batch = deliver(catalog, "k", "A", &[file("x-1.pdf", "x")]).await;
    run_until_idle(catalog, &[&batch]).await;
    write_all(catalog).await;
    assert!(catalog.attach_batch(&batch.id, Some("none"), "lan").await.is_err());
    assert!(catalog.save_roadmap(&roadmap("1/QĐ", 1, vec![]), &BTreeMap::new()).await.is_err());
    assert!(catalog.mark_lot_reworked("none", "lan").await.is_err());
    assert_eq!(due(catalog).await, []);
    catalog.attach_batch(&batch.id, None, "lan").await.unwrap();
    assert_eq!(due(catalog).await, [OutboxFact::Batch(batch.id)]);
}

/// Progress of a batch by step.
async fn progress(catalog: &Catalog, batch: &Batch) -> BTreeMap<ProgressStep, ItemCounts> {
    let mut sums: BTreeMap<ProgressStep, ItemCounts> = BTreeMap::new();
    for fact in catalog.daily_progress_of_batch(&batch.id).await.unwrap() {
        *sums.entry(fact.step).or_default() += fact.amount;
    }
    sums
}

pub(super) async fn unfinished_batch_is_rebuilt_and_goes_on(home: TestCatalog) {
    let catalog = &home.catalog;
    let batch = open(catalog, "k").await;
    for (code, files) in [
        ("A", vec![file("x-2.pdf", "x"), file("doubt-1.pdf", "d")]),
        ("B", vec![file("y-1.pdf", "y"), file("z-1.pdf", "y"), file("n.bad", "n")]),
        ("Zip", vec![file("all.zip", "zip")]),
    ] {
        catalog.receive_files(&batch.id, &name(code), &files, &plan()).await.unwrap();
    }
    // The first page of A is read before the receipt ends.
    let claims = catalog.claim("w", LEASE, 1, None).await.unwrap();
    catalog.commit(&claims[0], &fake_stage_changes(&claims[0]), &[]).await.unwrap();
    catalog.finish_receiving(&batch.id).await.unwrap();
    catalog.pause(&batch.id).await.unwrap();
    let ledger: BatchLedger =
        serde_json::from_str(&serde_json::to_string(&catalog.batch_ledger(&batch.id).await.unwrap()).unwrap()).unwrap();
    assert_eq!(ledger.batch.state, BatchState::Running);
    catalog.resume(&batch.id).await.unwrap();
    run_until_idle(catalog, &[&batch]).await;
    let (balance, done) = (catalog.balance(&batch.id).await.unwrap(), progress(catalog, &batch).await);
    // B and one member of the archive were not deposited when the catalogue was lost.
    let mut records = Vec::new();
    for code in ["A", "Z1", "Zip"] {
        let mut record = record_of(&dossier(catalog, code).await);
        record.originals.iter_mut().filter(|original| original.sha256 == "zip").for_each(|archive| archive.pages = 0);
        records.push(record);
    }
    for table in ["batches", "dossiers", "deliveries", "files", "pages", "documents", "costs", "progress"] {
        home.run_sql(&format!("DELETE FROM {table}")).await;
    }
    let catalog = &home.reopen().await;
    for record in &records {
        assert!(catalog.rebuild_dossier(record, 1, "ab").await.unwrap());
    }
    catalog.rebuild_batch(&ledger).await.unwrap();
    assert_eq!(catalog.batch(&batch.id).await.unwrap(), Batch { state: BatchState::Running, ..ledger.batch.clone() });
    assert!(catalog.is_paused(&batch.id).await.unwrap());
    assert_eq!(run_until_idle(catalog, &[&batch]).await, 0);
    catalog.resume(&batch.id).await.unwrap();
    assert_eq!(catalog.balance(&batch.id).await.unwrap().pages.stored, 2, "A is there as it was deposited");
    run_until_idle(catalog, &[&batch]).await;
    assert_eq!(state(catalog, &batch).await, BatchState::Finished);
    assert_eq!(catalog.balance(&batch.id).await.unwrap(), balance);
    assert_eq!(progress(catalog, &batch).await, done);
    // The ledger of the end rebuilds the same.
    let ledger = catalog.batch_ledger(&batch.id).await.unwrap();
    assert_eq!((ledger.batch.state, &ledger.balance), (BatchState::Finished, &balance));
    assert!(due(catalog).await.contains(&OutboxFact::Batch(batch.id)));
}
