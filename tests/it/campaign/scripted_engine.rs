//! The scripted engine, which reads nothing: it cannot be turned on by accident, and whatever it made says so.

use crate::support::home::{TestHome, sample_path};

#[test]
fn scripted_engine_is_no_setting_and_is_reported() {
    let mut home = TestHome::new();
    let input = sample_path("002-cau-phao-cua-may");
    home.expect_exit(0, &["run", &input, "-q", "--scripted-engine", "lời nói thay chữ đọc"]);
    let record = home.expect_json(0, &["records", "show", "002-cau-phao-cua-may"]);
    assert!(record["provenance"]["models"]["scripted"].is_string(), "{}", record["provenance"]);
    assert!(!home.expect_exit(0, &["search", "lời nói thay chữ đọc", "--json"]).is_empty());

    let doctor = home.run_sohoa(&["doctor", "--lang", "en", "--scripted-engine", "x"]);
    let text = String::from_utf8_lossy(&doctor.stdout).into_owned();
    assert!(doctor.status.code() == Some(4) && text.contains("--  engine: scripted"), "{text}");

    home.settings.push(("SOHOA_SCRIPTED_ENGINE", "x".to_owned()));
    assert_eq!(home.run_sohoa(&["records", "list"]).status.code(), Some(2), "no variable sets it");
    home.settings.pop();
    std::fs::write(home.path().join("sohoa.toml"), "scripted_engine = \"x\"\n").unwrap();
    assert_eq!(home.run_sohoa(&["records", "list"]).status.code(), Some(2), "no file sets it");
}
