//! Expansion of archives: one worker process per archive, which is its standard input.

use crate::answer_check;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use sohoa_base::config::Limits;
use sohoa_base::error::{Error, ErrorKind, Result};
use sohoa_base::messages::{maintenance, program, reading, storage};
use sohoa_base::model::refusal::Warning;
use sohoa_formats::archive::expand;
use sohoa_formats::limits::Limits as FormatLimits;
use sohoa_sandbox::frames::{Failure, FrameLimits, receive_frame, write_frame};
use sohoa_sandbox::jail;
use sohoa_sandbox::spawn_config::SpawnConfig;
use sohoa_sandbox::spawner;
use std::io::{BufWriter, Read};
use std::os::fd::AsRawFd;
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};
use tokio::io::{AsyncRead, AsyncWriteExt};

/// Most bytes of a member in one frame.
const PIECE_BYTES: usize = 256 << 10;

/// Largest frame of an expanding process: a piece of a member, or the warnings at the end.
const FRAME: FrameLimits = FrameLimits { head_bytes: 4 << 20, payload_bytes: PIECE_BYTES as u64, values: 100_000 };

/// Processor time for one archive, as a multiple of that for one request.
const CPU_FACTOR: u64 = 30;

/// Head of a frame from the worker process.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "piece")]
enum Piece {
    /// Start of a member.
    Begin {
        /// Path as delivered, hexadecimal.
        path_hex: String,
    },
    /// Bytes of the member, in the payload.
    Data,
    /// The member is complete.
    End,
    /// The member is truncated and is discarded; a warning in `Finished` names it.
    Broken,
    /// End of the archive.
    Finished {
        /// Irregularities of the archive.
        warnings: Vec<Warning>,
    },
    /// The archive as a whole cannot be opened.
    Failed(Failure),
}

/// An expanded member of an archive.
#[derive(Debug)]
pub struct Member {
    /// Path inside the archive, exactly as delivered.
    pub path: Vec<u8>,
    /// Temporary file with its bytes.
    pub file: tempfile::NamedTempFile,
    /// SHA-256, lower-case hexadecimal.
    pub sha256: String,
    /// Size in bytes.
    pub bytes: u64,
}

/// The child's side: expands the archive on its standard input, which must be a file, onto its standard output.
///
/// # Errors
/// `Unavailable` when the parent has closed the pipe; `Internal` when the kernel cannot limit the process.
pub fn serve(memory_mib: u64, cpu_seconds: u64, limits: &FormatLimits, name: &str) -> Result<()> {
    let _ = rustix::process::set_parent_process_death_signal(Some(rustix::process::Signal::KILL));
    sohoa_sandbox::worker_process::ignore_stop_signals()?;
    let prepared = jail::prepare(&[])?;
    let input = rustix::io::dup(std::io::stdin()).map_err(|error| program::bug("archive is not the standard input").caused_by(error))?;
    let mut archive = std::fs::File::from(input);
    jail::confine(prepared, memory_mib, &[archive.as_raw_fd()])?;
    jail::allow_cpu(cpu_seconds.saturating_mul(CPU_FACTOR))?;
    let mut output = BufWriter::new(std::io::stdout().lock());
    let outcome = expand::expand(&mut archive, name, limits, &mut |member, bytes| send_member(&mut output, &member.path_bytes, bytes));
    let last = match outcome {
        Ok(warnings) => Piece::Finished { warnings },
        Err(error) => Piece::Failed(Failure::from(&error)),
    };
    write_frame(&mut output, &last, &[])
}

fn send_member(output: &mut BufWriter<std::io::StdoutLock<'_>>, path: &[u8], bytes: &mut dyn Read) -> Result<()> {
    write_frame(output, &Piece::Begin { path_hex: hex::encode(path) }, &[])?;
    let mut chunk = vec![0; PIECE_BYTES];
    loop {
        match bytes.read(&mut chunk) {
            Ok(0) => return write_frame(output, &Piece::End, &[]),
            Ok(read) => write_frame(output, &Piece::Data, chunk.get(..read).unwrap_or_default())?,
            Err(error) => {
                write_frame(output, &Piece::Broken, &[])?;
                return Err(reading::archive_member_cut_off().caused_by(error));
            }
        }
    }
}

