//! An engine for tests: says what it was told, and can fail in every way that a real one can.

use crate::engine::{Engine, OcrWord};
use image::GrayImage;
use sohoa_base::error::Result;
use std::collections::BTreeMap;

/// What a scripted engine does with a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FakeBehaviour {
    /// Says these words, evenly spread over the line.
    Return(String),
    /// Ends the process at once.
    Crash,
    /// Computes for ever.
    Hang,
    /// Takes memory without end.
    ExhaustMemory,
}

impl FakeBehaviour {
    /// The act named by `word`; any other word is said.
    #[must_use]
    pub fn parse(word: &str) -> Self {
        match word {
            "crash" => FakeBehaviour::Crash,
            "hang" => FakeBehaviour::Hang,
            "swell" => FakeBehaviour::ExhaustMemory,
            words => FakeBehaviour::Return(words.to_owned()),
        }
    }
}

/// An engine that repeats one act for every line.
#[derive(Debug, Clone)]
pub struct FakeEngine(pub FakeBehaviour);

impl Engine for FakeEngine {
    fn read_line(&mut self, picture: &GrayImage) -> Result<Vec<OcrWord>> {
        match &self.0 {
            FakeBehaviour::Return(text) => {
                let words: Vec<&str> = text.split_whitespace().collect();
                let step = picture.width() as f32 / words.len().max(1) as f32;
                let bottom = picture.height() as f32;
                let place = |place: usize| [place as f32 * step, 0.0, (place + 1) as f32 * step, bottom];
                Ok(words.iter().enumerate().map(|(n, word)| OcrWord::new(word, 90, place(n))).collect())
            }
            FakeBehaviour::Crash => std::process::abort(),
            FakeBehaviour::Hang => loop {
                std::hint::spin_loop();
            },
            FakeBehaviour::ExhaustMemory => {
                let mut all = Vec::new();
                loop {
                    all.push(vec![1_u8; 1 << 20]);
                    std::hint::black_box(&all);
                }
            }
        }
    }

    fn model_hashes(&self) -> BTreeMap<String, String> {
        BTreeMap::from([("scripted".to_owned(), "0".to_owned())])
    }
}
