//! Searchable PDF/A: page images as delivered, with an invisible text layer over them.
//!
//! PDF/A-1b (ISO 19005-1) is PDF 1.4 without transparency, JPEG 2000, LZW and cross-reference streams;
//! PDF/A-2u (ISO 19005-2) adds that every character maps to Unicode, which the same file gives.
//! The output depends on the arguments alone: no clock, no random identifier.

use crate::image::page_image::PageImage;
use crate::pdf::write::document_info;
use crate::pdf::write::image_writer;
use crate::pdf::write::image_writer::EmbeddedImage;
use crate::pdf::write::object_writer::{ObjectWriter, deflate};
use crate::pdf::write::text_layer;
use crate::pdf::write::text_layer::{GlyphMap, PageGeometry};
use pdf_writer::{Content, Filter, Finish, Name, Rect, Ref};
use sohoa_base::error::Result;
use sohoa_base::messages::{files, program};
use sohoa_base::model::page::reading::Reading;
use std::collections::BTreeMap;

pub use crate::pdf::write::document_info::{PdfMetadata, PdfaProfile};

/// Longest side of a page, points (implementation limits, PDF 1.4, appendix C).
const MAX_PAGE_SIDE_POINTS: f64 = 14_400.0;
/// Shortest side of a page, points (PDF 1.4, appendix C).
const MIN_PAGE_SIDE_POINTS: f64 = 3.0;
/// Pages per node of the page tree; an array of PDF 1.4 has at most 8,191 elements.
const MAX_PAGES_PER_NODE: usize = 256;

/// Writer of one PDF/A file, page by page. Holds the bytes not yet returned by [`PdfWriter::take_bytes`].
pub struct PdfWriter {
    objects: ObjectWriter,
    metadata: PdfMetadata,
    glyphs: GlyphMap,
    page_tree: Ref,
    font: Ref,
    page_tree_nodes: Vec<(Ref, Vec<Ref>)>,
    jbig2_globals: BTreeMap<Vec<u8>, Ref>,
}

impl PdfWriter {
    /// Starts a file without pages.
    #[must_use]
    pub fn new(metadata: &PdfMetadata) -> Self {
        let mut body = ObjectWriter::new(if metadata.profile == PdfaProfile::A1b { 4 } else { 7 });
        let (root, font) = (body.allocate(), body.allocate());
        Self {
            objects: body,
            metadata: metadata.clone(),
            glyphs: GlyphMap::new(),
            page_tree: root,
            font,
            page_tree_nodes: Vec::new(),
            jbig2_globals: BTreeMap::new(),
        }
    }

    /// Adds a page: the upright image with the text of its reading over it.
    ///
    /// # Errors
    /// `Invalid` for an image without pixels. After an error the file is unchanged.
    pub fn add_page(&mut self, picture: &PageImage, reading: &Reading) -> Result<()> {
        let mark = self.objects.checkpoint();
        let added = self.write_page_objects(picture, reading);
        if added.is_err() {
            self.jbig2_globals.retain(|_, number| !mark.precedes(*number));
            self.objects.roll_back(mark);
        }
        added
    }

    fn write_page_objects(&mut self, picture: &PageImage, reading: &Reading) -> Result<()> {
        let (shown_width, shown_height) = (picture.pixels.width(), picture.pixels.height());
        if shown_width == 0 || shown_height == 0 {
            return Err(files::pdf_page_empty());
        }
        let quarter = reading.turn % 180 == 90;
        let upright = if quarter { (shown_height, shown_width) } else { (shown_width, shown_height) };
        // The size of the reading takes precedence, because its boxes are in px of it.
        let has_size = reading.width > 0 && reading.height > 0;
        let (width, height) = if has_size { (reading.width, reading.height) } else { upright };
        let dpi = [reading.dpi, picture.dpi].into_iter().find(|dpi| *dpi > 0).unwrap_or(300);
        let geometry = PageGeometry::new(width, height, dpi);

        let base = image_writer::from_page(picture)?;
        let parts = picture.overlays.iter().map(image_writer::from_overlay).collect::<Result<Vec<_>>>()?;
        let base_turn = base.turn;
        let mut names = vec![self.embed_image(base)?];
        for part in parts {
            names.push(self.embed_image(part)?);
        }

        let mut content = Content::new();
        let page = rotation_matrix(f64::from(reading.turn), geometry.width_points, geometry.height_points);
        let shown = rotation_matrix(f64::from(base_turn), 1.0, 1.0);
        draw_image(&mut content, 0, multiply(shown, page));
        for (place, overlay) in picture.overlays.iter().enumerate() {
            let bounds = overlay.bounds;
            let (across, down) = (f64::from(shown_width), f64::from(shown_height));
            let overlay_matrix = [
                f64::from(bounds.width()) / across,
                0.0,
                0.0,
                f64::from(bounds.height()) / down,
                f64::from(bounds.x0) / across,
                1.0 - f64::from(bounds.y1) / down,
            ];
            draw_image(&mut content, place + 1, multiply(overlay_matrix, page));
        }
        text_layer::draw_text(&mut content, &mut self.glyphs, reading, &geometry);
        self.write_page(&geometry, &content.finish(), &names)
    }

