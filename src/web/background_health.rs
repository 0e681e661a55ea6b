//! Health of the background loops, for `/readyz` and `/metrics`.

use sohoa_services::loop_health::{LoopHealth, LoopReport};
use std::fmt::Write;
use std::sync::{Arc, Mutex, PoisonError};

/// Health of the background loops that were started.
#[derive(Debug, Default)]
pub(crate) struct BackgroundLoops(Mutex<Vec<Arc<LoopHealth>>>);

impl BackgroundLoops {
    /// Adds a loop that starts now.
    pub(crate) fn add(&self, name: &'static str) -> Arc<LoopHealth> {
        let health = Arc::new(LoopHealth::new(name));
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(Arc::clone(&health));
        health
    }

    /// The present health of all loops.
    pub(crate) fn reports(&self) -> Vec<LoopReport> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).iter().map(|health| health.report()).collect()
    }
}

/// Health as lines of text. They are public, so that of an error only the kind is told; the log has the rest.
pub(crate) fn health_text(reports: &[LoopReport]) -> String {
    let mut text = String::new();
    for report in reports {
        let (name, seconds) = (report.name, report.seconds);
        // Writing to a string never fails.
        let _ = match &report.kind {
            None => writeln!(text, "{name}: running for {seconds} s"),
            Some(kind) => writeln!(text, "{name}: failing for {seconds} s ({kind}; the log tells more)"),
        };
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use sohoa_base::messages::storage;

    #[test]
    fn public_health_names_no_file() {
        let health = LoopHealth::new("hot-folders");
        assert_eq!(health_text(&[health.report()]), "hot-folders: running for 0 s\n");
        health.note("", Err(storage::local_file_unreadable("/scan/Nguyễn Văn A.pdf")));
        assert_eq!(health_text(&[health.report()]), "hot-folders: failing for 0 s (Unavailable; the log tells more)\n");
    }
}
