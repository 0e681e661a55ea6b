//! Loss of the catalogue while deliveries are in progress, and facts that the store could not take at once.

use crate::support::command::sohoa_command;
use crate::support::home::{TestHome, assert_balance_closes, sample_path};
use serde_json::Value;
use std::io::{BufRead, BufReader};
use std::os::unix::process::CommandExt;
use std::process::Stdio;

/// Submits two dossiers of two scans and one that cannot be read; returns the batch.
fn submit(home: &TestHome) -> String {
    let folder = home.path().join("lo");
    let mut scans: Vec<_> = std::fs::read_dir(sample_path("002-cau-phao-cua-may")).unwrap().map(|entry| entry.unwrap().path()).collect();
    scans.retain(|scan| scan.extension().is_some_and(|end| end == "jpg"));
    scans.sort();
    for dossier in ["A", "B"] {
        std::fs::create_dir_all(folder.join(dossier)).unwrap();
        for (number, scan) in scans.iter().take(2).enumerate() {
            std::fs::copy(scan, folder.join(dossier).join(format!("{number}.jpg"))).unwrap();
        }
    }
    std::fs::create_dir_all(folder.join("C")).unwrap();
    std::fs::write(folder.join("C/hong.jpg"), b"no picture").unwrap();
    home.expect_json(0, &["submit", folder.to_str().unwrap(), "--json", "-q"])["batch"].as_str().unwrap().to_owned()
}

/// Files and pages of the balance, and the documents that wait for a person.
fn outcome(home: &TestHome, batch: &str) -> (Value, Value, Vec<String>) {
    let balance = home.expect_json(0, &["runs", "show", batch, "--json"])["balance"].clone();
    assert_balance_closes(&balance);
    let waiting = home.expect_json(0, &["review", "list", "--json"]);
    let mut waiting: Vec<String> =
        waiting.as_array().unwrap().iter().map(|document| document["document"].as_str().unwrap().to_owned()).collect();
    // A rebuild keeps what waits, not the order of its arrival.
    waiting.sort();
    (balance["files"].clone(), balance["pages"].clone(), waiting)
}

#[test]
fn delivery_in_progress_survives_loss_of_catalogue() {
    let (calm, home) = (TestHome::new(), TestHome::new());
    let batch = submit(&calm);
    calm.expect_exit(0, &["work", "--until-empty"]);
    let expected = outcome(&calm, &batch);
    assert_eq!(expected.1["in"], 4, "{expected:?}");

    // Nothing is read yet.
    let batch = submit(&home);
    home.rebuild_from_store();
    let shown = home.expect_json(0, &["runs", "show", &batch, "--json"]);
    assert_eq!(shown["balance"]["files"]["received"], 5, "{shown}");
    // One dossier is deposited, the rest is not.
    let mut work = sohoa_command();
    work.envs(home.settings.iter().map(|(name, value)| (name, value))).args(["work", "--home"]).arg(home.path());
    work.env("SOHOA_LOG", "sohoa=debug").stdout(Stdio::null()).stderr(Stdio::piped()).process_group(0);
    let mut child = work.spawn().unwrap();
    let deposited = BufReader::new(child.stderr.take().unwrap()).lines().map(Result::unwrap).any(|line| line.contains("stage=\"deposit\""));
    assert!(deposited, "the command ended before a deposit");
    child.kill().unwrap();
    child.wait().unwrap();
    home.rebuild_from_store();
    home.expect_exit(0, &["work", "--until-empty"]);
    assert_eq!(outcome(&home, &batch), expected);
    // What waits for a decision waits on, and can be decided.
    home.rebuild_from_store();
    assert_eq!(outcome(&home, &batch), expected);
    let document = expected.2.first().map_or("lo/A#1", String::as_str);
    home.expect_exit(0, &["review", "decide", document, "--by", "lan", "--field", "subject=về việc khác hẳn"]);
    home.expect_exit(0, &["verify"]);
    let intake = walkdir::WalkDir::new(home.path().join("store/intake")).into_iter().flatten();
    assert_eq!(intake.filter(|entry| entry.file_type().is_file()).count(), 0, "originals stayed behind after their deposit");
}

