//! Places for trials of pipelines: each takes processor time from the runs.

use sohoa_base::error::Result;
use sohoa_base::messages::runs;
use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

/// Most trials at a time on one server.
const MAX_TRIALS: usize = 2;

/// Who tries a pipeline at present.
#[derive(Debug, Default)]
pub struct TrialSlots(Mutex<BTreeSet<String>>);

/// A place among the trials, free again when dropped.
#[derive(Debug)]
pub(crate) struct TrialSlot<'a> {
    slots: &'a TrialSlots,
    user: String,
}

impl TrialSlots {
    /// Takes a place for a trial of this user.
    ///
    /// # Errors
    /// `Limit` while another trial of the user, or as many as are allowed, go on.
    pub(crate) fn enter(&self, user: &str) -> Result<TrialSlot<'_>> {
        let mut users = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if users.contains(user) {
            return Err(runs::trial_running());
        }
        if users.len() >= MAX_TRIALS {
            return Err(runs::trials_full(MAX_TRIALS));
        }
        users.insert(user.to_owned());
        Ok(TrialSlot { slots: self, user: user.to_owned() })
    }
}

impl Drop for TrialSlot<'_> {
    fn drop(&mut self) {
        self.slots.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.user);
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use sohoa_base::error::ErrorKind;

    #[test]
    fn trials_are_limited_by_user_and_by_server() {
        let slots = TrialSlots::default();
        let first = slots.enter("lan").unwrap();
        assert_eq!(slots.enter("lan").unwrap_err().kind(), ErrorKind::Limit);
        let second = slots.enter("minh").unwrap();
        assert_eq!(slots.enter("hoa").unwrap_err().kind(), ErrorKind::Limit);
        drop(first);
        let _third = slots.enter("hoa").unwrap();
        assert!(slots.enter("lan").is_err(), "two others go on");
        drop(second);
        slots.enter("lan").unwrap();
    }
}
