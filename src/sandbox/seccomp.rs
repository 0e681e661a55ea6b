//! System calls of a worker process: a list of those allowed, where possible by argument, and everything else refused.

use seccompiler::{
    BackendError, BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter, SeccompRule, TargetArch,
};
use sohoa_base::error::{Error, Result};
use sohoa_base::messages::program;
use std::collections::BTreeMap;
use std::os::fd::RawFd;

type Rules = BTreeMap<i64, Vec<SeccompRule>>;

/// Restricts all threads of this process to computing, anonymous memory, its pipes and exiting: it can open or look up no file, create
/// no socket, start no program, make no memory executable, and signal or limit no other process. It reads from `inputs` alone and
/// writes to standard output and error alone. A forbidden call fails with `EPERM` instead of ending the process, so a library that only
/// tries one does not cost the page. New threads remain allowed, because libheif decodes the tiles of HEIC photographs in threads and
/// aborts when it cannot start them; the limits apply to all threads together.
///
/// # Errors
/// `Internal` when the kernel has no seccomp.
pub(crate) fn apply(inputs: &[RawFd]) -> Result<()> {
    for program in filters(std::process::id(), inputs)? {
        seccompiler::apply_filter_all_threads(&program).map_err(failed)?;
    }
    Ok(())
}

/// The filters of the process `pid`. Where two of them differ, the kernel takes the stricter action.
fn filters(pid: u32, inputs: &[RawFd]) -> Result<[BpfProgram; 2]> {
    let arch: TargetArch = std::env::consts::ARCH.try_into().map_err(failed)?;
    let compile = |rules: Rules, otherwise: SeccompAction, matched: SeccompAction| -> Result<BpfProgram> {
        let filter = SeccompFilter::new(rules, otherwise, matched, arch).map_err(failed)?;
        filter.try_into().map_err(failed)
    };
    let rules = allowed_calls(pid, inputs).map_err(failed)?;
    Ok([
        // The flags of `clone3` are in memory, which a filter cannot read. `ENOSYS` makes the C library fall back to
        // `clone`, whose flags are in a register.
        compile(BTreeMap::from([(libc::SYS_clone3, Vec::new())]), SeccompAction::Allow, SeccompAction::Errno(ENOSYS))?,
        compile(rules, SeccompAction::Errno(EPERM), SeccompAction::Allow)?,
    ])
}

fn allowed_calls(pid: u32, inputs: &[RawFd]) -> Result<Rules, BackendError> {
    let mut rules: Rules = ALLOWED.iter().map(|call| (*call, Vec::new())).collect();
    // Of descriptors only the lower 32 bits count, for the kernel too.
    let descriptors = |allowed: &[RawFd]| -> Result<Vec<SeccompRule>, BackendError> {
        allowed.iter().map(|fd| rule([equals(0, u64::from(fd.unsigned_abs()))?])).collect()
    };
    for call in [libc::SYS_read, libc::SYS_readv, libc::SYS_pread64, libc::SYS_lseek] {
        rules.insert(call, descriptors(inputs)?);
    }
    for call in [libc::SYS_write, libc::SYS_writev] {
        rules.insert(call, descriptors(&[libc::STDOUT_FILENO, libc::STDERR_FILENO])?);
    }
    rules.insert(libc::SYS_clone, vec![rule([has_bits(0, THREAD)?])?]);
    rules.insert(libc::SYS_mmap, vec![rule([lacks_bits(2, EXECUTABLE)?, has_bits(3, ANONYMOUS)?])?]);
    rules.insert(libc::SYS_mprotect, vec![rule([lacks_bits(2, EXECUTABLE)?])?]);
    // `abort` sends its signal to a thread of this process; limits are set for the process itself, which is 0.
    rules.insert(libc::SYS_tgkill, vec![rule([equals(0, u64::from(pid))?])?]);
    rules.insert(libc::SYS_prlimit64, vec![rule([equals(0, 0)?])?]);
    Ok(rules)
}

/// A rule that applies where all conditions hold.
fn rule<const N: usize>(conditions: [SeccompCondition; N]) -> Result<SeccompRule, BackendError> {
    SeccompRule::new(conditions.into())
}

