//! `record.json`: the record of a dossier as it is stored.

use sohoa_base::error::Result;
use sohoa_base::messages::{program, reading};
use sohoa_base::model::record::{Record, SCHEMA_URN};

/// Encodes a record: JSON indented by two spaces, ending in a line feed.
///
/// # Errors
/// `Internal` when it has no JSON form.
pub fn record_to_json(record: &Record) -> Result<Vec<u8>> {
    let mut json = serde_json::to_vec_pretty(record).map_err(|error| program::bug("record as JSON").caused_by(error))?;
    json.push(b'\n');
    Ok(json)
}

/// Decodes the record of `object`.
///
/// # Errors
/// `Corrupt` when it is not a record of a known form.
pub fn record_from_json(json: &[u8], object: &str) -> Result<Record> {
    let record: Record = serde_json::from_slice(json).map_err(|error| reading::record_invalid(object).caused_by(error))?;
    if record.schema != SCHEMA_URN {
        return Err(reading::record_of_newer_version(object, record.schema));
    }
    Ok(record)
}
