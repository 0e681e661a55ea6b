//! Secret bytes never leave intake, whichever way they arrived, and a removal reaches all of them.

use super::secrecy::stamped_pages;
use crate::support::home::{TestHome, assert_balance_closes, sample_path};
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::io::Write;
use std::path::{Path, PathBuf};

/// A ZIP of these members, stored without compression, so that their bytes are found in it.
fn zip(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, bytes) in members {
        let options = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
        zip.start_file(*name, options).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

/// Files below `folder` that contain `bytes`.
fn files_with(folder: &Path, bytes: &[u8]) -> Vec<PathBuf> {
    let needle = bytes.get(bytes.len() / 2..bytes.len() / 2 + 64).unwrap();
    let files = walkdir::WalkDir::new(folder).into_iter().flatten().filter(|entry| entry.file_type().is_file());
    files
        .map(|entry| entry.into_path())
        .filter(|path| std::fs::read(path).unwrap().windows(needle.len()).any(|window| window == needle))
        .collect()
}

fn plain_page(number: usize) -> Vec<u8> {
    let mut pages: Vec<_> = std::fs::read_dir(sample_path("002-cau-phao-cua-may")).unwrap().map(|entry| entry.unwrap().path()).collect();
    pages.sort();
    std::fs::read(&pages[number]).unwrap()
}

fn sha256(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

fn officer_home() -> TestHome {
    let mut home = TestHome::new();
    home.settings.push(("SOHOA_SECRECY_OFFICERS", "lan".to_owned()));
    home.settings.push(("SOHOA_LIMITS_FILE_MIB", "4".to_owned()));
    home
}

fn held_codes(home: &TestHome) -> Vec<String> {
    let held = home.expect_json(0, &["quarantine", "list", "--json"]);
    held.as_array().unwrap().iter().map(|one| one["code"].as_str().unwrap().to_owned()).collect()
}

fn remove(home: &TestHome, dossier: &str) -> Value {
    let outcome = home.expect_json(0, &["quarantine", "remove", dossier, "--by", "lan", "--json"]);
    let places: Vec<&str> = outcome["out_of_reach"].as_array().unwrap().iter().map(|one| one["kind"].as_str().unwrap()).collect();
    assert_eq!(places, ["backups"], "{outcome}");
    outcome
}

#[test]
fn archives_with_secret_pages_stay_out_of_objects_and_are_removed() {
    let Some([first, second]) = stamped_pages() else { return };
    let home = officer_home();
    let delivery = home.path().join("lo");
    std::fs::create_dir_all(&delivery).unwrap();
    // Each archive has a warning, so that it would be kept beside its members; the third one is in a fourth.
    let (page, other) = (plain_page(0), plain_page(1));
    let system = ("Thumbs.db", &b"odd"[..]);
    let seventh = zip(&[("mat/1.jpg", &first), ("thuong/1.jpg", &page), system]);
    let eighth = zip(&[("mat/1.jpg", &first), system]);
    let inner = zip(&[("mat/1.jpg", &second), system]);
    let outer = zip(&[("trong.zip", &inner), ("thuong/1.jpg", &other), system]);
    for (name, bytes) in [("lot7.zip", &seventh), ("lot8.zip", &eighth), ("lot9.zip", &outer)] {
        std::fs::write(delivery.join(name), bytes).unwrap();
    }
    let report = home.expect_json(3, &["run", delivery.to_str().unwrap(), "--json", "-q"]);
    assert_balance_closes(&report);
    assert!(report["warnings"].as_array().unwrap().len() >= 3, "the archives have no warnings: {report}");
    assert_eq!((&report["pages"]["in"], &report["pages"]["held"]), (&5.into(), &3.into()), "{report}");

    let store = home.path().join("store");
    let objects = store.join("ocfl");
    for secret in [&first, &second] {
        assert_eq!(files_with(&objects, secret), Vec::<PathBuf>::new());
        assert!(!files_with(&store.join("intake"), secret).is_empty());
    }
    let records = home.expect_json(0, &["records", "list", "--json"]);
    assert_eq!(records.as_array().unwrap().len(), 2, "the free members stand for themselves: {records}");
    let held = held_codes(&home);
    assert_eq!(held.len(), 3, "{held:?}");
    let of = |archive: &str| held.iter().find(|code| code.contains(archive)).unwrap().as_str();

    // The same bytes lie in another dossier in quarantine; its archive goes with it.
    let outcome = remove(&home, of("lot7.zip"));
    assert_eq!(outcome["shared_bytes"], serde_json::json!([sha256(&first)]), "{outcome}");
    let outcome = remove(&home, of("lot8.zip"));
    assert!(outcome.get("shared_bytes").is_none() && outcome.get("remaining").is_none(), "{outcome}");
    assert_eq!(files_with(&store, &first), Vec::<PathBuf>::new());
    // An archive in an archive.
    remove(&home, of("lot9.zip"));
    assert_eq!(files_with(&store, &second), Vec::<PathBuf>::new());
    assert!(held_codes(&home).is_empty());
    let shown = home.expect_json(0, &["runs", "show", report["batch"].as_str().unwrap(), "--json"]);
    assert_balance_closes(&shown["balance"]);
    home.expect_exit(0, &["verify"]);
    home.rebuild_from_store();
    assert!(held_codes(&home).is_empty());
    assert_eq!(home.expect_json(0, &["records", "list", "--json"]), records);
}

#[test]
fn what_lies_beside_a_secret_page_stays_and_is_removed() {
    let Some([secret, _]) = stamped_pages() else { return };
    let home = officer_home();
    let folder = home.path().join("lo/hs-mat");
    std::fs::create_dir_all(&folder).unwrap();
    let annex = b"%PDF-1.7 damaged beyond repair, and about something secret that nobody may read".repeat(4);
    std::fs::write(folder.join("1.jpg"), &secret).unwrap();
    std::fs::write(folder.join("phu-luc.pdf"), &annex).unwrap();
    std::fs::write(folder.join("manifest.csv"), "Tên tệp,Số trang,Trích yếu\n1.jpg,1,Phương án tác chiến\n").unwrap();
    let report = home.expect_json(3, &["run", home.path().join("lo").to_str().unwrap(), "--json", "-q"]);
    assert_eq!((&report["pages"]["held"], &report["files"]["refused"]), (&1.into(), &1.into()), "{report}");
    let store = home.path().join("store");
    assert_eq!(files_with(&store.join("ocfl"), &annex), Vec::<PathBuf>::new());
    assert_eq!((files_with(&store.join("intake"), &annex).len(), files_with(&store.join("intake"), &secret).len()), (1, 1));
    assert!(!home.run_sohoa(&["export", "lo/hs-mat#originals/phu-luc.pdf", "--format", "original"]).status.success());
    assert!(!home.run_sohoa(&["export", &sha256(&annex), "--format", "original"]).status.success());

    remove(&home, "lo/hs-mat");
    for bytes in [&annex, &secret] {
        assert_eq!(files_with(&store, bytes), Vec::<PathBuf>::new());
    }
    let lists = walkdir::WalkDir::new(store.join("manifests")).into_iter().flatten().filter(|entry| entry.file_type().is_file());
    assert_eq!(lists.count(), 0, "the list beside the papers is still there");
    // Delivered once more, the bytes are known as removed, and they go again.
    let again = home.expect_json(3, &["run", home.path().join("lo").to_str().unwrap(), "--json", "-q"]);
    assert_eq!(again["pages"]["open"], 0, "{again}");
    assert_eq!(files_with(&store, &secret), Vec::<PathBuf>::new());
}

#[test]
fn scan_with_stamp_that_replaces_a_page_never_reaches_the_object() {
    let Some([secret, _]) = stamped_pages() else { return };
    let home = officer_home();
    let code = "002-cau-phao-cua-may";
    home.expect_json(0, &["run", &sample_path(code), "--json", "-q"]);
    let before = home.expect_json(0, &["records", "show", code]);
    let scan = home.path().join("anew.jpg");
    std::fs::write(&scan, &secret).unwrap();
    home.run_sohoa(&["review", "decide", &format!("{code}#1"), "--replace", &format!("1={}", scan.display()), "--by", "lan"]);
    assert_eq!(held_codes(&home), [code]);
    let store = home.path().join("store");
    assert_eq!(files_with(&store.join("ocfl"), &secret), Vec::<PathBuf>::new());
    let after = home.expect_json(0, &["records", "show", code]);
    assert_eq!((&after["originals"], &after["documents"][0]["pages"]), (&before["originals"], &before["documents"][0]["pages"]));

    let outcome = remove(&home, code);
    assert!(outcome.get("remaining").is_none(), "{outcome}");
    assert_eq!(files_with(&store, &secret), Vec::<PathBuf>::new());
    assert!(held_codes(&home).is_empty());
    home.expect_exit(0, &["verify"]);
    home.rebuild_from_store();
    assert_eq!(home.expect_json(0, &["records", "show", code])["documents"], after["documents"]);
}

#[test]
fn original_that_could_not_be_read_waits_until_an_officer_has_looked() {
    let mut home = officer_home();
    home.settings.push(("SOHOA_LIMITS_FILE_MIB", "1".to_owned()));
    let folder = home.path().join("lo/hs");
    std::fs::create_dir_all(&folder).unwrap();
    let large = b"nobody has looked at this ".repeat(50_000);
    std::fs::write(folder.join("1.jpg"), plain_page(0)).unwrap();
    std::fs::write(folder.join("lon.pdf"), &large).unwrap();
    let report = home.expect_json(3, &["run", home.path().join("lo").to_str().unwrap(), "--json", "-q"]);
    assert_balance_closes(&report);
    assert_eq!(report["refusals"][0]["class"], "limit", "{report}");
    let intake = home.path().join("store/intake");
    let waiting = |bytes: &[u8]| walkdir::WalkDir::new(&intake).into_iter().flatten().any(|entry| *entry.file_name() == *sha256(bytes));
    let original = || {
        let record = home.expect_json(0, &["records", "show", "lo/hs"]);
        let found = record["originals"].as_array().unwrap().iter().find(|original| original["sha256"] == sha256(&large)).cloned();
        (record, found.unwrap())
    };
    let (record, listed) = original();
    let schema = home.expect_json(0, &["records", "schema"]);
    assert!(jsonschema::validator_for(&schema).unwrap().is_valid(&record), "{record}");
    assert_eq!((&listed["withheld"], waiting(&large), waiting(&plain_page(0))), (&true.into(), true, false), "{record}");
    let export = ["export", "lo/hs#originals/lon.pdf", "--format", "original"];
    let denied = home.run_sohoa(&export);
    assert!(!denied.status.success() && String::from_utf8_lossy(&denied.stderr).contains("retry"), "{denied:?}");
    home.expect_exit(0, &["verify"]);
    home.rebuild_from_store();
    let held = home.expect_json(0, &["quarantine", "list", "--json"]);
    assert_eq!((&held[0]["pages"], &held[0]["unread"][0]["file"]), (&0.into(), &"lo/hs/lon.pdf".into()), "{held}");

    home.expect_json(0, &["quarantine", "release", "lo/hs", "--by", "lan", "--note", "đã xem trên giấy", "--json"]);
    let (_, listed) = original();
    assert!(listed.get("withheld").is_none() && listed["refusal"]["class"] == "limit", "{listed}");
    assert_eq!(home.run_sohoa(&export).stdout, large);
    assert_eq!((waiting(&large), held_codes(&home)), (false, Vec::new()));
    home.expect_exit(0, &["verify"]);
}