/// The parent's side: expands `archive` in a worker process and passes every complete member to `take`, one at a time, as a
/// temporary file in `scratch`. Returns the warnings, among them the truncated members. Number and size of members are held to the
/// limits here too, whatever the process says.
///
/// # Errors
/// Why the archive cannot be opened; `Limit` when it exceeds the limits of memory, time, members or bytes; those of `take`.
pub async fn expand<F: Future<Output = Result<()>>>(
    config: &SpawnConfig,
    archive: &Path,
    scratch: &Path,
    take: impl FnMut(Member) -> F,
) -> Result<Vec<Warning>> {
    let input = std::fs::File::open(archive).map_err(|error| storage::local_file_unreadable(archive.display()).caused_by(error))?;
    let mut command = tokio::process::Command::new(&config.program);
    command
        .args(&config.arguments)
        .env_clear()
        .env("MALLOC_ARENA_MAX", "1")
        .stdin(Stdio::from(input))
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true);
    let mut child =
        spawner::start(command).await.map_err(|error| reading::reading_process_not_startable(config.program.display()).caused_by(error))?;
    let mut output = child.stdout.take().ok_or_else(|| program::bug("reading process without pipe"))?;
    take_members(&mut output, &config.limits, scratch, take).await
}

/// A member of which not all bytes have come.
struct OpenMember {
    path: Vec<u8>,
    file: tempfile::NamedTempFile,
    handle: tokio::fs::File,
    hash: Sha256,
    bytes: u64,
}

impl OpenMember {
    fn create(path_hex: &str, scratch: &Path) -> Result<Self> {
        let path = hex::decode(path_hex).map_err(|_| impossible())?;
        let file = tempfile::NamedTempFile::new_in(scratch).map_err(temp_file_failure)?;
        let handle = tokio::fs::File::from_std(file.reopen().map_err(temp_file_failure)?);
        Ok(Self { path, file, handle, hash: Sha256::new(), bytes: 0 })
    }

    async fn append(&mut self, piece: &[u8]) -> Result<()> {
        self.hash.update(piece);
        self.bytes += piece.len() as u64;
        self.handle.write_all(piece).await.map_err(temp_file_failure)
    }

    async fn finish(mut self) -> Result<Member> {
        self.handle.flush().await.map_err(temp_file_failure)?;
        Ok(Member { path: self.path, file: self.file, sha256: hex::encode(self.hash.finalize()), bytes: self.bytes })
    }
}

/// Takes the members that an expanding process sends.
async fn take_members<F: Future<Output = Result<()>>>(
    output: &mut (impl AsyncRead + Unpin),
    limits: &Limits,
    scratch: &Path,
    mut take: impl FnMut(Member) -> F,
) -> Result<Vec<Warning>> {
    let max_bytes = limits.archive_mib << 20;
    let (mut members, mut bytes) = (0_u64, 0_u64);
    let mut open: Option<OpenMember> = None;
    // The process may have as long for its work as it may compute; what `take` needs does not count.
    let mut patience = Duration::from_secs(limits.wall_seconds.max(limits.cpu_seconds.saturating_mul(CPU_FACTOR)).saturating_mul(2));
    loop {
        let began = Instant::now();
        let wait = patience.min(Duration::from_secs(limits.wall_seconds));
        let (piece, payload) = match tokio::time::timeout(wait, receive_frame::<Piece>(output, FRAME)).await {
            Ok(Ok(piece)) => piece,
            Ok(Err(error)) if error.kind() == ErrorKind::Unavailable => {
                return Err(reading::archive_open_limit());
            }
            Ok(Err(_)) => return Err(impossible()),
            Err(_) => return Err(reading::archive_open_timed_out()),
        };
        patience = patience.saturating_sub(began.elapsed());
        match (piece, open.take()) {
            (Piece::Begin { path_hex }, None) => {
                members += 1;
                if members > limits.archive_members {
                    return Err(reading::unpacked_files_over_limit(limits.archive_members));
                }
                open = Some(OpenMember::create(&path_hex, scratch)?);
            }
            (Piece::Data, Some(mut member)) if !payload.is_empty() => {
                bytes += payload.len() as u64;
                if bytes > max_bytes {
                    return Err(reading::unpacked_bytes_over_limit(limits.archive_mib));
                }
                member.append(&payload).await?;
                open = Some(member);
            }
            (Piece::End, Some(member)) => take(member.finish().await?).await?,
            (Piece::Broken, Some(_)) => {}
            (Piece::Finished { warnings }, None) if answer_check::are_possible_warnings(&warnings) => return Ok(warnings),
            // A member that breaks off may be the last.
            (Piece::Failed(failure), _) => return Err(failure.into()),
            _ => return Err(impossible()),
        }
    }
}

fn impossible() -> Error {
    reading::reading_answer_impossible()
}

