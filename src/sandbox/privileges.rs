//! What a worker process gives up before it opens its models: inherited descriptors, privileges, and files that it does not need.

use landlock::{ABI, Access, AccessFs, AccessNet, Ruleset, RulesetAttr, RulesetCreatedAttr, RulesetStatus, Scope, path_beneath_rules};
use rustix::thread::{CapabilitySet, CapabilitySets};
use sohoa_base::error::{Error, Result};
use sohoa_base::messages::program;
use std::os::fd::RawFd;
use std::path::{Path, PathBuf};

/// Files and folders of the system that libraries read while they are loaded, and when they ask for the number of processors.
const SYSTEM_PATHS: [&str; 12] = [
    "/lib",
    "/lib32",
    "/lib64",
    "/usr/lib",
    "/usr/lib32",
    "/usr/lib64",
    "/usr/local/lib",
    "/etc/ld.so.cache",
    "/proc/self",
    "/proc/cpuinfo",
    "/proc/meminfo",
    "/sys/devices/system/cpu",
];

/// Version of landlock up to which rules are asked for: files, TCP, device commands, signals and abstract sockets (Linux 6.12). An older
/// kernel enforces those that it knows.
const LANDLOCK: ABI = ABI::V6;

/// Closes every descriptor but standard input, output and error. This program opens its own files so that a child does not inherit them;
/// one that it inherited itself, from a shell or a service manager, would come through.
///
/// # Errors
/// `Internal` when the descriptors cannot be listed.
pub(crate) fn close_inherited_descriptors() -> Result<()> {
    for number in open_descriptors()?.into_iter().filter(|number| *number > libc::STDERR_FILENO) {
        // The descriptor of the list itself is closed already.
        let _ = nix::unistd::close(number);
    }
    Ok(())
}

/// What the process may read from once it can open nothing more: standard input, and what its handler has opened, such as a model
/// that is read when it is first needed.
///
/// # Errors
/// As [`close_inherited_descriptors`].
pub(crate) fn open_inputs() -> Result<Vec<RawFd>> {
    let outputs = [libc::STDOUT_FILENO, libc::STDERR_FILENO];
    Ok(open_descriptors()?.into_iter().filter(|number| !outputs.contains(number)).collect())
}

fn open_descriptors() -> Result<Vec<RawFd>> {
    let listed = std::fs::read_dir("/proc/self/fd").map_err(|error| program::bug("reading process: /proc/self/fd").caused_by(error))?;
    Ok(listed.flatten().filter_map(|entry| entry.file_name().to_str()?.parse().ok()).collect())
}

/// Forbids to gain privileges, and drops all capabilities of this thread but the one that lets root read the models of another user.
///
/// # Errors
/// `Internal` when the kernel refuses.
pub(crate) fn drop_most_capabilities() -> Result<()> {
    rustix::thread::set_no_new_privs(true).map_err(failed)?;
    keep_capabilities(CapabilitySet::DAC_READ_SEARCH)
}

/// Drops all capabilities of this thread.
///
/// # Errors
/// `Internal` when the kernel refuses.
pub(crate) fn drop_capabilities() -> Result<()> {
    keep_capabilities(CapabilitySet::empty())
}

/// Drops all capabilities but those of `kept` that the thread has. The ambient set follows: it never holds more than the permitted and
/// the inheritable set.
fn keep_capabilities(kept: CapabilitySet) -> Result<()> {
    let present = rustix::thread::capabilities(None).map_err(failed)?.permitted;
    let sets = CapabilitySets { effective: present & kept, permitted: present & kept, inheritable: CapabilitySet::empty() };
    rustix::thread::set_capabilities(None, sets).map_err(failed)
}

/// Leaves this thread, and those that it starts, nothing but reading `readable` and the libraries of the system, where the kernel has
/// landlock; the answer tells whether it has. Nothing can be written, no TCP connection be made and, from Linux 6.12 on, no process
/// outside be signalled.
///
/// # Errors
/// `Internal` when a kernel with landlock refuses the rules.
pub(crate) fn restrict_files(readable: &[PathBuf]) -> Result<bool> {
    let paths = SYSTEM_PATHS.iter().map(PathBuf::from).chain(readable.iter().flat_map(|folder| with_link_targets(folder)));
    let restrict = || {
        let rules = path_beneath_rules(paths, AccessFs::ReadFile | AccessFs::ReadDir);
        let ruleset = Ruleset::default().handle_access(AccessFs::from_all(LANDLOCK))?.handle_access(AccessNet::from_all(LANDLOCK))?;
        ruleset.scope(Scope::from_all(LANDLOCK))?.create()?.add_rules(rules)?.restrict_self()
    };
    let status = restrict().map_err(|error| program::bug("reading process: landlock").caused_by(error))?;
    Ok(status.ruleset != RulesetStatus::NotEnforced)
}

/// The folder, and the files outside it to which links in it lead.
fn with_link_targets(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let links = entries.filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_symlink()));
    let targets = links.filter_map(|link| link.path().canonicalize().ok());
    std::iter::once(folder.to_path_buf()).chain(targets).collect()
}

/// Checks from within the thread that it has no capability, cannot gain any, and, with landlock, opens no file outside its rules.
///
/// # Errors
/// `Internal` when one of these does not hold.
pub(crate) fn verify(has_landlock: bool) -> Result<()> {
    let sets = rustix::thread::capabilities(None).map_err(failed)?;
    let is_bare = (sets.effective | sets.permitted | sets.inheritable).is_empty();
    if !is_bare || !rustix::thread::no_new_privs().map_err(failed)? {
        return Err(program::bug("reading process still has privileges of root"));
    }
    if has_landlock && (std::fs::File::open("/etc/passwd").is_ok() || std::fs::read_dir("/").is_ok()) {
        return Err(program::bug("reading process could still open files outside its rules (landlock)"));
    }
    Ok(())
}

fn failed(error: rustix::io::Errno) -> Error {
    program::bug("reading process: privileges of root").caused_by(error)
}
