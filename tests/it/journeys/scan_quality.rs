//! Scan quality: pages that must be scanned again, and why.

use crate::support::home::{TestHome, assert_balance_closes, sample_path};
use image::imageops::{FilterType, crop_imm, resize};
use serde_json::Value;
use sohoa_synthetic::degradation::effects::{blur, encode_jpeg};

#[test]
fn pages_to_rescan_are_listed_with_reasons() {
    let home = TestHome::new();
    let lot = home.path().join("lot");
    std::fs::create_dir(&lot).unwrap();
    let good = image::open(sample_path("002-cau-phao-cua-may/trang 4.jpg")).unwrap().to_rgb8();
    let (width, height) = good.dimensions();
    let soft = blur(&good, 8);
    let small = resize(&good, width * 3 / 5, height * 3 / 5, FilterType::Triangle);
    let cut = crop_imm(&good, width / 4, 0, width * 3 / 4, height).to_image();
    for (name, page, dpi) in [("a good", &good, 200), ("b soft", &soft, 200), ("c small", &small, 120), ("d cut", &cut, 200)] {
        std::fs::write(lot.join(format!("{name}.jpg")), encode_jpeg(page, 85, dpi).unwrap()).unwrap();
    }
    let run = home.expect_json(0, &["run", lot.to_str().unwrap(), "--json", "-q"]);
    assert_balance_closes(&run);
    assert_eq!(run["rescan"], 3, "{run}");

    let report = home.expect_json(0, &["quality", "--json"]);
    let reasons: Vec<(&str, &Value)> =
        report["pages"].as_array().unwrap().iter().map(|page| (page["file"].as_str().unwrap(), &page["rescan"])).collect();
    assert_eq!(reasons.len(), 4, "{report}");
    assert_eq!(reasons[0], ("lot/a good.jpg", &serde_json::json!([])));
    for (at, file, reason) in [(1, "lot/b soft.jpg", "blurred"), (2, "lot/c small.jpg", "low-resolution"), (3, "lot/d cut.jpg", "cut-off")]
    {
        assert!(reasons[at].0 == file && reasons[at].1.as_array().unwrap().contains(&reason.into()), "{reasons:?}");
    }
    assert_eq!(report["pages"][3]["quality"]["scan"]["cut"]["left"], true);
    let list = home.expect_exit(0, &["quality", "--rescan", "--lang", "en"]);
    assert!(list.starts_with("lot/d cut.jpg, page 1: print is cut off on the left") && !list.contains("a good"), "{list}");
    assert!(home.expect_json(0, &["records", "show", "lot"])["documents"].to_string().contains("page-rescan"));
    assert_eq!(home.expect_exit(0, &["quality"]).lines().filter(|line| line.starts_with('!')).count(), 3);
    assert_eq!(home.expect_json(0, &["quality", "--by-batch", "--json"])[0]["summary"]["rescan"], 3);

    // A rebuild gives the same list.
    std::fs::remove_file(home.path().join("catalog.db")).unwrap();
    home.expect_exit(0, &["rebuild"]);
    assert_eq!(home.expect_exit(0, &["quality", "--rescan", "--lang", "en"]), list);
}
