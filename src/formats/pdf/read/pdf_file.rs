//! Pages of a PDF: the scan itself if a page is a single scan, else a rendering.

use crate::image::page_image::{EncodedData, EncodedImage, PageImage};
use crate::image::pixels;
use crate::limits::Limits;
use crate::pdf::read::draw_list;
use crate::pdf::read::draw_list::{DrawList, PlacedImage};
use crate::pdf::read::open;
use crate::pdf::read::overlay;
use crate::pdf::read::page_text;
use crate::pdf::read::render;
use crate::pdf::read::scan_image;
use hayro::hayro_interpret::RenderContent;
use hayro::hayro_syntax::Pdf;
use hayro::hayro_syntax::page::Page;
use hayro::kurbo::Rect;
use sohoa_base::error::Result;
use sohoa_base::messages::{file_warnings, files, program};
use sohoa_base::model::refusal::Warning;
use std::sync::Arc;

/// Resolution for rendering pages that are not a single scan, dpi.
const RENDER_DPI: f64 = 300.0;
/// Minimum fraction of the page area covered by a scan.
const MIN_SCAN_COVERAGE: f64 = 0.85;
/// Maximum fraction of the page area drawn over a scan; above it the page is rendered.
const MAX_OVERLAY_COVERAGE: f64 = 0.4;

/// Opened PDF.
pub(crate) struct PdfFile {
    pdf: Pdf,
    limits: Limits,
}

impl PdfFile {
    /// Opens the file.
    ///
    /// # Errors
    /// As [`open::open`].
    pub(crate) fn open(bytes: &Arc<Vec<u8>>, limits: Limits) -> Result<Self> {
        Ok(Self { pdf: open::open(bytes, &limits)?, limits })
    }

    /// Number of pages.
    pub(crate) fn page_count(&self) -> u32 {
        self.pdf.pages().len() as u32
    }

    /// Image of page `number`, from 1.
    ///
    /// # Errors
    /// `Corrupt`, `Limit` or `NotFound`.
    pub(crate) fn page(&self, number: u32) -> Result<PageImage> {
        let page = (number as usize).checked_sub(1).and_then(|index| self.pdf.pages().get(index));
        let page = page.ok_or_else(|| files::pdf_page_missing(number))?;
        let content = draw_list::build_draw_list(page, RenderContent::PAGE, &self.limits)?;
        let annotations = draw_list::build_draw_list(page, RenderContent::ANNOTATIONS, &self.limits)?;
        let mut picture = match find_scan(page, &content, &annotations) {
            Some(index) => self.scan_page(page, index, &content, &annotations)?,
            None => self.render_page(page, &content)?,
        };
        if let Some(warning) = box_warning(page) {
            picture.warnings.push(warning);
        }
        Ok(picture)
    }

    fn scan_page(&self, page: &Page<'_>, index: usize, content: &DrawList, annotations: &DrawList) -> Result<PageImage> {
        let placed = content.images.get(index).ok_or_else(|| program::bug("PDF: image of a page"))?;
        let scan = scan_image::extract(page, index, placed)?;
        if scan.missing_rows * 2 > placed.height {
            return Err(files::pdf_rows_missing(scan.missing_rows, placed.height));
        }
        let visible_area = placed.visible_bounds;
        let [a, b, c, d, _, _] = placed.transform.as_coeffs();
        let sideways = a.abs() < b.abs();
        let turn = if sideways {
            if b > 0.0 { 90 } else { 270 }
        } else if a > 0.0 {
            0
        } else {
            180
        };
        let mirrored = a * d - b * c < 0.0;
        // Size of the stored image along the displayed axes, px.
        let (stored_width, stored_height) = (f64::from(scan.pixels.width()), f64::from(scan.pixels.height()));
        let (shown_width, shown_height) = if sideways { (stored_height, stored_width) } else { (stored_width, stored_height) };
        let unit = 72.0 / user_unit(page);
        let dpi = (shown_width / placed.full_bounds.width() * unit, shown_height / placed.full_bounds.height() * unit);
        let (dpi, stretch) = pixels::resolve_dpi(shown_width as u32, shown_height as u32, Some(dpi));
        let cropped = hidden_fraction(placed) > 0.01;
        let mut image = scan.pixels;
        if mirrored {
            image = if sideways { image.flipv() } else { image.fliph() };
        }
        let turn = if mirrored { mirrored_rotation(a, b, c, d, sideways) } else { turn };
        image = pixels::rotate(image, turn);
        if cropped {
            image = crop_to_visible(image, placed);
        }
        let stretched = stretch != (1.0, 1.0);
        if stretched {
            image = pixels::scale_to_square_pixels(image, stretch);
        }
        let embeddable = !mirrored && !cropped && !stretched && !matches!(scan.data, EncodedData::NotEmbeddable);
        let encoded = if embeddable {
            let (width, height) = (stored_width as u32, stored_height as u32);
            EncodedImage { width, height, turn, data: scan.data }
        } else {
            EncodedImage { width: image.width(), height: image.height(), turn: 0, data: EncodedData::NotEmbeddable }
        };
        let mut picture = PageImage { pixels: image, dpi, embedded_text: None, encoded, overlays: Vec::new(), warnings: Vec::new() };
        if scan.missing_rows > 0 {
            let message = file_warnings::warning_rows_missing(scan.missing_rows, placed.height);
            picture.warnings.push(Warning::new("truncated", &message));
        }
        overlay::apply_overlays(page, &mut picture, placed, visible_area, content, annotations, &self.limits)?;
        Ok(picture)
    }

