//! List of the marks drawn on a PDF page, with order and position, without rendering it.

use crate::limits::Limits;
use hayro::hayro_interpret::font::{Glyph, GlyphRun};
use hayro::hayro_interpret::hayro_cmap::BfString;
use hayro::hayro_interpret::{
    BlendMode, ClipPath, Context, Device, DrawMode, DrawProps, Image, ImageDrawProps, InterpreterCache, InterpreterSettings, Paint,
    RenderContent, SoftMask, interpret_page,
};
use hayro::hayro_syntax::object::{Name, Object};
use hayro::hayro_syntax::page::Page;
use hayro::kurbo::{Affine, BezPath, Point, Rect, Shape};
use sohoa_base::error::{Error, Result};
use sohoa_base::messages::files;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

/// Visible mark other than an image. Coordinates are in points of the displayed page, y downwards.
#[derive(Debug, Clone, Copy)]
pub(crate) struct DrawnShape {
    /// Bounding box, clipped to the page and the clip path.
    pub(crate) bounds: Rect,
    /// Position in the drawing order.
    pub(crate) draw_order: u64,
    /// Blended with the content below it.
    pub(crate) is_blended: bool,
}

/// Image placed on the page.
#[derive(Debug, Clone)]
pub(crate) struct PlacedImage {
    /// Transform from px of the image to points of the displayed page.
    pub(crate) transform: Affine,
    /// Bounding box of the visible part.
    pub(crate) visible_bounds: Rect,
    /// Bounding box including hidden parts.
    pub(crate) full_bounds: Rect,
    /// Declared width, px.
    pub(crate) width: u32,
    /// Declared height, px.
    pub(crate) height: u32,
    /// Position in the drawing order.
    pub(crate) draw_order: u64,
    /// Blended with the content below it, or translucent.
    pub(crate) is_blended: bool,
    /// Has its own mask (`/SMask`, `/Mask`, `/SMaskInData`).
    pub(crate) has_mask: bool,
    /// Stencil mask painted in a colour other than black.
    pub(crate) is_coloured_stencil: bool,
    /// Stencil mask: only its marked pixels are painted.
    pub(crate) is_stencil: bool,
}

/// Visible glyph with its text.
#[derive(Debug, Clone)]
pub(crate) struct PlacedGlyph {
    /// Characters; none if the font has no Unicode mapping.
    pub(crate) text: Option<String>,
    /// Start on the baseline, points.
    pub(crate) origin: Point,
    /// End on the baseline, points.
    pub(crate) end: Point,
    /// Font size, points.
    pub(crate) size: f64,
}

/// All marks of a page, by kind.
#[derive(Debug, Default)]
pub(crate) struct DrawList {
    /// Visible glyphs and paths.
    pub(crate) shapes: Vec<DrawnShape>,
    /// Visible images.
    pub(crate) images: Vec<PlacedImage>,
    /// Visible glyphs with their text.
    pub(crate) glyphs: Vec<PlacedGlyph>,
}

/// Lists the marks that `content` of a page draws.
///
/// # Errors
/// `Limit` for a page with too many operations or too large an image; `Corrupt` if the page cannot be read.
pub(crate) fn build_draw_list(page: &Page<'_>, content: RenderContent, limits: &Limits) -> Result<DrawList> {
    let (width, height) = page.render_dimensions();
    let area = Rect::new(0.0, 0.0, f64::from(width), f64::from(height));
    let mut device =
        DrawListBuilder { list: DrawList::default(), clips: vec![area], groups: Vec::new(), operations: 0, limits, refusal: None };
    let run = catch_unwind(AssertUnwindSafe(|| interpret(page, content, &mut device)));
    if let Some(refusal) = device.refusal {
        return Err(refusal);
    }
    if run.is_err() {
        return Err(files::pdf_page_unreadable());
    }
    Ok(device.list)
}

