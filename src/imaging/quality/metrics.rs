//! Quality measures of a scanned page: contrast, sharpness, grain, bleed-through, clipped edges.
//!
//! All are measured at reading resolution on a sample of rows, columns and cells, which takes a few milliseconds.

use crate::quality::clipped_edges::{clipped_sides, rotate_sides};
use crate::quality::edges::measure_edges;
use crate::quality::tones::{Tones, permille};
use image::GrayImage;
use sohoa_base::model::page::reading::{Quality, ScanQuality};

/// Grey level below which a pixel of a normalized page is ink.
const INK_THRESHOLD: u8 = 150;

/// Images of a page as delivered and as preprocessed, at reading resolution.
#[derive(Debug, Clone, Copy)]
pub struct QualityInput<'a> {
    /// Greyscale, as delivered.
    pub delivered: &'a GrayImage,
    /// As delivered, without red ink: the red channel of a colour scan.
    pub delivered_without_red: &'a GrayImage,
    /// Greyscale, upright, deskewed, with normalized background.
    pub normalized: &'a GrayImage,
    /// Share of the paper with bleed-through before its removal, per mille.
    pub bleed_permille: u32,
    /// Clockwise turn from the delivered to the upright image, degrees.
    pub turn: u16,
    /// Resolution of the delivered image, dots per inch.
    pub dpi: u32,
    /// Scale from the delivered image to these images.
    pub factor: f32,
}

/// Measures the quality of a scan. Confidence, skew and expected error are set after recognition.
#[must_use]
pub fn measure(input: &QualityInput<'_>) -> Quality {
    // Counting every row would take as long as all other measures and gives the same levels.
    let tones = Tones::of(input.delivered, 4);
    let edges = measure_edges(input.delivered, tones);
    let ink = input.normalized.iter().filter(|level| **level < INK_THRESHOLD).count() as u64;
    let clipped = clipped_sides(input.delivered_without_red, input.dpi as f32 * input.factor / 25.4);
    Quality {
        ink_permille: permille(ink, input.normalized.len() as u64),
        contrast: tones.contrast(),
        sharpness: edges.sharpness(),
        confidence: 0,
        scan: Some(ScanQuality {
            dpi: input.dpi,
            noise: edges.noise(),
            bleed_permille: input.bleed_permille,
            clipped_sides: rotate_sides(clipped, input.turn),
            ..ScanQuality::default()
        }),
    }
}
