//! Review: decisions of a person on documents and pages.

use crate::support::home::{TestHome, sample_path};
use serde_json::Value;
use std::path::PathBuf;

#[test]
fn corrections_and_acceptance_do_not_reread_pages() {
    let home = TestHome::new();
    let code = "001-ke-hoach-so-hoa";
    home.expect_json(0, &["run", &sample_path(code), "--json", "-q"]);
    let document = format!("{code}#1");
    let shown = || home.expect_json(0, &["review", "show", &document, "--json"]);
    let before = shown();
    let word = home.expect_exit(0, &["export", &document, "--format", "text"]).split_whitespace().next().unwrap().to_owned();

    // A field and a word in one decision: a new version, no page read again, found at once, and in text and ALTO.
    let decided = home.expect_json(
        0,
        &[
            "review",
            "decide",
            &document,
            "--field",
            "subject=Về việc nhân viên sửa trích yếu",
            "--word",
            "1:1=Sửa",
            "--by",
            "lan",
            "--json",
        ],
    );
    assert_eq!(decided["version"], 2, "{decided}");
    assert!(decided["stages"].get("read").is_none() && decided["stages"]["package"]["items"] == 1, "{decided}");
    let hits = home.expect_exit(0, &["search", "nhan vien sua trich yeu", "--json"]);
    assert_eq!(serde_json::from_str::<Value>(hits.lines().next().expect("a hit")).unwrap()["dossier"], code);
    assert!(home.expect_exit(0, &["export", &document, "--format", "text"]).starts_with("Sửa "));
    let alto = home.expect_exit(0, &["export", &document, "--format", "alto"]);
    assert!(alto.contains("CONTENT=\"Sửa\"") && alto.contains(&format!(">{word}</ALTERNATIVE>")), "what was read is gone");
    let subject = |shown: &Value| shown["description"]["fields"]["subject"].clone();
    let now = shown();
    assert_eq!((&subject(&now)["source"], &subject(&now)["alternatives"][0]["value"]), (&"person".into(), &subject(&before)["value"]));

    // Rejected, then accepted: decisions are listed in order of time.
    home.expect_exit(0, &["review", "decide", &document, "--reject", "--note", "thiếu trang", "--by", "hoa"]);
    let waiting = || home.expect_json(0, &["review", "list", "--json"]);
    let mine = |list: Value| list.as_array().unwrap().iter().find(|one| one["document"] == document.as_str()).cloned();
    assert!(mine(waiting()).unwrap()["review"].as_array().unwrap().contains(&"rejected".into()));
    assert_eq!(home.expect_json(0, &["review", "list", "--reason", "rejected", "--json"]).as_array().unwrap().len(), 1);
    home.expect_exit(0, &["review", "decide", &document, "--accept", "--by", "hoa"]);
    assert_eq!(mine(waiting()), None);
    let acts = |shown: &Value| shown["decisions"].as_array().unwrap().iter().map(|one| one["act"].clone()).collect::<Vec<_>>();
    assert_eq!(acts(&shown()), ["correct-field", "correct-word", "reject", "accept"]);

    // Decisions are in the store, and one can be added after a rebuild of catalogue and index.
    home.rebuild_from_store();
    let decided = home.expect_json(0, &["review", "decide", &document, "--kind", "10", "--by", "lan", "--json"]);
    assert_eq!((&decided["version"], &decided["review"]), (&5.into(), &serde_json::json!([])), "{decided}");
    assert_eq!((acts(&shown()).len(), &shown()["description"]["kind"]), (5, &"10".into()));
    assert!(home.expect_exit(0, &["export", &document, "--format", "text"]).starts_with("Sửa "));
    let record = home.expect_json(0, &["records", "show", code]);
    let schema = home.expect_json(0, &["records", "schema"]);
    assert!(jsonschema::validator_for(&schema).unwrap().is_valid(&record), "{record}");
    home.expect_exit(0, &["verify"]);

    // Dates are typed as offices write them, and kept as ISO; where month and year stay, the day is enough.
    let date = || shown()["description"]["fields"]["issuedDate"]["value"].clone();
    for (typed, iso) in [("issuedDate=12/12/2017", "2017-12-12"), ("issuedDate=18", "2017-12-18"), ("issuedDate=2017-12-19", "2017-12-19")]
    {
        home.expect_exit(0, &["review", "decide", &document, "--field", typed, "--by", "lan"]);
        assert_eq!(date(), iso, "{typed}");
    }

    // Impossible values are refused, and nothing changes.
    let before = acts(&shown()).len();
    for wrong in [
        ["--field", "subjekt=x"],
        ["--field", "issuedDate=2025-02-30"],
        ["--field", "issuedDate=31/2/2017"],
        ["--kind", "33"],
        ["--word", "1:99999=x"],
    ] {
        let output = home.run_sohoa(&["review", "decide", &document, wrong[0], wrong[1], "--by", "lan"]);
        assert!(!output.status.success(), "{wrong:?}");
    }
    assert_eq!(acts(&shown()).len(), before);

    // Training uses decisions; these are too few to compare models.
    let trained = home.expect_json(0, &["train", "--json"]);
    assert_eq!((&trained["replaced"], &trained["rejection"]), (&false.into(), &"too-few".into()), "{trained}");
    assert_eq!(trained["examples"].as_u64().unwrap() + trained["before"]["examples"].as_u64().unwrap(), 1);
}

