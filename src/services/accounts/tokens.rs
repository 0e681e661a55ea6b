//! API tokens: keys with which programs act for a user. Only their SHA-256 is stored.

use crate::accounts::secrets::{random_key, sha256_hex};
use crate::archive::Archive;
use sohoa_base::error::{Error, Result};
use sohoa_base::model::account::{Identity, Right, Token};
use sohoa_catalog::{KeyPurpose, NewKey};
use std::collections::BTreeSet;
use std::time::Duration;

/// Longest life of a token, days.
const MAX_TOKEN_DAYS: u64 = 730;

/// The identity behind a token; none: the token is unknown or has expired.
///
/// # Errors
/// `Unavailable` where the catalogue does not answer.
pub async fn identity_of_token(archive: &Archive, key: &str) -> Result<Option<Identity>> {
    archive.catalog.identity(&sha256_hex(key), KeyPurpose::Token).await
}

/// The caller's tokens.
///
/// # Errors
/// `Unavailable` where the catalogue does not answer.
pub async fn list_tokens(archive: &Archive, by: &Identity) -> Result<Vec<Token>> {
    archive.catalog.tokens(Some(&by.user.name)).await
}

/// Creates a token; returns its identifier and the key, which cannot be shown again.
///
/// # Errors
/// `Denied` for a right that the caller does not have; `Invalid` for no right or too long a life.
pub async fn add_token(archive: &Archive, by: &Identity, label: &str, rights: BTreeSet<Right>, days: u64) -> Result<(String, String)> {
    if let Some(right) = rights.iter().find(|right| !by.has_right(**right)) {
        return Err(Error::denied(format!("you do not have the right {right:?} yourself")));
    }
    if rights.is_empty() || !(1..=MAX_TOKEN_DAYS).contains(&days) || label.trim().is_empty() {
        return Err(Error::invalid(format!("a key needs a name, a right and a life of 1 to {MAX_TOKEN_DAYS} days")));
    }
    let key = random_key()?;
    let new = NewKey {
        sha256: &sha256_hex(&key),
        purpose: KeyPurpose::Token,
        user: &by.user.name,
        label: label.trim(),
        rights: Some(&rights),
        lifetime: Duration::from_secs(days * 24 * 3600),
    };
    let id = archive.catalog.add_key(&new, &by.user.name).await?;
    Ok((id, key))
}

/// Revokes one of the caller's tokens.
///
/// # Errors
/// `NotFound` for an unknown one.
pub async fn revoke_token(archive: &Archive, by: &Identity, id: &str) -> Result<()> {
    archive.catalog.revoke_key(id, Some(&by.user.name), &by.user.name).await
}
