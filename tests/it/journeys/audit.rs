//! The event log against its signed checkpoints.

use crate::support::home::{TestHome, sample_path};
use serde_json::Value;
use sha2::{Digest, Sha256};
use sqlx::{AssertSqlSafe, Connection, Row, SqliteConnection};

async fn open_catalogue(home: &TestHome) -> SqliteConnection {
    SqliteConnection::connect(&format!("sqlite:{}", home.path().join("catalog.db").display())).await.unwrap()
}

async fn run_sql(home: &TestHome, text: &str) {
    let mut connection = open_catalogue(home).await;
    sqlx::raw_sql(AssertSqlSafe(text.to_owned())).execute(&mut connection).await.unwrap();
    connection.close().await.unwrap();
}

/// Chains all events again, as somebody who can write the database would after a change.
async fn chain_again(home: &TestHome) {
    let mut connection = open_catalogue(home).await;
    let rows = sqlx::query("SELECT * FROM events ORDER BY seq").fetch_all(&mut connection).await.unwrap();
    let (mut head, mut last) = (String::new(), 0);
    for row in &rows {
        last = row.get::<i64, _>("seq");
        let text = |name: &str| row.get::<String, _>(name);
        let body_hash = hex::encode(Sha256::digest(text("salt") + &text("body")));
        let content =
            serde_json::to_string(&(&head, last, row.get::<i64, _>("at"), text("batch"), text("dossier"), text("kind"), &body_hash));
        head = hex::encode(Sha256::digest(content.unwrap()));
        let update = sqlx::query("UPDATE events SET hash = $1, body_hash = $2 WHERE seq = $3").bind(&head).bind(&body_hash).bind(last);
        update.execute(&mut connection).await.unwrap();
    }
    let update = sqlx::query("UPDATE event_log_head SET seq = $1, head = $2 WHERE name = 'events'").bind(last).bind(&head);
    update.execute(&mut connection).await.unwrap();
    connection.close().await.unwrap();
}

/// Kinds of the problems that `audit verify` reports with this exit code.
fn problems(home: &TestHome, exit_code: i32) -> Vec<String> {
    let report = home.expect_json(exit_code, &["audit", "verify", "--json"]);
    report["problems"].as_array().unwrap().iter().map(|problem| problem["kind"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn changed_event_log_is_detected_although_its_chain_is_whole() {
    let home = TestHome::new();
    home.expect_exit(0, &["submit", &sample_path("002-cau-phao-cua-may"), "-q"]);
    home.expect_exit(0, &["work", "--until-empty"]);
    let report = home.expect_json(0, &["audit", "verify", "--json"]);
    let events = report["events"].as_u64().unwrap();
    assert_eq!((&report["problems"], &report["unsigned_events"]), (&Value::Array(Vec::new()), &0.into()), "{report}");
    assert!(events > 10 && report["checkpoints"].as_u64().unwrap() > 0 && report["last_checkpoint"]["event"] == events, "{report}");
    run_sql(&home, "PRAGMA wal_checkpoint(TRUNCATE)").await;
    let kept = std::fs::read(home.path().join("catalog.db")).unwrap();
    let put_back = || {
        for name in ["catalog.db-wal", "catalog.db-shm"] {
            let _ = std::fs::remove_file(home.path().join(name));
        }
        std::fs::write(home.path().join("catalog.db"), &kept).unwrap();
    };

    // An event is changed, and everything after it chained again.
    run_sql(&home, "UPDATE events SET body = '{\"by\":\"nobody\"}' WHERE seq = 3").await;
    assert_eq!(problems(&home, 6), ["chain"]);
    chain_again(&home).await;
    assert_eq!(problems(&home, 6), ["differs"]);
    assert!(home.expect_exit(6, &["verify", "--json"]).contains("differs"));

    // The last events are cut off.
    put_back();
    run_sql(&home, "DELETE FROM events WHERE seq > 5").await;
    chain_again(&home).await;
    assert_eq!(problems(&home, 6), ["truncated"]);

    // The log claims to be another one, for which nothing was signed.
    put_back();
    run_sql(&home, "DELETE FROM identities WHERE name = 'event-log'").await;
    assert_eq!(problems(&home, 6), ["other-log"]);

    // The key of another home signed.
    put_back();
    let own = report["public_key"].as_str().unwrap();
    std::fs::remove_file(home.path().join("audit.key")).unwrap();
    assert_eq!(problems(&home, 6), ["unknown-signer"]);
    home.expect_exit(0, &["audit", "verify", "--trust", own]);
}
