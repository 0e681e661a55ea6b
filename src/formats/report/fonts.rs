//! Fonts for reports: a typeface with the metrics of Times New Roman, and the measuring and breaking of text.

use crate::report::model::with_nonbreaking_percent;
use ab_glyph::{Font as _, FontVec};
use krilla::text::Font;
use sohoa_base::error::Result;
use sohoa_base::messages::tables;
use std::path::{Path, PathBuf};

/// File names of typefaces with these metrics: regular, bold, italic, bold italic.
const FONT_FILE_NAMES: [[&str; 4]; 3] = [
    ["Tinos-Regular.ttf", "Tinos-Bold.ttf", "Tinos-Italic.ttf", "Tinos-BoldItalic.ttf"],
    ["LiberationSerif-Regular.ttf", "LiberationSerif-Bold.ttf", "LiberationSerif-Italic.ttf", "LiberationSerif-BoldItalic.ttf"],
    ["times.ttf", "timesbd.ttf", "timesi.ttf", "timesbi.ttf"],
];

/// Folders searched for the fonts.
const FONT_FOLDERS: [&str; 8] = [
    "/usr/share/fonts/truetype/croscore",
    "/usr/share/fonts/google-croscore",
    "/usr/share/fonts/truetype/liberation",
    "/usr/share/fonts/truetype/liberation2",
    "/usr/share/fonts/liberation-serif-fonts",
    "/usr/share/fonts/liberation",
    "/usr/share/fonts/truetype/msttcorefonts",
    "/usr/local/share/fonts",
];

/// Style of a font.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FontStyle {
    Regular,
    Bold,
    Italic,
    BoldItalic,
}

/// Fonts in the order of [`FontStyle`], each for drawing and for measuring.
pub(crate) struct FontSet(Vec<(Font, FontVec)>);

/// Font files used for reports: regular, bold, italic, bold italic.
///
/// # Errors
/// `NotFound` if none is installed; the message names the package.
pub fn font_files() -> Result<Vec<PathBuf>> {
    font_files_in(&FONT_FOLDERS)
}

fn font_files_in(folders: &[&str]) -> Result<Vec<PathBuf>> {
    let locate = |name: &str| folders.iter().map(|folder| Path::new(folder).join(name)).find(|path| path.is_file());
    let found = FONT_FILE_NAMES.iter().find_map(|names| names.iter().map(|name| locate(name)).collect::<Option<Vec<PathBuf>>>());
    found.ok_or_else(tables::report_typeface_missing)
}

impl FontSet {
    /// Loads the installed fonts.
    ///
    /// # Errors
    /// `NotFound` if none is installed or a file cannot be read, `Corrupt` for a damaged one.
    pub(crate) fn load() -> Result<Self> {
        let paths = font_files()?;
        let load = |path: &PathBuf| {
            let broken = || tables::typeface_damaged(path.display());
            let bytes = std::fs::read(path).map_err(|error| broken().caused_by(error))?;
            let font = Font::new(bytes.clone().into(), 0).ok_or_else(broken)?;
            Ok((font, FontVec::try_from_vec(bytes).map_err(|error| broken().caused_by(error))?))
        };
        Ok(Self(paths.iter().map(load).collect::<Result<_>>()?))
    }

    /// Font of a style.
    pub(crate) fn font_for(&self, face: FontStyle) -> Option<&(Font, FontVec)> {
        self.0.get(face as usize)
    }

    /// Width of a text, pt.
    pub(crate) fn text_width(&self, face: FontStyle, size: f32, text: &str) -> f32 {
        let Some((_, font)) = self.font_for(face) else { return 0.0 };
        let em = font.units_per_em().unwrap_or(1000.0);
        text.chars().map(|letter| font.h_advance_unscaled(font.glyph_id(letter)) * size / em).sum()
    }

    /// Breaks a text into lines of at most `width` pt; a wider word is split.
    pub(crate) fn wrap(&self, face: FontStyle, size: f32, text: &str, width: f32) -> Vec<String> {
        let mut lines = vec![String::new()];
        for word in with_nonbreaking_percent(text).split([' ', '\n', '\t']).filter(|word| !word.is_empty()) {
            let mut word = word.to_owned();
            while let Some(line) = lines.last_mut() {
                let joined = if line.is_empty() { word.clone() } else { format!("{line} {word}") };
                if self.text_width(face, size, &joined) <= width {
                    *line = joined;
                    break;
                }
                if line.is_empty() {
                    let fits = (1..=word.chars().count())
                        .rev()
                        .find(|count| *count == 1 || self.text_width(face, size, &word.chars().take(*count).collect::<String>()) <= width);
                    let count = fits.unwrap_or(1);
                    *line = word.chars().take(count).collect();
                    word = word.chars().skip(count).collect();
                    if word.is_empty() {
                        break;
                    }
                }
                lines.push(String::new());
            }
        }
        lines
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use sohoa_base::error::ErrorKind;

    #[test]
    fn missing_font_error_names_package_to_install() {
        let error = font_files_in(&["/nowhere"]).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NotFound);
        assert!(error.context().contains("apt-get install fonts-croscore"), "{error}");
    }
}