fn equals(argument: u8, value: u64) -> Result<SeccompCondition, BackendError> {
    SeccompCondition::new(argument, SeccompCmpArgLen::Dword, SeccompCmpOp::Eq, value)
}

fn has_bits(argument: u8, bits: u64) -> Result<SeccompCondition, BackendError> {
    SeccompCondition::new(argument, SeccompCmpArgLen::Qword, SeccompCmpOp::MaskedEq(bits), bits)
}

fn lacks_bits(argument: u8, bits: u64) -> Result<SeccompCondition, BackendError> {
    SeccompCondition::new(argument, SeccompCmpArgLen::Qword, SeccompCmpOp::MaskedEq(bits), 0)
}

fn failed(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Error {
    program::bug("reading process: seccomp filter; a Linux kernel with seccomp is needed").caused_by(error)
}

const EPERM: u32 = libc::EPERM.unsigned_abs();
const ENOSYS: u32 = libc::ENOSYS.unsigned_abs();

/// Flags of `clone` that together create a thread of this process and not a new process.
const THREAD: u64 = (libc::CLONE_THREAD | libc::CLONE_SIGHAND | libc::CLONE_VM).unsigned_abs() as u64;

const EXECUTABLE: u64 = libc::PROT_EXEC.unsigned_abs() as u64;
const ANONYMOUS: u64 = libc::MAP_ANONYMOUS.unsigned_abs() as u64;

/// System calls that decoding and recognition need and that need no look at their arguments: memory, threads, time and exit.
const ALLOWED: [i64; 32] = [
    libc::SYS_close,
    libc::SYS_fstat,
    libc::SYS_ppoll,
    libc::SYS_munmap,
    libc::SYS_brk,
    libc::SYS_rt_sigaction,
    libc::SYS_rt_sigprocmask,
    libc::SYS_rt_sigreturn,
    libc::SYS_sched_yield,
    libc::SYS_mremap,
    libc::SYS_madvise,
    libc::SYS_nanosleep,
    libc::SYS_getpid,
    libc::SYS_exit,
    libc::SYS_uname,
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
    libc::SYS_getrandom,
    libc::SYS_rseq,
    libc::SYS_restart_syscall,
    libc::SYS_clone3,
    libc::SYS_set_robust_list,
];

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]
mod tests {
    use super::*;

    const PID: u32 = 4711;
    const ARCHIVE: RawFd = 3;
    const ALLOW: u32 = 0x7fff_0000;
    const REFUSE: u32 = 0x0005_0000 | EPERM;

    /// Runs a classic BPF program over `struct seccomp_data`, for the instructions that seccompiler emits.
    fn run(program: &BpfProgram, call: i64, arguments: [u64; 6]) -> u32 {
        let mut data = [0_u8; 64];
        data[..4].copy_from_slice(&u32::try_from(call).unwrap().to_le_bytes());
        let arch: u32 = if cfg!(target_arch = "x86_64") { 0xc000_003e } else { 0xc000_00b7 };
        data[4..8].copy_from_slice(&arch.to_le_bytes());
        for (place, argument) in arguments.iter().enumerate() {
            data[16 + 8 * place..24 + 8 * place].copy_from_slice(&argument.to_le_bytes());
        }
        let (mut accumulator, mut at) = (0_u32, 0_usize);
        loop {
            let step = &program[at];
            at += 1;
            let mut jump = |taken: bool| at += usize::from(if taken { step.jt } else { step.jf });
            match step.code {
                0x20 => accumulator = u32::from_le_bytes(data[step.k as usize..step.k as usize + 4].try_into().unwrap()),
                0x54 => accumulator &= step.k,
                0x05 => at += step.k as usize,
                0x15 => jump(accumulator == step.k),
                0x25 => jump(accumulator > step.k),
                0x35 => jump(accumulator >= step.k),
                0x06 => return step.k,
                other => panic!("instruction {other:#x}"),
            }
        }
    }

    /// Verdict of both filters together: the stricter one, which is the smaller number.
    fn verdict(call: i64, arguments: [u64; 6]) -> u32 {
        filters(PID, &[0, ARCHIVE]).unwrap().iter().map(|program| run(program, call, arguments)).min().unwrap()
    }

