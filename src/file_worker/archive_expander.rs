//! Expansion of archives: one worker process per archive, which is its standard input.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use sohoa_base::error::{Error, ErrorKind, Result, ResultExt};
use sohoa_base::model::refusal::Warning;
use sohoa_formats::archive::expand;
use sohoa_formats::limits::Limits;
use sohoa_sandbox::frames::{Failure, decode, lengths_of, write_frame};
use sohoa_sandbox::jail;
use sohoa_sandbox::spawn_config::SpawnConfig;
use sohoa_sandbox::spawner;
use std::io::{BufWriter, Read};
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

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
pub fn serve(memory_mib: u64, cpu_seconds: u64, limits: &Limits, name: &str) -> Result<()> {
    let _ = rustix::process::set_parent_process_death_signal(Some(rustix::process::Signal::KILL));
    sohoa_sandbox::worker_process::ignore_stop_signals()?;
    let input = rustix::io::dup(std::io::stdin()).or_error(ErrorKind::Internal, || "the archive is not the standard input".to_owned())?;
    let mut archive = std::fs::File::from(input);
    jail::limit_memory(memory_mib)?;
    jail::apply_seccomp()?;
    jail::allow_cpu(cpu_seconds)?;
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
    let mut chunk = vec![0; 256 << 10];
    loop {
        match bytes.read(&mut chunk) {
            Ok(0) => return write_frame(output, &Piece::End, &[]),
            Ok(read) => write_frame(output, &Piece::Data, chunk.get(..read).unwrap_or_default())?,
            Err(error) => {
                write_frame(output, &Piece::Broken, &[])?;
                return Err(Error::corrupt("it breaks off").caused_by(error));
            }
        }
    }
}

/// The parent's side: expands `archive` in a worker process and passes every complete member to `take`, one at a time, as a
/// temporary file in `scratch`. Returns the warnings, among them the truncated members.
///
/// # Errors
/// Why the archive cannot be opened; `Limit` when it exceeds the limits of memory or time; those of `take`.
pub async fn expand<F: Future<Output = Result<()>>>(
    config: &SpawnConfig,
    archive: &Path,
    scratch: &Path,
    mut take: impl FnMut(Member) -> F,
) -> Result<Vec<Warning>> {
    let input = std::fs::File::open(archive).or_error(ErrorKind::Unavailable, || format!("cannot open {}", archive.display()))?;
    let mut command = tokio::process::Command::new(&config.program);
    command
        .args(&config.arguments)
        .env_clear()
        .env("MALLOC_ARENA_MAX", "1")
        .stdin(Stdio::from(input))
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true);
    let mut child = spawner::start(command).await.or_error(ErrorKind::Unavailable, || "cannot start the reading process".to_owned())?;
    let mut output = child.stdout.take().ok_or_else(|| Error::internal("the reading process has no pipe"))?;
    let mut open: Option<(Vec<u8>, tempfile::NamedTempFile, tokio::fs::File, Sha256, u64)> = None;
    loop {
        let piece = tokio::time::timeout(Duration::from_secs(config.wall_seconds), receive(&mut output)).await;
        let (piece, payload) = match piece {
            Ok(Ok(piece)) => piece,
            Ok(Err(_)) => {
                return Err(Error::limit(
                    "the archive could not be opened within the limits of memory and time; unpack it and deliver the folder",
                ));
            }
            Err(_) => return Err(Error::limit("opening the archive took too long; unpack it and deliver the folder")),
        };
        match piece {
            Piece::Begin { path_hex } => {
                let failed = || "cannot write a temporary file; check free space".to_owned();
                let file = tempfile::NamedTempFile::new_in(scratch).or_error(ErrorKind::Unavailable, failed)?;
                let handle = tokio::fs::File::from_std(file.reopen().or_error(ErrorKind::Unavailable, failed)?);
                open = Some((hex::decode(path_hex).unwrap_or_default(), file, handle, Sha256::new(), 0));
            }
            Piece::Data => {
                if let Some((_, _, handle, hash, size)) = &mut open {
                    hash.update(&payload);
                    *size += payload.len() as u64;
                    handle
                        .write_all(&payload)
                        .await
                        .or_error(ErrorKind::Unavailable, || "cannot write a temporary file; check free space".to_owned())?;
                }
            }
            Piece::End => {
                if let Some((path, file, mut handle, hash, bytes)) = open.take() {
                    handle
                        .flush()
                        .await
                        .or_error(ErrorKind::Unavailable, || "cannot write a temporary file; check free space".to_owned())?;
                    take(Member { path, file, sha256: hex::encode(hash.finalize()), bytes }).await?;
                }
            }
            Piece::Broken => open = None,
            Piece::Finished { warnings } => return Ok(warnings),
            Piece::Failed(failure) => return Err(failure.into()),
        }
    }
}

async fn receive(output: &mut tokio::process::ChildStdout) -> Result<(Piece, Vec<u8>)> {
    let gone = || "the reading process closed its pipe".to_owned();
    let mut lengths = [0; 12];
    output.read_exact(&mut lengths).await.or_error(ErrorKind::Unavailable, gone)?;
    let (head_length, payload_length) = lengths_of(lengths)?;
    let mut head = vec![0; head_length];
    output.read_exact(&mut head).await.or_error(ErrorKind::Unavailable, gone)?;
    let mut payload = vec![0; payload_length];
    output.read_exact(&mut payload).await.or_error(ErrorKind::Unavailable, gone)?;
    Ok((decode(&head)?, payload))
}
