//! Migration of a catalogue that an earlier version wrote (`tests/golden/catalogue.sql`, schema version 13): nothing is lost, and
//! work goes on.

use super::*;
use sohoa_base::model::roadmap::ledger::ProgressStep;
use sohoa_base::model::upload::StartRule;
use sohoa_catalog::{NewBatch, WaitingFilter};
use sqlx::{AnyConnection, AssertSqlSafe, Connection, Row};

/// Tables with another name since then.
const RENAMED_TABLES: [(&str, &str); 5] = [
    ("chain", "event_log_head"),
    ("holds", "review_locks"),
    ("roadmap_lines", "targets"),
    ("line_findings", "target_findings"),
    ("cases", "one_stop_cases"),
];

/// Rows that the samples do not have, so that every renamed column has a value.
const MORE_ROWS: &str = "
    INSERT INTO holds VALUES ('d#1', 'lan', 5);
    INSERT INTO roadmaps VALUES ('QD-1', 1, '{}');
    INSERT INTO roadmap_lines VALUES ('L1', 'QD-1', 'local', 3, '[\"samples/\"]', 20, '{}', 4);
    INSERT INTO line_findings VALUES ('b', 2, 'samples/001', '{}');
    INSERT INTO lots VALUES ('lot', 'L1', 'open', '{}');
    INSERT INTO cases VALUES ('c', 'local', 'table', '{}');
    INSERT INTO users (name, shown, grants, created, totp_wanted) VALUES ('lan', 'Lan', '[]', 1, 'sealed');
    INSERT INTO keys VALUES ('k', 's', 'token', 'lan', 'script', NULL, 1, 2, 9000000000000);
    INSERT INTO sign_in_flows VALUES ('f', 'state', 'nonce', 'verifier', '/runs', 9000000000000);
    INSERT INTO uploads
        VALUES ('u', 'lot 1', 'local', 'lan', 'administrative', 'text', 0, 'by-person', 'open', NULL, 3, 30, 1, 'L1', 'lan');
    INSERT INTO upload_files
        VALUES ('f1', 'u', 'A/1.JPG', 'A', 'a/1.jpg', '1.jpg', 10, 's1', 'scan', 'received', 0, NULL, NULL, NULL, NULL, 1, 1);
    INSERT INTO upload_files
        VALUES ('f2', 'u', 'A/2.JPG', 'A', 'a/2.jpg', '2.jpg', 10, 's1', 'scan', 'duplicate', 0, NULL, NULL, 'f1', 'A/1.JPG', 1, 0);
    INSERT INTO upload_files
        VALUES ('f3', 'u', 'A/list.csv', 'A', 'a/list.csv', 'list.csv', 10, 's3', 'list', 'list', 0, NULL, NULL, NULL, NULL, 0, 0);
    INSERT INTO upload_lists VALUES ('f3', 'u', 'a/', 2, 1, NULL, '[[2,\"L1\"]]');
    INSERT INTO upload_entries VALUES ('f3', 2, 'u', '1.jpg', '1.jpg', '1.jpg', 1);
    INSERT INTO upload_entries VALUES ('f3', 3, 'u', '9.jpg', '9.jpg', '9.jpg', 0);";

/// The dump as PostgreSQL understands it.
fn in_dialect(engine: &str, dump: String) -> String {
    if engine == "sqlite" {
        return dump;
    }
    let dump = dump.replace("PRAGMA foreign_keys=OFF;", "").replace("BLOB", "BYTEA").replace(",1,X'", ",true,'\\x");
    dump.replace("char(10)", "chr(10)")
}

