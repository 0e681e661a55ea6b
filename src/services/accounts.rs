//! Accounts: signing in, keys of programs, looking after people.
//!
//! Passwords are kept as Argon2id (OWASP's parameters), keys as their SHA-256: they are 32 random bytes, so that no salt is
//! needed. Whoever asks with a wrong name learns no more than with a wrong password, and waits as long.

use crate::archive::Archive;
use crate::two_steps;
use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use sha2::{Digest, Sha256};
use sohoa_base::error::{Error, Kind, Result, ResultExt};
use sohoa_base::model::account::{Grant, Identity, Origin, Right, Role, Token, Units, User};
use sohoa_catalog::{KeyUse, NewKey, Secret};
use std::collections::BTreeSet;
use std::time::Duration;
use subtle::ConstantTimeEq;
use tokio::sync::{Semaphore, SemaphorePermit};

/// Fewest letters of a password.
const LEAST_PASSWORD: usize = 12;

/// Most letters of a password: hashing more costs time and keeps nobody out.
const MOST_PASSWORD: usize = 200;

/// How long somebody is signed in at most.
const SESSION: Duration = Duration::from_secs(7 * 24 * 3600);

/// How long the key of the first start holds.
const SETUP: Duration = Duration::from_secs(24 * 3600);

/// Passwords that are hashed at once: each takes 19 MiB, and who guesses many at a time must not pass the lock.
static HASHING: Semaphore = Semaphore::const_new(2);

/// Longest life of a program's key, days.
const MOST_DAYS: u64 = 730;

/// A hash of no known password, so that an unknown name takes as long as a wrong password.
const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$b3JkZXJseW5vYm9keQ$5dY8fjl1VxwBwtVC3Ht0y8xWvDHOJHN3cmYjEzm2cVE";

/// Who signed in.
#[derive(Debug, Clone)]
pub struct SignedIn {
    /// The key of the session, to be kept by the browser alone.
    pub key: String,
    /// The person.
    pub user: User,
}

/// What came of name and password.
#[derive(Debug, Clone)]
pub enum Entered {
    /// Signed in.
    In(SignedIn),
    /// They are right, and the code of an authenticator app is needed too.
    CodeNeeded,
}

/// A new random key, hexadecimal.
pub(super) fn new_key() -> Result<String> {
    let mut bytes = [0_u8; 32];
    getrandom::fill(&mut bytes).map_err(|error| Error::internal("this machine gives no random numbers").caused_by(error))?;
    Ok(hex::encode(bytes))
}

pub(super) fn sha256(key: &str) -> String {
    hex::encode(Sha256::digest(key))
}

/// What a form must give back that a session's page sent: nobody else's page knows it.
#[must_use]
pub fn form_key(session: &str) -> String {
    sha256(&format!("form {session}"))
}

/// Whether two secrets are equal, in a time that tells nothing.
#[must_use]
pub fn same(one: &str, other: &str) -> bool {
    one.as_bytes().ct_eq(other.as_bytes()).into()
}

async fn one_of_few() -> Result<SemaphorePermit<'static>> {
    HASHING.acquire().await.or_error(Kind::Internal, || "hashing has ended".to_owned())
}

async fn hashed(password: &str) -> Result<String> {
    let length = password.chars().count();
    if !(LEAST_PASSWORD..=MOST_PASSWORD).contains(&length) {
        return Err(Error::invalid(format!("a password has {LEAST_PASSWORD} to {MOST_PASSWORD} letters, this one has {length}")));
    }
    let _permit = one_of_few().await?;
    let password = password.to_owned();
    let hash = move || Argon2::default().hash_password(password.as_bytes()).map(|hash| hash.to_string());
    let done = tokio::task::spawn_blocking(hash).await.or_error(Kind::Internal, || "hashing stopped".to_owned())?;
    done.map_err(|error| Error::internal(format!("the password cannot be hashed: {error}")))
}

