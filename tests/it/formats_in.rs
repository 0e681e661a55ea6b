//! Reading delivered files.

use crate::support::shared_data;
use sohoa::error::Error;
use sohoa::formats::inspect::{Inspection, inspect};
use sohoa::formats::limits::Limits;
use sohoa::formats::picture::{PagePicture, RasterData};
use sohoa::formats::source::Source;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// How a file ends, in the words of the manifest.
struct Outcome {
    verdict: &'static str,
    pages: u32,
    said: String,
}

fn judge(name: &str, bytes: Vec<u8>) -> Outcome {
    let limits = Limits::default();
    let bytes = Arc::new(bytes);
    let run = || -> Result<(Inspection, Vec<PagePicture>), Error> {
        let inspection = inspect(name, bytes.clone(), &limits)?;
        let mut source = Source::open(bytes.clone(), &inspection.media_type, &limits)?;
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

/// Prints what becomes of the files named in `SOHOA_PROBE` (one path a line).
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

/// Prints how each real page is taken, and how long it took.
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
        let mut source = Source::open(bytes, &inspection.media_type, &limits).unwrap();
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
            let form = match &page.raster.data {
                RasterData::Jpeg { components, .. } => format!("jpeg{components}"),
                RasterData::Ccitt { k, .. } => format!("ccitt{k}"),
                RasterData::Jbig2 { .. } => "jbig2".to_owned(),
                RasterData::Pixels => "pixels".to_owned(),
            };
            let words = page
                .own_text
                .as_ref()
                .map(|blocks| blocks.iter().flat_map(|block| &block.lines).map(|line| line.words.len()).sum::<usize>());
            println!(
                "  {number} {form} turn={} {}x{} {:?} dpi={} own_words={words:?} overlays={:?} {:?} {:?}",
                page.raster.turn,
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
