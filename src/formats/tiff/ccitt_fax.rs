//! Fax-coded TIFF pages: modified Huffman, Group 3 and Group 4 (ITU-T T.4, T.6).

use crate::image::page_image::EncodedData;
use crate::tiff::directory as tags;
use crate::tiff::directory::{Directory, TiffBytes};
use hayro_ccitt::{DecodeSettings, DecoderContext, EncodingMode};
use image::{DynamicImage, GrayImage};
use sohoa_base::error::Result;
use sohoa_base::messages::{file_warnings, files};
use sohoa_base::model::refusal::Warning;

/// Decodes the strips. For an undamaged page of one strip the fax data itself is returned as well.
///
/// # Errors
/// `Corrupt` if less than half of the rows can be read, `Invalid` for tiles.
pub(crate) fn decode_strips(
    bytes: &[u8],
    tiff: &TiffBytes<'_>,
    directory: &Directory,
    width: u32,
    height: u32,
    warnings: &mut Vec<Warning>,
) -> Result<(DynamicImage, Option<EncodedData>)> {
    let number = |tag| tiff.number(directory, tag);
    if tiff.count(directory, tags::TILE_OFFSETS) > 0 {
        return Err(files::tiff_fax_in_tiles());
    }
    let compression = number(tags::COMPRESSION).unwrap_or(4);
    let two_dimensional = compression == 3 && number(tags::T4_OPTIONS).unwrap_or(0) & 1 == 1;
    let encoding = match (compression, two_dimensional) {
        (4, _) => EncodingMode::Group4,
        (_, true) => EncodingMode::Group3_2D,
        _ => EncodingMode::Group3_1D,
    };
    let black_is_zero = number(tags::PHOTOMETRIC).unwrap_or(0) == 1;
    let reversed = number(tags::FILL_ORDER) == Some(2);
    let strip_rows =
        number(tags::ROWS_PER_STRIP).and_then(|rows| u32::try_from(rows).ok()).filter(|rows| *rows > 0).unwrap_or(height).min(height);
    let strips = height.div_ceil(strip_rows) as usize;
    let offsets = tiff.numbers(directory, tags::STRIP_OFFSETS, strips);
    let lengths = tiff.numbers(directory, tags::STRIP_LENGTHS, strips);
    let mut sink =
        RowSink { width: width as usize, rows: height as usize, decoded_rows: 0, pixels: vec![255; width as usize * height as usize] };
    let mut single_strip = None;
    let mut total_rows = 0_usize;
    for (index, offset) in offsets.iter().enumerate() {
        let first_row = index * strip_rows as usize;
        let rows = strip_rows.min(height.saturating_sub(first_row as u32));
        let start = usize::try_from(*offset).unwrap_or(usize::MAX);
        let length = lengths.get(index).map_or(usize::MAX, |length| usize::try_from(*length).unwrap_or(usize::MAX));
        let Some(data) = bytes.get(start.min(bytes.len())..start.saturating_add(length).min(bytes.len())) else { continue };
        let data: Vec<u8> = if reversed { data.iter().map(|byte| byte.reverse_bits()).collect() } else { data.to_vec() };
        let settings = DecodeSettings {
            columns: width,
            rows,
            end_of_block: true,
            end_of_line: compression == 3,
            rows_are_byte_aligned: compression == 2,
            encoding,
            strict: false,
        };
        sink.decoded_rows = first_row;
        // A damaged strip still yields the rows above the damage.
        let outcome = hayro_ccitt::decode(&data, &mut sink, &mut DecoderContext::new(settings));
        let rows_read = sink.decoded_rows.saturating_sub(first_row).min(rows as usize);
        total_rows += rows_read;
        if strips == 1 && outcome.is_ok() && rows_read == rows as usize {
            single_strip = Some(data);
        }
    }
    if total_rows * 2 < height as usize {
        return Err(files::tiff_rows_missing(total_rows, height));
    }
    if total_rows < height as usize {
        warnings.push(Warning::new("truncated", &file_warnings::warning_rows_read(total_rows, height)));
    }
    if black_is_zero {
        sink.pixels.iter_mut().for_each(|pixel| *pixel = 255 - *pixel);
    }
    let encoded = single_strip.map(|bytes| EncodedData::Ccitt {
        bytes,
        k: match encoding {
            EncodingMode::Group4 => -1,
            EncodingMode::Group3_1D => 0,
            EncodingMode::Group3_2D => 1,
        },
        black_is_1: black_is_zero,
        byte_align: compression == 2,
        end_of_line: compression == 3,
    });
    let image = GrayImage::from_raw(width, height, sink.pixels).unwrap_or_else(|| GrayImage::new(width, height));
    Ok((DynamicImage::ImageLuma8(image), encoded))
}

/// Encoding parameters of fax data in a PDF.
pub(crate) struct FaxParameters {
    /// `/K`: below 0 Group 4, 0 one-dimensional, above two-dimensional.
    pub(crate) k: i32,
    /// Rows start on byte boundaries.
    pub(crate) byte_align: bool,
    /// End-of-line codes are present.
    pub(crate) end_of_line: bool,
}

/// Decodes fax data of a PDF. Returns the image with black as 0, and the number of rows that could be read.
pub(crate) fn decode_fax(data: &[u8], parameters: &FaxParameters, width: u32, height: u32) -> (GrayImage, u32) {
    let encoding = match parameters.k {
        ..0 => EncodingMode::Group4,
        0 => EncodingMode::Group3_1D,
        _ => EncodingMode::Group3_2D,
    };
    let settings = DecodeSettings {
        columns: width,
        rows: height,
        end_of_block: true,
        end_of_line: parameters.end_of_line,
        rows_are_byte_aligned: parameters.byte_align,
        encoding,
        strict: false,
    };
    let mut sink =
        RowSink { width: width as usize, rows: height as usize, decoded_rows: 0, pixels: vec![255; width as usize * height as usize] };
    // On damage the rows above it are valid and counted, so the error itself is ignored.
    let _ = hayro_ccitt::decode(data, &mut sink, &mut DecoderContext::new(settings));
    let rows = sink.decoded_rows as u32;
    (GrayImage::from_raw(width, height, sink.pixels).unwrap_or_else(|| GrayImage::new(width, height)), rows)
}

struct RowSink {
    width: usize,
    rows: usize,
    decoded_rows: usize,
    pixels: Vec<u8>,
}

impl hayro_ccitt::Decoder for RowSink {
    fn push_row(&mut self, changes: &[u32]) {
        if self.decoded_rows >= self.rows {
            return;
        }
        let start = self.decoded_rows * self.width;
        if let Some(row) = self.pixels.get_mut(start..start + self.width) {
            for pair in changes.chunks(2) {
                let from = pair.first().map_or(0, |from| *from as usize).min(row.len());
                let to = pair.get(1).map_or(row.len(), |to| *to as usize).min(row.len());
                if let Some(black) = row.get_mut(from..to) {
                    black.fill(0);
                }
            }
        }
        self.decoded_rows += 1;
    }
}
