//! Rendering of a PDF page or a part of it.

use crate::limits::Limits;
use hayro::hayro_interpret::{InterpreterSettings, InterpreterWarning, RenderContent, TransformExt};
use hayro::hayro_syntax::page::Page;
use hayro::kurbo::{Affine, Rect};
use hayro::vello_cpu::color::palette::css::{TRANSPARENT, WHITE};
use hayro::vello_cpu::{Pixmap, RasterizerSettings, RenderContext, Resources, TargetInit};
use hayro::{RenderCache, RenderSettings, render_into};
use image::{RgbImage, RgbaImage};
use sohoa_base::error::Result;
use sohoa_base::messages::files;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

/// Rendered part of a page.
pub(crate) struct Rendering {
    pixmap: Pixmap,
    /// Number of images missing because they could not be decoded.
    pub(crate) missing_images: u32,
    /// Number of fonts that could not be read and parts that could not be rendered.
    pub(crate) missing_parts: u32,
}

/// Renders `content` of the page within `area` (points of the displayed page) at `size` (width × height, px).
///
/// # Errors
/// `Limit` for too many pixels, `Corrupt` if the page cannot be rendered.
pub(crate) fn render(page: &Page<'_>, area: Rect, size: (u32, u32), content: RenderContent, limits: &Limits) -> Result<Rendering> {
    let too_large = || files::pdf_page_too_large(size.0, size.1);
    let (width, height) = (u16::try_from(size.0).map_err(|_| too_large())?, u16::try_from(size.1).map_err(|_| too_large())?);
    if u64::from(size.0) * u64::from(size.1) > limits.max_rendered_pixels.saturating_mul(2) {
        return Err(too_large());
    }
    let images = Arc::new(AtomicU32::new(0));
    let parts = Arc::new(AtomicU32::new(0));
    let (image_count, part_count) = (images.clone(), parts.clone());
    let settings = InterpreterSettings {
        render_content: content,
        warning_sink: Arc::new(move |warning| {
            let count = if matches!(warning, InterpreterWarning::ImageDecodeFailure) { &image_count } else { &part_count };
            count.fetch_add(1, Ordering::Relaxed);
        }),
        ..InterpreterSettings::default()
    };
    let transform = Affine::scale_non_uniform(f64::from(width) / area.width().max(1e-6), f64::from(height) / area.height().max(1e-6))
        * Affine::translate((-area.x0, -area.y0))
        * page.initial_transform(true).to_kurbo();
    let whole = content == RenderContent::all();
    let pixmap = catch_unwind(AssertUnwindSafe(|| {
        let mut context = RenderContext::new(width, height);
        render_into(page, &RenderCache::new(), &settings, &RenderSettings::default(), &mut context, transform);
        context.flush();
        let mut pixmap = Pixmap::new(width, height);
        let background = if whole { WHITE } else { TRANSPARENT };
        let rasterizer = RasterizerSettings { target_init: TargetInit::Clear(background), ..RasterizerSettings::default() };
        context.render_with(&mut pixmap, &mut Resources::default(), rasterizer);
        pixmap
    }))
    .map_err(|_| files::pdf_page_undrawable())?;
    Ok(Rendering { pixmap, missing_images: images.load(Ordering::Relaxed), missing_parts: parts.load(Ordering::Relaxed) })
}

impl Rendering {
    /// Image over white.
    pub(crate) fn into_rgb(self) -> RgbImage {
        let (width, height) = (u32::from(self.pixmap.width()), u32::from(self.pixmap.height()));
        // Premultiplied over white: colour + (255 - alpha).
        let all = self.pixmap.data_as_u8_slice().chunks_exact(4).flat_map(|pixel| match pixel {
            [red, green, blue, alpha] => [red, green, blue].map(|value| value.saturating_add(255 - alpha)),
            _ => [255; 3],
        });
        let mut bytes = Vec::with_capacity(width as usize * height as usize * 3);
        bytes.extend(all);
        RgbImage::from_raw(width, height, bytes).unwrap_or_else(|| RgbImage::new(width, height))
    }

    /// Image with transparency, as premultiplied RGBA.
    pub(crate) fn into_premultiplied(self) -> RgbaImage {
        let (width, height) = (u32::from(self.pixmap.width()), u32::from(self.pixmap.height()));
        RgbaImage::from_raw(width, height, self.pixmap.data_as_u8_slice().to_vec()).unwrap_or_else(|| RgbaImage::new(width, height))
    }
}