async fn is_right(password: &str, hash: String) -> bool {
    let password: String = password.chars().take(MOST_PASSWORD).collect();
    let check = move || PasswordHash::new(&hash).is_ok_and(|hash| Argon2::default().verify_password(password.as_bytes(), &hash).is_ok());
    tokio::task::spawn_blocking(check).await.unwrap_or(false)
}

/// Fails while the name is locked.
fn is_open(secret: Option<&Secret>) -> Result<()> {
    match secret.map_or(0, |secret| secret.locked_ms.div_ceil(1000)) {
        0 => Ok(()),
        seconds => Err(Error::limit(format!("too many wrong passwords: wait {seconds} seconds before you try again"))),
    }
}

/// Signs in; `from` is the address of the browser, for the audit.
///
/// # Errors
/// `Denied` for a wrong name, password or code; `Limit` while the name is locked.
pub async fn sign_in(archive: &Archive, name: &str, password: &str, code: Option<&str>, from: &str) -> Result<Entered> {
    let wrong = || Error::denied("name or password is wrong");
    // What is no name may be anything, a password too: it is not kept.
    if !is_name(name) {
        return Err(wrong());
    }
    let _permit = one_of_few().await?;
    let secret = archive.catalog.secret(name).await?;
    is_open(secret.as_ref())?;
    let hash = secret.as_ref().and_then(|secret| secret.password.clone());
    let is_right = is_right(password, hash.unwrap_or_else(|| NOBODY.to_owned())).await;
    let Some(secret) = secret.filter(|secret| is_right && !secret.user.disabled) else {
        archive.catalog.note_sign_in(name, false, from).await?;
        return Err(wrong());
    };
    if secret.totp.is_some() {
        // Neither a failure nor a success: whoever has the password alone must not open a locked name with it.
        let Some(code) = code.filter(|code| !code.trim().is_empty()) else { return Ok(Entered::CodeNeeded) };
        if !two_steps::is_right(archive, &secret, code).await? {
            archive.catalog.note_sign_in(name, false, from).await?;
            return Err(two_steps::wrong_code());
        }
    }
    archive.catalog.note_sign_in(name, true, from).await?;
    opened(archive, secret.user, from).await.map(Entered::In)
}

/// Opens a session for somebody who has shown who they are.
pub(super) async fn opened(archive: &Archive, user: User, from: &str) -> Result<SignedIn> {
    archive.catalog.forget_old_keys().await?;
    let key = new_key()?;
    let new = NewKey { sha256: &sha256(&key), used_for: KeyUse::Session, user: &user.name, label: from, rights: None, lifetime: SESSION };
    archive.catalog.add_key(&new, &user.name).await?;
    Ok(SignedIn { key, user })
}

/// Asks for the password again before something grave is done; wrong ones lock the name as at signing in.
pub(super) async fn confirmed(archive: &Archive, by: &Identity, password: &str, from: &str) -> Result<Secret> {
    if by.at_most.is_some() {
        return Err(Error::denied("a key of a program cannot do this; sign in"));
    }
    let _permit = one_of_few().await?;
    let secret = archive.catalog.secret(&by.user.name).await?;
    is_open(secret.as_ref())?;
    let hash = secret.as_ref().and_then(|secret| secret.password.clone());
    let is_right = is_right(password, hash.unwrap_or_else(|| NOBODY.to_owned())).await;
    match secret.filter(|_| is_right) {
        Some(secret) => Ok(secret),
        None => {
            archive.catalog.note_sign_in(&by.user.name, false, from).await?;
            Err(Error::denied("the old password is wrong"))
        }
    }
}

/// Fails for somebody who has no password here.
pub(super) fn local(user: &User) -> Result<()> {
    match user.origin {
        Origin::Local => Ok(()),
        Origin::Oidc => Err(Error::conflict(format!("{} signs in by OpenID Connect; password and second step are set there", user.name))),
    }
}

/// Who holds a session's key.
///
/// # Errors
/// `Unavailable` where the catalogue does not answer.
pub async fn of_session(archive: &Archive, key: &str) -> Result<Option<Identity>> {
    archive.catalog.identity(&sha256(key), KeyUse::Session).await
}

