//! Image file directories of TIFF, BigTIFF and EXIF (TIFF 6.0, section 2).

use std::collections::{BTreeMap, BTreeSet};

/// `NewSubfileType`
pub(crate) const SUBFILE: u16 = 254;
/// `ImageWidth`
pub(crate) const WIDTH: u16 = 256;
/// `ImageLength`
pub(crate) const HEIGHT: u16 = 257;
/// `BitsPerSample`
pub(crate) const BITS: u16 = 258;
/// `Compression`
pub(crate) const COMPRESSION: u16 = 259;
/// `PhotometricInterpretation`
pub(crate) const PHOTOMETRIC: u16 = 262;
/// `FillOrder`
pub(crate) const FILL_ORDER: u16 = 266;
/// `StripOffsets`
pub(crate) const STRIP_OFFSETS: u16 = 273;
/// `Orientation`
pub(crate) const ORIENTATION: u16 = 274;
/// `SamplesPerPixel`
pub(crate) const SAMPLES: u16 = 277;
/// `RowsPerStrip`
pub(crate) const ROWS_PER_STRIP: u16 = 278;
/// `StripByteCounts`
pub(crate) const STRIP_LENGTHS: u16 = 279;
/// `XResolution`
pub(crate) const X_RESOLUTION: u16 = 282;
/// `YResolution`
pub(crate) const Y_RESOLUTION: u16 = 283;
/// `T4Options`
pub(crate) const T4_OPTIONS: u16 = 292;
/// `ResolutionUnit`
pub(crate) const RESOLUTION_UNIT: u16 = 296;
/// `ColorMap`
pub(crate) const COLOUR_MAP: u16 = 320;
/// `PlanarConfiguration`
pub(crate) const PLANAR: u16 = 284;
/// `Predictor`
pub(crate) const PREDICTOR: u16 = 317;
/// `TileOffsets`
pub(crate) const TILE_OFFSETS: u16 = 324;

/// Bytes with a TIFF header at their start.
#[derive(Debug, Clone, Copy)]
pub(crate) struct TiffBytes<'a> {
    bytes: &'a [u8],
    is_little_endian: bool,
    is_big_tiff: bool,
    first_offset: u64,
}

/// Image file directory: the location of each field's values.
#[derive(Debug, Clone, Default)]
pub(crate) struct Directory {
    fields: BTreeMap<u16, Field>,
    next: u64,
    /// Offset in the file, bytes.
    pub(crate) offset: u64,
    /// Offset of the pointer to the next directory, bytes.
    pub(crate) next_pointer_offset: u64,
}

#[derive(Debug, Clone, Copy)]
struct Field {
    field_type: u16,
    count: u64,
    value_offset: usize,
}

impl<'a> TiffBytes<'a> {
    /// Reads the header; `None` if there is none.
    pub(crate) fn new(bytes: &'a [u8]) -> Option<Self> {
        let little = match bytes.get(..2)? {
            b"II" => true,
            b"MM" => false,
            _ => return None,
        };
        let mut tiff = Self { bytes, is_little_endian: little, is_big_tiff: false, first_offset: 0 };
        match tiff.unsigned(2, 2)? {
            42 => tiff.first_offset = tiff.unsigned(4, 4)?,
            43 => {
                tiff.is_big_tiff = true;
                tiff.first_offset = tiff.unsigned(8, 8)?;
            }
            _ => return None,
        }
        Some(tiff)
    }

    /// Patches (offset, bytes) that make `directory` the only one of the file and set its 16-bit field `tag`, if
    /// present, to `number`.
    pub(crate) fn single_directory_patches(&self, directory: &Directory, tag: u16, number: u16) -> Vec<(u64, Vec<u8>)> {
        let word = |number: u64| {
            let bytes = if self.is_little_endian { number.to_le_bytes() } else { number.to_be_bytes() };
            match (self.is_big_tiff, self.is_little_endian) {
                (true, _) => bytes.to_vec(),
                (false, true) => bytes.iter().take(4).copied().collect(),
                (false, false) => bytes.iter().skip(4).copied().collect(),
            }
        };
        let mut patches = vec![(if self.is_big_tiff { 8 } else { 4 }, word(directory.offset)), (directory.next_pointer_offset, word(0))];
        if let Some(field) = directory.fields.get(&tag) {
            let bytes = if self.is_little_endian { number.to_le_bytes() } else { number.to_be_bytes() };
            patches.push((field.value_offset as u64, bytes.to_vec()));
        }
        patches
    }

    /// At most `max` directories in order, and whether the chain is broken (a loop, or a pointer outside the file).
    pub(crate) fn directories(&self, max: u32) -> (Vec<Directory>, bool) {
        let (mut all, mut seen, mut offset) = (Vec::new(), BTreeSet::new(), self.first_offset);
        while offset != 0 && all.len() < max as usize {
            if !seen.insert(offset) {
                return (all, true);
            }
            let Some(directory) = self.directory(offset) else { return (all, true) };
            offset = directory.next;
            all.push(directory);
        }
        (all, false)
    }

