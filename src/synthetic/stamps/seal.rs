//! Red seals of offices and signatures. Seals bear the word "MẪU" (specimen), so that nobody takes them for real ones.

use crate::page::canvas::{blend_ink, draw_stroke};
use crate::page::fonts::{Face, Fonts, em_scale, measure_text, rasterize_text};
use crate::random::SeededRng;
use ab_glyph::{Font, ScaleFont, point};
use image::{Rgb, RgbImage};

/// Colour of seal ink.
const SEAL_RED: Rgb<u8> = Rgb([206, 30, 48]);

/// Colour of a ball pen.
const PEN_BLUE: Rgb<u8> = Rgb([38, 52, 132]);

/// Draws a round seal at `centre` (px) with `radius` (px) and `strength` of ink (0 to 1); `words` run around it, in the
/// bold typeface.
pub fn draw_seal(
    picture: &mut RgbImage,
    centre: (f32, f32),
    radius: f32,
    words: Option<(&Fonts, &str)>,
    strength: f32,
    random: &mut SeededRng,
) {
    let mut cover = SealMask::new(radius);
    cover.draw_ring(radius, radius * 0.055);
    cover.draw_ring(radius * 0.64, radius * 0.025);
    cover.draw_star(radius * 0.3);
    if let Some((fonts, words)) = words {
        cover.draw_words(fonts, words, radius);
    }
    // Uneven ink: pressure falls off to one side, and some px take little.
    let (slope_x, slope_y) = (random.uniform(-0.25, 0.25), random.uniform(-0.25, 0.25));
    let side = cover.side;
    for (index, share) in cover.values.iter().enumerate() {
        if *share <= 0.0 {
            continue;
        }
        let (dx, dy) = ((index % side) as f32 - cover.middle, (index / side) as f32 - cover.middle);
        let press = 1.0 + (dx * slope_x + dy * slope_y) / radius;
        let grain = if random.next_u64().is_multiple_of(9) { 0.45 } else { 1.0 };
        blend_ink(picture, (centre.0 + dx) as i32, (centre.1 + dy) as i32, SEAL_RED, share * press * grain * strength);
    }
}

/// Ink of each px of the seal's square, 0 to 1.
struct SealMask {
    side: usize,
    middle: f32,
    values: Vec<f32>,
}

impl SealMask {
    fn new(radius: f32) -> Self {
        let side = (radius * 2.0).ceil() as usize + 8;
        Self { side, middle: side as f32 / 2.0, values: vec![0.0; side * side] }
    }

    fn raise_pixel(&mut self, x: f32, y: f32, share: f32) {
        let (column, row) = ((self.middle + x) as usize, (self.middle + y) as usize);
        if column < self.side
            && let Some(value) = self.values.get_mut(row * self.side + column)
        {
            *value = value.max(share.clamp(0.0, 1.0));
        }
    }

    fn raise_all(&mut self, share: impl Fn(f32, f32) -> f32) {
        let (side, middle) = (self.side, self.middle);
        for (index, value) in self.values.iter_mut().enumerate() {
            *value = value.max(share((index % side) as f32 - middle, (index / side) as f32 - middle).clamp(0.0, 1.0));
        }
    }

    fn draw_ring(&mut self, radius: f32, width: f32) {
        self.raise_all(|x, y| width / 2.0 + 0.5 - ((x * x + y * y).sqrt() - radius).abs());
    }

    /// Draws a five-pointed star, point up. A px is inside where it is within at least four of the half-planes of the five
    /// edges.
    fn draw_star(&mut self, radius: f32) {
        let normals = [(0.0f32, -1.0f32), (0.951_06, -0.309_02), (0.587_79, 0.809_02), (-0.587_79, 0.809_02), (-0.951_06, -0.309_02)];
        let inner = radius * 0.309_02;
        self.raise_all(|x, y| {
            let inside = normals.iter().filter(|(nx, ny)| x * nx + y * ny <= inner).count();
            if inside >= 4 { 0.9 } else { 0.0 }
        });
    }

