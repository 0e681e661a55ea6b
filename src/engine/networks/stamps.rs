//! Stamps of secrecy: a small network that sees where `MẬT`, `TỐI` and `TUYỆT` may stand, and three that read what stands
//! there, of which one first sees how it stands. All are part of this program, so that no page is read without them.
//!
//! They were trained on drawn pages only (typefaces, inks, turns and damages by chance), never on a real one; see
//! `.ci/stamp-training`.

use crate::engine::{StampMap, StampOffset, StampReading};
use crate::networks::runtime::{Network, Runtime};
use image::{Rgb, RgbImage, imageops};
use sha2::{Digest, Sha256};
use sohoa_base::error::{Error, Result};

/// Sees where the words may stand: eleven convolutions with 264 thousand weights.
const DETECTOR_WEIGHTS: &[u8] = include_bytes!("../weights/stamp_finder.onnx");

/// Reads a strip: seven convolutions and two layers behind them with 639 thousand weights.
const WORD_VERIFIER_WEIGHTS: &[u8] = include_bytes!("../weights/stamp_reader.onnx");

/// Reads it once more: another training of the same network, on what is seen of each ink alone too.
const SECOND_WORD_VERIFIER_WEIGHTS: &[u8] = include_bytes!("../weights/stamp_second_reader.onnx");

/// Reads what stands around it too, the frame and the words before it, and sees how the word stands: convolutions like
/// those of the second reader with three heads behind them, two that read, whose mean it says, and one that places the word;
/// 2.4 million weights.
const CONTEXT_VERIFIER_WEIGHTS: &[u8] = include_bytes!("../weights/stamp_wide_reader.onnx");

/// What the wide reader's odds weigh against those of the two that see the word alone.
const CONTEXT_SHARE: f32 = 0.6;

/// Values that the wide reader gives: its odds, and the word's turn, scale and middle.
const CONTEXT_OUTPUTS: usize = 5;

/// Most that a word is moved, radians, logarithm of a scale and heights of capitals: no word in training was turned further.
const MAX_OFFSET: f32 = 1.0;

/// A strip that is read: room for a frame and for the words that stand before `MẬT`.
pub const CONTEXT_STRIP: StripLayout = StripLayout { size: (208, 64), center: (144, 32) };

/// The part of it on which the word stands alone.
pub const WORD_STRIP: StripLayout = StripLayout { size: (112, 40), center: (56, 20) };

/// Size of a strip and where on it the middle of the word lies, px.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StripLayout {
    /// Width and height.
    pub size: (u32, u32),
    /// From the left and from the top.
    pub center: (u32, u32),
}

/// Level of paper where a picture is filled up to whole cells.
const PAPER: Rgb<u8> = Rgb([240, 240, 240]);

/// The opened networks.
pub struct StampNetworks {
    detector: Network,
    word_verifier: Network,
    second_word_verifier: Network,
    context_verifier: Network,
}

/// The networks by name with their SHA-256, lower-case hexadecimal.
pub fn model_hashes() -> impl Iterator<Item = (String, String)> {
    let readers = [
        ("stamp-reader.onnx", WORD_VERIFIER_WEIGHTS),
        ("stamp-second-reader.onnx", SECOND_WORD_VERIFIER_WEIGHTS),
        ("stamp-wide-reader.onnx", CONTEXT_VERIFIER_WEIGHTS),
    ];
    let all = [("stamp-finder.onnx", DETECTOR_WEIGHTS)].into_iter().chain(readers);
    all.map(|(name, bytes)| (name.to_owned(), hex::encode(Sha256::digest(bytes))))
}

impl StampNetworks {
    /// Opens the networks.
    ///
    /// # Errors
    /// As [`Network::from_bytes`].
    pub fn open(runtime: &Runtime) -> Result<Self> {
        let open = |bytes: &[u8]| Network::from_bytes(bytes.to_vec(), runtime);
        let (reader, second_reader, wide_reader) =
            (open(WORD_VERIFIER_WEIGHTS)?, open(SECOND_WORD_VERIFIER_WEIGHTS)?, open(CONTEXT_VERIFIER_WEIGHTS)?);
        Ok(Self {
            detector: open(DETECTOR_WEIGHTS)?,
            word_verifier: reader,
            second_word_verifier: second_reader,
            context_verifier: wide_reader,
        })
    }

    /// Natural logarithm of the odds that `MẬT` stands on a strip of [`WORD`], as the first reader has it.
    ///
    /// # Errors
    /// `Internal` when the network fails.
    pub fn score(&mut self, word: &RgbImage) -> Result<f32> {
        let [odds] = run_network(&mut self.word_verifier, word)?;
        Ok(odds)
    }

    /// What a strip of [`STRIP`] says, as the wide reader has it, and how the word stands there.
    ///
    /// # Errors
    /// `Internal` when the network fails.
    pub fn locate(&mut self, strip: &RgbImage) -> Result<StampReading> {
        let [odds, place @ ..]: [f32; CONTEXT_OUTPUTS] = run_network(&mut self.context_verifier, strip)?;
        let [turn, scale, along, across] = place.map(|value| value.clamp(-MAX_OFFSET, MAX_OFFSET));
        Ok(StampReading { log_odds: odds, offset: StampOffset { rotation: turn, scale, center: (along, across) } })
    }

    /// What a strip of [`STRIP`] says.
    ///
    /// # Errors
    /// `Internal` when a network fails.
    pub fn verify(&mut self, strip: &RgbImage) -> Result<StampReading> {
        let word = crop_word(strip);
        let ([one], [other]) = (run_network(&mut self.word_verifier, &word)?, run_network(&mut self.second_word_verifier, &word)?);
        let wide = self.locate(strip)?;
        let odds = (1.0 - CONTEXT_SHARE) * f32::midpoint(one, other) + CONTEXT_SHARE * wide.log_odds;
        Ok(StampReading { log_odds: odds, ..wide })
    }

    /// Where the word may stand on a colour picture of 75 dots per inch.
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
            return Err(Error::internal("the finder of stamps answers with a map of another size"));
        }
        Ok(StampMap { columns, rows, values })
    }
}

/// The part of a strip on which the word stands alone.
fn crop_word(strip: &RgbImage) -> RgbImage {
    let ((width, height), (x, y)) = (WORD_STRIP.size, WORD_STRIP.center);
    imageops::crop_imm(strip, CONTEXT_STRIP.center.0 - x, CONTEXT_STRIP.center.1 - y, width, height).to_image()
}

/// What a reader gives for a strip; the first value is the logarithm of the odds that it says `MẬT`.
fn run_network<const COUNT: usize>(reader: &mut Network, strip: &RgbImage) -> Result<[f32; COUNT]> {
    let (width, height) = strip.dimensions();
    let values = reader.run([1, 3, height as usize, width as usize], normalized_planes(strip, width, height))?;
    values.try_into().map_err(|_| Error::internal("a reader of stamps answers with another number of values"))
}

/// Colours plane after plane, paper about 1 and ink about -3 as in training; what a picture lacks is paper.
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