    fn is_allowed(call: i64, arguments: &[u64]) -> bool {
        let mut all = [0; 6];
        all[..arguments.len()].copy_from_slice(arguments);
        match verdict(call, all) {
            ALLOW => true,
            REFUSE => false,
            other => panic!("verdict {other:#x} for system call {call}"),
        }
    }

    #[test]
    fn signals_and_limits_reach_the_process_itself_alone() {
        assert!(is_allowed(libc::SYS_tgkill, &[PID.into(), 4712, 6]));
        assert!(!is_allowed(libc::SYS_tgkill, &[1, 1, 9]));
        assert!(!is_allowed(libc::SYS_tgkill, &[0, 0, 9]));
        for call in [libc::SYS_kill, libc::SYS_tkill, libc::SYS_rt_sigqueueinfo, libc::SYS_rt_tgsigqueueinfo, libc::SYS_pidfd_send_signal] {
            assert!(!is_allowed(call, &[PID.into(), 9]), "{call}");
        }
        assert!(is_allowed(libc::SYS_prlimit64, &[0, 0, 1]));
        for pid in [1, PID.into()] {
            assert!(!is_allowed(libc::SYS_prlimit64, &[pid, 0, 1]), "{pid}");
        }
    }

    #[test]
    fn only_pipes_and_the_archive_are_read_and_only_outputs_written() {
        for call in [libc::SYS_read, libc::SYS_readv, libc::SYS_pread64, libc::SYS_lseek] {
            let readable: Vec<u64> = (0..8).filter(|fd| is_allowed(call, &[*fd])).collect();
            assert_eq!(readable, [0, 3], "{call}");
        }
        for call in [libc::SYS_write, libc::SYS_writev] {
            let writable: Vec<u64> = (0..8).filter(|fd| is_allowed(call, &[*fd])).collect();
            assert_eq!(writable, [1, 2], "{call}");
        }
    }

    #[test]
    fn files_sockets_programs_and_device_commands_are_refused() {
        let calls = [
            libc::SYS_openat,
            libc::SYS_newfstatat,
            libc::SYS_statx,
            libc::SYS_ioctl,
            libc::SYS_fcntl,
            libc::SYS_dup,
            libc::SYS_socket,
            libc::SYS_connect,
            libc::SYS_execve,
            libc::SYS_execveat,
            libc::SYS_ptrace,
            libc::SYS_process_vm_writev,
            libc::SYS_unshare,
            libc::SYS_setuid,
            libc::SYS_prctl,
            libc::SYS_capset,
            libc::SYS_io_uring_setup,
            libc::SYS_bpf,
        ];
        for call in calls {
            assert!(!is_allowed(call, &[0, 0, 0, 0]), "{call}");
        }
        assert_eq!(verdict(libc::SYS_clone3, [0; 6]) & 0xffff, ENOSYS);
    }

    #[test]
    fn memory_is_anonymous_and_never_executable() {
        let (read_write, private) = ((libc::PROT_READ | libc::PROT_WRITE) as u64, libc::MAP_PRIVATE as u64);
        assert!(is_allowed(libc::SYS_mmap, &[0, 4096, read_write, private | ANONYMOUS, u64::MAX, 0]));
        assert!(!is_allowed(libc::SYS_mmap, &[0, 4096, read_write, private, 3, 0]), "a file");
        assert!(!is_allowed(libc::SYS_mmap, &[0, 4096, read_write | EXECUTABLE, private | ANONYMOUS, u64::MAX, 0]));
        assert!(is_allowed(libc::SYS_mprotect, &[0, 4096, read_write]));
        assert!(!is_allowed(libc::SYS_mprotect, &[0, 4096, EXECUTABLE]));
    }

    #[test]
    fn threads_may_start_but_no_processes() {
        assert!(is_allowed(libc::SYS_clone, &[THREAD | libc::CLONE_FS as u64]));
        assert!(!is_allowed(libc::SYS_clone, &[libc::SIGCHLD as u64]));
        assert!(!is_allowed(libc::SYS_clone, &[libc::CLONE_VM as u64 | libc::CLONE_VFORK as u64]));
    }
}
