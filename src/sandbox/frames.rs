//! Frames between parent and worker process: a JSON head and a payload of raw bytes.

use serde::{Deserialize, Serialize, de::DeserializeOwned};
use sohoa_base::error::{Error, Result};
use sohoa_base::messages::{MAX_VALUE_CHARS, StoredMessage, clean_text, find_error, program, reading};
use std::collections::BTreeMap;
use std::io::{Read, Write};
use tokio::io::{AsyncRead, AsyncReadExt};

/// Largest size of a frame that is waited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FrameLimits {
    /// Head, bytes.
    pub head_bytes: u32,
    /// Payload, bytes.
    pub payload_bytes: u64,
    /// JSON values in the head. Values may take many times the memory of their text, such as an empty string.
    pub values: usize,
}

impl FrameLimits {
    /// A short answer without a payload.
    pub const SHORT: Self = Self { head_bytes: 256 << 10, payload_bytes: 0, values: 10_000 };

    /// Any frame of the parent, which a worker process trusts.
    const OF_PARENT: Self = Self { head_bytes: 64 << 20, payload_bytes: 2 << 30, values: usize::MAX };
}

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
        /// Whether the kernel restricts the files that it may open (landlock).
        #[serde(default)]
        landlock: bool,
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
    /// Code and values of the error and of its causes.
    pub message: StoredMessage,
    /// What other programs said about the cause, in English; may be empty.
    pub detail: String,
}

impl From<&Error> for Failure {
    fn from(error: &Error) -> Self {
        Self { message: error.to_stored(), detail: error.foreign_causes() }
    }
}

impl From<Failure> for Error {
    /// The worker process is not trusted: only codes of the table are accepted, with their kinds there and bounded values. Outages are
    /// not among them: a process that reads files reaches no store, and what it says must not stop other work.
    fn from(failure: Failure) -> Self {
        let known = failure.message.cleaned();
        let kind = known.as_ref().and_then(|message| find_error(&message.code)).map(|row| row.kind).filter(|kind| !kind.is_outage());
        let error = match (known, kind) {
            (Some(message), Some(kind)) => Error::from_stored(kind, message),
            _ => reading::reading_answer_impossible(),
        };
        let detail = clean_text(&failure.detail, MAX_VALUE_CHARS);
        if detail.is_empty() { error } else { error.caused_by(detail) }
    }
}

/// Writes one frame: head length (u32), payload length (u64), both little endian, head, payload.
///
/// # Errors
/// `Unavailable` when the other process has closed the pipe.
pub fn write_frame(pipe: &mut impl Write, head: &impl Serialize, payload: &[u8]) -> Result<()> {
    let head = encode(head)?;
    let lengths = frame_lengths(&head, payload.len() as u64)?;
    pipe.write_all(&lengths).map_err(gone)?;
    pipe.write_all(&head).map_err(gone)?;
    pipe.write_all(payload).map_err(gone)?;
    pipe.flush().map_err(gone)
}

/// Reads one frame of the parent, which is trusted, or `None` at the end of the pipe.
///
/// # Errors
/// `Corrupt` for a malformed or incomplete frame; `Limit` for one that is too long.
pub fn read_frame<T: DeserializeOwned>(pipe: &mut impl Read) -> Result<Option<(T, Vec<u8>)>> {
    let mut lengths = [0; 12];
    if pipe.read(&mut lengths[..1]).map_err(broken)? == 0 {
        return Ok(None);
    }
    pipe.read_exact(&mut lengths[1..]).map_err(broken)?;
    let (head_length, payload_length) = lengths_of(lengths, FrameLimits::OF_PARENT)?;
    let mut head = vec![0; head_length as usize];
    pipe.read_exact(&mut head).map_err(broken)?;
    let mut payload = vec![0; usize::try_from(payload_length).unwrap_or(usize::MAX)];
    pipe.read_exact(&mut payload).map_err(broken)?;
    Ok(Some((decode(&head)?, payload)))
}

