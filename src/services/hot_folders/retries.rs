//! When deliveries that failed are tried again.

use sohoa_base::error::Error;
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

/// Pause after the first failure; it doubles with every further one.
const FIRST_PAUSE: Duration = Duration::from_secs(2);

/// Longest pause.
const MAX_PAUSE: Duration = Duration::from_secs(600);

/// Failed deliveries by name.
#[derive(Debug, Default)]
pub(crate) struct Retries(BTreeMap<String, Failed>);

#[derive(Debug)]
struct Failed {
    times: u32,
    next: Instant,
    reason: String,
}

impl Retries {
    /// Whether a delivery may be tried now.
    pub(crate) fn is_due(&self, name: &str) -> bool {
        self.0.get(name).is_none_or(|failed| failed.next <= Instant::now())
    }

    /// Notes a failure; `true` when its reason is another one than before.
    pub(crate) fn note_failure(&mut self, name: &str, error: &Error) -> bool {
        let reason = error.chain();
        let (times, is_new) = match self.0.get(name) {
            Some(before) => (before.times.saturating_add(1), before.reason != reason),
            None => (0, true),
        };
        let next = Instant::now() + pause_after(times);
        self.0.insert(name.to_owned(), Failed { times, next, reason });
        is_new
    }

    /// Forgets the failures of a delivery.
    pub(crate) fn forget(&mut self, name: &str) {
        self.0.remove(name);
    }

    /// Forgets the failures of every delivery that does not exist any more.
    pub(crate) fn retain(&mut self, exists: impl Fn(&str) -> bool) {
        self.0.retain(|name, _| exists(name));
    }
}

fn pause_after(failures: u32) -> Duration {
    FIRST_PAUSE.saturating_mul(2_u32.saturating_pow(failures.min(20))).min(MAX_PAUSE)
}

#[cfg(test)]
mod tests {
    use super::*;
    use sohoa_base::messages::storage;

    #[test]
    fn pause_grows_and_equal_reasons_are_told_once() {
        assert_eq!([0, 1, 2, 30].map(|failures| pause_after(failures).as_secs()), [2, 4, 8, 600]);
        let mut retries = Retries::default();
        assert!(retries.is_due("a"));
        assert!(retries.note_failure("a", &storage::local_file_unreadable("x")) && !retries.is_due("a") && retries.is_due("b"));
        assert!(
            !retries.note_failure("a", &storage::local_file_unreadable("x"))
                && retries.note_failure("a", &storage::local_file_unreadable("y"))
        );
        retries.forget("a");
        assert!(retries.is_due("a"));
    }
}
