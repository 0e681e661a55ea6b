//! The samples come out as they did before: records, events, catalogue and keys of the stage cache are compared with
//! what is kept in `tests/golden/`. After a change that is meant to change them, write them again with
//! `TEST_GOLDEN=write cargo nextest run -E 'test(golden)'` and look at the difference.

use crate::support::command::command_of;
use regex::Regex;
use sohoa_testing::{skipped, workspace};
use sqlx::{Column, Connection, Row, SqliteConnection, TypeInfo, ValueRef};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

/// Measured values, which differ a little between processors: compared with [`TOLERANCE`].
static MEASURED: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r#""(confidence|contrast|sharpness|noise|ink_permille|bleed_permille|expected_error_permille|skew_centidegrees)": ?(-?\d+)"#)
        .unwrap()
});

/// Row identities (UUID) and instants (milliseconds), which are new in every run.
static VOLATILE: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}|\b1[789]\d{11}\b").unwrap());

/// Greatest difference between a measured value and the golden one.
const TOLERANCE: i64 = 4;

/// Text of the pipeline file in the row of a batch: it is kept as it was given, so it differs with every change of a comment or
/// of an option's name in `pipelines/`. The plan made from it is compared.
static PIPELINE_TEXT: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"(?m)^(batches .*? pipeline=).*?( plan=\{)").unwrap());

/// Tables and columns whose contents depend on time and machine alone.
const LEFT_OUT: [&str; 7] = ["_sqlx_migrations", "chain", "costs", "pending_events", "pending_costs", "pending_turns", "imported_spools"];

/// Columns of the event log that are random, or a digest of something random.
const RANDOM_COLUMNS: [&str; 2] = ["salt", "body_hash"];

/// Names of tables since migration 14, with the names that `catalogue.txt` has.
const TABLE_NAMES: [(&str, &str); 5] = [
    ("event_log_head", "chain"),
    ("review_locks", "holds"),
    ("targets", "roadmap_lines"),
    ("target_findings", "line_findings"),
    ("one_stop_cases", "cases"),
];

/// The same for the columns of those tables that the samples fill. A name that is not listed is compared as it is.
const COLUMN_NAMES: [(&str, &str, &str); 10] = [
    ("batches", "target", "line"),
    ("batches", "attachment_source", "attached"),
    ("documents", "review_reasons", "review"),
    ("documents", "list_entry", "listed"),
    ("dossiers", "active_batch", "driver"),
    ("dossiers", "stored_counts", "counted"),
    ("pages", "position_in_document", "place"),
    ("pages", "rotation", "turn"),
    ("queues", "target", "line"),
    ("queues", "pass_value", "pass"),
];

/// Name of a table in `catalogue.txt`.
fn kept_table_name(table: &str) -> &str {
    TABLE_NAMES.iter().find(|(now, _)| *now == table).map_or(table, |(_, kept)| kept)
}

/// Name of a column in `catalogue.txt`.
fn kept_column_name<'a>(table: &str, column: &'a str) -> &'a str {
    COLUMN_NAMES.iter().find(|(of, now, _)| *of == table && *now == column).map_or(column, |(_, _, kept)| kept)
}

fn folder() -> PathBuf {
    workspace().join("tests/golden")
}

