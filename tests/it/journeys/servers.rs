//! The store on S3 and the catalogue on PostgreSQL.

use crate::support::home::{TestHome, assert_balance_closes, sample_path};
use sqlx::{AnyConnection, AssertSqlSafe, Connection};

/// Runs SQL statements on the PostgreSQL server.
async fn execute_sql(server: &str, text: String) {
    sqlx::any::install_default_drivers();
    let mut connection = AnyConnection::connect(server).await.unwrap();
    sqlx::raw_sql(AssertSqlSafe(text)).execute(&mut connection).await.unwrap();
}

#[tokio::test]
async fn round_trip_works_on_s3_and_postgresql() {
    let Some((home, server, schema)) = TestHome::on_servers() else { return };
    execute_sql(&server, format!("CREATE SCHEMA {schema}")).await;
    let input = sample_path("002-cau-phao-cua-may");
    let run = home.expect_json(0, &["run", &input, "--json", "-q"]);
    assert_balance_closes(&run);
    assert_eq!(run["pages"]["refused"], 0);
    let query = ["search", "cau phao", "--json"];
    let hits = home.expect_exit(0, &query);
    assert!(!hits.is_empty(), "nothing is found");
    let again = home.expect_json(0, &["run", &input, "--json", "-q"]);
    assert_eq!((&again["files"]["received"], &again["stages"]), (&again["files"]["duplicate"], &serde_json::json!({})));
    let delivered = std::fs::read_dir(&input).unwrap().map(|entry| entry.unwrap().path()).next().unwrap();
    let name = format!("002-cau-phao-cua-may#originals/{}", delivered.file_name().unwrap().to_str().unwrap().replace(' ', "%20"));
    let back = home.run_sohoa(&["export", &name, "--format", "original"]);
    assert!(back.stdout == std::fs::read(&delivered).unwrap(), "{}", String::from_utf8_lossy(&back.stderr));
    assert!(!home.path().join("store").exists() && !home.path().join("catalog.db").exists(), "something was kept on this machine");

    execute_sql(&server, format!("DROP SCHEMA {schema} CASCADE; CREATE SCHEMA {schema}")).await;
    std::fs::remove_dir_all(home.path().join("index")).unwrap();
    home.expect_exit(0, &["rebuild"]);
    assert_eq!(home.expect_exit(0, &query), hits);
    home.expect_exit(0, &["verify"]);
}
