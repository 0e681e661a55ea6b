//! Rebuild of the catalogue from deposited records and ledgers.

use super::*;
use sohoa_base::model::page::reading::TextSource;
use sohoa_base::model::record::{Original, Provenance, Record, RecordedDocument, RecordedPage, SCHEMA_URN};
use sohoa_catalog::BatchLedger;

/// The record that a deposit of these contents writes.
pub(super) fn record_of(contents: &DossierSnapshot) -> Record {
    let mut originals: BTreeMap<&str, Original> = BTreeMap::new();
    for file in &contents.files {
        let original = originals.entry(&file.delivered.sha256).or_insert_with(|| Original {
            path: format!("originals/{}", file.delivered.sha256),
            delivered_as: vec![],
            container: file.delivered.container.clone(),
            sha256: file.delivered.sha256.clone(),
            bytes: file.delivered.bytes,
            media_type: file.media_type.clone(),
            pages: u32::try_from(contents.pages.iter().filter(|page| page.file == file.id).count()).unwrap(),
            signatures: vec![],
            warnings: file.warnings.clone(),
            refusal: file.refusal.clone(),
            withheld: contents.withheld(file).is_some(),
        });
        original.delivered_as.push(file.delivered.path.clone());
        original.delivered_as.sort();
        original.delivered_as.dedup();
    }
    let documents = contents.documents.iter().map(|document| RecordedDocument {
        number: document.number,
        description: sample_description(),
        list_entry: document.list_entry.clone(),
        review_reasons: document.review_reasons.clone(),
        archival_fields: BTreeMap::new(),
        missing_fields: Vec::new(),
        decisions: document.decisions.clone(),
        pages: (1..)
            .zip(&document.pages)
            .map(|(number, id)| {
                let page = contents.page(id).unwrap();
                RecordedPage {
                    number,
                    original: contents.file(&page.file).unwrap().delivered.sha256.clone(),
                    original_page: page.number,
                    alto: None,
                    source: TextSource::Recognised,
                    turn: 0,
                    blank: page.blank,
                    quality: page.quality,
                    warnings: page.warnings.clone(),
                    refusal: page.refusal.clone(),
                    barcodes: Vec::new(),
                }
            })
            .collect(),
        pdf: String::new(),
        text: String::new(),
    });
    Record {
        schema: SCHEMA_URN.into(),
        object: "urn:sohoa:F1:A".into(),
        fonds: contents.dossier.name.fonds.clone(),
        code: contents.dossier.name.code.clone(),
        title: contents.dossier.name.title.clone(),
        documents: documents.collect(),
        archival_fields: BTreeMap::new(),
        missing_fields: Vec::new(),
        list_findings: contents.dossier.list_findings.clone(),
        originals: originals.into_values().collect(),
        provenance: Provenance { program: "t".into(), pipeline: "t".into(), stages: vec![], models: BTreeMap::new() },
    }
}