    fn draw_words(&mut self, fonts: &Fonts, words: &str, radius: f32) {
        let font = fonts.face(Face::Bold);
        let size = radius * 0.2;
        let scaled = font.as_scaled(em_scale(font, size));
        let track = radius * 0.73;
        let spread = 1.08;
        let long: f32 = words.chars().map(|letter| scaled.h_advance(scaled.glyph_id(letter)) * spread).sum();
        let mut angle = -long / track / 2.0;
        for letter in words.chars() {
            let id = scaled.glyph_id(letter);
            let advance = scaled.h_advance(id);
            angle += advance * spread / track / 2.0;
            let (sine, cosine) = sin_cos(angle);
            let mut glyph = id.with_scale(scaled.scale());
            glyph.position = point(-advance / 2.0, -track);
            if let Some(outline) = font.outline_glyph(glyph) {
                let bounds = outline.px_bounds();
                outline.draw(|gx, gy, share| {
                    let (x, y) = (bounds.min.x + gx as f32, bounds.min.y + gy as f32);
                    self.raise_pixel(x * cosine - y * sine, x * sine + y * cosine, share);
                });
            }
            angle += advance * spread / track / 2.0;
        }
        let label = "MẪU";
        let start = (-measure_text(font, size, label) / 2.0, radius * 0.9);
        rasterize_text(font, size, start, label, 0.0, |x, y, share| self.raise_pixel(x as f32, y as f32, share));
    }
}

/// Sine and cosine by a series and angle doubling, which gives the same bits on every machine.
pub(crate) fn sin_cos(angle: f32) -> (f32, f32) {
    let part = angle / 16.0;
    let (mut sine, mut cosine) = (part - part * part * part / 6.0, 1.0 - part * part / 2.0 + part * part * part * part / 24.0);
    for _ in 0..4 {
        (sine, cosine) = (2.0 * sine * cosine, cosine * cosine - sine * sine);
    }
    (sine, cosine)
}

/// Draws an illegible signature into the box from (`left`, `top`), `width` × `height` px.
pub fn draw_signature(picture: &mut RgbImage, (left, top): (f32, f32), (width, height): (f32, f32), random: &mut SeededRng) {
    let turns = 5 + (random.next_u64() % 3) as usize;
    let mut knots = vec![(left, top + height * random.uniform(0.4, 0.8))];
    for knot in 0..turns {
        let across = left + width * (knot as f32 + random.uniform(0.3, 1.3)) / turns as f32;
        let high = if knot % 2 == 0 { random.uniform(0.0, 0.35) } else { random.uniform(0.6, 1.0) };
        knots.push((across, top + height * high));
    }
    knots.push((left + width * 1.15, top + height * random.uniform(0.2, 0.7)));
    let mut last: Option<(f32, f32)> = None;
    for window in knots.windows(4) {
        let [before, from, to, after] = *window else { continue };
        for step in 0..24 {
            let here = catmull_rom(before, from, to, after, step as f32 / 24.0);
            if let Some(last) = last {
                draw_stroke(picture, last, here, width / 70.0, PEN_BLUE, 0.8);
            }
            last = Some(here);
        }
    }
}

/// A point on the Catmull-Rom curve from the second to the third knot.
fn catmull_rom(a: (f32, f32), b: (f32, f32), c: (f32, f32), d: (f32, f32), t: f32) -> (f32, f32) {
    let along = |a: f32, b: f32, c: f32, d: f32| {
        0.5 * (2.0 * b + (c - a) * t + (2.0 * a - 5.0 * b + 4.0 * c - d) * t * t + (3.0 * b - a - 3.0 * c + d) * t * t * t)
    };
    (along(a.0, b.0, c.0, d.0), along(a.1, b.1, c.1, d.1))
}