#[test]
fn pages_are_rotated_replaced_split_and_joined() {
    let home = TestHome::new();
    let code = "002-cau-phao-cua-may";
    home.expect_json(0, &["run", &sample_path(code), "--json", "-q"]);
    let record = || home.expect_json(0, &["records", "show", code]);
    let before = record();
    let documents = before["documents"].as_array().unwrap();
    let longest = documents.iter().max_by_key(|document| document["pages"].as_array().unwrap().len()).unwrap();
    let number = longest["number"].as_u64().unwrap();
    let pages = longest["pages"].as_array().unwrap().len();
    assert!(pages >= 2, "{before}");
    let document = format!("{code}#{number}");
    let decide = |more: &[&str]| home.expect_json(0, &[&["review", "decide", &document, "--by", "lan", "--json"], more].concat());
    let shown = |record: &Value| record["documents"].as_array().unwrap().iter().find(|one| one["number"] == number).unwrap().clone();

    // Turned upside down and back: each time only this page is read again.
    let turned = decide(&["--turn", "1=180"]);
    assert_eq!(turned["stages"]["read"]["items"], 1, "{turned}");
    assert_eq!(shown(&record())["pages"][0]["turn"], (longest["pages"][0]["turn"].as_u64().unwrap() + 180) % 360);
    decide(&["--turn", "1=180"]);
    assert_eq!(shown(&record())["pages"][0]["turn"], longest["pages"][0]["turn"]);

    // The page is replaced by another scan.
    let scan = home.path().join("anew.jpg");
    let page = std::fs::read(PathBuf::from(sample_path(code)).join("trang 6.jpg")).unwrap();
    std::fs::write(&scan, [page.as_slice(), &[0]].concat()).unwrap();
    let replaced = decide(&["--replace", &format!("1={}", scan.display())]);
    assert_eq!(replaced["stages"]["read"]["items"], 1, "{replaced}");
    let now = record();
    assert_ne!(shown(&now)["pages"][0]["original"], longest["pages"][0]["original"]);
    let originals = now["originals"].to_string();
    assert!(originals.contains(longest["pages"][0]["original"].as_str().unwrap()), "the old scan is gone");

    // Split after a rebuild, with the readings from the store alone, and joined again.
    home.rebuild_from_store();
    let text = home.expect_exit(0, &["export", &document, "--format", "text"]);
    let cut = decide(&["--split", "2"]);
    let made = cut["new_documents"][0].as_str().unwrap().to_owned();
    assert!(cut["stages"].get("read").is_none(), "{cut}");
    let parts = [&document, &made].map(|name| home.expect_exit(0, &["export", name, "--format", "text"]));
    let words = |text: &str| text.split_whitespace().filter(|word| word.chars().all(char::is_alphabetic)).count();
    assert_eq!(words(&parts[0]) + words(&parts[1]), words(&text));
    decide(&["--join", made.rsplit('#').next().unwrap()]);
    assert_eq!(home.expect_exit(0, &["export", &document, "--format", "text"]), text);
    assert!(!record()["documents"].as_array().unwrap().iter().any(|one| made.ends_with(&format!("#{}", one["number"]))));
    home.expect_exit(0, &["verify"]);
    let schema = home.expect_json(0, &["records", "schema"]);
    assert!(jsonschema::validator_for(&schema).unwrap().is_valid(&record()));
}

