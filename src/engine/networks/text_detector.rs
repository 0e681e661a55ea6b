//! Text detector: a network that marks the pixels of text on a page.

use crate::networks::runtime::{Network, Runtime};
use image::GrayImage;
use sohoa_base::error::Result;
use sohoa_base::messages::program;
use std::path::Path;

/// Divisor of the sides of its input, px.
pub const SIDE_MULTIPLE: u32 = 32;

/// Mean and standard deviation of the three channels in training.
const CHANNEL_MEAN_AND_DEVIATION: [(f32, f32); 3] = [(0.485, 0.229), (0.456, 0.224), (0.406, 0.225)];

/// The loaded network.
pub struct TextDetector(Network);

impl TextDetector {
    /// Loads the model file.
    ///
    /// # Errors
    /// As [`Network::load`].
    pub fn open(file: &Path, runtime: &Runtime) -> Result<Self> {
        Network::load(file, runtime).map(Self)
    }

    /// Probability of each pixel of a page to be part of a line of print, 0 to 255. The sides of `page` are multiples of
    /// [`SIDE_MULTIPLE`].
    ///
    /// # Errors
    /// `Internal` when the network fails.
    pub fn probability_map(&mut self, page: &GrayImage) -> Result<GrayImage> {
        let (width, height) = page.dimensions();
        let mut input = Vec::with_capacity(page.len() * CHANNEL_MEAN_AND_DEVIATION.len());
        for (mean, deviation) in CHANNEL_MEAN_AND_DEVIATION {
            input.extend(page.iter().map(|level| (f32::from(*level) / 255.0 - mean) / deviation));
        }
        let shape = [1, CHANNEL_MEAN_AND_DEVIATION.len(), height as usize, width as usize];
        let found = self.0.run(shape, input)?;
        let map = found.iter().map(|share| (share * 255.0).clamp(0.0, 255.0) as u8).collect();
        GrayImage::from_raw(width, height, map).ok_or_else(|| program::bug("text detector: map of another size"))
    }
}
