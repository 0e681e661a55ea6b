//! Backup and restoration of accounts and of the event log.

use super::accounts::{HOUR, key, user};
use super::*;
use sohoa_catalog::{BackupValue, KeyPurpose, SealedEvent};

/// Restores events in parts of two.
async fn restore(catalog: &Catalog, log: &str, events: &[SealedEvent]) -> Result<u64, Error> {
    let mut parts = events.chunks(2);
    catalog.restore_events(log, async || Ok(parts.next().map(<[SealedEvent]>::to_vec))).await
}

pub(super) async fn accounts_and_log_are_restored_into_a_rebuilt_catalogue(home: TestCatalog) {
    let catalog = &home.catalog;
    catalog.add_user(&user("lan"), Some("hash"), "admin").await.unwrap();
    catalog.add_user(&user("hoa"), None, "admin").await.unwrap();
    catalog.add_key(&key("t1", KeyPurpose::Token, "lan", 100 * HOUR), "lan").await.unwrap();
    catalog.add_key(&key("s1", KeyPurpose::Session, "lan", 100 * HOUR), "lan").await.unwrap();
    let batch = deliver(catalog, "k", "A", &[file("x-1.pdf", "x")]).await;
    run_until_idle(catalog, &[&batch]).await;
    let tables = catalog.backup_tables().await.unwrap();
    let tables = serde_json::from_str(&serde_json::to_string(&tables).unwrap()).unwrap();
    let log = catalog.event_log_id().await.unwrap();
    let events = catalog.sealed_events(0, 1000).await.unwrap();
    assert!(events.len() > 5 && events[1].seq == 2);
    assert_eq!(catalog.sealed_events(2, 2).await.unwrap(), events[2..4]);

    // The catalogue is lost and rebuilt: it has events of its own.
    for table in ["users", "keys", "units", "events", "pending_events", "identities"] {
        home.run_sql(&format!("DELETE FROM {table}")).await;
    }
    home.run_sql("UPDATE event_log_head SET seq = 0, head = ''").await;
    let catalog = &home.reopen().await;
    for number in 0..3 {
        catalog.append_event("", "", "dossier-restored", serde_json::json!({ "number": number })).await.unwrap();
    }
    assert_eq!(catalog.verify_events().await.unwrap(), 3);
    catalog.restore_tables(&tables, false).await.unwrap();
    assert_eq!(catalog.restore_tables(&tables, false).await.unwrap_err().kind(), ErrorKind::Conflict, "there are accounts");
    catalog.restore_tables(&tables, true).await.unwrap();
    let holds = async |sha256: &str, purpose: KeyPurpose| catalog.identity(sha256, purpose).await.unwrap().is_some();
    assert!(holds("t1", KeyPurpose::Token).await && !holds("s1", KeyPurpose::Session).await, "sessions are not kept");

    let mut forged = events.clone();
    forged[3].kind = "erased".to_owned();
    assert_eq!(restore(catalog, &log, &forged).await.unwrap_err().kind(), ErrorKind::Corrupt);
    assert_eq!(restore(catalog, &log, &events[1..]).await.unwrap_err().kind(), ErrorKind::Corrupt, "the first event is missing");
    assert_eq!(catalog.sealed_events(0, 1).await.unwrap()[0].kind, "dossier-restored", "nothing was restored");
    let count = events.len() as u64;
    assert_eq!(restore(catalog, &log, &events).await.unwrap(), count);
    assert_eq!(catalog.event_log_id().await.unwrap(), log);
    let all = catalog.sealed_events(0, 1000).await.unwrap();
    assert_eq!(all[..events.len()], events);
    let kinds: Vec<&str> = all[events.len()..].iter().map(|event| event.kind.as_str()).collect();
    assert_eq!(kinds, ["dossier-restored", "dossier-restored", "dossier-restored", "accounts-restored", "accounts-restored"]);
    assert_eq!(catalog.verify_events().await.unwrap(), count + 5);
    // The log goes on, and what is there is not restored again.
    catalog.append_event("", "", "later", serde_json::json!({})).await.unwrap();
    assert_eq!(restore(catalog, &log, &events).await.unwrap(), 0);
    assert_eq!(catalog.verify_events().await.unwrap(), count + 6);
    // A log that lost its end gets it back, before what was written since.
    home.run_sql(&format!("DELETE FROM events WHERE seq > {}", count - 2)).await;
    home.run_sql(&format!(
        "UPDATE event_log_head SET seq = {}, head = '{}' WHERE name = 'events'",
        count - 2,
        events[events.len() - 3].hash
    ))
    .await;
    catalog.append_event("", "", "since", serde_json::json!({})).await.unwrap();
    assert_eq!(restore(catalog, &log, &events).await.unwrap(), 2);
    assert_eq!(catalog.verify_events().await.unwrap(), count + 1);
}

pub(super) async fn backup_with_unknown_rows_is_refused(home: TestCatalog) {
    let row = |column: &str| BTreeMap::from([(column.to_owned(), BackupValue::Text("x".to_owned()))]);
    for (table, column) in [("events", "kind"), ("users; --", "name"), ("users", "name) VALUES ('x'); --"), ("users", "")] {
        let tables = BTreeMap::from([(table.to_owned(), vec![row(column)])]);
        assert_eq!(home.catalog.restore_tables(&tables, false).await.unwrap_err().kind(), ErrorKind::Corrupt, "{table} {column}");
    }
}
