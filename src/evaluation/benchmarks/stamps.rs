//! How well stamps of secrecy are found: on drawn pages, and on scans that have none.

use crate::benchmarks::degraded_pages::load_page_image;
use crate::benchmarks::ocr;
use serde::Serialize;
use sohoa_base::config::Config;
use sohoa_base::error::{Error, ErrorKind, Result, ResultExt};
use sohoa_base::model::page::reading::SecrecyStamp;
use sohoa_file_worker::client::FileWorker;
use sohoa_formats::image::page_image::PageImage;
use sohoa_recognition::page::ReadOptions;
use sohoa_sandbox::pool::Pool;
use sohoa_services::archive;
use sohoa_synthetic::stamps::stamped_page::{StampedPage, StampedPageGenerator};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// What a measurement found.
#[derive(Debug, Default, Serialize)]
pub struct StampResult {
    /// Pages with a stamp of secrecy, and those on which one was found.
    pub stamped: FoundShare,
    /// Pages on which the stamp that was found has the right level.
    pub right_level: FoundShare,
    /// Drawn pages without one, and those on which one was found all the same.
    pub harmless: FoundShare,
    /// Pages of the folder, and those on which a stamp was found.
    pub scans: FoundShare,
    /// Found stamps by what they are: `level …`, `ink …`, `angle …`, `damage …`, `colours …`, `dpi …`, `page …`.
    pub by: BTreeMap<String, FoundShare>,
    /// Processor milliseconds of the look for stamps, mean over all pages.
    pub cpu_ms_per_page: f64,
    /// Drawn pages that were judged wrongly.
    pub wrong: Vec<MisjudgedPage>,
    /// Pages of the folder on which a stamp was found: file, page, stamps.
    pub found_on_scans: Vec<(String, u32, Vec<SecrecyStamp>)>,
    /// What could not be read.
    pub failures: Vec<String>,
    #[serde(skip)]
    cpu_ms: (u64, u64),
}

/// So many of all.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct FoundShare {
    /// How many have it.
    pub found: usize,
    /// How many there are.
    pub of: usize,
}

impl FoundShare {
    fn record(&mut self, is_found: bool) {
        self.found += usize::from(is_found);
        self.of += 1;
    }
}

/// A drawn page that was judged wrongly.
#[derive(Debug, Serialize)]
pub struct MisjudgedPage {
    /// Its number among the pages of its sort.
    pub number: usize,
    /// What was drawn.
    pub drawn: StampedPage,
    /// What was found.
    pub found: Vec<SecrecyStamp>,
}

/// Most pages of the folder that are drawn on.
const MAX_BACKGROUNDS: usize = 40;

/// Draws `count` pages with a stamp of secrecy and as many without, every other one on a scan of `folder`, and
/// looks for stamps on them and on every page of `folder` as production does. Pages that were judged wrongly are
/// left in `write`.
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
    let mut told = StampResult::default();
    let scans = folder.map_or(Ok(Vec::new()), list_scans)?;
    if let Some(folder) = write {
        std::fs::create_dir_all(folder).or_error(ErrorKind::Unavailable, || format!("cannot make {}", folder.display()))?;
    }
    for scan in &scans {
        if let Err(error) = evaluate_scan(&pool, scan, &mut told).await {
            let gone = matches!(error.kind(), ErrorKind::NotFound | ErrorKind::Unavailable);
            if gone {
                return Err(error);
            }
            told.failures.push(format!("{}: {}", scan.display(), error.chain()));
        }
    }
    if count > 0 {
        let mut press = StampedPageGenerator::load(seed)?;
        let below: Vec<PageImage> = (0..scans.len().min(MAX_BACKGROUNDS))
            .filter_map(|place| scans.get(place * scans.len() / scans.len().min(MAX_BACKGROUNDS)))
            .filter_map(|scan| load_page_image(scan).ok())
            .collect();
        for number in 0..count {
            for secret in [true, false] {
                let scan = if number % 2 == 1 && !below.is_empty() { below.get(number / 2 % below.len()) } else { None };
                let page = press.generate(number, secret, scan.map(|page| (&page.pixels, page.dpi)))?;
                evaluate_drawn_page(&pool, number, page, scan.is_some(), write, &mut told).await?;
            }
        }
    }
    told.cpu_ms_per_page = told.cpu_ms.0 as f64 / told.cpu_ms.1.max(1) as f64;
    Ok(told)
}

