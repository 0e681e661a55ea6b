//! Verification of the event chain.

use super::blanking::{BLANKED_KIND, blanked_events};
use super::sealing::{hash_body, hash_event};
use crate::Catalog;
use crate::sql::{self, get};
use sohoa_base::error::Result;
use sohoa_base::messages::maintenance;
use sqlx::any::AnyRow;
use std::collections::{BTreeMap, BTreeSet};

/// Events read per query.
const VERIFY_PAGE_SIZE: u64 = 500;

/// A position in the chain: an event and its hash; event 0 is the start.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ChainPosition {
    /// Number of the event.
    pub event: u64,
    /// Its hash; empty at the start.
    pub hash: String,
}

/// What a verification of the chain found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ChainReport {
    /// The last event.
    pub end: ChainPosition,
    /// Hashes at the asked positions.
    pub hashes: BTreeMap<u64, String>,
    /// Time of the first event after each asked position, epoch milliseconds.
    pub next_at: BTreeMap<u64, i64>,
}

impl Catalog {
    /// Verifies the whole event chain and returns the number of events. Events appended during the check are not included.
    ///
    /// # Errors
    /// `Corrupt` with the number of the first event that is missing or was changed.
    pub async fn verify_events(&self) -> Result<u64> {
        Ok(self.verify_chain(&ChainPosition::default(), &BTreeSet::new()).await?.end.event)
    }

    /// Verifies the chain after `start`, and returns its hashes at these positions.
    ///
    /// # Errors
    /// As [`Catalog::verify_events`].
    pub async fn verify_chain(&self, start: &ChainPosition, positions: &BTreeSet<u64>) -> Result<ChainReport> {
        let mut connection = self.read_sealed().await?;
        let statement = sqlx::query("SELECT seq, head FROM event_log_head WHERE name = 'events'");
        let end = sql::fetch_one(&mut connection, statement, "head of the event log").await?;
        drop(connection);
        let (count, expected) = (sql::get_u64(&end, "seq")?, get::<String>(&end, "head")?);
        let mut report = ChainReport { end: start.clone(), ..ChainReport::default() };
        let (mut blank, mut declared) = (BTreeSet::new(), BTreeSet::new());
        while report.end.event < count {
            let after = report.end.event;
            let rows = self.event_rows(after, VERIFY_PAGE_SIZE.min(count - after)).await?;
            if rows.is_empty() {
                break;
            }
            for row in &rows {
                let seq = report.end.event + 1;
                let link = verify_link(row, &report.end.hash, seq)?;
                if link.is_blank {
                    blank.insert(seq);
                }
                if link.kind == BLANKED_KIND {
                    declared.extend(blanked_events(row)?);
                }
                if positions.contains(&report.end.event) {
                    report.next_at.insert(report.end.event, link.at);
                }
                if positions.contains(&seq) {
                    report.hashes.insert(seq, link.hash.clone());
                }
                report.end = ChainPosition { event: seq, hash: link.hash };
            }
        }
        if report.end.event != count || report.end.hash != expected {
            return Err(maintenance::last_events_missing(report.end.event, count));
        }
        match blank.difference(&declared).next() {
            Some(seq) => Err(maintenance::event_details_removed(seq)),
            None => Ok(report),
        }
    }

    async fn event_rows(&self, after: u64, limit: u64) -> Result<Vec<AnyRow>> {
        let mut connection = self.read().await?;
        let statement =
            sqlx::query("SELECT * FROM events WHERE seq > $1 ORDER BY seq LIMIT $2").bind(sql::to_i64(after)).bind(sql::to_i64(limit));
        sql::fetch_all(&mut connection, statement, "cannot read events").await
    }
}

/// A verified event.
struct Link {
    at: i64,
    kind: String,
    hash: String,
    is_blank: bool,
}

/// Verifies the event at position `expected` against the hash of its predecessor.
fn verify_link(row: &AnyRow, previous: &str, expected: u64) -> Result<Link> {
    let (seq, at): (i64, i64) = (get(row, "seq")?, get(row, "at")?);
    let [batch, dossier, kind, body, stored, salt, body_hash] =
        ["batch", "dossier", "kind", "body", "hash", "salt", "body_hash"].map(|column| get::<String>(row, column));
    let (batch, dossier, kind, body, salt, body_hash) = (batch?, dossier?, kind?, body?, salt?, body_hash?);
    let is_blank = salt.is_empty() && !body_hash.is_empty();
    let is_same_body = body_hash.is_empty() || (is_blank && body == "null") || hash_body(&salt, &body) == body_hash;
    let content = if body_hash.is_empty() { &body } else { &body_hash };
    let hash = hash_event(previous, seq, at, [&batch, &dossier, &kind, content])?;
    if seq != sql::to_i64(expected) || hash != stored? || !is_same_body {
        return Err(maintenance::event_changed(expected));
    }
    Ok(Link { at, kind, hash, is_blank })
}
