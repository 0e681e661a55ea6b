//! Reading delivered files.

use sohoa_base::error::{Error, Result};
use sohoa_base::messages::reading;
use sohoa_base::model::record::SignatureState;
use sohoa_formats::archive::expand::expand;
use sohoa_formats::image::page_image::{EncodedData, PageImage};
use sohoa_formats::inspect::{Inspection, inspect};
use sohoa_formats::limits::Limits;
use sohoa_formats::media_types;
use sohoa_formats::source::SourceFile;
use sohoa_testing::shared_data;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Outcome of a file, as named in the manifest.
struct Outcome {
    verdict: &'static str,
    pages: u32,
    said: String,
}

fn judge(name: &str, bytes: Vec<u8>) -> Outcome {
    let limits = Limits::default();
    let bytes = Arc::new(bytes);
    let run = || -> Result<(Inspection, Vec<PageImage>), Error> {
        let inspection = inspect(name, bytes.clone(), &limits)?;
        let mut source = SourceFile::open(bytes.clone(), &inspection.media_type, &limits)?;
        let mut pages = Vec::new();
        for number in 1..=source.page_count().min(12) {
            let mut page = source.page(number)?;
            page.pixels = image::DynamicImage::new_luma8(1, 1);
            pages.push(page);
        }
        Ok((inspection, pages))
    };
    match run() {
        Err(error) => Outcome { verdict: "reject", pages: 0, said: format!("{:?}: {}", error.kind(), error.chain()) },
        Ok((inspection, pages)) => {
            let warnings: Vec<_> = inspection.warnings.iter().chain(pages.iter().flat_map(|page| &page.warnings)).collect();
            let said = warnings.iter().map(|warning| format!("{}: {}", warning.code, warning.detail)).collect::<Vec<_>>().join(" | ");
            Outcome { verdict: if warnings.is_empty() { "accept" } else { "accept-warn" }, pages: inspection.pages, said }
        }
    }
}

/// Prints the outcome of the files listed in `SOHOA_PROBE` (one path a line).
#[test]
#[ignore = "a tool for looking at single files"]
fn probe() {
    let list = std::env::var("SOHOA_PROBE").unwrap_or_default();
    for path in list.lines() {
        let started = std::time::Instant::now();
        let outcome = judge(path, std::fs::read(path).unwrap());
        println!("{path}\t{}\t{}\t{} ms\t{}", outcome.verdict, outcome.pages, started.elapsed().as_millis(), outcome.said);
    }
}

fn scans(folder: &Path) -> Vec<PathBuf> {
    let mut all: Vec<PathBuf> = std::fs::read_dir(folder)
        .unwrap()
        .flat_map(|office| std::fs::read_dir(office.unwrap().path()).into_iter().flatten())
        .map(|file| file.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "pdf"))
        .collect();
    all.sort();
    all
}

/// Prints how each real page is read, and the time it takes.
#[test]
#[ignore = "a measurement"]
fn measure_real_pages() {
    let Some(data) = shared_data("real pages") else { return };
    let limits = Limits::default();
    let mut total = std::time::Duration::ZERO;
    for path in scans(&data.join("scans")) {
        let bytes = Arc::new(std::fs::read(&path).unwrap());
        let started = std::time::Instant::now();
        let inspection = inspect(&path.to_string_lossy(), bytes.clone(), &limits).unwrap();
        let mut source = SourceFile::open(bytes, &inspection.media_type, &limits).unwrap();
        println!(
            "{} pages={} {:?} {:?} {:?}",
            path.display(),
            inspection.pages,
            started.elapsed(),
            inspection.warnings,
            inspection.signatures
        );
        total += started.elapsed();
        for number in 1..=source.page_count() {
            let started = std::time::Instant::now();
            let page = source.page(number).unwrap();
            total += started.elapsed();
            let form = match &page.encoded.data {
                EncodedData::Jpeg { components, .. } => format!("jpeg{components}"),
                EncodedData::Ccitt { k, .. } => format!("ccitt{k}"),
                EncodedData::Jbig2 { .. } => "jbig2".to_owned(),
                EncodedData::NotEmbeddable => "pixels".to_owned(),
            };
            let words = page
                .embedded_text
                .as_ref()
                .map(|blocks| blocks.iter().flat_map(|block| &block.lines).map(|line| line.words.len()).sum::<usize>());
            println!(
                "  {number} {form} turn={} {}x{} {:?} dpi={} own_words={words:?} overlays={:?} {:?} {:?}",
                page.encoded.turn,
                page.pixels.width(),
                page.pixels.height(),
                page.pixels.color(),
                page.dpi,
                page.overlays.iter().map(|overlay| overlay.bounds).collect::<Vec<_>>(),
                page.warnings,
                started.elapsed()
            );
            if let Ok(folder) = std::env::var("SOHOA_DUMP") {
                let stem = path.file_stem().unwrap().to_string_lossy().replace(' ', "_");
                page.pixels.save(format!("{folder}/{stem}-{number}.png")).unwrap();
            }
        }
    }
    println!("total {total:?}");
}

