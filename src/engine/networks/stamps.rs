//! Networks for secrecy stamps: a detector of `MẬT`, `TỐI` and `TUYỆT`, and three verifiers, one of which also estimates the pose of
//! the word. All are part of this program, because every page must be searched.
//!
//! They were trained only on synthetic pages with random typefaces, inks, rotations and damage, never on real ones; see
//! `src/evaluation/training`. `src/engine/weights/manifest.toml` lists the files with their digests and figures.

use crate::engine::{StampMap, StampOffset, StampReading};
use crate::networks::runtime::{Network, Runtime};
use image::{Rgb, RgbImage, imageops};
use sha2::{Digest, Sha256};
use sohoa_base::error::Result;
use sohoa_base::messages::program;

/// Detector: eleven convolutions, 264 thousand weights.
const DETECTOR_WEIGHTS: &[u8] = include_bytes!("../weights/stamp_finder.onnx");

/// Verifier of the word alone: seven convolutions and two dense layers, 639 thousand weights.
const WORD_VERIFIER_WEIGHTS: &[u8] = include_bytes!("../weights/stamp_reader.onnx");

/// Second verifier of the word alone: the same network, also trained on images of a single ink.
const SECOND_WORD_VERIFIER_WEIGHTS: &[u8] = include_bytes!("../weights/stamp_second_reader.onnx");

/// Verifier of the word with its context (the frame and the words before it), which also estimates the pose of the word:
/// convolutions as in the other verifiers and three heads. Two heads verify, and their mean is the output; one estimates the pose.
/// 2.4 million weights.
const CONTEXT_VERIFIER_WEIGHTS: &[u8] = include_bytes!("../weights/stamp_wide_reader.onnx");

/// Weight of the log-odds of the context verifier against those of the two word verifiers.
const CONTEXT_SHARE: f32 = 0.6;

/// Number of outputs of the context verifier: log-odds, rotation, scale, and offset of the centre along and across.
const CONTEXT_OUTPUTS: usize = 5;

/// Largest correction of a pose (radians, logarithm of the scale, cap heights): the range of the training data.
const MAX_OFFSET: f32 = 1.0;

/// Strip with context: room for a frame and for the words before `MẬT`.
pub const CONTEXT_STRIP: StripLayout = StripLayout { size: (208, 64), center: (144, 32) };

/// Strip of the word alone, the central part of [`CONTEXT_STRIP`].
pub const WORD_STRIP: StripLayout = StripLayout { size: (112, 40), center: (56, 20) };

/// Size of a strip and position of the word on it, px.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StripLayout {
    /// Width and height.
    pub size: (u32, u32),
    /// Centre of the word, from the left and from the top.
    pub center: (u32, u32),
}

/// Colour with which an image is padded to whole cells.
const PAPER: Rgb<u8> = Rgb([240, 240, 240]);

/// The loaded networks.
pub struct StampNetworks {
    detector: Network,
    word_verifier: Network,
    second_word_verifier: Network,
    context_verifier: Network,
}

/// Names of the networks with their SHA-256, lower-case hexadecimal.
pub fn model_hashes() -> impl Iterator<Item = (String, String)> {
    let verifiers = [
        ("stamp-reader.onnx", WORD_VERIFIER_WEIGHTS),
        ("stamp-second-reader.onnx", SECOND_WORD_VERIFIER_WEIGHTS),
        ("stamp-wide-reader.onnx", CONTEXT_VERIFIER_WEIGHTS),
    ];
    let all = [("stamp-finder.onnx", DETECTOR_WEIGHTS)].into_iter().chain(verifiers);
    all.map(|(name, bytes)| (name.to_owned(), hex::encode(Sha256::digest(bytes))))
}

impl StampNetworks {
    /// Loads the networks.
    ///
    /// # Errors
    /// As [`Network::from_bytes`].
    pub fn open(runtime: &Runtime) -> Result<Self> {
        let open = |bytes: &[u8]| Network::from_bytes(bytes.to_vec(), runtime);
        Ok(Self {
            detector: open(DETECTOR_WEIGHTS)?,
            word_verifier: open(WORD_VERIFIER_WEIGHTS)?,
            second_word_verifier: open(SECOND_WORD_VERIFIER_WEIGHTS)?,
            context_verifier: open(CONTEXT_VERIFIER_WEIGHTS)?,
        })
    }

    /// Log-odds of the first word verifier that a [`WORD_STRIP`] shows `MẬT`.
    ///
    /// # Errors
    /// `Internal` when the network fails.
    pub fn score(&mut self, word: &RgbImage) -> Result<f32> {
        let [log_odds] = run_network(&mut self.word_verifier, word)?;
        Ok(log_odds)
    }

