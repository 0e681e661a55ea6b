//! Accounts: signing in, keys of programs, looking after people.
//!
//! Passwords are kept as Argon2id (OWASP's parameters), keys as their SHA-256: they are 32 random bytes, so that no salt is
//! needed. Whoever asks with a wrong name learns no more than with a wrong password, and waits as long.

use crate::accounts::totp;
use crate::archive::Archive;
use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use sha2::{Digest, Sha256};
use sohoa_base::error::{Error, ErrorKind, Result, ResultExt};
use sohoa_base::model::account::{Grant, Identity, Origin, Right, Role, Token, UnitScope, User};
use sohoa_catalog::{KeyPurpose, NewKey, UserCredentials};
use std::collections::BTreeSet;
use std::time::Duration;
use subtle::ConstantTimeEq;
use tokio::sync::{Semaphore, SemaphorePermit};

/// Fewest letters of a password.
const MIN_PASSWORD_CHARS: usize = 12;

/// Most letters of a password: hashing more costs time and keeps nobody out.
const MAX_PASSWORD_CHARS: usize = 200;

/// How long somebody is signed in at most.
const SESSION_LIFETIME: Duration = Duration::from_secs(7 * 24 * 3600);

/// How long the key of the first start holds.
const SETUP_KEY_LIFETIME: Duration = Duration::from_secs(24 * 3600);

/// Passwords that are hashed at once: each takes 19 MiB, and who guesses many at a time must not pass the lock.
static HASHING_PERMITS: Semaphore = Semaphore::const_new(2);

/// Longest life of a program's key, days.
const MAX_TOKEN_DAYS: u64 = 730;

/// A hash of no known password, so that an unknown name takes as long as a wrong password.
const DUMMY_HASH: &str = "$argon2id$v=19$m=19456,t=2,p=1$b3JkZXJseW5vYm9keQ$5dY8fjl1VxwBwtVC3Ht0y8xWvDHOJHN3cmYjEzm2cVE";

/// Who signed in.
#[derive(Debug, Clone)]
pub struct NewSession {
    /// The key of the session, to be kept by the browser alone.
    pub key: String,
    /// The person.
    pub user: User,
}

/// What came of name and password.
#[derive(Debug, Clone)]
pub enum LoginResult {
    /// Signed in.
    SignedIn(NewSession),
    /// They are right, and the code of an authenticator app is needed too.
    MfaRequired,
}

/// A new random key, hexadecimal.
pub(crate) fn random_key() -> Result<String> {
    let mut bytes = [0_u8; 32];
    getrandom::fill(&mut bytes).map_err(|error| Error::internal("this machine gives no random numbers").caused_by(error))?;
    Ok(hex::encode(bytes))
}

pub(crate) fn sha256_hex(key: &str) -> String {
    hex::encode(Sha256::digest(key))
}

/// What a form must give back that a session's page sent: nobody else's page knows it.
#[must_use]
pub fn csrf_token(session: &str) -> String {
    sha256_hex(&format!("form {session}"))
}

/// Whether two secrets are equal, in a time that tells nothing.
#[must_use]
pub fn constant_time_eq(one: &str, other: &str) -> bool {
    one.as_bytes().ct_eq(other.as_bytes()).into()
}

async fn hashing_permit() -> Result<SemaphorePermit<'static>> {
    HASHING_PERMITS.acquire().await.or_error(ErrorKind::Internal, || "hashing has ended".to_owned())
}

async fn hash_password(password: &str) -> Result<String> {
    let length = password.chars().count();
    if !(MIN_PASSWORD_CHARS..=MAX_PASSWORD_CHARS).contains(&length) {
        return Err(Error::invalid(format!("a password has {MIN_PASSWORD_CHARS} to {MAX_PASSWORD_CHARS} letters, this one has {length}")));
    }
    let _permit = hashing_permit().await?;
    let password = password.to_owned();
    let hash = move || Argon2::default().hash_password(password.as_bytes()).map(|hash| hash.to_string());
    let done = tokio::task::spawn_blocking(hash).await.or_error(ErrorKind::Internal, || "hashing stopped".to_owned())?;
    done.map_err(|error| Error::internal(format!("the password cannot be hashed: {error}")))
}