/// All rows of `table` as texts, sorted.
async fn rows_of(connection: &mut AnyConnection, table: &str) -> Vec<Vec<String>> {
    let rows = sqlx::query(AssertSqlSafe(format!("SELECT * FROM {table}"))).fetch_all(connection).await.unwrap();
    let value = |row: &sqlx::any::AnyRow, index: usize| {
        let number = |_| row.try_get::<Option<i64>, _>(index).map(|number| number.map(|number| number.to_string()));
        row.try_get::<Option<String>, _>(index).or_else(number).unwrap().unwrap_or_else(|| "NULL".to_owned())
    };
    let mut rows: Vec<Vec<String>> = rows.iter().map(|row| (0..row.len()).map(|index| value(row, index)).collect()).collect();
    rows.sort();
    rows
}

async fn catalogue_of_earlier_version_is_migrated(engine: &str) {
    let Some((url, _folder)) = empty_database(engine).await else { return };
    let dump = std::fs::read_to_string(sohoa_testing::workspace().join("tests/golden/catalogue.sql")).unwrap();
    let tables: Vec<&str> = dump.lines().filter_map(|line| line.strip_prefix("CREATE TABLE ")?.split([' ', '(']).next()).collect();
    let tables: Vec<String> = tables.into_iter().filter(|table| !table.starts_with('_')).map(str::to_owned).collect();
    assert_eq!(tables.len(), 27, "{tables:?}");
    let new_url = if engine == "sqlite" { format!("{url}?mode=rwc") } else { url.clone() };
    let mut connection = AnyConnection::connect(&new_url).await.unwrap();
    for text in [in_dialect(engine, dump), MORE_ROWS.to_owned()] {
        sqlx::raw_sql(AssertSqlSafe(text)).execute(&mut connection).await.unwrap();
    }
    let mut before = Vec::new();
    for table in &tables {
        before.push(rows_of(&mut connection, table).await);
    }
    connection.close().await.unwrap();

    let catalog = Catalog::open(&url).await.unwrap();
    let mut connection = AnyConnection::connect(&url).await.unwrap();
    for (table, rows) in tables.iter().zip(&before) {
        let table = RENAMED_TABLES.iter().find(|(old, _)| old == table).map_or(table.as_str(), |(_, new)| new);
        // Later migrations add columns at the end of a table.
        let width = rows.first().map_or(0, Vec::len);
        let mut now = rows_of(&mut connection, table).await;
        now.iter_mut().for_each(|row| row.truncate(width));
        assert_eq!(&now, rows, "{table}");
    }
    connection.close().await.unwrap();
    assert_eq!(catalog.verify_events().await.unwrap(), 61);

    archive_is_as_before(&catalog).await;
    uploads_and_accounts_are_as_before(&catalog).await;
    work_goes_on(&catalog).await;

    // The catalogue is migrated once.
    catalog.close().await;
    Catalog::open(&url).await.unwrap().verify_events().await.unwrap();
}

async fn archive_is_as_before(catalog: &Catalog) {
    let batches = catalog.batches(10).await.unwrap();
    assert_eq!(batches.iter().map(|batch| batch.state).collect::<Vec<_>>(), [BatchState::Finished]);
    let batch = &batches[0].id;
    let balance = catalog.balance(batch).await.unwrap();
    assert_eq!((balance.files.received, balance.dossiers, balance.documents), (9, 4, 10));
    assert_eq!((balance.pages.received, balance.pages.stored, balance.pages.review), (19, 12, 7));
    assert_eq!(catalog.costs(batch).await.unwrap()["package"].executions, 10);
    let dossiers = catalog.dossiers(Some("local"), Some(batch), 10, None).await.unwrap();
    let counts: Vec<_> = dossiers.iter().map(|one| (one.dossier.version, one.documents, one.pages, one.review, one.open_tasks)).collect();
    assert_eq!(counts, [(1, 2, 5, 0, 0), (1, 3, 6, 5, 0), (1, 2, 3, 2, 0), (1, 3, 5, 0, 0)]);
    let contents = catalog.contents(&dossiers[1].dossier.id).await.unwrap();
    let pages = |number: usize| -> Vec<&str> {
        let pages = contents.documents[number].pages.iter().map(|page| contents.page(page).unwrap());
        pages.map(|page| contents.file(&page.file).unwrap().delivered.path.display.rsplit('/').next().unwrap()).collect()
    };
    assert_eq!(pages(0), ["trang 1.jpg", "trang 2.jpg"]);
    assert_eq!(pages(1), ["trang 3.jpg", "trang 4.jpg", "trang 5.jpg"]);
    assert_eq!(contents.documents[0].review_reasons, ["subject-unsure", "page-confidence-low", "page-rescan"]);
    assert!(contents.documents.iter().all(|document| document.description.is_some() && document.stored));
    let all = WaitingFilter { units: &UnitScope::All, queue: None, reason: None };
    assert_eq!(catalog.waiting_documents(&all, None, 10).await.unwrap().len(), 3);
    assert!(catalog.claim("w", LEASE, 10, None).await.unwrap().is_empty(), "nothing is left to do");
}

