//! Health of a loop that works in the background of a server.

use sohoa_base::error::{Error, Result};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Interval at which a lasting error is logged again.
const LOG_INTERVAL: Duration = Duration::from_secs(60);

/// Health of a background loop. The loop reports every round; whoever supervises it reports its ends.
#[derive(Debug)]
pub struct LoopHealth {
    name: &'static str,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    /// When it began to run, or to fail.
    since: Instant,
    /// Its present error, and when it was logged.
    failing: Option<(Error, Instant)>,
    restarts: u64,
}

/// Health of a loop at one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoopReport {
    /// Name of the loop.
    pub name: &'static str,
    /// Seconds since it runs, or fails.
    pub seconds: u64,
    /// What goes wrong, with its cause; `None` while it runs. For the log and the operator: it may name files.
    pub error: Option<String>,
    /// Kind of the error, without any name.
    pub kind: Option<String>,
    /// How often it was started again.
    pub restarts: u64,
}

impl LoopHealth {
    /// Health of a loop that starts now.
    #[must_use]
    pub fn new(name: &'static str) -> Self {
        Self { name, state: Mutex::new(State { since: Instant::now(), failing: None, restarts: 0 }) }
    }

    /// Notes the outcome of a round. An error is logged, after `what`; one that stays, once a minute.
    pub fn note(&self, what: &str, outcome: Result<()>) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        match outcome {
            Ok(()) if state.failing.is_some() => {
                tracing::warn!(name = self.name, "works again");
                (state.failing, state.since) = (None, now);
            }
            Ok(()) => {}
            Err(error) => {
                let logged =
                    state.failing.as_ref().filter(|(before, logged)| before.chain() == error.chain() && logged.elapsed() < LOG_INTERVAL);
                let logged = logged.map(|(_, logged)| *logged);
                if logged.is_none() {
                    tracing::warn!(name = self.name, error = %error.chain(), "{what}");
                }
                if state.failing.is_none() {
                    state.since = now;
                }
                state.failing = Some((error, logged.unwrap_or(now)));
            }
        }
    }

    /// Notes that the loop ended with an error and is started again.
    pub fn note_restart(&self, error: Error) {
        self.note("ended unexpectedly, and is started again", Err(error));
        self.state.lock().unwrap_or_else(PoisonError::into_inner).restarts += 1;
    }

    /// The present health.
    #[must_use]
    pub fn report(&self) -> LoopReport {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let error = state.failing.as_ref().map(|(error, _)| error);
        LoopReport {
            name: self.name,
            seconds: state.since.elapsed().as_secs(),
            error: error.map(Error::chain),
            kind: error.map(|error| format!("{:?}", error.kind())),
            restarts: state.restarts,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sohoa_base::messages::{requests, storage};

    #[test]
    fn failing_loop_is_reported_until_a_round_succeeds() {
        let health = LoopHealth::new("x");
        assert_eq!((health.report().error, health.report().restarts), (None, 0));
        health.note("does not work", Err(storage::local_file_unreadable("a secret name")));
        let panicked = requests::background_loop_panicked("x");
        let expected = panicked.chain();
        health.note_restart(panicked);
        let report = health.report();
        assert_eq!((report.error, report.kind.as_deref(), report.restarts), (Some(expected), Some("Internal"), 1));
        health.note("does not work", Ok(()));
        assert_eq!((health.report().error, health.report().kind, health.report().restarts), (None, None, 1));
    }
}
