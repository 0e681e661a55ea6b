//! Searchable PDF/A: the page pictures as they were delivered, under an invisible text layer.
//!
//! PDF/A-1b (ISO 19005-1) is PDF 1.4 without transparency, JPEG 2000, LZW and cross-reference streams;
//! PDF/A-2u (ISO 19005-2) adds that every character maps to Unicode, which the same file gives.
//! The bytes depend on the arguments alone: no clock, no random identifier.

use super::pdf_body::Body;
use super::pdf_layer::{self, Alphabet, Frame};
use super::pdf_metadata;
use super::pdf_picture::{self, Embedded};
use super::picture::PagePicture;
use pdf_writer::{Content, Filter, Finish, Name, Rect, Ref};
use sohoa_base::error::{Error, Kind, Result, ResultExt};
use sohoa_base::model::reading::Reading;
use std::collections::BTreeMap;
use std::io::Write as _;

/// Which archival form is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Profile {
    /// PDF/A-1b, the profile of TCVN 14159-1.
    A1b,
    /// PDF/A-2u.
    A2u,
}

/// What the file says about itself.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct PdfMetadata {
    /// Title; empty for none.
    pub title: String,
    /// What it is about; empty for none.
    pub subject: String,
    /// Key words, without commas; may be empty.
    pub keywords: Vec<String>,
    /// Language of the text, such as `vi` (RFC 3066).
    pub language: String,
    /// Name of the document, unique in the world: the file identifier is its digest.
    pub identifier: String,
    /// Archival form.
    pub profile: Profile,
}

/// Side of a page that readers of PDF 1.4 still take, points (PDF 1.4, appendix C).
const LONGEST_SIDE: f64 = 14_400.0;
/// Shortest side of a page, points (PDF 1.4, appendix C).
const SHORTEST_SIDE: f64 = 3.0;
/// Pages under one node of the page tree: an array of PDF 1.4 holds 8,191 at most.
const PAGES_PER_NODE: usize = 256;

/// Writes one PDF/A file, page after page. Holds the encoded bytes of what [`Writer::take`] has not given out.
pub struct Writer {
    body: Body,
    metadata: PdfMetadata,
    alphabet: Alphabet,
    root: Ref,
    font: Ref,
    nodes: Vec<(Ref, Vec<Ref>)>,
    globals: BTreeMap<Vec<u8>, Ref>,
}

impl Writer {
    /// A file without pages.
    #[must_use]
    pub fn new(metadata: &PdfMetadata) -> Self {
        let mut body = Body::new(if metadata.profile == Profile::A1b { 4 } else { 7 });
        let (root, font) = (body.next(), body.next());
        Self { body, metadata: metadata.clone(), alphabet: Alphabet::new(), root, font, nodes: Vec::new(), globals: BTreeMap::new() }
    }

    /// Adds a page: the upright picture under the text of its reading.
    ///
    /// # Errors
    /// `Invalid` for a picture without pixels. After an error the file is as it was before.
    pub fn add_page(&mut self, picture: &PagePicture, reading: &Reading) -> Result<()> {
        let mark = self.body.mark();
        let added = self.try_page(picture, reading);
        if added.is_err() {
            self.globals.retain(|_, number| !mark.is_before(*number));
            self.body.back_to(mark);
        }
        added
    }

    fn try_page(&mut self, picture: &PagePicture, reading: &Reading) -> Result<()> {
        let (shown_width, shown_height) = (picture.pixels.width(), picture.pixels.height());
        if shown_width == 0 || shown_height == 0 {
            return Err(Error::invalid("page picture has no pixels, scan the page again"));
        }
        let quarter = reading.turn % 180 == 90;
        let upright = if quarter { (shown_height, shown_width) } else { (shown_width, shown_height) };
        // The reading's own measure counts: its boxes are in px of it.
        let read = reading.width > 0 && reading.height > 0;
        let (width, height) = if read { (reading.width, reading.height) } else { upright };
        let dpi = [reading.dpi, picture.dpi].into_iter().find(|dpi| *dpi > 0).unwrap_or(300);
        let frame = Frame::new(width, height, dpi);

        let base = pdf_picture::of_page(picture)?;
        let parts = picture.overlays.iter().map(pdf_picture::of_overlay).collect::<Result<Vec<_>>>()?;
        let base_turn = base.turn;
        let mut names = vec![self.embed(base)?];
        for part in parts {
            names.push(self.embed(part)?);
        }

        let mut content = Content::new();
        let page = turned(f64::from(reading.turn), frame.width_points, frame.height_points);
        let shown = turned(f64::from(base_turn), 1.0, 1.0);
        draw(&mut content, 0, product(shown, page));
        for (place, overlay) in picture.overlays.iter().enumerate() {
            let bounds = overlay.bounds;
            let (across, down) = (f64::from(shown_width), f64::from(shown_height));
            let box_of_shown = [
                f64::from(bounds.width()) / across,
                0.0,
                0.0,
                f64::from(bounds.height()) / down,
                f64::from(bounds.x0) / across,
                1.0 - f64::from(bounds.y1) / down,
            ];
            draw(&mut content, place + 1, product(box_of_shown, page));
        }
        pdf_layer::draw(&mut content, &mut self.alphabet, reading, &frame);
        self.page(&frame, &content.finish(), &names)
    }