/// Expands an archive as intake does, including nested archives, and gives the outcome of each file.
fn judge_archive(name: &str, bytes: Vec<u8>, depth: u32) -> Outcome {
    let (mut pages, mut said, mut odd, mut refused) = (0, String::new(), false, 0);
    let mut members = Vec::new();
    let expanded = expand(&mut std::io::Cursor::new(bytes), name, &Limits::default(), &mut |member, data| {
        let mut bytes = Vec::new();
        data.read_to_end(&mut bytes).map_err(|error| reading::archive_member_cut_off().caused_by(error))?;
        if bytes.len() > 32 << 20 {
            return Err(reading::unpacked_bytes_over_limit(1));
        }
        members.push((String::from_utf8_lossy(&member.path_bytes).into_owned(), bytes));
        Ok(())
    });
    let warnings = match expanded {
        Ok(warnings) => warnings,
        Err(error) => return Outcome { verdict: "reject", pages: 0, said: format!("{:?}: {}", error.kind(), error.chain()) },
    };
    for warning in warnings {
        odd = true;
        said.push_str(&format!("{}: {} | ", warning.code, warning.detail));
    }
    for (name, bytes) in members {
        let archive = matches!(media_types::detect(&bytes), Some(media_types::ZIP | media_types::TAR | media_types::GZIP));
        let outcome = match (archive, depth) {
            (true, 0) => Outcome { verdict: "reject", pages: 0, said: "too deep".to_owned() },
            (true, _) => judge_archive(&name, bytes, depth - 1),
            (false, _) => judge(&name, bytes),
        };
        pages += outcome.pages;
        refused += u32::from(outcome.verdict == "reject");
        odd |= outcome.verdict != "accept";
        said.push_str(&outcome.said);
    }
    let verdict = match (pages, odd) {
        (0, _) => "reject",
        (_, true) => "accept-warn",
        (_, false) => "accept",
    };
    Outcome { verdict, pages, said: format!("{refused} refused | {said}") }
}

/// Rows whose page count depends on the recovery strategy.
const RECOVERED: [&str; 2] = ["pdf-bomb/qpdf--69969.fuzz.pdf", "pdf-broken/pdfjs--Pages-tree-refs.pdf"];

/// Every quick row of the hostile and broken files has the outcome in the manifest.
#[test]
fn hostile_files_get_the_manifest_verdict() {
    let Some(data) = shared_data("hostile files") else { return };
    let bad = data.join("bad");
    let manifest = std::fs::read_to_string(bad.join("manifest.tsv")).unwrap();
    let mut lines = manifest.lines();
    let columns: Vec<&str> = lines.next().unwrap().split('\t').collect();
    let column = |name: &str| columns.iter().position(|column| *column == name).unwrap();
    let (path, group, expect, pages, also, core) =
        (column("path"), column("group"), column("expect"), column("pages"), column("also_ok"), column("core"));
    let (mut wrong, mut judged) = (Vec::new(), 0);
    for line in lines {
        let row: Vec<&str> = line.split('\t').collect();
        let ours = ["pdf-", "img-", "wrong-type", "zip-"].iter().any(|start| row[group].starts_with(start));
        if !ours || row[core] != "1" {
            continue;
        }
        judged += 1;
        let bytes = std::fs::read(bad.join(row[path])).unwrap();
        let name = row[path].to_owned();
        let archive = matches!(media_types::detect(&bytes), Some(media_types::ZIP | media_types::TAR | media_types::GZIP));
        // A panic ends the test; the stack size is that of the program's child processes.
        let run = move || if archive { judge_archive(&name, bytes, 2) } else { judge(&name, bytes) };
        let outcome = std::thread::Builder::new().stack_size(8 << 20).spawn(run).unwrap().join().unwrap();
        let fits = outcome.verdict == row[expect] || row[also].split(',').any(|also| also == outcome.verdict);
        let (low, high) = row[pages].split_once('-').unwrap_or((row[pages], row[pages]));
        let counted = outcome.verdict != row[expect]
            || outcome.verdict == "reject"
            || RECOVERED.contains(&row[path])
            || (low.parse::<u32>().unwrap()..=high.parse::<u32>().unwrap()).contains(&outcome.pages);
        if !fits || !counted {
            wrong.push(format!("{}: {} {} pages, not {}: {}", row[path], outcome.verdict, outcome.pages, row[expect], outcome.said));
        }
        assert!(!outcome.said.contains("/etc/passwd") || outcome.verdict != "accept");
    }
    assert!(judged > 120, "{judged} rows");
    assert!(wrong.is_empty(), "{} of {judged} rows:\n{}", wrong.len(), wrong.join("\n"));
}

/// All real scans are embeddable without re-encoding, with stamps as overlays.
#[test]
fn real_scans_are_embedded_without_reencoding() {
    let Some(data) = shared_data("real scans") else { return };
    let (mut pages, mut kept, mut stamped, mut signed, mut intact) = (0, 0, 0, 0, 0);
    for path in scans(&data.join("scans")) {
        let bytes = Arc::new(std::fs::read(&path).unwrap());
        let inspection = inspect(&path.to_string_lossy(), bytes.clone(), &Limits::default()).unwrap();
        signed += u32::from(!inspection.signatures.is_empty());
        intact += inspection.signatures.iter().filter(|signature| signature.state == SignatureState::Intact).count();
        let mut source = SourceFile::open(bytes, &inspection.media_type, &Limits::default()).unwrap();
        for number in 1..=source.page_count() {
            let page = source.page(number).unwrap();
            pages += 1;
            kept += u32::from(!matches!(page.encoded.data, EncodedData::NotEmbeddable));
            stamped += u32::from(!page.overlays.is_empty());
            assert!((90..=320).contains(&page.dpi), "{} page {number}: {} dpi", path.display(), page.dpi);
            assert!(page.embedded_text.is_none());
            let upright = matches!(page.encoded.turn, 0 | 180);
            let size = if upright { (page.encoded.width, page.encoded.height) } else { (page.encoded.height, page.encoded.width) };
            assert_eq!(size, (page.pixels.width(), page.pixels.height()));
        }
    }
    // 30 signatures in 20 files. `pdfsig` of poppler calls one of them broken: 21 bytes of its transport
    // stand before that PDF, and only counted from the PDF's own start are the signed bytes unchanged.
    assert_eq!((pages, kept, stamped, signed, intact), (106, 106, 20, 20, 30));
}
