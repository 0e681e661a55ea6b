//! Signing in and out: sessions of browsers.
//!
//! An unknown name gets the same answer as a wrong password, after the same time.

use crate::accounts::passwords::{
    check_local_account, check_not_locked, hashing_permit, password_matches, record_sign_in, require_session, verify_password,
};
use crate::accounts::secrets::{random_key, sha256_hex};
use crate::accounts::totp;
use crate::accounts::users::is_valid_user_name;
use crate::archive::Archive;
use schemars::JsonSchema;
use serde::Serialize;
use sohoa_base::error::Result;
use sohoa_base::messages::sign_in as messages;
use sohoa_base::model::account::{Identity, Session, User};
use sohoa_catalog::{KeyPurpose, NewKey};
use std::time::Duration;

/// Longest life of a session.
const SESSION_LIFETIME: Duration = Duration::from_secs(7 * 24 * 3600);

/// Time for which a sign-in, or its renewal, allows what needs a renewed sign-in.
pub(crate) const RENEWAL_LIFETIME: Duration = Duration::from_secs(5 * 60);

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

/// Result of renewing a sign-in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RenewalResult {
    /// Renewed.
    Renewed,
    /// The password is right, and the code of an authenticator app is needed too.
    MfaRequired,
}

/// Signs in; `from` is the address of the browser, for the audit.
///
/// # Errors
/// `Denied` for a wrong name, password or code; `Limit` while the name is locked for the network of `from`.
pub async fn sign_in(archive: &Archive, name: &str, password: &str, code: Option<&str>, from: &str) -> Result<LoginResult> {
    // An invalid name may be anything, even a password typed in the wrong field, so it is not recorded.
    if !is_valid_user_name(name) {
        return Err(messages::sign_in_wrong());
    }
    let _permit = hashing_permit().await?;
    check_not_locked(archive, name, from).await?;
    let credentials = archive.catalog.user_credentials(name).await?;
    let matches = password_matches(password, credentials.as_ref()).await;
    let Some(credentials) = credentials.filter(|credentials| matches && !credentials.user.disabled) else {
        record_sign_in(archive, name, false, from).await?;
        return Err(messages::sign_in_wrong());
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
    let now = archive.catalog.now_seconds();
    open_session(archive, credentials.user, from, Some(now)).await.map(LoginResult::SignedIn)
}

/// Renews the sign-in of a session: its user proves again who they are, before a decision of weight. `from` is the address of the
/// browser, for the audit.
///
/// # Errors
/// `Denied` for a wrong password or code, or the key of a program; `Limit` while the name is locked; `Conflict` for a user who signs in
/// by OpenID Connect, and does so anew.
pub async fn renew(archive: &Archive, by: &Identity, password: &str, code: Option<&str>, from: &str) -> Result<RenewalResult> {
    require_session(by)?;
    check_local_account(&by.user)?;
    let credentials = verify_password(archive, by, password, from).await?;
    if credentials.totp.is_some() {
        let Some(code) = code.filter(|code| !code.trim().is_empty()) else { return Ok(RenewalResult::MfaRequired) };
        if !totp::verify_code(archive, &credentials, code).await? {
            record_sign_in(archive, &by.user.name, false, from).await?;
            return Err(totp::wrong_code_error());
        }
    }
    archive.catalog.renew_session(&by.key_id, &by.user.name, from).await?;
    Ok(RenewalResult::Renewed)
}

/// Whether the user of a session signed in, or renewed the sign-in, within the last five minutes; never for the key of a program.
///
/// # Errors
/// `Unavailable` where the catalogue does not answer.
pub async fn is_renewed(archive: &Archive, by: &Identity) -> Result<bool> {
    Ok(by.key_rights.is_none() && archive.catalog.is_recently_authenticated(&by.key_id, RENEWAL_LIFETIME).await?)
}

/// Fails unless [`is_renewed`].
pub(crate) async fn require_renewed(archive: &Archive, by: &Identity) -> Result<()> {
    require_session(by)?;
    match is_renewed(archive, by).await? {
        true => Ok(()),
        false => Err(messages::sign_in_not_recent()),
    }
}

/// Opens a session for a user whose identity was established at `authenticated`, epoch seconds; none: not known when.
pub(crate) async fn open_session(archive: &Archive, user: User, from: &str, authenticated: Option<u64>) -> Result<NewSession> {
    archive.catalog.delete_expired_keys().await?;
    let key = random_key()?;
    let new = NewKey {
        sha256: &sha256_hex(&key),
        purpose: KeyPurpose::Session,
        user: &user.name,
        label: from,
        rights: None,
        lifetime: SESSION_LIFETIME,
        authenticated,
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
        return Err(messages::sign_out_of_key());
    }
    archive.catalog.revoke_key(&identity.key_id, KeyPurpose::Session, &identity.user.name, &identity.user.name).await
}

/// A session of the caller.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct SessionInfo {
    /// The session.
    #[serde(flatten)]
    pub session: Session,
    /// Whether the request was made in it.
    pub is_current: bool,
}

/// The caller's sessions, the newest first.
///
/// # Errors
/// `Denied` for the key of a program.
pub async fn list_sessions(archive: &Archive, by: &Identity) -> Result<Vec<SessionInfo>> {
    require_session(by)?;
    let sessions = archive.catalog.sessions(&by.user.name).await?.into_iter();
    Ok(sessions.map(|session| SessionInfo { is_current: session.id == by.key_id, session }).collect())
}

/// Ends one of the caller's sessions.
///
/// # Errors
/// `Denied` for the key of a program; `NotFound` for a session that has ended, or of another user.
pub async fn end_session(archive: &Archive, by: &Identity, id: &str) -> Result<()> {
    require_session(by)?;
    archive.catalog.revoke_key(id, KeyPurpose::Session, &by.user.name, &by.user.name).await
}
