//! Whether a file ends too early: cheap looks at its head and tail, without decoding.

use std::fs::File;
use std::io::{Read, Result, Seek, SeekFrom};
use std::path::Path;

/// Bytes read at the end of a file.
const TAIL_BYTES: u64 = 4096;

/// Bytes read at the beginning of a file.
const HEAD_BYTES: u64 = 16;

/// Whether a PDF, JPEG or TIFF ends before its own end, as one that is still being copied. An empty file does, too. Any other file, and
/// one that cannot be read, does not.
pub(crate) fn ends_too_early(place: &Path) -> bool {
    look_at(place).unwrap_or(false)
}

fn look_at(place: &Path) -> Result<bool> {
    let mut file = File::open(place)?;
    let bytes = file.metadata()?.len();
    let mut head = Vec::new();
    Read::by_ref(&mut file).take(HEAD_BYTES).read_to_end(&mut head)?;
    file.seek(SeekFrom::Start(bytes.saturating_sub(TAIL_BYTES)))?;
    let mut tail = Vec::new();
    file.take(TAIL_BYTES).read_to_end(&mut tail)?;
    let ends_with = |mark: &[u8]| tail.windows(mark.len()).any(|part| part == mark);
    Ok(match head.as_slice() {
        [] => true,
        [b'%', b'P', b'D', b'F', b'-', ..] => !ends_with(b"%%EOF"),
        [0xFF, 0xD8, 0xFF, ..] => !ends_with(&[0xFF, 0xD9]),
        [b'I', b'I', 42, 0, offset @ ..] => is_directory_missing(offset, 4, bytes, false),
        [b'M', b'M', 0, 42, offset @ ..] => is_directory_missing(offset, 4, bytes, true),
        [b'I', b'I', 43, 0, _, _, _, _, offset @ ..] => is_directory_missing(offset, 8, bytes, false),
        [b'M', b'M', 0, 43, _, _, _, _, offset @ ..] => is_directory_missing(offset, 8, bytes, true),
        _ => false,
    })
}

/// Whether the first directory of a TIFF lies beyond its end. `offset` begins with the `size` bytes of its offset.
fn is_directory_missing(offset: &[u8], size: usize, bytes: u64, big_endian: bool) -> bool {
    let Some(offset) = offset.get(..size) else { return true };
    let add = |sum: u64, byte: &u8| (sum << 8) | u64::from(*byte);
    let first = if big_endian { offset.iter().fold(0, add) } else { offset.iter().rev().fold(0, add) };
    first.saturating_add(2) > bytes
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn files_without_their_end_are_recognised() {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().join("file");
        let early = |bytes: &[u8]| {
            std::fs::write(&place, bytes).unwrap();
            ends_too_early(&place)
        };
        let long = |head: &[u8], tail: &[u8]| [head, &[b' '; 10_000], tail].concat();
        assert!(early(b"") && early(b"%PDF-1.7") && early(&long(b"%PDF-1.7\n%%EOF", b"")));
        assert!(!early(&long(b"%PDF-1.7", b"%%EOF\r\n\0")));
        assert!(early(&long(&[0xFF, 0xD8, 0xFF, 0xE0], b"")) && !early(&long(&[0xFF, 0xD8, 0xFF, 0xE0], &[0xFF, 0xD9])));
        assert!(early(b"II*\0\xFF\0\0\0") && early(b"MM\0*\0\0\xFF\0") && early(b"II*\0"));
        assert!(!early(b"II*\0\x08\0\0\0\x01\0") && !early(b"MM\0*\0\0\0\x08\0\x01"));
        assert!(early(b"II+\0\x08\0\0\0\xFF\0\0\0\0\0\0\0") && !early(b"II+\0\x08\0\0\0\x10\0\0\0\0\0\0\0\x01\0"));
        assert!(!early(b"no scan") && !ends_too_early(&folder.path().join("absent")));
    }
}
