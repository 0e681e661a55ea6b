//! API tokens: keys with which programs act for a user. Only their SHA-256 is stored.

use crate::accounts::passwords::require_session;
use crate::accounts::secrets::{random_key, sha256_hex};
use crate::accounts::sessions::require_renewed;
use crate::accounts::users::{administers, list_users, require_user_admin};
use crate::archive::Archive;
use sohoa_base::error::Result;
use sohoa_base::messages::sign_in;
use sohoa_base::model::account::{Identity, Right, Token};
use sohoa_catalog::{KeyPurpose, NewKey};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// Longest life of a token, days.
const MAX_TOKEN_DAYS: u64 = 730;

/// Longest life of a token that may decide about dossiers in quarantine, days.
const MAX_OFFICER_TOKEN_DAYS: u64 = 365;

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

/// Creates a token; returns its identifier and the key, which cannot be shown again. Whatever its life, it works only while its user
/// has the rights: it ends when their roles change, or their access.
///
/// # Errors
/// `Denied` for a right that the caller does not have, for the key of a program, and for the right to decide about quarantine while the
/// sign-in is not renewed; `Invalid` for no right or too long a life.
pub async fn add_token(archive: &Archive, by: &Identity, label: &str, rights: BTreeSet<Right>, days: u64) -> Result<(String, String)> {
    require_session(by)?;
    if let Some(right) = rights.iter().find(|right| !by.has_right(**right)) {
        return Err(sign_in::right_not_held(right.as_str()));
    }
    let is_for_officer = rights.contains(&Right::ManageQuarantine);
    let max_days = if is_for_officer { MAX_OFFICER_TOKEN_DAYS } else { MAX_TOKEN_DAYS };
    if rights.is_empty() || !(1..=max_days).contains(&days) || label.trim().is_empty() {
        return Err(sign_in::new_key_invalid(max_days));
    }
    if is_for_officer {
        require_renewed(archive, by).await?;
    }
    let key = random_key()?;
    let new = NewKey {
        sha256: &sha256_hex(&key),
        purpose: KeyPurpose::Token,
        user: &by.user.name,
        label: label.trim(),
        rights: Some(&rights),
        lifetime: Duration::from_secs(days * 24 * 3600),
        authenticated: None,
    };
    let id = archive.catalog.add_key(&new, &by.user.name).await?;
    Ok((id, key))
}

/// Revokes one of the caller's tokens.
///
/// # Errors
/// `NotFound` for an unknown one; `Denied` for the key of a program.
pub async fn revoke_token(archive: &Archive, by: &Identity, id: &str) -> Result<()> {
    require_session(by)?;
    archive.catalog.revoke_key(id, KeyPurpose::Token, &by.user.name, &by.user.name).await
}

/// The tokens of a user whom `by` administers.
///
/// # Errors
/// `NotFound` for an unknown name, or a user without a role in a unit that `by` administers; `Denied` for a user who has roles in other
/// units too.
pub async fn list_tokens_of(archive: &Archive, by: &Identity, name: &str) -> Result<Vec<Token>> {
    require_user_admin(archive, by, name).await?;
    archive.catalog.tokens(Some(name)).await
}

/// The tokens of all users whom `by` administers, by user name.
///
/// # Errors
/// `Unavailable` where the catalogue does not answer.
pub async fn tokens_by_user(archive: &Archive, by: &Identity) -> Result<BTreeMap<String, Vec<Token>>> {
    let managed: BTreeSet<String> =
        list_users(archive, by).await?.into_iter().filter(|user| administers(by, user)).map(|user| user.name).collect();
    let mut tokens: BTreeMap<String, Vec<Token>> = BTreeMap::new();
    for token in archive.catalog.tokens(None).await?.into_iter().filter(|token| managed.contains(&token.user)) {
        tokens.entry(token.user.clone()).or_default().push(token);
    }
    Ok(tokens)
}

/// Revokes a token of a user whom `by` administers.
///
/// # Errors
/// As [`list_tokens_of`]; `NotFound` for an unknown token; `Denied` for the key of a program.
pub async fn revoke_token_of(archive: &Archive, by: &Identity, name: &str, id: &str) -> Result<()> {
    require_session(by)?;
    require_user_admin(archive, by, name).await?;
    archive.catalog.revoke_key(id, KeyPurpose::Token, name, &by.user.name).await
}

/// Runs the request of `by`: where a program sent it, all events that it causes name the program's key.
pub async fn run_as<F: Future>(by: &Identity, request: F) -> F::Output {
    match by.key_rights {
        Some(_) => sohoa_catalog::with_acting_key(by.key_id.clone(), request).await,
        None => request.await,
    }
}