    fn render_page(&self, page: &Page<'_>, content: &DrawList) -> Result<PageImage> {
        let (width, height) = page.render_dimensions();
        let (width, height) = (f64::from(width), f64::from(height));
        let mut scale = RENDER_DPI / 72.0 * user_unit(page);
        let mut warnings = Vec::new();
        let max_pixels = self.limits.max_rendered_pixels as f64;
        let shrink = (max_pixels / (width * scale * height * scale)).sqrt().min(20_000.0 / (width.max(height) * scale));
        if shrink < 1.0 {
            scale *= shrink;
            warnings.push(Warning::new("drawn-smaller", &file_warnings::warning_pdf_drawn_smaller(format!("{:.0}", RENDER_DPI * shrink))));
        }
        let size = ((width * scale).ceil().max(1.0) as u32, (height * scale).ceil().max(1.0) as u32);
        let area = Rect::new(0.0, 0.0, f64::from(size.0) / scale, f64::from(size.1) / scale);
        let drawing = render::render(page, area, size, RenderContent::all(), &self.limits)?;
        if drawing.missing_images > 0 {
            let nothing_else = content.shapes.is_empty() && content.images.len() <= drawing.missing_images as usize;
            if nothing_else {
                return Err(files::pdf_picture_undecodable());
            }
            warnings.push(Warning::new("picture-damaged", &file_warnings::warning_pdf_pictures_missing(drawing.missing_images)));
        }
        if drawing.missing_parts > 0 {
            warnings.push(Warning::new("part-missing", &file_warnings::warning_pdf_font_missing()));
        }
        let image_area: f64 = content.images.iter().map(|image| image.visible_bounds.area()).sum();
        let has_usable_text = image_area < 0.4 * width * height && !page_text::has_legacy_font(page);
        let embedded_text = if has_usable_text { page_text::extract_blocks(&content.glyphs, scale, size) } else { None };
        let image = pixels::reduce_to_grey(drawing.into_rgb());
        let dpi = (scale * 72.0 / user_unit(page)).round().clamp(1.0, 1200.0) as u32;
        let encoded = EncodedImage { width: size.0, height: size.1, turn: 0, data: EncodedData::NotEmbeddable };
        Ok(PageImage { pixels: image, dpi, embedded_text, encoded, overlays: Vec::new(), warnings })
    }
}

/// Size of a unit of user space in 1/72 inch (PDF 1.6).
fn user_unit(page: &Page<'_>) -> f64 {
    page.raw().get::<f32>("UserUnit").map_or(1.0, f64::from).clamp(1.0, 1000.0)
}

fn box_warning(page: &Page<'_>) -> Option<Warning> {
    let crop_box = page.intersected_crop_box();
    let unit = page.raw().get::<f32>("UserUnit").map_or(1.0, f64::from);
    let is_plausible = [crop_box.width() * unit, crop_box.height() * unit].iter().all(|side| (1.0..20_000.0).contains(side));
    (!is_plausible).then(|| Warning::new("page-size", &file_warnings::warning_pdf_page_size()))
}