/// Scans of a folder and the folders in it, sorted.
fn list_scans(folder: &Path) -> Result<Vec<PathBuf>> {
    const ENDINGS: [&str; 7] = ["pdf", "jpg", "jpeg", "png", "tif", "tiff", "webp"];
    let mut found = Vec::new();
    for entry in walkdir::WalkDir::new(folder).sort_by_file_name() {
        let entry = entry.or_error(ErrorKind::Invalid, || format!("cannot list {}; check the path", folder.display()))?;
        let ending = entry.path().extension().map(|ending| ending.to_string_lossy().to_lowercase());
        if entry.file_type().is_file() && ending.is_some_and(|ending| ENDINGS.contains(&ending.as_str())) {
            found.push(entry.into_path());
        }
    }
    if found.is_empty() { Err(Error::invalid(format!("{} holds no scan", folder.display()))) } else { Ok(found) }
}

async fn detect_stamps(
    worker: &mut FileWorker<'_>,
    media_type: &str,
    page: u32,
    turn: Option<u16>,
    told: &mut StampResult,
) -> Result<Vec<SecrecyStamp>> {
    let found = worker.find_stamps(media_type, page, ReadOptions::default(), turn).await?;
    told.cpu_ms = (told.cpu_ms.0 + found.cpu_ms, told.cpu_ms.1 + 1);
    Ok(found.stamps)
}

async fn evaluate_scan(pool: &Pool, scan: &Path, told: &mut StampResult) -> Result<()> {
    let source = scan.to_string_lossy();
    let mut worker = FileWorker::open(pool, &source, scan).await?;
    let inspected = worker.inspect(&source).await?;
    for page in 1..=inspected.pages {
        let stamps = detect_stamps(&mut worker, &inspected.media_type, page, None, told).await?;
        told.scans.record(!stamps.is_empty());
        if !stamps.is_empty() {
            told.found_on_scans.push((source.to_string(), page, stamps));
        }
    }
    Ok(())
}

/// Pages that stand are known to. Those that lie on their head are read: that is how some are found to, and looked at anew.
async fn evaluate_drawn_page(
    pool: &Pool,
    number: usize,
    drawn: StampedPage,
    is_on_scan: bool,
    write: Option<&Path>,
    told: &mut StampResult,
) -> Result<()> {
    let secret = drawn.stamp.as_ref().and_then(|stamp| stamp.level);
    let name = format!("{}-{number}.jpg", if secret.is_some() { "secret" } else { "harmless" });
    let file = tempfile::Builder::new().suffix(".jpg").tempfile().or_error(ErrorKind::Unavailable, || "cannot write a page".to_owned())?;
    std::fs::write(file.path(), &drawn.bytes).or_error(ErrorKind::Unavailable, || "cannot write a page".to_owned())?;
    let found = if drawn.turn == 0 {
        let mut worker = FileWorker::open(pool, &name, file.path()).await?;
        let media_type = worker.inspect(&name).await?.media_type;
        detect_stamps(&mut worker, &media_type, 1, Some(0), told).await?
    } else {
        ocr::read_page(pool, file.path(), ReadOptions::default()).await?.0.stamps
    };
    let is_found = !found.is_empty();
    if let Some(level) = secret {
        told.stamped.record(is_found);
        if let Some(first) = found.first() {
            told.right_level.record(first.level == level);
        }
        for feature in features(&drawn, is_on_scan) {
            told.by.entry(feature).or_default().record(is_found);
        }
    } else {
        told.harmless.record(is_found);
    }
    if is_found != secret.is_some() {
        if let Some(folder) = write {
            let path = folder.join(&name);
            std::fs::write(&path, &drawn.bytes).or_error(ErrorKind::Unavailable, || format!("cannot write {}", path.display()))?;
        }
        told.wrong.push(MisjudgedPage { number, drawn, found });
    }
    Ok(())
}

/// What a stamped page is counted under.
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

/// The word that stands for a value in JSON.
fn serialized_name(value: impl Serialize) -> String {
    serde_json::to_value(value).ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
}

/// Band of an angle.
fn angle_band(degrees: f32) -> &'static str {
    match degrees.abs() {
        angle if angle < 5.0 => "0 to 5",
        angle if angle < 15.0 => "5 to 15",
        angle if angle < 30.0 => "15 to 30",
        _ => "30 to 45",
    }
}
