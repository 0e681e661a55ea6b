//! Processor time of this process.

/// User and system time of this process so far, milliseconds.
#[must_use]
pub fn cpu_time_ms() -> u64 {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    u64::try_from(time.tv_sec * 1000 + time.tv_nsec / 1_000_000).unwrap_or(0)
}
