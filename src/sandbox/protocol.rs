//! Frames between parent and child: a JSON head and raw bytes.

use serde::{Deserialize, Serialize, de::DeserializeOwned};
use sohoa_base::error::{Error, Kind, Result, ResultExt};
use sohoa_base::model::geometry::Bounds;
use sohoa_base::model::reading::{Reading, Stamp};
use sohoa_base::model::record::Signature;
use sohoa_base::model::refusal::Warning;
use sohoa_formats::masked::Hidden;
use sohoa_formats::pdf_write::PdfMetadata;
use sohoa_recognition::page::ReadOptions;
use std::collections::BTreeMap;
use std::io::{Read, Write};

/// Longest head, bytes: a reading of a dense page is about 200 kB.
const HEAD_LIMIT: u32 = 64 << 20;

/// Longest payload, bytes.
const PAYLOAD_LIMIT: u64 = 2 << 30;

/// What the parent asks. `source` is the SHA-256 of the file; its bytes travel as the payload the first time.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "ask")]
pub enum Ask {
    /// Keep the payload as the current source.
    Load {
        /// SHA-256 of the bytes.
        source: String,
    },
    /// What is the current source, and how many pages has it?
    Inspect {
        /// Name under which it was delivered.
        name: String,
    },
    /// The cells of the current source, which is a table: CSV, a spreadsheet, or JSON.
    Table,
    /// Every sheet of the current source, which is a workbook, or the one table that it is.
    Sheets,
    /// Read one page of the current source.
    Read {
        /// Media type found by `Inspect`.
        media_type: String,
        /// Page, from 1.
        page: u32,
        /// How to prepare and read it.
        options: ReadOptions,
    },
    /// Look for stamps of secrecy on one page of the current source, and read nothing.
    Stamps {
        /// Media type found by `Inspect`.
        media_type: String,
        /// Page, from 1.
        page: u32,
        /// How to prepare it.
        options: ReadOptions,
        /// Clockwise turn that makes it upright, degrees; found out where it is not given.
        turn: Option<u16>,
    },
    /// Show one page of the current source: the payload of the answer is a JPEG.
    Picture {
        /// Media type found by `Inspect`.
        media_type: String,
        /// Page, from 1.
        page: u32,
        /// Clockwise turn that makes it upright, degrees.
        turn: u16,
        /// Width of the upright picture, px; one that is narrower stays as it is.
        width: u32,
        /// What is painted over.
        #[serde(default)]
        hidden: Option<Hidden>,
    },
    /// Begin a searchable PDF. The payloads of the answers from here to `PdfEnd`, joined, are its bytes.
    PdfBegin {
        /// Title and profile.
        metadata: PdfMetadata,
    },
    /// Add a page of the current source to the PDF.
    PdfPage {
        /// Media type of the current source.
        media_type: String,
        /// Page, from 1.
        page: u32,
        /// Its reading.
        reading: Box<Reading>,
        /// What is painted over and taken out of the text, px of the upright reading.
        #[serde(default)]
        hidden: Vec<Bounds>,
    },
    /// Add an empty, crossed page in place of one that cannot be read.
    PdfMissing,
    /// Finish: the rest of the PDF is the payload of the answer.
    PdfEnd,
}

/// What the child answers.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "answer")]
pub enum Answer {
    /// First frame of every child: ready, with the models it opened (name, SHA-256 of the file).
    Ready {
        /// Models by name.
        models: BTreeMap<String, String>,
    },
    /// Done.
    Done,
    /// Of `Inspect`.
    Inspected {
        /// Media type found by content.
        media_type: String,
        /// Pages in it.
        pages: u32,
        /// Digital signatures found.
        signatures: Vec<Signature>,
        /// What is odd.
        warnings: Vec<Warning>,
    },
    /// Of `Read`.
    Page {
        /// What was read.
        reading: Box<Reading>,
        /// What is odd.
        warnings: Vec<Warning>,
        /// Processor milliseconds by part: `decode`, `prepare`, `read`.
        cpu_ms: BTreeMap<String, u64>,
    },
    /// Of `Sheets`.
    Sheets {
        /// Name, and cells by row.
        sheets: Vec<(String, Vec<Vec<String>>)>,
    },
    /// Of `Table`.
    Table {
        /// Cells by row, as text.
        rows: Vec<Vec<String>>,
    },
    /// Of `Stamps`.
    Stamps {
        /// Stamps of secrecy, the most secret first.
        stamps: Vec<Stamp>,
        /// Clockwise turn at which they were looked for, degrees.
        turn: u16,
        /// Processor milliseconds of the look for stamps alone.
        cpu_ms: u64,
    },
    /// The request failed; the child lives on.
    Failed {
        /// Word of the error's kind.
        kind: String,
        /// The sentence with its causes.
        message: String,
    },
}

/// Words for the kinds that cross the pipe.
const KINDS: [(Kind, &str); 8] = [
    (Kind::Invalid, "invalid"),
    (Kind::Limit, "limit"),
    (Kind::Denied, "denied"),
    (Kind::NotFound, "not-found"),
    (Kind::Conflict, "conflict"),
    (Kind::Unavailable, "unavailable"),
    (Kind::Corrupt, "corrupt"),
    (Kind::Internal, "internal"),
];

