//! Signing in in two steps: besides the password a code of an authenticator app (TOTP, RFC 6238).
//!
//! A code works once, and so does each of the recovery codes for who has lost the app. The app's secret is kept sealed
//! ([`crate::sealed`]), recovery codes as their SHA-256: they are random enough that no salt is needed.

use crate::accounts::{confirmed, local, looked_after, sha256};
use crate::archive::Archive;
use crate::sealed;
use sohoa_base::error::{Error, Result};
use sohoa_base::model::account::Identity;
use sohoa_catalog::Secret;
use sohoa_imaging::qr;
use totp_rs::{Builder, Totp};

/// What the app shows as the place where its codes work.
const ISSUER: &str = "sohoa";

/// Bytes of an app's secret: as many as the hash has (RFC 4226, section 4).
const SECRET: usize = 20;

/// How many recovery codes a person gets.
const CODES: usize = 8;

/// Bytes of a recovery code.
const CODE: usize = 10;

/// What an authenticator app needs.
#[derive(Debug, Clone, serde::Serialize, schemars::JsonSchema)]
pub struct Enrolment {
    /// The secret in base 32, to be typed.
    pub secret: String,
    /// The same as an address that apps open.
    pub uri: String,
    /// The same as a QR code, SVG.
    pub qr: String,
}

fn random<const N: usize>() -> Result<[u8; N]> {
    let mut bytes = [0_u8; N];
    getrandom::fill(&mut bytes).map_err(|error| Error::internal("this machine gives no random numbers").caused_by(error))?;
    Ok(bytes)
}

fn totp(name: &str, secret: &[u8]) -> Result<Totp> {
    let secret = totp_rs::Secret::new(secret.into());
    let built = Builder::new().with_secret(secret).with_issuer(Some(ISSUER)).with_account_name(name).build();
    built.map_err(|error| Error::internal(format!("the secret of an authenticator app is none: {error}")))
}

/// Begins: gives what the app needs. Nothing changes until [`confirm`].
///
/// # Errors
/// `Denied` for a wrong password or a program; `Conflict` where an app is set up already or the person signs in elsewhere.
pub async fn begin(archive: &Archive, by: &Identity, password: &str, from: &str) -> Result<Enrolment> {
    local(&by.user)?;
    confirmed(archive, by, password, from).await?;
    let secret = random::<SECRET>()?;
    let totp = totp(&by.user.name, &secret)?;
    let uri = totp.to_url().map_err(|error| Error::internal(format!("the app's address cannot be written: {error}")))?;
    let enrolment = Enrolment { secret: totp.secret().to_base32(), qr: qr::svg(&uri)?, uri };
    archive.catalog.want_totp(&by.user.name, &sealed::seal(&archive.config, &by.user.name, &secret)?).await?;
    Ok(enrolment)
}

/// Confirms that the app shows the right codes; from now on they are needed. Gives the recovery codes, once.
///
/// # Errors
/// `Denied` for a wrong code or a program; `Conflict` where nothing was begun.
pub async fn confirm(archive: &Archive, by: &Identity, code: &str) -> Result<Vec<String>> {
    if by.at_most.is_some() {
        return Err(Error::denied("a key of a program cannot do this; sign in"));
    }
    let name = &by.user.name;
    let wanted = archive.catalog.secret(name).await?.and_then(|secret| secret.totp_wanted);
    let wanted = wanted.ok_or_else(|| Error::conflict("no authenticator app is being set up; begin anew"))?;
    let totp = totp(name, &sealed::open(&archive.config, name, &wanted)?)?;
    let step = totp.check(&digits(code), archive.catalog.seconds()).ok_or_else(wrong_code)?;
    let codes = (0..CODES).map(|_| random::<CODE>().map(hex::encode)).collect::<Result<Vec<_>>>()?;
    let hashes: Vec<String> = codes.iter().map(|code| sha256(code)).collect();
    archive.catalog.add_totp(name, &wanted, step, &hashes, &by.key).await?;
    Ok(codes.iter().map(|code| shown(code)).collect())
}

/// Ends it: the password alone is enough again.
///
/// # Errors
/// `Denied` for a wrong password or code, or a program; `Conflict` where no app is set up.
pub async fn end(archive: &Archive, by: &Identity, password: &str, code: &str, from: &str) -> Result<()> {
    let secret = confirmed(archive, by, password, from).await?;
    if secret.totp.is_none() {
        return Err(Error::conflict("no authenticator app is set up"));
    }
    if !is_right(archive, &secret, code).await? {
        archive.catalog.note_sign_in(&by.user.name, false, from).await?;
        return Err(wrong_code());
    }
    archive.catalog.end_totp(&by.user.name, &by.user.name).await
}

/// Ends it for somebody who has lost app and recovery codes.
///
/// # Errors
/// `NotFound` for an unknown name; `Denied` for somebody of another unit.
pub async fn reset(archive: &Archive, by: &Identity, name: &str) -> Result<()> {
    looked_after(archive, by, name).await?;
    archive.catalog.end_totp(name, &by.user.name).await
}

/// How many recovery codes are left.
///
/// # Errors
/// `Unavailable` where the catalogue does not answer.
pub async fn codes_left(archive: &Archive, by: &Identity) -> Result<u64> {
    archive.catalog.recovery_codes(&by.user.name).await
}

/// Whether the code is one of the app's or a recovery code, and was not used before; it is used up.
pub(super) async fn is_right(archive: &Archive, secret: &Secret, code: &str) -> Result<bool> {
    let Some(kept) = &secret.totp else { return Ok(false) };
    let (name, code) = (&secret.user.name, digits(code));
    // A recovery code opens without the key with which the app's secret is sealed, too.
    if code.len() == 2 * CODE {
        return archive.catalog.use_recovery_code(name, &sha256(&code)).await;
    }
    let totp = totp(name, &sealed::open(&archive.config, name, kept)?)?;
    match totp.check(&code, archive.catalog.seconds()) {
        Some(step) => archive.catalog.use_totp(name, step).await,
        None => Ok(false),
    }
}

pub(super) fn wrong_code() -> Error {
    Error::denied("the code is wrong or was used already; wait for the next one")
}

/// A code as it was typed, without what stands between its parts.
fn digits(code: &str) -> String {
    code.chars().filter(char::is_ascii_alphanumeric).take(64).map(|letter| letter.to_ascii_lowercase()).collect()
}

/// A recovery code for people: in groups.
fn shown(code: &str) -> String {
    code.as_bytes().chunks(5).map(String::from_utf8_lossy).collect::<Vec<_>>().join("-")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn codes_are_those_of_rfc_6238_and_may_be_typed_in_groups() {
        let totp = totp("lan", b"12345678901234567890").unwrap();
        assert_eq!(totp.check("081804", 1_111_111_109), Some(1_111_111_109 / 30));
        assert_eq!(totp.check("081804", 1_111_111_109 + 30), Some(1_111_111_109 / 30), "a telephone's clock may be slow");
        assert_eq!(totp.check("081804", 1_111_111_109 + 90), None);
        assert_eq!(totp.to_url().unwrap(), "otpauth://totp/sohoa:lan?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=sohoa");
        assert_eq!(digits(&shown("00112233445566778899")), "00112233445566778899");
        assert_eq!(digits(" 081 804\n"), "081804");
    }
}
