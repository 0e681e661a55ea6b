//! Folders of page images with ground truth: `<id>.jpg` (or another image format) beside `<id>.gt.txt`.

use sohoa_base::error::Result;
use sohoa_base::messages::evaluation;
use sohoa_file_worker::client::{DecodedPage, FileWorker};
use sohoa_sandbox::pool::Pool;
use std::path::{Path, PathBuf};

/// Unit for the reading process: all pages of a benchmark are the operator's.
pub(crate) const UNIT: Option<&str> = Some("benchmark");

/// Ending of the file with a page's ground truth.
pub(crate) const TRUTH_SUFFIX: &str = ".gt.txt";

/// File names in a folder, sorted.
pub(crate) fn file_names(folder: &Path) -> Result<Vec<String>> {
    let cannot = |error: std::io::Error| evaluation::folder_unlistable(folder.display()).caused_by(error);
    let mut names = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(cannot)? {
        names.push(entry.map_err(cannot)?.file_name().to_string_lossy().into_owned());
    }
    names.sort();
    Ok(names)
}

/// Pages of a folder with ground truth: name without ending, and the image beside it.
///
/// # Errors
/// `Invalid` where the folder cannot be listed or holds no page with ground truth.
pub(crate) fn list_pages(folder: &Path) -> Result<Vec<(String, PathBuf)>> {
    let names = file_names(folder)?;
    let pages: Vec<(String, PathBuf)> = names
        .iter()
        .filter_map(|name| name.strip_suffix(TRUTH_SUFFIX))
        .filter_map(|id| {
            let is_image_of_page = |name: &&String| {
                name.starts_with(id) && !name.ends_with(".txt") && !name.ends_with(".json") && name.rfind('.') == Some(id.len())
            };
            names.iter().find(is_image_of_page).map(|name| (id.to_owned(), folder.join(name)))
        })
        .collect();
    if pages.is_empty() {
        return Err(evaluation::folder_without_pages(folder.display()));
    }
    Ok(pages)
}

/// Reads a text file.
///
/// # Errors
/// `Invalid` where it cannot be read or is not UTF-8.
pub(crate) fn read_text(path: &Path) -> Result<String> {
    std::fs::read_to_string(path).map_err(|error| evaluation::ground_truth_unreadable(path.display()).caused_by(error))
}

/// Decodes the first page of a file in a reading process.
///
/// # Errors
/// Why the page is refused; `Unavailable` where the file cannot be read.
pub(crate) async fn decode_first_page(pool: &Pool, picture: &Path) -> Result<DecodedPage> {
    let source = picture.to_string_lossy();
    let mut worker = FileWorker::open(pool, UNIT, &source, picture).await?;
    let media_type = worker.inspect(&picture.file_name().unwrap_or_default().to_string_lossy()).await?.media_type;
    worker.decode(&media_type, 1).await
}
