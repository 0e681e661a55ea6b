//! Backup of what the store does not hold otherwise, into the store under `backup/`: accounts, keys, kept searches, open uploads, and the
//! event log; and its restoration into a fresh or rebuilt catalogue.

use crate::archive::Archive;
use crate::loop_health::LoopHealth;
use serde::{Deserialize, Serialize};
use sohoa_base::error::{ErrorKind, Result};
use sohoa_base::messages::{maintenance, program};
use sohoa_catalog::{BackupTables, SealedEvent, rfc3339};
use sohoa_pipeline::outage::sleep_unless_stopped;
use sohoa_pipeline::worker::CancellationToken;
use sohoa_storage::key;
use std::collections::BTreeSet;
use std::time::Duration;

/// Interval of the backups of a server.
const INTERVAL: Duration = Duration::from_secs(24 * 60 * 60);

/// Events in one part of the log; only the last part has fewer, and is written again.
const PART_EVENTS: u64 = 1000;

/// Kind of the event that lists events whose details were blanked: their parts are written again.
const BLANKED_KIND: &str = "events-blanked";

/// Accounts, keys, kept searches and open uploads in the store.
#[derive(Debug, Serialize, Deserialize)]
struct AccountBackup {
    /// Time of the backup, RFC 3339.
    at: String,
    tables: BackupTables,
}

/// How far the event log is in the store.
#[derive(Debug, Serialize, Deserialize)]
struct LogHead {
    /// Identifier of the log.
    log: String,
    /// Number of its last event; 0: none.
    event: u64,
    /// Hash of that event.
    hash: String,
}

/// What a backup or a restoration did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BackupReport {
    /// Accounts in the backup.
    pub users: u64,
    /// Events that were added.
    pub events: u64,
    /// Time of the backup of the accounts, RFC 3339.
    pub at: String,
}

/// Writes a backup; of the event log, only what is new.
///
/// # Errors
/// `Conflict` if the backup holds a log that the catalogue does not have: it is never overwritten; `Unavailable` when store or catalogue
/// do not answer.
pub async fn back_up(archive: &Archive) -> Result<BackupReport> {
    let catalog = &archive.catalog;
    let log = catalog.event_log_id().await?;
    let before = read_json::<LogHead>(archive, key::BACKUP_LOG).await?;
    if let Some(before) = before.as_ref().filter(|before| before.event > 0) {
        let own = catalog.sealed_events(before.event - 1, 1).await?;
        if before.log != log || own.first().is_none_or(|event| event.hash != before.hash) {
            return Err(maintenance::backup_of_other_log());
        }
    }
    let start = before.map_or(0, |before| before.event);
    let (mut part, mut blanked, mut end) = (start / PART_EVENTS, BTreeSet::new(), LogHead { log, event: 0, hash: String::new() });
    loop {
        let events = write_part(archive, part).await?;
        for event in events.iter().filter(|event| event.seq > start && event.kind == BLANKED_KIND) {
            blanked.extend(listed_events(event).into_iter().filter(|seq| *seq > 0).map(|seq| (seq - 1) / PART_EVENTS));
        }
        if let Some(last) = events.last() {
            (end.event, end.hash) = (last.seq, last.hash.clone());
        }
        if (events.len() as u64) < PART_EVENTS {
            break;
        }
        part += 1;
    }
    for part in blanked.range(..start / PART_EVENTS) {
        write_part(archive, *part).await?;
    }
    if end.event > start {
        put_json(archive, key::BACKUP_LOG, &end).await?;
    }
    let accounts = AccountBackup { at: rfc3339(catalog.now_ms()), tables: catalog.backup_tables().await? };
    put_json(archive, key::BACKUP_ACCOUNTS, &accounts).await?;
    Ok(BackupReport { users: count_users(&accounts), events: end.event.saturating_sub(start), at: accounts.at })
}

/// Restores the newest backup of the store into the catalogue. Accounts of the catalogue stay in place of it unless `replace` is set. The
/// restored log is verified; what the catalogue has recorded since it was rebuilt follows it.
///
/// # Errors
/// `NotFound` without a backup; `Conflict` if the catalogue has accounts and `replace` is not set; `Corrupt` for a damaged backup.
pub async fn restore(archive: &Archive, replace: bool) -> Result<BackupReport> {
    let accounts = read_json::<AccountBackup>(archive, key::BACKUP_ACCOUNTS).await?.ok_or_else(maintenance::backup_missing)?;
    archive.catalog.restore_tables(&accounts.tables, replace).await?;
    let mut events = 0;
    if let Some(head) = read_json::<LogHead>(archive, key::BACKUP_LOG).await? {
        let mut part = 0;
        let next_part = async || {
            let read = read_part(archive, part).await?;
            part += 1;
            Ok(read)
        };
        events = archive.catalog.restore_events(&head.log, next_part).await?;
    }
    archive.catalog.verify_events().await?;
    Ok(BackupReport { users: count_users(&accounts), events, at: accounts.at })
}

/// Backs up now and once a day until stopped.
pub async fn run_backups(archive: &Archive, health: &LoopHealth, stop: &CancellationToken) {
    loop {
        health.note("accounts and event log are not backed up", back_up(archive).await.map(|_| ()));
        if !sleep_unless_stopped(INTERVAL, stop).await {
            return;
        }
    }
}

/// Writes a part of the event log, if it has events, and returns them.
async fn write_part(archive: &Archive, part: u64) -> Result<Vec<SealedEvent>> {
    let limit = usize::try_from(PART_EVENTS).unwrap_or(usize::MAX);
    let events = archive.catalog.sealed_events(part * PART_EVENTS, limit).await?;
    if !events.is_empty() {
        let mut lines = Vec::new();
        for event in &events {
            serde_json::to_writer(&mut lines, event).map_err(|error| program::bug("backup: JSON of an event").caused_by(error))?;
            lines.push(b'\n');
        }
        archive.store.put(&key::backup_events(part), lines).await?;
    }
    Ok(events)
}

/// The events of a part; `None` after the last one.
async fn read_part(archive: &Archive, part: u64) -> Result<Option<Vec<SealedEvent>>> {
    let key = key::backup_events(part);
    let Some(bytes) = get_optional(archive, &key).await? else { return Ok(None) };
    let lines = bytes.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
    let events = lines.map(|line| serde_json::from_slice(line).map_err(|error| maintenance::stored_file_invalid(&key).caused_by(error)));
    events.collect::<Result<_>>().map(Some)
}

/// The events that an event of [`BLANKED_KIND`] lists.
fn listed_events(event: &SealedEvent) -> Vec<u64> {
    let body: serde_json::Value = serde_json::from_str(&event.body).unwrap_or_default();
    body.get("events").and_then(|events| serde_json::from_value(events.clone()).ok()).unwrap_or_default()
}

fn count_users(backup: &AccountBackup) -> u64 {
    backup.tables.get("users").map_or(0, Vec::len) as u64
}

async fn get_optional(archive: &Archive, key: &str) -> Result<Option<Vec<u8>>> {
    match archive.store.get(key).await {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

async fn read_json<T: serde::de::DeserializeOwned>(archive: &Archive, key: &str) -> Result<Option<T>> {
    let bytes = get_optional(archive, key).await?;
    bytes.map(|bytes| serde_json::from_slice(&bytes).map_err(|error| maintenance::stored_file_invalid(key).caused_by(error))).transpose()
}

async fn put_json(archive: &Archive, key: &str, value: &impl Serialize) -> Result<()> {
    let json = serde_json::to_vec(value).map_err(|error| program::bug("backup: JSON of a file").caused_by(error))?;
    archive.store.put(key, json).await
}
