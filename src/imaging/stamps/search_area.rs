//! Search area for secrecy stamps: the upper part of a page, strips cut from it, and the position of stamps on the page.

use crate::preprocess::resize::{scale, scale_colour};
use image::{DynamicImage, GrayImage, ImageBuffer, Pixel, Rgb, RgbImage, imageops};
use sohoa_base::error::Result;
use sohoa_base::model::page::geometry::Bounds;
use sohoa_base::model::page::reading::{SecrecyLevel, SecrecyStamp};

/// Resolution at which stamps are verified, dots per inch. They are detected at half of it, where capitals of 11 points are
/// 8 px high.
const STAMP_DPI: f32 = 150.0;

/// Longer side of an A4 page at that resolution, px, for images with an implausible resolution.
const A4_LONG_SIDE: f32 = 1754.0;

/// Cap height on a strip, px.
const STRIP_CAP_HEIGHT: f32 = 16.0;

/// Colour outside of the image.
const PAPER: Rgb<u8> = Rgb([240, 240, 240]);

/// Share of the page height, from the top, that is searched.
const SEARCHED_SHARE: f32 = 0.5;

/// The whole page as delivered, in colour, at 150 dots per inch.
#[derive(Debug, Clone)]
pub struct StampView {
    page: RgbImage,
    /// Scale from the delivered page to the view.
    factor: f32,
}

/// The upper part of an upright page, or a part of it.
#[derive(Debug, Clone)]
pub struct StampSearchArea {
    /// At 150 dots per inch; strips are cut from it.
    pub full_size: RgbImage,
    /// At 75 dots per inch; stamps are detected on it.
    pub half_size: RgbImage,
    /// Its upper left corner on the upper part of the page, px of `half_size`.
    pub origin: (u32, u32),
}

/// The word `MẬT` as detected on [`StampSearchArea::half_size`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct StampWord {
    /// Centre, px of `half_size`.
    pub center: (f32, f32),
    /// Reading direction: sine and cosine of its clockwise turn.
    pub direction: (f32, f32),
    /// Cap height, px of `half_size`.
    pub cap_height: f32,
    /// Log-odds of the detection.
    pub log_odds: f32,
}

impl StampView {
    /// Scales the page to 150 dots per inch.
    ///
    /// # Errors
    /// As [`scale`].
    pub fn of(pixels: &DynamicImage, dpi: u32) -> Result<Self> {
        let long = pixels.width().max(pixels.height()) as f32;
        let by_dpi = STAMP_DPI / dpi.max(1) as f32;
        // A4 has 1754 px, A3 2480 px: for other sizes the stated resolution is taken as wrong.
        let factor = if (1200.0..2800.0).contains(&(long * by_dpi)) { by_dpi } else { A4_LONG_SIDE / long };
        let page = match pixels {
            DynamicImage::ImageRgb8(colour) if factor == 0.5 => halve(colour),
            DynamicImage::ImageRgb8(colour) => scale_colour(colour, factor)?,
            DynamicImage::ImageLuma8(grey) => to_rgb(&scale(grey, factor)?),
            other => scale_colour(&other.to_rgb8(), factor)?,
        };
        Ok(Self { page, factor })
    }

    /// Upper part of the page after a clockwise turn by `degrees` (0, 90, 180 or 270).
    #[must_use]
    pub fn search_area(&self, degrees: u16) -> StampSearchArea {
        let full_size = self.crop_search_area(degrees);
        StampSearchArea { half_size: halve(&full_size), full_size, origin: (0, 0) }
    }

    fn crop_search_area(&self, degrees: u16) -> RgbImage {
        let (width, height) = self.page.dimensions();
        let part = |length: u32| (length as f32 * SEARCHED_SHARE) as u32;
        let cut = |x, y, width, height| crop_clamped(&self.page, x, y, width, height);
        match degrees {
            90 => imageops::rotate90(&cut(0, 0, part(width), height)),
            180 => imageops::rotate180(&cut(0, height - part(height), width, part(height))),
            270 => imageops::rotate270(&cut(width - part(width), 0, part(width), height)),
            _ => cut(0, 0, width, part(height)),
        }
    }

