//! Pages of a TIFF file (TIFF 6.0, BigTIFF; fax encodings of ITU-T T.4 and T.6).

use crate::image::page_image::{EncodedData, EncodedImage, PageImage};
use crate::image::pixels;
use crate::limits::Limits;
use crate::tiff::ccitt_fax;
use crate::tiff::directory as tags;
use crate::tiff::directory::{Directory, TiffBytes};
use crate::tiff::legacy_lzw;
use crate::tiff::samples;
use image::DynamicImage;
use sohoa_base::error::Result;
use sohoa_base::messages::{file_warnings, files};
use sohoa_base::model::refusal::Warning;
use std::io::{self, Cursor, Read, Seek, SeekFrom};
use std::sync::Arc;
use tiff::decoder::{Decoder, DecodingResult};

/// Opened TIFF file with the directories of its pages.
#[derive(Debug)]
pub(crate) struct TiffFile {
    bytes: Arc<Vec<u8>>,
    limits: Limits,
    /// Directories that are pages.
    pages: Vec<Directory>,
    is_damaged: bool,
}

impl TiffFile {
    /// Reads the directories. Reduced copies of pages (thumbnails) and masks do not count as pages.
    ///
    /// # Errors
    /// `Corrupt` for a file without any page, `Limit` for too many.
    pub(crate) fn open(bytes: Arc<Vec<u8>>, limits: Limits) -> Result<Self> {
        let broken = files::tiff_without_pages;
        let tiff = TiffBytes::new(&bytes).ok_or_else(broken)?;
        let (all, damaged) = tiff.directories(limits.max_pages.saturating_add(1));
        limits.check_pages(all.len() as u32)?;
        let is_page = |directory: &Directory| tiff.number(directory, tags::SUBFILE).unwrap_or(0) & 5 == 0;
        let keep_all = !all.iter().any(is_page);
        let pages: Vec<_> = all.into_iter().filter(|directory| keep_all || is_page(directory)).collect();
        if pages.is_empty() {
            return Err(broken());
        }
        let file = Self { pages, is_damaged: damaged, limits, bytes: bytes.clone() };
        for index in 0..file.pages.len() {
            file.size(index)?;
        }
        Ok(file)
    }

    /// Number of pages.
    pub(crate) fn page_count(&self) -> u32 {
        self.pages.len() as u32
    }

    /// Warnings about the file as a whole.
    pub(crate) fn warnings(&self) -> Vec<Warning> {
        let mut warnings = Vec::new();
        if self.is_damaged {
            warnings.push(Warning::new("damaged", &file_warnings::warning_tiff_chain_broken()));
        }
        warnings
    }

    fn page_directory(&self, index: usize) -> Result<(TiffBytes<'_>, &Directory)> {
        let missing = || files::tiff_page_missing(index + 1);
        let directory = self.pages.get(index).ok_or_else(missing)?;
        Ok((TiffBytes::new(&self.bytes).ok_or_else(missing)?, directory))
    }

    /// Width (px), height (px) and samples per pixel of page `index`, checked against the limits.
    fn size(&self, index: usize) -> Result<(u32, u32, u64)> {
        let (tiff, directory) = self.page_directory(index)?;
        let number = |tag| tiff.number(directory, tag);
        let side = |tag| number(tag).and_then(|side| u32::try_from(side).ok()).unwrap_or(0);
        let samples = number(tags::SAMPLES).unwrap_or(1).max(1);
        if samples > 8 {
            return Err(files::tiff_samples_invalid(index + 1, samples));
        }
        let bytes_of_sample = tiff.numbers(directory, tags::BITS, 8).into_iter().max().unwrap_or(1).div_ceil(8);
        let (width, height) = (side(tags::WIDTH), side(tags::HEIGHT));
        self.limits.check_image(width, height, samples * bytes_of_sample.max(1))?;
        let strips = tiff.count(directory, tags::STRIP_OFFSETS).max(tiff.count(directory, tags::TILE_OFFSETS));
        if strips == 0 || strips > self.bytes.len() as u64 {
            return Err(files::tiff_strips_invalid(index + 1, strips));
        }
        Ok((width, height, samples))
    }

