//! The console in a real browser: Debian's Chromium, driven by `tests/browser`.

use crate::journeys::secrecy::stamped_pages;
use sohoa_testing::node;
use sohoa_testing::torn_pdf;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Folder of the screenshots.
fn screens_folder() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("screens")
}

/// Writes a small scan; each number gives another image.
fn write_scan(place: &Path, number: u32) {
    std::fs::create_dir_all(place.parent().unwrap()).unwrap();
    let mut picture = image::GrayImage::from_pixel(320, 200, image::Luma([255]));
    for bit in 0..16 {
        for x in 0..12 {
            picture.put_pixel(20 + bit * 16 + x, 40 + number % 100, image::Luma([if number >> bit & 1 == 1 { 0 } else { 180 }]));
        }
    }
    picture.save(place).unwrap();
}

/// Writes folders to upload: two dossiers, a list that names a file that comes later, and a duplicate.
fn write_deliveries(root: &Path) {
    let names: Vec<String> = (1..=9).map(|number| format!("to-{number}.png")).collect();
    for (number, name) in (1..).zip(&names) {
        write_scan(&root.join("lo-thu/hồ sơ 1").join(name), number);
        write_scan(&root.join("lo-thu/hồ sơ 2").join(name), 50 + number);
    }
    std::fs::copy(root.join("lo-thu/hồ sơ 2/to-1.png"), root.join("lo-thu/hồ sơ 2/to-1 (2).png")).unwrap();
    write_scan(&root.join("them/lo-thu/hồ sơ 1/to-10.png"), 90);
    let rows: String = names.iter().map(|name| format!("{name},Tờ trình\n")).collect();
    std::fs::write(root.join("lo-thu/hồ sơ 1/manifest.csv"), format!("Tên tệp,Trích yếu\n{rows}to-10.png,Tờ trình\n")).unwrap();
}

/// Writes a delivery with refused parts: a PDF whose second page is no image, and a file that is no scan.
fn write_damaged_delivery(root: &Path) {
    std::fs::create_dir_all(root).unwrap();
    std::fs::write(root.join("hai trang.pdf"), torn_pdf()).unwrap();
    std::fs::write(root.join("công văn.docx"), b"PK no archive").unwrap();
}

/// Folder of the browser tests with their libraries; `None`, reported as skipped, without Chromium or Node.js.
fn find_chromium() -> Option<PathBuf> {
    let browser = std::env::var("CHROMIUM").unwrap_or_else(|_| "/usr/bin/chromium".to_owned());
    if !node::is_there(&browser) {
        sohoa_testing::skipped("needs Chromium (Debian: chromium)");
        return None;
    }
    node::installed("browser", Path::new(env!("CARGO_TARGET_TMPDIR")))
}

#[test]
fn browser_sign_in_through_openid_provider_works() {
    let (Some(work), Some(provider)) = (find_chromium(), node::installed("oidc", Path::new(env!("CARGO_TARGET_TMPDIR")))) else { return };
    let home = tempfile::tempdir().unwrap();
    std::fs::create_dir_all(screens_folder()).unwrap();
    let mut test = Command::new("node");
    test.args(["--test", "--test-reporter=spec", "office.test.mjs"]).current_dir(work).env("TEST_PROVIDER", provider);
    test.env("TEST_PROGRAM", env!("CARGO_BIN_EXE_sohoa")).env("TEST_HOME", home.path());
    let done = test.env("TEST_SCREENS", screens_folder()).output().unwrap();
    assert!(done.status.success(), "{}\n{}", String::from_utf8_lossy(&done.stdout), String::from_utf8_lossy(&done.stderr));
}

#[test]
fn page_and_server_read_typed_dates_alike() {
    let Some(work) = node::installed("browser", Path::new(env!("CARGO_TARGET_TMPDIR"))) else { return };
    let mut test = Command::new("node");
    test.args(["--test", "--test-reporter=spec", "dates.test.mjs"]).current_dir(work);
    let done = test.env("TEST_SOURCES", sohoa_testing::workspace().join("src")).output().unwrap();
    assert!(done.status.success(), "{}\n{}", String::from_utf8_lossy(&done.stdout), String::from_utf8_lossy(&done.stderr));
}

