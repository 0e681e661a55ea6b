//! A dossier from the input folder to search, export, verification and rebuild.

use crate::support::home::{TestHome, assert_balance_closes, sample_path};
use serde_json::Value;
use std::path::{Path, PathBuf};

#[test]
fn dossier_is_stored_found_exported_and_rebuilt() {
    let home = TestHome::new();
    let input = sample_path("001-ke-hoach-so-hoa");
    let run = home.expect_json(0, &["run", &input, "--json", "-q"]);
    assert_balance_closes(&run);
    assert_eq!((run["files"]["received"].as_u64(), run["pages"]["in"].as_u64()), (Some(1), Some(5)), "{run}");

    // Found without diacritics, with the boxes of the words.
    let query = ["search", "ke hoach so hoa tai lieu luu tru", "--json", "--limit", "3"];
    let hits = home.expect_exit(0, &query);
    let first: Value = serde_json::from_str(hits.lines().next().expect("a hit")).unwrap();
    assert_eq!(first["dossier"], "001-ke-hoach-so-hoa");
    assert!(!first["boxes"].as_array().unwrap().is_empty() && !first["snippet"]["marks"].as_array().unwrap().is_empty(), "{first}");

    // Exported in every format; the original bit for bit.
    let document = format!("001-ke-hoach-so-hoa#{}", first["document"]);
    for (form, begins) in [("pdf", "%PDF-1.4"), ("alto", "<?xml"), ("hocr", "<"), ("json", "{"), ("mets", "<?xml")] {
        let output = home.run_sohoa(&["export", &document, "--format", form]);
        assert!(output.status.success() && output.stdout.starts_with(begins.as_bytes()), "{form}: {output:?}");
    }
    assert!(home.expect_exit(0, &["export", &document, "--format", "text"]).contains("lưu trữ"));
    let record = home.expect_json(0, &["records", "show", "001-ke-hoach-so-hoa"]);
    let original = &record["originals"][0];
    let name = format!("001-ke-hoach-so-hoa#{}", original["path"].as_str().unwrap());
    let back = home.run_sohoa(&["export", &name, "--format", "original"]).stdout;
    let delivered = std::fs::read_dir(&input).unwrap().map(|entry| entry.unwrap().path()).next().unwrap();
    assert!(back == std::fs::read(delivered).unwrap(), "the original came back changed");

    // The record is valid by its published schema.
    let schema = home.expect_json(0, &["records", "schema"]);
    let validator = jsonschema::validator_for(&schema).unwrap();
    assert!(validator.is_valid(&record), "{:?}", validator.iter_errors(&record).map(|error| error.to_string()).collect::<Vec<_>>());

    // A second run stores and reads nothing again.
    let before = home.stored_files();
    let again = home.expect_json(0, &["run", &input, "--json", "-q"]);
    assert_balance_closes(&again);
    assert_eq!(again["files"]["duplicate"], 1);
    assert_eq!(again["stages"], serde_json::json!({}));
    assert!(before == home.stored_files(), "the second run changed the store");

    // Catalogue and index are rebuilt from the store alone.
    home.rebuild_from_store();
    assert_eq!(home.expect_exit(0, &query), hits);
    home.expect_exit(0, &["verify"]);

    // Verification finds a changed byte and names its file.
    let (path, mut bytes) = before.into_iter().find(|(path, _)| path.ends_with("document.pdf")).unwrap();
    bytes[100] ^= 1;
    std::fs::write(home.path().join("store/ocfl").join(&path), bytes).unwrap();
    assert!(home.expect_exit(6, &["verify"]).contains("document.pdf"));
}

#[test]
fn identical_input_yields_identical_output() {
    let outputs: Vec<Vec<(PathBuf, Vec<u8>)>> = (0..2)
        .map(|_| {
            let home = TestHome::new();
            home.expect_json(0, &["run", &sample_path("003-ban-giao-tai-lieu"), "--json", "-q"]);
            let timeless = |path: &Path| path.components().any(|part| part.as_os_str() == "documents") || path.ends_with("record.json");
            home.stored_files().into_iter().filter(|(path, _)| timeless(path)).collect()
        })
        .collect();
    assert!(outputs[0].len() > 4, "hardly anything was stored");
    assert!(outputs[0] == outputs[1], "two runs differ");
}