    /// Converts a verified word to a stamp of `level` on the upright page, which has `upright` px; `probability` is 0 to 1.
    #[must_use]
    pub fn to_stamp(&self, word: &StampWord, level: SecrecyLevel, probability: f32, upright: (u32, u32)) -> SecrecyStamp {
        let whole = |value: f32, limit: u32| ((2.0 * value / self.factor).max(0.0) as u32).min(limit);
        let [left, top, right, bottom] = stamp_box(word, level);
        let (width, height) = upright;
        SecrecyStamp {
            level,
            bounds: Bounds::new(whole(left, width), whole(top, height), whole(right, width), whole(bottom, height)),
            confidence: (probability * 100.0).round().clamp(0.0, 100.0) as u8,
        }
    }
}

/// Halves an image: every 2 × 2 px become their mean.
pub(crate) fn halve(picture: &RgbImage) -> RgbImage {
    let (width, height) = (picture.width() / 2, picture.height() / 2);
    let row = 3 * picture.width() as usize;
    let mut small = RgbImage::new(width, height);
    let pairs = picture.as_raw().chunks_exact((2 * row).max(1)).map(|rows| rows.split_at(row));
    for (to, (upper, lower)) in small.chunks_exact_mut((3 * width as usize).max(1)).zip(pairs) {
        let fours = upper.as_chunks().0.iter().zip(lower.as_chunks().0);
        for (to, ([r0, g0, b0, r1, g1, b1], [r2, g2, b2, r3, g3, b3])) in to.as_chunks_mut::<3>().0.iter_mut().zip(fours) {
            *to = [mean_of_four([*r0, *r1, *r2, *r3]), mean_of_four([*g0, *g1, *g2, *g3]), mean_of_four([*b0, *b1, *b2, *b3])];
        }
    }
    small
}

/// Mean of four levels, rounded up.
pub(crate) fn mean_of_four(four: [u8; 4]) -> u8 {
    four.into_iter().map(u16::from).sum::<u16>().div_ceil(4) as u8
}

/// Crops an image; the part beyond its edges is left out.
pub(crate) fn crop_clamped<P: Pixel<Subpixel = u8>>(picture: &Picture<P>, x: u32, y: u32, width: u32, height: u32) -> Picture<P> {
    let (x, y) = (x.min(picture.width()), y.min(picture.height()));
    let (width, height) = (width.min(picture.width() - x), height.min(picture.height() - y));
    let levels = |pixels: u32| pixels as usize * usize::from(P::CHANNEL_COUNT);
    let rows = picture.as_raw().chunks_exact(levels(picture.width()).max(1)).skip(y as usize);
    let mut part = Picture::new(width, height);
    for (to, row) in part.chunks_exact_mut(levels(width).max(1)).zip(rows) {
        to.iter_mut().zip(row.iter().skip(levels(x))).for_each(|(to, level)| *to = *level);
    }
    part
}

/// Image with 8 bits per channel.
type Picture<P> = ImageBuffer<P, Vec<u8>>;

/// Cuts a strip of `size` (width, height) px from the full-size image, with the word upright, its centre at `center` and a cap
/// height of 16 px.
#[must_use]
pub fn cut_strip(full_size: &RgbImage, word: &StampWord, size: (u32, u32), center: (u32, u32)) -> RgbImage {
    // The full-size image is twice as large as the one on which the word was detected.
    let scale = 2.0 * word.cap_height / STRIP_CAP_HEIGHT;
    let (sine, cosine) = (word.direction.0 * scale, word.direction.1 * scale);
    RgbImage::from_fn(size.0, size.1, |x, y| {
        let (along, across) = (x as f32 - center.0 as f32, y as f32 - center.1 as f32);
        let (x, y) = (2.0 * word.center.0 + along * cosine - across * sine, 2.0 * word.center.1 + along * sine + across * cosine);
        sample_bilinear(full_size, x, y)
    })
}

