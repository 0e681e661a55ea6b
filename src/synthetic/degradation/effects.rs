//! Effects of ageing and scanning on a page image, and JPEG encoding.

use crate::page::canvas::blend_ink;
use crate::random::SeededRng;
use image::codecs::jpeg::{JpegEncoder, PixelDensity};
use image::{ExtendedColorType, GrayImage, Rgb, RgbImage};
use sohoa_base::error::Result;
use sohoa_base::messages::{evaluation, program};

/// Severity of a degradation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Severity {
    /// As in a good scan.
    Light,
    /// As in a usual scan.
    Medium,
    /// As in a scan that should be repeated.
    Heavy,
}

/// Every severity, the lightest first.
pub const SEVERITIES: [Severity; 3] = [Severity::Light, Severity::Medium, Severity::Heavy];

impl Severity {
    /// Name in file names.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Severity::Light => "light",
            Severity::Medium => "medium",
            Severity::Heavy => "heavy",
        }
    }
}

/// Rotates clockwise by a few degrees about the middle; uncovered corners become `behind`.
#[must_use]
pub fn skew(picture: &RgbImage, degrees: f32, behind: Rgb<u8>) -> RgbImage {
    // A series, which is exact enough for small angles: the last bit of the library's sine differs between machines.
    let angle = degrees * std::f32::consts::PI / 180.0;
    let sine = angle - angle * angle * angle / 6.0;
    let cosine = 1.0 - angle * angle / 2.0 + angle * angle * angle * angle / 24.0;
    let (width, height) = picture.dimensions();
    let (middle_x, middle_y) = (width as f32 / 2.0, height as f32 / 2.0);
    RgbImage::from_fn(width, height, |x, y| {
        let (dx, dy) = (x as f32 - middle_x, y as f32 - middle_y);
        sample_bilinear(picture, middle_x + dx * cosine + dy * sine, middle_y - dx * sine + dy * cosine, behind)
    })
}

fn sample_bilinear(picture: &RgbImage, x: f32, y: f32, behind: Rgb<u8>) -> Rgb<u8> {
    let (left, top) = (x.floor(), y.floor());
    let (right_part, low_part) = (x - left, y - top);
    let at = |dx: i32, dy: i32| match (u32::try_from(left as i32 + dx), u32::try_from(top as i32 + dy)) {
        (Ok(x), Ok(y)) => picture.get_pixel_checked(x, y).copied().unwrap_or(behind),
        _ => behind,
    };
    let corners = [at(0, 0), at(1, 0), at(0, 1), at(1, 1)];
    let shares =
        [(1.0 - right_part) * (1.0 - low_part), right_part * (1.0 - low_part), (1.0 - right_part) * low_part, right_part * low_part];
    let mut sum = [0.5f32; 3];
    for (corner, share) in corners.iter().zip(shares) {
        for (total, value) in sum.iter_mut().zip(corner.0) {
            *total += f32::from(value) * share;
        }
    }
    Rgb(sum.map(|value| value as u8))
}

/// Blurs by `rounds` passes of a 1-2-1 kernel in both directions.
#[must_use]
pub fn blur(picture: &RgbImage, rounds: u32) -> RgbImage {
    let mut soft = picture.clone();
    for _ in 0..rounds {
        soft = blur_pass(&soft, 3);
        soft = blur_pass(&soft, 3 * soft.width() as usize);
    }
    soft
}

/// One pass of the kernel along samples `step` apart; the ends are unchanged.
fn blur_pass(picture: &RgbImage, step: usize) -> RgbImage {
    let before = picture.as_raw();
    let mut after = picture.clone();
    for (index, value) in after.iter_mut().enumerate().skip(step) {
        if let (Some(&back), Some(&here), Some(&ahead)) = (before.get(index - step), before.get(index), before.get(index + step)) {
            *value = ((u16::from(back) + 2 * u16::from(here) + u16::from(ahead) + 2) / 4) as u8;
        }
    }
    after
}

