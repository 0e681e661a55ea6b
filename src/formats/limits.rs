//! Limits on the size and complexity of delivered files.

use sohoa_base::error::Result;
use sohoa_base::messages::files;

/// Limits for reading delivered files. The defaults fit a process with 400 MB of memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Maximum size of one page image, px.
    pub max_pixels: u64,
    /// Maximum size of one decoded page image, bytes (pixels times channels).
    pub max_pixel_bytes: u64,
    /// Maximum size of a page that is rendered because it is not a single scan, px; larger pages are rendered at a lower resolution.
    pub max_rendered_pixels: u64,
    /// Maximum number of pages of one file.
    pub max_pages: u32,
    /// Maximum number of drawing operations of one PDF page.
    pub max_draw_operations: u64,
    /// Maximum number of members of one archive.
    pub max_members: u64,
    /// Maximum unpacked size of one archive, bytes.
    pub max_unpacked_bytes: u64,
    /// Maximum unpacked bytes per packed byte of an archive, above the first [`Limits::RATIO_EXEMPT_BYTES`].
    pub max_unpack_ratio: u64,
    /// Maximum length of the name of an archive member, bytes.
    pub max_name_bytes: usize,
}

impl Limits {
    /// Unpacked bytes of an archive to which the ratio does not apply.
    pub const RATIO_EXEMPT_BYTES: u64 = 16 << 20;

    /// Refuses an image of `width` × `height` px and `channels` bytes per pixel that is empty or too large.
    ///
    /// # Errors
    /// `Corrupt` for an image without area, `Limit` for one that is too large.
    pub fn check_image(&self, width: u32, height: u32, channels: u64) -> Result<()> {
        if width == 0 || height == 0 {
            return Err(files::picture_without_area(width, height));
        }
        let pixels = u64::from(width) * u64::from(height);
        if pixels > self.max_pixels || pixels.saturating_mul(channels) > self.max_pixel_bytes {
            return Err(files::picture_over_limit(
                width,
                height,
                pixels / 1_000_000,
                self.max_pixels / 1_000_000,
                self.max_pixel_bytes >> 20,
            ));
        }
        Ok(())
    }

    /// Refuses a file with too many pages.
    ///
    /// # Errors
    /// `Limit`.
    pub fn check_pages(&self, pages: u32) -> Result<()> {
        if pages > self.max_pages {
            return Err(files::file_pages_over_limit(pages, self.max_pages));
        }
        Ok(())
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_pixels: 120_000_000,
            max_pixel_bytes: 212 << 20,
            max_rendered_pixels: 40_000_000,
            max_pages: 10_000,
            max_draw_operations: 1_500_000,
            max_members: 20_000,
            max_unpacked_bytes: 8 << 30,
            max_unpack_ratio: 200,
            max_name_bytes: 4096,
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use sohoa_base::error::ErrorKind;

    #[test]
    fn pixel_limit_counts_every_channel() {
        let limits = Limits::default();
        assert!(limits.check_image(10_000, 10_000, 1).is_ok());
        assert_eq!(limits.check_image(10_000, 10_000, 3).unwrap_err().kind(), ErrorKind::Limit);
        assert_eq!(limits.check_image(0, 10, 1).unwrap_err().kind(), ErrorKind::Corrupt);
        assert_eq!(limits.check_image(u32::MAX, u32::MAX, 3).unwrap_err().kind(), ErrorKind::Limit);
    }
}