fn sample_bilinear(picture: &RgbImage, x: f32, y: f32) -> Rgb<u8> {
    let (left, top) = (x.floor(), y.floor());
    let (right, low) = (x - left, y - top);
    let shares = [(1.0 - right) * (1.0 - low), right * (1.0 - low), (1.0 - right) * low, right * low];
    let corners = neighbours(picture, left as i32, top as i32);
    let mut sum = [0.5_f32; 3];
    for (corner, share) in corners.iter().zip(shares) {
        for (total, value) in sum.iter_mut().zip(corner) {
            *total += f32::from(*value) * share;
        }
    }
    Rgb(sum.map(|value| value as u8))
}

/// A pixel and those to its right, below it, and below to its right.
fn neighbours(picture: &RgbImage, left: i32, top: i32) -> [[u8; 3]; 4] {
    if let (Ok(x), Ok(y)) = (u32::try_from(left), u32::try_from(top))
        && x + 1 < picture.width()
        && y + 1 < picture.height()
    {
        let (width, pixels) = (picture.width() as usize, picture.as_raw().as_chunks::<3>().0);
        let from = y as usize * width + x as usize;
        if let (Some([one, two]), Some([three, four])) = (pixels.get(from..from + 2), pixels.get(from + width..from + width + 2)) {
            return [*one, *two, *three, *four];
        }
    }
    let at = |dx: i32, dy: i32| match (u32::try_from(left + dx), u32::try_from(top + dy)) {
        (Ok(x), Ok(y)) => picture.get_pixel_checked(x, y).unwrap_or(&PAPER).0,
        _ => PAPER.0,
    };
    [at(0, 0), at(1, 0), at(0, 1), at(1, 1)]
}

pub(crate) fn to_rgb(grey: &GrayImage) -> RgbImage {
    let levels = grey.iter().flat_map(|level| [*level; 3]).collect();
    RgbImage::from_raw(grey.width(), grey.height(), levels).unwrap_or_default()
}