/// Adds noise of standard deviation `deviation` grey levels, and about `deviation` specks of dust in a million px.
#[must_use]
pub fn add_noise(picture: &RgbImage, deviation: f32, random: &mut SeededRng) -> RgbImage {
    let mut grainy = picture.clone();
    for pixel in grainy.pixels_mut() {
        let grain = random.approx_normal() * deviation;
        pixel.0 = pixel.0.map(|value| (f32::from(value) + grain).clamp(0.0, 255.0) as u8);
    }
    let (width, height) = grainy.dimensions();
    let specks = (f64::from(width) * f64::from(height) * f64::from(deviation) / 1e6) as u32;
    for _ in 0..specks {
        let (x, y) = (random.uniform(0.0, width as f32) as i32, random.uniform(0.0, height as f32) as i32);
        let size = random.uniform(1.0, 3.0) as i32;
        for (dx, dy) in (0..size).flat_map(|dy| (0..size).map(move |dx| (dx, dy))) {
            blend_ink(&mut grainy, x + dx, y + dy, Rgb([60, 58, 55]), 0.8);
        }
    }
    grainy
}

/// Encodes as JPEG of `quality` (1 to 100) and decodes.
///
/// # Errors
/// As [`encode_jpeg`].
pub fn jpeg_round_trip(picture: &RgbImage, quality: u8) -> Result<RgbImage> {
    let bytes = encode_jpeg(picture, quality, 200)?;
    let decoded = image::load_from_memory_with_format(&bytes, image::ImageFormat::Jpeg)
        .map_err(|error| program::bug("drawn pages: decoding their JPEG").caused_by(error))?;
    Ok(decoded.into_rgb8())
}

/// Encodes as a colour JPEG file of `quality` (1 to 100) with the resolution in its header.
///
/// # Errors
/// `Limit` where a side is over 65,535 px.
pub fn encode_jpeg(picture: &RgbImage, quality: u8, dpi: u16) -> Result<Vec<u8>> {
    encode_samples(picture, picture.dimensions(), ExtendedColorType::Rgb8, quality, dpi)
}

/// As [`encode_jpeg`], in grey.
///
/// # Errors
/// As [`encode_jpeg`].
pub fn encode_jpeg_grey(picture: &GrayImage, quality: u8, dpi: u16) -> Result<Vec<u8>> {
    encode_samples(picture, picture.dimensions(), ExtendedColorType::L8, quality, dpi)
}

fn encode_samples(samples: &[u8], (width, height): (u32, u32), colour: ExtendedColorType, quality: u8, dpi: u16) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut encoder = JpegEncoder::new_with_quality(&mut bytes, quality);
    encoder.set_pixel_density(PixelDensity::dpi(dpi));
    encoder.encode(samples, width, height, colour).map_err(|error| evaluation::page_too_large_for_jpeg(width, height).caused_by(error))?;
    Ok(bytes)
}

/// Lets `back` show through, mirrored and blurred, with `share` of its darkness (0 to 1).
#[must_use]
pub fn bleed_through(picture: &RgbImage, back: &RgbImage, share: f32) -> RgbImage {
    let back = blur(back, 3);
    let mut mixed = picture.clone();
    let width = mixed.width();
    for (x, y, pixel) in mixed.enumerate_pixels_mut() {
        let Some(through) = back.get_pixel_checked(width - 1 - x, y) else { continue };
        for (value, shine) in pixel.0.iter_mut().zip(through.0) {
            *value = (f32::from(*value) * (1.0 - share * (1.0 - f32::from(shine) / 255.0))) as u8;
        }
    }
    mixed
}

/// Fades dark px by `share` (0 to 1), in patches.
#[must_use]
pub fn fade_toner(picture: &RgbImage, share: f32, random: &mut SeededRng) -> RgbImage {
    let patches = ValueNoise::new(random);
    let (width, height) = picture.dimensions();
    let mut faded = picture.clone();
    for (x, y, pixel) in faded.enumerate_pixels_mut() {
        let wear = share * (0.7 + 0.6 * patches.sample(x as f32 / width as f32, y as f32 / height as f32));
        pixel.0 = pixel.0.map(|value| (f32::from(value) + (245.0 - f32::from(value)).max(0.0) * wear.min(0.9)) as u8);
    }
    faded
}