/// Index of the image that is the scan of the whole page, if the page is a single scan.
fn find_scan(page: &Page<'_>, content: &DrawList, annotations: &DrawList) -> Option<usize> {
    let (width, height) = page.render_dimensions();
    let area = f64::from(width) * f64::from(height);
    let covers = |image: &&PlacedImage| image.visible_bounds.area() >= MIN_SCAN_COVERAGE * area;
    let index = content.images.iter().position(|image| covers(&image))?;
    let scan = content.images.get(index)?;
    if content.images.iter().filter(covers).count() > 1 || scan.is_blended || scan.is_coloured_stencil || is_sheared(scan) {
        return None;
    }
    let is_translucent = scan.has_mask || scan.is_stencil;
    let outside = |bounds: &Rect| {
        let area = scan.visible_bounds.inflate(3.0, 3.0);
        bounds.x0 < area.x0 || bounds.y0 < area.y0 || bounds.x1 > area.x1 || bounds.y1 > area.y1
    };
    let marks = content.shapes.iter().map(|mark| (mark.bounds, mark.draw_order));
    let pictures =
        content.images.iter().filter(|image| image.draw_order != scan.draw_order).map(|image| (image.visible_bounds, image.draw_order));
    let mut over = 0.0;
    for (bounds, order) in marks.chain(pictures) {
        let beneath = order < scan.draw_order;
        if outside(&bounds) || (beneath && is_translucent) {
            return None;
        }
        if !beneath {
            over += bounds.area();
        }
    }
    let notes = annotations.shapes.iter().map(|mark| mark.bounds).chain(annotations.images.iter().map(|image| image.visible_bounds));
    for bounds in notes {
        if outside(&bounds) {
            return None;
        }
    }
    (over < MAX_OVERLAY_COVERAGE * area).then_some(index)
}

fn is_sheared(image: &PlacedImage) -> bool {
    let [a, b, c, d, _, _] = image.transform.as_coeffs();
    let straight = b.abs() * f64::from(image.width) < 1.0 && c.abs() * f64::from(image.height) < 1.0;
    let sideways = a.abs() * f64::from(image.width) < 1.0 && d.abs() * f64::from(image.height) < 1.0;
    !(straight || sideways)
}

/// Fraction of the image area hidden by the page edge or a clip path.
fn hidden_fraction(image: &PlacedImage) -> f64 {
    1.0 - image.visible_bounds.area() / image.full_bounds.area().max(1e-9)
}

/// Clockwise rotation (degrees) of a mirrored image, applied after the flip: horizontal, or vertical if it lies sideways.
fn mirrored_rotation(a: f64, b: f64, c: f64, d: f64, sideways: bool) -> u16 {
    match (sideways, a < 0.0, d < 0.0) {
        // The horizontal flip is all that is needed.
        (false, true, false) => 0,
        (false, _, _) => 180,
        (true, _, _) if b > 0.0 && c > 0.0 => 90,
        (true, _, _) => 270,
    }
}

/// Crops a displayed image to the part visible on the page.
fn crop_to_visible(image: image::DynamicImage, placed: &PlacedImage) -> image::DynamicImage {
    let (width, height) = (f64::from(image.width()), f64::from(image.height()));
    let scale = (width / placed.full_bounds.width(), height / placed.full_bounds.height());
    let x0 = ((placed.visible_bounds.x0 - placed.full_bounds.x0) * scale.0).floor().clamp(0.0, width - 1.0) as u32;
    let y0 = ((placed.visible_bounds.y0 - placed.full_bounds.y0) * scale.1).floor().clamp(0.0, height - 1.0) as u32;
    let x1 = ((placed.visible_bounds.x1 - placed.full_bounds.x0) * scale.0).ceil().clamp(0.0, width) as u32;
    let y1 = ((placed.visible_bounds.y1 - placed.full_bounds.y0) * scale.1).ceil().clamp(0.0, height) as u32;
    image.crop_imm(x0, y0, x1.saturating_sub(x0).max(1), y1.saturating_sub(y0).max(1))
}