/// Waits for one frame of a worker process, which is not trusted: no more than `limits` is taken, and memory is used for bytes that have
/// come, never for a length that was claimed.
///
/// # Errors
/// `Unavailable` when the pipe ends early; `Limit` for a frame that is too long; `Corrupt` for a malformed one.
pub async fn receive_frame<T: DeserializeOwned>(pipe: &mut (impl AsyncRead + Unpin), limits: FrameLimits) -> Result<(T, Vec<u8>)> {
    let mut lengths = [0; 12];
    pipe.read_exact(&mut lengths).await.map_err(gone)?;
    let (head_length, payload_length) = lengths_of(lengths, limits)?;
    let head = receive_bytes(pipe, head_length.into()).await?;
    if value_count(&head) > limits.values {
        return Err(too_long());
    }
    let head = decode(&head)?;
    Ok((head, receive_bytes(pipe, payload_length).await?))
}

/// Waits for `length` bytes. The buffer grows as they come, to at most twice their number.
async fn receive_bytes(pipe: &mut (impl AsyncRead + Unpin), length: u64) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    pipe.take(length).read_to_end(&mut bytes).await.map_err(gone)?;
    if bytes.len() as u64 == length { Ok(bytes) } else { Err(reading::reading_process_lost()) }
}

/// At least the number of values in a JSON text, keys left out. Signs within texts count too.
fn value_count(json: &[u8]) -> usize {
    1 + json.iter().filter(|byte| matches!(byte, b',' | b'[' | b'{')).count()
}

/// Serializes a head as JSON.
///
/// # Errors
/// `Internal` for a value without a JSON form.
pub fn encode(head: &impl Serialize) -> Result<Vec<u8>> {
    serde_json::to_vec(head).map_err(|error| program::bug("frame as JSON").caused_by(error))
}

/// Parses a head.
///
/// # Errors
/// `Corrupt` where it is not the JSON of a `T`.
pub fn decode<T: DeserializeOwned>(head: &[u8]) -> Result<T> {
    serde_json::from_slice(head).map_err(broken)
}

/// First twelve bytes of a frame: length of the head, then of the payload.
///
/// # Errors
/// `Limit` where head or payload is too long.
pub fn frame_lengths(head: &[u8], payload: u64) -> Result<[u8; 12]> {
    let head_length = u32::try_from(head.len()).map_err(|_| too_long())?;
    let mut lengths = [0; 12];
    lengths[..4].copy_from_slice(&head_length.to_le_bytes());
    lengths[4..].copy_from_slice(&payload.to_le_bytes());
    lengths_of(lengths, FrameLimits::OF_PARENT).map(|_| lengths)
}

/// Lengths of head and payload from the first twelve bytes of a frame.
fn lengths_of(lengths: [u8; 12], limits: FrameLimits) -> Result<(u32, u64)> {
    let [a, b, c, d, rest @ ..] = lengths;
    let head = u32::from_le_bytes([a, b, c, d]);
    let payload = u64::from_le_bytes(rest);
    if head > limits.head_bytes || payload > limits.payload_bytes { Err(too_long()) } else { Ok((head, payload)) }
}

fn too_long() -> Error {
    reading::reading_answer_too_large()
}

fn gone(error: std::io::Error) -> Error {
    reading::reading_process_lost().caused_by(error)
}