async fn password_matches(password: &str, hash: String) -> bool {
    let password: String = password.chars().take(MAX_PASSWORD_CHARS).collect();
    let check = move || PasswordHash::new(&hash).is_ok_and(|hash| Argon2::default().verify_password(password.as_bytes(), &hash).is_ok());
    tokio::task::spawn_blocking(check).await.unwrap_or(false)
}

/// Fails while the name is locked.
fn check_not_locked(secret: Option<&UserCredentials>) -> Result<()> {
    match secret.map_or(0, |secret| secret.locked_ms.div_ceil(1000)) {
        0 => Ok(()),
        seconds => Err(Error::limit(format!("too many wrong passwords: wait {seconds} seconds before you try again"))),
    }
}

/// Signs in; `from` is the address of the browser, for the audit.
///
/// # Errors
/// `Denied` for a wrong name, password or code; `Limit` while the name is locked.
pub async fn sign_in(archive: &Archive, name: &str, password: &str, code: Option<&str>, from: &str) -> Result<LoginResult> {
    let wrong = || Error::denied("name or password is wrong");
    // What is no name may be anything, a password too: it is not kept.
    if !is_valid_user_name(name) {
        return Err(wrong());
    }
    let _permit = hashing_permit().await?;
    let secret = archive.catalog.user_credentials(name).await?;
    check_not_locked(secret.as_ref())?;
    let hash = secret.as_ref().and_then(|secret| secret.password.clone());
    let is_right = password_matches(password, hash.unwrap_or_else(|| DUMMY_HASH.to_owned())).await;
    let Some(secret) = secret.filter(|secret| is_right && !secret.user.disabled) else {
        archive.catalog.record_sign_in(name, false, from).await?;
        return Err(wrong());
    };
    if secret.totp.is_some() {
        // Neither a failure nor a success: whoever has the password alone must not open a locked name with it.
        let Some(code) = code.filter(|code| !code.trim().is_empty()) else { return Ok(LoginResult::MfaRequired) };
        if !totp::verify_code(archive, &secret, code).await? {
            archive.catalog.record_sign_in(name, false, from).await?;
            return Err(totp::wrong_code_error());
        }
    }
    archive.catalog.record_sign_in(name, true, from).await?;
    open_session(archive, secret.user, from).await.map(LoginResult::SignedIn)
}

/// Opens a session for somebody who has shown who they are.
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

/// Asks for the password again before something grave is done; wrong ones lock the name as at signing in.
pub(crate) async fn verify_password(archive: &Archive, by: &Identity, password: &str, from: &str) -> Result<UserCredentials> {
    if by.key_rights.is_some() {
        return Err(Error::denied("a key of a program cannot do this; sign in"));
    }
    let _permit = hashing_permit().await?;
    let secret = archive.catalog.user_credentials(&by.user.name).await?;
    check_not_locked(secret.as_ref())?;
    let hash = secret.as_ref().and_then(|secret| secret.password.clone());
    let is_right = password_matches(password, hash.unwrap_or_else(|| DUMMY_HASH.to_owned())).await;
    match secret.filter(|_| is_right) {
        Some(secret) => Ok(secret),
        None => {
            archive.catalog.record_sign_in(&by.user.name, false, from).await?;
            Err(Error::denied("the old password is wrong"))
        }
    }
}

/// Fails for somebody who has no password here.
pub(crate) fn check_local_account(user: &User) -> Result<()> {
    match user.origin {
        Origin::Local => Ok(()),
        Origin::Oidc => Err(Error::conflict(format!("{} signs in by OpenID Connect; password and second step are set there", user.name))),
    }
}

/// Who holds a session's key.
///
/// # Errors
/// `Unavailable` where the catalogue does not answer.
pub async fn identity_of_session(archive: &Archive, key: &str) -> Result<Option<Identity>> {
    archive.catalog.identity(&sha256_hex(key), KeyPurpose::Session).await
}

