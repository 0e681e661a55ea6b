//! Tesseract with the neural models beside it that are installed, and the one that is part of this program.

use crate::contract::{Engine, FoundWord, Letter, SecondReading, StampMap, StampReading};
use crate::hand_reader::HandReader;
use crate::line_finder::LineFinder;
use crate::models::{self, HAND_READER, LINE_FINDER, Model, SECOND_READER};
use crate::network::Runtime;
use crate::second_reader::SecondReader;
use crate::stamp_finder::{self, StampFinder};
use crate::tesseract::Tesseract;
use image::{GrayImage, RgbImage};
use sohoa_base::error::{Kind, Result, ResultExt};
use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;
use std::path::Path;

/// The second reader, which is opened when a page first needs it: a pipeline that reads nothing twice saves its
/// memory. A reading process can open no file by then, so the file is kept open.
enum Second {
    Absent,
    Closed(File),
    Ready(SecondReader),
}

/// The readers of a reading process.
pub struct Ensemble {
    tesseract: Tesseract,
    finder: Option<LineFinder>,
    second: Second,
    hand: Option<HandReader>,
    stamps: StampFinder,
    runtime: Runtime,
}

impl Ensemble {
    /// Opens Tesseract with language data from `tessdata`, and the models that lie in `folder`.
    ///
    /// # Errors
    /// As [`Tesseract::open`] and [`models::find`].
    pub fn open(tessdata: Option<&Path>, folder: &Path) -> Result<Self> {
        let runtime = Runtime::open(folder)?;
        Ok(Self {
            tesseract: Tesseract::open(tessdata)?,
            finder: models::find(&LINE_FINDER, folder)?.map(|file| LineFinder::open(&file, &runtime)).transpose()?,
            second: match models::find(&SECOND_READER, folder)? {
                Some(file) => Second::Closed(File::open(&file).or_error(Kind::Unavailable, || format!("cannot read {}", file.display()))?),
                None => Second::Absent,
            },
            hand: models::find(&HAND_READER, folder)?.map(|file| HandReader::open(&file, &runtime)).transpose()?,
            stamps: StampFinder::open(&runtime)?,
            runtime,
        })
    }
}

impl Engine for Ensemble {
    fn read_line(&mut self, picture: &GrayImage) -> Result<Vec<FoundWord>> {
        self.tesseract.read_line(picture)
    }

    fn has_line_finder(&self) -> bool {
        self.finder.is_some()
    }

    fn map_print(&mut self, page: &GrayImage) -> Result<Option<GrayImage>> {
        self.finder.as_mut().map(|finder| finder.map(page)).transpose()
    }

    fn open_second_reader(&mut self) -> Result<()> {
        if let Second::Closed(file) = &mut self.second {
            let mut bytes = Vec::new();
            file.read_to_end(&mut bytes).or_error(Kind::Unavailable, || "the model of the second reader cannot be read".to_owned())?;
            self.second = Second::Ready(SecondReader::from_bytes(bytes, &self.runtime)?);
        }
        Ok(())
    }

    fn has_second_reader(&self) -> bool {
        matches!(self.second, Second::Ready(_))
    }

    fn read_again(&mut self, strip: &GrayImage) -> Result<Option<SecondReading>> {
        match &mut self.second {
            Second::Ready(reader) => reader.read(strip).map(Some),
            Second::Closed(_) | Second::Absent => Ok(None),
        }
    }

    fn has_hand_reader(&self) -> bool {
        self.hand.is_some()
    }

    fn read_hand(&mut self, strip: &GrayImage) -> Result<Option<Vec<Letter>>> {
        self.hand.as_mut().map(|reader| reader.read(strip)).transpose()
    }

    fn find_stamps(&mut self, picture: &RgbImage) -> Result<Option<StampMap>> {
        self.stamps.map(picture).map(Some)
    }

    fn suspect_stamp(&mut self, word: &RgbImage) -> Result<Option<f32>> {
        self.stamps.suspect(word).map(Some)
    }

    fn place_stamp(&mut self, strip: &RgbImage) -> Result<Option<StampReading>> {
        self.stamps.place(strip).map(Some)
    }

    fn read_stamp(&mut self, strip: &RgbImage) -> Result<Option<StampReading>> {
        self.stamps.read(strip).map(Some)
    }

    fn models(&self) -> BTreeMap<String, String> {
        let mut all = self.tesseract.models();
        all.extend(stamp_finder::models());
        let mut add = |model: &Model| all.insert(model.file.to_owned(), model.sha256.to_owned());
        if self.finder.is_some() {
            add(&LINE_FINDER);
        }
        if !matches!(self.second, Second::Absent) {
            add(&SECOND_READER);
        }
        if self.hand.is_some() {
            add(&HAND_READER);
        }
        all.extend(self.runtime.models());
        all
    }
}
