//! Intake: refused files, file types, size limits, lists of contents and wrong settings.

use crate::support::command::unprivileged_program;
use crate::support::home::{TestHome, assert_balance_closes, sample_path};
use crate::support::xlsx::minimal_xlsx;
use serde_json::Value;
use sohoa_testing::tools::{run, tool};
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

#[test]
fn bad_files_are_refused_and_valid_files_stored() {
    let home = TestHome::new();
    let lot = home.path().join("lot");
    for folder in ["a", "b", "c", "d"] {
        std::fs::create_dir_all(lot.join(folder)).unwrap();
    }
    let page = std::fs::read_dir(sample_path("002-cau-phao-cua-may")).unwrap().map(|entry| entry.unwrap().path()).next().unwrap();
    std::fs::copy(&page, lot.join("a/trang 1.jpg")).unwrap();
    std::fs::copy(&page, lot.join("a/trang 1 (bản sao).jpg")).unwrap();
    std::fs::write(lot.join("b/empty.pdf"), b"").unwrap();
    std::fs::write(lot.join("d/large.pdf"), vec![b' '; (1 << 20) + 1]).unwrap();
    std::fs::write(lot.join("a/manifest.csv"), "file,trang\ntrang 1.jpg,1\n").unwrap();
    std::fs::write(lot.join("c/letter.pdf"), "kính gửi, đây không phải là bản quét\n").unwrap();
    std::fs::write(lot.join("d/half.png"), &b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x03\0\0\0\x04\0\x08\0\0\0\0"[..]).unwrap();
    let run = home.expect_json(3, &["run", lot.to_str().unwrap(), "--json", "-q", "--lang", "en"]);
    assert_balance_closes(&run);
    let files = &run["files"];
    assert_eq!((files["received"].as_u64(), files["duplicate"].as_u64()), (Some(6), Some(1)), "{run}");
    assert_eq!(run["delivery_lists"], serde_json::json!(["lot/a/manifest.csv"]));
    let refused: Vec<(&str, &str)> =
        run["refusals"].as_array().unwrap().iter().map(|item| (item["file"].as_str().unwrap(), item["class"].as_str().unwrap())).collect();
    assert_eq!(
        refused,
        [("lot/b/empty.pdf", "input"), ("lot/c/letter.pdf", "input"), ("lot/d/half.png", "input"), ("lot/d/large.pdf", "limit")]
    );
    let lists =
        walkdir::WalkDir::new(home.path().join("store/manifests")).into_iter().flatten().filter(|entry| entry.file_type().is_file());
    assert_eq!(lists.count(), 1, "the list is not kept");
    assert!(run["pages"]["stored"].as_u64().unwrap() + run["pages"]["review"].as_u64().unwrap() >= 1);
    // Refused files are kept bit for bit.
    let kept = home.run_sohoa(&["export", "lot/c#originals/letter.pdf", "--format", "original"]).stdout;
    assert_eq!(kept, std::fs::read(lot.join("c/letter.pdf")).unwrap());
    home.expect_exit(0, &["verify"]);
}

#[test]
fn unreadable_file_is_refused_and_the_run_goes_on() {
    let home = TestHome::new();
    let lot = home.path().join("lot");
    for folder in ["a", "b", "c", "#recycle"] {
        std::fs::create_dir_all(lot.join(folder)).unwrap();
    }
    let page = std::fs::read_dir(sample_path("002-cau-phao-cua-may")).unwrap().map(|entry| entry.unwrap().path()).min().unwrap();
    std::fs::copy(&page, lot.join("a/1.jpg")).unwrap();
    std::fs::copy(&page, lot.join("#recycle/2.jpg")).unwrap();
    for name in ["a/2.jpg", "a/manifest.csv", "b/3.jpg"] {
        std::fs::write(lot.join(name), "nobody may read this").unwrap();
    }
    for name in ["a/2.jpg", "a/manifest.csv", "b/3.jpg", "c"] {
        std::fs::set_permissions(lot.join(name), std::fs::Permissions::from_mode(0o000)).unwrap();
    }
    let run = || {
        let mut command = unprivileged_program();
        command.args(["run", lot.to_str().unwrap(), "--json", "-q", "--lang", "en", "--home"]).arg(home.path());
        let output = command.current_dir(home.path()).output().unwrap();
        assert_eq!(output.status.code(), Some(3), "{}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice::<Value>(&output.stdout).unwrap()
    };
    let first = run();
    assert_balance_closes(&first);
    let refused = |run: &Value| -> Vec<String> {
        run["refusals"].as_array().unwrap().iter().map(|item| format!("{} {}", item["file"], item["class"]).replace('"', "")).collect()
    };
    assert_eq!(refused(&first), ["lot/a/2.jpg input", "lot/a/manifest.csv input", "lot/b/3.jpg input", "lot/c input"]);
    assert_eq!((&first["files"]["received"], &first["files"]["refused"]), (&5.into(), &4.into()), "{first}");
    assert_eq!(first["ignored"], serde_json::json!(["lot/#recycle"]));
    // A retry cannot help: there are no bytes. A new run takes what can be read by then.
    let batch = first["batch"].as_str().unwrap();
    home.run_sohoa(&["runs", "retry", batch, "--class", "input"]);
    assert_eq!(refused(&home.expect_json(0, &["runs", "show", batch, "--json"])["balance"]).len(), 4);
    std::fs::set_permissions(lot.join("a/2.jpg"), std::fs::Permissions::from_mode(0o644)).unwrap();
    std::fs::copy(&page, lot.join("a/2.jpg")).unwrap();
    let second = run();
    assert_eq!(refused(&second), ["lot/a/manifest.csv input", "lot/b/3.jpg input", "lot/c input"]);
    home.rebuild_from_store();
    assert_eq!(refused(&home.expect_json(0, &["runs", "show", batch, "--json"])["balance"]).len(), 4);
    home.expect_exit(0, &["verify"]);
}

#[test]
fn heic_photos_are_read_and_encrypted_pdfs_refused() {
    let (Some(encode), Some(qpdf)) = (tool("heif-enc"), tool("qpdf")) else { return };
    let home = TestHome::new();
    let lot = home.path().join("lot");
    for folder in ["photo", "locked"] {
        std::fs::create_dir_all(lot.join(folder)).unwrap();
    }
    let (photo, locked) = (lot.join("photo/trang 1.heic"), lot.join("locked/plan.pdf"));
    let (page, file) = (sample_path("002-cau-phao-cua-may/trang 1.jpg"), sample_path("001-ke-hoach-so-hoa/hồ sơ 001.pdf"));
    run(&encode, &["-q", "60", &page, "-o", photo.to_str().unwrap()]);
    run(&qpdf, &["--encrypt", "chìa", "chìa", "256", "--", &file, locked.to_str().unwrap()]);
    let run = home.expect_json(3, &["run", lot.to_str().unwrap(), "--json", "-q", "--lang", "en"]);
    assert_balance_closes(&run);
    assert_eq!((&run["pages"]["in"], &run["files"]["refused"]), (&1.into(), &1.into()), "{run}");
    let refusal = &run["refusals"][0];
    assert_eq!((refusal["file"].as_str(), refusal["class"].as_str()), (Some("lot/locked/plan.pdf"), Some("secret")));
    assert!(refusal["reason"].as_str().unwrap().contains("password"), "{refusal}");
    let kept = home.run_sohoa(&["export", "lot/locked#originals/plan.pdf", "--format", "original"]).stdout;
    assert!(kept == std::fs::read(&locked).unwrap(), "the locked file came back changed");
    assert!(home.expect_exit(0, &["export", "lot/photo#1", "--format", "text"]).lines().filter(|line| !line.is_empty()).count() > 5);
}

#[test]
fn largest_accepted_colour_page_fits_reader_memory_limit() {
    let mut home = TestHome::new();
    home.settings.push(("SOHOA_LIMITS_FILE_MIB", "16".to_owned()));
    let lot = home.path().join("lot");
    std::fs::create_dir(&lot).unwrap();
    let page = image::RgbImage::from_fn(7000, 8500, |x, y| {
        let line = (700..6300).contains(&x) && (700..7800).contains(&y) && y % 170 < 60 && x % 60 < 40;
        let seal = (4000..5000).contains(&x) && (6000..7000).contains(&y);
        image::Rgb(if line { [20, 20, 20] } else { [250, if seal { 60 } else { 250 }, if seal { 60 } else { 250 }] })
    });
    page.save(lot.join("plan.jpg")).unwrap();
    let run = home.expect_json(0, &["run", lot.to_str().unwrap(), "--json", "-q", "--lang", "en"]);
    assert_balance_closes(&run);
    assert_eq!((&run["pages"]["in"], &run["pages"]["refused"]), (&1.into(), &0.into()), "{run}");
}

#[test]
fn unknown_settings_and_stages_are_rejected() {
    let home = TestHome::new();
    std::fs::write(home.path().join("sohoa.toml"), "stroe = \"x\"\n").unwrap();
    let output = home.run_sohoa(&["run", "x"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("stroe"));
    std::fs::remove_file(home.path().join("sohoa.toml")).unwrap();
    std::fs::write(home.path().join("p.toml"), "name = \"p\"\n[[stage]]\nname = \"intake\"\n[[stage]]\nname = \"reed\"\n").unwrap();
    let output = home.run_sohoa(&["run", "x", "--pipeline", "p.toml"]);
    assert_eq!(output.status.code(), Some(2));
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(errors.contains("dòng 4") && errors.contains("reed"), "{errors}");
}

#[test]
fn list_of_contents_is_applied_and_compared_with_scans() {
    let home = TestHome::new();
    let delivery = home.path().join("lo");
    let pages: Vec<PathBuf> = {
        let mut all: Vec<_> = std::fs::read_dir(sample_path("002-cau-phao-cua-may")).unwrap().map(|entry| entry.unwrap().path()).collect();
        all.sort();
        all.into_iter().take(3).collect()
    };
    for dossier in ["hs-dung", "hs-sai"] {
        std::fs::create_dir_all(delivery.join(dossier)).unwrap();
        for (number, page) in (1..).zip(&pages) {
            std::fs::copy(page, delivery.join(dossier).join(format!("{number}.jpg"))).unwrap();
        }
    }
    let list = minimal_xlsx(&[
        &["MỤC LỤC VĂN BẢN"],
        &["STT", "Số, ký hiệu", "Ngày, tháng", "Trích yếu nội dung", "Tác giả", "Tờ số"],
        &["1", "12/BC-UBND", "05/3/2020", "Báo cáo về cầu phao", "UBND tỉnh Bình Sơn Giang", "1-2"],
        &["2", "7/CV-SGT", "06/3/2020", "Công văn trả lời", "Sở Giao thông", "3"],
    ]);
    std::fs::write(delivery.join("hs-dung/manifest.xlsx"), list).unwrap();
    std::fs::write(delivery.join("hs-sai/manifest.csv"), "Tên tệp,Số trang\n1.jpg,1\n2.jpg,2\n4.jpg,1\n").unwrap();
    let report = home.expect_json(0, &["run", delivery.to_str().unwrap(), "--json", "-q"]);
    assert_balance_closes(&report);
    assert_eq!(report["delivery_lists"].as_array().unwrap().len(), 2);

    // The matching list determines documents and their description.
    let record = home.expect_json(0, &["records", "show", "lo/hs-dung"]);
    let documents = record["documents"].as_array().unwrap();
    let count = |document: &Value| document["pages"].as_array().unwrap().len();
    assert_eq!(documents.iter().map(count).collect::<Vec<_>>(), [2, 1]);
    let fields = &documents[1]["description"]["fields"];
    assert_eq!((&fields["codeNumber"]["value"], &fields["codeNotation"]["value"]), (&"7".into(), &"CV-SGT".into()), "{fields}");
    assert_eq!((&fields["subject"]["value"], &fields["subject"]["source"]), (&"Công văn trả lời".into(), &"list".into()));
    assert_eq!((&fields["issuedDate"]["value"], &documents[1]["listed"]["row"]), (&"2020-03-06".into(), &4.into()));
    assert!(record.get("list_findings").is_none());

    // With the other list no page is lost: separation ignores it, and the dossier waits for review.
    let record = home.expect_json(0, &["records", "show", "lo/hs-sai"]);
    let codes: Vec<&str> = record["list_findings"].as_array().unwrap().iter().map(|one| one["code"].as_str().unwrap()).collect();
    assert_eq!(codes, ["pages", "missing", "extra"], "{record}");
    assert_eq!(record["documents"].as_array().unwrap().iter().map(count).sum::<usize>(), 3);
    let waiting = home.expect_json(0, &["review", "list", "--reason", "list-differs", "--json"]);
    assert!(!waiting.as_array().unwrap().is_empty());

    // All of it is in the store.
    home.rebuild_from_store();
    home.expect_json(0, &["review", "decide", "lo/hs-dung#2", "--accept", "--by", "lan", "--json"]);
    let record = home.expect_json(0, &["records", "show", "lo/hs-dung"]);
    assert_eq!(record["documents"][1]["description"]["fields"]["subject"]["source"], "list");
    let schema = home.expect_json(0, &["records", "schema"]);
    assert!(jsonschema::validator_for(&schema).unwrap().is_valid(&record), "{record}");
}
