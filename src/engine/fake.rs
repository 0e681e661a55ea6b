//! Fake engine for tests: returns given words, or fails in each way that a real engine can.

use crate::engine::{Engine, OcrWord};
use image::GrayImage;
use sohoa_base::error::Result;
use std::collections::BTreeMap;

/// Behaviour of the fake engine for every line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FakeBehaviour {
    /// Returns these words, evenly distributed over the line.
    Return(String),
    /// Aborts the process.
    Crash,
    /// Loops forever.
    Hang,
    /// Allocates memory without end.
    ExhaustMemory,
}

impl FakeBehaviour {
    /// Parses `crash`, `hang` or `swell`; any other text is returned as words.
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

/// An engine with one behaviour for every line.
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