/// Interprets the page with `device`, in points of the displayed page.
pub(crate) fn interpret<'a>(page: &'a Page<'a>, content: RenderContent, device: &mut impl Device<'a>) {
    let (width, height) = page.render_dimensions();
    let settings = InterpreterSettings { render_content: content, ..InterpreterSettings::default() };
    let cache = InterpreterCache::new();
    let area = Rect::new(0.0, 0.0, f64::from(width), f64::from(height));
    let transform = hayro::hayro_interpret::TransformExt::to_kurbo(&page.initial_transform(true));
    let mut context = Context::new(transform, area, &cache, page.xref(), settings);
    interpret_page(page, &mut context, device);
}

/// Panic payload that stops the interpretation of a page.
struct StopInterpretation;

struct DrawListBuilder<'l> {
    list: DrawList,
    clips: Vec<Rect>,
    /// For each open transparency group, whether it blends with the content below it.
    groups: Vec<bool>,
    operations: u64,
    limits: &'l Limits,
    refusal: Option<Error>,
}

impl DrawListBuilder<'_> {
    fn count_operations(&mut self, operations: u64) -> u64 {
        self.operations += operations;
        if self.operations > self.limits.max_draw_operations {
            self.refuse(files::pdf_page_over_limit(self.limits.max_draw_operations));
        }
        self.operations
    }

    fn refuse(&mut self, refusal: Error) {
        self.refusal = Some(refusal);
        // The interpreter has no way to stop it; unwinding without a message is caught by `build_draw_list`.
        resume_unwind(Box::new(StopInterpretation));
    }

    fn visible(&self, bounds: Rect) -> Option<Rect> {
        let clip = self.clips.last().copied().unwrap_or_default();
        let clipped = bounds.intersect(clip);
        let finite = clipped.x0.is_finite() && clipped.y0.is_finite() && clipped.x1.is_finite() && clipped.y1.is_finite();
        // Lines may have no width.
        (finite
            && clipped.x0 <= clipped.x1
            && clipped.y0 <= clipped.y1
            && bounds.x1 >= clip.x0
            && bounds.x0 <= clip.x1
            && bounds.y1 >= clip.y0
            && bounds.y0 <= clip.y1)
            .then_some(clipped)
    }

    fn covers_half(&self, transform: &Affine, width: u32, height: u32) -> bool {
        let within_limit = u64::from(width) * u64::from(height) <= self.limits.max_pixels;
        let page = self.clips.first().copied().unwrap_or_default();
        within_limit
            && transform.transform_rect_bbox(Rect::new(0.0, 0.0, f64::from(width), f64::from(height))).intersect(page).area() * 2.0
                > page.area()
    }

    fn blends(&self) -> bool {
        self.groups.iter().any(|blends| *blends)
    }

    fn add_shape(&mut self, bounds: Rect, props: &DrawProps<'_>) {
        let order = self.count_operations(1);
        let Some(bounds) = self.visible(bounds) else { return };
        let blended = props.blend_mode != BlendMode::Normal || self.blends();
        self.list.shapes.push(DrawnShape { bounds, draw_order: order, is_blended: blended });
    }

    /// Whether a paint leaves no visible mark: transparent, or white before anything else was drawn.
    fn is_invisible(&self, paint: &Paint<'_>) -> bool {
        let Paint::Color(colour) = paint else { return false };
        let [red, green, blue, alpha] = colour.to_rgba().to_rgba8();
        let untouched = self.list.shapes.is_empty() && self.list.images.is_empty();
        alpha == 0 || (untouched && red > 250 && green > 250 && blue > 250)
    }
}

fn is_black(paint: &Paint<'_>) -> bool {
    matches!(paint, Paint::Color(colour) if matches!(colour.to_rgba().to_rgba8(), [0..=60, 0..=60, 0..=60, 250..=255]))
}