    fn directory(&self, offset: u64) -> Option<Directory> {
        let start = usize::try_from(offset).ok()?;
        let (count_size, entry_size, word) = if self.is_big_tiff { (8, 20, 8) } else { (2, 12, 4) };
        let count = usize::try_from(self.unsigned(start, count_size)?).ok().filter(|count| *count <= 4096)?;
        let entries = start.checked_add(count_size)?;
        let next_at = entries.checked_add(count * entry_size)?;
        let mut directory = Directory { offset, next_pointer_offset: next_at as u64, ..Directory::default() };
        for index in 0..count {
            let at = entries.checked_add(index * entry_size)?;
            let (Some(tag), Some(kind), Some(values)) = (self.unsigned(at, 2), self.unsigned(at + 2, 2), self.unsigned(at + 4, word))
            else {
                return Some(directory);
            };
            let size = values.saturating_mul(type_size(kind as u16) as u64);
            let inline = at + 4 + word;
            let place = if size <= word as u64 { Some(inline as u64) } else { self.unsigned(inline, word) };
            if let Some(place) = place.and_then(|place| usize::try_from(place).ok()) {
                directory.fields.entry(tag as u16).or_insert(Field { field_type: kind as u16, count: values, value_offset: place });
            }
        }
        directory.next = self.unsigned(next_at, word).unwrap_or(0);
        Some(directory)
    }

    /// First value of an integer field.
    pub(crate) fn number(&self, directory: &Directory, tag: u16) -> Option<u64> {
        self.numbers(directory, tag, 1).first().copied()
    }

    /// Up to `max` values of an integer field; none if the field is missing or truncated.
    pub(crate) fn numbers(&self, directory: &Directory, tag: u16, max: usize) -> Vec<u64> {
        let Some(field) = directory.fields.get(&tag).filter(|field| matches!(field.field_type, 1 | 3 | 4 | 13 | 16 | 18)) else {
            return Vec::new();
        };
        let size = type_size(field.field_type);
        let count = usize::try_from(field.count).unwrap_or(usize::MAX).min(max).min(self.bytes.len() / size);
        (0..count).map_while(|index| self.unsigned(field.value_offset.checked_add(index * size)?, size)).collect()
    }

    /// Declared number of values of a field.
    pub(crate) fn count(&self, directory: &Directory, tag: u16) -> u64 {
        directory.fields.get(&tag).map_or(0, |field| field.count)
    }

    fn rational(&self, directory: &Directory, tag: u16) -> Option<f64> {
        let field = directory.fields.get(&tag).filter(|field| field.field_type == 5)?;
        let (numerator, denominator) = (self.unsigned(field.value_offset, 4)?, self.unsigned(field.value_offset.checked_add(4)?, 4)?);
        (denominator != 0).then(|| numerator as f64 / denominator as f64)
    }

    /// Declared resolution on x and y, dpi; none without an absolute unit.
    pub(crate) fn dpi(&self, directory: &Directory) -> Option<(f64, f64)> {
        let factor = match self.number(directory, RESOLUTION_UNIT).unwrap_or(2) {
            2 => 1.0,
            3 => 2.54,
            _ => return None,
        };
        let x = self.rational(directory, X_RESOLUTION)?;
        Some((x * factor, self.rational(directory, Y_RESOLUTION).unwrap_or(x) * factor))
    }

    /// Orientation 1 to 8; 1 if absent or invalid.
    pub(crate) fn orientation(&self, directory: &Directory) -> u8 {
        self.number(directory, ORIENTATION).filter(|turn| (1..=8).contains(turn)).unwrap_or(1) as u8
    }

    /// [`Self::orientation`] of the first directory, as needed for EXIF.
    pub(crate) fn first_orientation(&self) -> u8 {
        self.directory(self.first_offset).map_or(1, |directory| self.orientation(&directory))
    }

    /// [`Self::dpi`] of the first directory, as needed for EXIF.
    pub(crate) fn first_dpi(&self) -> Option<(f64, f64)> {
        self.dpi(&self.directory(self.first_offset)?)
    }

    fn unsigned(&self, at: usize, size: usize) -> Option<u64> {
        let bytes = self.bytes.get(at..at.checked_add(size)?)?;
        let join = |number: u64, byte: &u8| number << 8 | u64::from(*byte);
        Some(if self.is_little_endian { bytes.iter().rev().fold(0, join) } else { bytes.iter().fold(0, join) })
    }
}

fn type_size(kind: u16) -> usize {
    match kind {
        3 | 8 => 2,
        4 | 9 | 11 | 13 => 4,
        5 | 10 | 12 | 16 | 17 | 18 => 8,
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]
    use super::*;

    #[test]
    fn cyclic_directory_chain_terminates() {
        let mut bytes = b"II\x2a\0\x08\0\0\0".to_vec();
        bytes.extend_from_slice(b"\x02\0");
        bytes.extend_from_slice(b"\x00\x01\x03\0\x01\0\0\0\x34\x12\0\0");
        bytes.extend_from_slice(b"\x11\x01\x04\0\xff\xff\xff\xff\x04\0\0\0");
        bytes.extend_from_slice(&8_u32.to_le_bytes());
        let tiff = TiffBytes::new(&bytes).unwrap();
        let (all, bad) = tiff.directories(100);
        assert_eq!((all.len(), bad), (1, true));
        assert_eq!(tiff.number(&all[0], WIDTH), Some(0x1234));
        assert!(tiff.numbers(&all[0], STRIP_OFFSETS, usize::MAX).len() < 12, "a lying count allocates nothing");
        assert_eq!(tiff.orientation(&all[0]), 1);
    }
}
