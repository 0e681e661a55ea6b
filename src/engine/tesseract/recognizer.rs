//! Tesseract with its Vietnamese model (`vie`).

use crate::engine::{Engine, OcrWord};
use image::GrayImage;
use sha2::{Digest, Sha256};
use sohoa_base::error::{Error, Result};
use sohoa_base::messages::{program, reading};
use std::collections::BTreeMap;
use std::ffi::CString;
use std::path::{Path, PathBuf};
use tesseract::plumbing::TessBaseApi;

/// Language of the model.
const LANGUAGE: &str = "vie";

/// `PSM_SINGLE_LINE` of Tesseract's page segmentation modes.
const PSM_SINGLE_LINE: u32 = 7;

/// `PSM_RAW_LINE`, for a line in which the other mode finds nothing.
const PSM_RAW_LINE: u32 = 13;

/// Folders of language data on Debian and other systems.
const TESSDATA_DIRS: [&str; 4] =
    ["/usr/share/tesseract-ocr/5/tessdata", "/usr/share/tesseract-ocr/4.00/tessdata", "/usr/share/tessdata", "/usr/local/share/tessdata"];

/// An initialized Tesseract.
pub struct Tesseract {
    api: TessBaseApi,
    models: BTreeMap<String, String>,
}

/// Path of the language data: in `folder`, or in `TESSDATA_PREFIX` or the usual folders.
///
/// # Errors
/// `DependencyMissing`, with the name of the Debian package.
pub fn find_language_data(folder: Option<&Path>) -> Result<PathBuf> {
    let from_environment = std::env::var_os("TESSDATA_PREFIX").map(PathBuf::from);
    let folders = match folder {
        Some(folder) => vec![folder.to_path_buf()],
        None => from_environment.into_iter().chain(TESSDATA_DIRS.iter().map(PathBuf::from)).collect(),
    };
    let found = folders.iter().map(|folder| folder.join(format!("{LANGUAGE}.traineddata"))).find(|file| file.is_file());
    found.ok_or_else(reading::tesseract_data_missing)
}

fn line_failure(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Error {
    program::bug("Tesseract: reading of a line").caused_by(error)
}

fn setting_failure(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Error {
    program::bug("Tesseract: setting").caused_by(error)
}

impl Tesseract {
    /// Initializes Tesseract. The process must have been started with `OMP_THREAD_LIMIT=1`; setting it later has no effect.
    ///
    /// # Errors
    /// `DependencyMissing` without usable language data; `Internal` when Tesseract refuses a setting.
    pub fn open(folder: Option<&Path>) -> Result<Self> {
        let file = find_language_data(folder)?;
        let bytes = std::fs::read(&file).map_err(|error| reading::tesseract_data_unusable(file.display()).caused_by(error))?;
        let data = CString::new(file.parent().unwrap_or(Path::new("/")).to_string_lossy().into_owned()).map_err(setting_failure)?;
        let language = CString::new(LANGUAGE).map_err(setting_failure)?;
        let mut api = TessBaseApi::create();
        api.init_2(Some(&data), Some(&language)).map_err(|error| reading::tesseract_data_unusable(file.display()).caused_by(error))?;
        // Pages have a normalized background, without light print on a dark ground that would need inversion. Only the legacy
        // engine needs the detection of fixed-pitch print, which costs time.
        for (name, value) in [(c"tessedit_do_invert", c"0"), (c"textord_all_prop", c"1")] {
            api.set_variable(name, value).map_err(setting_failure)?;
        }
        let models =
            BTreeMap::from([("tesseract".to_owned(), version()), (format!("{LANGUAGE}.traineddata"), hex::encode(Sha256::digest(&bytes)))]);
        Ok(Self { api, models })
    }

    fn recognize(&mut self, picture: &GrayImage, mode: u32) -> Result<Vec<OcrWord>> {
        let (width, height) = picture.dimensions();
        let side = |pixels: u32| i32::try_from(pixels).map_err(|error| reading::picture_too_large_to_read().caused_by(error));
        self.api.set_page_seg_mode(mode);
        self.api.set_image(picture.as_raw(), side(width)?, side(height)?, 1, side(width)?).map_err(line_failure)?;
        self.api.set_source_resolution(200);
        self.api.recognize().map_err(line_failure)?;
        let table = self.api.get_tsv_text(0).map_err(line_failure)?;
        Ok(table.as_ref().to_string_lossy().lines().filter_map(parse_tsv_row).collect())
    }
}

/// The version of the linked library.
#[must_use]
pub fn version() -> String {
    tesseract::plumbing::version().to_string_lossy().into_owned()
}

/// Parses a row of Tesseract's TSV: level, page, block, paragraph, line, word, left, top, width, height, confidence, text.
fn parse_tsv_row(row: &str) -> Option<OcrWord> {
    const WORD: &str = "5";
    let columns: Vec<&str> = row.split('\t').collect();
    let number = |place: usize| columns.get(place).and_then(|text| text.parse::<f32>().ok());
    let text = columns.get(11)?.trim();
    if columns.first() != Some(&WORD) || text.is_empty() {
        return None;
    }
    let (left, top, width, height) = (number(6)?, number(7)?, number(8)?, number(9)?);
    Some(OcrWord::new(text, number(10)?.clamp(0.0, 100.0).round() as u8, [left, top, left + width, top + height]))
}

impl Engine for Tesseract {
    fn read_line(&mut self, picture: &GrayImage) -> Result<Vec<OcrWord>> {
        let words = self.recognize(picture, PSM_SINGLE_LINE)?;
        let is_long = picture.width() * 2 > picture.height() * 3;
        if words.is_empty() && is_long { self.recognize(picture, PSM_RAW_LINE) } else { Ok(words) }
    }

    fn model_hashes(&self) -> BTreeMap<String, String> {
        self.models.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tesseract::openmp;

    /// Otherwise every step of the network would make a system call to wake threads that do not exist.
    #[test]
    fn tesseract_uses_own_openmp_entry_points() -> Result<()> {
        let before = openmp::completed_section_blocks();
        let line = GrayImage::from_fn(300, 52, |x, y| image::Luma([if x % 12 < 5 && (14..38).contains(&y) { 20 } else { 245 }]));
        Tesseract::open(None)?.read_line(&line)?;
        assert!(openmp::completed_section_blocks() > before, "the library found other entry points than ours");
        Ok(())
    }

    #[test]
    fn tsv_word_rows_are_parsed_and_others_skipped() {
        let row = "5\t1\t1\t1\t1\t2\t40\t8\t60\t30\t96.41\tđộc";
        let found = parse_tsv_row(row).map(|word| (word.text, word.confidence, word.bounds));
        assert_eq!(found, Some(("độc".to_owned(), 96, [40.0, 8.0, 100.0, 38.0])));
        assert_eq!(parse_tsv_row("4\t1\t1\t1\t1\t0\t40\t8\t60\t30\t-1\t"), None);
        assert_eq!(parse_tsv_row("5\t1\t1\t1\t1\t2\t40\t8\t60\t30\t95\t  "), None);
    }
}
