//! Signing in and out: sessions of browsers.
//!
//! An unknown name gets the same answer as a wrong password, after the same time.

use crate::accounts::passwords::{check_not_locked, hashing_permit, password_matches, record_sign_in};
use crate::accounts::secrets::{random_key, sha256_hex};
use crate::accounts::totp;
use crate::accounts::users::is_valid_user_name;
use crate::archive::Archive;
use sohoa_base::error::{Error, Result};
use sohoa_base::model::account::{Identity, User};
use sohoa_catalog::{KeyPurpose, NewKey};
use std::time::Duration;

/// Longest life of a session.
const SESSION_LIFETIME: Duration = Duration::from_secs(7 * 24 * 3600);

/// A session that was just opened.
#[derive(Debug, Clone)]
pub struct NewSession {
    /// The session key, which only the browser keeps.
    pub key: String,
    /// The user who signed in.
    pub user: User,
}

/// Result of signing in with name and password.
#[derive(Debug, Clone)]
pub enum LoginResult {
    /// Signed in.
    SignedIn(NewSession),
    /// Name and password are right, and the code of an authenticator app is needed too.
    MfaRequired,
}

/// Signs in; `from` is the address of the browser, for the audit.
///
/// # Errors
/// `Denied` for a wrong name, password or code; `Limit` while the name is locked for the network of `from`.
pub async fn sign_in(archive: &Archive, name: &str, password: &str, code: Option<&str>, from: &str) -> Result<LoginResult> {
    let wrong = || Error::denied("name or password is wrong");
    // An invalid name may be anything, even a password typed in the wrong field, so it is not recorded.
    if !is_valid_user_name(name) {
        return Err(wrong());
    }
    let _permit = hashing_permit().await?;
    check_not_locked(archive, name, from).await?;
    let credentials = archive.catalog.user_credentials(name).await?;
    let matches = password_matches(password, credentials.as_ref()).await;
    let Some(credentials) = credentials.filter(|credentials| matches && !credentials.user.disabled) else {
        record_sign_in(archive, name, false, from).await?;
        return Err(wrong());
    };
    if credentials.totp.is_some() {
        // Recorded neither as a failure nor as a success: the password alone must not unlock a locked name.
        let Some(code) = code.filter(|code| !code.trim().is_empty()) else { return Ok(LoginResult::MfaRequired) };
        if !totp::verify_code(archive, &credentials, code).await? {
            record_sign_in(archive, name, false, from).await?;
            return Err(totp::wrong_code_error());
        }
    }
    record_sign_in(archive, name, true, from).await?;
    open_session(archive, credentials.user, from).await.map(LoginResult::SignedIn)
}

/// Opens a session for a user whose identity is established.
pub(crate) async fn open_session(archive: &Archive, user: User, from: &str) -> Result<NewSession> {
    archive.catalog.delete_expired_keys().await?;
    let key = random_key()?;
    let new = NewKey {
        sha256: &sha256_hex(&key),
        purpose: KeyPurpose::Session,
        user: &user.name,
        label: from,
        rights: None,
        lifetime: SESSION_LIFETIME,
    };
    archive.catalog.add_key(&new, &user.name).await?;
    Ok(NewSession { key, user })
}

/// The identity behind a session key; none: the key is unknown or has expired.
///
/// # Errors
/// `Unavailable` where the catalogue does not answer.
pub async fn identity_of_session(archive: &Archive, key: &str) -> Result<Option<Identity>> {
    archive.catalog.identity(&sha256_hex(key), KeyPurpose::Session).await
}

/// Ends a session.
///
/// # Errors
/// `NotFound` where it has ended already; `Denied` for an API token, which is revoked otherwise.
pub async fn sign_out(archive: &Archive, identity: &Identity) -> Result<()> {
    if identity.key_rights.is_some() {
        return Err(Error::denied("a key of a program is ended under /api/tokens"));
    }
    archive.catalog.revoke_key(&identity.key_id, KeyPurpose::Session, &identity.user.name, &identity.user.name).await
}