pub(super) async fn catalog_is_rebuilt_from_records_and_ledgers(home: TestCatalog) {
    let catalog = &home.catalog;
    let files = [file("z-2.pdf", "x"), file("a-2.pdf", "x"), file("y.bad", "y"), file("torn-2.pdf", "t"), file("doubt-1.pdf", "d")];
    let first = deliver(catalog, "k", "A", &files).await;
    run_until_idle(catalog, &[&first]).await;
    let second = deliver(catalog, "l", "A", &[file("z-2.pdf", "x"), file("new-1.pdf", "n")]).await;
    let third = deliver(catalog, "m", "Z1", &[file("all.zip", "zip")]).await;
    run_until_idle(catalog, &[&first, &second, &third]).await;
    let mut ledgers: Vec<BatchLedger> = Vec::new();
    for batch in [&first, &second, &third] {
        let text = serde_json::to_string(&catalog.batch_ledger(&batch.id).await.unwrap()).unwrap();
        ledgers.push(serde_json::from_str(&text).unwrap());
    }
    let mut records = Vec::new();
    for code in ["A", "Z1", "Z2"] {
        let contents = dossier(catalog, code).await;
        records.push((record_of(&contents), contents.dossier.version));
    }
    for table in ["batches", "dossiers", "deliveries", "files", "pages", "documents", "costs", "pending_costs"] {
        home.run_sql(&format!("DELETE FROM {table}")).await;
    }
    let catalog = &home.reopen().await;
    for (record, version) in &records {
        assert!(catalog.rebuild_dossier(record, *version, "ab").await.unwrap());
        assert!(!catalog.rebuild_dossier(record, *version, "ab").await.unwrap(), "the second time it is there already");
    }
    for ledger in &ledgers {
        assert!(catalog.rebuild_batch(ledger).await.unwrap(), "{:?}\n{:?}", catalog.balance(&ledger.batch.id).await, ledger.balance);
        assert!(catalog.rebuild_batch(ledger).await.unwrap());
        let again = catalog.batch_ledger(&ledger.batch.id).await.unwrap();
        assert_eq!(again.batch, ledger.batch);
        assert_eq!(again.costs, ledger.costs);
        let fates = |ledger: &BatchLedger| {
            let mut fates: Vec<String> =
                ledger.files.iter().map(|file| format!("{:?} {:?} {}", file.new, file.state, file.repeated)).collect();
            fates.sort();
            fates
        };
        assert_eq!(fates(&again), fates(ledger));
    }
    assert_eq!(catalog.batches(9).await.unwrap().len(), 3);
    let contents = dossier(catalog, "A").await;
    assert_eq!((record_of(&contents), contents.dossier.version), records[0]);
    // Deposited bytes are recognised; new ones make a new version.
    let fourth = deliver(catalog, "n", "A", &[file("z-2.pdf", "x"), file("more-1.pdf", "more")]).await;
    assert_eq!(run_until_idle(catalog, &[&fourth]).await, 5);
    assert_eq!(state(catalog, &fourth).await, BatchState::Finished);
    let contents = dossier(catalog, "A").await;
    assert_eq!((contents.dossier.version, contents.documents.len()), (3, 5));
    assert_eq!(catalog.balance(&fourth.id).await.unwrap().pages.stored, 3);
}

pub(super) async fn only_deposited_intake_blobs_are_deletable(home: TestCatalog) {
    let catalog = &home.catalog;
    let batch = deliver(catalog, "k", "A", &[file("x-1.pdf", "x")]).await;
    let sums = ["x".to_owned(), "about-to-arrive".to_owned()];
    assert!(catalog.deletable_intake_blobs(&sums).await.unwrap().is_empty());
    run_until_idle(catalog, &[&batch]).await;
    assert_eq!(catalog.deletable_intake_blobs(&sums).await.unwrap().into_iter().collect::<Vec<_>>(), ["x"]);
    deliver(catalog, "l", "B", &[file("x-1.pdf", "x")]).await;
    assert!(catalog.deletable_intake_blobs(&sums).await.unwrap().is_empty(), "another dossier still needs it");
}

pub(super) async fn tampered_event_log_is_detected(home: TestCatalog) {
    let catalog = &home.catalog;
    let batch = deliver(catalog, "k", "A", &[file("x-1.pdf", "x")]).await;
    run_until_idle(catalog, &[&batch]).await;
    let count = catalog.verify_events().await.unwrap();
    let events = catalog.events(2, 3).await.unwrap();
    assert_eq!((events.len(), events[0].seq, events[0].kind.as_str()), (3, 3, "file-identified"));
    let body: String = events[0].body.to_string();
    home.run_sql("UPDATE events SET body = '{\"pages\":9}' WHERE seq = 3").await;
    let error = catalog.verify_events().await.unwrap_err();
    assert!(error.kind() == ErrorKind::Corrupt && error.context().contains("event 3"), "{error}");
    home.run_sql(&format!("UPDATE events SET body = '{}' WHERE seq = 3", body.replace('\'', "''"))).await;
    assert_eq!(catalog.verify_events().await.unwrap(), count);
    home.run_sql(&format!("DELETE FROM events WHERE seq = {count}")).await;
    assert_eq!(catalog.verify_events().await.unwrap_err().kind(), ErrorKind::Corrupt);
}
