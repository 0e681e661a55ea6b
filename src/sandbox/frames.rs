//! Frames between parent and worker process: a JSON head and a payload of raw bytes.

use serde::{Deserialize, Serialize, de::DeserializeOwned};
use sohoa_base::error::{Error, ErrorKind, Result, ResultExt};
use std::collections::BTreeMap;
use std::io::{Read, Write};

/// Largest head, bytes. The reading of a dense page takes about 200 kB.
const MAX_HEAD_BYTES: u32 = 64 << 20;

/// Largest payload, bytes.
const MAX_PAYLOAD_BYTES: u64 = 2 << 30;

/// Message from the parent to a worker process.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Message<Q> {
    /// Make the payload the current source.
    Load {
        /// SHA-256 of the bytes.
        source: String,
    },
    /// Request to the handler.
    Request(Q),
}

/// Message from a worker process to the parent.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reply<A> {
    /// First frame of every process: its handler is open.
    Ready {
        /// SHA-256 of each model file that was loaded, by model name.
        models: BTreeMap<String, String>,
    },
    /// The payload is now the current source.
    Loaded,
    /// Response of the handler.
    Answer(A),
    /// The request failed; the process goes on.
    Failed(Failure),
}

/// Serialized form of an error, for the pipe.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Failure {
    /// Name of the error's kind; see `KINDS`.
    pub kind: String,
    /// Error message with its causes.
    pub message: String,
}

/// Names of the error kinds on the pipe. Outages are not among them: a process that reads files reaches no store, and what it says
/// must not stop other work.
const KINDS: [(ErrorKind, &str); 7] = [
    (ErrorKind::Invalid, "invalid"),
    (ErrorKind::Limit, "limit"),
    (ErrorKind::Denied, "denied"),
    (ErrorKind::NotFound, "not-found"),
    (ErrorKind::Conflict, "conflict"),
    (ErrorKind::Corrupt, "corrupt"),
    (ErrorKind::Internal, "internal"),
];

impl From<&Error> for Failure {
    fn from(error: &Error) -> Self {
        let kind = KINDS.iter().find(|(kind, _)| *kind == error.kind()).map_or("internal", |(_, word)| word);
        Self { kind: kind.to_owned(), message: error.chain() }
    }
}

impl From<Failure> for Error {
    fn from(failure: Failure) -> Self {
        let kind = KINDS.iter().find(|(_, word)| *word == failure.kind).map_or(ErrorKind::Internal, |(kind, _)| *kind);
        Error::new(kind, failure.message)
    }
}

/// Writes one frame: head length (u32), payload length (u64), both little endian, head, payload.
///
/// # Errors
/// `Unavailable` when the other process has closed the pipe.
pub fn write_frame(pipe: &mut impl Write, head: &impl Serialize, payload: &[u8]) -> Result<()> {
    let head = encode(head)?;
    let lengths = frame_lengths(&head, payload.len() as u64)?;
    let gone = || "the reading process closed its pipe".to_owned();
    pipe.write_all(&lengths).or_error(ErrorKind::Unavailable, gone)?;
    pipe.write_all(&head).or_error(ErrorKind::Unavailable, gone)?;
    pipe.write_all(payload).or_error(ErrorKind::Unavailable, gone)?;
    pipe.flush().or_error(ErrorKind::Unavailable, gone)
}

/// Reads one frame, or `None` at the end of the pipe.
///
/// # Errors
/// `Corrupt` for a malformed or incomplete frame; `Limit` for one that is too long.
pub fn read_frame<T: DeserializeOwned>(pipe: &mut impl Read) -> Result<Option<(T, Vec<u8>)>> {
    let mut lengths = [0; 12];
    if pipe.read(&mut lengths[..1]).or_error(ErrorKind::Corrupt, broken)? == 0 {
        return Ok(None);
    }
    pipe.read_exact(&mut lengths[1..]).or_error(ErrorKind::Corrupt, broken)?;
    let (head_length, payload_length) = lengths_of(lengths)?;
    let mut head = vec![0; head_length];
    pipe.read_exact(&mut head).or_error(ErrorKind::Corrupt, broken)?;
    let mut payload = vec![0; payload_length];
    pipe.read_exact(&mut payload).or_error(ErrorKind::Corrupt, broken)?;
    Ok(Some((decode(&head)?, payload)))
}

/// Serializes a head as JSON.
///
/// # Errors
/// `Internal` for a value without a JSON form.
pub fn encode(head: &impl Serialize) -> Result<Vec<u8>> {
    serde_json::to_vec(head).or_error(ErrorKind::Internal, || "a frame has no JSON form".to_owned())
}

/// Parses a head.
///
/// # Errors
/// `Corrupt` where it is not the JSON of a `T`.
pub fn decode<T: DeserializeOwned>(head: &[u8]) -> Result<T> {
    serde_json::from_slice(head).or_error(ErrorKind::Corrupt, broken)
}

/// First twelve bytes of a frame: length of the head, then of the payload.
///
/// # Errors
/// `Limit` where head or payload is too long.
pub fn frame_lengths(head: &[u8], payload: u64) -> Result<[u8; 12]> {
    let too_long = || "a frame between processes is too long".to_owned();
    let head_length = u32::try_from(head.len()).or_error(ErrorKind::Limit, too_long)?;
    let mut lengths = [0; 12];
    lengths[..4].copy_from_slice(&head_length.to_le_bytes());
    lengths[4..].copy_from_slice(&payload.to_le_bytes());
    lengths_of(lengths).map(|_| lengths)
}

/// Lengths of head and payload from the first twelve bytes of a frame.
///
/// # Errors
/// `Limit` where one of them is too long.
pub fn lengths_of(lengths: [u8; 12]) -> Result<(usize, usize)> {
    let [a, b, c, d, rest @ ..] = lengths;
    let head = u32::from_le_bytes([a, b, c, d]);
    let payload = u64::from_le_bytes(rest);
    if head > MAX_HEAD_BYTES || payload > MAX_PAYLOAD_BYTES {
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
    fn frames_round_trip_through_pipe() {
        let mut pipe = Vec::new();
        write_frame(&mut pipe, &Message::<u32>::Load { source: "ab".into() }, b"bytes").unwrap();
        write_frame(&mut pipe, &Message::Request(7), b"").unwrap();
        let mut reader = pipe.as_slice();
        let (first, payload): (Message<u32>, _) = read_frame(&mut reader).unwrap().unwrap();
        assert!(matches!(first, Message::Load { source } if source == "ab"));
        assert_eq!(payload, b"bytes");
        assert!(matches!(read_frame::<Message<u32>>(&mut reader).unwrap().unwrap().0, Message::Request(7)));
        assert!(read_frame::<Message<u32>>(&mut reader).unwrap().is_none());
    }

    #[test]
    fn oversized_frame_length_is_rejected() {
        let mut pipe = vec![0xff_u8; 12];
        pipe.extend([0; 8]);
        assert_eq!(read_frame::<Message<u32>>(&mut pipe.as_slice()).unwrap_err().kind(), ErrorKind::Limit);
    }

    #[test]
    fn error_kind_survives_serialization() {
        let failure = Failure::from(&Error::limit("too big"));
        assert_eq!(Error::from(failure).kind(), ErrorKind::Limit);
    }
}
