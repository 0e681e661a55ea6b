//! Control of a queued batch: pause, resume, cancel, retry.

use crate::support::home::{TestHome, assert_balance_closes, sample_path};

#[test]
fn queued_batch_is_paused_resumed_cancelled_and_retried() {
    let home = TestHome::new();
    let submitted = home.expect_json(0, &["submit", &sample_path("002-cau-phao-cua-may"), "--json", "-q"]);
    let batch = submitted["batch"].as_str().unwrap();
    let files = submitted["files"]["received"].as_u64().unwrap();
    let show = || home.expect_json(0, &["runs", "show", batch, "--json"]);
    assert!(files > 0 && show()["batch"]["state"] == "running");

    // Paused: nothing is read.
    home.expect_exit(0, &["runs", "pause", batch]);
    home.expect_exit(0, &["work", "--until-empty"]);
    assert_eq!(show()["balance"]["pages"]["in"], 0);

    // Cancelled: every file is refused as an outage, its original kept, and the balance closes.
    home.expect_exit(0, &["runs", "resume", batch]);
    assert_eq!(home.expect_exit(0, &["runs", "cancel", batch]).trim(), files.to_string());
    home.expect_exit(0, &["work", "--until-empty"]);
    assert_eq!(show()["balance"]["files"]["refused"].as_u64(), Some(files));
    assert_eq!(home.expect_exit(0, &["failures", "--json"]).matches("outage").count() as u64, files);
    home.expect_exit(0, &["verify"]);

    // Retried: read to the end, and the ledger of the batch is in the store.
    home.expect_exit(0, &["runs", "retry", batch]);
    home.expect_exit(0, &["work", "--until-empty"]);
    let shown = show();
    assert_balance_closes(&shown["balance"]);
    assert_eq!((&shown["balance"]["files"]["refused"], &shown["batch"]["state"]), (&0.into(), &"finished".into()));
    assert!(shown["balance"]["pages"]["in"].as_u64().unwrap() >= files);
    let ledger = std::fs::read_to_string(home.path().join(format!("store/batches/{batch}.json"))).expect("no ledger");
    assert!(!ledger.contains("outage"), "the ledger is that of before the retry");
    home.expect_exit(0, &["verify"]);
}