async fn uploads_and_accounts_are_as_before(catalog: &Catalog) {
    let upload = catalog.upload("u").await.unwrap();
    assert_eq!((upload.start_rule, upload.target.as_deref(), upload.target_by.as_deref()), (StartRule::Manual, Some("L1"), Some("lan")));
    let file = catalog.upload_file("u", "f2").await.unwrap();
    assert_eq!((file.duplicate_of.as_deref(), file.in_archive), (Some("A/1.JPG"), false));
    assert_eq!(catalog.missing_upload_files("u", 10).await.unwrap(), (1, vec![("A/list.csv".to_owned(), 3, "9.jpg".to_owned())]));
    assert_eq!(catalog.unlisted_upload_files("u", 10).await.unwrap(), (1, vec!["A/2.JPG".to_owned()]));
    assert_eq!(catalog.upload_lists("u").await.unwrap()[0].targets, [(2, "L1".to_owned())]);
    let user = catalog.user_credentials("lan").await.unwrap().unwrap();
    assert_eq!((user.user.display_name.as_str(), user.pending_totp.as_deref()), ("Lan", Some("sealed")));
    let batch = NewBatch { key: "k", unit: "LOCAL", pipeline: "p", plan: &plan(), priority: 0 };
    assert_eq!(catalog.open_batch(&batch).await.unwrap_err().kind(), ErrorKind::Conflict, "the units in use are not registered");
    let flow = catalog.consume_oidc_login("f").await.unwrap().unwrap();
    assert_eq!((flow.pkce_verifier.as_str(), flow.return_to.as_str()), ("verifier", "/runs"));
}

/// A delivery to a dossier of the earlier version passes all stages and is attached to the target by rule.
async fn work_goes_on(catalog: &Catalog) {
    let plan = plan();
    let new = NewBatch { key: "later", unit: "local", pipeline: "[[stage]]", plan: &plan, priority: 0 };
    let batch = catalog.open_batch(&new).await.unwrap().0;
    let known = catalog.dossiers(Some("local"), None, 1, None).await.unwrap().remove(0).dossier;
    catalog.receive_files(&batch.id, &known.name, &[file("later-2.pdf", "x")], &plan).await.unwrap();
    catalog.finish_receiving(&batch.id).await.unwrap();
    assert_eq!(run_until_idle(catalog, &[&batch]).await, 6);
    assert_eq!(state(catalog, &batch).await, BatchState::Finished);
    let contents = catalog.contents(&known.id).await.unwrap();
    assert_eq!((contents.dossier.version, contents.documents.len(), contents.pages.len()), (2, 3, 7));
    assert_eq!(catalog.attachment(&batch.id, 1).await.unwrap().0.target.as_deref(), Some("L1"));
    assert_eq!(catalog.target_progress("L1").await.unwrap().total(ProgressStep::Stored).pages, 2);
    catalog.verify_events().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn catalogue_of_earlier_version_is_migrated_on_sqlite() {
    catalogue_of_earlier_version_is_migrated("sqlite").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn catalogue_of_earlier_version_is_migrated_on_postgres() {
    catalogue_of_earlier_version_is_migrated("postgres").await;
}