/// Box around a stamp with its frame, px of the half-size image: left, top, right, bottom.
fn stamp_box(word: &StampWord, level: SecrecyLevel) -> [f32; 4] {
    // In cap heights: half of `MẬT` with the frame, the same with the words before it, and half the height with diacritics.
    let (after, before, across) = match level {
        SecrecyLevel::Confidential => (2.6, 2.6, 1.5),
        SecrecyLevel::Secret => (2.6, 6.2, 1.5),
        SecrecyLevel::TopSecret => (2.6, 9.0, 1.5),
    };
    let (sine, cosine) = word.direction;
    let corners = [(-before, -across), (after, -across), (after, across), (-before, across)].map(|(along, across)| {
        let (along, across) = (along * word.cap_height, across * word.cap_height);
        (word.center.0 + along * cosine - across * sine, word.center.1 + along * sine + across * cosine)
    });
    corners.iter().fold([f32::MAX, f32::MAX, f32::MIN, f32::MIN], |[left, top, right, bottom], (x, y)| {
        [left.min(*x), top.min(*y), right.max(*x), bottom.max(*y)]
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn word(x: f32, y: f32, degrees: f32) -> StampWord {
        let angle = degrees.to_radians();
        StampWord { center: (x, y), direction: (angle.sin(), angle.cos()), cap_height: 10.0, log_odds: 3.5 }
    }

    fn view() -> StampView {
        StampView::of(&DynamicImage::from(RgbImage::from_pixel(1654, 2339, Rgb([250; 3]))), 200).unwrap()
    }

    #[test]
    fn stamp_bounds_are_upright_and_clamped_to_page() {
        let stamp = |word: &StampWord, level| view().to_stamp(word, level, 0.97, (1654, 2339));
        let bounds = stamp(&word(300.0, 200.0, 0.0), SecrecyLevel::Confidential).bounds;
        // 200 dots per inch are 2.67 times 75.
        assert!((720..745).contains(&bounds.x0) && (860..880).contains(&bounds.x1), "{bounds:?}");
        assert!((485..500).contains(&bounds.y0) && (565..580).contains(&bounds.y1), "{bounds:?}");
        let longer = stamp(&word(300.0, 200.0, 90.0), SecrecyLevel::TopSecret).bounds;
        assert!(longer.y0 < 320 && longer.y1 < 620 && longer.width() < 100, "{longer:?}");
        let edge = stamp(&word(2.0, 3.0, 30.0), SecrecyLevel::Confidential);
        assert_eq!((edge.bounds.x0, edge.bounds.y0, edge.confidence), (0, 0, 97));
    }

    #[test]
    fn strip_is_upright_at_fixed_cap_height() {
        for degrees in [-40.0_f32, 0.0, 35.0] {
            let (sine, cosine) = (degrees.to_radians().sin(), degrees.to_radians().cos());
            // A bar of 120 × 40 px around the middle, turned: the letters of a word whose capitals are 40 px high.
            let picture = RgbImage::from_fn(800, 600, |x, y| {
                let (dx, dy) = (x as f32 - 400.0, y as f32 - 300.0);
                let (along, across) = (dx * cosine + dy * sine, dy * cosine - dx * sine);
                Rgb([if along.abs() < 60.0 && across.abs() < 20.0 { 20 } else { 250 }; 3])
            });
            let strip = cut_strip(&picture, &StampWord { cap_height: 20.0, ..word(200.0, 150.0, degrees) }, (112, 40), (56, 20));
            let level = |x: u32, y: u32| strip.get_pixel(x, y).0[0];
            assert!([34, 56, 78].iter().all(|x| [14, 20, 26].iter().all(|y| level(*x, *y) < 60)), "{degrees}");
            assert!(level(28, 20) > 200 && level(84, 20) > 200 && level(56, 9) > 200 && level(56, 31) > 200, "{degrees}");
        }
    }

    #[test]
    fn search_area_is_top_of_upright_page() {
        let marked = |x: u32, y: u32| {
            let mut page = RgbImage::from_pixel(620, 877, Rgb([255; 3]));
            (x..x + 8).for_each(|x| (y..y + 8).for_each(|y| page.put_pixel(x, y, Rgb([0; 3]))));
            StampView::of(&DynamicImage::from(page), 75).unwrap()
        };
        // The upper left corner of the upright page, where it is delivered turned.
        for (degrees, view) in [(0, marked(0, 0)), (90, marked(0, 869)), (180, marked(612, 869)), (270, marked(612, 0))] {
            let StampSearchArea { full_size: sharp, half_size: small, .. } = view.search_area(degrees);
            assert_eq!((sharp.get_pixel(6, 6).0, small.get_pixel(3, 3).0), ([0; 3], [0; 3]), "{degrees}");
            assert_eq!((sharp.get_pixel(400, 400).0, small.get_pixel(200, 200).0), ([255; 3], [255; 3]), "{degrees}");
        }
    }

    #[test]
    fn page_at_300_dpi_is_averaged_over_four_pixels() {
        // Columns of two colours, so that each px of the view is the mean of both; an odd last row and column are left out.
        let page = RgbImage::from_fn(2481, 3507, |x, _| Rgb(if x % 2 == 0 { [200, 100, 20] } else { [100, 60, 21] }));
        let view = StampView::of(&DynamicImage::from(page), 300).unwrap();
        assert_eq!(view.page.dimensions(), (1240, 1753));
        assert!(view.page.pixels().all(|pixel| pixel.0 == [150, 80, 21]));
        // As where it is resampled, but for the last row and column.
        let upper = view.search_area(0);
        assert_eq!((upper.full_size.dimensions(), upper.half_size.dimensions()), ((1240, 876), (620, 438)));
    }

    #[test]
    fn implausible_resolution_is_ignored() {
        let page = DynamicImage::from(GrayImage::new(1654, 2339));
        for dpi in [200, 72] {
            let (width, height) = StampView::of(&page, dpi).unwrap().page.dimensions();
            assert!(height == 1754 && (1240..=1241).contains(&width), "{width} × {height}");
        }
    }
}
