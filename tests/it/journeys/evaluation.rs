//! Benchmarks on the command line: `eval` and `score`.

use crate::support::home::{TestHome, sample_path};
use serde_json::Value;
use sohoa_synthetic::page::fonts::Fonts;
use std::collections::BTreeMap;
use std::path::Path;

#[test]
fn pipelines_are_compared_and_external_texts_scored() {
    let home = TestHome::new();
    let (pages, read) = (home.path().join("pages"), home.path().join("read"));
    std::fs::create_dir(&pages).unwrap();
    let truth: Value = serde_json::from_slice(&std::fs::read(sample_path("002-cau-phao-cua-may.expected.json")).unwrap()).unwrap();
    let page = truth["pages"].as_array().unwrap().iter().find(|page| page["role"] == "following").unwrap();
    let lines: Vec<&str> = page["lines"].as_array().unwrap().iter().map(|line| line.as_str().unwrap()).collect();
    std::fs::copy(Path::new(&sample_path("002-cau-phao-cua-may")).join(page["file"].as_str().unwrap()), pages.join("a.jpg")).unwrap();
    std::fs::write(pages.join("a.gt.txt"), lines.join("\n")).unwrap();
    let fast = sohoa_testing::workspace().join("pipelines/fast.toml");
    let (pages, read, fast) = (pages.to_str().unwrap(), read.to_str().unwrap(), fast.to_str().unwrap());
    let both = home.expect_json(0, &["eval", pages, "--pipeline", fast, "--pipeline", fast, "--write", read, "--json"]);
    let profiles = both["profiles"].as_array().unwrap();
    assert_eq!(profiles.iter().map(|one| one["pipeline"].as_str().unwrap()).collect::<Vec<_>>(), ["fast", "fast-2"]);
    let one = home.expect_json(0, &["eval", pages, "--pipeline", fast, "--json"]);
    assert!(one.get("profiles").is_none());
    for key in ["total", "classes", "fields"] {
        assert_eq!(profiles[1][key], one[key], "{key}");
    }
    assert!(one["pages"][0]["char_errors"].as_u64().unwrap() * 4 < one["pages"][0]["chars"].as_u64().unwrap(), "{one}");
    let scored = home.expect_json(0, &["score", pages, &format!("{read}/fast-2"), "--json"]);
    assert_eq!((&scored["total"], &scored["classes"]), (&one["total"], &one["classes"]));
    let nothing = home.expect_json(0, &["score", pages, pages, "--json"]);
    assert_eq!((&nothing["total"]["cer"], &nothing["classes"]["missing"]["share"]), (&100.0.into(), &100.0.into()));
}

#[test]
fn secrecy_stamps_are_detected_reproducibly_by_seed() {
    if let Err(error) = Fonts::load() {
        sohoa_testing::skipped(&error.to_string());
        return;
    }
    let home = TestHome::new();
    let report = home.expect_json(0, &["eval", "--stamps", "24", "--seed", "11", "--json"]);
    let count = |of: &str, what: &str| report[of][what].as_u64().unwrap();
    assert_eq!((count("stamped", "of"), count("harmless", "of")), (24, 24));
    assert!(count("stamped", "found") >= 22 && count("harmless", "found") <= 3, "{report:#}");
    let again = home.expect_json(0, &["eval", "--stamps", "24", "--seed", "11", "--json"]);
    assert_eq!((&report["by"], &report["wrong"]), (&again["by"], &again["wrong"]), "the same seed draws other pages");
}

#[test]
fn personal_data_on_synthetic_pages_is_detected() {
    if let Err(error) = Fonts::load() {
        sohoa_testing::skipped(&error.to_string());
        return;
    }
    let home = TestHome::new();
    let report = home.expect_json(0, &["eval", "--personal", "4", "--seed", "5", "--json"]);
    let count = |of: &str| report["total"][of].as_u64().unwrap();
    assert!(report["pages"] == 4 && count("of") >= 12 && count("found") + 1 >= count("of"), "{report:#}");
    assert_eq!(report["false_marks"], 0, "{report:#}");
}

#[test]
fn degraded_pages_depend_only_on_seed_and_name() {
    let home = TestHome::new();
    let clean = home.path().join("clean");
    std::fs::create_dir(&clean).unwrap();
    for (id, ink) in [("a", 30), ("b", 60)] {
        let page = image::GrayImage::from_fn(64, 80, |x, y| image::Luma([if (x / 6 + y / 9) % 3 == 0 { ink } else { 250 }]));
        page.save(clean.join(format!("{id}.png"))).unwrap();
        std::fs::write(clean.join(format!("{id}.gt.txt")), format!("trang {id}")).unwrap();
    }
    let made = |name: &str, seed: &str, limit: &[&str]| {
        let out = home.path().join(name);
        let arguments = ["degrade", clean.to_str().unwrap(), "--out", out.to_str().unwrap(), "--seed", seed, "--json"];
        let pages = home.expect_json(0, &[&arguments, limit].concat());
        let entries = std::fs::read_dir(&out).unwrap().map(Result::unwrap);
        let files: BTreeMap<String, Vec<u8>> =
            entries.map(|entry| (entry.file_name().to_string_lossy().into_owned(), std::fs::read(entry.path()).unwrap())).collect();
        assert_eq!(files.len(), pages.as_array().unwrap().len() * 2);
        files
    };
    let (all, one) = (made("all", "7", &[]), made("one", "7", &["--limit", "1"]));
    let names: Vec<_> = all.keys().filter(|name| name.ends_with(".jpg")).collect();
    assert_eq!(names, ["a.heavy.jpg", "a.light.jpg", "a.medium.jpg", "b.heavy.jpg", "b.light.jpg", "b.medium.jpg"]);
    assert_eq!(all, made("again", "7", &[]));
    assert_ne!(all, made("other", "8", &[]));
    assert_eq!(one.len(), 6);
    assert!(one.iter().all(|(name, bytes)| all[name] == *bytes), "a limit changes no page");
    assert_eq!(all["b.heavy.gt.txt"], b"trang b");
}