/// Applies the colour of the paper and uneven brightness; the darkest place loses `depth` (0 to 1).
#[must_use]
pub fn age_paper(picture: &RgbImage, paper: Rgb<u8>, depth: f32, random: &mut SeededRng) -> RgbImage {
    let clouds = ValueNoise::new(random);
    let (width, height) = picture.dimensions();
    let mut aged = picture.clone();
    for (x, y, pixel) in aged.enumerate_pixels_mut() {
        let light = 1.0 - depth * clouds.sample(x as f32 / width as f32, y as f32 / height as f32);
        for (value, tint) in pixel.0.iter_mut().zip(paper.0) {
            *value = (f32::from(*value) * f32::from(tint) / 255.0 * light) as u8;
        }
    }
    aged
}

/// Draws two punch holes at the left edge, with the dark lid of the scanner behind them; `scale` in px per mm.
pub fn draw_punch_holes(picture: &mut RgbImage, scale: f32) {
    let radius = 3.0 * scale;
    let middle = picture.height() as f32 / 2.0;
    for y in [middle - 40.0 * scale, middle + 40.0 * scale] {
        fill_disc(picture, (12.0 * scale, y), radius, Rgb([52, 50, 48]));
    }
}

/// Draws the two rusty holes of a staple at the top left corner; `scale` in px per mm.
pub fn draw_staple(picture: &mut RgbImage, scale: f32) {
    for (x, y) in [(11.0, 12.0), (18.0, 8.5)] {
        fill_disc(picture, (x * scale, y * scale), 0.55 * scale, Rgb([96, 74, 58]));
    }
}

fn fill_disc(picture: &mut RgbImage, centre: (f32, f32), radius: f32, colour: Rgb<u8>) {
    let reach = radius.ceil() as i32 + 1;
    for dy in -reach..=reach {
        for dx in -reach..=reach {
            if ((dx * dx + dy * dy) as f32).sqrt() <= radius {
                let (Ok(x), Ok(y)) = (u32::try_from(centre.0 as i32 + dx), u32::try_from(centre.1 as i32 + dy)) else { continue };
                if let Some(pixel) = picture.get_pixel_mut_checked(x, y) {
                    *pixel = colour;
                }
            }
        }
    }
}

/// Draws the black border of an uncovered scanner bed: widths in px at left, top, right, bottom, with ragged edges.
pub fn draw_scanner_border(picture: &mut RgbImage, sides: [u32; 4], random: &mut SeededRng) {
    let [left, top, right, bottom] = sides;
    let (width, height) = picture.dimensions();
    let ragged = |random: &mut SeededRng, side: u32| if side == 0 { 0 } else { side + (random.next_u64() % 3) as u32 };
    for y in 0..height {
        let (from, to) = (ragged(random, left), width.saturating_sub(ragged(random, right)));
        for x in (0..from.min(width)).chain(to..width) {
            picture.put_pixel(x, y, Rgb([14, 13, 15]));
        }
    }
    for y in (0..top.min(height)).chain(height.saturating_sub(bottom)..height) {
        for x in 0..width {
            picture.put_pixel(x, y, Rgb([14, 13, 15]));
        }
    }
}

/// Value noise from 0 to 1: a grid of five by five random values, interpolated.
struct ValueNoise([[f32; 5]; 5]);

impl ValueNoise {
    fn new(random: &mut SeededRng) -> Self {
        Self(std::array::from_fn(|_| std::array::from_fn(|_| random.uniform(0.0, 1.0))))
    }

    /// The value at fractions of width and height.
    fn sample(&self, x: f32, y: f32) -> f32 {
        let place = |part: f32| {
            let scaled = (part * 4.0).clamp(0.0, 3.999);
            let step = scaled - scaled.floor();
            (scaled as usize, step * step * (3.0 - 2.0 * step))
        };
        let ((column, right), (row, low)) = (place(x), place(y));
        let value = |row: usize, column: usize| self.0.get(row).and_then(|row| row.get(column)).copied().unwrap_or(0.5);
        let upper = value(row, column) * (1.0 - right) + value(row, column + 1) * right;
        let lower = value(row + 1, column) * (1.0 - right) + value(row + 1, column + 1) * right;
        upper * (1.0 - low) + lower * low
    }
}
