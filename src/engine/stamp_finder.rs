//! Stamps of secrecy: a small network that sees where `MẬT`, `TỐI` and `TUYỆT` may stand, and three that read what stands
//! there, of which one first sees how it stands. All are part of this program, so that no page is read without them.
//!
//! They were trained on drawn pages only (typefaces, inks, turns and damages by chance), never on a real one; see
//! `.ci/stamp-training`.

use crate::contract::{StampMap, StampOffset, StampReading};
use crate::network::{Network, Runtime};
use image::{Rgb, RgbImage, imageops};
use sha2::{Digest, Sha256};
use sohoa_base::error::{Error, Result};

/// Sees where the words may stand: eleven convolutions with 264 thousand weights.
const FINDER: &[u8] = include_bytes!("stamp_finder.onnx");

/// Reads a strip: seven convolutions and two layers behind them with 639 thousand weights.
const READER: &[u8] = include_bytes!("stamp_reader.onnx");

/// Reads it once more: another training of the same network, on what is seen of each ink alone too.
const SECOND_READER: &[u8] = include_bytes!("stamp_second_reader.onnx");

/// Reads what stands around it too, the frame and the words before it, and sees how the word stands: convolutions like
/// those of the second reader with three heads behind them, two that read, whose mean it says, and one that places the word;
/// 2.4 million weights.
const WIDE_READER: &[u8] = include_bytes!("stamp_wide_reader.onnx");

/// What the wide reader's odds weigh against those of the two that see the word alone.
const WIDE_SHARE: f32 = 0.6;

/// Values that the wide reader gives: its odds, and the word's turn, scale and middle.
const WIDE_VALUES: usize = 5;

/// Most that a word is moved, radians, logarithm of a scale and heights of capitals: no word in training was turned further.
const FARTHEST: f32 = 1.0;

/// A strip that is read: room for a frame and for the words that stand before `MẬT`.
pub const STRIP: StripForm = StripForm { size: (208, 64), middle: (144, 32) };

/// The part of it on which the word stands alone.
pub const WORD: StripForm = StripForm { size: (112, 40), middle: (56, 20) };

/// Size of a strip and where on it the middle of the word lies, px.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StripForm {
    /// Width and height.
    pub size: (u32, u32),
    /// From the left and from the top.
    pub middle: (u32, u32),
}

/// Level of paper where a picture is filled up to whole cells.
const PAPER: Rgb<u8> = Rgb([240, 240, 240]);

/// The opened networks.
pub struct StampFinder {
    finder: Network,
    reader: Network,
    second_reader: Network,
    wide_reader: Network,
}

/// The networks by name with their SHA-256, lower-case hexadecimal.
pub fn models() -> impl Iterator<Item = (String, String)> {
    let readers = [("stamp-reader.onnx", READER), ("stamp-second-reader.onnx", SECOND_READER), ("stamp-wide-reader.onnx", WIDE_READER)];
    let all = [("stamp-finder.onnx", FINDER)].into_iter().chain(readers);
    all.map(|(name, bytes)| (name.to_owned(), hex::encode(Sha256::digest(bytes))))
}

impl StampFinder {
    /// Opens the networks.
    ///
    /// # Errors
    /// As [`Network::from_bytes`].
    pub fn open(runtime: &Runtime) -> Result<Self> {
        let open = |bytes: &[u8]| Network::from_bytes(bytes.to_vec(), runtime);
        let (reader, second_reader, wide_reader) = (open(READER)?, open(SECOND_READER)?, open(WIDE_READER)?);
        Ok(Self { finder: open(FINDER)?, reader, second_reader, wide_reader })
    }

    /// Natural logarithm of the odds that `MẬT` stands on a strip of [`WORD`], as the first reader has it.
    ///
    /// # Errors
    /// `Internal` when the network fails.
    pub fn suspect(&mut self, word: &RgbImage) -> Result<f32> {
        let [odds] = values(&mut self.reader, word)?;
        Ok(odds)
    }

    /// What a strip of [`STRIP`] says, as the wide reader has it, and how the word stands there.
    ///
    /// # Errors
    /// `Internal` when the network fails.
    pub fn place(&mut self, strip: &RgbImage) -> Result<StampReading> {
        let [odds, place @ ..]: [f32; WIDE_VALUES] = values(&mut self.wide_reader, strip)?;
        let [turn, scale, along, across] = place.map(|value| value.clamp(-FARTHEST, FARTHEST));
        Ok(StampReading { log_odds: odds, offset: StampOffset { rotation: turn, scale, center: (along, across) } })
    }

    /// What a strip of [`STRIP`] says.
    ///
    /// # Errors
    /// `Internal` when a network fails.
    pub fn read(&mut self, strip: &RgbImage) -> Result<StampReading> {
        let word = word_alone(strip);
        let ([one], [other]) = (values(&mut self.reader, &word)?, values(&mut self.second_reader, &word)?);
        let wide = self.place(strip)?;
        let odds = (1.0 - WIDE_SHARE) * f32::midpoint(one, other) + WIDE_SHARE * wide.log_odds;
        Ok(StampReading { log_odds: odds, ..wide })
    }

    /// Where the word may stand on a colour picture of 75 dots per inch.
    ///
    /// # Errors
    /// `Internal` when the network fails.
    pub fn map(&mut self, picture: &RgbImage) -> Result<StampMap> {
        let cells = |pixels: u32| pixels.div_ceil(StampMap::CELL).max(1);
        let (columns, rows) = (cells(picture.width()), cells(picture.height()));
        let (width, height) = (columns * StampMap::CELL, rows * StampMap::CELL);
        let values = self.finder.run([1, 3, height as usize, width as usize], planes(picture, width, height))?;
        let (columns, rows) = (columns as usize, rows as usize);
        if values.len() != columns * rows * StampMap::PLANES {
            return Err(Error::internal("the finder of stamps answers with a map of another size"));
        }
        Ok(StampMap { columns, rows, values })
    }
}

/// The part of a strip on which the word stands alone.
fn word_alone(strip: &RgbImage) -> RgbImage {
    let ((width, height), (x, y)) = (WORD.size, WORD.middle);
    imageops::crop_imm(strip, STRIP.middle.0 - x, STRIP.middle.1 - y, width, height).to_image()
}

/// What a reader gives for a strip; the first value is the logarithm of the odds that it says `MẬT`.
fn values<const COUNT: usize>(reader: &mut Network, strip: &RgbImage) -> Result<[f32; COUNT]> {
    let (width, height) = strip.dimensions();
    let values = reader.run([1, 3, height as usize, width as usize], planes(strip, width, height))?;
    values.try_into().map_err(|_| Error::internal("a reader of stamps answers with another number of values"))
}

/// Colours plane after plane, paper about 1 and ink about -3 as in training; what a picture lacks is paper.
fn planes(picture: &RgbImage, width: u32, height: u32) -> Vec<f32> {
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
