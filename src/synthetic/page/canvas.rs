//! Drawing on a page: text, filled boxes, strokes.

use crate::page::fonts::{Face, Fonts, rasterize_text};
use image::{Rgb, RgbImage};

/// Colour of laser toner, which is not fully black.
pub const TONER: Rgb<u8> = Rgb([24, 22, 26]);

/// A page that is being drawn.
#[derive(Debug)]
pub struct Canvas<'a> {
    /// The page image.
    pub picture: RgbImage,
    /// Px per millimetre.
    pub scale: f32,
    fonts: &'a Fonts,
}

impl<'a> Canvas<'a> {
    /// A white A4 page in portrait.
    #[must_use]
    pub fn a4(fonts: &'a Fonts, dpi: u32) -> Self {
        let scale = dpi as f32 / 25.4;
        let picture = RgbImage::from_pixel((210.0 * scale) as u32, (297.0 * scale) as u32, Rgb([255, 255, 255]));
        Self { picture, scale, fonts }
    }

    /// A type size in px.
    #[must_use]
    pub fn points_to_px(&self, points: f32) -> f32 {
        points * self.scale * 25.4 / 72.0
    }

    /// Width in mm of `text` at `size` points.
    #[must_use]
    pub fn text_width(&self, face: Face, size: f32, text: &str) -> f32 {
        self.fonts.text_width(face, self.points_to_px(size), text) / self.scale
    }

    /// Draws `text` in toner from (`left`, `base`), the start of its base line in mm; `size` in points.
    pub fn draw_text(&mut self, face: Face, size: f32, left: f32, base: f32, text: &str) {
        self.draw_text_spaced(face, size, (left, base), text, 0.0);
    }

    /// As [`Canvas::draw_text`], with `extra` mm added to every space: justified lines.
    pub fn draw_text_spaced(&mut self, face: Face, size: f32, (left, base): (f32, f32), text: &str, extra: f32) {
        let (size, start) = (self.points_to_px(size), (left * self.scale, base * self.scale));
        let picture = &mut self.picture;
        rasterize_text(self.fonts.face(face), size, start, text, extra * self.scale, |x, y, cover| blend_ink(picture, x, y, TONER, cover));
    }

    /// As [`Canvas::draw_text`], centred on `middle` mm.
    pub fn draw_text_centred(&mut self, face: Face, size: f32, middle: f32, base: f32, text: &str) {
        let left = middle - self.text_width(face, size, text) / 2.0;
        self.draw_text(face, size, left, base, text);
    }

    /// Fills a box with toner; at least one px in each direction. Lengths in mm.
    pub fn fill_rect(&mut self, left: f32, top: f32, width: f32, height: f32) {
        let px = |mm: f32| (mm * self.scale) as i32;
        let (x0, y0) = (px(left), px(top));
        let (x1, y1) = (px(left + width).max(x0 + 1), px(top + height).max(y0 + 1));
        for y in y0..y1 {
            for x in x0..x1 {
                blend_ink(&mut self.picture, x, y, TONER, 1.0);
            }
        }
    }
}

/// Draws ink on one px by multiplication, as real ink darkens the paper under it; `cover` from 0 to 1. Does nothing
/// outside the picture.
pub fn blend_ink(picture: &mut RgbImage, x: i32, y: i32, colour: Rgb<u8>, cover: f32) {
    let (Ok(x), Ok(y)) = (u32::try_from(x), u32::try_from(y)) else { return };
    let Some(pixel) = picture.get_pixel_mut_checked(x, y) else { return };
    let cover = cover.clamp(0.0, 1.0);
    for (paper, tint) in pixel.0.iter_mut().zip(colour.0) {
        *paper = (f32::from(*paper) * (1.0 - cover * (1.0 - f32::from(tint) / 255.0))) as u8;
    }
}

/// Draws a stroke of ink `width` px thick from one point to another, both in px, with soft edges.
pub fn draw_stroke(picture: &mut RgbImage, from: (f32, f32), to: (f32, f32), width: f32, colour: Rgb<u8>, strength: f32) {
    let steps = (((to.0 - from.0).abs() + (to.1 - from.1).abs()).ceil() as usize).clamp(1, 4000);
    for step in 0..=steps {
        let part = step as f32 / steps as f32;
        let (x, y) = (from.0 + (to.0 - from.0) * part, from.1 + (to.1 - from.1) * part);
        let reach = width.ceil() as i32;
        for dy in -reach..=reach {
            for dx in -reach..=reach {
                let distance = ((dx * dx + dy * dy) as f32).sqrt();
                let cover = (width / 2.0 + 0.5 - distance).clamp(0.0, 1.0) * strength;
                if cover > 0.0 {
                    blend_ink(picture, x as i32 + dx, y as i32 + dy, colour, cover * 0.6);
                }
            }
        }
    }
}