    /// Log-odds and pose of `MẬT` on a [`CONTEXT_STRIP`], by the context verifier.
    ///
    /// # Errors
    /// `Internal` when the network fails.
    pub fn locate(&mut self, strip: &RgbImage) -> Result<StampReading> {
        let [log_odds, pose @ ..]: [f32; CONTEXT_OUTPUTS] = run_network(&mut self.context_verifier, strip)?;
        let [rotation, scale, along, across] = pose.map(|value| value.clamp(-MAX_OFFSET, MAX_OFFSET));
        Ok(StampReading { log_odds, offset: StampOffset { rotation, scale, center: (along, across) } })
    }

    /// Weighted log-odds of all verifiers that a [`CONTEXT_STRIP`] shows `MẬT`, and its pose.
    ///
    /// # Errors
    /// `Internal` when a network fails.
    pub fn verify(&mut self, strip: &RgbImage) -> Result<StampReading> {
        let word = crop_word(strip);
        let ([one], [other]) = (run_network(&mut self.word_verifier, &word)?, run_network(&mut self.second_word_verifier, &word)?);
        let context = self.locate(strip)?;
        let log_odds = (1.0 - CONTEXT_SHARE) * f32::midpoint(one, other) + CONTEXT_SHARE * context.log_odds;
        Ok(StampReading { log_odds, ..context })
    }

    /// Runs the detector on a colour image of 75 dots per inch.
    ///
    /// # Errors
    /// `Internal` when the network fails.
    pub fn detect(&mut self, picture: &RgbImage) -> Result<StampMap> {
        let cells = |pixels: u32| pixels.div_ceil(StampMap::CELL).max(1);
        let (columns, rows) = (cells(picture.width()), cells(picture.height()));
        let (width, height) = (columns * StampMap::CELL, rows * StampMap::CELL);
        let values = self.detector.run([1, 3, height as usize, width as usize], normalized_planes(picture, width, height))?;
        let (columns, rows) = (columns as usize, rows as usize);
        if values.len() != columns * rows * StampMap::PLANES {
            return Err(program::bug("stamp detector: map of another size"));
        }
        Ok(StampMap { columns, rows, values })
    }
}

/// Crops the [`WORD_STRIP`] out of a [`CONTEXT_STRIP`].
fn crop_word(strip: &RgbImage) -> RgbImage {
    let ((width, height), (x, y)) = (WORD_STRIP.size, WORD_STRIP.center);
    imageops::crop_imm(strip, CONTEXT_STRIP.center.0 - x, CONTEXT_STRIP.center.1 - y, width, height).to_image()
}

/// Runs a verifier on a strip; the first output is the log-odds that it shows `MẬT`.
fn run_network<const COUNT: usize>(verifier: &mut Network, strip: &RgbImage) -> Result<[f32; COUNT]> {
    let (width, height) = strip.dimensions();
    let values = verifier.run([1, 3, height as usize, width as usize], normalized_planes(strip, width, height))?;
    values.try_into().map_err(|_| program::bug("stamp classifier: number of values"))
}

/// Colour planes with values of the training data, paper about 1 and black -3; padded with paper to `width` × `height` px.
fn normalized_planes(picture: &RgbImage, width: u32, height: u32) -> Vec<f32> {
    let value = |level: u8| (f32::from(level) / 255.0 - 0.75) * 4.0;
    let [paper, ..] = PAPER.0;
    let mut input = vec![value(paper); (width * height * 3) as usize];
    for (plane, values) in input.chunks_exact_mut(((width * height) as usize).max(1)).enumerate() {
        let rows = picture.as_raw().chunks_exact((3 * picture.width() as usize).max(1));
        for (values, row) in values.chunks_exact_mut(width as usize).zip(rows) {
            values.iter_mut().zip(row.iter().skip(plane).step_by(3)).for_each(|(to, level)| *to = value(*level));
        }
    }
    input
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;
    use std::path::Path;

    #[test]
    fn weights_manifest_matches_embedded_models() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("weights");
        let manifest: toml::Table = std::fs::read_to_string(folder.join("manifest.toml")).unwrap().parse().unwrap();
        let rows = manifest.get("weights").and_then(toml::Value::as_array).unwrap();
        let text = |row: &toml::Value, key: &str| row.get(key).and_then(toml::Value::as_str).unwrap().to_owned();
        let listed: BTreeSet<(String, String)> = rows.iter().map(|row| (text(row, "file"), text(row, "sha256"))).collect();
        let embedded: BTreeSet<(String, String)> = model_hashes().map(|(name, digest)| (name.replace('-', "_"), digest)).collect();
        assert_eq!(listed, embedded);
        for row in rows {
            let size = std::fs::metadata(folder.join(text(row, "file"))).unwrap().len();
            assert_eq!(row.get("bytes").and_then(toml::Value::as_integer), i64::try_from(size).ok(), "{}", text(row, "file"));
        }
        let files =
            std::fs::read_dir(&folder).unwrap().filter(|entry| entry.as_ref().unwrap().path().extension().is_some_and(|end| end == "onnx"));
        assert_eq!(files.count(), rows.len());
    }
}