#[test]
fn people_work_in_the_console() {
    let Some(work) = find_chromium() else { return };
    let home = tempfile::tempdir().unwrap();
    let files = tempfile::tempdir().unwrap();
    write_deliveries(files.path());
    let hostile = files.path().join("<img src=x onerror=alert(1)>");
    write_scan(&hostile.join("<svg onload=alert(2)>.png"), 99);
    let torn = files.path().join("rách");
    write_damaged_delivery(&torn);
    let samples = sohoa_testing::workspace().join("samples");
    let mut run = Command::new(env!("CARGO_BIN_EXE_sohoa"));
    run.arg("run").arg(samples.join("001-ke-hoach-so-hoa")).arg(samples.join("002-cau-phao-cua-may")).arg(&hostile);
    let ran = run.args(["--unit", "local", "-q", "--home"]).arg(home.path()).output().unwrap();
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
    let mut run = Command::new(env!("CARGO_BIN_EXE_sohoa"));
    let ran = run.arg("run").arg(&torn).args(["--unit", "local", "-q", "--home"]).arg(home.path()).output().unwrap();
    assert_eq!(ran.status.code(), Some(3), "{}", String::from_utf8_lossy(&ran.stderr));
    let mut test = Command::new("node");
    test.args(["--test", "--test-concurrency=1", "--test-reporter=spec", "console.test.mjs"]).current_dir(work);
    test.env("TEST_PROGRAM", env!("CARGO_BIN_EXE_sohoa")).env("TEST_HOME", home.path());
    let done = test.env("TEST_FILES", files.path()).env("TEST_SCREENS", screens_folder()).output().unwrap();
    assert!(done.status.success(), "{}\n{}", String::from_utf8_lossy(&done.stdout), String::from_utf8_lossy(&done.stderr));
    println!("screens lie in {}", screens_folder().display());
}

#[test]
fn officer_decides_about_quarantine_in_the_console() {
    let (Some(work), Some([secret, other])) = (find_chromium(), stamped_pages()) else { return };
    let home = tempfile::tempdir().unwrap();
    let delivery = home.path().join("giao");
    for (dossier, page) in [("hs-mat", &secret), ("hs-nham", &other)] {
        std::fs::create_dir_all(delivery.join(dossier)).unwrap();
        std::fs::write(delivery.join(dossier).join("1.jpg"), page).unwrap();
    }
    std::fs::write(delivery.join("hs-mat/lon.pdf"), "nobody has looked at this ".repeat(50_000)).unwrap();
    let mut run = Command::new(env!("CARGO_BIN_EXE_sohoa"));
    run.env("SOHOA_LIMITS_FILE_MIB", "1").arg("run").arg(&delivery).args(["--unit", "local", "-q", "--home"]).arg(home.path());
    let ran = run.output().unwrap();
    assert_eq!(ran.status.code(), Some(3), "{}", String::from_utf8_lossy(&ran.stderr));
    let mut test = Command::new("node");
    test.args(["--test", "--test-reporter=spec", "quarantine.test.mjs"]).current_dir(work);
    test.env("TEST_PROGRAM", env!("CARGO_BIN_EXE_sohoa")).env("TEST_HOME", home.path());
    let done = test.env("TEST_SCREENS", screens_folder()).output().unwrap();
    assert!(done.status.success(), "{}\n{}", String::from_utf8_lossy(&done.stdout), String::from_utf8_lossy(&done.stderr));
}

#[test]
fn what_a_reviewer_types_is_never_lost() {
    let Some(work) = find_chromium() else { return };
    let home = tempfile::tempdir().unwrap();
    let samples = sohoa_testing::workspace().join("samples");
    let mut run = Command::new(env!("CARGO_BIN_EXE_sohoa"));
    run.arg("run").arg(samples.join("001-ke-hoach-so-hoa")).arg(samples.join("002-cau-phao-cua-may"));
    let ran = run.args(["--unit", "local", "-q", "--home"]).arg(home.path()).output().unwrap();
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
    let mut test = Command::new("node");
    test.args(["--test", "--test-reporter=spec", "review.test.mjs"]).current_dir(work);
    test.env("TEST_PROGRAM", env!("CARGO_BIN_EXE_sohoa")).env("TEST_HOME", home.path());
    let done = test.env("TEST_SCREENS", screens_folder()).output().unwrap();
    assert!(done.status.success(), "{}\n{}", String::from_utf8_lossy(&done.stdout), String::from_utf8_lossy(&done.stderr));
}