#[test]
fn judgement_that_the_store_could_not_take_is_put_later() {
    let mut home = TestHome::new();
    home.settings.push(("USER", "lan".to_owned()));
    let place = |name: &str| home.path().join(name).to_str().unwrap().to_owned();
    let roadmap = |arguments: &[&str]| home.expect_exit(0, &[&["roadmap"], arguments].concat());
    roadmap(&["template", &place("plan.xlsx")]);
    roadmap(&["import", &place("plan.xlsx")]);
    let head = "Mã,Nội dung,Đơn vị,Đơn vị tính,Chỉ tiêu,Hạn hoàn thành,Mã hồ sơ bắt đầu bằng\n";
    std::fs::write(place("lines.csv"), format!("{head}L1,Hồ sơ mẫu,local,trang,1000,31/12/2099,001\n")).unwrap();
    roadmap(&["import", &place("lines.csv"), "--reason", "gọn lại", "--decision", "15/QĐ"]);
    home.expect_exit(0, &["run", &sample_path("001-ke-hoach-so-hoa"), "--unit", "local", "-q"]);
    let lot: Value = serde_json::from_str(&roadmap(&["lot", "draw", "L1", "--json"])).unwrap();
    let id = lot["id"].as_str().unwrap();
    roadmap(&["lot", "look", id, "all"]);

    // Nothing can be put under `lots/`, as when the program ends between the commit and the put.
    let (lots, away) = (home.path().join("store/lots"), home.path().join("away"));
    std::fs::rename(&lots, &away).unwrap();
    std::fs::write(&lots, b"").unwrap();
    assert!(roadmap(&["lot", "judge", id, "--json"]).contains("\"accepted\""));
    std::fs::remove_file(&lots).unwrap();
    std::fs::rename(&away, &lots).unwrap();
    let stored = || std::fs::read_to_string(lots.join(format!("{id}.json"))).unwrap();
    assert!(stored().contains("\"open\""));
    home.expect_exit(0, &["work", "--until-empty"]);
    assert!(stored().contains("\"accepted\""));
    home.rebuild_from_store();
    assert!(roadmap(&["lot", "list", "--json"]).contains("\"accepted\""));
}

#[test]
fn accounts_and_event_log_come_back_from_backup() {
    let home = TestHome::new();
    let batch = submit(&home);
    home.expect_exit(0, &["work", "--until-empty"]);
    let made = home.expect_json(0, &["backup", "--json"]);
    let events = made["events"].as_u64().unwrap();
    assert!(events > 5, "{made}");
    let verified = home.expect_json(0, &["audit", "verify", "--json"]);
    // Only what is new is added.
    home.expect_exit(0, &["runs", "pause", &batch]);
    let again = home.expect_json(0, &["backup", "--json"])["events"].as_u64().unwrap();
    assert!((1..5).contains(&again), "{again}");

    home.rebuild_from_store();
    let refused = home.run_sohoa(&["backup", "--lang", "en"]);
    assert!(!refused.status.success(), "the log of the lost catalogue is not overwritten");
    assert!(String::from_utf8_lossy(&refused.stderr).contains("run `sohoa restore` first"), "{refused:?}");
    let restored = home.expect_json(0, &["restore", "--json"]);
    assert_eq!(restored["events"].as_u64().unwrap(), events + again, "{restored}");
    // The chain goes on: the events of the rebuild follow the restored ones.
    let after = home.expect_json(0, &["audit", "verify", "--json"]);
    assert_eq!(after["problems"], serde_json::json!([]), "{after}");
    assert!(after["events"].as_u64().unwrap() > events + again, "{after}");
    assert!(after["checkpoints"].as_u64() >= verified["checkpoints"].as_u64(), "{after}");
    assert_eq!(home.expect_json(0, &["restore", "--json"])["events"], 0, "nothing is restored twice");
    home.expect_exit(0, &["backup"]);
    // A damaged backup restores nothing.
    home.rebuild_from_store();
    let part = home.path().join("store/backup/events/000000000.jsonl");
    let text = std::fs::read_to_string(&part).unwrap();
    std::fs::write(&part, text.replacen("batch-opened", "batch-erased", 1)).unwrap();
    let refused = home.run_sohoa(&["restore", "--lang", "en"]);
    assert_eq!(refused.status.code(), Some(6), "{refused:?}");
    assert!(String::from_utf8_lossy(&refused.stderr).contains("was changed or removed"), "{refused:?}");
}
