//! Signed checkpoints of the event log, kept in the store: whoever can change the database cannot change what was signed before.

use super::signing_key;
use crate::archive::Archive;
use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};
use serde::{Deserialize, Serialize};
use sohoa_base::error::Result;
use sohoa_base::messages::program;
use sohoa_catalog::{ChainPosition, rfc3339};
use sohoa_storage::key;
use std::collections::BTreeSet;

/// A signed position of the event log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Checkpoint {
    /// Identifier of the event log.
    pub(super) log: String,
    /// Number of the last event that it covers.
    pub(super) event: u64,
    /// Hash of that event.
    pub(super) hash: String,
    /// Time of signing, RFC 3339.
    pub(super) at: String,
    /// Public Ed25519 key, 32 bytes in hexadecimal.
    pub(super) public_key: String,
    /// Ed25519 signature of [`Checkpoint::signed_text`], 64 bytes in hexadecimal.
    pub(super) signature: String,
}

impl Checkpoint {
    pub(super) fn sign(key: &SigningKey, log: &str, position: &ChainPosition, now_ms: i64) -> Self {
        let mut checkpoint = Self {
            log: log.to_owned(),
            event: position.event,
            hash: position.hash.clone(),
            at: rfc3339(now_ms),
            public_key: hex::encode(key.verifying_key().as_bytes()),
            signature: String::new(),
        };
        checkpoint.signature = hex::encode(key.sign(checkpoint.signed_text().as_bytes()).to_bytes());
        checkpoint
    }

    fn signed_text(&self) -> String {
        format!("sohoa event log checkpoint 1\n{}\n{}\n{}\n{}\n", self.log, self.event, self.hash, self.at)
    }

    /// Whether the signature is that of the public key that it names.
    pub(super) fn is_signed(&self) -> bool {
        let bytes = |text: &str| hex::decode(text).ok();
        let key = bytes(&self.public_key).and_then(|bytes| VerifyingKey::from_bytes(&bytes.try_into().ok()?).ok());
        let signature = bytes(&self.signature).and_then(|bytes| Some(Signature::from_bytes(&bytes.try_into().ok()?)));
        match (key, signature) {
            (Some(key), Some(signature)) => key.verify_strict(self.signed_text().as_bytes(), &signature).is_ok(),
            _ => false,
        }
    }

    pub(super) fn position(&self) -> ChainPosition {
        ChainPosition { event: self.event, hash: self.hash.clone() }
    }
}

/// Verifies the events since `last` and signs a checkpoint of them into the store, unless there are none; returns the newest position.
///
/// # Errors
/// `Corrupt` where the chain does not continue from `last`: nothing is signed then.
pub(super) async fn write_checkpoint(archive: &Archive, last: &ChainPosition) -> Result<ChainPosition> {
    let end = archive.catalog.verify_chain(last, &BTreeSet::new()).await?.end;
    if end.event > last.event {
        let signing_key = signing_key::load_or_create(&archive.config.home)?;
        let log = archive.catalog.event_log_id().await?;
        let checkpoint = Checkpoint::sign(&signing_key, &log, &end, archive.catalog.now_ms());
        let json = serde_json::to_vec(&checkpoint).map_err(|error| program::bug("event log: JSON of a checkpoint").caused_by(error))?;
        archive.store.put(&key::checkpoint(&log, end.event), json).await?;
    }
    Ok(end)
}

/// Keys of checkpoints in the store, in the order of their events.
#[derive(Debug)]
pub(super) struct CheckpointKeys {
    /// Of this event log.
    pub(super) own: Vec<String>,
    /// Of other event logs.
    pub(super) others: Vec<String>,
}

/// Lists the checkpoints in the store.
pub(super) async fn checkpoint_keys(archive: &Archive) -> Result<CheckpointKeys> {
    let own_folder = key::checkpoint_folder(&archive.catalog.event_log_id().await?);
    let mut keys: Vec<String> = archive.store.list(key::CHECKPOINTS).await?.into_iter().map(|entry| entry.key).collect();
    keys.sort();
    let (own, others) = keys.into_iter().partition(|key| key.starts_with(&own_folder));
    Ok(CheckpointKeys { own, others })
}

/// The checkpoint under a key; `None` for one that cannot be understood.
pub(super) async fn read_checkpoint(archive: &Archive, key: &str) -> Result<Option<Checkpoint>> {
    Ok(serde_json::from_slice(&archive.store.get(key).await?).ok())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn signature_covers_every_field() {
        let key = SigningKey::from_bytes(&[7; 32]);
        let checkpoint = Checkpoint::sign(&key, "log", &ChainPosition { event: 9, hash: "ab".to_owned() }, 1_000);
        assert!(checkpoint.is_signed());
        let other = hex::encode(SigningKey::from_bytes(&[8; 32]).verifying_key().as_bytes());
        let changed = [
            Checkpoint { log: "gol".to_owned(), ..checkpoint.clone() },
            Checkpoint { event: 8, ..checkpoint.clone() },
            Checkpoint { hash: "ac".to_owned(), ..checkpoint.clone() },
            Checkpoint { at: "1970-01-01T00:00:02Z".to_owned(), ..checkpoint.clone() },
            Checkpoint { public_key: other, ..checkpoint.clone() },
            Checkpoint { signature: "00".to_owned(), ..checkpoint.clone() },
            Checkpoint { public_key: "xyz".to_owned(), ..checkpoint },
        ];
        assert!(changed.iter().all(|checkpoint| !checkpoint.is_signed()));
    }
}
