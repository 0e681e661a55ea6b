//! Quarantine of dossiers with a stamp of secrecy.

use crate::support::home::{TestHome, assert_balance_closes, sample_path};
use sohoa_synthetic::stamps::stamped_page::{StampedPage, StampedPageGenerator};

/// Two pages with a clear stamp of secrecy, as JPEG; `None` without the typefaces.
pub(crate) fn stamped_pages() -> Option<[Vec<u8>; 2]> {
    let mut generator = StampedPageGenerator::load(5).inspect_err(|error| sohoa_testing::skipped(&error.to_string())).ok()?;
    let with_clear_stamp = |page: StampedPage| {
        let stamp = page.stamp.as_ref()?;
        (stamp.damages.is_empty() && stamp.points > 18.0 && page.dpi == 200 && page.turn == 0).then_some(page.bytes)
    };
    let mut pages = (0..300).filter_map(|number| with_clear_stamp(generator.generate(number, true, None).unwrap()));
    Some([pages.next()?, pages.next()?])
}

#[test]
fn stamped_dossier_is_quarantined_until_officer_decides() {
    let Some([first, second]) = stamped_pages() else { return };
    let mut home = TestHome::new();
    let delivery = home.path().join("lo");
    for dossier in ["hs-mat", "hs-mat-hai", "hs-thuong"] {
        std::fs::create_dir_all(delivery.join(dossier)).unwrap();
        let page = std::fs::read_dir(sample_path("002-cau-phao-cua-may")).unwrap().map(|entry| entry.unwrap().path()).min().unwrap();
        std::fs::copy(page, delivery.join(dossier).join("2.jpg")).unwrap();
    }
    std::fs::write(delivery.join("hs-mat/1.jpg"), first).unwrap();
    std::fs::write(delivery.join("hs-mat-hai/1.jpg"), &second).unwrap();
    let report = home.expect_json(3, &["run", delivery.to_str().unwrap(), "--json", "-q"]);
    let pages = &report["pages"];
    assert_eq!((&pages["in"], &pages["held"], &pages["open"]), (&5.into(), &4.into(), &0.into()), "{report}");
    assert_balance_closes(&report);

    // No reading of it was stored: neither in the cache nor in an object nor in the index.
    let store = home.path().join("store");
    let files =
        |folder: &str| walkdir::WalkDir::new(store.join(folder)).into_iter().flatten().filter(|one| one.file_type().is_file()).count();
    assert_eq!(home.expect_json(0, &["records", "list", "--json"]).as_array().unwrap().len(), 1);
    assert!(files("cache/read") <= 1, "a reading of a page in quarantine was kept");
    let held = home.expect_json(0, &["quarantine", "list", "--json"]);
    assert_eq!(
        held.as_array().unwrap().iter().map(|one| one["code"].as_str().unwrap()).collect::<Vec<_>>(),
        ["lo/hs-mat", "lo/hs-mat-hai"]
    );
    assert_eq!((&held[0]["pages"], &held[0]["stamps"][0]["page"]), (&2.into(), &1.into()));
    assert!(held[0]["stamps"][0]["file"].as_str().unwrap().ends_with("1.jpg"));

    // It is still held after the loss of the catalogue, and a second delivery changes nothing.
    home.rebuild_from_store();
    assert_eq!(home.expect_json(0, &["quarantine", "list", "--json"]), held);
    let again = home.expect_json(3, &["run", delivery.to_str().unwrap(), "--json", "-q"]);
    assert_eq!((&again["pages"], &again["files"]["duplicate"]), (&report["pages"], &5.into()), "{again}");

    // Only an officer named in the settings decides.
    let release = ["quarantine", "release", "lo/hs-mat", "--by", "lan", "--note", "đã giải mật", "--json"];
    let refused = home.run_sohoa(&release);
    assert!(!refused.status.success() && String::from_utf8_lossy(&refused.stderr).contains("secrecy_officers"));
    home.settings.push(("SOHOA_SECRECY_OFFICERS", "hoa, lan".to_owned()));
    let released = home.expect_json(0, &release);
    assert_eq!((&released["version"], &released["pages"], &released["by"]), (&1.into(), &2.into(), &"lan".into()), "{released}");
    let record = home.expect_json(0, &["records", "show", "lo/hs-mat"]).to_string();
    assert!(record.contains("secrecy-released") && record.contains("đã giải mật"), "{record}");
    let waiting = home.expect_json(0, &["review", "list", "--reason", "secrecy-stamp", "--json"]);
    assert_eq!(waiting.as_array().unwrap().len(), 1, "a released paper comes to review: {waiting}");

    // Removal deletes the bytes, and the balance names the officer.
    let original = |sha256: &str| store.join(format!("intake/{}/{}/{sha256}", &sha256[..2], &sha256[2..4]));
    let sha256 = hex::encode(<sha2::Sha256 as sha2::Digest>::digest(&second));
    home.expect_json(0, &["quarantine", "remove", "lo/hs-mat-hai", "--by", "hoa", "--json"]);
    assert!(!original(&sha256).exists(), "the bytes are still there");
    assert_eq!(home.expect_json(0, &["quarantine", "list", "--json"]), serde_json::json!([]));
    let shown = home.expect_json(0, &["runs", "show", report["batch"].as_str().unwrap(), "--json"]);
    assert_balance_closes(&shown["balance"]);
    assert!(shown["balance"]["refusals"].to_string().contains("by hoa"), "{shown}");
    home.rebuild_from_store();
    let kept = home.expect_json(0, &["runs", "show", report["batch"].as_str().unwrap(), "--json"]);
    assert_eq!(kept["balance"]["pages"], shown["balance"]["pages"], "{kept}");
    home.expect_exit(0, &["verify"]);
}
