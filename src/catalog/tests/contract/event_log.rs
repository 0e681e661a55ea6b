//! Contract: sealing of the event log, audited reads, blanked details.

use super::*;
use serde_json::{Value, json};
use sqlx::{AnyConnection, Connection};

/// A transaction of another session that holds what a sealer takes: the writer's lock on SQLite, the head of the log on PostgreSQL.
async fn hold_log(home: &TestCatalog) -> AnyConnection {
    let mut other = AnyConnection::connect(&home.url).await.unwrap();
    let text = if home.url.starts_with("sqlite:") {
        "BEGIN IMMEDIATE"
    } else {
        "BEGIN; SELECT seq FROM event_log_head WHERE name = 'events' FOR UPDATE"
    };
    sqlx::raw_sql(text).execute(&mut other).await.unwrap();
    other
}

async fn end(mut other: AnyConnection) {
    sqlx::raw_sql("COMMIT").execute(&mut other).await.unwrap();
}

fn kinds(events: &[sohoa_catalog::Event]) -> Vec<&str> {
    events.iter().map(|event| event.kind.as_str()).collect()
}

pub(super) async fn reads_are_recorded_while_the_log_is_locked(home: TestCatalog) {
    let other = hold_log(&home).await;
    for number in 0..3 {
        let recorded = home.catalog.append_read_event("", "d", "record-read", json!({ "number": number }));
        tokio::time::timeout(Duration::from_secs(5), recorded).await.expect("a read waits for a writer").unwrap();
    }
    end(other).await;
    let events = home.catalog.events(0, 10).await.unwrap();
    let numbers: Vec<&Value> = events.iter().map(|event| &event.body["number"]).collect();
    assert_eq!((kinds(&events), numbers), (vec!["record-read"; 3], vec![&json!(0), &json!(1), &json!(2)]));
    assert_eq!((events[0].dossier.as_str(), events[0].seq), ("d", 1));
    assert_eq!(home.catalog.verify_events().await.unwrap(), 3);
}

pub(super) async fn commits_do_not_wait_for_the_sealer(home: TestCatalog) {
    if home.url.starts_with("sqlite:") {
        // SQLite has one writer at a time.
        return;
    }
    let batch = deliver(&home.catalog, "k", "A", &[file("x-1.pdf", "x")]).await;
    let before = home.catalog.verify_events().await.unwrap();
    let other = hold_log(&home).await;
    let batches = [&batch];
    let work = run_until_idle(&home.catalog, &batches);
    tokio::time::timeout(Duration::from_secs(15), work).await.expect("commits wait for the sealer");
    end(other).await;
    assert!(home.catalog.verify_events().await.unwrap() > before);
    let costs = home.catalog.costs(&batch.id).await.unwrap();
    home.catalog.seal_events().await.unwrap();
    assert_eq!(home.catalog.costs(&batch.id).await.unwrap(), costs, "sealing changes no figure");
}

pub(super) async fn events_of_one_transaction_keep_their_order(home: TestCatalog) {
    let batch = deliver(&home.catalog, "k", "A", &[file("x-3.pdf", "x")]).await;
    run_until_idle(&home.catalog, &[&batch]).await;
    let events = home.catalog.batch_events(&batch.id, 0, "", 100).await.unwrap();
    assert_eq!(events.iter().map(|event| event.seq).collect::<Vec<_>>(), (1..=events.len() as u64).collect::<Vec<_>>());
    assert_eq!(kinds(&events)[..3], ["batch-opened", "files-received", "file-identified"]);
    assert_eq!(kinds(&events).last(), Some(&"dossier-deposited"));
}

pub(super) async fn several_sealers_make_one_chain(home: TestCatalog) {
    let writers = (0..4).map(|writer| {
        let catalog = home.catalog.clone();
        tokio::spawn(async move {
            for number in 0..40 {
                catalog.append_event("", "", "noted", json!({ "writer": writer, "number": number })).await.unwrap();
                catalog.seal_events().await.unwrap();
            }
        })
    });
    for writer in writers.collect::<Vec<_>>() {
        writer.await.unwrap();
    }
    assert_eq!(home.catalog.verify_events().await.unwrap(), 160);
    let mut last = [-1; 4];
    for event in home.catalog.events(0, 1_000).await.unwrap() {
        let (writer, number) = (event.body["writer"].as_u64().unwrap() as usize, event.body["number"].as_i64().unwrap());
        assert_eq!(number, std::mem::replace(&mut last[writer], number) + 1, "what one writer wrote keeps its order");
    }
}

pub(super) async fn spooled_reads_of_an_ended_process_are_imported_once(home: TestCatalog) {
    let Some(path) = home.url.strip_prefix("sqlite:") else { return };
    let folder = std::path::PathBuf::from(format!("{path}-reads"));
    std::fs::create_dir_all(&folder).unwrap();
    let line = |id: &str| format!(r#"{{"id":"{id}","at":7,"batch":"","dossier":"","kind":"searched","body":"{{}}"}}"#);
    let (left, name) = (format!("{}\n{}\n{{\"id\":\"cut o", line("1"), line("2")), folder.join("left.jsonl"));
    std::fs::write(&name, &left).unwrap();
    assert_eq!(home.catalog.events(0, 10).await.unwrap().len(), 2);
    assert!(!name.exists());
    // Imported, but the process ended before it could delete the file.
    std::fs::write(&name, &left).unwrap();
    home.run_sql("INSERT INTO imported_spools (name) VALUES ('left.jsonl') ON CONFLICT (name) DO NOTHING").await;
    assert_eq!(home.catalog.events(0, 10).await.unwrap().len(), 2);
    assert!(!name.exists());
}

pub(super) async fn details_of_removed_papers_are_blanked(home: TestCatalog) {
    let catalog = &home.catalog;
    let batch = deliver(catalog, "k", "A", &[file("secret-2.pdf", "s")]).await;
    run_until_idle(catalog, &[&batch]).await;
    let held = catalog.held_dossiers(&UnitScope::All).await.unwrap();
    let before = catalog.events(0, 100).await.unwrap();
    assert!(before.iter().any(|event| event.kind == "file-identified" && !event.body.is_null()));
    let decision = sohoa_catalog::QuarantineDecision { by: "lan", note: None, operator: "test" };
    catalog.remove_dossier(&held[0].dossier.id, decision).await.unwrap();
    let after = catalog.events(0, 100).await.unwrap();
    let identified = after.iter().find(|event| event.kind == "file-identified").unwrap();
    assert!(identified.body.is_null(), "{identified:?}");
    catalog.verify_events().await.unwrap();
    catalog.timeline(&batch.id).await.unwrap();

    // Details that vanish without such an event are damage.
    home.run_sql("UPDATE events SET body = 'null', salt = '' WHERE kind = 'batch-opened'").await;
    let error = catalog.verify_events().await.unwrap_err();
    assert!(error.kind() == ErrorKind::Corrupt && error.context().contains("event 1"), "{error}");
}
