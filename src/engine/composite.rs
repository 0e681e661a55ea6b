//! Tesseract combined with the installed neural models and the stamp networks, which are part of this program.

use crate::engine::{Engine, OcrWord, RecognizedChar, RecognizedStrip, StampMap, StampReading};
use crate::networks::digit_recognizer::DigitRecognizer;
use crate::networks::line_recognizer::LineRecognizer;
use crate::networks::models;
use crate::networks::models::{DIGIT_RECOGNIZER, LINE_RECOGNIZER, ModelFile, TEXT_DETECTOR};
use crate::networks::runtime::Runtime;
use crate::networks::stamps;
use crate::networks::stamps::StampNetworks;
use crate::networks::text_detector::TextDetector;
use crate::tesseract::recognizer::Tesseract;
use image::{GrayImage, RgbImage};
use sohoa_base::error::Result;
use sohoa_base::messages::reading;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;
use std::path::Path;

/// The line recognizer, loaded when a page first needs it: a pipeline without a second pass saves its memory. A worker process
/// can no longer open files by then, so the file is opened at the start.
enum LazyRecognizer {
    Absent,
    Unloaded(File),
    Loaded(LineRecognizer),
}

/// The engine of worker processes.
pub struct CompositeEngine {
    tesseract: Tesseract,
    text_detector: Option<TextDetector>,
    line_recognizer: LazyRecognizer,
    digit_recognizer: Option<DigitRecognizer>,
    stamps: StampNetworks,
    runtime: Runtime,
}

impl CompositeEngine {
    /// Opens Tesseract with language data from `tessdata`, and the models in `folder`.
    ///
    /// # Errors
    /// As [`Tesseract::open`] and [`models::find_verified`].
    pub fn open(tessdata: Option<&Path>, folder: &Path) -> Result<Self> {
        let runtime = Runtime::open(folder)?;
        Ok(Self {
            tesseract: Tesseract::open(tessdata)?,
            text_detector: models::find_verified(&TEXT_DETECTOR, folder)?.map(|file| TextDetector::open(&file, &runtime)).transpose()?,
            line_recognizer: match models::find_verified(&LINE_RECOGNIZER, folder)? {
                Some(file) => {
                    LazyRecognizer::Unloaded(File::open(&file).map_err(|error| reading::model_unreadable(file.display()).caused_by(error))?)
                }
                None => LazyRecognizer::Absent,
            },
            digit_recognizer: models::find_verified(&DIGIT_RECOGNIZER, folder)?
                .map(|file| DigitRecognizer::open(&file, &runtime))
                .transpose()?,
            stamps: StampNetworks::open(&runtime)?,
            runtime,
        })
    }
}

impl Engine for CompositeEngine {
    fn read_line(&mut self, picture: &GrayImage) -> Result<Vec<OcrWord>> {
        self.tesseract.read_line(picture)
    }

    fn has_text_detector(&self) -> bool {
        self.text_detector.is_some()
    }

    fn text_probability_map(&mut self, page: &GrayImage) -> Result<Option<GrayImage>> {
        self.text_detector.as_mut().map(|detector| detector.probability_map(page)).transpose()
    }

    fn load_line_recognizer(&mut self) -> Result<()> {
        if let LazyRecognizer::Unloaded(file) = &mut self.line_recognizer {
            let mut bytes = Vec::new();
            file.read_to_end(&mut bytes).map_err(|error| reading::model_unreadable(LINE_RECOGNIZER.file).caused_by(error))?;
            self.line_recognizer = LazyRecognizer::Loaded(LineRecognizer::from_bytes(bytes, &self.runtime)?);
        }
        Ok(())
    }

    fn has_line_recognizer(&self) -> bool {
        matches!(self.line_recognizer, LazyRecognizer::Loaded(_))
    }

    fn recognize_strip(&mut self, strip: &GrayImage) -> Result<Option<RecognizedStrip>> {
        match &mut self.line_recognizer {
            LazyRecognizer::Loaded(recognizer) => recognizer.recognize(strip).map(Some),
            LazyRecognizer::Unloaded(_) | LazyRecognizer::Absent => Ok(None),
        }
    }

    fn has_digit_recognizer(&self) -> bool {
        self.digit_recognizer.is_some()
    }

    fn recognize_digits(&mut self, strip: &GrayImage) -> Result<Option<Vec<RecognizedChar>>> {
        self.digit_recognizer.as_mut().map(|recognizer| recognizer.recognize(strip)).transpose()
    }

    fn detect_stamps(&mut self, picture: &RgbImage) -> Result<Option<StampMap>> {
        self.stamps.detect(picture).map(Some)
    }

    fn score_stamp(&mut self, word: &RgbImage) -> Result<Option<f32>> {
        self.stamps.score(word).map(Some)
    }

    fn locate_stamp(&mut self, strip: &RgbImage) -> Result<Option<StampReading>> {
        self.stamps.locate(strip).map(Some)
    }

    fn verify_stamp(&mut self, strip: &RgbImage) -> Result<Option<StampReading>> {
        self.stamps.verify(strip).map(Some)
    }

    fn model_hashes(&self) -> BTreeMap<String, String> {
        let mut all = self.tesseract.model_hashes();
        all.extend(stamps::model_hashes());
        let mut add = |model: &ModelFile| all.insert(model.file.to_owned(), model.sha256.to_owned());
        if self.text_detector.is_some() {
            add(&TEXT_DETECTOR);
        }
        if !matches!(self.line_recognizer, LazyRecognizer::Absent) {
            add(&LINE_RECOGNIZER);
        }
        if self.digit_recognizer.is_some() {
            add(&DIGIT_RECOGNIZER);
        }
        all.extend(self.runtime.model_hashes());
        all
    }
}
