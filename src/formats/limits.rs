//! What a delivered file may ask for before it is refused.

use sohoa_base::error::{Error, Result};

/// Limits of reading delivered files. The default fits a process of 400 MB.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Most pixels of one page picture.
    pub max_pixels: u64,
    /// Most bytes of one decoded page picture (pixels times channels).
    pub max_pixel_bytes: u64,
    /// Most pixels of a page that is drawn because it is no single scan; larger pages are drawn smaller.
    pub max_rendered_pixels: u64,
    /// Most pages of one file.
    pub max_pages: u32,
    /// Most drawing operations of one PDF page.
    pub max_draw_operations: u64,
    /// Most members of one archive.
    pub max_members: u64,
    /// Most bytes that one archive may unpack to.
    pub max_unpacked_bytes: u64,
    /// Most unpacked bytes per packed byte of an archive, above the first [`Limits::FREE_BYTES`].
    pub max_unpack_ratio: u64,
    /// Longest name of an archive member, bytes.
    pub max_name_bytes: usize,
}

impl Limits {
    /// Unpacked bytes of an archive for which the ratio is not looked at.
    pub const RATIO_EXEMPT_BYTES: u64 = 16 << 20;

    /// Refuses a picture of `width` × `height` px and `channels` bytes a pixel that is empty or too large.
    ///
    /// # Errors
    /// Corrupt for a picture without area, Limit for one that is too large.
    pub fn check_image(&self, width: u32, height: u32, channels: u64) -> Result<()> {
        if width == 0 || height == 0 {
            return Err(Error::corrupt(format!("picture declares {width} × {height} px, which is no area; scan the page again")));
        }
        let pixels = u64::from(width) * u64::from(height);
        if pixels > self.max_pixels || pixels.saturating_mul(channels) > self.max_pixel_bytes {
            return Err(Error::limit(format!(
                "picture declares {width} × {height} px ({} million), more than the limit of {} million px or {} MB; scan at a lower resolution",
                pixels / 1_000_000,
                self.max_pixels / 1_000_000,
                self.max_pixel_bytes >> 20
            )));
        }
        Ok(())
    }

    /// Refuses a file of too many pages.
    ///
    /// # Errors
    /// Limit.
    pub fn check_pages(&self, pages: u32) -> Result<()> {
        if pages > self.max_pages {
            return Err(Error::limit(format!("file has {pages} pages, more than the limit of {}; deliver it in parts", self.max_pages)));
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
    fn colour_counts_three_times() {
        let limits = Limits::default();
        assert!(limits.check_image(10_000, 10_000, 1).is_ok());
        assert_eq!(limits.check_image(10_000, 10_000, 3).unwrap_err().kind(), ErrorKind::Limit);
        assert_eq!(limits.check_image(0, 10, 1).unwrap_err().kind(), ErrorKind::Corrupt);
        assert_eq!(limits.check_image(u32::MAX, u32::MAX, 3).unwrap_err().kind(), ErrorKind::Limit);
    }
}
