//! `record.json`: the record of a dossier as it is stored.

use sohoa_base::error::{Error, ErrorKind, Result, ResultExt};
use sohoa_base::model::record::{Record, SCHEMA_URN};

/// Encodes a record: JSON indented by two spaces, ending in a line feed.
///
/// # Errors
/// `Internal` when it has no JSON form.
pub fn record_to_json(record: &Record) -> Result<Vec<u8>> {
    let mut json = serde_json::to_vec_pretty(record).or_error(ErrorKind::Internal, || "the record has no JSON form".to_owned())?;
    json.push(b'\n');
    Ok(json)
}

/// Decodes the record of `object`.
///
/// # Errors
/// `Corrupt` when it is not a record of a known form.
pub fn record_from_json(json: &[u8], object: &str) -> Result<Record> {
    let record: Record =
        serde_json::from_slice(json).or_error(ErrorKind::Corrupt, || format!("record.json of {object} is not a record"))?;
    if record.schema != SCHEMA_URN {
        return Err(Error::corrupt(format!("record.json of {object} has the unknown form {}; use a newer program", record.schema)));
    }
    Ok(record)
}
