//! Limits of a worker process: resources (`setrlimit`) and system calls (seccomp), set before it receives the first byte
//! from outside.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use seccompiler::{BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter, SeccompRule, TargetArch};
use sohoa_base::cpu_time::cpu_time_ms;
use sohoa_base::error::{Error, ErrorKind, Result, ResultExt};
use std::collections::BTreeMap;

/// Sets the final limit of the address space, MiB, and forbids core dumps, writing to files and more than 32 open files.
///
/// # Errors
/// `Internal` when the kernel refuses.
pub fn limit_memory(mebibytes: u64) -> Result<()> {
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
        .or_error(ErrorKind::Internal, || "the processor time of the reading process cannot be limited".to_owned())
}

fn set(resource: Resource, limit: u64) -> Result<()> {
    setrlimit(resource, Rlimit { current: Some(limit), maximum: Some(limit) })
        .or_error(ErrorKind::Internal, || format!("the reading process cannot be limited ({resource:?})"))
}

/// Restricts this process to computing, memory, its open pipes and exiting: it can open no file, create no socket and
/// start no program. A forbidden call fails with `EPERM` instead of ending the process, so a library that only tries one
/// does not cost the page. New threads remain allowed, because libheif decodes the tiles of HEIC photographs in threads and
/// aborts when it cannot start them; the limits apply to all threads together.
///
/// # Errors
/// `Internal` when the kernel has no seccomp.
pub fn apply_seccomp() -> Result<()> {
    let failed = || "the reading process cannot give up files and network; a Linux kernel with seccomp is needed".to_owned();
    let arch: TargetArch = std::env::consts::ARCH.try_into().or_error(ErrorKind::Internal, failed)?;
    let apply = |rules: BTreeMap<i64, Vec<SeccompRule>>, otherwise: SeccompAction, matched: SeccompAction| {
        let filter = SeccompFilter::new(rules, otherwise, matched, arch).or_error(ErrorKind::Internal, failed)?;
        let program: BpfProgram = filter.try_into().or_error(ErrorKind::Internal, failed)?;
        seccompiler::apply_filter_all_threads(&program).or_error(ErrorKind::Internal, failed)
    };
    // The flags of `clone3` are in memory, which a filter cannot read. `ENOSYS` makes the C library fall back to
    // `clone`, whose flags are in a register. Where two filters differ, the kernel takes the stricter action.
    apply(BTreeMap::from([(libc::SYS_clone3, Vec::new())]), SeccompAction::Allow, SeccompAction::Errno(ENOSYS))?;
    let flags =
        SeccompCondition::new(0, SeccompCmpArgLen::Qword, SeccompCmpOp::MaskedEq(THREAD), THREAD).or_error(ErrorKind::Internal, failed)?;
    let thread = SeccompRule::new(vec![flags]).or_error(ErrorKind::Internal, failed)?;
    let mut rules: BTreeMap<i64, Vec<SeccompRule>> = ALLOWED.iter().map(|call| (*call, Vec::new())).collect();
    rules.insert(libc::SYS_clone, vec![thread]);
    apply(rules, SeccompAction::Errno(EPERM), SeccompAction::Allow)
}

/// Checks from within the process that the filter is in force.
///
/// # Errors
/// `Internal` when a file can still be opened, a socket created or a program started.
pub fn verify_seccomp() -> Result<()> {
    let file = std::fs::File::open("/etc/passwd").is_ok();
    let socket = std::net::TcpListener::bind("127.0.0.1:0").is_ok();
    let program = std::process::Command::new("/bin/true").spawn().is_ok();
    if file || socket || program {
        return Err(Error::internal("the reading process could still reach files, network or programs"));
    }
    Ok(())
}

const EPERM: u32 = libc::EPERM.unsigned_abs();
const ENOSYS: u32 = libc::ENOSYS.unsigned_abs();

/// Flags of `clone` that together create a thread of this process and not a new process.
const THREAD: u64 = (libc::CLONE_THREAD | libc::CLONE_SIGHAND | libc::CLONE_VM).unsigned_abs() as u64;

/// System calls that decoding and recognition need: memory, open pipes, threads, time and exit.
const ALLOWED: [i64; 45] = [
    libc::SYS_read,
    libc::SYS_write,
    libc::SYS_close,
    libc::SYS_fstat,
    libc::SYS_ppoll,
    libc::SYS_lseek,
    libc::SYS_mmap,
    libc::SYS_mprotect,
    libc::SYS_munmap,
    libc::SYS_brk,
    libc::SYS_rt_sigaction,
    libc::SYS_rt_sigprocmask,
    libc::SYS_rt_sigreturn,
    libc::SYS_ioctl,
    libc::SYS_pread64,
    libc::SYS_readv,
    libc::SYS_writev,
    libc::SYS_sched_yield,
    libc::SYS_mremap,
    libc::SYS_madvise,
    libc::SYS_nanosleep,
    libc::SYS_getpid,
    libc::SYS_exit,
    libc::SYS_uname,
    libc::SYS_fcntl,
    libc::SYS_gettimeofday,
    libc::SYS_getrusage,
    libc::SYS_sysinfo,
    libc::SYS_getuid,
    libc::SYS_sigaltstack,
    libc::SYS_gettid,
    libc::SYS_futex,
    libc::SYS_sched_getaffinity,
    libc::SYS_clock_gettime,
    libc::SYS_clock_getres,
    libc::SYS_clock_nanosleep,
    libc::SYS_exit_group,
    libc::SYS_tgkill,
    libc::SYS_prlimit64,
    libc::SYS_getrandom,
    libc::SYS_rseq,
    libc::SYS_restart_syscall,
    libc::SYS_newfstatat,
    libc::SYS_clone3,
    libc::SYS_set_robust_list,
];
