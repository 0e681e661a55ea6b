//! Accuracy of the detection of secrecy stamps: on drawn pages, and on scans without such stamps.

use crate::benchmarks::found_share::FoundShare;
use crate::benchmarks::ocr;
use crate::benchmarks::page_folder::{UNIT, decode_first_page};
use serde::Serialize;
use sohoa_base::config::Config;
use sohoa_base::error::Result;
use sohoa_base::messages::evaluation;
use sohoa_base::model::page::reading::SecrecyStamp;
use sohoa_file_worker::client::FileWorker;
use sohoa_recognition::page::ReadOptions;
use sohoa_sandbox::pool::Pool;
use sohoa_services::archive;
use sohoa_synthetic::stamps::stamped_page::{StampedPage, StampedPageGenerator};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Result of the benchmark.
#[derive(Debug, Default, Serialize)]
pub struct StampResult {
    /// Drawn pages with a stamp of secrecy: total, and how many detected.
    pub stamped: FoundShare,
    /// Of the detected ones: how many have the right level.
    pub right_level: FoundShare,
    /// Drawn pages without a stamp of secrecy, and false positives among them.
    pub harmless: FoundShare,
    /// Pages of the folder, and those with a detection.
    pub scans: FoundShare,
    /// Detected stamps by property: `level …`, `ink …`, `angle …`, `damage …`, `colours …`, `dpi …`, `page …`.
    pub by: BTreeMap<String, FoundShare>,
    /// Mean processor milliseconds a page for the detection.
    pub cpu_ms_per_page: f64,
    /// Drawn pages with a wrong result.
    pub wrong: Vec<MisjudgedPage>,
    /// Detections on pages of the folder: file, page, stamps.
    pub found_on_scans: Vec<(String, u32, Vec<SecrecyStamp>)>,
    /// Scans that could not be read.
    pub failures: Vec<String>,
    /// Sum of processor milliseconds, and pages.
    #[serde(skip)]
    cpu_ms: (u64, u64),
}

/// A drawn page with a wrong result.
#[derive(Debug, Serialize)]
pub struct MisjudgedPage {
    /// Its number.
    pub number: usize,
    /// The drawn page.
    pub drawn: StampedPage,
    /// The detected stamps.
    pub found: Vec<SecrecyStamp>,
}

/// Greatest number of scans of the folder that serve as background.
const MAX_BACKGROUNDS: usize = 40;

/// Draws `count` pages with a stamp of secrecy and as many without, every other one on a scan of `folder`, and detects
/// stamps on them and on every page of `folder` as in production. Pages with a wrong result are written to `write`.
///
/// # Errors
/// `Invalid` when the folder cannot be listed; `NotFound` when typefaces or the reading process are missing.
pub async fn measure(
    config: &Config,
    program: &Path,
    count: usize,
    seed: u64,
    folder: Option<&Path>,
    write: Option<&Path>,
) -> Result<StampResult> {
    let pool = archive::pool(config, program, 1);
    let mut result = StampResult::default();
    let scans = folder.map_or(Ok(Vec::new()), list_scans)?;
    if let Some(folder) = write {
        std::fs::create_dir_all(folder).map_err(|error| evaluation::folder_unwritable(folder.display()).caused_by(error))?;
    }
    for scan in &scans {
        if let Err(error) = evaluate_scan(&pool, scan, &mut result).await {
            let is_unavailable = error.kind().is_outage();
            if is_unavailable {
                return Err(error);
            }
            result.failures.push(format!("{}: {}", scan.display(), error.chain()));
        }
    }
    if count > 0 {
        let mut generator = StampedPageGenerator::load(seed)?;
        let mut backgrounds = Vec::new();
        for place in 0..scans.len().min(MAX_BACKGROUNDS) {
            let Some(scan) = scans.get(place * scans.len() / scans.len().min(MAX_BACKGROUNDS)) else { continue };
            match decode_first_page(&pool, scan).await {
                Ok(page) => backgrounds.push(page),
                Err(error) if error.kind().is_outage() => return Err(error),
                // It is among the failures already.
                Err(_) => {}
            }
        }
        for number in 0..count {
            for secret in [true, false] {
                let scan = if number % 2 == 1 && !backgrounds.is_empty() { backgrounds.get(number / 2 % backgrounds.len()) } else { None };
                let page = generator.generate(number, secret, scan.map(|page| (&page.pixels, page.dpi)))?;
                evaluate_drawn_page(&pool, number, page, scan.is_some(), write, &mut result).await?;
            }
        }
    }
    result.cpu_ms_per_page = result.cpu_ms.0 as f64 / result.cpu_ms.1.max(1) as f64;
    Ok(result)
}