    /// Adds a placeholder for a page whose original could not be read: an empty page with a cross. Sizes in points.
    ///
    /// # Errors
    /// `Internal` if the page's content cannot be compressed.
    pub fn add_placeholder_page(&mut self, width_points: f64, height_points: f64) -> Result<()> {
        let side = |points: f64| if points.is_finite() { points.clamp(MIN_PAGE_SIDE_POINTS, MAX_PAGE_SIDE_POINTS) } else { 595.0 };
        let geometry =
            PageGeometry { width_points: side(width_points), height_points: side(height_points), points_per_px: 1.0, last_px: (0, 0) };
        let (width, height) = (geometry.width_points as f32, geometry.height_points as f32);
        let mut content = Content::new();
        content.set_stroke_gray(0.6).set_line_width(1.0);
        content.move_to(0.0, 0.0).line_to(width, height).stroke();
        content.move_to(0.0, height).line_to(width, 0.0).stroke();
        self.write_page(&geometry, &content.finish(), &[])
    }

    /// Takes the bytes written since the last call. The file is the concatenation of these pieces and of [`PdfWriter::finish`].
    pub fn take_bytes(&mut self) -> Vec<u8> {
        self.objects.take_bytes()
    }

    /// Ends the file and returns the rest of its bytes.
    ///
    /// # Errors
    /// `Invalid` for a file without pages; `Limit` for one above the maximum size of a PDF.
    pub fn finish(mut self) -> Result<Vec<u8>> {
        if self.page_tree_nodes.is_empty() {
            return Err(files::pdf_document_empty());
        }
        let total: usize = self.page_tree_nodes.iter().map(|(_, pages)| pages.len()).sum();
        let root = self.page_tree;
        for (node, pages) in &self.page_tree_nodes {
            self.objects.write_object(|chunk| {
                chunk.pages(*node).parent(root).count(to_i32(pages.len())).kids(pages.iter().copied());
            });
        }
        self.objects.write_object(|chunk| {
            chunk.pages(root).count(to_i32(total)).kids(self.page_tree_nodes.iter().map(|(node, _)| *node));
        });
        self.glyphs.write_font(&mut self.objects, self.font)?;
        let trailer = document_info::write(&mut self.objects, &self.metadata, root)?;
        self.objects.finish(&trailer)
    }

    fn embed_image(&mut self, picture: EmbeddedImage<'_>) -> Result<Ref> {
        let globals = picture.globals().map(|bytes| match self.jbig2_globals.get(bytes) {
            Some(number) => *number,
            None => {
                let number = self.objects.allocate();
                self.objects.write_object(|chunk| {
                    chunk.stream(number, bytes);
                });
                self.jbig2_globals.insert(bytes.to_vec(), number);
                number
            }
        });
        let number = self.objects.allocate();
        picture.write(&mut self.objects, number, globals)?;
        Ok(number)
    }

    fn write_page(&mut self, geometry: &PageGeometry, content: &[u8], pictures: &[Ref]) -> Result<()> {
        let packed = deflate(content)?;
        let (page, stream) = (self.objects.allocate(), self.objects.allocate());
        self.objects.write_object(|chunk| {
            chunk.stream(stream, &packed).filter(Filter::FlateDecode);
        });
        if self.page_tree_nodes.last().is_none_or(|(_, pages)| pages.len() >= MAX_PAGES_PER_NODE) {
            self.page_tree_nodes.push((self.objects.allocate(), Vec::new()));
        }
        let Some((node, pages)) = self.page_tree_nodes.last_mut() else {
            return Err(program::bug("PDF: page tree has no node"));
        };
        pages.push(page);
        let (node, font) = (*node, self.font);
        self.objects.write_object(|chunk| {
            let mut dictionary = chunk.page(page);
            dictionary.parent(node).contents(stream);
            dictionary.media_box(Rect::new(0.0, 0.0, geometry.width_points as f32, geometry.height_points as f32));
            let mut resources = dictionary.resources();
            if !pictures.is_empty() {
                let mut objects = resources.x_objects();
                for (place, number) in pictures.iter().enumerate() {
                    objects.pair(Name(image_name(place).as_bytes()), *number);
                }
            }
            resources.fonts().pair(Name(text_layer::FONT_NAME), font);
            resources.finish();
        });
        Ok(())
    }
}