fn broken(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Error {
    reading::reading_frame_invalid().caused_by(error)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]
    use super::*;
    use sohoa_base::error::ErrorKind;

    const LIMITS: FrameLimits = FrameLimits { head_bytes: 1000, payload_bytes: 500, values: 40 };

    /// Numbers that look random and are the same in every run (xorshift).
    struct Numbers(u64);

    impl Numbers {
        fn next(&mut self, below: usize) -> usize {
            self.0 ^= self.0 << 13;
            self.0 ^= self.0 >> 7;
            self.0 ^= self.0 << 17;
            usize::try_from(self.0 % below as u64).unwrap()
        }
    }

    async fn receive(mut bytes: &[u8]) -> Result<(Reply<Vec<String>>, Vec<u8>)> {
        receive_frame(&mut bytes, LIMITS).await
    }

    #[tokio::test]
    async fn arbitrary_bytes_are_an_error_or_a_frame_within_limits() {
        let mut numbers = Numbers(0x9E37_79B9_7F4A_7C15);
        let mut whole = Vec::new();
        write_frame(&mut whole, &Reply::Answer(vec!["trang".to_owned(), "hồ sơ".to_owned()]), b"bytes").unwrap();
        assert!(receive(&whole).await.is_ok());
        for _ in 0..20_000 {
            let mut bytes = whole.clone();
            for _ in 0..=numbers.next(4) {
                let at = numbers.next(bytes.len());
                bytes[at] = u8::try_from(numbers.next(256)).unwrap();
            }
            bytes.truncate(whole.len() - numbers.next(3) * numbers.next(whole.len()) / 2);
            if let Ok((Reply::Answer(texts), payload)) = receive(&bytes).await {
                assert!(texts.len() <= LIMITS.values && payload.len() as u64 <= LIMITS.payload_bytes);
            }
        }
        for length in 0..400 {
            let bytes: Vec<u8> = (0..length).map(|_| u8::try_from(numbers.next(256)).unwrap()).collect();
            assert!(receive(&bytes).await.is_err());
        }
    }

    #[tokio::test]
    async fn claimed_length_takes_no_memory() {
        let came = vec![7; 100_000];
        assert_eq!(receive_bytes(&mut came.as_slice(), 1 << 60).await.unwrap_err().kind(), ErrorKind::Unavailable);
        let taken = receive_bytes(&mut came.as_slice(), 100_000).await.unwrap();
        assert!(taken.capacity() <= 2 * came.len(), "{}", taken.capacity());
        // A claim within the limits, but nothing behind it.
        let mut lengths = frame_lengths(&[b' '; 900], 500).unwrap().to_vec();
        lengths.extend(b"[]");
        assert_eq!(receive(&lengths).await.unwrap_err().kind(), ErrorKind::Unavailable);
    }

    #[tokio::test]
    async fn frames_over_a_limit_are_rejected_before_they_are_read() {
        let frame = |head: &[u8], payload: &[u8]| [&frame_lengths(head, payload.len() as u64).unwrap()[..], head, payload].concat();
        let answer = |count: usize| format!("{{\"answer\":[{}\"\"]}}", "\"\",".repeat(count)).into_bytes();
        assert!(receive(&frame(&answer(30), b"")).await.is_ok());
        for (head, payload) in [(answer(60), 0), (vec![b' '; 1001], 0), (answer(1), 501)] {
            assert_eq!(receive(&frame(&head, &vec![0; payload])).await.unwrap_err().kind(), ErrorKind::Limit);
        }
    }

    #[test]
    fn failure_of_an_untrusted_process_has_a_known_code_and_short_values_without_control_characters() {
        let detail = format!("broken\u{1b}[2J\n{}", "x".repeat(100_000));
        let failure = Failure { message: reading::decoder_panicked(&detail).to_stored(), detail };
        let error = Error::from(failure.clone());
        assert_eq!((error.kind(), error.code()), (ErrorKind::Corrupt, "decoder_panicked"));
        assert!(error.chain().len() < 3 * MAX_VALUE_CHARS && !error.chain().contains(char::is_control), "{}", error.chain());
        for code in ["of-nobody", "catalogue_not_answering"] {
            let mut failure = failure.clone();
            failure.message.code = code.to_owned();
            assert_eq!(Error::from(failure).code(), "reading_answer_impossible", "{code}");
        }
    }

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
        let failure = Failure::from(&reading::reading_memory_exceeded());
        assert_eq!(Error::from(failure).kind(), ErrorKind::Limit);
    }
}