/// Who holds a program's key.
///
/// # Errors
/// `Unavailable` where the catalogue does not answer.
pub async fn identity_of_token(archive: &Archive, key: &str) -> Result<Option<Identity>> {
    archive.catalog.identity(&sha256_hex(key), KeyPurpose::Token).await
}

/// Ends a session.
///
/// # Errors
/// `NotFound` where it has ended already; `Denied` for a program, whose key is ended otherwise.
pub async fn sign_out(archive: &Archive, identity: &Identity) -> Result<()> {
    if identity.key_rights.is_some() {
        return Err(Error::denied("a key of a program is ended under /api/tokens"));
    }
    archive.catalog.revoke_key(&identity.key_id, Some(&identity.user.name), &identity.user.name).await
}

/// Where nobody is known yet: a key with which the first administrator is made.
///
/// # Errors
/// `Unavailable` where the catalogue does not answer.
pub async fn create_setup_key(archive: &Archive) -> Result<Option<String>> {
    if !archive.catalog.users().await?.is_empty() {
        return Ok(None);
    }
    let key = random_key()?;
    let new =
        NewKey { sha256: &sha256_hex(&key), purpose: KeyPurpose::Setup, user: "", label: "", rights: None, lifetime: SETUP_KEY_LIFETIME };
    archive.catalog.add_key(&new, "").await?;
    Ok(Some(key))
}

/// Makes the first administrator.
///
/// # Errors
/// `Denied` where the key does not hold; `Invalid` for an unusable name or password.
pub async fn create_first_administrator(archive: &Archive, key: &str, name: &str, shown: &str, password: &str) -> Result<()> {
    let grants = vec![Grant { role: Role::Administrator, unit: "*".to_owned() }];
    let user = validated_user(name, shown, grants)?;
    archive.catalog.add_first_user(&user, &hash_password(password).await?, &sha256_hex(key)).await
}

/// Whether one can sign in with this name.
pub(crate) fn is_valid_user_name(name: &str) -> bool {
    let is_usable = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '.' | '-' | '_' | '@');
    (1..=64).contains(&name.len()) && name.chars().all(is_usable)
}

/// Whether `by` looks after people of all these units: who administers one unit makes nobody an administrator of another.
fn check_may_administer(by: &Identity, grants: &[Grant]) -> Result<()> {
    let units = by.units_with(Right::Administer);
    let foreign = grants.iter().find(|grant| units != UnitScope::All && (grant.unit == "*" || !units.contains(&grant.unit)));
    foreign.map_or(Ok(()), |grant| Err(Error::denied(format!("you do not look after people of unit {}", grant.unit))))
}

/// The person of this name, if `by` looks after them.
fn find_managed_user<'a>(users: &'a [User], by: &Identity, name: &str) -> Result<&'a User> {
    let user = users.iter().find(|user| user.name == name);
    let user = user.ok_or_else(|| Error::not_found(format!("there is nobody with the name {name}")))?;
    check_may_administer(by, &user.grants)?;
    Ok(user)
}

/// Fails unless `by` looks after the person of this name.
pub(crate) async fn require_user_admin(archive: &Archive, by: &Identity, name: &str) -> Result<()> {
    find_managed_user(&archive.catalog.users().await?, by, name).map(|_| ())
}

/// A person with a usable name and grants.
fn validated_user(name: &str, shown: &str, grants: Vec<Grant>) -> Result<User> {
    if !is_valid_user_name(name) {
        return Err(Error::invalid("a name to sign in with is 1 to 64 of the letters a to z, digits and . - _ @"));
    }
    if grants.iter().any(|grant| grant.unit.is_empty()) {
        return Err(Error::invalid("a role needs a unit; write * for every unit"));
    }
    let shown = if shown.trim().is_empty() { name } else { shown.trim() };
    Ok(User::new(name, shown, grants))
}

/// Everybody, by name.
///
/// # Errors
/// `Unavailable` where the catalogue does not answer.
pub async fn list_users(archive: &Archive) -> Result<Vec<User>> {
    archive.catalog.users().await
}