impl PageGeometry {
    /// Geometry of the page of an upright image of `width` × `height` px: its physical size, clamped to the limits of PDF.
    fn new(width: u32, height: u32, dpi: u32) -> Self {
        let last = (width.saturating_sub(1), height.saturating_sub(1));
        let (width, height) = (f64::from(width), f64::from(height));
        let scale = (72.0 / f64::from(dpi)).min(MAX_PAGE_SIDE_POINTS / width.max(height));
        let side = |px: f64| (px * scale).max(MIN_PAGE_SIDE_POINTS);
        Self { width_points: side(width), height_points: side(height), points_per_px: scale, last_px: last }
    }
}

/// Matrix (PDF 1.4, 4.2.3) that maps the unit square, rotated clockwise by `degrees`, to a box of `width` × `height`.
fn rotation_matrix(degrees: f64, width: f64, height: f64) -> [f64; 6] {
    match degrees as u16 % 360 {
        90 => [0.0, -height, width, 0.0, 0.0, height],
        180 => [-width, 0.0, 0.0, -height, width, height],
        270 => [0.0, height, -width, 0.0, width, 0.0],
        _ => [width, 0.0, 0.0, height, 0.0, 0.0],
    }
}

/// Matrix product: applies `a` first, then `b`.
fn multiply(a: [f64; 6], b: [f64; 6]) -> [f64; 6] {
    [
        a[0] * b[0] + a[1] * b[2],
        a[0] * b[1] + a[1] * b[3],
        a[2] * b[0] + a[3] * b[2],
        a[2] * b[1] + a[3] * b[3],
        a[4] * b[0] + a[5] * b[2] + b[4],
        a[4] * b[1] + a[5] * b[3] + b[5],
    ]
}

fn draw_image(content: &mut Content, place: usize, matrix: [f64; 6]) {
    // `+ 0.0` normalizes negative zero.
    let matrix = matrix.map(|value| value as f32 + 0.0);
    content.save_state().transform(matrix).x_object(Name(image_name(place).as_bytes())).restore_state();
}

fn image_name(place: usize) -> String {
    format!("P{place}")
}

fn to_i32(pages: usize) -> i32 {
    i32::try_from(pages).unwrap_or(i32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn corner(matrix: [f64; 6], x: f64, y: f64) -> (f64, f64) {
        (matrix[0] * x + matrix[2] * y + matrix[4], matrix[1] * x + matrix[3] * y + matrix[5])
    }

    #[test]
    fn rotation_matrix_turns_clockwise() {
        // In the unit square of a picture the top left corner is (0, 1).
        assert_eq!(corner(rotation_matrix(0.0, 20.0, 30.0), 0.0, 1.0), (0.0, 30.0));
        assert_eq!(corner(rotation_matrix(90.0, 20.0, 30.0), 0.0, 1.0), (20.0, 30.0));
        assert_eq!(corner(rotation_matrix(180.0, 20.0, 30.0), 0.0, 1.0), (20.0, 0.0));
        assert_eq!(corner(rotation_matrix(270.0, 20.0, 30.0), 0.0, 1.0), (0.0, 0.0));
    }

    #[test]
    fn rotation_matrices_compose() {
        let twice = multiply(rotation_matrix(90.0, 1.0, 1.0), rotation_matrix(180.0, 20.0, 30.0));
        assert_eq!(corner(twice, 0.0, 1.0), corner(rotation_matrix(270.0, 20.0, 30.0), 0.0, 1.0));
    }

    #[test]
    fn oversized_page_is_scaled_to_maximum_side() {
        let frame = PageGeometry::new(60_000, 30_000, 72);
        assert!(frame.width_points <= MAX_PAGE_SIDE_POINTS && frame.height_points <= MAX_PAGE_SIDE_POINTS / 2.0 + 1.0);
    }
}
