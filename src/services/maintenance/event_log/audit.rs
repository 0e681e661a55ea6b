//! Verifies the event log against its signed checkpoints.

use super::checkpoint::{self, Checkpoint};
use super::signing_key;
use crate::archive::Archive;
use serde::Serialize;
use sohoa_base::error::{ErrorKind, Result};
use sohoa_catalog::{ChainPosition, rfc3339};
use std::collections::{BTreeMap, BTreeSet};

/// Longest time that events may lack a checkpoint, epoch milliseconds: a process that seals signs every ten minutes.
const MAX_UNSIGNED_MS: i64 = 24 * 3_600_000;

/// Result of a verification.
#[derive(Debug, Serialize)]
pub struct AuditReport {
    /// Number of events.
    pub events: u64,
    /// Checkpoints that agree with the log.
    pub checkpoints: u64,
    /// The last of them.
    pub last_checkpoint: Option<LastCheckpoint>,
    /// Events after it: only the chain itself vouches for them.
    pub unsigned_events: u64,
    /// Public key of this home, hexadecimal.
    pub public_key: String,
    /// What is wrong.
    pub problems: Vec<AuditProblem>,
}

/// A checkpoint that agrees with the log.
#[derive(Debug, Clone, Serialize)]
pub struct LastCheckpoint {
    /// Number of the last event that it covers.
    pub event: u64,
    /// Hash of that event.
    pub hash: String,
    /// Time of signing, RFC 3339.
    pub at: String,
}

/// A problem of the event log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum AuditProblem {
    /// The chain is broken.
    Chain {
        /// Which event, and how.
        problem: String,
    },
    /// A checkpoint is not what was signed.
    BadSignature {
        /// Its key in the store.
        key: String,
    },
    /// A checkpoint was signed by a key that is not trusted.
    UnknownSigner {
        /// The public key, hexadecimal.
        public_key: String,
        /// Number of its checkpoints.
        checkpoints: u64,
    },
    /// The log differs from what was signed: an event was changed, and the chain after it made again.
    Differs {
        /// Number of the last event that the checkpoint covers.
        event: u64,
        /// Time of signing, RFC 3339.
        at: String,
    },
    /// The log ends before what was signed.
    Truncated {
        /// Number of the last event that the checkpoint covers.
        event: u64,
        /// Time of signing, RFC 3339.
        at: String,
    },
    /// The store has checkpoints of another log: the catalogue was made again without its log, which `sohoa restore` brings back.
    OtherLog {
        /// Time of signing of one of them, RFC 3339.
        at: String,
    },
    /// Events have had no checkpoint for more than a day: checkpoints are missing, or nothing seals the log.
    Unsigned {
        /// Time of the first of these events, RFC 3339.
        since: String,
    },
}

impl AuditProblem {
    /// Whether the log was changed or cut after it was written; if not, nobody vouches for a part of it.
    #[must_use]
    pub fn is_damage(&self) -> bool {
        match self {
            Self::Chain { .. } | Self::BadSignature { .. } | Self::Differs { .. } | Self::Truncated { .. } => true,
            Self::UnknownSigner { .. } | Self::OtherLog { .. } | Self::Unsigned { .. } => false,
        }
    }
}

/// Verifies the chain, and every checkpoint in the store against it. Checkpoints of the keys `trusted` (hexadecimal), of those in the
/// configuration and of this home's own count.
///
/// # Errors
/// `Unavailable` when store or catalogue do not answer.
pub async fn verify_log(archive: &Archive, trusted: &[String]) -> Result<AuditReport> {
    let own = hex::encode(signing_key::load_or_create(&archive.config.home)?.verifying_key().as_bytes());
    let trusted: BTreeSet<String> =
        trusted.iter().chain(&archive.config.trusted_audit_keys).map(|key| key.trim().to_lowercase()).chain([own.clone()]).collect();
    let (mut problems, mut strangers, mut checkpoints) = (Vec::new(), BTreeMap::<String, u64>::new(), Vec::new());
    let keys = checkpoint::checkpoint_keys(archive).await?;
    for key in keys.own {
        match checkpoint::read_checkpoint(archive, &key).await? {
            Some(checkpoint) if !checkpoint.is_signed() => problems.push(AuditProblem::BadSignature { key }),
            Some(checkpoint) if !trusted.contains(&checkpoint.public_key) => *strangers.entry(checkpoint.public_key).or_default() += 1,
            Some(checkpoint) => checkpoints.push(checkpoint),
            None => problems.push(AuditProblem::BadSignature { key }),
        }
    }
    if let Some(key) = keys.others.last()
        && let Some(checkpoint) = checkpoint::read_checkpoint(archive, key).await?
    {
        problems.push(AuditProblem::OtherLog { at: checkpoint.at });
    }
    problems.extend(strangers.into_iter().map(|(public_key, checkpoints)| AuditProblem::UnknownSigner { public_key, checkpoints }));
    let positions: BTreeSet<u64> = checkpoints.iter().map(|checkpoint| checkpoint.event).chain([0]).collect();
    let chain = match archive.catalog.verify_chain(&ChainPosition::default(), &positions).await {
        Ok(chain) => chain,
        Err(error) if error.kind() == ErrorKind::Corrupt => {
            problems.push(AuditProblem::Chain { problem: error.context() });
            return Ok(AuditReport { events: 0, checkpoints: 0, last_checkpoint: None, unsigned_events: 0, public_key: own, problems });
        }
        Err(error) => return Err(error),
    };
    let mut agreeing: Vec<Checkpoint> = Vec::new();
    for checkpoint in checkpoints {
        match chain.hashes.get(&checkpoint.event) {
            Some(hash) if *hash == checkpoint.hash => agreeing.push(checkpoint),
            Some(_) => problems.push(AuditProblem::Differs { event: checkpoint.event, at: checkpoint.at }),
            None => problems.push(AuditProblem::Truncated { event: checkpoint.event, at: checkpoint.at }),
        }
    }
    agreeing.sort_by_key(|checkpoint| checkpoint.event);
    let last = agreeing.last().map(|last| LastCheckpoint { event: last.event, hash: last.hash.clone(), at: last.at.clone() });
    let signed = last.as_ref().map_or(0, |last| last.event);
    if let Some(since) = chain.next_at.get(&signed)
        && archive.catalog.now_ms() - since > MAX_UNSIGNED_MS
    {
        problems.push(AuditProblem::Unsigned { since: rfc3339(*since) });
    }
    Ok(AuditReport {
        events: chain.end.event,
        checkpoints: agreeing.len() as u64,
        last_checkpoint: last,
        unsigned_events: chain.end.event - signed,
        public_key: own,
        problems,
    })
}
