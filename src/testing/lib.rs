//! Helpers for the tests of several crates: real scans, external validators, tests in Node.js, damaged input.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

pub mod node;
pub mod tools;

use std::io::Write as _;
use std::path::{Path, PathBuf};

/// The root of the checkout.
#[must_use]
pub fn workspace() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}

/// Reports that a test was skipped, and why. `make test` lists the contents of the file that `TEST_SKIPPED` names. In CI
/// (`CI` is set) every tool and server must be present, so a skip fails the test.
///
/// # Panics
/// In CI.
pub fn skipped(why: &str) {
    report_skipped(why);
    assert!(std::env::var_os("CI").is_none(), "skipped in CI: {why}");
}

fn report_skipped(why: &str) {
    eprintln!("SKIPPED: {why}");
    if let Some(list) = std::env::var_os("TEST_SKIPPED") {
        let mut list = std::fs::OpenOptions::new().create(true).append(true).open(list).unwrap();
        writeln!(list, "{why}").unwrap();
    }
}

/// The folder of real scans: `SOHOA_TEST_DATA`, or `../shared/data` beside the checkout. `None`, reported as skipped, where
/// it is absent; `what` names the test.
#[must_use]
pub fn shared_data(what: &str) -> Option<PathBuf> {
    let folder = std::env::var_os("SOHOA_TEST_DATA").map_or_else(|| workspace().join("../shared/data"), PathBuf::from);
    if folder.is_dir() {
        return Some(folder);
    }
    // A CI without the real scans sets SOHOA_TEST_DATA=none, so that the skip does not fail.
    let why = format!("{what}: no real scans at {}", folder.display());
    if folder.as_os_str() == "none" {
        report_skipped(&why)
    } else {
        skipped(&why)
    }
    None
}

/// A PDF of two pages: a scan with lines of ink, and a page whose image is no valid JPEG, so that it is refused.
#[must_use]
pub fn torn_pdf() -> Vec<u8> {
    let mut page = image::GrayImage::from_pixel(640, 900, image::Luma([255]));
    for (line, x) in (0..18).flat_map(|line| (80..560).map(move |x| (line, x))) {
        (0..12).for_each(|y| page.put_pixel(x, 80 + line * 44 + y, image::Luma([30])));
    }
    let mut scan = std::io::Cursor::new(Vec::new());
    page.write_to(&mut scan, image::ImageFormat::Jpeg).unwrap();
    let stream = |dictionary: &str, bytes: &[u8]| {
        let head = format!("<< {dictionary} /Length {} >>\nstream\n", bytes.len());
        [head.as_bytes(), bytes, b"\nendstream"].concat()
    };
    let mut objects = vec![b"<< /Type /Catalog /Pages 2 0 R >>".to_vec(), b"<< /Type /Pages /Kids [3 0 R 6 0 R] /Count 2 >>".to_vec()];
    for (first, jpeg) in [(3, scan.into_inner()), (6, b"\xff\xd8\xff no picture".to_vec())] {
        let resources = format!("/Resources << /XObject << /I {} 0 R >> >> /Contents {} 0 R", first + 1, first + 2);
        objects.push(format!("<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] {resources} >>").into_bytes());
        let picture =
            "/Type /XObject /Subtype /Image /Width 640 /Height 900 /ColorSpace /DeviceGray /BitsPerComponent 8 /Filter /DCTDecode";
        objects.push(stream(picture, &jpeg));
        objects.push(stream("", b"595 0 0 842 0 0 cm /I Do"));
    }
    let mut pdf = b"%PDF-1.4\n".to_vec();
    let mut places = Vec::new();
    for (number, object) in (1..).zip(&objects) {
        places.push(format!("{:010} 00000 n \n", pdf.len()));
        pdf.extend([format!("{number} 0 obj\n").as_bytes(), object, b"\nendobj\n"].concat());
    }
    let (count, at) = (objects.len() + 1, pdf.len());
    let tail = format!(
        "xref\n0 {count}\n0000000000 65535 f \n{}trailer << /Size {count} /Root 1 0 R >>\nstartxref\n{at}\n%%EOF\n",
        places.concat()
    );
    pdf.extend(tail.into_bytes());
    pdf
}