    /// Adds a page whose original could not be read: an empty page with a cross drawn over it.
    ///
    /// # Errors
    /// `Internal` when the page's content cannot be compressed.
    pub fn add_missing_page(&mut self, width_points: f64, height_points: f64) -> Result<()> {
        let side = |points: f64| if points.is_finite() { points.clamp(SHORTEST_SIDE, LONGEST_SIDE) } else { 595.0 };
        let frame = Frame { width_points: side(width_points), height_points: side(height_points), scale: 1.0, last: (0, 0) };
        let (width, height) = (frame.width_points as f32, frame.height_points as f32);
        let mut content = Content::new();
        content.set_stroke_gray(0.6).set_line_width(1.0);
        content.move_to(0.0, 0.0).line_to(width, height).stroke();
        content.move_to(0.0, height).line_to(width, 0.0).stroke();
        self.page(&frame, &content.finish(), &[])
    }

    /// The bytes written since the last time: the file is these pieces and [`Writer::finish`], one after another.
    pub fn take(&mut self) -> Vec<u8> {
        self.body.take()
    }

    /// Ends the file and gives the rest of its bytes.
    ///
    /// # Errors
    /// `Invalid` for a file without pages; `Limit` for one that is longer than a PDF can be.
    pub fn finish(mut self) -> Result<Vec<u8>> {
        if self.nodes.is_empty() {
            return Err(Error::invalid("document has no pages to write, add at least one"));
        }
        let total: usize = self.nodes.iter().map(|(_, pages)| pages.len()).sum();
        let root = self.root;
        for (node, pages) in &self.nodes {
            self.body.put(|chunk| {
                chunk.pages(*node).parent(root).count(count(pages.len())).kids(pages.iter().copied());
            });
        }
        self.body.put(|chunk| {
            chunk.pages(root).count(count(total)).kids(self.nodes.iter().map(|(node, _)| *node));
        });
        self.alphabet.write_font(&mut self.body, self.font)?;
        let trailer = pdf_metadata::write(&mut self.body, &self.metadata, root)?;
        self.body.finish(&trailer)
    }

    fn embed(&mut self, picture: Embedded<'_>) -> Result<Ref> {
        let globals = picture.globals().map(|bytes| match self.globals.get(bytes) {
            Some(number) => *number,
            None => {
                let number = self.body.next();
                self.body.put(|chunk| {
                    chunk.stream(number, bytes);
                });
                self.globals.insert(bytes.to_vec(), number);
                number
            }
        });
        let number = self.body.next();
        picture.write(&mut self.body, number, globals)?;
        Ok(number)
    }

    fn page(&mut self, frame: &Frame, content: &[u8], pictures: &[Ref]) -> Result<()> {
        let packed = deflate(content)?;
        let (page, stream) = (self.body.next(), self.body.next());
        self.body.put(|chunk| {
            chunk.stream(stream, &packed).filter(Filter::FlateDecode);
        });
        if self.nodes.last().is_none_or(|(_, pages)| pages.len() >= PAGES_PER_NODE) {
            self.nodes.push((self.body.next(), Vec::new()));
        }
        let Some((node, pages)) = self.nodes.last_mut() else {
            return Err(Error::internal("page tree has no node"));
        };
        pages.push(page);
        let (node, font) = (*node, self.font);
        self.body.put(|chunk| {
            let mut dictionary = chunk.page(page);
            dictionary.parent(node).contents(stream);
            dictionary.media_box(Rect::new(0.0, 0.0, frame.width_points as f32, frame.height_points as f32));
            let mut resources = dictionary.resources();
            if !pictures.is_empty() {
                let mut objects = resources.x_objects();
                for (place, number) in pictures.iter().enumerate() {
                    objects.pair(Name(picture_name(place).as_bytes()), *number);
                }
            }
            resources.fonts().pair(Name(pdf_layer::FONT_NAME), font);
            resources.finish();
        });
        Ok(())
    }
}

