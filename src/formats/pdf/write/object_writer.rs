//! Incremental writer of PDF objects: the body in pieces, then the cross-reference table and trailer (PDF 1.4, 3.4).

use pdf_writer::{Chunk, Ref};
use sohoa_base::error::Result;
use sohoa_base::messages::{files, program};
use std::io::Write as _;

/// Maximum size of a file with a cross-reference table, bytes: offsets have ten digits.
const MAX_FILE_BYTES: u64 = 9_999_999_999;

/// File being written. Holds the bytes written since the last [`ObjectWriter::take_bytes`], and the offset of every object.
#[derive(Debug)]
pub(crate) struct ObjectWriter {
    buffer: Vec<u8>,
    flushed_bytes: u64,
    /// Offset of object `index + 1` from the start of the file, bytes; `None` until it is written.
    offsets: Vec<Option<u64>>,
}

/// State of a file to which it can be rolled back.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Checkpoint {
    buffer_bytes: usize,
    object_count: usize,
}

/// Entries of the trailer.
#[derive(Debug)]
pub(crate) struct Trailer {
    /// Document catalogue.
    pub(crate) catalog: Ref,
    /// Info dictionary.
    pub(crate) info: Ref,
    /// File identifier.
    pub(crate) file_id: Vec<u8>,
}

impl Checkpoint {
    /// Whether object `number` was allocated after the checkpoint.
    pub(crate) fn precedes(self, number: Ref) -> bool {
        usize::try_from(number.get()).is_ok_and(|number| number > self.object_count)
    }
}

impl ObjectWriter {
    /// Starts a file of PDF 1.`minor` without objects.
    pub(crate) fn new(minor: u8) -> Self {
        // PDF/A requires four bytes above 127 in the second line.
        let mut piece = format!("%PDF-1.{minor}\n%").into_bytes();
        piece.extend_from_slice(b"\xE2\xE3\xCF\xD3\n\n");
        Self { buffer: piece, flushed_bytes: 0, offsets: Vec::new() }
    }

    /// Allocates the next object number; the object may be written later.
    pub(crate) fn allocate(&mut self) -> Ref {
        self.offsets.push(None);
        Ref::new(i32::try_from(self.offsets.len()).unwrap_or(i32::MAX))
    }

    /// Writes one object.
    pub(crate) fn write_object(&mut self, write: impl FnOnce(&mut Chunk)) {
        let mut chunk = Chunk::new();
        write(&mut chunk);
        let at = self.flushed_bytes + self.buffer.len() as u64;
        let number = chunk.refs().next().and_then(|number| usize::try_from(number.get()).ok());
        if let Some(place) = number.and_then(|number| self.offsets.get_mut(number.saturating_sub(1))) {
            *place = Some(at);
        }
        self.buffer.extend_from_slice(chunk.as_bytes());
    }

    /// Checkpoint of the current state. Valid until the next [`ObjectWriter::take_bytes`].
    pub(crate) fn checkpoint(&self) -> Checkpoint {
        Checkpoint { buffer_bytes: self.buffer.len(), object_count: self.offsets.len() }
    }

    /// Discards everything after `mark`. Objects allocated before it must not have been written since.
    pub(crate) fn roll_back(&mut self, mark: Checkpoint) {
        self.buffer.truncate(mark.buffer_bytes);
        self.offsets.truncate(mark.object_count);
    }

    /// Takes the bytes written since the last call.
    pub(crate) fn take_bytes(&mut self) -> Vec<u8> {
        self.flushed_bytes += self.buffer.len() as u64;
        std::mem::take(&mut self.buffer)
    }

    /// Ends the file and returns the rest of its bytes.
    ///
    /// # Errors
    /// `Limit` for a file too long for its cross-reference table; `Internal` if an allocated object was never written.
    pub(crate) fn finish(mut self, trailer: &Trailer) -> Result<Vec<u8>> {
        let table = self.flushed_bytes + self.buffer.len() as u64;
        if table > MAX_FILE_BYTES {
            return Err(files::pdf_document_too_long());
        }
        let size = self.offsets.len() + 1;
        let id: String = hex::encode_upper(&trailer.file_id);
        let (root, information) = (trailer.catalog.get(), trailer.info.get());
        let mut write = || -> std::io::Result<()> {
            write!(self.buffer, "xref\n0 {size}\n{:010} {:05} f\r\n", 0, 65_535)?;
            for place in &self.offsets {
                let place = place.ok_or(std::io::ErrorKind::NotFound)?;
                write!(self.buffer, "{place:010} {:05} n\r\n", 0)?;
            }
            writeln!(self.buffer, "trailer\n<<\n  /Size {size}\n  /Root {root} 0 R\n  /Info {information} 0 R\n  /ID [<{id}> <{id}>]\n>>")?;
            write!(self.buffer, "startxref\n{table}\n%%EOF")
        };
        write().map_err(|error| program::bug("PDF: object not written").caused_by(error))?;
        Ok(self.buffer)
    }
}

/// Compresses `bytes` as a zlib stream (`FlateDecode`).
pub(crate) fn deflate(bytes: &[u8]) -> Result<Vec<u8>> {
    let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::new(6));
    encoder.write_all(bytes).and_then(|()| encoder.finish()).map_err(|error| program::bug("PDF: compression of a stream").caused_by(error))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use sohoa_base::error::ErrorKind;

    fn number(body: &mut ObjectWriter, value: i32) -> Ref {
        let number = body.allocate();
        body.write_object(|chunk| chunk.indirect(number).primitive(value));
        number
    }

    #[test]
    fn incremental_output_equals_whole_file() {
        let (mut whole, mut pieces) = (ObjectWriter::new(4), ObjectWriter::new(4));
        let mut out = Vec::new();
        for value in 0..3 {
            number(&mut whole, value);
            number(&mut pieces, value);
            out.extend(pieces.take_bytes());
        }
        let trailer = |number| Trailer { catalog: number, info: number, file_id: vec![1, 0xab] };
        out.extend(pieces.finish(&trailer(Ref::new(1))).unwrap());
        assert_eq!(whole.finish(&trailer(Ref::new(1))).unwrap(), out);
        let text = String::from_utf8_lossy(&out);
        assert!(text.contains("/ID [<01AB> <01AB>]"), "{text}");
        let third = text.find("3 0 obj").unwrap() + out.len() - text.len();
        assert!(text.contains(&format!("{third:010} 00000 n\r\n")), "{third}: {text}");
    }

    #[test]
    fn rollback_discards_objects_after_checkpoint() {
        let mut body = ObjectWriter::new(4);
        let first = number(&mut body, 7);
        let mark = body.checkpoint();
        number(&mut body, 8);
        body.roll_back(mark);
        assert_eq!(body.allocate(), Ref::new(first.get() + 1));
    }

    #[test]
    fn missing_object_is_reported_at_finish() {
        let mut body = ObjectWriter::new(4);
        let number = body.allocate();
        let trailer = Trailer { catalog: number, info: number, file_id: Vec::new() };
        assert_eq!(body.finish(&trailer).unwrap_err().kind(), ErrorKind::Internal);
    }
}