impl Answer {
    /// The answer that carries `error`.
    #[must_use]
    pub fn from_error(error: &Error) -> Self {
        let kind = KINDS.iter().find(|(kind, _)| *kind == error.kind()).map_or("internal", |(_, word)| word);
        Self::Failed { kind: kind.to_owned(), message: error.chain() }
    }
}

/// The error of a failed answer.
#[must_use]
pub fn error_from(kind: &str, message: &str) -> Error {
    let kind = KINDS.iter().find(|(_, word)| *word == kind).map_or(Kind::Internal, |(kind, _)| *kind);
    Error::new(kind, message)
}

/// Writes one frame: head length (u32), payload length (u64), both little endian, head, payload.
///
/// # Errors
/// `Unavailable` when the other side is gone.
pub fn write_frame(pipe: &mut impl Write, head: &impl Serialize, payload: &[u8]) -> Result<()> {
    let head = encode(head)?;
    let lengths = frame_lengths(&head, payload.len() as u64)?;
    let gone = || "the reading process closed its pipe".to_owned();
    pipe.write_all(&lengths).or_error(Kind::Unavailable, gone)?;
    pipe.write_all(&head).or_error(Kind::Unavailable, gone)?;
    pipe.write_all(payload).or_error(Kind::Unavailable, gone)?;
    pipe.flush().or_error(Kind::Unavailable, gone)
}

/// Reads one frame, or `None` at the end of the pipe.
///
/// # Errors
/// `Corrupt` for a frame of another form.
pub fn read_frame<T: DeserializeOwned>(pipe: &mut impl Read) -> Result<Option<(T, Vec<u8>)>> {
    let mut lengths = [0; 12];
    if pipe.read(&mut lengths[..1]).or_error(Kind::Corrupt, broken)? == 0 {
        return Ok(None);
    }
    pipe.read_exact(&mut lengths[1..]).or_error(Kind::Corrupt, broken)?;
    let (head_length, payload_length) = lengths_of(lengths)?;
    let mut head = vec![0; head_length];
    pipe.read_exact(&mut head).or_error(Kind::Corrupt, broken)?;
    let mut payload = vec![0; payload_length];
    pipe.read_exact(&mut payload).or_error(Kind::Corrupt, broken)?;
    Ok(Some((decode(&head)?, payload)))
}

/// The head as bytes.
///
/// # Errors
/// `Internal` for a value that has no JSON form.
pub fn encode(head: &impl Serialize) -> Result<Vec<u8>> {
    serde_json::to_vec(head).or_error(Kind::Internal, || "a frame has no JSON form".to_owned())
}

/// The head from its bytes.
///
/// # Errors
/// `Corrupt` for another form.
pub fn decode<T: DeserializeOwned>(head: &[u8]) -> Result<T> {
    serde_json::from_slice(head).or_error(Kind::Corrupt, broken)
}

/// The twelve bytes that announce a frame.
///
/// # Errors
/// `Limit` for a frame past the bounds.
pub fn frame_lengths(head: &[u8], payload: u64) -> Result<[u8; 12]> {
    let too_long = || "a frame between processes is too long".to_owned();
    let head_length = u32::try_from(head.len()).or_error(Kind::Limit, too_long)?;
    let mut lengths = [0; 12];
    lengths[..4].copy_from_slice(&head_length.to_le_bytes());
    lengths[4..].copy_from_slice(&payload.to_le_bytes());
    lengths_of(lengths).map(|_| lengths)
}

/// Head and payload length out of the announcing bytes.
///
/// # Errors
/// `Limit` past the bounds.
pub fn lengths_of(lengths: [u8; 12]) -> Result<(usize, usize)> {
    let [a, b, c, d, rest @ ..] = lengths;
    let head = u32::from_le_bytes([a, b, c, d]);
    let payload = u64::from_le_bytes(rest);
    if head > HEAD_LIMIT || payload > PAYLOAD_LIMIT {
        return Err(Error::limit("a frame between processes is too long"));
    }
    Ok((head as usize, usize::try_from(payload).unwrap_or(usize::MAX)))
}

fn broken() -> String {
    "a frame between processes is broken".to_owned()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]
    use super::*;

    #[test]
    fn frames_survive_the_pipe() {
        let mut pipe = Vec::new();
        write_frame(&mut pipe, &Ask::Load { source: "ab".into() }, b"bytes").unwrap();
        write_frame(&mut pipe, &Ask::PdfEnd, b"").unwrap();
        let mut reader = pipe.as_slice();
        let (first, payload): (Ask, _) = read_frame(&mut reader).unwrap().unwrap();
        assert!(matches!(first, Ask::Load { source } if source == "ab"));
        assert_eq!(payload, b"bytes");
        assert!(matches!(read_frame::<Ask>(&mut reader).unwrap().unwrap().0, Ask::PdfEnd));
        assert!(read_frame::<Ask>(&mut reader).unwrap().is_none());
    }

    #[test]
    fn a_lying_length_is_refused_before_it_is_allocated() {
        let mut pipe = vec![0xff_u8; 12];
        pipe.extend([0; 8]);
        assert_eq!(read_frame::<Ask>(&mut pipe.as_slice()).unwrap_err().kind(), Kind::Limit);
    }

    #[test]
    fn errors_keep_their_kind() {
        let Answer::Failed { kind, message } = Answer::from_error(&Error::limit("too big")) else { panic!("no failure") };
        assert_eq!(error_from(&kind, &message).kind(), Kind::Limit);
    }
}
