//! Passwords, stored as Argon2id hashes with OWASP's parameters.

use crate::archive::Archive;
use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use sohoa_base::error::{Error, ErrorKind, Result, ResultExt};
use sohoa_base::model::account::{Identity, Origin, User};
use sohoa_catalog::UserCredentials;
use tokio::sync::{Semaphore, SemaphorePermit};

/// Shortest password, characters.
const MIN_PASSWORD_CHARS: usize = 12;

/// Longest password, characters: hashing more costs time and adds no security.
const MAX_PASSWORD_CHARS: usize = 200;

/// Passwords hashed at the same time: each takes 19 MiB, and parallel guesses must not get past the lock of a name.
static HASHING_PERMITS: Semaphore = Semaphore::const_new(2);

/// Hash of a password that nobody has, so that checking an unknown name takes as long as checking a wrong password.
const DUMMY_HASH: &str = "$argon2id$v=19$m=19456,t=2,p=1$b3JkZXJseW5vYm9keQ$5dY8fjl1VxwBwtVC3Ht0y8xWvDHOJHN3cmYjEzm2cVE";

/// Waits for a turn to hash; it must also cover reading the lock of the name.
pub(crate) async fn hashing_permit() -> Result<SemaphorePermit<'static>> {
    HASHING_PERMITS.acquire().await.or_error(ErrorKind::Internal, || "hashing has ended".to_owned())
}

/// Hashes a new password with a random salt.
///
/// # Errors
/// `Invalid` for a password that is too short or too long.
pub(crate) async fn hash_password(password: &str) -> Result<String> {
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

/// Whether the password is that of the account. Takes as long where there is no account or no password.
pub(crate) async fn password_matches(password: &str, credentials: Option<&UserCredentials>) -> bool {
    let hash = credentials.and_then(|credentials| credentials.password.clone());
    hash_matches(password, hash.unwrap_or_else(|| DUMMY_HASH.to_owned())).await
}

async fn hash_matches(password: &str, hash: String) -> bool {
    let password: String = password.chars().take(MAX_PASSWORD_CHARS).collect();
    let check = move || PasswordHash::new(&hash).is_ok_and(|hash| Argon2::default().verify_password(password.as_bytes(), &hash).is_ok());
    tokio::task::spawn_blocking(check).await.unwrap_or(false)
}

/// Fails while the name is locked after wrong passwords.
///
/// # Errors
/// `Limit`, with the seconds to wait.
pub(crate) fn check_not_locked(credentials: Option<&UserCredentials>) -> Result<()> {
    match credentials.map_or(0, |credentials| credentials.locked_ms.div_ceil(1000)) {
        0 => Ok(()),
        seconds => Err(Error::limit(format!("too many wrong passwords: wait {seconds} seconds before you try again"))),
    }
}

/// Verifies the password of a signed-in user again, before a sensitive change. Wrong passwords count towards the lock of the name
/// as at signing in; `from` is the address of the browser, for the audit.
///
/// # Errors
/// `Denied` for a wrong password or an API token; `Limit` while the name is locked.
pub(crate) async fn verify_password(archive: &Archive, by: &Identity, password: &str, from: &str) -> Result<UserCredentials> {
    if by.key_rights.is_some() {
        return Err(Error::denied("a key of a program cannot do this; sign in"));
    }
    let _permit = hashing_permit().await?;
    let credentials = archive.catalog.user_credentials(&by.user.name).await?;
    check_not_locked(credentials.as_ref())?;
    let matches = password_matches(password, credentials.as_ref()).await;
    match credentials.filter(|_| matches) {
        Some(credentials) => Ok(credentials),
        None => {
            archive.catalog.record_sign_in(&by.user.name, false, from).await?;
            Err(Error::denied("the old password is wrong"))
        }
    }
}

/// Fails for a user who signs in by OpenID Connect and so has no password here.
///
/// # Errors
/// `Conflict`.
pub(crate) fn check_local_account(user: &User) -> Result<()> {
    match user.origin {
        Origin::Local => Ok(()),
        Origin::Oidc => Err(Error::conflict(format!("{} signs in by OpenID Connect; password and second step are set there", user.name))),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[tokio::test]
    async fn passwords_are_hashed_with_salt_and_checked() {
        let (one, other) = (hash_password("một mật khẩu dài").await.unwrap(), hash_password("một mật khẩu dài").await.unwrap());
        assert!(one != other && one.starts_with("$argon2id$"));
        assert!(hash_matches("một mật khẩu dài", one.clone()).await && !hash_matches("một mật khẩu dai", one).await);
        assert!(hash_password("ngắn").await.is_err() && hash_password(&"x".repeat(201)).await.is_err());
        assert!(PasswordHash::new(DUMMY_HASH).is_ok(), "who is nobody must take as long");
    }
}