/// Who holds a program's key.
///
/// # Errors
/// `Unavailable` where the catalogue does not answer.
pub async fn of_token(archive: &Archive, key: &str) -> Result<Option<Identity>> {
    archive.catalog.identity(&sha256(key), KeyUse::Token).await
}

/// Ends a session.
///
/// # Errors
/// `NotFound` where it has ended already; `Denied` for a program, whose key is ended otherwise.
pub async fn sign_out(archive: &Archive, identity: &Identity) -> Result<()> {
    if identity.at_most.is_some() {
        return Err(Error::denied("a key of a program is ended under /api/tokens"));
    }
    archive.catalog.end_key(&identity.key, Some(&identity.user.name), &identity.user.name).await
}

/// Where nobody is known yet: a key with which the first administrator is made.
///
/// # Errors
/// `Unavailable` where the catalogue does not answer.
pub async fn setup_key(archive: &Archive) -> Result<Option<String>> {
    if !archive.catalog.users().await?.is_empty() {
        return Ok(None);
    }
    let key = new_key()?;
    let new = NewKey { sha256: &sha256(&key), used_for: KeyUse::Setup, user: "", label: "", rights: None, lifetime: SETUP };
    archive.catalog.add_key(&new, "").await?;
    Ok(Some(key))
}

/// Makes the first administrator.
///
/// # Errors
/// `Denied` where the key does not hold; `Invalid` for an unusable name or password.
pub async fn set_up(archive: &Archive, key: &str, name: &str, shown: &str, password: &str) -> Result<()> {
    let grants = vec![Grant { role: Role::Administrator, unit: "*".to_owned() }];
    let user = checked(name, shown, grants)?;
    archive.catalog.add_first_user(&user, &hashed(password).await?, &sha256(key)).await
}

/// Whether one can sign in with this name.
pub(super) fn is_name(name: &str) -> bool {
    let is_usable = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '.' | '-' | '_' | '@');
    (1..=64).contains(&name.len()) && name.chars().all(is_usable)
}

/// Whether `by` looks after people of all these units: who administers one unit makes nobody an administrator of another.
fn manages(by: &Identity, grants: &[Grant]) -> Result<()> {
    let units = by.units(Right::Administer);
    let foreign = grants.iter().find(|grant| units != Units::All && (grant.unit == "*" || !units.contains(&grant.unit)));
    foreign.map_or(Ok(()), |grant| Err(Error::denied(format!("you do not look after people of unit {}", grant.unit))))
}

/// The person of this name, if `by` looks after them.
fn managed<'a>(users: &'a [User], by: &Identity, name: &str) -> Result<&'a User> {
    let user = users.iter().find(|user| user.name == name);
    let user = user.ok_or_else(|| Error::not_found(format!("there is nobody with the name {name}")))?;
    manages(by, &user.grants)?;
    Ok(user)
}

/// Fails unless `by` looks after the person of this name.
pub(super) async fn looked_after(archive: &Archive, by: &Identity, name: &str) -> Result<()> {
    managed(&archive.catalog.users().await?, by, name).map(|_| ())
}

