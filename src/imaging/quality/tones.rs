//! Grey levels of a page.

use image::GrayImage;

/// Distance of the rows and columns that are sampled, px.
pub(crate) const SAMPLE_STEP: usize = 8;

/// `part` of `all`, per mille.
pub(crate) fn permille(part: u64, all: u64) -> u32 {
    u32::try_from(part * 1000 / all.max(1)).unwrap_or(1000)
}

/// Grey levels of paper (60th percentile) and of full ink (0.5th percentile).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Tones {
    pub(crate) paper: u8,
    pub(crate) ink: u8,
}

impl Tones {
    /// Measures every `step`th row.
    pub(crate) fn of(page: &GrayImage, step: usize) -> Self {
        let mut levels = [0_u64; 256];
        for level in page.as_raw().chunks_exact(page.width().max(1) as usize).step_by(step).flatten() {
            if let Some(count) = levels.get_mut(usize::from(*level)) {
                *count += 1;
            }
        }
        let all: u64 = levels.iter().sum();
        let level_at = |share: u64| {
            let mut sum = 0;
            let place = levels.iter().position(|count| {
                sum += count;
                sum * 1000 >= all * share
            });
            u8::try_from(place.unwrap_or(255)).unwrap_or(255)
        };
        Self { paper: level_at(600), ink: level_at(5) }
    }

    /// Grey levels between paper and full ink.
    pub(crate) fn contrast(self) -> u8 {
        self.paper.saturating_sub(self.ink)
    }

    /// Grey level below which a pixel is print.
    pub(crate) fn print_threshold(self) -> u8 {
        self.paper.saturating_sub((f32::from(self.contrast()) * 0.45) as u8)
    }
}