/// The text without the pipeline file and measured values, and these values in order.
fn split_measured(text: &str) -> (String, Vec<i64>) {
    let text = &*PIPELINE_TEXT.replace_all(text, "$1…$2");
    let values = MEASURED.captures_iter(text).map(|found| found[2].parse().unwrap()).collect();
    (MEASURED.replace_all(text, r#""$1": #"#).into_owned(), values)
}

/// Compares `text` with the golden file; writes the file where `TEST_GOLDEN=write`.
fn assert_golden(name: &str, text: &str) {
    let file = folder().join(name);
    if std::env::var("TEST_GOLDEN").as_deref() == Ok("write") {
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(&file, text).unwrap();
        return;
    }
    let kept = std::fs::read_to_string(&file).unwrap();
    let ((kept, expected), (now, found)) = (split_measured(&kept), split_measured(text));
    for (number, (kept, now)) in (1..).zip(kept.lines().zip(now.lines())) {
        assert_eq!(now, kept, "{name}, line {number}");
    }
    assert_eq!(now.lines().count(), kept.lines().count(), "{name}: lines");
    for (found, expected) in found.iter().zip(&expected) {
        assert!((found - expected).abs() <= TOLERANCE, "{name}: a measured value is {found}, {expected} before");
    }
}

/// The program: the one that was just built, or another version that the kept files are to be written with.
fn binary() -> std::ffi::OsString {
    std::env::var_os("TEST_GOLDEN_PROGRAM").unwrap_or_else(|| env!("CARGO_BIN_EXE_sohoa").into())
}

fn program(home: &Path) -> Command {
    let mut command = command_of(&binary());
    command.arg("--home").arg(home).current_dir(workspace());
    command
}

fn output(command: &mut Command) -> String {
    let done = command.output().unwrap();
    assert!(done.status.success(), "{command:?}: {}", String::from_utf8_lossy(&done.stderr));
    String::from_utf8(done.stdout).unwrap()
}

/// All rows of all tables as text, sorted within their table; the events separately.
async fn dump(catalog: &Path) -> (String, String) {
    let mut connection = SqliteConnection::connect(&format!("sqlite:{}", catalog.display())).await.unwrap();
    let mut tables: Vec<String> =
        sqlx::query_scalar("SELECT name FROM sqlite_master WHERE type = 'table'").fetch_all(&mut connection).await.unwrap();
    tables.sort_by(|a, b| kept_table_name(a).cmp(kept_table_name(b)));
    let (mut rows_of_all, mut events) = (String::new(), String::new());
    for table in &tables {
        let kept_name = kept_table_name(table);
        if LEFT_OUT.contains(&kept_name) {
            continue;
        }
        let rows = sqlx::query(sqlx::AssertSqlSafe(format!("SELECT * FROM {table}"))).fetch_all(&mut connection).await.unwrap();
        let mut lines: Vec<String> = rows.iter().map(|row| format_row(kept_name, row)).collect();
        lines.sort_by_key(|line| split_measured(line).0);
        let text = if kept_name == "events" { &mut events } else { &mut rows_of_all };
        lines.iter().for_each(|line| *text += &format!("{kept_name} {line}\n"));
    }
    (rows_of_all, events)
}

/// Row of the table with this kept name.
fn format_row(table: &str, row: &sqlx::sqlite::SqliteRow) -> String {
    let value = |column: &sqlx::sqlite::SqliteColumn| {
        let raw = row.try_get_raw(column.ordinal()).unwrap();
        let text = match raw.type_info().name() {
            _ if raw.is_null() => "NULL".to_owned(),
            "INTEGER" => row.get::<i64, _>(column.ordinal()).to_string(),
            _ => row.get::<String, _>(column.ordinal()),
        };
        // Order and day differ from run to run.
        let is_volatile = matches!(kept_column_name(table, column.name()), "seq" | "hash" | "pass" | "key" | "day");
        if is_volatile { "…".to_owned() } else { VOLATILE.replace_all(&text, "…").replace('\n', "\\n") }
    };
    let columns = row.columns().iter().filter(|column| !RANDOM_COLUMNS.contains(&column.name()));
    columns.map(|column| format!("{}={}", kept_column_name(table, column.name()), value(column))).collect::<Vec<_>>().join(" ")
}

#[tokio::test]
async fn golden_samples_come_out_as_before() {
    let home = tempfile::tempdir().unwrap();
    let models = Command::new(binary()).args(["models", "list"]).output().unwrap();
    if !models.status.success() {
        return skipped("the golden samples: the neural models are missing (sohoa models fetch)");
    }
    output(program(home.path()).args(["run", "samples", "--json"]));
    let store = home.path().join("store");
    let mut keys = Vec::new();
    for entry in walkdir::WalkDir::new(&store).sort_by_file_name() {
        let entry = entry.unwrap();
        let path = entry.path();
        if path.starts_with(store.join("cache")) && path.is_file() {
            keys.push(path.strip_prefix(&store).unwrap().display().to_string());
        } else if path.ends_with("content/record.json") {
            let record: serde_json::Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
            let code = record["code"].as_str().unwrap().rsplit('/').next().unwrap().to_owned();
            assert_golden(&format!("records/{code}.json"), &std::fs::read_to_string(path).unwrap());
        }
    }
    keys.sort();
    assert_golden("cache_keys.txt", &(keys.join("\n") + "\n"));
    let (rows, events) = dump(&home.path().join("catalog.db")).await;
    assert_golden("catalogue.txt", &rows);
    assert_golden("events.txt", &events);
}

/// `catalogue.sql` is a catalogue of the samples as an earlier version wrote it.
#[tokio::test]
async fn golden_catalogue_of_an_earlier_version_is_understood() {
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("catalog.db");
    let mut connection = SqliteConnection::connect(&format!("sqlite:{}?mode=rwc", file.display())).await.unwrap();
    let dump = std::fs::read_to_string(folder().join("catalogue.sql")).unwrap();
    sqlx::raw_sql(sqlx::AssertSqlSafe(dump)).execute(&mut connection).await.unwrap();
    connection.close().await.unwrap();
    let runs: serde_json::Value = serde_json::from_str(&output(program(home.path()).args(["runs", "list", "--json"]))).unwrap();
    let batch = runs[0]["id"].as_str().unwrap().to_owned();
    assert_eq!(runs[0]["state"], "finished");
    let run: serde_json::Value = serde_json::from_str(&output(program(home.path()).args(["runs", "show", &batch, "--json"]))).unwrap();
    let balance = &run["balance"];
    assert_eq!(balance["files"]["received"], 9);
    let pages = &balance["pages"];
    assert_eq!((&pages["in"], &pages["stored"], &pages["review"]), (&19.into(), &12.into(), &7.into()), "{balance}");
}