    /// Decodes page `number`, from 1.
    ///
    /// # Errors
    /// `Corrupt`, `Invalid` or `Limit` if it cannot be decoded.
    pub(crate) fn page(&self, number: u32) -> Result<PageImage> {
        let index = (number as usize).saturating_sub(1);
        let (width, height, _) = self.size(index)?;
        let (tiff, directory) = self.page_directory(index)?;
        let compression = tiff.number(directory, tags::COMPRESSION).unwrap_or(1);
        let mut warnings = Vec::new();
        let (image, fax) = match compression {
            2..=4 => ccitt_fax::decode_strips(&self.bytes, &tiff, directory, width, height, &mut warnings)?,
            6 => {
                return Err(files::tiff_old_jpeg(number));
            }
            5 if legacy_lzw::is_legacy(&self.bytes, &tiff, directory) => {
                (legacy_lzw::decode(&self.bytes, &tiff, directory, width, height)?, None)
            }
            _ => (self.decode(&tiff, directory, number)?, None),
        };
        let (dpi, stretch) = pixels::resolve_dpi(width, height, tiff.dpi(directory));
        let (mirrored, turn) = pixels::exif_transform(tiff.orientation(directory));
        let image = pixels::to_l8_or_rgb8(image);
        let image = if mirrored { image.fliph() } else { image };
        let image = pixels::rotate(pixels::scale_to_square_pixels(image, stretch), turn);
        let embeddable = fax.filter(|_| !mirrored && stretch == (1.0, 1.0));
        let encoded = match embeddable {
            Some(data) => EncodedImage { width, height, turn, data },
            None => EncodedImage { width: image.width(), height: image.height(), turn: 0, data: EncodedData::NotEmbeddable },
        };
        Ok(PageImage { pixels: image, dpi, embedded_text: None, encoded, overlays: Vec::new(), warnings })
    }

    /// Decodes everything but fax through the `tiff` crate. The crate rejects palettes and inverts `WhiteIsZero`
    /// only at some depths, so every one-sample image is presented to it as plain grey and converted here. It also
    /// rejects circular directory chains, so it is given a file of one page.
    fn decode(&self, tiff: &TiffBytes<'_>, directory: &Directory, number: u32) -> Result<DynamicImage> {
        let undecodable = |error| files::tiff_page_undecodable(number).caused_by(error);
        let photometric = tiff.number(directory, tags::PHOTOMETRIC).ok_or_else(|| files::tiff_colours_unknown(number))?;
        let patched_photometric = if matches!(photometric, 0 | 3) { 1 } else { photometric as u16 };
        let patches = tiff.single_directory_patches(directory, tags::PHOTOMETRIC, patched_photometric);
        let reader = PatchedReader { inner: Cursor::new(SharedBytes(self.bytes.clone())), patches };
        let mut limits = tiff::decoder::Limits::default();
        limits.decoding_buffer_size = usize::try_from(self.limits.max_pixel_bytes).unwrap_or(usize::MAX);
        limits.intermediate_buffer_size = limits.decoding_buffer_size;
        limits.ifd_value_size = 8 << 20;
        let mut decoder = Decoder::new(reader).map_err(undecodable)?.with_limits(limits);
        let colour = decoder.colortype().map_err(|error| files::tiff_kind_unsupported().caused_by(error))?;
        let (width, height) = decoder.dimensions().map_err(undecodable)?;
        let mut result = DecodingResult::U8(Vec::new());
        let layout = decoder.read_image_to_buffer(&mut result).map_err(undecodable)?;
        let palette = if photometric == 3 { tiff.numbers(directory, tags::COLOUR_MAP, 3 << 16) } else { Vec::new() };
        let format = samples::SampleFormat { width, height, colour, planes: layout.planes, is_white_zero: photometric == 0, palette };
        samples::to_image(result, &format).ok_or_else(|| files::tiff_pixels_unsupported(number, format!("{colour:?}")))
    }
}

/// Shared bytes as a byte slice, for `Cursor`.
#[derive(Debug)]
struct SharedBytes(Arc<Vec<u8>>);

impl AsRef<[u8]> for SharedBytes {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

/// Reader of the file with some bytes replaced.
struct PatchedReader {
    inner: Cursor<SharedBytes>,
    patches: Vec<(u64, Vec<u8>)>,
}

impl Read for PatchedReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let start = self.inner.position();
        let count = self.inner.read(buffer)?;
        for (at, with) in &self.patches {
            for (place, byte) in (*at..).zip(with) {
                let slot = place.checked_sub(start).filter(|offset| *offset < count as u64);
                if let Some(slot) = slot.and_then(|offset| buffer.get_mut(offset as usize)) {
                    *slot = *byte;
                }
            }
        }
        Ok(count)
    }
}

impl Seek for PatchedReader {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.inner.seek(to)
    }
}
