//! Typefaces of drawn pages. Documents are set in Tinos, which has the metrics of Times New Roman and every Vietnamese
//! letter.

use ab_glyph::{Font, FontVec, ScaleFont, point};
use sohoa_base::error::Result;
use sohoa_base::messages::evaluation;
use std::path::Path;

/// Debian package of the typefaces.
pub const DEBIAN_PACKAGE: &str = "fonts-croscore";

/// Folders in which distributions install them.
const FONT_FOLDERS: [&str; 4] =
    ["/usr/share/fonts/truetype/croscore", "/usr/share/fonts/croscore", "/usr/share/fonts/google-croscore", "/usr/local/share/fonts"];

/// A style of Tinos.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Face {
    /// Upright.
    Regular,
    /// Bold.
    Bold,
    /// Italic: place and date, legal basis.
    Italic,
    /// Bold italic: "Nơi nhận".
    BoldItalic,
}

/// The four styles of Tinos, loaded.
#[derive(Debug)]
pub struct Fonts {
    regular: FontVec,
    bold: FontVec,
    italic: FontVec,
    bold_italic: FontVec,
}

impl Fonts {
    /// Loads the typeface from the folders of the system.
    ///
    /// # Errors
    /// `NotFound`, naming the Debian package, where it is not installed; `Corrupt` where a file is no font.
    pub fn load() -> Result<Self> {
        let load = |style: &str| load_font(&format!("Tinos-{style}"));
        Ok(Self { regular: load("Regular")?, bold: load("Bold")?, italic: load("Italic")?, bold_italic: load("BoldItalic")? })
    }

    /// The font of a style.
    #[must_use]
    pub fn face(&self, face: Face) -> &FontVec {
        match face {
            Face::Regular => &self.regular,
            Face::Bold => &self.bold,
            Face::Italic => &self.italic,
            Face::BoldItalic => &self.bold_italic,
        }
    }

    /// Width of `text` in px at `size` px to the em.
    #[must_use]
    pub fn text_width(&self, face: Face, size: f32, text: &str) -> f32 {
        measure_text(self.face(face), size, text)
    }
}

/// Width of `text` in px at `size` px to the em.
#[must_use]
pub fn measure_text(font: &FontVec, size: f32, text: &str) -> f32 {
    let scaled = font.as_scaled(em_scale(font, size));
    text.chars().map(|letter| scaled.h_advance(scaled.glyph_id(letter))).sum()
}

/// Rasterises `text` at `size` px to the em from (`left`, `base`), the start of its base line, with `extra` px added to every
/// space. Calls `mark` with each px that a letter covers and its coverage, 0 to 1.
pub fn rasterize_text(font: &FontVec, size: f32, (left, base): (f32, f32), text: &str, extra: f32, mut mark: impl FnMut(i32, i32, f32)) {
    let scaled = font.as_scaled(em_scale(font, size));
    let mut pen = left;
    for letter in text.chars() {
        let id = scaled.glyph_id(letter);
        let mut glyph = id.with_scale(scaled.scale());
        glyph.position = point(pen, base);
        pen += scaled.h_advance(id) + if letter == ' ' { extra } else { 0.0 };
        let Some(outline) = font.outline_glyph(glyph) else { continue };
        let bounds = outline.px_bounds();
        outline.draw(|x, y, cover| mark(bounds.min.x as i32 + x as i32, bounds.min.y as i32 + y as i32, cover));
    }
}

/// Loads a font of the package by its name without ending, such as `Arimo-Bold`.
///
/// # Errors
/// As [`Fonts::load`].
pub fn load_font(name: &str) -> Result<FontVec> {
    let folder = FONT_FOLDERS
        .iter()
        .map(Path::new)
        .find(|folder| folder.join("Tinos-Regular.ttf").is_file())
        .ok_or_else(|| evaluation::typeface_missing(DEBIAN_PACKAGE))?;
    let path = folder.join(format!("{name}.ttf"));
    load_font_file(&path).map_err(|error| evaluation::typeface_missing(DEBIAN_PACKAGE).caused_by(error))
}

/// Loads a font file.
///
/// # Errors
/// `NotFound` where it cannot be read, `Corrupt` where it is no font.
pub fn load_font_file(path: &Path) -> Result<FontVec> {
    let bytes = std::fs::read(path).map_err(|error| evaluation::font_unreadable(path.display()).caused_by(error))?;
    FontVec::try_from_vec(bytes).map_err(|error| evaluation::font_invalid(path.display()).caused_by(error))
}

/// Scale for `size` px to the em: the rasteriser takes the height from ascent to descent.
#[must_use]
pub fn em_scale(font: &FontVec, size: f32) -> f32 {
    font.units_per_em().map_or(size, |em| size * font.height_unscaled() / em)
}
