//! Passwords, stored as Argon2id hashes with OWASP's parameters.

use crate::archive::Archive;
use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use sohoa_base::error::Result;
use sohoa_base::messages::{program, sign_in};
use sohoa_base::model::account::{Identity, Origin, User};
use sohoa_catalog::UserCredentials;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use tokio::sync::{Semaphore, SemaphorePermit};

/// Shortest password, characters.
const MIN_PASSWORD_CHARS: usize = 12;

/// Longest password, characters: hashing more costs time and adds no security.
const MAX_PASSWORD_CHARS: usize = 200;

/// Passwords hashed at the same time: each takes 19 MiB, and parallel guesses must not get past the lock of a name in a network.
static HASHING_PERMITS: Semaphore = Semaphore::const_new(2);

/// Hash of a password that nobody has, so that checking an unknown name takes as long as checking a wrong password.
const DUMMY_HASH: &str = "$argon2id$v=19$m=19456,t=2,p=1$b3JkZXJseW5vYm9keQ$5dY8fjl1VxwBwtVC3Ht0y8xWvDHOJHN3cmYjEzm2cVE";

/// Waits for a turn to hash; it must also cover reading the lock of the name.
pub(crate) async fn hashing_permit() -> Result<SemaphorePermit<'static>> {
    HASHING_PERMITS.acquire().await.map_err(|error| program::bug("sign-in: permits for hashing").caused_by(error))
}

/// Hashes a new password with a random salt.
///
/// # Errors
/// `Invalid` for a password that is too short or too long.
pub(crate) async fn hash_password(password: &str) -> Result<String> {
    let length = password.chars().count();
    if !(MIN_PASSWORD_CHARS..=MAX_PASSWORD_CHARS).contains(&length) {
        return Err(sign_in::password_length_invalid(MIN_PASSWORD_CHARS, MAX_PASSWORD_CHARS, length));
    }
    let _permit = hashing_permit().await?;
    let password = password.to_owned();
    let hash = move || Argon2::default().hash_password(password.as_bytes()).map(|hash| hash.to_string());
    let done = tokio::task::spawn_blocking(hash).await.map_err(|error| program::bug("sign-in: hashing ended early").caused_by(error))?;
    done.map_err(|error| program::bug("sign-in: hash of a password").caused_by(error.to_string()))
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

/// Network of a browser's address, for which wrong passwords lock a name: /24 of IPv4, /64 of IPv6.
pub(crate) fn network_of(from: &str) -> String {
    match from.parse::<IpAddr>().map(|address| address.to_canonical()) {
        Ok(IpAddr::V4(address)) => format!("{}/24", Ipv4Addr::from_bits(address.to_bits() >> 8 << 8)),
        Ok(IpAddr::V6(address)) => format!("{}/64", Ipv6Addr::from_bits(address.to_bits() >> 64 << 64)),
        Err(_) => from.to_owned(),
    }
}

/// Records a sign-in, or a wrong password or code, of a user name from an address.
pub(crate) async fn record_sign_in(archive: &Archive, name: &str, succeeded: bool, from: &str) -> Result<()> {
    archive.catalog.record_sign_in(name, succeeded, from, &network_of(from)).await
}

/// Fails while the name is locked, after wrong passwords, for the network of this address.
///
/// # Errors
/// `Limit`, with the seconds to wait.
pub(crate) async fn check_not_locked(archive: &Archive, name: &str, from: &str) -> Result<()> {
    match archive.catalog.sign_in_lockout(name, &network_of(from)).await?.as_millis().div_ceil(1000) {
        0 => Ok(()),
        seconds => Err(sign_in::sign_in_locked(seconds)),
    }
}

/// Fails for the key of a program: what keys, passwords and roles are about needs the person.
///
/// # Errors
/// `Denied`.
pub(crate) fn require_session(by: &Identity) -> Result<()> {
    match by.key_rights {
        Some(_) => Err(sign_in::person_needed()),
        None => Ok(()),
    }
}

/// Verifies the password of a signed-in user again, before a sensitive change. Wrong passwords count towards the lock of the name
/// as at signing in; `from` is the address of the browser, for the audit.
///
/// # Errors
/// `Denied` for a wrong password or an API token; `Limit` while the name is locked.
pub(crate) async fn verify_password(archive: &Archive, by: &Identity, password: &str, from: &str) -> Result<UserCredentials> {
    require_session(by)?;
    let _permit = hashing_permit().await?;
    check_not_locked(archive, &by.user.name, from).await?;
    let credentials = archive.catalog.user_credentials(&by.user.name).await?;
    let matches = password_matches(password, credentials.as_ref()).await;
    match credentials.filter(|_| matches) {
        Some(credentials) => Ok(credentials),
        None => {
            record_sign_in(archive, &by.user.name, false, from).await?;
            Err(sign_in::password_wrong())
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
        Origin::Oidc => Err(sign_in::account_is_oidc(&user.name)),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn lock_is_for_a_network_of_neighbours() {
        assert_eq!((network_of("192.0.2.7"), network_of("::ffff:192.0.2.200")), ("192.0.2.0/24".to_owned(), "192.0.2.0/24".to_owned()));
        assert_eq!((network_of("192.0.3.7"), network_of("no address")), ("192.0.3.0/24".to_owned(), "no address".to_owned()));
        assert_eq!(
            (network_of("2001:db8::1"), network_of("2001:db8:0:0:ffff::2")),
            ("2001:db8::/64".to_owned(), "2001:db8::/64".to_owned())
        );
        assert_eq!(network_of("2001:db8:0:1::1"), "2001:db8:0:1::/64");
    }

    #[tokio::test]
    async fn passwords_are_hashed_with_salt_and_checked() {
        let (one, other) = (hash_password("một mật khẩu dài").await.unwrap(), hash_password("một mật khẩu dài").await.unwrap());
        assert!(one != other && one.starts_with("$argon2id$"));
        assert!(hash_matches("một mật khẩu dài", one.clone()).await && !hash_matches("một mật khẩu dai", one).await);
        assert!(hash_password("ngắn").await.is_err() && hash_password(&"x".repeat(201)).await.is_err());
        assert!(PasswordHash::new(DUMMY_HASH).is_ok(), "who is nobody must take as long");
    }
}