#[test]
fn sample_of_unflagged_documents_waits_for_review() {
    let home = TestHome::new();
    let every = sohoa_pipeline::pipeline_file::ADMINISTRATIVE.replace("sample_permille = 20", "sample_permille = 1000");
    let pipeline = home.path().join("every.toml");
    std::fs::write(&pipeline, every).unwrap();
    home.expect_json(0, &["run", &sample_path(""), "--pipeline", pipeline.to_str().unwrap(), "--json", "-q"]);
    let waiting = home.expect_json(0, &["review", "list", "--json"]);
    let drawn = home.expect_json(0, &["review", "list", "--queue", "sample", "--json"]);
    let (waiting, drawn) = (waiting.as_array().unwrap(), drawn.as_array().unwrap());
    assert!(!drawn.is_empty() && drawn.len() < waiting.len(), "{waiting:#?}");
    assert!(drawn.iter().all(|one| one["review"] == serde_json::json!(["sample"]) && one["queue"] == "sample"), "{drawn:#?}");
    let name = drawn[0]["document"].as_str().unwrap();
    let decided = home.expect_json(0, &["review", "decide", name, "--accept", "--by", "lan", "--json"]);
    assert_eq!(decided["review"], serde_json::json!([]));
    assert_eq!(home.expect_json(0, &["review", "list", "--queue", "sample", "--json"]).as_array().unwrap().len() + 1, drawn.len());
}

#[test]
fn concurrent_decisions_are_all_kept() {
    let home = TestHome::new();
    let code = "003-ban-giao-tai-lieu";
    home.expect_json(0, &["run", &sample_path(code), "--json", "-q"]);
    let document = format!("{code}#1");
    let corrections = [("lan", "--field=signer=Lan"), ("hoa", "--field=position=GIÁM ĐỐC"), ("minh", "--field=place=Mẫu")];
    let decided: Vec<(&str, Option<i32>)> = std::thread::scope(|scope| {
        let running = corrections.map(|(by, correction)| {
            let (home, document) = (&home, &document);
            scope.spawn(move || (by, home.run_sohoa(&["review", "decide", document, correction, "--by", by]).status.code()))
        });
        running.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    let done: Vec<&str> = decided.iter().filter(|(_, code)| *code == Some(0)).map(|(by, _)| *by).collect();
    assert!(!done.is_empty(), "{decided:?}");
    // Whoever lost the race got an error and repeats the decision.
    for ((by, correction), _) in corrections.iter().zip(&decided).filter(|(_, (_, code))| *code != Some(0)) {
        home.expect_exit(0, &["review", "decide", &document, correction, "--by", by]);
    }
    let shown = home.expect_json(0, &["review", "show", &document, "--json"]);
    let mut authors: Vec<&str> = shown["decisions"].as_array().unwrap().iter().map(|one| one["author"].as_str().unwrap()).collect();
    authors.sort_unstable();
    assert_eq!(authors, ["hoa", "lan", "minh"], "{shown}");
    let value = |field: &str| shown["description"]["fields"][field]["value"].clone();
    assert_eq!((value("signer"), value("position"), value("place")), ("Lan".into(), "GIÁM ĐỐC".into(), "Mẫu".into()));
    home.expect_exit(0, &["verify"]);
    let before = home.expect_json(0, &["records", "show", code]);
    home.rebuild_from_store();
    assert_eq!(home.expect_json(0, &["records", "show", code]), before);
}
