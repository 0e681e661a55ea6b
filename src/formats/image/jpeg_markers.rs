//! Markers of a JPEG file (ITU-T T.81), read without decoding it.

use crate::tiff::directory::TiffBytes;
use sohoa_base::error::Result;
use sohoa_base::messages::files;

/// Properties read from the markers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct JpegMarkers {
    /// Width, px.
    pub(crate) width: u32,
    /// Height, px.
    pub(crate) height: u32,
    /// Number of components.
    pub(crate) components: u8,
    /// Frame marker: `C0` baseline, `C1` extended, `C2` progressive, others are rare.
    pub(crate) frame_marker: u8,
    /// Bits per sample.
    pub(crate) precision: u8,
    /// Components are named R, G, B and no Adobe marker gives the colour space: decoders differ in their interpretation.
    pub(crate) has_rgb_component_ids: bool,
    /// EXIF orientation; 1 if absent or invalid.
    pub(crate) orientation: u8,
    /// Declared resolution on x and y, dpi.
    pub(crate) dpi: Option<(f64, f64)>,
    /// Offset after the end marker; none if the marker is missing.
    pub(crate) end_offset: Option<usize>,
}

impl JpegMarkers {
    /// Whether all PDF readers and browsers decode it: 8-bit Huffman baseline, extended or progressive.
    pub(crate) fn is_widely_supported(&self) -> bool {
        matches!(self.frame_marker, 0xC0..=0xC2) && self.precision == 8
    }
}

/// Reads the markers.
///
/// # Errors
/// `Corrupt` if no frame or no scan is found, `Invalid` for JPEG processes that cannot be decoded.
pub(crate) fn parse(bytes: &[u8]) -> Result<JpegMarkers> {
    let mut head = JpegMarkers {
        width: 0,
        height: 0,
        components: 0,
        frame_marker: 0,
        precision: 0,
        has_rgb_component_ids: false,
        orientation: 1,
        dpi: None,
        end_offset: None,
    };
    let mut adobe = false;
    let mut scans = 0_u32;
    let mut at = 2;
    while let Some(marker_at) = next_marker(bytes, at) {
        let marker = bytes.get(marker_at + 1).copied().unwrap_or_default();
        at = marker_at + 2;
        if marker == 0xD9 {
            head.end_offset = Some(at);
            break;
        }
        if matches!(marker, 0x01 | 0xD0..=0xD8) {
            continue;
        }
        let Some(length) = read_u16(bytes, at).filter(|length| *length >= 2) else { break };
        let Some(part) = bytes.get(at + 2..(at + length).min(bytes.len())) else { break };
        match marker {
            0xC0..=0xCF if !matches!(marker, 0xC4 | 0xC8 | 0xCC) && head.frame_marker == 0 => {
                head.frame_marker = marker;
                head.precision = part.first().copied().unwrap_or_default();
                head.height = read_u16(part, 1).unwrap_or_default() as u32;
                head.width = read_u16(part, 3).unwrap_or_default() as u32;
                head.components = part.get(5).copied().unwrap_or_default();
                let names: Vec<u8> = part.get(6..).unwrap_or_default().chunks(3).filter_map(|one| one.first().copied()).collect();
                head.has_rgb_component_ids = names.starts_with(b"RGB");
            }
            0xE0 if part.starts_with(b"JFIF\0") => head.dpi = head.dpi.or(jfif_dpi(part)),
            0xE1 if part.starts_with(b"Exif\0\0") => {
                if let Some(exif) = part.get(6..).and_then(TiffBytes::new) {
                    head.orientation = exif.first_orientation();
                    head.dpi = head.dpi.or(exif.first_dpi());
                }
            }
            0xEE if part.starts_with(b"Adobe") => adobe = true,
            0xDA => scans += 1,
            _ => {}
        }
        at += length;
    }
    if head.frame_marker == 0 {
        return Err(files::jpeg_damaged(files::jpeg_without_frame()));
    }
    if scans == 0 {
        return Err(files::jpeg_damaged(files::jpeg_without_data()));
    }
    if head.height == 0 {
        return Err(files::jpeg_damaged(files::jpeg_without_height()));
    }
    if head.frame_marker > 0xC2 {
        return Err(files::jpeg_process_unsupported());
    }
    if head.precision != 8 {
        return Err(files::jpeg_precision_unsupported(head.precision));
    }
    head.has_rgb_component_ids &= !adobe;
    Ok(head)
}

/// Offset of the next marker at or after `at`; skips entropy-coded data, stuffed and fill bytes, and junk.
fn next_marker(bytes: &[u8], mut at: usize) -> Option<usize> {
    loop {
        at += bytes.get(at..)?.iter().position(|byte| *byte == 0xFF)?;
        match bytes.get(at + 1)? {
            0 | 0xD0..=0xD7 => at += 2,
            0xFF => at += 1,
            _ => return Some(at),
        }
    }
}

fn read_u16(bytes: &[u8], at: usize) -> Option<usize> {
    Some(usize::from(u16::from_be_bytes([*bytes.get(at)?, *bytes.get(at + 1)?])))
}

fn jfif_dpi(part: &[u8]) -> Option<(f64, f64)> {
    let (x, y) = (read_u16(part, 8)? as f64, read_u16(part, 10)? as f64);
    match part.get(7)? {
        1 => Some((x, y)),
        2 => Some((x * 2.54, y * 2.54)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn jpeg(tail: &[u8]) -> Vec<u8> {
        let mut bytes = vec![0xFF, 0xD8];
        bytes.extend_from_slice(b"\xFF\xE0\0\x10JFIF\0\x01\x01\x01\x01\x2c\x01\x2c\0\0");
        bytes.extend_from_slice(b"\xFF\xC0\0\x0b\x08\0\x20\0\x10\x01\x01\x11\0");
        bytes.extend_from_slice(b"\xFF\xDA\0\x08\x01\x01\0\0\x3f\0\x12\xFF\0\x34\xFF\xD0\x56");
        bytes.extend_from_slice(tail);
        bytes
    }

    #[test]
    fn jpeg_size_resolution_and_end_are_parsed() {
        let bytes = jpeg(b"\xFF\xD9junk");
        let head = parse(&bytes).unwrap();
        assert_eq!((head.width, head.height, head.components), (16, 32, 1));
        assert_eq!(head.dpi, Some((300.0, 300.0)));
        assert_eq!(head.end_offset, Some(bytes.len() - 4));
        assert_eq!(parse(&jpeg(b"")).unwrap().end_offset, None, "cut off");
        assert!(parse(b"\xFF\xD8\xFF").is_err());
    }
}