impl<'a> Device<'a> for DrawListBuilder<'_> {
    fn draw_path(&mut self, path: &BezPath, props: DrawProps<'a>, draw_mode: &DrawMode) {
        if matches!(draw_mode, DrawMode::Invisible) || self.is_invisible(&props.paint) {
            self.count_operations(1);
            return;
        }
        let grow = match draw_mode {
            DrawMode::Stroke(stroke) | DrawMode::FillAndStroke(_, stroke) => f64::from(stroke.line_width) / 2.0,
            _ => 0.0,
        };
        let bounds = path.bounding_box().inflate(grow, grow);
        self.add_shape(props.transform.transform_rect_bbox(bounds), &props);
    }

    fn push_clip_path(&mut self, clip_path: &ClipPath) {
        self.push_clip_rect(&clip_path.path.bounding_box());
    }

    fn push_clip_rect(&mut self, rect: &Rect) {
        self.count_operations(1);
        let now = self.clips.last().copied().unwrap_or_default();
        self.clips.push(now.intersect(*rect));
    }

    fn push_transparency_group(&mut self, opacity: f32, mask: Option<SoftMask<'a>>, blend_mode: BlendMode) {
        self.count_operations(1);
        self.groups.push(opacity < 0.99 || mask.is_some() || blend_mode != BlendMode::Normal);
    }

    fn draw_glyph_run(&mut self, glyph_run: &GlyphRun<'_, 'a>, props: DrawProps<'a>, draw_mode: &DrawMode) {
        self.count_operations(glyph_run.glyphs().len() as u64);
        if matches!(draw_mode, DrawMode::Invisible) || self.is_invisible(&props.paint) {
            return;
        }
        for positioned in glyph_run.glyphs() {
            let place = props.transform * positioned.transform();
            let advance = match &**positioned {
                Glyph::Outline(glyph) => glyph.advance_width(),
                Glyph::Type3(glyph) => glyph.advance_width(),
            };
            let advance = f64::from(advance.unwrap_or(500.0));
            let bounds = place.transform_rect_bbox(Rect::new(0.0, -250.0, advance.max(1.0), 850.0));
            let text = positioned.as_unicode().map(|text| match text {
                BfString::Char(letter) => letter.to_string(),
                BfString::String(letters) => letters,
            });
            if text.as_deref() != Some(" ") {
                self.add_shape(bounds, &props);
            }
            if self.visible(bounds).is_some() {
                let [_, _, c, d, _, _] = place.as_coeffs();
                self.list.glyphs.push(PlacedGlyph {
                    text,
                    origin: place * Point::ZERO,
                    end: place * Point::new(advance, 0.0),
                    size: c.hypot(d) * 1000.0,
                });
            }
        }
    }

    fn draw_image(&mut self, image: Image<'a, '_>, props: ImageDrawProps<'a>) {
        let order = self.count_operations(1);
        let (width, height) = (image.width(), image.height());
        let (stream, stencil, black) = match &image {
            Image::Stencil(stencil) => {
                let mut black = false;
                // The colour is only available together with the decoded pixels, so it is read only for large images.
                if self.covers_half(&props.transform, width, height) {
                    stencil.with_stencil(|_, paint| black = is_black(paint), None);
                }
                (stencil.stream(), true, black)
            }
            Image::Raster(raster) => (raster.stream(), false, true),
        };
        let dict = stream.dict();
        let grey = stencil
            || dict.get::<u8>("BitsPerComponent") == Some(1)
            || dict.get::<Name<'_>>("ColorSpace").is_some_and(|name| name.as_str() == "DeviceGray");
        if let Err(refusal) = self.limits.check_image(width, height, if grey { 1 } else { 3 }) {
            self.refuse(refusal);
        }
        let whole = props.transform.transform_rect_bbox(Rect::new(0.0, 0.0, f64::from(width), f64::from(height)));
        let Some(bounds) = self.visible(whole) else { return };
        let masked = ["SMask", "Mask"].into_iter().any(|key| dict.get::<Object<'_>>(key).is_some())
            || dict.get::<u8>("SMaskInData").is_some_and(|kind| kind != 0);
        let blended = self.blends() || props.soft_mask.is_some() || props.blend_mode != BlendMode::Normal;
        let coloured_stencil = stencil && !black;
        self.list.images.push(PlacedImage {
            transform: props.transform,
            visible_bounds: bounds,
            full_bounds: whole,
            width,
            height,
            draw_order: order,
            is_blended: blended,
            has_mask: masked,
            is_coloured_stencil: coloured_stencil,
            is_stencil: stencil,
        });
    }

    fn pop_clip(&mut self) {
        if self.clips.len() > 1 {
            self.clips.pop();
        }
    }

    fn pop_transparency_group(&mut self) {
        self.groups.pop();
    }
}
