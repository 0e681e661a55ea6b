//! The committed samples: they equal the output of the generator, and their ground truth matches their files.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

use sha2::{Digest, Sha256};
use sohoa_base::error::ErrorKind;
use sohoa_synthetic::ground_truth::GroundTruth;
use sohoa_synthetic::page::fonts::Fonts;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// The seed of the committed samples, as in the Makefile.
const SEED: u64 = 1;

fn samples() -> PathBuf {
    sohoa_testing::workspace().join("samples")
}

/// Every file under `folder` by its path within it, without README files.
fn contents(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    walkdir::WalkDir::new(folder)
        .into_iter()
        .map(Result::unwrap)
        .filter(|entry| entry.file_type().is_file() && entry.file_name() != "README.md")
        .map(|entry| (entry.path().strip_prefix(folder).unwrap().to_owned(), std::fs::read(entry.path()).unwrap()))
        .collect()
}

fn truths() -> Vec<GroundTruth> {
    contents(&samples())
        .into_iter()
        .filter(|(path, _)| path.to_string_lossy().ends_with(".expected.json"))
        .map(|(_, bytes)| serde_json::from_slice(&bytes).unwrap())
        .collect()
}

#[test]
fn regenerated_samples_match_committed_bytes() {
    if let Err(error) = Fonts::load() {
        assert_eq!(error.kind(), ErrorKind::NotFound);
        assert!(error.context().contains("fonts-croscore"), "{error}");
        sohoa_testing::skipped(&error.to_string());
        return;
    }
    let fresh = tempfile::tempdir().unwrap();
    sohoa_synthetic::generate(fresh.path(), SEED).unwrap();
    let (made, kept) = (contents(fresh.path()), contents(&samples()));
    assert_eq!(made.keys().collect::<Vec<_>>(), kept.keys().collect::<Vec<_>>());
    for (path, bytes) in &made {
        assert!(kept[path] == *bytes, "{} differs from what the generator makes: run `make samples`", path.display());
    }
}

#[test]
fn committed_samples_stay_small() {
    let bytes: usize = contents(&samples()).values().map(Vec::len).sum();
    assert!((100_000..4_500_000).contains(&bytes), "{bytes} bytes");
}

#[test]
fn ground_truth_lists_match_sample_files() {
    let truths = truths();
    assert_eq!(truths.len(), 4);
    for truth in truths {
        let folder = contents(&samples().join(&truth.dossier));
        assert_eq!(folder.len(), truth.files.len(), "{}", truth.dossier);
        for file in &truth.files {
            let bytes = &folder[Path::new(&file.name)];
            assert_eq!(hex::encode(Sha256::digest(bytes)), file.sha256, "{}/{}", truth.dossier, file.name);
            let listed = truth.pages.iter().filter(|page| page.file == file.name).map(|page| page.page_in_file);
            assert_eq!(listed.collect::<Vec<_>>(), (1..=file.pages).collect::<Vec<_>>());
            assert_eq!(pages_in(&file.name, bytes), file.pages, "{}", file.name);
        }
    }
}

/// Number of pages of a file, counted from its bytes.
fn pages_in(name: &str, bytes: &[u8]) -> usize {
    let has = |needle: &[u8]| bytes.windows(needle.len()).filter(|window| *window == needle).count();
    if name.ends_with(".pdf") {
        has(b"/Type /Page\n")
    } else if name.ends_with(".tif") {
        let mut decoder = tiff::decoder::Decoder::new(std::io::Cursor::new(bytes)).unwrap();
        let mut pages = 1;
        decoder.read_image().unwrap();
        while decoder.more_images() {
            decoder.next_image().unwrap();
            decoder.read_image().unwrap();
            pages += 1;
        }
        pages
    } else {
        assert_eq!(image::load_from_memory(bytes).unwrap().width().min(1600), 1600);
        1
    }
}

#[test]
fn ground_truth_documents_match_their_pages() {
    for truth in truths() {
        let mut claimed = Vec::new();
        for document in &truth.documents {
            let first = &truth.pages[document.pages[0] - 1];
            assert_eq!(first.role, "first");
            let text = first.lines.join(" ");
            assert!(text.contains(&format!("Số: {}", document.number)), "{text}");
            assert!(text.contains(&document.subject), "{} not in {text}", document.subject);
            assert!(text.contains(&document.issuer));
            let last = &truth.pages[document.pages.iter().copied().filter(|page| truth.pages[page - 1].role != "annex").max().unwrap() - 1];
            assert_eq!(last.lines.last(), Some(&document.signer));
            assert!(sohoa_base::model::document_kinds::kind_by_code(&document.kind).is_some());
            claimed.extend(document.pages.iter().copied());
        }
        let printed = truth.pages.iter().filter(|page| !matches!(page.role.as_str(), "blank" | "separator")).map(|page| page.page);
        assert_eq!(claimed, printed.collect::<Vec<_>>());
        assert!(truth.pages.iter().all(|page| (page.role == "blank") == page.lines.is_empty()));
        assert!(truth.pages.iter().all(|page| page.skew.abs() <= 1.5));
    }
}

#[test]
fn samples_cover_every_page_variant() {
    let pages: Vec<_> = truths().into_iter().flat_map(|truth| truth.pages).collect();
    assert!((18..=26).contains(&pages.len()), "{}", pages.len());
    for turn in [90, 180] {
        assert_eq!(pages.iter().filter(|page| page.turn == turn).count(), 1, "turned by {turn}");
    }
    for role in ["first", "following", "annex", "blank", "separator"] {
        assert!(pages.iter().any(|page| page.role == role), "{role}");
    }
    for encoding in ["jpeg", "jpeg-grey", "fax"] {
        assert!(pages.iter().any(|page| page.encoding == encoding), "{encoding}");
    }
}

#[test]
fn degradation_grows_with_its_amount() {
    use sohoa_synthetic::degradation::presets::{Degradation, degrade_page};
    use sohoa_synthetic::random::SeededRng;
    let page =
        |ink: u32| image::GrayImage::from_fn(240, 320, |x, y| image::Luma([if (x / ink + y / 9).is_multiple_of(3) { 20 } else { 250 }]));
    let (clean, back) = (image::DynamicImage::from(page(6)), image::DynamicImage::from(page(11)));
    let distance = |amount: Degradation| {
        let worn = degrade_page(&clean, &back, 200, &amount, &mut SeededRng::new(5)).unwrap();
        let worn = image::load_from_memory(&worn).unwrap().to_luma8();
        worn.iter().zip(page(6).iter()).map(|(a, b)| u64::from(a.abs_diff(*b))).sum::<u64>()
    };
    let none = Degradation::default();
    let faults = [
        [Degradation { fade: Some(0.2), ..none }, Degradation { fade: Some(0.6), ..none }],
        [Degradation { seal: Some(0.4), ..none }, Degradation { seal: Some(0.9), ..none }],
        [Degradation { bleed: Some(0.1), ..none }, Degradation { bleed: Some(0.3), ..none }],
        [Degradation { skew: Some(0.3), ..none }, Degradation { skew: Some(-2.5), ..none }],
        [Degradation { blur: Some(1), ..none }, Degradation { blur: Some(3), ..none }],
        [Degradation { noise: Some(5.0), ..none }, Degradation { noise: Some(25.0), ..none }],
        [Degradation { jpeg: Some(60), ..none }, Degradation { jpeg: Some(12), ..none }],
    ];
    for [less, more] in faults {
        let (least, little, much) = (distance(none), distance(less), distance(more));
        assert!(least < little && little < much, "{less:?}: {least} {little} {much}");
    }
}