fn temp_file_failure(error: std::io::Error) -> Error {
    maintenance::scratch_file_unwritable().caused_by(error)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use sohoa_base::messages::file_warnings;

    fn begin(path: &str) -> (Piece, &'static [u8]) {
        (Piece::Begin { path_hex: hex::encode(path) }, b"")
    }

    fn frames(pieces: &[(Piece, &[u8])]) -> Vec<u8> {
        let mut bytes = Vec::new();
        pieces.iter().for_each(|(piece, payload)| write_frame(&mut bytes, piece, payload).unwrap());
        bytes
    }

    /// Members taken of what a process sent, by path and size, and how it ended.
    async fn taken(sent: &[u8], limits: &Limits) -> (Vec<(String, u64)>, Result<Vec<Warning>>) {
        let scratch = tempfile::tempdir().unwrap();
        let mut members = Vec::new();
        let take = |member: Member| {
            assert_eq!(std::fs::metadata(member.file.path()).unwrap().len(), member.bytes);
            members.push((String::from_utf8_lossy(&member.path).into_owned(), member.bytes));
            async { Ok(()) }
        };
        let outcome = take_members(&mut &*sent, limits, scratch.path(), take).await;
        assert_eq!(std::fs::read_dir(scratch.path()).unwrap().count(), 0, "a temporary file stayed");
        (members, outcome)
    }

    const DONE: Piece = Piece::Finished { warnings: Vec::new() };

    #[tokio::test]
    async fn members_are_counted_against_the_limits_by_the_parent() {
        let limits = Limits { archive_members: 2, archive_mib: 1, ..Limits::default() };
        let one = |path: &str| vec![begin(path), (Piece::Data, &b"bytes"[..]), (Piece::End, b"")];
        let whole = frames(&[one("a"), one("b"), vec![(DONE, b"")]].concat());
        let (members, outcome) = taken(&whole, &limits).await;
        assert_eq!((members.len(), outcome.is_ok()), (2, true));
        let many = frames(&[one("a"), one("b"), one("c"), vec![(DONE, b"")]].concat());
        assert_eq!(taken(&many, &limits).await.1.unwrap_err().kind(), ErrorKind::Limit);
        let piece = vec![0; PIECE_BYTES];
        let large = frames(&[vec![begin("a")], vec![(Piece::Data, &piece[..]); 5], vec![(Piece::End, b""), (DONE, b"")]].concat());
        let (members, outcome) = taken(&large, &limits).await;
        assert_eq!((members.len(), outcome.unwrap_err().kind()), (0, ErrorKind::Limit));
    }

    #[tokio::test]
    async fn pieces_out_of_order_are_refused() {
        let limits = Limits::default();
        let (data, end) = ((Piece::Data, &b"x"[..]), (Piece::End, &b""[..]));
        let wrong: [Vec<(Piece, &[u8])>; 7] = [
            vec![data.clone()],
            vec![end.clone()],
            vec![begin("a"), begin("b")],
            vec![begin("a"), (DONE, b"")],
            vec![begin("a"), (Piece::Data, b"")],
            vec![(Piece::Begin { path_hex: "no hex".to_owned() }, b"")],
            vec![(Piece::Finished { warnings: vec![Warning::new("Not a code", &file_warnings::warning_more_members())] }, b"")],
        ];
        for pieces in wrong {
            let (members, outcome) = taken(&frames(&pieces), &limits).await;
            assert_eq!((members.len(), outcome.unwrap_err().kind()), (0, ErrorKind::Internal), "{pieces:?}");
        }
        let (members, outcome) = taken(&frames(&[begin("a"), data, end]), &limits).await;
        assert_eq!((members.len(), outcome.unwrap_err().kind()), (1, ErrorKind::Limit), "it breaks off");
        let too_long = vec![0; PIECE_BYTES + 1];
        let sent = frames(&[begin("a"), (Piece::Data, &too_long)]);
        assert_eq!(taken(&sent, &limits).await.1.unwrap_err().kind(), ErrorKind::Internal);
    }

    #[tokio::test]
    async fn arbitrary_bytes_never_panic() {
        let whole = frames(&[begin("a"), (Piece::Data, b"bytes"), (Piece::End, b""), (DONE, b"")]);
        for at in 0..whole.len() {
            for value in [0, 1, b'"', b'{', 0x7f, 0xff] {
                let mut bytes = whole.clone();
                if let Some(byte) = bytes.get_mut(at) {
                    *byte = value;
                }
                let (members, _) = taken(&bytes, &Limits::default()).await;
                assert!(members.iter().all(|(_, size)| *size <= 5));
                let _ = taken(whole.get(..at).unwrap_or_default(), &Limits::default()).await;
            }
        }
    }
}