/// A person with a usable name and grants.
fn checked(name: &str, shown: &str, grants: Vec<Grant>) -> Result<User> {
    if !is_name(name) {
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
pub async fn people(archive: &Archive) -> Result<Vec<User>> {
    archive.catalog.users().await
}

/// One's own keys of programs.
///
/// # Errors
/// `Unavailable` where the catalogue does not answer.
pub async fn tokens(archive: &Archive, by: &Identity) -> Result<Vec<Token>> {
    archive.catalog.tokens(Some(&by.user.name)).await
}

/// Ends one of one's own keys.
///
/// # Errors
/// `NotFound` for an unknown one.
pub async fn end_token(archive: &Archive, by: &Identity, id: &str) -> Result<()> {
    archive.catalog.end_key(id, Some(&by.user.name), &by.user.name).await
}

/// Adds a person.
///
/// # Errors
/// `Invalid` for an unusable name or password; `Conflict` where the name is taken.
pub async fn add(archive: &Archive, by: &Identity, name: &str, shown: &str, grants: Vec<Grant>, password: &str) -> Result<User> {
    manages(by, &grants)?;
    let user = checked(name, shown, grants)?;
    archive.catalog.add_user(&user, Some(&hashed(password).await?), &by.user.name).await?;
    Ok(user)
}

/// Changes what a person is called and may do. Nobody takes the last way to look after people away.
///
/// # Errors
/// `NotFound` for an unknown name; `Conflict` where nobody could administer any more.
pub async fn change(archive: &Archive, by: &Identity, name: &str, shown: &str, grants: Vec<Grant>, disabled: bool) -> Result<()> {
    let users = archive.catalog.users().await?;
    managed(&users, by, name)?;
    manages(by, &grants)?;
    let user = checked(name, shown, grants)?;
    let is_administrator =
        |user: &User| !user.disabled && user.grants.iter().any(|grant| grant.role == Role::Administrator && grant.unit == "*");
    let others = users.iter().any(|other| other.name != name && is_administrator(other));
    if !others && !is_administrator(&User { disabled, ..user.clone() }) {
        return Err(Error::conflict("nobody could look after people any more; make somebody else an administrator first"));
    }
    archive.catalog.change_user(name, &user.shown, &user.grants, disabled, &by.user.name).await
}

/// Changes one's own password; other sessions end.
///
/// # Errors
/// `Denied` where the old one is wrong, `Limit` where it was too often; `Invalid` for an unusable new one.
pub async fn change_password(archive: &Archive, identity: &Identity, old: &str, new: &str, from: &str) -> Result<()> {
    local(&identity.user)?;
    confirmed(archive, identity, old, from).await?;
    archive.catalog.set_password(&identity.user.name, &hashed(new).await?, &identity.user.name, Some(&identity.key)).await
}

/// Gives somebody a new password; their sessions end.
///
/// # Errors
/// `NotFound` for an unknown name; `Invalid` for an unusable password.
pub async fn reset_password(archive: &Archive, by: &Identity, name: &str, password: &str) -> Result<()> {
    local(managed(&archive.catalog.users().await?, by, name)?)?;
    archive.catalog.set_password(name, &hashed(password).await?, &by.user.name, None).await
}

/// Makes a key for a program; the key is told once.
///
/// # Errors
/// `Denied` for a right that the person does not have; `Invalid` for no right or too long a life.
pub async fn add_token(archive: &Archive, by: &Identity, label: &str, rights: BTreeSet<Right>, days: u64) -> Result<(String, String)> {
    if let Some(right) = rights.iter().find(|right| !by.may(**right)) {
        return Err(Error::denied(format!("you do not have the right {right:?} yourself")));
    }
    if rights.is_empty() || !(1..=MOST_DAYS).contains(&days) || label.trim().is_empty() {
        return Err(Error::invalid(format!("a key needs a name, a right and a life of 1 to {MOST_DAYS} days")));
    }
    let key = new_key()?;
    let new = NewKey {
        sha256: &sha256(&key),
        used_for: KeyUse::Token,
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
        let (one, other) = (hashed("một mật khẩu dài").await.unwrap(), hashed("một mật khẩu dài").await.unwrap());
        assert!(one != other && one.starts_with("$argon2id$"));
        assert!(is_right("một mật khẩu dài", one.clone()).await && !is_right("một mật khẩu dai", one).await);
        assert!(hashed("ngắn").await.is_err() && hashed(&"x".repeat(201)).await.is_err());
        assert!(PasswordHash::new(NOBODY).is_ok(), "who is nobody must take as long");
    }

    #[test]
    fn names_are_plain() {
        let is_taken = |name: &str| checked(name, "", Vec::new()).is_ok();
        assert!(is_taken("lan.nguyen-2@snv"));
        for name in ["", "Lan", "lan nguyen", "<b>", "lan\n", "lân"] {
            assert!(!is_taken(name), "{name:?}");
        }
    }
}