impl Frame {
    /// The page of an upright picture: its size divided by its resolution, brought within what PDF allows.
    fn new(width: u32, height: u32, dpi: u32) -> Self {
        let last = (width.saturating_sub(1), height.saturating_sub(1));
        let (width, height) = (f64::from(width), f64::from(height));
        let scale = (72.0 / f64::from(dpi)).min(LONGEST_SIDE / width.max(height));
        let side = |px: f64| (px * scale).max(SHORTEST_SIDE);
        Self { width_points: side(width), height_points: side(height), scale, last }
    }
}

/// Zlib stream of `bytes`.
pub(super) fn deflate(bytes: &[u8]) -> Result<Vec<u8>> {
    let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::new(6));
    encoder.write_all(bytes).and_then(|()| encoder.finish()).or_error(Kind::Internal, || "cannot compress a stream of the PDF".to_owned())
}

/// Matrix (PDF 1.4, 4.2.3) that lays the unit square, turned clockwise by `degrees`, over a box.
fn turned(degrees: f64, width: f64, height: f64) -> [f64; 6] {
    match degrees as u16 % 360 {
        90 => [0.0, -height, width, 0.0, 0.0, height],
        180 => [-width, 0.0, 0.0, -height, width, height],
        270 => [0.0, height, -width, 0.0, width, 0.0],
        _ => [width, 0.0, 0.0, height, 0.0, 0.0],
    }
}

/// First `a`, then `b`.
fn product(a: [f64; 6], b: [f64; 6]) -> [f64; 6] {
    [
        a[0] * b[0] + a[1] * b[2],
        a[0] * b[1] + a[1] * b[3],
        a[2] * b[0] + a[3] * b[2],
        a[2] * b[1] + a[3] * b[3],
        a[4] * b[0] + a[5] * b[2] + b[4],
        a[4] * b[1] + a[5] * b[3] + b[5],
    ]
}

fn draw(content: &mut Content, place: usize, matrix: [f64; 6]) {
    // `+ 0.0` turns minus zero into zero.
    let matrix = matrix.map(|value| value as f32 + 0.0);
    content.save_state().transform(matrix).x_object(Name(picture_name(place).as_bytes())).restore_state();
}

fn picture_name(place: usize) -> String {
    format!("P{place}")
}

fn count(pages: usize) -> i32 {
    i32::try_from(pages).unwrap_or(i32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn corner(matrix: [f64; 6], x: f64, y: f64) -> (f64, f64) {
        (matrix[0] * x + matrix[2] * y + matrix[4], matrix[1] * x + matrix[3] * y + matrix[5])
    }

    #[test]
    fn the_top_left_corner_goes_round_clockwise() {
        // In the unit square of a picture the top left corner is (0, 1).
        assert_eq!(corner(turned(0.0, 20.0, 30.0), 0.0, 1.0), (0.0, 30.0));
        assert_eq!(corner(turned(90.0, 20.0, 30.0), 0.0, 1.0), (20.0, 30.0));
        assert_eq!(corner(turned(180.0, 20.0, 30.0), 0.0, 1.0), (20.0, 0.0));
        assert_eq!(corner(turned(270.0, 20.0, 30.0), 0.0, 1.0), (0.0, 0.0));
    }

    #[test]
    fn two_turns_are_one() {
        let twice = product(turned(90.0, 1.0, 1.0), turned(180.0, 20.0, 30.0));
        assert_eq!(corner(twice, 0.0, 1.0), corner(turned(270.0, 20.0, 30.0), 0.0, 1.0));
    }

    #[test]
    fn a_wall_map_stays_within_what_readers_take() {
        let frame = Frame::new(60_000, 30_000, 72);
        assert!(frame.width_points <= LONGEST_SIDE && frame.height_points <= LONGEST_SIDE / 2.0 + 1.0);
    }
}
