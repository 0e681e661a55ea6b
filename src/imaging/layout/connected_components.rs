//! Connected components of ink.

use image::{GrayImage, Luma};
use imageproc::region_labelling::{Connectivity, connected_components};

/// A connected component of ink.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Component {
    /// Left edge, px.
    pub x: u32,
    /// Top edge, px.
    pub y: u32,
    /// Right edge, px, exclusive.
    pub right: u32,
    /// Bottom edge, px, exclusive.
    pub bottom: u32,
    /// Number of ink pixels.
    pub area: u32,
}

impl Component {
    /// Width, px.
    #[must_use]
    pub fn width(&self) -> u32 {
        self.right - self.x
    }

    /// Height, px.
    #[must_use]
    pub fn height(&self) -> u32 {
        self.bottom - self.y
    }
}

/// Binary image: 255 where the grey level is below `threshold` (ink), otherwise 0.
#[must_use]
pub fn ink_mask(picture: &GrayImage, threshold: u8) -> GrayImage {
    let levels = picture.iter().map(|level| if *level < threshold { 255 } else { 0 }).collect();
    GrayImage::from_raw(picture.width(), picture.height(), levels).unwrap_or_default()
}

/// Connected components of `ink` (eight-connectivity), and the label image: 0 is paper, `n` is the component with index
/// `n - 1`.
#[must_use]
pub fn find_components(ink: &GrayImage) -> (Vec<Component>, image::ImageBuffer<Luma<u32>, Vec<u32>>) {
    let labels = connected_components(ink, Connectivity::Eight, Luma([0]));
    let mut found: Vec<Component> = Vec::new();
    for (x, y, label) in labels.enumerate_pixels() {
        let Some(place) = (label.0[0] as usize).checked_sub(1) else { continue };
        if place >= found.len() {
            found.resize(place + 1, Component { x: u32::MAX, y: u32::MAX, right: 0, bottom: 0, area: 0 });
        }
        if let Some(component) = found.get_mut(place) {
            component.x = component.x.min(x);
            component.y = component.y.min(y);
            component.right = component.right.max(x + 1);
            component.bottom = component.bottom.max(y + 1);
            component.area += 1;
        }
    }
    (found, labels)
}

/// Erases straight strokes of at least `length` px along rows and columns, with a margin of one px.
pub fn erase_rules(ink: &mut GrayImage, length: u32) {
    let (width, height) = ink.dimensions();
    let mut rules = Vec::new();
    for y in 0..height {
        for_each_run(width, |x| ink.get_pixel(x, y).0[0] > 0, length, |from, to| rules.push((from, y, to, y + 1)));
    }
    for x in 0..width {
        for_each_run(height, |y| ink.get_pixel(x, y).0[0] > 0, length, |from, to| rules.push((x, from, x + 1, to)));
    }
    for (left, top, right, bottom) in rules {
        for y in top.saturating_sub(1)..(bottom + 1).min(height) {
            for x in left.saturating_sub(1)..(right + 1).min(width) {
                ink.put_pixel(x, y, Luma([0]));
            }
        }
    }
}

/// Calls `take(from, to)` for every run of at least `least` set indices below `end`; `to` is exclusive.
pub fn for_each_run(end: u32, is_set: impl Fn(u32) -> bool, least: u32, mut take: impl FnMut(u32, u32)) {
    let mut begin = None;
    for place in 0..=end {
        if place < end && is_set(place) {
            begin.get_or_insert(place);
        } else if let Some(from) = begin.take()
            && place - from >= least
        {
            take(from, place);
        }
    }
}