/// One's own keys of programs.
///
/// # Errors
/// `Unavailable` where the catalogue does not answer.
pub async fn list_tokens(archive: &Archive, by: &Identity) -> Result<Vec<Token>> {
    archive.catalog.tokens(Some(&by.user.name)).await
}

/// Ends one of one's own keys.
///
/// # Errors
/// `NotFound` for an unknown one.
pub async fn revoke_token(archive: &Archive, by: &Identity, id: &str) -> Result<()> {
    archive.catalog.revoke_key(id, Some(&by.user.name), &by.user.name).await
}

/// Adds a person.
///
/// # Errors
/// `Invalid` for an unusable name or password; `Conflict` where the name is taken.
pub async fn add_user(archive: &Archive, by: &Identity, name: &str, shown: &str, grants: Vec<Grant>, password: &str) -> Result<User> {
    check_may_administer(by, &grants)?;
    let user = validated_user(name, shown, grants)?;
    archive.catalog.add_user(&user, Some(&hash_password(password).await?), &by.user.name).await?;
    Ok(user)
}

/// Changes what a person is called and may do. Nobody takes the last way to look after people away.
///
/// # Errors
/// `NotFound` for an unknown name; `Conflict` where nobody could administer any more.
pub async fn change_user(archive: &Archive, by: &Identity, name: &str, shown: &str, grants: Vec<Grant>, disabled: bool) -> Result<()> {
    let users = archive.catalog.users().await?;
    find_managed_user(&users, by, name)?;
    check_may_administer(by, &grants)?;
    let user = validated_user(name, shown, grants)?;
    let is_administrator =
        |user: &User| !user.disabled && user.grants.iter().any(|grant| grant.role == Role::Administrator && grant.unit == "*");
    let others = users.iter().any(|other| other.name != name && is_administrator(other));
    if !others && !is_administrator(&User { disabled, ..user.clone() }) {
        return Err(Error::conflict("nobody could look after people any more; make somebody else an administrator first"));
    }
    archive.catalog.update_user(name, &user.display_name, &user.grants, disabled, &by.user.name).await
}

/// Changes one's own password; other sessions end.
///
/// # Errors
/// `Denied` where the old one is wrong, `Limit` where it was too often; `Invalid` for an unusable new one.
pub async fn change_password(archive: &Archive, identity: &Identity, old: &str, new: &str, from: &str) -> Result<()> {
    check_local_account(&identity.user)?;
    verify_password(archive, identity, old, from).await?;
    archive.catalog.set_password(&identity.user.name, &hash_password(new).await?, &identity.user.name, Some(&identity.key_id)).await
}

/// Gives somebody a new password; their sessions end.
///
/// # Errors
/// `NotFound` for an unknown name; `Invalid` for an unusable password.
pub async fn reset_password(archive: &Archive, by: &Identity, name: &str, password: &str) -> Result<()> {
    check_local_account(find_managed_user(&archive.catalog.users().await?, by, name)?)?;
    archive.catalog.set_password(name, &hash_password(password).await?, &by.user.name, None).await
}

/// Makes a key for a program; the key is told once.
///
/// # Errors
/// `Denied` for a right that the person does not have; `Invalid` for no right or too long a life.
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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[tokio::test]
    async fn passwords_are_hashed_with_salt_and_checked() {
        let (one, other) = (hash_password("một mật khẩu dài").await.unwrap(), hash_password("một mật khẩu dài").await.unwrap());
        assert!(one != other && one.starts_with("$argon2id$"));
        assert!(password_matches("một mật khẩu dài", one.clone()).await && !password_matches("một mật khẩu dai", one).await);
        assert!(hash_password("ngắn").await.is_err() && hash_password(&"x".repeat(201)).await.is_err());
        assert!(PasswordHash::new(DUMMY_HASH).is_ok(), "who is nobody must take as long");
    }

    #[test]
    fn names_are_plain() {
        let is_taken = |name: &str| validated_user(name, "", Vec::new()).is_ok();
        assert!(is_taken("lan.nguyen-2@snv"));
        for name in ["", "Lan", "lan nguyen", "<b>", "lan\n", "lân"] {
            assert!(!is_taken(name), "{name:?}");
        }
    }
}