/// Scans of a folder and its subfolders, sorted.
fn list_scans(folder: &Path) -> Result<Vec<PathBuf>> {
    const ENDINGS: [&str; 7] = ["pdf", "jpg", "jpeg", "png", "tif", "tiff", "webp"];
    let mut found = Vec::new();
    for entry in walkdir::WalkDir::new(folder).sort_by_file_name() {
        let entry = entry.map_err(|error| evaluation::folder_unlistable(folder.display()).caused_by(error))?;
        let ending = entry.path().extension().map(|ending| ending.to_string_lossy().to_lowercase());
        if entry.file_type().is_file() && ending.is_some_and(|ending| ENDINGS.contains(&ending.as_str())) {
            found.push(entry.into_path());
        }
    }
    if found.is_empty() { Err(evaluation::folder_without_scans(folder.display())) } else { Ok(found) }
}

/// Detects stamps on a page and counts the processor time.
async fn detect_stamps(
    worker: &mut FileWorker<'_>,
    media_type: &str,
    page: u32,
    turn: Option<u16>,
    result: &mut StampResult,
) -> Result<Vec<SecrecyStamp>> {
    let found = worker.find_stamps(media_type, page, ReadOptions::default(), turn).await?;
    result.cpu_ms = (result.cpu_ms.0 + found.cpu_ms, result.cpu_ms.1 + 1);
    Ok(found.stamps)
}

/// Detects stamps on all pages of a scan.
async fn evaluate_scan(pool: &Pool, scan: &Path, result: &mut StampResult) -> Result<()> {
    let source = scan.to_string_lossy();
    let mut worker = FileWorker::open(pool, UNIT, &source, scan).await?;
    let inspected = worker.inspect(&source).await?;
    for page in 1..=inspected.pages {
        let stamps = detect_stamps(&mut worker, &inspected.media_type, page, None, result).await?;
        result.scans.record(!stamps.is_empty());
        if !stamps.is_empty() {
            result.found_on_scans.push((source.to_string(), page, stamps));
        }
    }
    Ok(())
}

/// Detects stamps on a drawn page. An upright page goes to the detector alone; one that is upside down is read in full,
/// since production learns of its orientation from the reading and then repeats the detection.
async fn evaluate_drawn_page(
    pool: &Pool,
    number: usize,
    drawn: StampedPage,
    is_on_scan: bool,
    write: Option<&Path>,
    result: &mut StampResult,
) -> Result<()> {
    let secret = drawn.stamp.as_ref().and_then(|stamp| stamp.level);
    let name = format!("{}-{number}.jpg", if secret.is_some() { "secret" } else { "harmless" });
    let file = tempfile::Builder::new().suffix(".jpg").tempfile().map_err(|error| evaluation::temp_file_unwritable().caused_by(error))?;
    std::fs::write(file.path(), &drawn.bytes).map_err(|error| evaluation::temp_file_unwritable().caused_by(error))?;
    let found = if drawn.turn == 0 {
        let mut worker = FileWorker::open(pool, UNIT, &name, file.path()).await?;
        let media_type = worker.inspect(&name).await?.media_type;
        detect_stamps(&mut worker, &media_type, 1, Some(0), result).await?
    } else {
        ocr::read_page(pool, file.path(), ReadOptions::default()).await?.0.stamps
    };
    let is_found = !found.is_empty();
    if let Some(level) = secret {
        result.stamped.record(is_found);
        if let Some(first) = found.first() {
            result.right_level.record(first.level == level);
        }
        for feature in features(&drawn, is_on_scan) {
            result.by.entry(feature).or_default().record(is_found);
        }
    } else {
        result.harmless.record(is_found);
    }
    if is_found != secret.is_some() {
        if let Some(folder) = write {
            let path = folder.join(&name);
            std::fs::write(&path, &drawn.bytes).map_err(|error| evaluation::folder_unwritable(path.display()).caused_by(error))?;
        }
        result.wrong.push(MisjudgedPage { number, drawn, found });
    }
    Ok(())
}

/// Properties under which a stamped page is counted.
fn features(drawn: &StampedPage, is_on_scan: bool) -> Vec<String> {
    let Some(stamp) = &drawn.stamp else { return Vec::new() };
    let mut all = vec![
        format!("level {}", stamp.words),
        format!("ink {}", serialized_name(stamp.ink)),
        format!("angle {}°", angle_band(stamp.degrees)),
        format!("size {} pt", if stamp.points < 16.0 { "11 to 16" } else { "16 to 28" }),
        format!("frames {}", stamp.frames),
        format!("colours {}", serialized_name(drawn.colours)),
        format!("dpi {}", drawn.dpi),
        format!("page {}", if is_on_scan { "scanned" } else { "drawn" }),
        format!("turn {}°", drawn.turn),
    ];
    all.extend(stamp.damages.iter().map(|damage| format!("damage {}", serialized_name(damage))));
    if stamp.damages.is_empty() {
        all.push("damage none".to_owned());
    }
    all
}

/// Name of an enum value in JSON.
fn serialized_name(value: impl Serialize) -> String {
    serde_json::to_value(value).ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
}

/// Range of an angle, degrees.
fn angle_band(degrees: f32) -> &'static str {
    match degrees.abs() {
        angle if angle < 5.0 => "0 to 5",
        angle if angle < 15.0 => "5 to 15",
        angle if angle < 30.0 => "15 to 30",
        _ => "30 to 45",
    }
}
