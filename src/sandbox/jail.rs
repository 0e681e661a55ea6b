//! Limits of a worker process, set before it receives the first byte from outside: what it inherits and may open ([`prepare`]), then
//! resources (`setrlimit`) and system calls (seccomp) ([`confine`]). Each is checked from within, and a process in which one is not
//! in force does not serve.

use crate::{privileges, seccomp};
use rustix::process::{Pid, Resource, Rlimit, getppid, getrlimit, setrlimit};
use sohoa_base::cpu_time::cpu_time_ms;
use sohoa_base::error::Result;
use sohoa_base::messages::program;
use std::os::fd::RawFd;
use std::path::PathBuf;

/// A process that has given up what it needs for nothing, and may still open its models.
#[derive(Debug, Clone, Copy)]
pub struct Prepared {
    /// Whether the kernel restricts the files that it may open (landlock).
    pub has_landlock: bool,
    parent: Option<Pid>,
}

/// First step, on the only thread: closes inherited descriptors, drops privileges, and leaves, where the kernel has landlock, only
/// `readable` and the libraries of the system to be read.
///
/// # Errors
/// `Internal` when the kernel refuses.
pub fn prepare(readable: &[PathBuf]) -> Result<Prepared> {
    privileges::close_inherited_descriptors()?;
    privileges::drop_most_capabilities()?;
    Ok(Prepared { has_landlock: privileges::restrict_files(readable)?, parent: getppid() })
}

/// Drops what privileges [`prepare`] left to this thread.
///
/// # Errors
/// `Internal` when the kernel refuses.
pub fn drop_capabilities() -> Result<()> {
    privileges::drop_capabilities()
}

/// What a process whose handler is open may read from: see [`confine`].
///
/// # Errors
/// `Internal` when its descriptors cannot be listed.
pub fn open_inputs() -> Result<Vec<RawFd>> {
    privileges::open_inputs()
}

/// Last step: sets the final limits of all threads and checks all of them from within. The process can read from `inputs` and write to
/// its standard output and error, and open nothing any more.
///
/// # Errors
/// `Internal` when the kernel refuses, or when a limit is not in force.
pub fn confine(prepared: Prepared, memory_mib: u64, inputs: &[RawFd]) -> Result<()> {
    drop_capabilities()?;
    privileges::verify(prepared.has_landlock)?;
    limit_memory(memory_mib)?;
    seccomp::apply(inputs)?;
    verify_seccomp(prepared.parent)
}

/// Sets the final limit of the address space, MiB, and forbids core dumps, writing to files and more than 32 open files.
fn limit_memory(mebibytes: u64) -> Result<()> {
    set(Resource::As, mebibytes << 20)?;
    set(Resource::Core, 0)?;
    set(Resource::Fsize, 0)?;
    set(Resource::Nofile, 32)
}

/// Allows `seconds` more of processor time from now on; the kernel ends the process (`SIGXCPU`) when it has used them.
///
/// # Errors
/// `Internal` when the kernel refuses.
pub fn allow_cpu(seconds: u64) -> Result<()> {
    let used = cpu_time_ms() / 1000;
    let hard = getrlimit(Resource::Cpu).maximum;
    setrlimit(Resource::Cpu, Rlimit { current: Some(used + seconds + 1), maximum: hard })
        .map_err(|error| program::bug("reading process: limit of processor time").caused_by(error))
}

fn set(resource: Resource, limit: u64) -> Result<()> {
    setrlimit(resource, Rlimit { current: Some(limit), maximum: Some(limit) })
        .map_err(|error| program::bug(format!("reading process: limit {resource:?}")).caused_by(error))
}

/// Checks from within the process that the filter of system calls is in force.
fn verify_seccomp(parent: Option<Pid>) -> Result<()> {
    let no_core = Rlimit { current: Some(0), maximum: Some(0) };
    let reached = [
        (std::fs::File::open("/etc/passwd").is_ok(), "open files"),
        (std::fs::metadata("/").is_ok(), "look up files"),
        (std::net::TcpListener::bind("127.0.0.1:0").is_ok(), "make connections"),
        (std::process::Command::new("/bin/true").spawn().is_ok(), "start programs"),
        (parent.is_some_and(|parent| rustix::process::test_kill_process(parent).is_ok()), "signal other processes"),
        // Its own number stands for any: only 0, which means the process itself, is allowed.
        (rustix::process::prlimit(Some(rustix::process::getpid()), Resource::Core, no_core).is_ok(), "limit other processes"),
        (rustix::io::dup(std::io::stdin()).is_ok(), "copy its pipes"),
    ];
    match reached.iter().find(|(is_possible, _)| *is_possible) {
        Some((_, what)) => Err(program::bug(format!("reading process could still {what}"))),
        None => Ok(()),
    }
}
